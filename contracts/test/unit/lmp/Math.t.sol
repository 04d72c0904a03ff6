// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Book} from "../../../src/lmp/ILMP.sol";
import {LmpMath} from "../../../src/lmp/LmpMath.sol";
import {Test} from "forge-std/Test.sol";

/// @notice Each figure worked out by hand, at amounts so small that every rounding and each virtual unit shows, and corners that no
/// vault comes to. What holds for all amounts is in the lemmas (`npm run audit`).
contract LmpMathTest is Test {
    uint256 private constant TWENTY_PERCENT = 2000;

    /* VALUES OF THE BOOK */

    function _book(uint256 idle, uint256 sumMin, uint256 sumSafe, uint256 sumMax, uint256 locked, uint256 mark)
        private
        pure
        returns (Book memory b)
    {
        (b.idle, b.sumMin, b.sumSafe, b.sumMax, b.locked, b.mark) = (idle, sumMin, sumSafe, sumMax, locked, mark);
    }

    function test_values() public pure {
        Book memory b = _book(100, 800, 900, 1010, 50, 449);
        assertEq(LmpMath.grossValue(b), 1000);
        assertEq(LmpMath.releasedValue(b), 950);
        // 1110 - floor(0.2 * (1000 - 449) = 110.2)
        assertEq(LmpMath.entryValueUp(b, TWENTY_PERCENT, 0), 1000);
        // 1110 - 3 - floor(0.2 * (1000 - 452) = 109.6)
        assertEq(LmpMath.entryValueUp(b, TWENTY_PERCENT, 3), 998);
        // 900 - 50 - ceil(0.2 * (950 - 449) = 100.2)
        assertEq(LmpMath.exitValueDown(b, TWENTY_PERCENT), 749);
        assertEq(LmpMath.totalValueDown(b, TWENTY_PERCENT), 849);
        assertEq(LmpMath.feeShareValueUp(b, TWENTY_PERCENT), 890);
    }

    function test_noFeeUpToTheMark() public pure {
        Book memory b = _book(100, 800, 900, 1010, 50, 1000);
        assertEq(LmpMath.entryValueUp(b, TWENTY_PERCENT, 3), 1107);
        assertEq(LmpMath.exitValueDown(b, TWENTY_PERCENT), 850);
        assertEq(LmpMath.totalValueDown(b, TWENTY_PERCENT), 950);
        assertEq(LmpMath.feeShareValueUp(b, TWENTY_PERCENT), 1000);
        b.mark = 1001;
        assertEq(LmpMath.entryValueUp(b, TWENTY_PERCENT, 0), 1110);
        assertEq(LmpMath.feeShareValueUp(b, TWENTY_PERCENT), 1000);
    }

    /// @dev A loss eats the lock first, and a fee is a part of the value: no vault comes to most of these.
    function test_noValueIsBelowZero() public pure {
        assertEq(LmpMath.releasedValue(_book(1, 0, 2, 2, 4, 0)), 0);
        assertEq(LmpMath.releasedValue(_book(1, 0, 2, 2, 2, 0)), 1);
        // The lock is more than what could be sold.
        assertEq(LmpMath.exitValueDown(_book(1, 2, 9, 9, 4, 9), TWENTY_PERCENT), 0);
        // So is the fee, 170 of 10.
        assertEq(LmpMath.exitValueDown(_book(0, 60, 900, 900, 50, 0), TWENTY_PERCENT), 0);
    }

    function test_fees() public pure {
        assertEq(LmpMath.feeDown(501, TWENTY_PERCENT), 100);
        assertEq(LmpMath.feeUp(501, TWENTY_PERCENT), 101);
        assertEq(LmpMath.feeUp(500, TWENTY_PERCENT), 100);
    }

    function test_managementFeeForAMonthAtMost() public pure {
        // 1e18 * 2% / 365 = 54,794,520,547,945.2
        assertEq(LmpMath.managementFeeDown(1e18, 200, 1 days), 54_794_520_547_945);
        assertEq(LmpMath.managementFeeDown(1e18, 200, 30 days), 1_643_835_616_438_356);
        assertEq(LmpMath.managementFeeDown(1e18, 200, 31 days), 1_643_835_616_438_356);
    }

    /* CONVERSIONS */

    function test_conversions() public pure {
        // 1000 * 21/13 = 1615.4; 1000 * 13/21 = 619.05
        assertEq(LmpMath.sharesDown({assets: 1000, value: 12, supply: 20}), 1615);
        assertEq(LmpMath.sharesUp({assets: 1000, value: 12, supply: 20}), 1616);
        assertEq(LmpMath.assetsDown({shares: 1000, value: 12, supply: 20}), 619);
        assertEq(LmpMath.assetsUp({shares: 1000, value: 12, supply: 20}), 620);
    }

    function test_mostSharesForAssets() public pure {
        // floor(8 * 13/21) = 4, floor(9 * 13/21) = 5
        assertEq(LmpMath.sharesFor({assets: 4, value: 12, supply: 20}), 8);
        // floor(20 * 13/21) = 12, floor(21 * 13/21) = 13
        assertEq(LmpMath.sharesFor({assets: 12, value: 12, supply: 20}), 20);
        assertEq(LmpMath.sharesFor({assets: 1000, value: 12, supply: 20}), 1616);
    }

    /// @dev One base unit for a million shares is the least, the virtual ones counted.
    function test_B5_theLeastPriceOfAnEntry() public pure {
        assertFalse(LmpMath.isPriceTooLow({entryValue: 0, supply: 1e6 - 1}));
        assertTrue(LmpMath.isPriceTooLow({entryValue: 0, supply: 1e6}));
        assertFalse(LmpMath.isPriceTooLow({entryValue: 4, supply: 5e6 - 1}));
        assertTrue(LmpMath.isPriceTooLow({entryValue: 4, supply: 5e6}));
    }

    /* LIMITS */

    function test_flowBudget() public {
        vm.warp(10 days);
        Book memory b = _book(100_000, 0, 900_001, 0, 0, 0);
        (b.flow, b.flowAt) = (4000, 10 days);
        // 0.1% of 1,000,001; a flow of 1 is 0.999999 millionths
        assertEq(LmpMath.flowRoom(b), 1000);
        assertEq(LmpMath.flowAfter(b, 1), 4001);
        assertEq(LmpMath.flowAfter(b, 1000), 5000);
        // A quarter of a day gives back a quarter of half a percent.
        vm.warp(10 days + 6 hours);
        assertEq(LmpMath.flowRoom(b), 2250);
        assertEq(LmpMath.flowAfter(b, 1000), 3750);
    }

    function test_lossBucket() public {
        vm.warp(10 days);
        uint256 bucket = 10 days << 64 | 0.0004e18;
        assertEq(LmpMath.lossUsed(bucket), 0.0004e18);
        // 0.06% of 9999 = 5.9994
        assertEq(LmpMath.lossRoom(bucket, 9999), 5);
        vm.warp(12 days);
        assertEq(LmpMath.lossUsed(bucket), 0.0003e18);
        assertEq(LmpMath.lossRoom(bucket, 9999), 6);
    }

    function test_leastOfAnExit() public pure {
        assertEq(LmpMath.exitFloor({owed: 10, idle: 20}), 10);
        assertEq(LmpMath.exitFloor({owed: 20, idle: 20}), 20);
        // 50 + 99% of 1000, of 1
        assertEq(LmpMath.exitFloor({owed: 1050, idle: 50}), 1040);
        assertEq(LmpMath.exitFloor({owed: 51, idle: 50}), 50);
    }

    /* THE MARK UNDER FLOWS */

    function test_markAfterEntry() public pure {
        // At the mark and above it: M + a
        assertEq(LmpMath.markAfterEntry({mark: 100, gross: 100, assets: 10, shares: 50, supply: 100}), 110);
        assertEq(LmpMath.markAfterEntry({mark: 90, gross: 100, assets: 10, shares: 50, supply: 100}), 100);
        // Below it: 100 + ceil(100 * 21/99 = 21.2)
        assertEq(LmpMath.markAfterEntry({mark: 100, gross: 50, assets: 10, shares: 21, supply: 99}), 122);
        // At least V + a
        assertEq(LmpMath.markAfterEntry({mark: 100, gross: 95, assets: 20, shares: 1, supply: 100}), 115);
    }

    /// @dev Everybody left, and what is left fell below the mark.
    function test_firstSharesOwnTheWholeBook() public pure {
        assertEq(LmpMath.markAfterEntry({mark: 10e18, gross: 4e18, assets: 3e18, shares: 3e18, supply: 0}), 7e18);
    }

    /// @dev One share before them is enough.
    function test_laterSharesBringTheirPart() public pure {
        assertEq(LmpMath.markAfterEntry({mark: 10, gross: 4, assets: 3, shares: 2, supply: 1}), 30);
    }

    function test_markAfterExit() public pure {
        // At the mark and above it: M - (leaving - unlocked), at least 0
        assertEq(_markAfterExit(100, 100, 10, 4), 94);
        assertEq(_markAfterExit(100, 100, 30, 0), 70);
        assertEq(_markAfterExit(90, 100, 10, 4), 84);
        assertEq(_markAfterExit(5, 100, 10, 4), 0);
        // Below it: 100 - floor(100 * 21/99 = 21.2)
        assertEq(_markAfterExit(100, 50, 20, 2), 79);
        // At least V - (leaving - unlocked), at least 0
        assertEq(_markAfterExit(100, 95, 5, 2), 92);
        assertEq(_markAfterExit(100, 5, 10, 2), 79);
    }

    function _markAfterExit(uint256 mark, uint256 gross, uint256 leaving, uint256 unlocked)
        private
        pure
        returns (uint256)
    {
        return LmpMath.markAfterExit(mark, gross, leaving, unlocked, 21, 99);
    }

    function test_movedStaysInRange() public pure {
        assertEq(LmpMath.moved(10, 3), 13);
        assertEq(LmpMath.moved(10, -3), 7);
        assertEq(LmpMath.moved(10, 0), 10);
        assertEq(LmpMath.moved(2, -3), 0);
        assertEq(LmpMath.moved(type(uint256).max - 1, 3), type(uint256).max);
    }

    /* THE LOSS MARK */

    /// @dev Who pays the mark moves nothing, be it to where it is.
    function test_anEntryAtTheLossMarkIsNotBelowIt() public pure {
        assertFalse(LmpMath.isBelow({lossMark: 1e18, assets: 5, shares: 5}));
        assertTrue(LmpMath.isBelow({lossMark: 1e18, assets: 4, shares: 5}));
    }

    function test_lossMarkIsTheMeanOfWhatWasPaid() public pure {
        // (30 * 1 + 10)/(30 + 21) = 40/51
        assertEq(
            LmpMath.lossMarkAfterEntryDown({lossMark: 1e18, assets: 10, shares: 21, supply: 30}),
            784_313_725_490_196_078
        );
        // 30/(30 + 16)
        assertEq(LmpMath.lossMarkAfterFeeDown({lossMark: 1e18, shares: 16, supply: 30}), 652_173_913_043_478_260);
    }

    /* EXIT IN KIND */

    function test_inKindKeepsWhatIsLocked() public pure {
        // k = 7/3000; all of the lock is kept
        _expectTerms({idle: 1000, sumMin: 2000, locked: 7, shares: 10, keep: 2_333_333_333_333_334, unlocked: 0});
        // k = 1%, which keeps 100 of 300; T = ceil(200 * 10/101 = 19.8)
        _expectTerms({idle: 1000, sumMin: 9000, locked: 300, shares: 10, keep: 0.01e18, unlocked: 20});
        // 1% of 10,050 keeps 100
        _expectTerms({idle: 1000, sumMin: 9050, locked: 300, shares: 101, keep: 0.01e18, unlocked: 200});
        // Exactly 1%, and less than it
        _expectTerms({idle: 1000, sumMin: 9000, locked: 100, shares: 10, keep: 0.01e18, unlocked: 0});
        _expectTerms({idle: 1, sumMin: 0, locked: 0, shares: 10, keep: 0, unlocked: 0});
    }

    function test_inKindOfNothingThatCouldBeSoldKeepsTheMost() public pure {
        _expectTerms({idle: 0, sumMin: 0, locked: 0, shares: 10, keep: 0.01e18, unlocked: 0});
        _expectTerms({idle: 0, sumMin: 0, locked: 101, shares: 10, keep: 0.01e18, unlocked: 10});
    }

    function _expectTerms(uint256 idle, uint256 sumMin, uint256 locked, uint256 shares, uint256 keep, uint256 unlocked)
        private
        pure
    {
        (uint256 k, uint256 t) = LmpMath.inKindTerms(_book(idle, sumMin, 0, 0, locked, 0), shares, 100);
        assertEq(k, keep, "k");
        assertEq(t, unlocked, "T");
    }

    function test_slice() public pure {
        // 1000 * 10/101 = 99.009, of it 99% = 98.02
        assertEq(LmpMath.sliceDown({balance: 1000, shares: 10, supply: 100, keep: 0}), 99);
        assertEq(LmpMath.sliceDown({balance: 1000, shares: 10, supply: 100, keep: 0.01e18}), 98);
        assertEq(LmpMath.sliceDown({balance: 1e18, shares: 10, supply: 100, keep: 0.01e18}), 98_019_801_980_198_019);
    }
}
