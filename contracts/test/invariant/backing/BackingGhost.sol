// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Test} from "forge-std/Test.sol";

/// @notice A backing pool without any trick: every account's shares by day, fees dealt out to every account over every span of
/// time, every case with what each account had in it. Loops over everything, keeps no sums per share.
/// Its own arithmetic; fees of an account carry 18 more digits.
abstract contract BackingGhost is Test {
    uint256 internal constant MIN_SHARES = 1e18;
    uint256 internal constant WAD = 1e18;

    struct Day {
        uint256 day;
        /// @dev Before it left: all of them. After: those not withdrawn.
        uint256 shares;
        uint256 toke;
        bool left;
    }

    struct CaseGhost {
        uint256 shares;
        uint256 slashed;
        uint256 returned;
    }

    uint256 internal immutable ACTORS;

    uint256 public tokeAtRisk;
    uint256 public sharesAtRisk;
    CaseGhost[] internal cases;
    Day[] internal queue;
    /// @dev First of the queue that has not left.
    uint256 internal next;
    mapping(uint256 who => uint256) public active;
    mapping(uint256 who => mapping(uint256 day => uint256)) public cooling;
    mapping(uint256 day => uint256) internal indexOf;
    /// @dev Active and cooling, which earn and answer.
    mapping(uint256 who => uint256) internal exposed;
    mapping(uint256 who => mapping(uint256 caseId => uint256)) internal slashedShares;
    mapping(uint256 who => mapping(uint256 caseId => uint256)) public paidBack;

    /// @dev The stream: thousandths of a base unit per second, its end, and what the rate left over.
    uint256 internal rate;
    uint256 public end;
    uint256 internal dust;
    uint256 internal last;
    /// @dev What an account has earned in all, base units * WAD.
    mapping(uint256 who => uint256) public earned;
    mapping(uint256 who => uint256) public claimed;

    uint256 public frozenSince;

    uint256 public deposited;
    uint256 public withdrawn;
    uint256 public slashedOut;
    uint256 public returnedIn;
    uint256 public returnedOut;
    uint256 public notified;
    uint256 public feesOut;
    /// @dev Base units by which an account may have less than its due: one for each time its stake and one in a bucket are settled, and
    /// for each accrual what the pool's sum per share cannot hold, H/1e28.
    uint256 public slack;

    constructor(uint256 actors) {
        ACTORS = actors;
        last = block.timestamp;
    }

    /* TIME */

    /// @dev What any call does first: up to `maxDays` buckets leave that are due, before the freeze if there is one; then time passes.
    function _touch(uint256 maxDays) internal {
        uint256 limit = frozenSince == 0 ? block.timestamp : frozenSince;
        while (next < queue.length && queue[next].day * 1 days <= limit) {
            if (maxDays == 0) return;
            --maxDays;
            Day storage d = queue[next++];
            uint256 start = d.day * 1 days;
            _flow(start > last ? start : last);
            d.left = true;
            if (d.shares == 0) continue;
            d.toke = d.shares * tokeAtRisk / sharesAtRisk;
            tokeAtRisk -= d.toke;
            sharesAtRisk -= d.shares;
            for (uint256 i; i < ACTORS; ++i) {
                exposed[i] -= cooling[i][d.day];
            }
        }
        _flow(block.timestamp);
    }

    /// @dev Deals the fees of [last, to) out to everybody who is exposed.
    function _flow(uint256 to) private {
        slack += 2 + sharesAtRisk / 1e28;
        if (end > last) {
            if (sharesAtRisk < MIN_SHARES) {
                end += to - last;
            } else {
                uint256 amount = rate * (Math.min(to, end) - last) * (WAD / 1000);
                for (uint256 i; i < ACTORS; ++i) {
                    earned[i] += Math.mulDiv(amount, exposed[i], sharesAtRisk);
                }
            }
        }
        last = to;
    }

    function _dueDays() internal view returns (uint256 n) {
        uint256 limit = frozenSince == 0 ? block.timestamp : frozenSince;
        while (next + n < queue.length && queue[next + n].day * 1 days <= limit) ++n;
    }

    /* CALLS: what each is to do, after _touch */

    function _sharesFor(uint256 toke) internal view returns (uint256) {
        if (sharesAtRisk == 0) return toke;
        return tokeAtRisk == 0 ? type(uint256).max : toke * sharesAtRisk / tokeAtRisk;
    }

    function _staked(uint256 who, uint256 toke) internal returns (uint256 shares) {
        shares = _sharesFor(toke);
        active[who] += shares;
        exposed[who] += shares;
        (tokeAtRisk, sharesAtRisk) = (tokeAtRisk + toke, sharesAtRisk + shares);
        deposited += toke;
    }

    function _requested(uint256 who, uint256 shares) internal returns (uint256 day) {
        day = block.timestamp / 1 days + 29;
        if (queue.length == 0 || queue[queue.length - 1].day != day) {
            indexOf[day] = queue.length;
            queue.push(Day(day, 0, 0, false));
        }
        queue[indexOf[day]].shares += shares;
        active[who] -= shares;
        cooling[who][day] += shares;
    }

    function _cancelled(uint256 who, uint256 day, uint256 shares) internal {
        queue[indexOf[day]].shares -= shares;
        active[who] += shares;
        cooling[who][day] -= shares;
    }

    function _withdrew(uint256 who, uint256 day) internal returns (uint256 toke) {
        Day storage d = queue[indexOf[day]];
        uint256 shares = cooling[who][day];
        toke = shares * d.toke / d.shares;
        (d.shares, d.toke) = (d.shares - shares, d.toke - toke);
        cooling[who][day] = 0;
        withdrawn += toke;
    }

    function _claimed(uint256 who, uint256 assets) internal {
        claimed[who] += assets;
        feesOut += assets;
    }

    /// @dev The new end is the mean of the old end and now + 28 days, weighted by what is left and what comes.
    function _notified(uint256 assets) internal {
        uint256 seconds_ = end > block.timestamp ? end - block.timestamp : 0;
        (uint256 left, uint256 added) = (rate * seconds_, assets * 1000);
        uint256 duration = (left * seconds_ + added * 28 days) / (left + added);
        rate = (left + added + dust) / duration;
        dust = left + added + dust - rate * duration;
        end = block.timestamp + duration;
        notified += assets;
    }

    function _slashed(uint256 toke) internal returns (uint256 taken) {
        // Never the last wei.
        if (tokeAtRisk == 1) return 0;
        taken = Math.min(toke, Math.ceilDiv(tokeAtRisk * 30, 100));
        if (taken == 0) return 0;
        for (uint256 i; i < ACTORS; ++i) {
            slashedShares[i][cases.length] = exposed[i];
        }
        cases.push(CaseGhost(sharesAtRisk, taken, 0));
        tokeAtRisk -= taken;
        slashedOut += taken;
    }

    function _returned(uint256 caseId, uint256 toke) internal {
        cases[caseId].returned += toke;
        returnedIn += toke;
    }

    function _paidBack(uint256 who, uint256 caseId, uint256 toke) internal {
        paidBack[who][caseId] += toke;
        returnedOut += toke;
    }

    /* WHAT IS DUE */

    function caseCount() public view returns (uint256) {
        return cases.length;
    }

    /// @notice Of a case to an account, cooling stake included, and not paid.
    function dueBack(uint256 who, uint256 caseId) public view returns (uint256) {
        CaseGhost memory c = cases[caseId];
        return slashedShares[who][caseId] * c.returned / c.shares - paidBack[who][caseId];
    }

    /// @notice TOKE in buckets that left and were not withdrawn.
    function unclaimed() public view returns (uint256 toke) {
        for (uint256 i; i < next; ++i) {
            toke += queue[i].toke;
        }
    }

    /// @notice What the stream still owes, thousandths of a base unit.
    function streaming() public view returns (uint256) {
        return (end > last ? rate * (end - last) : 0) + dust;
    }

    function rateOf() public view returns (uint256) {
        return rate * 1e15;
    }

    function daysOf(uint256 who) public view returns (uint256[] memory list) {
        uint256 n;
        for (uint256 i; i < queue.length; ++i) {
            if (cooling[who][queue[i].day] != 0) ++n;
        }
        list = new uint256[](n);
        for (uint256 i = queue.length; i != 0; --i) {
            if (cooling[who][queue[i - 1].day] != 0) list[--n] = queue[i - 1].day;
        }
    }

    function hasLeft(uint256 day) public view returns (bool) {
        return queue[indexOf[day]].left;
    }
}
