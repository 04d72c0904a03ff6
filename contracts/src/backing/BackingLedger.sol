// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {BackingMath, PoolState, Position} from "./BackingMath.sol";
import {BackingSlots, PoolSlots, PositionSlots} from "./BackingSlots.sol";
import {IBackingPool} from "./IBackingPool.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Books of a backing pool
/// @notice How buckets leave and how a position is settled. No tokens, no callers.
abstract contract BackingLedger is IBackingPool {
    using BackingMath for PoolState;
    using BackingMath for Position;
    using BackingSlots for PoolSlots;
    using BackingSlots for PositionSlots;
    using SafeCast for uint256;

    /// @dev Buckets form a list by day. `toke`, `cases` and `fees` are set when it leaves; then `shares` and `toke` are what is unclaimed.
    struct Bucket {
        uint128 shares;
        uint96 toke;
        uint16 nextDay;
        uint16 cases;
        uint128 fees;
    }

    struct Case {
        /// @dev H before the slash.
        uint128 shares;
        uint96 returned;
    }

    struct Credit {
        uint128 shares;
        uint96 paid;
    }

    /// @notice Most due buckets a call lets leave by itself; more need `roll`. Only a freeze can hold back so many.
    uint256 public constant MAX_DAYS = 32;
    /// @notice Most cases a call credits to a position by itself; more need `sync` or `syncExit`.
    uint256 public constant MAX_CASES = 4;

    PoolSlots internal _pool;
    mapping(address account => PositionSlots) internal _active;
    mapping(address account => mapping(uint256 day => PositionSlots)) internal _exits;
    mapping(uint256 day => Bucket) internal _buckets;
    mapping(uint256 caseId => Case) internal _cases;
    mapping(uint256 caseId => mapping(address account => Credit)) internal _credits;

    /// @dev What the stream's rate leaves over, base units, RATE_SCALE.
    uint32 internal _dust;
    /// @dev The latest bucket.
    uint16 private _lastDay;

    /// @dev When the present freeze began, 0 when there is none.
    function _frozenAt() internal view virtual returns (uint256);

    /* DAYS */

    /// @dev The state as of now, every due bucket gone.
    function _roll() internal returns (PoolState memory s) {
        require(_rollSome(s, MAX_DAYS), NotRolled());
    }

    /// @dev Lets up to `maxDays` due buckets leave: in a freeze those due before it. While more wait the clock stops at the last.
    /// @param s empty
    function _rollSome(PoolState memory s, uint256 maxDays) internal returns (bool done) {
        _pool.load(s);
        uint256 end = s.last + s.remaining;
        done = !s.isDue(block.timestamp) || _releaseDue(s, maxDays);
        if (done) s.accrue(block.timestamp);
        if (s.last + s.remaining != end) emit StreamMoved(s.last + s.remaining);
    }

    function _releaseDue(PoolState memory s, uint256 maxDays) private returns (bool done) {
        uint256 limit = _limit();
        for (; s.isDue(limit) && maxDays != 0; --maxDays) {
            uint256 day = s.nextDay;
            Bucket storage b = _buckets[day];
            uint256 toke = s.release(b.shares);
            (b.toke, b.cases, b.fees) = (toke.toUint96(), s.cases.toUint16(), s.fees.toUint128());
            s.nextDay = b.nextDay;
            emit BucketLeft(day, b.shares, toke);
        }
        return !s.isDue(limit);
    }

    /// @dev What `_roll` would lead to, with any number of buckets.
    function _rolled() internal view returns (PoolState memory s) {
        _pool.load(s);
        if (s.isDue(block.timestamp)) {
            uint256 limit = _limit();
            while (s.isDue(limit)) {
                Bucket storage b = _buckets[s.nextDay];
                s.release(b.shares);
                s.nextDay = b.nextDay;
            }
        }
        s.accrue(block.timestamp);
    }

    /// @dev Buckets due by then leave. It asks for a freeze, so it is asked only when one is due.
    function _limit() private view returns (uint256) {
        uint256 frozenAt = _frozenAt();
        return frozenAt == 0 ? block.timestamp : frozenAt;
    }

    /// @dev Of a day that somebody chose; a day without a bucket may be either.
    function _hasLeft(PoolState memory s, uint256 day) internal view returns (bool) {
        return s.nextDay == 0 ? day <= _lastDay : day < s.nextDay;
    }

    /// @dev `shares` join the bucket of a day that is not before any other.
    function _joinBucket(PoolState memory s, uint256 day, uint256 shares) internal {
        _buckets[day].shares += shares.toUint128();
        if (s.nextDay == 0) s.nextDay = day;
        else if (_lastDay != day) _buckets[_lastDay].nextDay = day.toUint16();
        _lastDay = day.toUint16();
    }

    /* POSITIONS: in memory, the caller stores them */

    /// @dev The active stake, its cases credited up to now; `NotRolled` when these are too many.
    function _creditedActive(PoolState memory s, address account) internal returns (Position memory p) {
        _active[account].load(p);
        if (p.seen != s.cases) require(_creditCases(p, account, s.cases, MAX_CASES), NotRolled());
    }

    /// @dev The active stake with its fees and cases up to now; `NotRolled` as above.
    function _settledActive(PoolState memory s, address account) internal returns (Position memory p) {
        p = _creditedActive(s, account);
        p.settle(s.fees);
    }

    /// @dev The stake in a bucket with its fees (in `owed`) and cases up to now, or until it left.
    /// @return p the position
    /// @return done whether `maxCases` were enough
    function _settledExit(PoolState memory s, address account, uint256 day, uint256 maxCases)
        internal
        returns (Position memory p, bool done)
    {
        _exits[account][day].load(p);
        (uint256 fees, uint256 cases) = (s.fees, s.cases);
        if (_hasLeft(s, day)) (fees, cases) = (_buckets[day].fees, _buckets[day].cases);
        p.settle(fees);
        done = _creditCases(p, account, cases, maxCases);
    }

    /// @dev Every case below `cases` that the position has not seen counts its shares, which have not changed since.
    function _creditCases(Position memory p, address account, uint256 cases, uint256 maxCases)
        internal
        returns (bool done)
    {
        (uint256 seen, uint256 shares) = (p.seen, p.shares);
        if (shares == 0) seen = cases;
        for (; seen < cases && maxCases != 0; --maxCases) {
            _credits[seen++][account].shares += shares.toUint128();
        }
        p.seen = seen;
        return seen == cases;
    }
}
