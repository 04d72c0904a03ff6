// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IRebalancer} from "../../../../src/autopilot/IRebalanceGate.sol";
import {Leg} from "../../../../src/lmp/ILMP.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @notice A vault's side of a rebalance without books: gives, calls back, takes. Can misbehave on purpose.
contract RebalancingVaultMock {
    address public immutable asset;
    uint256 public callbacks = 1;
    /// @dev What the solver approved when the callbacks were done, per in leg.
    uint256[] public approved;

    constructor(address asset_) {
        asset = asset_;
    }

    function setCallbacks(uint256 callbacks_) external {
        callbacks = callbacks_;
    }

    function rebalance(Leg[] calldata outs, Leg[] calldata ins, bytes calldata data) external {
        for (uint256 i; i < outs.length; ++i) {
            require(_token(outs[i]).transfer(msg.sender, outs[i].units));
        }
        for (uint256 i; i < callbacks; ++i) {
            IRebalancer(msg.sender).onRebalance(outs, ins, data);
        }
        for (uint256 i; i < ins.length; ++i) {
            approved.push(_token(ins[i]).allowance(msg.sender, address(this)));
            require(_token(ins[i]).transferFrom(msg.sender, address(this), ins[i].units));
        }
    }

    /// @notice Calls a solver that did not ask for it.
    function callBack(IRebalancer solver, Leg[] calldata legs, bytes calldata data) external {
        solver.onRebalance(legs, legs, data);
    }

    function _token(Leg calldata leg) private view returns (IERC20) {
        return IERC20(leg.destination == address(0) ? asset : leg.destination);
    }
}
