// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title The filter between a measured rate and the rate decisions use
/// @notice Step size and lookback window in one line, x in WAD per year, dt the seconds a sample covers:
///
///     x += clamp(sample - x, -STEP, +STEP) * dt / (TAU + dt)
///
/// A sample weighs by the time it covers, so missed and uneven snapshots need no special case, and a single absurd sample
/// moves x by less than STEP.
library SignalFilter {
    uint256 internal constant WAD = 1e18;
    uint256 internal constant YEAR = 365 days;
    /// @dev Largest distance a sample may pull from, WAD per year.
    uint256 internal constant STEP = 0.05e18;
    /// @dev Lookback, seconds.
    uint256 internal constant TAU = 10 days;

    /// @notice Growth of an integral as a yearly rate, WAD, rounded down; a fall counts 0. At most 2^128 - 1.
    /// @param before integral at the start, > 0 and below 2^128
    /// @param current integral at the end, below 2^128
    /// @param dt seconds between the two, > 0
    function sample(uint256 before, uint256 current, uint256 dt) internal pure returns (uint256) {
        if (current <= before) return 0;
        return Math.min(Math.mulDiv(current - before, WAD * YEAR, before * dt), type(uint128).max);
    }

    /// @notice The filtered rate after one more sample. The change is rounded towards no change.
    /// @param x filtered rate before, WAD per year
    /// @param sampled yearly rate measured over the last `dt` seconds, WAD
    function next(uint256 x, uint256 sampled, uint256 dt) internal pure returns (uint256) {
        if (sampled >= x) return x + Math.min(sampled - x, STEP) * dt / (TAU + dt);
        return x - Math.min(x - sampled, STEP) * dt / (TAU + dt);
    }
}
