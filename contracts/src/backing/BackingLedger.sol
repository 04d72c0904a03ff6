// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {BackingMath, PoolState} from "./BackingMath.sol";
import {IBackingPool} from "./IBackingPool.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Books of a backing pool
/// @notice How the state is packed, how buckets leave, how a position is settled. No tokens, no callers.
/// Times fit 32 bits until 2106, days 16 bits until 2149.
abstract contract BackingLedger is IBackingPool {
    using BackingMath for PoolState;
    using SafeCast for uint256;

    struct Core {
        uint96 toke;
        uint128 shares;
        uint16 cases;
    }

    /// @dev 224 bits hold 2^104 base units of fees paid to a single wei of stake.
    struct Fees {
        uint224 perShare;
        uint32 last;
    }

    struct Stream {
        uint160 rate;
        uint32 end;
        uint24 dust;
        uint16 nextDay;
        uint16 lastDay;
    }

    /// @dev Stake of an account, active or in one bucket. `owed` is used of the active one only.
    struct Position {
        uint128 shares;
        uint112 owed;
        /// @dev Cases below are credited.
        uint16 seen;
        /// @dev G up to which fees are in `owed`.
        uint256 fees;
    }

    /// @dev Buckets form a list by day. `toke`, `cases` and `fees` are set when it leaves; then `shares` and `toke` are what is unclaimed.
    struct Bucket {
        uint128 shares;
        uint96 toke;
        uint16 nextDay;
        uint16 cases;
        uint256 fees;
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

    Core private _core;
    Fees private _fees;
    Stream private _stream;
    mapping(address account => Position) internal _active;
    mapping(address account => mapping(uint256 day => Position)) internal _exits;
    mapping(uint256 day => Bucket) internal _buckets;
    mapping(uint256 caseId => Case) internal _cases;
    mapping(uint256 caseId => mapping(address account => Credit)) internal _credits;

    /// @dev When the present freeze began, 0 when there is none.
    function _frozenAt() internal view virtual returns (uint256);

    /* STATE */

    function _load() internal view returns (PoolState memory s) {
        Core memory core = _core;
        (s.toke, s.shares, s.cases) = (core.toke, core.shares, core.cases);
        Fees memory fees = _fees;
        (s.fees, s.last) = (fees.perShare, fees.last);
        Stream memory stream = _stream;
        (s.rate, s.end, s.dust) = (stream.rate, stream.end, stream.dust);
        (s.nextDay, s.lastDay) = (stream.nextDay, stream.lastDay);
    }

    function _store(PoolState memory s) internal {
        _core = Core(s.toke.toUint96(), s.shares.toUint128(), s.cases.toUint16());
        _fees = Fees(s.fees.toUint224(), s.last.toUint32());
        _stream =
            Stream(s.rate.toUint160(), s.end.toUint32(), s.dust.toUint24(), s.nextDay.toUint16(), s.lastDay.toUint16());
    }

    /* DAYS */

    /// @dev The state as of now, every due bucket gone.
    function _roll() internal returns (PoolState memory s) {
        bool done;
        (s, done) = _rollSome(MAX_DAYS);
        require(done, NotRolled());
    }

    /// @dev Lets up to `maxDays` due buckets leave: in a freeze those due before it. While more wait the clock stops at the last.
    function _rollSome(uint256 maxDays) internal returns (PoolState memory s, bool done) {
        s = _load();
        uint256 end = s.end;
        uint256 limit = _limit(s);
        for (uint256 i; i < maxDays && s.isDue(limit); ++i) {
            uint256 day = s.nextDay;
            Bucket storage b = _buckets[day];
            uint256 toke = s.release(b.shares);
            (b.toke, b.cases, b.fees) = (toke.toUint96(), s.cases.toUint16(), s.fees);
            s.nextDay = b.nextDay;
            emit BucketLeft(day, b.shares, toke);
        }
        done = !s.isDue(limit);
        if (done) s.accrue(block.timestamp);
        if (s.end != end) emit StreamMoved(s.end);
    }

    /// @dev What `_roll` would lead to.
    function _rolled() internal view returns (PoolState memory s) {
        s = _load();
        uint256 limit = _limit(s);
        while (s.isDue(limit)) {
            Bucket storage b = _buckets[s.nextDay];
            s.release(b.shares);
            s.nextDay = b.nextDay;
        }
        s.accrue(block.timestamp);
    }

    /// @dev Buckets due by then leave. Asks for a freeze only when it matters.
    function _limit(PoolState memory s) private view returns (uint256) {
        if (!s.isDue(block.timestamp)) return block.timestamp;
        uint256 frozenAt = _frozenAt();
        return frozenAt == 0 ? block.timestamp : frozenAt;
    }

    /// @dev `shares` join the bucket of a day that is not before any other.
    function _join(PoolState memory s, uint256 day, uint256 shares) internal {
        _buckets[day].shares += shares.toUint128();
        if (s.nextDay == 0) s.nextDay = day;
        else if (s.lastDay != day) _buckets[s.lastDay].nextDay = day.toUint16();
        s.lastDay = day;
    }

    /* POSITIONS: in memory, the caller stores them */

    /// @dev The active stake with its fees and cases up to now; `NotRolled` when these are too many cases.
    function _settledActive(PoolState memory s, address account) internal returns (Position memory p) {
        p = _active[account];
        p.owed += _settle(p, account, s.fees, s.cases, MAX_CASES).toUint112();
        require(p.seen == s.cases, NotRolled());
    }

    /// @dev The stake in a bucket with its cases up to now, or until it left, and the fees it earned; `NotRolled` as above.
    function _settledExit(PoolState memory s, address account, uint256 day)
        internal
        returns (Position memory p, uint256 earned)
    {
        p = _exits[account][day];
        (uint256 fees, uint256 cases) = _terms(s, day);
        earned = _settle(p, account, fees, cases, MAX_CASES);
        require(p.seen == cases, NotRolled());
    }

    /// @dev G and the number of cases that hold of the stake in a bucket.
    function _terms(PoolState memory s, uint256 day) internal view returns (uint256 fees, uint256 cases) {
        if (!s.hasLeft(day)) return (s.fees, s.cases);
        Bucket storage b = _buckets[day];
        return (b.fees, b.cases);
    }

    /// @dev Every case below `cases` that the position has not seen counts its shares, which have not changed since.
    /// @return earned base units of the asset, rounded down
    function _settle(Position memory p, address account, uint256 fees, uint256 cases, uint256 maxCases)
        internal
        returns (uint256 earned)
    {
        earned = BackingMath.earned(p.shares, fees, p.fees);
        p.fees = fees;
        uint256 seen = p.seen;
        if (p.shares == 0) seen = cases;
        for (uint256 i; i < maxCases && seen < cases; ++i) {
            _credits[seen][account].shares += p.shares;
            ++seen;
        }
        p.seen = seen.toUint16();
    }
}
