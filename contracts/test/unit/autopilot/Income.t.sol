// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Gauge} from "../../../src/autopilot/GaugeReading.sol";
import {Change, Income} from "../../../src/autopilot/Income.sol";
import {Test} from "forge-std/Test.sol";

contract IncomeTest is Test {
    uint256 private constant HORIZON = 30 days;

    function _f(uint256 yearly, uint256 others, uint256 paidFor, uint256 units) private pure returns (uint256) {
        return Income.incentives(Gauge(yearly, others, paidFor), 0, units, HORIZON).afterwards;
    }

    function test_base() public pure {
        Change memory change = Income.base(0.03e18, 200e18, 300e18);
        assertEq(change.before, 6e18);
        assertEq(change.afterwards, 9e18);
    }

    function test_incentives_vectors() public pure {
        // 0.9 * 100 * 100 / (300 + 100)
        assertEq(_f(100e18, 300e18, 30 days, 100e18), 22.5e18);
        // Alone in the gauge: everything, at 90%
        assertEq(_f(100e18, 0, 30 days, 1), 90e18);
        // Paid for a third of the horizon; longer than the horizon is no more
        assertEq(_f(100e18, 300e18, 10 days, 100e18), 7.5e18);
        assertEq(_f(100e18, 300e18, 90 days, 100e18), 22.5e18);
        assertEq(_f(100e18, 300e18, 0, 100e18), 0);
        // Nothing held, nothing earned, also in an empty gauge
        assertEq(_f(100e18, 0, 30 days, 0), 0);
    }

    function test_roundingNeverLooksLikeAGain() public pure {
        Change memory change = Income.base(1, 1, 1);
        assertEq(change.before, 1);
        assertEq(change.afterwards, 0);
        change = Income.incentives(Gauge(1, 1, 1), 1, 1, HORIZON);
        assertEq(change.before, 1);
        assertEq(change.afterwards, 0);
    }

    function testFuzz_stayingIsNoGain(uint128 rate, uint128 value, uint128 yearly, uint128 others, uint128 units)
        public
        pure
    {
        Change memory change = Income.base(rate, value, value);
        assertGe(change.before, change.afterwards);
        assertLe(change.before - change.afterwards, 1);
        change = Income.incentives(Gauge(yearly, others, 7 days), units, units, HORIZON);
        assertGe(change.before, change.afterwards);
        assertLe(change.before - change.afterwards, 2);
    }

    function testFuzz_moreUnitsEarnMoreAndEachLess(uint256 yearly, uint256 others, uint256 a, uint256 b) public pure {
        yearly = bound(yearly, 1e18, 1e24);
        others = bound(others, 0, 1e24);
        a = bound(a, 1e18, 1e23);
        b = bound(b, a, 1e24);
        uint256 fa = _f(yearly, others, 30 days, a);
        uint256 fb = _f(yearly, others, 30 days, b);
        assertLe(fa, fb, "more units, more income");
        assertGe(fa + 2, fb * a / b, "income per unit falls");
        assertLe(fb, yearly * 9 / 10, "never more than the gauge pays");
    }

    /// Entering takes the lower reading, leaving the higher one; ties are the same either way.
    function testFuzz_worseReading(uint128 rateA, uint128 rateB, uint128 valueBefore, uint128 valueAfter) public pure {
        Change memory a = Income.base(rateA, valueBefore, valueAfter);
        Change memory b = Income.base(rateB, valueBefore, valueAfter);
        Change memory picked = Income.worse(a, b);
        bool entering = valueAfter > valueBefore;
        uint256 rate = (rateA < rateB) == entering ? rateA : rateB;
        Change memory expected = Income.base(rate, valueBefore, valueAfter);
        // Within rounding two readings may gain the same.
        assertLe(
            int256(picked.afterwards) - int256(picked.before), int256(expected.afterwards) - int256(expected.before)
        );
        assertGe(
            int256(picked.afterwards) - int256(picked.before) + 1, int256(expected.afterwards) - int256(expected.before)
        );
    }
}
