// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Leg} from "../lmp/ILMP.sol";

/// @title Loss accounting of LMPs
/// @notice Whoever reports an LMP writes a checkpoint here when one is due. Per share:
///
///     high, low   value of the book at the high and the low prices of ILossPrices, over the supply; profit still locked counts
///                 in high alone
///     mark        highest `low` that two checkpoints in a row confirm; falls with what is no loss (see docs/backing.md)
///     loss        max(0, mark - high) * supply
///
/// From the second checkpoint in a row with loss >= threshold the LMP is frozen. The vault keeps its mark, this contract says
/// what it is. One ledger per price registry serves any number of vaults; a vault only ever speaks for itself.
interface ILossLedger {
    /// @dev Per-share values in WAD of asset (base units) per share (base units).
    struct Checkpoint {
        uint256 time;
        uint256 high;
        /// @dev 0 when a market price was missing.
        uint256 low;
        uint256 supply;
        uint256 mark;
        /// @dev keccak256(abi.encode(lmp, id, hash of the one before, time, high, low, supply, mark)).
        bytes32 hash;
    }

    /// @notice Contiguous checkpoints over at least 24 h, of which at least 4 are pairwise 4 h apart, all with loss >= threshold.
    struct Window {
        uint256 first;
        uint256 last;
        /// @dev Hash of `last`, which covers all before it.
        bytes32 hash;
        /// @dev The smallest loss of the window, base units of the asset; 0: there is no such window.
        uint256 loss;
    }

    struct State {
        /// @dev Checkpoints ever written; ids run from 0, the last 64 are kept.
        uint256 count;
        /// @dev First checkpoint that may be part of a window: those of earlier cases may not.
        uint256 since;
        /// @dev Cases decided.
        uint256 epoch;
        /// @dev Checkpoints in a row, up to the last, with loss >= threshold; 0 after a decision.
        uint256 above;
        /// @dev When the freeze began, unix seconds; 0 when it is lifted or its time is over.
        uint256 frozenAt;
        /// @dev When freezes at this mark end for good, unix seconds; 0 before the first.
        uint256 freezeEnd;
    }

    event CheckpointWritten(
        address indexed lmp,
        uint256 indexed id,
        uint256 high,
        uint256 low,
        uint256 supply,
        uint256 mark,
        uint256 loss,
        bytes32 hash
    );
    /// @dev A destination with units cannot be valued: no checkpoint, no loss invented.
    event CheckpointSkipped(address indexed lmp, address indexed destination);
    /// @dev `until` is when it ends at the latest.
    event Frozen(address indexed lmp, uint256 frozenAt, uint256 until);
    event Thawed(address indexed lmp);
    event MarkLowered(address indexed lmp, uint256 mark);
    /// @dev A loss was counted: the mark is now `mark`, `coverage` (0 when nothing was slashed) is what the recovery owes.
    event LossExecuted(address indexed lmp, uint256 indexed epoch, uint256 mark, uint256 coverage);
    event LossRejected(address indexed lmp, uint256 indexed epoch);
    /// @dev `outstanding` is what is still owed, by all recoveries of the LMP.
    event CoverReduced(address indexed lmp, uint256 amount, uint256 outstanding);

    error ZeroAddress();
    error NotEnoughGas();
    /// @dev A destination a rebalance touches cannot be valued for losses.
    error NotValued(address destination);
    error UnknownCheckpoint(uint256 id);
    error CoverExceeded(uint256 outstanding);

    /// @notice Called by an LMP at the end of a report: records the discounts of its legs and writes a checkpoint when the last is
    /// at least 1 h old; in the first report of a day it records in any case. Reverts `NotEnoughGas` only.
    function checkpoint() external;
    /// @notice Called by an LMP before units leave it, its book stored.
    function beforeRebalance(Leg[] calldata outs, Leg[] calldata ins) external;
    /// @notice Called by an LMP after a rebalance, its book stored: mark = min(mark, high after + loss before + c), where c = 0, or out
    /// of closing destinations c = value moved at issuer rates * max(0, realised discount - 5%). Reverts `NotValued` for a touched
    /// destination; when another one cannot be valued, the mark falls by what the touched ones lost, less c, which is never less.
    function afterRebalance(Leg[] calldata outs, Leg[] calldata ins, bool closing) external;

    /// @notice Loss now, base units, rounded down; `high` per share (WAD), rounded up; 1% of mark * supply, base units, rounded up.
    /// Reverts `NotValued`.
    function measure(address lmp) external view returns (uint256 loss, uint256 high, uint256 threshold);
    /// @notice The earliest window that is still in the ring and not part of a decided case.
    function window(address lmp) external view returns (Window memory);
    function checkpointAt(address lmp, uint256 id) external view returns (Checkpoint memory);
    function state(address lmp) external view returns (State memory);
    /// @notice When the present freeze began, unix seconds; 0 when there is none.
    function frozenAt(address lmp) external view returns (uint256);
    /// @notice Whether the last two checkpoints, both with an id >= `since`, have low >= `mark`.
    function isRecovered(address lmp, uint256 mark, uint256 since) external view returns (bool);

    /// @notice Restricted to the loss oracle. The loss counts once, covered or not: mark = `high` (it never rises by that), the freeze
    /// ends, the epoch is over.
    function execute(address lmp, uint256 high, uint256 coverage) external;
    /// @notice Restricted to the loss oracle. The freeze ends, the epoch is over; a new case needs new checkpoints.
    function reject(address lmp) external;
    /// @notice Restricted to the recovery. `amount` of the coverage is no longer owed.
    /// @param proceeds part of it that arrived as profit: the LMP's fee mark rises by it
    /// @dev Reverts `CoverExceeded` when more is given than is owed, or more arrived than `amount`.
    function reduceCover(address lmp, uint256 amount, uint256 proceeds) external;
}
