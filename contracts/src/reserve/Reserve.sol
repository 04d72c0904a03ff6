// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ICycleManager} from "../reactors/ICycleManager.sol";
import {IReserve} from "./IReserve.sol";
import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Door of the protocol's own assets
/// @notice Holds nothing: tokens go straight to and come straight from the cycle manager, whose ledger has the reserve of
/// each reactor as its residual.
contract Reserve is IReserve, AccessManaged, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    ICycleManager public immutable manager;

    constructor(address authority_, ICycleManager manager_) AccessManaged(authority_) {
        require(address(manager_) != address(0), ZeroAddress());
        manager = manager_;
    }

    /// @inheritdoc IReserve
    /// @dev Reverts `FeeOnTransfer` when the manager does not receive the whole amount.
    function contribute(uint256 reactorId, uint256 amount) external nonReentrant {
        require(amount != 0, ZeroAmount());
        IERC20 asset = IERC20(manager.reactorState(reactorId).asset);
        uint256 before = asset.balanceOf(address(manager));
        asset.safeTransferFrom(msg.sender, address(manager), amount);
        require(asset.balanceOf(address(manager)) == before + amount, FeeOnTransfer());
        manager.externalFlow(reactorId, SafeCast.toInt256(amount), msg.sender);
        emit Contributed(msg.sender, reactorId, amount);
    }

    /// @inheritdoc IReserve
    /// @dev The manager refuses it during a rollover and below its floor.
    function withdraw(uint256 reactorId, uint256 amount, address to) external restricted nonReentrant {
        require(amount != 0, ZeroAmount());
        require(to != address(0), ZeroAddress());
        manager.externalFlow(reactorId, -SafeCast.toInt256(amount), to);
        emit Withdrawn(to, reactorId, amount);
    }
}
