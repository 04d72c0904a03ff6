// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title tAsset of a reactor: ERC-20 with permit, synchronous 1:1 deposits, ERC-7540 asynchronous redemptions
/// @notice A redemption asked in cycle n is part of cohort n (n + 1 when asked during a rollover) and is filled when its
/// cycle completes. The assets live in the cycle manager.
interface IReactor is IERC20 {
    event Deposit(address indexed sender, address indexed owner, uint256 assets, uint256 shares);
    event Withdraw(
        address indexed sender, address indexed receiver, address indexed owner, uint256 assets, uint256 shares
    );
    event RedeemRequest(
        address indexed controller, address indexed owner, uint256 indexed requestId, address sender, uint256 shares
    );
    event RedeemCancelled(address indexed controller, uint256 indexed requestId, address receiver, uint256 shares);
    event CohortFilled(uint256 indexed cohort, uint256 shares, uint256 assets);
    event OperatorSet(address indexed controller, address indexed operator, bool approved);

    error ZeroAmount();
    error ZeroAddress();
    error NotAuthorized();
    error TooManyRequests();
    error RequestLocked(uint256 requestId);
    error InsufficientRequest(uint256 shares);
    error ExceedsMax(uint256 max);
    error AsyncOnly();
    error OnlyManager();
    error FeeOnTransfer();

    function asset() external view returns (address);
    function manager() external view returns (address);
    function deposit(uint256 assets, address receiver) external returns (uint256 shares);
    function mint(uint256 shares, address receiver) external returns (uint256 assets);
    function requestRedeem(uint256 shares, address controller, address owner) external returns (uint256 requestId);
    function cancelRedeem(uint256 requestId, uint256 shares, address controller, address receiver) external;
    function redeem(uint256 shares, address receiver, address controller) external returns (uint256 assets);
    function withdraw(uint256 assets, address receiver, address controller) external returns (uint256 shares);
    function pendingRedeemRequest(uint256 requestId, address controller) external view returns (uint256 shares);
    function claimableRedeemRequest(uint256 requestId, address controller) external view returns (uint256 shares);
    /// @notice Shares of all cohorts not yet filled.
    function openShares() external view returns (uint256);
    /// @notice Shares of cohorts up to `cohort` not yet filled.
    function openSharesUpTo(uint256 cohort) external view returns (uint256);
    /// @notice Called by the manager: burns escrowed shares of cohorts up to `cohort`, oldest first, at `coverage` (WAD) assets a
    /// share (rounded down), using at most `maxAssets`.
    function fill(uint256 cohort, uint256 maxAssets, uint256 coverage) external returns (uint256 shares, uint256 assets);
}
