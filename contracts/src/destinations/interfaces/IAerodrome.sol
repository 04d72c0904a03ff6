// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity ^0.8.0;

/// @dev What the destination calls of Aerodrome; Velodrome V2 answers to the same.

interface IAerodromeFactory {
    function isPool(address pool) external view returns (bool);
    /// @dev While paused no pool swaps; liquidity goes in and out.
    function isPaused() external view returns (bool);
    function voter() external view returns (address);
}

interface IAerodromeVoter {
    /// @dev Zero: the pool has none.
    function gauges(address pool) external view returns (address);
    /// @dev A killed gauge takes no deposits and gets no more rewards; withdrawals and claims go on.
    function isAlive(address gauge) external view returns (bool);
}

/// @dev Reserves are the pool's own books; `sync` makes what was sent to it part of them.
interface IAerodromePool {
    function stable() external view returns (bool);
    function tokens() external view returns (address token0, address token1);
    function getReserves() external view returns (uint256 reserve0, uint256 reserve1, uint256 updatedAt);
    function getAmountOut(uint256 amountIn, address tokenIn) external view returns (uint256);
    /// @dev Not a view: it takes the pool's lock.
    function getK() external returns (uint256);
    /// @dev LP tokens for the smaller of the two shares that arrived since the last call; the rest of the larger stays.
    function mint(address to) external returns (uint256 liquidity);
    /// @dev Burns the LP tokens the pool holds.
    function burn(address to) external returns (uint256 amount0, uint256 amount1);
    function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes calldata data) external;
    /// @dev Fees earned by the LP tokens the caller held.
    function claimFees() external returns (uint256 claimed0, uint256 claimed1);
}

interface IAerodromeGauge {
    function rewardToken() external view returns (address);
    /// @dev Base units of the reward token per second.
    function rewardRate() external view returns (uint256);
    function periodFinish() external view returns (uint256);
    function totalSupply() external view returns (uint256);
    /// @dev To the account; only by itself or the voter.
    function getReward(address account) external;
}
