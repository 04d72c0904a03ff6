// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity ^0.8.0;

/// @dev What destinations call of the Balancer V2 vault.
interface IBalancerVault {
    struct UserBalanceOp {
        uint8 kind;
        address asset;
        uint256 amount;
        address sender;
        address payable recipient;
    }

    /// @dev Joins and exits; `limits` are the most that goes in, the least that comes out. BPT is among the assets.
    struct PoolRequest {
        address[] assets;
        uint256[] limits;
        bytes userData;
        bool internalBalance;
    }

    function getPoolTokens(bytes32 poolId)
        external
        view
        returns (address[] memory tokens, uint256[] memory balances, uint256 lastChangeBlock);
    /// @dev Takes the vault's reentrancy lock.
    function manageUserBalance(UserBalanceOp[] memory ops) external payable;
    function joinPool(bytes32 poolId, address sender, address recipient, PoolRequest memory request) external payable;
    function exitPool(bytes32 poolId, address sender, address payable recipient, PoolRequest memory request) external;
}

/// @dev What destinations call of a ComposableStablePool (v3 and later); the pool is its own LP token.
interface IComposableStablePool {
    function getPoolId() external view returns (bytes32);
    function getVault() external view returns (address);
    function getBptIndex() external view returns (uint256);
    /// @dev WAD x token rate x 10^(18 - decimals), BPT included.
    function getScalingFactors() external view returns (uint256[] memory);
    /// @dev A * n^(n-1) times `precision`.
    function getAmplificationParameter() external view returns (uint256 value, bool isUpdating, uint256 precision);
    /// @dev LP tokens in circulation and those owed to the protocol as fees; not the BPT the vault holds for the pool.
    function getActualSupply() external view returns (uint256);
    /// @dev Neither swaps nor joins, and no exits but in recovery mode.
    function getPausedState()
        external
        view
        returns (bool paused, uint256 pauseWindowEndTime, uint256 bufferPeriodEndTime);
    /// @dev Proportional exits only, without fees and rates.
    function inRecoveryMode() external view returns (bool);
}
