// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {CheckpointRing} from "../../../src/loss/CheckpointRing.sol";
import {ILossLedger} from "../../../src/loss/ILossLedger.sol";

contract RingHarness {
    using CheckpointRing for CheckpointRing.Ring;

    CheckpointRing.Ring private ring;
    uint256 public count;

    function push(ILossLedger.Checkpoint memory c) external {
        ring.write(count++, address(this), c);
    }

    function load(uint256 id) external view returns (ILossLedger.Checkpoint memory) {
        return ring.load(count, id);
    }

    function window(uint256 since) external view returns (ILossLedger.Window memory) {
        return ring.window(count, since);
    }
}

/// @notice Windows of the ring. Losses in bps of mark * supply: 100 are the threshold.
contract WindowTest is Test {
    uint256 private constant WAD = 1e18;
    uint256 private constant SUPPLY = 1000e18;

    RingHarness private ring;
    uint256 private time = 1_700_000_000;
    /// @dev What was pushed, for the reference.
    uint256[] private times;
    uint256[] private losses;

    function setUp() public {
        ring = new RingHarness();
    }

    function test_fourEverySixHoursAreTooShort() public {
        _push(6 hours, 300, 4);
        _expectNone();
        _push(6 hours, 300, 1);
        _expect(0, 4, 300);
    }

    function test_itSpans24HoursToTheSecond() public {
        _push(0, 300, 1);
        _push(8 hours, 300, 2);
        _push(8 hours - 1, 300, 1);
        _expectNone();
        _push(1, 300, 1);
        _expect(0, 4, 300);
    }

    function test_itNeedsFourThatAre4HoursApart() public {
        _push(0, 300, 1);
        _push(12 hours, 300, 1);
        _push(4 hours - 1, 300, 1);
        _push(12 hours, 300, 1);
        _expectNone();
        _push(4 hours, 300, 1);
        _expect(0, 4, 300);
    }

    function test_theSmallestLossOfTheWindowCounts() public {
        _push(6 hours, 500, 2);
        _push(6 hours, 120, 1);
        _push(6 hours, 900, 2);
        _push(6 hours, 101, 3);
        _expect(0, 4, 120);
    }

    function test_oneBelowTheThresholdEndsIt() public {
        _push(6 hours, 500, 4);
        _push(6 hours, 99, 1);
        _push(6 hours, 500, 4);
        _expectNone();
        _push(6 hours, 100, 1);
        _expect(5, 9, 100);
    }

    function test_thresholdIsRoundedUpAndLossDown() public {
        // mark 1, supply 1 wei more than 100 whole units of 1e-18: threshold rounds up to 2 wei, loss of 1% down to 1.
        for (uint256 i; i < 5; ++i) {
            time += 6 hours;
            ring.push(ILossLedger.Checkpoint(time, 0.99e18, 0, 101, WAD, 0));
        }
        assertEq(ring.window(0).loss, 0);
    }

    function test_withoutAMarkThereIsNoWindow() public {
        for (uint256 i; i < 10; ++i) {
            time += 6 hours;
            ring.push(ILossLedger.Checkpoint(time, 0, 0, SUPPLY, 0, 0));
        }
        assertEq(ring.window(0).last, 0);
    }

    function test_sinceAndTheRingCutIt() public {
        _push(6 hours, 200, 5);
        assertEq(ring.window(1).loss, 0);
        _push(6 hours, 200, 59);
        _expect(0, 4, 200);
        _push(6 hours, 200, 1);
        _expect(1, 5, 200);
        assertEq(ring.window(30).first, 30);
    }

    /// @dev Times, losses, `since` and more checkpoints than are kept; against the definition, computed plainly.
    function testFuzz_windowIsTheDefinition(uint256 seed, uint256 count, uint256 since, uint256 share) public {
        count = bound(count, 0, 90);
        since = bound(since, 0, count);
        share = bound(share, 1, 40);
        for (uint256 i; i < count; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            // 1..4 h apart, a third of them up to a day; one in `share` below the threshold.
            uint256 gap = 1 hours + random % (random >> 200 & 0xff < 85 ? 23 hours : 3 hours);
            _push(gap, random >> 64 & 0xff < 256 / share ? 99 : 100 + (random >> 128) % 400, 1);
        }
        ILossLedger.Window memory w = ring.window(since);
        (uint256 first, uint256 last, uint256 loss) = _reference(since);
        assertEq(w.loss, loss, "loss");
        if (loss == 0) {
            assertEq(abi.encode(w), abi.encode(ILossLedger.Window(0, 0, 0, 0)));
            return;
        }
        assertEq(w.first, first, "first");
        assertEq(w.last, last, "last");
        assertEq(w.hash, ring.load(last).hash, "hash");
    }

    function test_hashesChainAllFields() public {
        ILossLedger.Checkpoint memory c = ILossLedger.Checkpoint(1, 2, 3, 4, 5, 0);
        ring.push(c);
        bytes32 first = keccak256(abi.encode(address(ring), 0, bytes32(0), 1, 2, 3, 4, 5));
        assertEq(ring.load(0).hash, first);
        ring.push(ILossLedger.Checkpoint(6, 7, 8, 9, 10, 0));
        assertEq(ring.load(1).hash, keccak256(abi.encode(address(ring), 1, first, 6, 7, 8, 9, 10)));
        for (uint256 i = 2; i < 66; ++i) {
            bytes32 previous = ring.load(i - 1).hash;
            ring.push(c);
            assertEq(ring.load(i).hash, keccak256(abi.encode(address(ring), i, previous, 1, 2, 3, 4, 5)));
        }
    }

    function test_onlyTheLast64AreKept() public {
        vm.expectRevert(abi.encodeWithSelector(ILossLedger.UnknownCheckpoint.selector, 0));
        ring.load(0);
        _push(1 hours, 100, 66);
        assertEq(ring.load(2).time, times[2]);
        assertEq(ring.load(65).time, times[65]);
        vm.expectRevert(abi.encodeWithSelector(ILossLedger.UnknownCheckpoint.selector, 1));
        ring.load(1);
        vm.expectRevert(abi.encodeWithSelector(ILossLedger.UnknownCheckpoint.selector, 66));
        ring.load(66);
    }

    function test_gasOfAFullRing() public {
        // The dearest: every checkpoint counts, none starts a window that is long enough.
        for (uint256 i; i < 16; ++i) {
            _push(4 hours, 300, 3);
            _push(4 hours, 50, 1);
        }
        vm.cool(address(ring));
        uint256 before = gasleft();
        ring.window(0);
        uint256 used = before - gasleft();
        emit log_named_uint("gas of window(), 64 checkpoints, cold", used);
        assertLt(used, 400_000);
    }

    /* HELPERS */

    function _push(uint256 gap, uint256 bps, uint256 times_) private {
        for (uint256 i; i < times_; ++i) {
            time += gap;
            times.push(time);
            losses.push(SUPPLY * bps / 10_000);
            ring.push(ILossLedger.Checkpoint(time, WAD - WAD * bps / 10_000, 0, SUPPLY, WAD, 0));
        }
    }

    function _expect(uint256 first, uint256 last, uint256 bps) private view {
        ILossLedger.Window memory w = ring.window(0);
        assertEq(w.first, first, "first");
        assertEq(w.last, last, "last");
        assertEq(w.loss, SUPPLY * bps / 10_000, "loss");
        assertEq(w.hash, ring.load(last).hash, "hash");
    }

    function _expectNone() private view {
        assertEq(ring.window(0).loss, 0);
    }

    /// @dev Every start, every end; the longest chain of checkpoints 4 h apart by dynamic programming.
    function _reference(uint256 since) private view returns (uint256 first, uint256 last, uint256 loss) {
        uint256 count = times.length;
        uint256 oldest = count > 64 ? count - 64 : 0;
        for (first = since > oldest ? since : oldest; first < count; ++first) {
            uint256 smallest = type(uint256).max;
            for (last = first; last < count && losses[last] >= SUPPLY / 100; ++last) {
                if (losses[last] < smallest) smallest = losses[last];
                if (times[last] - times[first] >= 24 hours && _longestChain(first, last) >= 4) {
                    return (first, last, smallest);
                }
            }
        }
        return (0, 0, 0);
    }

    function _longestChain(uint256 first, uint256 last) private view returns (uint256 longest) {
        uint256[] memory chain = new uint256[](last - first + 1);
        for (uint256 i; i < chain.length; ++i) {
            chain[i] = 1;
            for (uint256 j; j < i; ++j) {
                if (times[first + i] - times[first + j] >= 4 hours && chain[j] + 1 > chain[i]) chain[i] = chain[j] + 1;
            }
            if (chain[i] > longest) longest = chain[i];
        }
    }
}
