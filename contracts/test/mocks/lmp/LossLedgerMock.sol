// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Book, ILMP, Leg} from "../../../src/lmp/ILMP.sol";
import {ILossLedger} from "../../../src/loss/ILossLedger.sol";

/// @notice What a vault asks of a loss ledger: it says what the test sets, and fails in the ways a ledger can fail.
contract LossLedgerMock {
    enum Answer {
        Good,
        /// @dev With a reason.
        Reverts,
        RevertsEmpty,
        NotEnoughGas,
        /// @dev Burns all gas it is given.
        Endless,
        /// @dev A reason of 100 kB.
        Bomb
    }

    error Broken(uint256 why);

    struct Sync {
        uint256 lossMark;
        bool frozen;
        uint256 cover;
        int256 feeMarkDelta;
    }

    Answer public answer;
    /// @notice Gas a good checkpoint burns, so many calls deep; whatever fails there fails here without a reason.
    uint256 public work;
    uint256 public depth;
    uint256 public checkpoints;
    uint256 public rebalances;
    /// @dev Spoken in the next call of each kind.
    Sync[] private _onCheckpoint;
    Sync[] private _onRebalance;
    address public notValued;
    /// @notice Whether it remembers the books it is shown.
    bool public watching = true;
    /// @dev The books the vault showed before and after a rebalance, and in a checkpoint.
    Book[3] internal _seen;

    function setAnswer(Answer answer_) external {
        answer = answer_;
    }

    function setWatching(bool watching_) external {
        watching = watching_;
    }

    function setWork(uint256 gas_, uint256 depth_) external {
        (work, depth) = (gas_, depth_);
    }

    function toil(uint256 levels) external view {
        uint256 end = gasleft();
        if (levels != 0) return this.toil(levels - 1);
        while (end - gasleft() < work) {}
    }

    /// @notice Rebalances are refused because of this destination.
    function setNotValued(address destination) external {
        notValued = destination;
    }

    function sayAtCheckpoint(Sync calldata s) external {
        _onCheckpoint.push(s);
    }

    function sayAfterRebalance(Sync calldata s) external {
        _onRebalance.push(s);
    }

    function seen(uint256 which) external view returns (Book memory) {
        return _seen[which];
    }

    /// @notice At once.
    function say(ILMP lmp, Sync memory s) public {
        lmp.syncLoss(s.lossMark, s.frozen, s.cover, s.feeMarkDelta);
    }

    function checkpoint() external {
        Answer a = answer;
        require(a != Answer.Reverts, Broken(7));
        if (a == Answer.RevertsEmpty) {
            assembly {
                revert(0, 0)
            }
        }
        require(a != Answer.NotEnoughGas, ILossLedger.NotEnoughGas());
        if (a == Answer.Endless) while (true) {}
        if (a == Answer.Bomb) {
            assembly {
                revert(0x10000, 100000)
            }
        }
        if (work != 0) this.toil(depth);
        ++checkpoints;
        if (watching) _seen[2] = ILMP(msg.sender).book();
        _speak(_onCheckpoint);
    }

    function beforeRebalance(Leg[] calldata, Leg[] calldata) external {
        require(notValued == address(0), ILossLedger.NotValued(notValued));
        if (watching) _seen[0] = ILMP(msg.sender).book();
    }

    function afterRebalance(Leg[] calldata, Leg[] calldata, bool) external {
        ++rebalances;
        if (watching) _seen[1] = ILMP(msg.sender).book();
        _speak(_onRebalance);
    }

    function _speak(Sync[] storage queue) private {
        if (queue.length == 0) return;
        say(ILMP(msg.sender), queue[queue.length - 1]);
        queue.pop();
    }
}
