// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IBackingPool} from "./IBackingPool.sol";

/// @notice A backing pool in memory. TOKE and shares in wei, times in unix seconds, days since 1970.
struct PoolState {
    /// @dev A.
    uint256 toke;
    /// @dev H >= A, and 0 only together with it.
    uint256 shares;
    uint256 cases;
    /// @dev G, base units of the asset per share, FEE_SCALE.
    uint256 fees;
    /// @dev Everything is accrued up to here.
    uint256 last;
    /// @dev Of the stream, base units of the asset per second, RATE_SCALE.
    uint256 rate;
    uint256 end;
    /// @dev What rate * duration leaves over, base units / RATE_SCALE.
    uint256 dust;
    /// @dev First bucket that has not left; 0: none waits.
    uint256 nextDay;
    /// @dev The latest bucket.
    uint256 lastDay;
}

/// @title Arithmetic of a backing pool
/// @notice Pure, on a state in memory. Rounded against the one who acts: shares, TOKE and fees down, a slash's limit up.
///
/// Widths: A fits 96 bits and H 128, so their products with each other fit 256; `rate` fits 160, a stream lasts 28 days at
/// most, so `rate * seconds * 1e18` fits 242.
library BackingMath {
    uint256 internal constant RATE_SCALE = 1e18;
    /// @dev Each accrual loses less than H/FEE_SCALE base units: with 1e30, and as many shares as eighty slashes can lead to,
    /// that were hundreds of USDC.
    uint256 internal constant FEE_SCALE = 1e36;
    uint256 internal constant STREAM = 28 days;
    /// @dev From the start of the day after the request.
    uint256 internal constant COOLDOWN_DAYS = 28;
    uint256 internal constant MAX_SLASH_BPS = 3000;

    /* FEES */

    /// @notice Streams fees up to `time` >= s.last. While nobody is staked the stream stands still: its end moves with the clock.
    function accrue(PoolState memory s, uint256 time) internal pure {
        if (s.shares == 0) {
            if (s.end > s.last) s.end += time - s.last;
        } else {
            uint256 until = time < s.end ? time : s.end;
            if (until > s.last) s.fees += s.rate * (until - s.last) * (FEE_SCALE / RATE_SCALE) / s.shares;
        }
        s.last = time;
    }

    /// @notice `assets` join a stream that is accrued to now. Its end becomes the amount-weighted mean of the old end and now + 28
    /// days, rounded down.
    /// @dev Restarting 28 days with every amount would let anyone stretch the stream for ever with a base unit a day: under the
    /// weighted mean dust moves the end by dust, and rounded down by nothing. The end never comes nearer either.
    function addFees(PoolState memory s, uint256 assets) internal pure {
        uint256 remaining = s.end > s.last ? s.end - s.last : 0;
        uint256 left = s.rate * remaining;
        uint256 added = assets * RATE_SCALE;
        uint256 duration = (left * remaining + added * STREAM) / (left + added);
        uint256 total = left + added + s.dust;
        (s.rate, s.dust) = (total / duration, total % duration);
        s.end = s.last + duration;
    }

    /// @notice Fees of `shares` since their G was `since`, base units of the asset, rounded down.
    function earned(uint256 shares, uint256 fees, uint256 since) internal pure returns (uint256) {
        return shares * (fees - since) / FEE_SCALE;
    }

    /* STAKE */

    /// @notice Shares for `toke`, rounded down; never 0, because A <= H. Reverts `PoolExhausted` when so much was slashed that they
    /// would not fit 128 bits; the pool opens again when all who were slashed have left.
    function sharesFor(PoolState memory s, uint256 toke) internal pure returns (uint256 shares) {
        if (s.shares == 0) return toke;
        require(s.toke != 0, IBackingPool.PoolExhausted());
        shares = toke * s.shares / s.toke;
        require(s.shares + shares <= type(uint128).max, IBackingPool.PoolExhausted());
    }

    /// @notice The most one slash may take: 30% of A, rounded up.
    function maxSlash(uint256 toke) internal pure returns (uint256) {
        return (toke * MAX_SLASH_BPS + 9999) / 10_000;
    }

    /* DAYS */

    function isDue(PoolState memory s, uint256 time) internal pure returns (bool) {
        return s.nextDay != 0 && s.nextDay * 1 days <= time;
    }

    function hasLeft(PoolState memory s, uint256 day) internal pure returns (bool) {
        return s.nextDay == 0 || day < s.nextDay;
    }

    /// @notice The first waiting bucket leaves at the start of its day, or as of `last` if something happened since (in a freeze).
    /// @param shares of the bucket
    /// @return toke that leaves, rounded down: A/H of those who stay never falls
    function release(PoolState memory s, uint256 shares) internal pure returns (uint256 toke) {
        uint256 time = s.nextDay * 1 days;
        accrue(s, time > s.last ? time : s.last);
        if (shares == 0) return 0;
        toke = shares * s.toke / s.shares;
        s.toke -= toke;
        s.shares -= shares;
    }
}
