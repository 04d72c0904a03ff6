// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ILMP, Leg} from "../../../../src/lmp/ILMP.sol";

/// @notice Limits that a test opens and closes. Closed, the error carries what it was asked.
contract LimitsMock {
    bool public closed;

    error Exceeded(address lmp, bytes32 legs, uint256 idle);

    function setClosed(bool closed_) external {
        closed = closed_;
    }

    function check(address lmp, Leg[] calldata outs, Leg[] calldata ins) external view {
        require(!closed, Exceeded(lmp, keccak256(abi.encode(outs, ins)), ILMP(lmp).book().idle));
    }
}
