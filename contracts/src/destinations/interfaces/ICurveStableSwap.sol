// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity ^0.8.0;

/// @dev What destinations call of a Curve v1 plain pool. `add_liquidity` and `remove_liquidity` take arrays of the pool's own
/// length and are called by their signatures.
interface ICurveStableSwap {
    function coins(int128 index) external view returns (address);
    function balances(int128 index) external view returns (uint256);
    /// @dev A * n^(n-1).
    function A() external view returns (uint256);
    /// @dev D per LP token, WAD.
    function get_virtual_price() external view returns (uint256);
    /// @dev Takes the pool's reentrancy lock.
    function exchange(int128 i, int128 j, uint256 dx, uint256 minDy) external;
}
