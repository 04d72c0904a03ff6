// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @dev What tests and devnet call of Aerodrome.

interface AerodromeFactoryLike {
    function createPool(address tokenA, address tokenB, bool stable) external returns (address);
    function setVoter(address voter) external;
    /// @dev `fee` of 1e4, at most 300; 0: the default again; 420: none.
    function setCustomFee(address pool, uint256 fee) external;
    function getFee(address pool, bool stable) external view returns (uint256);
    function setPauseState(bool paused) external;
}

interface AerodromePoolLike {
    function name() external view returns (string memory);
    function symbol() external view returns (string memory);
    function token0() external view returns (address);
    function token1() external view returns (address);
    function reserve0() external view returns (uint256);
    function reserve1() external view returns (uint256);
    function poolFees() external view returns (address);
    function totalSupply() external view returns (uint256);
    function balanceOf(address account) external view returns (uint256);
    function approve(address spender, uint256 amount) external returns (bool);
    function allowance(address owner, address spender) external view returns (uint256);
    function transfer(address to, uint256 amount) external returns (bool);
    function getAmountOut(uint256 amountIn, address tokenIn) external view returns (uint256);
    function getK() external returns (uint256);
    function mint(address to) external returns (uint256 liquidity);
    function burn(address to) external returns (uint256 amount0, uint256 amount1);
    function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes calldata data) external;
    function skim(address to) external;
    function sync() external;
    function claimFees() external returns (uint256 claimed0, uint256 claimed1);
}

interface AerodromeVoterLike {
    function createGauge(address poolFactory, address pool) external returns (address);
    function gauges(address pool) external view returns (address);
    function isAlive(address gauge) external view returns (bool);
    function killGauge(address gauge) external;
    function reviveGauge(address gauge) external;
    /// @dev The caller's own rewards.
    function claimRewards(address[] calldata gauges) external;
}

interface AerodromeGaugeLike {
    function stakingToken() external view returns (address);
    function rewardToken() external view returns (address);
    function feesVotingReward() external view returns (address);
    function balanceOf(address account) external view returns (uint256);
    function totalSupply() external view returns (uint256);
    function rewardRate() external view returns (uint256);
    function periodFinish() external view returns (uint256);
    function earned(address account) external view returns (uint256);
    function deposit(uint256 amount) external;
    function deposit(uint256 amount, address recipient) external;
    function withdraw(uint256 amount) external;
    /// @dev By the account or the voter.
    function getReward(address account) external;
    /// @dev By the voter.
    function notifyRewardAmount(uint256 amount) external;
    /// @dev By the team of the voting escrow.
    function notifyRewardWithoutClaim(uint256 amount) external;
}

interface AeroLike {
    function mint(address account, uint256 amount) external returns (bool);
    function approve(address spender, uint256 amount) external returns (bool);
    function allowance(address owner, address spender) external view returns (uint256);
    function transfer(address to, uint256 amount) external returns (bool);
    function balanceOf(address account) external view returns (uint256);
}
