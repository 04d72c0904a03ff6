// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Book} from "../../src/lmp/ILMP.sol";
import {LmpMath} from "../../src/lmp/LmpMath.sol";
import {Test} from "forge-std/Test.sol";

/// @notice The values of a book, on their bytecode, over all books the vault can keep: sumMin <= sumSafe <= sumMax, L <= V.
/// See ConversionsSymbolic for the names.
contract BookSymbolic is Test {
    uint256 private constant MAX_FEE_BPS = 3000;

    function _book(uint96 idle, uint96 sumSafe, uint96 sumMin, uint96 sumMax, uint96 locked, uint96 mark)
        private
        pure
        returns (Book memory b)
    {
        vm.assume(sumMin <= sumSafe && sumSafe <= sumMax && locked <= uint256(idle) + sumSafe);
        (b.idle, b.sumSafe, b.sumMin, b.sumMax, b.locked, b.mark) = (idle, sumSafe, sumMin, sumMax, locked, mark);
    }

    function check_entryIsAboveExit(
        uint96 idle,
        uint96 sumSafe,
        uint96 sumMin,
        uint96 sumMax,
        uint96 locked,
        uint96 mark,
        uint16 feeBps
    ) public pure {
        vm.assume(feeBps <= MAX_FEE_BPS);
        Book memory b = _book(idle, sumSafe, sumMin, sumMax, locked, mark);
        assertGe(LmpMath.entryValueUp(b, feeBps, 0), LmpMath.exitValueDown(b, feeBps));
    }

    function check_releasedIsWhatIsNotLocked(uint96 idle, uint96 sumSafe, uint96 locked) public pure {
        Book memory b = _book(idle, sumSafe, sumSafe, sumSafe, locked, 0);
        assertEq(LmpMath.grossValue(b), uint256(idle) + sumSafe);
        assertEq(LmpMath.releasedValue(b) + locked, LmpMath.grossValue(b));
    }

    function check_valuesAreWithinTheBook(
        uint96 idle,
        uint96 sumSafe,
        uint96 sumMin,
        uint96 sumMax,
        uint96 locked,
        uint96 mark,
        uint16 feeBps
    ) public pure {
        vm.assume(feeBps <= MAX_FEE_BPS);
        Book memory b = _book(idle, sumSafe, sumMin, sumMax, locked, mark);
        uint256 gross = LmpMath.grossValue(b);
        assertLe(LmpMath.totalValueDown(b, feeBps), LmpMath.releasedValue(b));
        assertLe(LmpMath.feeShareValueUp(b, feeBps), gross);
        assertLe(LmpMath.entryValueUp(b, feeBps, 0), uint256(idle) + sumMax);
    }

    function check_feeRoundings(uint96 profit, uint16 feeBps) public pure {
        vm.assume(feeBps <= MAX_FEE_BPS);
        uint256 down = LmpMath.feeDown(profit, feeBps);
        uint256 up = LmpMath.feeUp(profit, feeBps);
        assertLe(up, profit);
        assertTrue(up == down || up == down + 1);
    }

    function check_keepIsAtMostOnePercent(
        uint96 idle,
        uint96 sumSafe,
        uint96 sumMin,
        uint96 sumMax,
        uint96 locked,
        uint96 mark,
        uint96 shares,
        uint96 supply
    ) public pure {
        vm.assume(shares <= supply);
        Book memory b = _book(idle, sumSafe, sumMin, sumMax, locked, mark);
        (uint256 keep, uint256 unlocked) = LmpMath.inKindTerms(b, shares, supply);
        assertLe(keep, LmpMath.MAX_KEEP);
        assertLe(unlocked, locked);
    }

    function check_sliceIsWithinTheBalance(uint96 balance, uint96 shares, uint96 supply, uint64 keep) public pure {
        vm.assume(shares <= supply && keep <= LmpMath.MAX_KEEP);
        assertLe(LmpMath.sliceDown(balance, shares, supply, keep), balance);
    }

    /* Fuzzed: no solver settles these in time */

    function _bounded(uint96[6] memory v) private pure returns (uint96[6] memory) {
        v[2] = uint96(bound(v[2], 0, v[1]));
        v[3] = uint96(bound(v[3], v[1], type(uint96).max));
        v[4] = uint96(bound(v[4], 0, uint256(v[0]) + v[1] < type(uint96).max ? v[0] + v[1] : type(uint96).max));
        return v;
    }

    /// @param v idle, sumSafe, sumMin, sumMax, locked, mark
    function testFuzz_entryIsAboveExit(uint96[6] memory v, uint16 feeBps) public pure {
        v = _bounded(v);
        check_entryIsAboveExit(v[0], v[1], v[2], v[3], v[4], v[5], uint16(bound(feeBps, 0, MAX_FEE_BPS)));
    }

    /// @param v idle, sumSafe, sumMin, sumMax, locked, mark
    function testFuzz_valuesAreWithinTheBook(uint96[6] memory v, uint16 feeBps) public pure {
        v = _bounded(v);
        check_valuesAreWithinTheBook(v[0], v[1], v[2], v[3], v[4], v[5], uint16(bound(feeBps, 0, MAX_FEE_BPS)));
    }

    function testFuzz_feeRoundings(uint96 profit, uint16 feeBps) public pure {
        check_feeRoundings(profit, uint16(bound(feeBps, 0, MAX_FEE_BPS)));
    }

    function testFuzz_keepIsAtMostOnePercent(uint96[6] memory v, uint96 shares, uint96 supply) public pure {
        v = _bounded(v);
        check_keepIsAtMostOnePercent(v[0], v[1], v[2], v[3], v[4], v[5], uint96(bound(shares, 0, supply)), supply);
    }

    function testFuzz_sliceIsWithinTheBalance(uint96 balance, uint96 shares, uint96 supply, uint64 keep) public pure {
        keep = uint64(bound(keep, 0, LmpMath.MAX_KEEP));
        check_sliceIsWithinTheBalance(balance, uint96(bound(shares, 0, supply)), supply, keep);
    }
}
