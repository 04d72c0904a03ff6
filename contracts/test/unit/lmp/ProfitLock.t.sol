// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ProfitLock} from "../../../src/lmp/ProfitLock.sol";
import {Test} from "forge-std/Test.sol";

/// @notice Each figure worked out by hand.
contract ProfitLockTest is Test {
    function test_remainingIsRoundedUp() public pure {
        assertEq(ProfitLock.remaining({locked: 10, start: 0, end: 3, time: 0}), 10);
        assertEq(ProfitLock.remaining({locked: 10, start: 0, end: 3, time: 1}), 7);
        assertEq(ProfitLock.remaining({locked: 10, start: 7, end: 107, time: 106}), 1);
    }

    function test_nothingRemainsAtTheEndNorAfterIt() public pure {
        assertEq(ProfitLock.remaining({locked: 10, start: 0, end: 3, time: 3}), 0);
        assertEq(ProfitLock.remaining({locked: 10, start: 0, end: 3, time: 4}), 0);
        assertEq(ProfitLock.remaining({locked: 10, start: 3, end: 3, time: 3}), 0);
        assertEq(ProfitLock.remaining({locked: 0, start: 0, end: 0, time: 5}), 0);
    }

    function test_theEndIsTheMeanByAmount() public pure {
        // (3 * 100 + 2 * (50 + 86,400)) / 5
        (uint256 locked, uint256 end) = ProfitLock.add({locked: 3, end: 100, gain: 2, time: 50});
        assertEq(locked, 5);
        assertEq(end, 34_640);
        // (3 * 100 + 4 * (50 + 86,400)) / 7 = 49,442.9
        (locked, end) = ProfitLock.add({locked: 3, end: 100, gain: 4, time: 50});
        assertEq(locked, 7);
        assertEq(end, 49_442);
    }

    function test_theFirstGainIsLockedForADayTheLastEndStaysWithoutOne() public pure {
        (uint256 locked, uint256 end) = ProfitLock.add({locked: 0, end: 7, gain: 1, time: 50});
        assertEq(locked, 1);
        assertEq(end, 50 + 1 days);
        (locked, end) = ProfitLock.add({locked: 0, end: 7, gain: 0, time: 50});
        assertEq(locked, 0);
        assertEq(end, 7);
        (locked, end) = ProfitLock.add({locked: 1, end: 7, gain: 0, time: 5});
        assertEq(locked, 1);
        assertEq(end, 7);
    }

    function test_aLossEatsNoMoreThanIsLocked() public pure {
        assertEq(ProfitLock.eat({locked: 5, loss: 2}), 3);
        assertEq(ProfitLock.eat({locked: 5, loss: 5}), 0);
        assertEq(ProfitLock.eat({locked: 5, loss: 6}), 0);
    }
}
