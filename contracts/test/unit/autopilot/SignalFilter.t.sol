// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {SignalFilter} from "../../../src/autopilot/SignalFilter.sol";
import {Test} from "forge-std/Test.sol";

contract SignalFilterTest is Test {
    uint256 private constant STEP = 0.05e18;
    uint256 private constant TAU = 10 days;

    /* NEXT */

    function test_next_vectors() public pure {
        // 3% * 1/11
        assertEq(SignalFilter.next(0, 0.03e18, 1 days), 2_727_272_727_272_727);
        // A sample of 20% pulls as one of 5%: 5% * 1/11
        assertEq(SignalFilter.next(0, 0.2e18, 1 days), 4_545_454_545_454_545);
        assertEq(SignalFilter.next(0, 0.2e18, 1 days), SignalFilter.next(0, 0.05e18, 1 days));
        // 10% - 5% * 1/11, the change rounded down
        assertEq(SignalFilter.next(0.1e18, 0, 1 days), 95_454_545_454_545_455);
        // As long as tau: half way
        assertEq(SignalFilter.next(0.03e18, 0.05e18, 10 days), 0.04e18);
        assertEq(SignalFilter.next(0.05e18, 0.03e18, 10 days), 0.04e18);
        assertEq(SignalFilter.next(0.04e18, 0.04e18, 10 days), 0.04e18);
    }

    function test_next_monthOfDailySamples() public pure {
        uint256 x;
        for (uint256 i; i < 29; ++i) {
            x = SignalFilter.next(x, 0.03e18, 1 days);
        }
        // 3% * (1 - (10/11)^29)
        assertApproxEqAbs(x, 28_108_817_741_061_453, 30);
    }

    function test_next_missedSnapshotsWeighByTheirTime() public pure {
        uint256 daily;
        for (uint256 i; i < 5; ++i) {
            daily = SignalFilter.next(daily, 0.03e18, 1 days);
        }
        uint256 once = SignalFilter.next(0, 0.03e18, 5 days);
        uint256 oneDay = SignalFilter.next(0, 0.03e18, 1 days);
        // 3% * (1 - (10/11)^5) = 1.1372% against 3% * 5/15 = 1%
        assertEq(once, 0.01e18);
        assertApproxEqAbs(daily, 11_372_360_308_225_344, 10);
        assertGt(once, 3 * oneDay, "a late sample counts for the days it covers");
    }

    function testFuzz_next_noTimeNoChange(uint256 x, uint256 sampled) public pure {
        x = bound(x, 0, type(uint128).max);
        assertEq(SignalFilter.next(x, sampled, 0), x);
    }

    function testFuzz_next_movesTowardsTheSampleByLessThanAStep(uint256 x, uint256 sampled, uint256 dt) public pure {
        x = bound(x, 0, 10e18);
        sampled = bound(sampled, 0, type(uint128).max);
        dt = bound(dt, 0, 3650 days);
        uint256 y = SignalFilter.next(x, sampled, dt);
        if (sampled >= x) {
            assertGe(y, x);
            assertLe(y, sampled, "never beyond the sample");
            assertLe(y - x, STEP);
        } else {
            assertLe(y, x);
            assertGe(y, sampled, "never beyond the sample");
            assertLe(x - y, STEP);
        }
    }

    function testFuzz_next_isTheFormula(uint256 x, uint256 sampled, uint256 dt) public pure {
        x = bound(x, 0, 1e18);
        sampled = bound(sampled, 0, 1e18);
        dt = bound(dt, 20 hours, 365 days);
        int256 difference = int256(sampled) - int256(x);
        if (difference > int256(STEP)) difference = int256(STEP);
        if (difference < -int256(STEP)) difference = -int256(STEP);
        int256 expected = int256(x) + difference * int256(dt) / int256(TAU + dt);
        assertEq(int256(SignalFilter.next(x, sampled, dt)), expected);
    }

    function testFuzz_next_higherSampleGivesNoLowerRate(uint256 x, uint256 a, uint256 b, uint256 dt) public pure {
        x = bound(x, 0, 1e18);
        a = bound(a, 0, 1e18);
        b = bound(b, a, 1e18);
        dt = bound(dt, 0, 365 days);
        assertLe(SignalFilter.next(x, a, dt), SignalFilter.next(x, b, dt));
    }

    /* SAMPLE */

    function test_sample_vectors() public pure {
        // 1 bp in a day, 365 times
        assertEq(SignalFilter.sample(1e18, 1.0001e18, 1 days), 0.0365e18);
        // The same growth over 20 h and over two days
        assertEq(SignalFilter.sample(1e18, 1.0001e18, 20 hours), 0.0438e18);
        assertEq(SignalFilter.sample(1e18, 1.0001e18, 2 days), 0.01825e18);
        // Relative to where it started
        assertEq(SignalFilter.sample(2e18, 2.0001e18, 1 days), 0.01825e18);
    }

    function testFuzz_sample_fallsAndStandstillsCountZero(uint256 before, uint256 current, uint256 dt) public pure {
        before = bound(before, 1, type(uint128).max);
        current = bound(current, 0, before);
        dt = bound(dt, 1, 365 days);
        assertEq(SignalFilter.sample(before, current, dt), 0);
    }

    function testFuzz_sample_anyRatesFit(uint128 before, uint128 current, uint256 dt) public pure {
        vm.assume(before != 0);
        assertLe(SignalFilter.sample(before, current, bound(dt, 1, type(uint40).max)), type(uint128).max);
    }
}
