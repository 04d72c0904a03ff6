// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ILimits} from "../../../src/autopilot/ILimits.sol";
import {Leg} from "../../../src/lmp/ILMP.sol";

/// @notice A gate that asks for limits and for nothing else.
contract LimitsGateMock {
    ILimits public limits;

    function setLimits(ILimits limits_) external {
        limits = limits_;
    }

    function check(Leg[] calldata outs, Leg[] calldata ins) external view {
        limits.check(msg.sender, outs, ins);
    }
}
