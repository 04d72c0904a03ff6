// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Gauge} from "./GaugeReading.sol";
import {SignalFilter} from "./SignalFilter.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice Income of one destination before and after a move, over the horizon, per year, base units of the asset.
/// `before` is rounded up and `afterwards` down, so that no rounding looks like a gain.
struct Change {
    uint256 before;
    uint256 afterwards;
}

/// @title Income of a holding
/// @notice u our units, x their value, Q the units of others in the gauge, W the yearly value of the gauge's rewards, and p the
/// part of the horizon for which those are paid:
///
///     F(u) = x * base  +  0.9 * W * u / (Q + u) * p
///
/// The second term is concave: our own stake dilutes the reward.
library Income {
    using Math for uint256;

    /// @dev Part of a reward's value that is expected to arrive in the vault: selling it costs.
    uint256 private constant KEPT = 9;
    uint256 private constant OF = 10;

    /// @param rate WAD per year
    function base(uint256 rate, uint256 valueBefore, uint256 valueAfter) internal pure returns (Change memory) {
        return Change(
            valueBefore.mulDiv(rate, SignalFilter.WAD, Math.Rounding.Ceil), valueAfter.mulDiv(rate, SignalFilter.WAD)
        );
    }

    /// @param horizon seconds, > 0; the gauge's rewards count for at most this long
    function incentives(Gauge memory gauge, uint256 unitsBefore, uint256 unitsAfter, uint256 horizon)
        internal
        pure
        returns (Change memory)
    {
        return Change(
            _incentives(gauge, unitsBefore, horizon, Math.Rounding.Ceil),
            _incentives(gauge, unitsAfter, horizon, Math.Rounding.Floor)
        );
    }

    /// @notice Of two readings of the same income, the one under which the move gains less: the lower one when entering,
    /// the higher one when leaving.
    function worse(Change memory a, Change memory b) internal pure returns (Change memory) {
        return a.afterwards + b.before <= b.afterwards + a.before ? a : b;
    }

    function _incentives(Gauge memory gauge, uint256 units, uint256 horizon, Math.Rounding rounding)
        private
        pure
        returns (uint256)
    {
        if (units == 0) return 0;
        uint256 share = gauge.yearly.mulDiv(units, gauge.others + units, rounding);
        return share.mulDiv(KEPT * Math.min(gauge.paidFor, horizon), OF * horizon, rounding);
    }
}
