// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity ^0.8.0;

import {IGauge} from "./IGauge.sol";

/// @dev What destinations call of Balancer's LiquidityGaugeV5.
interface ILiquidityGauge is IGauge {
    function lp_token() external view returns (address);
    function totalSupply() external view returns (uint256);
    /// @dev `rate` is paid, a second, until `periodFinish`.
    function reward_data(address token)
        external
        view
        returns (
            address token_,
            address distributor,
            uint256 periodFinish,
            uint256 rate,
            uint256 lastUpdate,
            uint256 integral
        );
    /// @dev Anyone, for anyone: pays what `user` is owed to `user`, who has named no other receiver.
    function claim_rewards(address user) external;
}
