// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

import {ICrvToken, ICurveGauge, ICurveGaugeController} from "./interfaces/ICurveGauge.sol";

/// @title What a Curve gauge (v1) pays now
/// @notice A gauge gets its relative weight of CRV's inflation and shares it by working balances: 40% of the stake, more with
/// veCRV. A stake b without veCRV, as a destination's, gets 0.4 * b / working supply, so it shares with
/// working supply / 0.4 units that earn like its own.
library CurveGaugeReading {
    using FixedPointMathLib for uint256;

    uint256 private constant WAD = 1e18;
    /// @dev A gauge's weight holds from one Thursday 0:00 UTC to the next.
    uint256 private constant WEEK = 7 days;
    /// @dev CRV's inflation holds so long.
    uint256 private constant EPOCH = 365 days;

    /// @notice Units without boost that would share the emission alike.
    function unboosted(ICurveGauge gauge) internal view returns (uint256) {
        return gauge.working_supply() * 10 / 4;
    }

    /// @return rate CRV a second to all stakers of the gauge, rounded down
    /// @return end until when it is known, unix seconds; both 0 when it is not, or nothing is paid
    function emission(ICurveGauge gauge, address crv) internal view returns (uint256 rate, uint256 end) {
        uint256 weight = ICurveGaugeController(gauge.controller()).gauge_relative_weight(address(gauge));
        uint256 epochEnd = ICrvToken(crv).start_epoch_time() + EPOCH;
        if (weight == 0 || epochEnd <= block.timestamp) return (0, 0);
        rate = ICrvToken(crv).rate().fullMulDiv(weight, WAD);
        end = epochEnd.min((block.timestamp / WEEK + 1) * WEEK);
    }
}
