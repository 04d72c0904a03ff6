// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IRebalancer} from "../../../src/autopilot/IRebalanceGate.sol";
import {Book, ILMP, Leg} from "../../../src/lmp/ILMP.sol";
import {DestinationMock} from "./DestinationMock.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

interface IMintable {
    function mint(address to, uint256 amount) external;
}

/// @notice Delivers what is asked by minting it, and can do something forbidden on the way.
contract SolverMock is IRebalancer {
    /// @dev Approves this much less than is asked.
    uint256 public missing;
    address public target;
    bytes public action;
    Book internal _seen;

    function setMissing(uint256 missing_) external {
        missing = missing_;
    }

    /// @notice A call made in the callback; its failure is passed on.
    function setAction(address target_, bytes calldata action_) external {
        (target, action) = (target_, action_);
    }

    /// @notice The vault's book as seen in the callback.
    function seen() external view returns (Book memory) {
        return _seen;
    }

    function run(ILMP lmp, Leg[] calldata outs, Leg[] calldata ins) external {
        lmp.rebalance(outs, ins, "");
    }

    function onRebalance(Leg[] calldata, Leg[] calldata ins, bytes calldata) external {
        _seen = ILMP(msg.sender).book();
        if (target != address(0)) Address.functionCall(target, action);
        for (uint256 i; i < ins.length; ++i) {
            address token = ins[i].destination == address(0) ? ILMP(msg.sender).asset() : ins[i].destination;
            IMintable(token).mint(address(this), ins[i].units);
            IERC20(token).approve(msg.sender, ins[i].units - missing);
        }
    }
}
