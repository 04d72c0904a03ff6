// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ProfitLock} from "../../src/lmp/ProfitLock.sol";
import {Test} from "forge-std/Test.sol";

/// @notice The profit lock, on its bytecode. See ConversionsSymbolic for the names.
contract LockSymbolic is Test {
    function check_remainingIsWithinTheLock(uint96 locked, uint32 start, uint32 end, uint32 time) public pure {
        vm.assume(start < end && start <= time);
        assertLe(ProfitLock.remaining(locked, start, end, time), locked);
    }

    function check_remainingFalls(uint96 locked, uint32 start, uint32 end, uint32 time, uint32 later) public pure {
        vm.assume(start < end && start <= time && time <= later);
        assertLe(ProfitLock.remaining(locked, start, end, later), ProfitLock.remaining(locked, start, end, time));
    }

    function check_endIsBetween(uint96 locked, uint32 end, uint96 gain, uint32 time) public pure {
        vm.assume(gain != 0 && (locked == 0 || (end > time && end <= uint256(time) + ProfitLock.PERIOD)));
        (uint256 newLocked, uint256 newEnd) = ProfitLock.add(locked, end, gain, time);
        assertEq(newLocked, uint256(locked) + gain);
        assertLe(newEnd, uint256(time) + ProfitLock.PERIOD);
        assertGt(newEnd, time);
        if (locked != 0) assertGe(newEnd, end);
    }

    function check_lossEatsTheLock(uint96 locked, uint96 loss) public pure {
        uint256 left = ProfitLock.eat(locked, loss);
        assertEq(left, loss < locked ? locked - loss : 0);
    }

    /* Fuzzed: no solver settles these in time */

    function testFuzz_remainingIsWithinTheLock(uint96 locked, uint32 start, uint32 end, uint32 time) public pure {
        start = uint32(bound(start, 0, type(uint32).max - 1));
        end = uint32(bound(end, uint256(start) + 1, type(uint32).max));
        check_remainingIsWithinTheLock(locked, start, end, uint32(bound(time, start, type(uint32).max)));
    }

    function testFuzz_remainingFalls(uint96 locked, uint32 start, uint32 end, uint32 time, uint32 later) public pure {
        start = uint32(bound(start, 0, type(uint32).max - 1));
        end = uint32(bound(end, uint256(start) + 1, type(uint32).max));
        time = uint32(bound(time, start, type(uint32).max));
        check_remainingFalls(locked, start, end, time, uint32(bound(later, time, type(uint32).max)));
    }

    function testFuzz_endIsBetween(uint96 locked, uint32 end, uint96 gain, uint32 time) public pure {
        gain = uint96(bound(gain, 1, type(uint96).max));
        time = uint32(bound(time, 0, type(uint32).max - ProfitLock.PERIOD));
        end = uint32(bound(end, uint256(time) + 1, uint256(time) + ProfitLock.PERIOD));
        check_endIsBetween(locked, end, gain, time);
    }
}
