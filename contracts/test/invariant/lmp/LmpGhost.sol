// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Book, DestinationState} from "../../../src/lmp/ILMP.sol";
import {LMP} from "../../../src/lmp/LMP.sol";
import {LmpViews} from "../../../src/lmp/LmpViews.sol";
import {LogReplay} from "./LogReplay.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Test} from "forge-std/Test.sol";

using LmpViews for LMP;

/// @notice What the specification says each call may do to the book, in this file's own arithmetic.
/// Signs: `int256` where a difference may be below 0.
abstract contract LmpGhost is Test {
    LMP public lmp;
    LogReplay public replay;

    /// @dev The book before a call, and what it implies.
    struct Before {
        Book book;
        uint256 supply;
        uint256 gross;
        uint256 released;
        uint256 exit;
        uint256 feePrice;
        uint256 logged;
        uint256 managed;
        uint256 managedShares;
        /// @dev lossMark * supply, WAD of base units.
        uint256 marked;
        int256 loss;
    }

    /* Fee ghost: a segment is a history whose flows all came while V >= M. */

    /// @dev Assets that came in less assets that left.
    int256 public netFlows;
    /// @dev Highest evaluated R - netFlows of the segment; M = peak + netFlows.
    int256 public peak;
    int256 public segmentStart;
    uint256 public segmentFees;
    uint256 public segmentEvaluations;
    uint256 public segments;

    /// @dev Times an entry paid less than the loss mark, and times fee shares lowered it.
    uint256 public entriesBelow;
    uint256 public dilutions;

    function _bps() private view returns (uint256) {
        return lmp.feeBps();
    }

    function _gross(Book memory b) internal pure returns (uint256) {
        return b.idle + b.sumSafe;
    }

    function _released(Book memory b) internal pure returns (uint256) {
        return _gross(b) - b.locked;
    }

    /// @dev V - phi*(V - M)+, rounded up.
    function _feePrice(Book memory b) private view returns (uint256) {
        uint256 v = _gross(b);
        return v <= b.mark ? v : v - (v - b.mark) * _bps() / 10_000;
    }

    function _before() internal view returns (Before memory x) {
        x.book = lmp.book();
        x.supply = lmp.totalSupply();
        x.gross = _gross(x.book);
        x.released = _released(x.book);
        x.exit = lmp.exitAssets();
        x.feePrice = _feePrice(x.book);
        x.logged = replay.fees();
        (x.managed, x.managedShares) = (replay.managementFees(), replay.managementShares());
        (x.marked, x.loss) = (lmp.lossMark() * x.supply, _loss());
    }

    /// @dev LMP-7: loss mark x supply less the book at backing prices, which are never below safe, and without locked profit; WAD of
    /// base units, below 0 when there is no loss.
    function _loss() private view returns (int256) {
        Book memory b = lmp.book();
        uint256 high = b.idle;
        address[] memory list = lmp.destinations();
        for (uint256 i; i < list.length; ++i) {
            DestinationState memory d = lmp.destinationState(list[i]);
            assertGe(d.backing, d.safe, "the high price is above the safe one");
            high += d.backing;
        }
        return int256(lmp.lossMark() * lmp.totalSupply()) - (int256(high) - int256(b.locked)) * 1e18;
    }

    /// @dev LMP-7 for flows: a loss may shrink, but neither grow nor come to be, but for the virtual base unit of the conversions.
    function _flowRaisedNoLoss(Before memory x) private view {
        int256 floor = x.loss > 0 ? x.loss : int256(0);
        assertLe(_loss(), floor + 1e18, "LMP-7: a flow raised a loss");
    }

    /// @dev LMP-7 for fees: shares that bring nothing bring no mark.
    function _feeRaisedNoLoss(Before memory x) private {
        uint256 supply = lmp.totalSupply();
        assertLe(lmp.lossMark() * supply, x.marked, "LMP-7: a fee raised a loss");
        if (supply > x.supply && x.marked != 0) ++dilutions;
    }

    function _startSegment() internal {
        Book memory b = lmp.book();
        (peak, segmentStart) = (int256(b.mark) - netFlows, int256(b.mark) - netFlows);
        (segmentFees, segmentEvaluations) = (0, 0);
        ++segments;
    }

    /// @dev R was compared with the mark when it was `released`.
    function _evaluated(uint256 released) private {
        int256 candidate = int256(released) - netFlows;
        if (candidate > peak) {
            peak = candidate;
            ++segmentEvaluations;
        }
    }

    /// @dev After every call, once the logs have been read.
    function _afterAny(Before memory x) internal {
        segmentFees += replay.fees() - x.logged;
    }

    /// @dev After a call that is no flow: value changed, shares only by the fee.
    function _afterValueChange(Before memory x) internal {
        _afterAny(x);
        _feeRaisedNoLoss(x);
        _settled(x.book, lmp.book());
    }

    /// @dev After a report: the revaluation is settled, then the management fee is a loss of m and a flow of m.
    function _afterReport(Before memory x) internal {
        _afterAny(x);
        _feeRaisedNoLoss(x);
        Book memory b = lmp.book();
        Book memory s = lmp.book();
        (uint256 v, uint256 gross) = (x.gross, _gross(b));
        if (gross >= v) s.locked = x.book.locked + gross - v;
        else s.locked = x.book.locked > v - gross ? x.book.locked - (v - gross) : 0;
        s.mark = Math.max(x.book.mark, _released(s));
        _settled(x.book, s);

        uint256 m = replay.managementFees() - x.managed;
        uint256 shares = replay.managementShares() - x.managedShares;
        uint256 elapsed = Math.min(block.timestamp - x.book.valuedAt, 30 days);
        uint256 due = _released(s) * lmp.managementFeeBps() * elapsed / (10_000 * 365 days);
        assertTrue(m == due || shares == 0, "rate * time * R");
        assertEq(b.locked, s.locked > m ? s.locked - m : 0, "the management fee eats the lock first");
        if (m == 0) {
            assertEq(b.mark, s.mark, "the mark rises to R");
        } else if (gross - m >= s.mark) {
            assertEq(b.mark, s.mark + m, "the mark moves with the management fee");
            netFlows += int256(m);
        } else {
            uint256 part = Math.mulDiv(s.mark, shares, lmp.totalSupply() - shares, Math.Rounding.Ceil);
            assertEq(b.mark, Math.max(s.mark + part, gross), "the mark moves with the management fee");
            _startSegment();
        }
    }

    /// @dev After the loss ledger spoke.
    function _afterSync() internal {
        _startSegment();
    }

    /// @dev After a call that settled twice.
    /// @param between the book after the first settlement
    function _afterSettlements(Before memory x, Book memory between) internal {
        _afterAny(x);
        _feeRaisedNoLoss(x);
        _settled(x.book, between);
        _settled(between, lmp.book());
    }

    /// @dev A gain joins the lock, a loss eats it first: what is released changes only by the loss beyond the lock.
    function _settled(Book memory was, Book memory b) private {
        _evaluated(_released(b));
        (uint256 v, uint256 gross) = (_gross(was), _gross(b));
        uint256 expected = _released(was);
        if (gross < v && v - gross > was.locked) expected -= (v - gross) - was.locked;
        assertApproxEqAbs(_released(b), expected, 1, "a gain is locked, a loss eats the lock first");
        assertGe(b.mark, _released(b), "LMP-3: R was not compared with the mark");
    }

    /// @param assets V's rise
    function _afterEntry(Before memory x, uint256 assets, uint256 shares) internal {
        _afterAny(x);
        netFlows += int256(assets);
        Book memory b = lmp.book();
        assertEq(lmp.totalSupply(), x.supply + shares, "an entry mints its shares only");
        _flowRaisedNoLoss(x);
        if (assets * 1e18 * x.supply < shares * x.marked) ++entriesBelow;
        if (x.gross < x.book.mark) {
            assertEq(
                b.mark,
                Math.max(x.book.mark + Math.ceilDiv(x.book.mark * shares, x.supply), x.gross + assets),
                "below the mark an entrant brings his part of it"
            );
            _startSegment();
        }
        _pricesDidNotFall(x);
    }

    /// @param evaluated the earned fee had to be settled first
    function _afterExit(Before memory x, uint256 shares, bool evaluated) internal {
        _afterAny(x);
        if (evaluated) _evaluated(x.released);
        _flowRaisedNoLoss(x);
        Book memory b = lmp.book();
        uint256 slice = x.gross - _gross(b);
        uint256 unlocked = x.book.locked - b.locked;
        int256 flow = int256(slice) - int256(unlocked);
        netFlows -= flow;
        if (x.gross < x.book.mark) {
            uint256 kept = x.book.mark - x.book.mark * shares / x.supply;
            int256 floor = int256(x.gross) - flow;
            assertEq(
                b.mark, floor > int256(kept) ? uint256(floor) : kept, "below the mark a leaver takes his part of it"
            );
            _startSegment();
        }
        _pricesDidNotFall(x);
    }

    /// @dev An exit that sold: what is above the leaver's due was settled after it, so only prices are compared; the history of flows starts anew.
    function _afterQueueExit(Before memory x, uint256 shares) internal {
        _afterAny(x);
        assertGe(lmp.totalSupply(), x.supply - shares, "an exit burns its shares only");
        _startSegment();
        _pricesDidNotFall(x);
    }

    /// @dev LMP-1, read after a flow: neither what leavers nor what the fee is paid in falls per share.
    function _pricesDidNotFall(Before memory x) private view {
        uint256 supply = lmp.totalSupply();
        assertGe(
            (lmp.exitAssets() + 1) * (x.supply + 1), (x.exit + 1) * (supply + 1), "LMP-1: the exit price fell in a flow"
        );
        assertGe(
            (_feePrice(lmp.book()) + 1) * (x.supply + 1),
            (x.feePrice + 1) * (supply + 1),
            "LMP-1: the fee share price fell in a flow"
        );
    }
}
