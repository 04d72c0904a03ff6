// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {LinearVesting} from "../../../src/vesting/LinearVesting.sol";
import {Test} from "forge-std/Test.sol";

contract LinearVestingTest is Test {
    function testFuzz_monotoneFromZeroToTotal(uint256 total, uint256 start, uint256 length, uint256 early, uint256 late)
        public
        pure
    {
        start = bound(start, 0, type(uint64).max);
        length = bound(length, 1, 10_000 days);
        uint256 end = start + length;
        late = bound(late, 0, end + 1 days);
        early = bound(early, 0, late);
        uint256 before = LinearVesting.vested(total, start, end, early);
        uint256 later = LinearVesting.vested(total, start, end, late);
        assertLe(before, later, "falls");
        assertLe(later, total, "more than all");
        if (late <= start) assertEq(later, 0, "before the start");
        if (late >= end) assertEq(later, total, "all at the end");
    }

    /// @dev floor(total * passed / length): the next unit has not vested yet.
    function testFuzz_roundedDown(uint256 total, uint256 passed, uint256 length) public pure {
        total = bound(total, 0, type(uint128).max);
        length = bound(length, 1, type(uint64).max);
        passed = bound(passed, 0, length);
        uint256 vested = LinearVesting.vested(total, 7, 7 + length, 7 + passed);
        assertLe(vested * length, total * passed, "down");
        if (vested < total) assertGt((vested + 1) * length, total * passed, "by less than a unit");
    }

    function test_byHand() public pure {
        assertEq(LinearVesting.vested(100, 1000, 1003, 1001), 33);
        assertEq(LinearVesting.vested(100, 1000, 1003, 1002), 66);
        assertEq(LinearVesting.vested(type(uint256).max, 0, 2, 1), type(uint256).max / 2, "no overflow");
    }

    function test_noLength() public pure {
        assertEq(LinearVesting.vested(100, 1000, 1000, 999), 0);
        assertEq(LinearVesting.vested(100, 1000, 1000, 1000), 100);
    }
}
