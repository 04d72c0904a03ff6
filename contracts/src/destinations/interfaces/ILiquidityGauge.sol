// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity ^0.8.0;

import {IGauge} from "./IGauge.sol";

/// @dev What destinations call of Balancer's LiquidityGaugeV5.
interface ILiquidityGauge is IGauge {
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
    function reward_data(address token) external view returns (Reward memory);
    /// @dev Anyone, for anyone: pays what `user` is owed to `user`, who has named no other receiver.
    function claim_rewards(address user) external;
}
