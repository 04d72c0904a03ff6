// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ILMP, Leg} from "../../../src/lmp/ILMP.sol";
import {AssetMock} from "./AssetMock.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

/// @notice Whoever a vault calls, and so hands the control to: it tries every door of the vault while the vault is inside a call of its
/// own, with shares and assets that would open each of them at any other time.
contract ReentrantMock {
    ILMP public immutable lmp;
    /// @notice Calls that were tried, and those that did not fail for the guard's reason or changed anything.
    uint256 public attempts;
    uint256 public breaches;
    bytes[] private _doors;

    constructor(ILMP lmp_) {
        lmp = lmp_;
        AssetMock(lmp_.asset()).approve(address(lmp_), type(uint256).max);
        address self = address(this);
        Leg[] memory none = new Leg[](0);
        _doors.push(abi.encodeWithSignature("deposit(uint256,address)", 1e3, self));
        _doors.push(abi.encodeWithSignature("deposit(uint256,address,uint256)", 1e3, self, 0));
        _doors.push(abi.encodeCall(lmp_.mint, (1e3, self)));
        _doors.push(abi.encodeCall(lmp_.withdraw, (1e3, self, self)));
        _doors.push(abi.encodeWithSignature("redeem(uint256,address,address)", 1e3, self, self));
        _doors.push(abi.encodeWithSignature("redeem(uint256,address,address,uint256)", 1e3, self, self, 0));
        _doors.push(abi.encodeCall(lmp_.redeemInKind, (1e5, self)));
        _doors.push(abi.encodeCall(lmp_.report, ()));
        _doors.push(abi.encodeCall(lmp_.addProfit, (1)));
        _doors.push(abi.encodeCall(lmp_.rebalance, (none, none, "")));
    }

    /// @notice From a transfer, a sale or a rebalance's callback.
    function attack() external {
        bytes32 before = _state();
        for (uint256 i; i < _doors.length; ++i) {
            (bool success, bytes memory reason) = address(lmp).call(_doors[i]);
            ++attempts;
            if (success || !_isGuard(reason)) ++breaches;
        }
        if (_state() != before) ++breaches;
    }

    /// @notice From a valuation, which is a static call.
    function isRefused() external view returns (bool) {
        for (uint256 i; i < _doors.length; ++i) {
            (bool success, bytes memory reason) = address(lmp).staticcall(_doors[i]);
            if (success || !_isGuard(reason)) return false;
        }
        return true;
    }

    function _isGuard(bytes memory reason) private pure returns (bool) {
        return keccak256(reason)
            == keccak256(abi.encodePacked(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector));
    }

    /// @dev Without token balances: what is on its way when a token calls is booked, or not yet.
    function _state() private view returns (bytes32) {
        return keccak256(abi.encode(lmp.book(), lmp.totalSupply(), lmp.balanceOf(address(this)), lmp.destinations()));
    }
}
