// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

import {ILossLedger} from "./ILossLedger.sol";
import {LossMath} from "./LossMath.sol";

/// @title The last 64 checkpoints of a vault, chained by hash
/// @notice The number of checkpoints ever written is kept by the caller; the id of a checkpoint is what it was before it.
library CheckpointRing {
    using FixedPointMathLib for uint256;

    uint256 internal constant SIZE = 64;
    uint256 private constant WINDOW_SPAN = 24 hours;
    uint256 private constant WINDOW_CHECKPOINTS = 4;
    uint256 private constant WINDOW_SPACING = 4 hours;

    /// @dev Three slots.
    struct Item {
        uint80 high;
        uint80 low;
        uint40 time;
        uint128 supply;
        uint80 mark;
        bytes32 hash;
    }

    struct Ring {
        Item[SIZE] items;
    }

    /// @notice Writes checkpoint number `count` of `lmp`; sets its hash.
    // Bounded: per-share values saturate at uint80 (LossMath), the supply is checked by the caller, and uint40 of seconds is enough.
    // forge-lint: disable-next-item(unsafe-typecast)
    function write(Ring storage ring, uint256 count, address lmp, ILossLedger.Checkpoint memory c) internal {
        bytes32 previous = count == 0 ? bytes32(0) : ring.items[(count - 1) % SIZE].hash;
        c.hash = keccak256(abi.encode(lmp, count, previous, c.time, c.high, c.low, c.supply, c.mark));
        ring.items[count % SIZE] =
            Item(uint80(c.high), uint80(c.low), uint40(c.time), uint128(c.supply), uint80(c.mark), c.hash);
    }

    /// @notice Checkpoint `id`. Reverts `UnknownCheckpoint` when it is not written yet or no longer kept.
    function load(Ring storage ring, uint256 count, uint256 id) internal view returns (ILossLedger.Checkpoint memory) {
        require(id < count && id >= oldest(count), ILossLedger.UnknownCheckpoint(id));
        Item storage item = ring.items[id % SIZE];
        return ILossLedger.Checkpoint(item.time, item.high, item.low, item.supply, item.mark, item.hash);
    }

    /// @notice First id that is still kept.
    function oldest(uint256 count) internal pure returns (uint256) {
        return count.zeroFloorSub(SIZE);
    }

    /// @notice The earliest window from checkpoint `since` on, and of those the shortest; all zero when there is none.
    /// @dev One pass is enough: a window that starts inside a run of checkpoints above the threshold can be extended to the start
    /// of the run, so the first start that has one is the start of a run. Of checkpoints pairwise 4 h apart, taking each time the
    /// first that is possible finds the most.
    function window(Ring storage ring, uint256 count, uint256 since)
        internal
        view
        returns (ILossLedger.Window memory w)
    {
        uint256 start;
        uint256 lastApart;
        uint256 apart; // Checkpoints of the run that are pairwise 4 h apart; 0: no run.
        for (uint256 id = since.max(oldest(count)); id < count; ++id) {
            (uint256 loss, uint256 time) = _lossAt(ring.items[id % SIZE]);
            if (loss == 0) {
                apart = 0;
            } else if (apart == 0) {
                (w.first, w.loss) = (id, loss);
                (start, lastApart, apart) = (time, time, 1);
            } else {
                w.loss = w.loss.min(loss);
                if (time >= lastApart + WINDOW_SPACING) (lastApart, apart) = (time, apart + 1);
                if (apart < WINDOW_CHECKPOINTS || time < start + WINDOW_SPAN) continue;
                (w.last, w.hash) = (id, ring.items[id % SIZE].hash);
                return w;
            }
        }
        delete w;
    }

    /// @return loss base units, rounded down; 0 below the threshold
    function _lossAt(Item storage item) private view returns (uint256 loss, uint256 time) {
        (uint256 high, uint256 supply, uint256 mark) = (item.high, item.supply, item.mark);
        if (LossMath.isAbove(mark, high, supply)) loss = LossMath.lossDown(mark, high, supply);
        time = item.time;
    }
}
