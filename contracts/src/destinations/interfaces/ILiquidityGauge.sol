// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity ^0.8.0;

/// @dev What destinations call of Balancer's LiquidityGaugeV5.
interface ILiquidityGauge {
    struct Reward {
        address token;
        address distributor;
        uint256 period_finish;
        uint256 rate;
        uint256 last_update;
        uint256 integral;
    }

    function lp_token() external view returns (address);
    function totalSupply() external view returns (uint256);
    function balanceOf(address account) external view returns (uint256);
    function reward_data(address token) external view returns (Reward memory);
    function deposit(uint256 amount) external;
    function withdraw(uint256 amount) external;
    /// @dev Where rewards of the caller go when anyone claims them for it.
    function set_rewards_receiver(address receiver) external;
}
