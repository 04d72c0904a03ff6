// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @dev What tests and devnet call of a Curve v1 pool of four coins. Coin indexes are `int128`; nothing is returned by
/// calls that change state, so amounts are measured from balances.

interface CurveStableSwapLike {
    function A() external view returns (uint256);
    /// @dev Of 1e10.
    function fee() external view returns (uint256);
    function coins(int128 index) external view returns (address);
    function balances(int128 index) external view returns (uint256);
    function get_virtual_price() external view returns (uint256);
    function get_dy(int128 i, int128 j, uint256 dx) external view returns (uint256);
    /// @dev Ignores fees.
    function calc_token_amount(uint256[4] calldata amounts, bool deposit) external view returns (uint256);
    function exchange(int128 i, int128 j, uint256 dx, uint256 minDy) external;
    function add_liquidity(uint256[4] calldata amounts, uint256 minMintAmount) external;
    function remove_liquidity(uint256 amount, uint256[4] calldata minAmounts) external;
    function remove_liquidity_imbalance(uint256[4] calldata amounts, uint256 maxBurnAmount) external;
}

interface CurveTokenLike {
    function set_minter(address minter) external;
    function totalSupply() external view returns (uint256);
    function balanceOf(address account) external view returns (uint256);
    function approve(address spender, uint256 amount) external returns (bool);
    function transfer(address to, uint256 amount) external returns (bool);
}
