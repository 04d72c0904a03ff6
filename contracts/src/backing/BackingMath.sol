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
    /// @dev Fees are accrued up to here: the last call, or the end of the stream if that was before it.
    uint256 last;
    /// @dev Of the stream: base units of the asset per second, RATE_SCALE, and the seconds it still has from `last`.
    uint256 rate;
    uint256 remaining;
    /// @dev First bucket that has not left; 0: none waits.
    uint256 nextDay;
}

/// @notice Stake of an account, active or in one bucket, in memory.
struct Position {
    uint256 shares;
    /// @dev Fees settled, base units of the asset. Of the active stake only; those of a bucket are added to them.
    uint256 owed;
    /// @dev Cases below are credited.
    uint256 seen;
    /// @dev G up to which fees are settled.
    uint256 fees;
}

/// @title Arithmetic of a backing pool
/// @notice Pure, on a state in memory. Rounded against the one who acts: shares, TOKE and fees down, a slash's limit up.
///
/// Widths: A fits 96 bits, H and G 128, a rate 74, so all products below fit 256. A rate may be 4.6e25 base units in 28 days; G holds
/// 3.4e28 of them paid to the least stake that earns. An accrual loses less than H/FEE_SCALE base units: 0.01 of one with all
/// TOKE staked and never slashed.
library BackingMath {
    uint256 internal constant RATE_SCALE = 1e3;
    uint256 internal constant FEE_SCALE = 1e28;
    /// @dev Fees flow only while H is at least that: who puts next to nothing at risk earns nothing, and G has a bound.
    uint256 internal constant MIN_SHARES = 1e18;
    uint256 internal constant STREAM = 28 days;
    /// @dev From the start of the day after the request.
    uint256 internal constant COOLDOWN_DAYS = 28;
    uint256 internal constant MAX_SLASH_BPS = 3000;

    /* FEES */

    /// @notice Streams fees up to `time` >= s.last. With less than MIN_SHARES staked the stream stands still: its end moves with the
    /// clock.
    function accrue(PoolState memory s, uint256 time) internal pure {
        unchecked {
            (uint256 last, uint256 remaining, uint256 shares) = (s.last, s.remaining, s.shares);
            if (remaining == 0) return;
            if (shares < MIN_SHARES) {
                s.last = time;
                return;
            }
            uint256 streamed = time - last;
            if (streamed > remaining) streamed = remaining;
            (s.last, s.remaining) = (last + streamed, remaining - streamed);
            uint256 fees = s.fees + s.rate * streamed * (FEE_SCALE / RATE_SCALE) / shares;
            // Out of reach; but fees may stop, never the stake be locked.
            s.fees = fees < type(uint128).max ? fees : type(uint128).max;
        }
    }

    /// @notice `assets` join a stream that is accrued to `time`. Its end becomes the amount-weighted mean of the old end and `time` +
    /// 28 days, rounded down.
    /// @dev Restarting 28 days with every amount would let anyone stretch the stream for ever with a base unit a day: under the
    /// weighted mean dust moves the end by dust, and rounded down by nothing. The end never comes nearer either.
    /// @param assets base units, not 0
    /// @param dust what the last rate left over, base units, RATE_SCALE
    /// @return newDust what the new rate leaves over, less than 28 days' seconds
    function addFees(PoolState memory s, uint256 assets, uint256 dust, uint256 time)
        internal
        pure
        returns (uint256 newDust)
    {
        uint256 left = s.rate * s.remaining;
        uint256 added = assets * RATE_SCALE;
        uint256 duration = (left * s.remaining + added * STREAM) / (left + added);
        uint256 total = left + added + dust;
        (s.rate, s.remaining, s.last) = (total / duration, duration, time);
        return total % duration;
    }

    /// @notice What a position earned since it was settled, base units of the asset, rounded down.
    /// @param fees G now, or when its bucket left
    function earned(Position memory p, uint256 fees) internal pure returns (uint256) {
        unchecked {
            return p.shares * (fees - p.fees) / FEE_SCALE;
        }
    }

    /// @notice What it earned is owed.
    function settle(Position memory p, uint256 fees) internal pure {
        p.owed += earned(p, fees);
        p.fees = fees;
    }

    /* STAKE */

    /// @notice Shares for `toke` < 2^96, rounded down; never 0, because A <= H. Reverts `PoolExhausted` when so much was slashed that they
    /// would not fit 128 bits; the pool opens again when all who were slashed have left.
    function sharesFor(PoolState memory s, uint256 toke) internal pure returns (uint256 shares) {
        if (s.shares == 0) return toke;
        unchecked {
            shares = toke * s.shares / s.toke;
            require(s.shares + shares <= type(uint128).max, IBackingPool.PoolExhausted());
        }
    }

    /// @notice `shares` join a position at G = `fees`. What it earned before is spread over all of its shares, rounded down by less
    /// than 1/FEE_SCALE base units per share, instead of being paid out: that would be a second slot to write.
    function join(Position memory p, uint256 shares, uint256 fees) internal pure {
        unchecked {
            uint256 before = p.shares;
            p.shares = before + shares;
            p.fees = fees - before * (fees - p.fees) / p.shares;
        }
    }

    /// @notice The most one slash may take: 30% of A, rounded up, but never the last wei: shares of nothing would keep everybody out.
    function maxSlash(uint256 toke) internal pure returns (uint256) {
        return toke < 2 ? 0 : (toke * MAX_SLASH_BPS + 9999) / 10_000;
    }

    /* DAYS */

    function isDue(PoolState memory s, uint256 time) internal pure returns (bool) {
        return s.nextDay != 0 && s.nextDay * 1 days <= time;
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
