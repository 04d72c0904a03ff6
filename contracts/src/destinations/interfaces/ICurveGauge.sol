// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity ^0.8.0;

import {IGauge} from "./IGauge.sol";

/// @dev What destinations call of a Curve LiquidityGauge (v1), which pays CRV through its minter.
interface ICurveGauge is IGauge {
    function lp_token() external view returns (address);
    function minter() external view returns (address);
    function crv_token() external view returns (address);
    function controller() external view returns (address);
    /// @dev Stakes weighted by boost: 40% without any.
    function working_supply() external view returns (uint256);
}

interface ICurveMinter {
    /// @dev CRV the gauge owes the caller, to the caller.
    function mint(address gauge) external;
}

interface ICurveGaugeController {
    /// @dev Share of all CRV that the gauge gets in the running week, WAD; 0 until somebody checkpoints it in that week.
    function gauge_relative_weight(address gauge) external view returns (uint256);
}

interface ICrvToken {
    /// @dev CRV a second, to all gauges.
    function rate() external view returns (uint256);
    /// @dev `rate` holds for a year from here; until somebody starts the next epoch it is too high.
    function start_epoch_time() external view returns (uint256);
}
