// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IBackingPool} from "../backing/IBackingPool.sol";
import {IRecovery} from "../backing/IRecovery.sol";
import {ILMP} from "../lmp/ILMP.sol";
import {SignedMessages} from "../signing/SignedMessages.sol";
import {ILossLedger} from "./ILossLedger.sol";
import {ILossOracle} from "./ILossOracle.sol";
import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Quorum over losses
/// @notice Who decides what: the ledger says how large a loss is, twice (the report, live at the execution); reporters say that a
/// case is opened; the pool says how much TOKE that takes. This contract only puts the three in order.
///
/// A case belongs to the ledger's epoch. When the epoch is over, however it was decided, the case is over too: the same loss cannot be
/// executed twice, nor the signatures of a decided case be used again.
contract LossOracle is ILossOracle, SignedMessages, AccessManaged, ReentrancyGuardTransient {
    using SafeCast for uint256;

    /// @notice From the opening of a case to its execution.
    uint256 public constant DELAY = 48 hours;
    uint256 public constant MAX_REPORTERS = 16;
    bytes32 public constant LOSS_REPORT_TYPEHASH =
        keccak256("LossReport(address lmp,uint256 epoch,uint256 first,uint256 last,bytes32 windowHash,uint256 loss)");

    struct StoredCase {
        uint128 loss;
        uint64 openedAt;
        uint64 epoch;
    }

    ILossLedger private immutable _ledger;
    IRecovery private immutable _recovery;

    address[] private _reporters;
    /// @inheritdoc ILossOracle
    mapping(address account => bool) public isReporter;
    /// @inheritdoc ILossOracle
    uint256 public quorum;
    /// @inheritdoc ILossOracle
    mapping(address lmp => address pool) public backingOf;
    mapping(address lmp => StoredCase) private _cases;

    constructor(
        address authority_,
        ILossLedger ledger_,
        IRecovery recovery_,
        address[] memory reporters_,
        uint256 quorum_
    ) AccessManaged(authority_) {
        require(
            authority_ != address(0) && address(ledger_) != address(0) && address(recovery_) != address(0),
            ZeroAddress()
        );
        require(recovery_.ledger() == address(ledger_), InvalidRecovery(address(recovery_)));
        _ledger = ledger_;
        _recovery = recovery_;
        _setReporters(reporters_, quorum_);
    }

    /* CASES */

    /// @inheritdoc ILossOracle
    function submit(LossReport calldata report, bytes[] calldata signatures) external nonReentrant {
        address lmp = report.lmp;
        require(backingOf[lmp] != address(0), UnknownLmp(lmp));
        require(_openCase(lmp).openedAt == 0, CaseIsOpen(lmp));
        bytes32 structHash = _structHash(report);
        require(report.loss != 0 && structHash == _structHash(currentReport(lmp)), WrongReport());
        address[] memory signers = _requireQuorum(structHash, signatures, isReporter, quorum);

        _cases[lmp] = StoredCase({
            loss: report.loss.toUint128(), openedAt: block.timestamp.toUint64(), epoch: report.epoch.toUint64()
        });
        emit CaseOpened(
            lmp,
            report.epoch,
            report.first,
            report.last,
            report.windowHash,
            report.loss,
            block.timestamp + DELAY,
            signers
        );
    }

    /// @inheritdoc ILossOracle
    /// @dev The case is deleted before anything is called. The mark for the recovery is read after the report, which may move it,
    /// and before the ledger lowers it.
    function execute(address lmp) external nonReentrant {
        StoredCase memory opened = _openCase(lmp);
        require(opened.openedAt != 0, NoCase(lmp));
        require(block.timestamp >= opened.openedAt + DELAY, TooEarly(opened.openedAt + DELAY));
        _requireOwnLedger(lmp);
        delete _cases[lmp];

        ILMP(lmp).report();
        (uint256 live, uint256 high, uint256 threshold) = _ledger.measure(lmp);
        uint256 loss = Math.min(live, opened.loss);
        if (loss <= threshold) {
            emit CaseRejected(lmp, opened.epoch, loss, threshold);
            _ledger.reject(lmp);
            return;
        }
        uint256 coverage = loss - threshold;
        (uint256 slashed, uint256 recoveryId) = _slash(lmp, coverage);
        if (slashed == 0) coverage = 0;
        emit CaseExecuted(lmp, opened.epoch, loss, coverage, slashed, recoveryId);
        _ledger.execute(lmp, high, coverage);
    }

    /// @dev Without a price of TOKE the pool gives all it may, 30%. It gives nothing only when it has nothing; should it fail, all of the
    /// execution does: whoever executes chooses the gas, and must not be able to let the slash alone fail for lack of it.
    /// @return slashed 0 when the pool could give nothing
    /// @return id of the recovery; type(uint256).max when nothing was slashed
    function _slash(address lmp, uint256 coverage) private returns (uint256 slashed, uint256 id) {
        id = type(uint256).max;
        IBackingPool pool = IBackingPool(backingOf[lmp]);
        if (pool.mode() != IBackingPool.Mode.Slashing) return (0, id);
        uint256 caseId;
        (slashed, caseId) = pool.slash(type(uint256).max, address(_recovery));
        if (slashed == 0) return (0, id);
        uint256 since = _ledger.state(lmp).count;
        id = _recovery.open(lmp, address(pool), caseId, slashed, coverage, ILMP(lmp).lossMark(), since);
    }

    /// @inheritdoc ILossOracle
    function currentReport(address lmp) public view returns (LossReport memory) {
        require(backingOf[lmp] != address(0), UnknownLmp(lmp));
        _requireOwnLedger(lmp);
        ILossLedger.Window memory window = _ledger.window(lmp);
        return LossReport({
            lmp: lmp,
            epoch: _ledger.state(lmp).epoch,
            first: window.first,
            last: window.last,
            windowHash: window.hash,
            loss: window.loss
        });
    }

    /// @inheritdoc ILossOracle
    function hashReport(LossReport calldata report) external view returns (bytes32) {
        return _hashTypedDataV4(_structHash(report));
    }

    /// @inheritdoc ILossOracle
    function openCase(address lmp) external view returns (Case memory) {
        StoredCase memory opened = _openCase(lmp);
        if (opened.openedAt == 0) return Case(0, 0, 0, 0);
        return Case(opened.openedAt, opened.openedAt + DELAY, opened.epoch, opened.loss);
    }

    /// @dev All 0 when none is open.
    function _openCase(address lmp) private view returns (StoredCase memory opened) {
        opened = _cases[lmp];
        if (opened.openedAt != 0 && opened.epoch != _ledger.state(lmp).epoch) return StoredCase(0, 0, 0);
    }

    function _requireOwnLedger(address lmp) private view {
        require(ILMP(lmp).lossLedger() == address(_ledger), ForeignLedger(lmp));
    }

    function _structHash(LossReport memory report) private pure returns (bytes32) {
        // Every member is one word, so the struct's encoding is its ABI encoding.
        return keccak256(abi.encode(LOSS_REPORT_TYPEHASH, report));
    }

    /* GOVERNANCE */

    /// @inheritdoc ILossOracle
    function setReporters(address[] calldata reporters_, uint256 quorum_) external restricted {
        for (uint256 i; i < _reporters.length; ++i) {
            isReporter[_reporters[i]] = false;
        }
        _setReporters(reporters_, quorum_);
    }

    /// @inheritdoc ILossOracle
    function setBacking(address lmp, address pool) external restricted {
        require(lmp != address(0) && pool != address(0), ZeroAddress());
        require(backingOf[lmp] == address(0), BackingIsSet(lmp));
        require(pool.code.length != 0, InvalidPool(pool));
        IBackingPool backing = IBackingPool(pool);
        require(backing.lmp() == lmp && backing.toke() == _recovery.toke(), InvalidPool(pool));
        require(backing.lossLedger() == address(_ledger), InvalidPool(pool));
        _requireOwnLedger(lmp);
        backingOf[lmp] = pool;
        emit BackingSet(lmp, pool);
    }

    function _setReporters(address[] memory reporters_, uint256 quorum_) private {
        require(reporters_.length != 0 && reporters_.length <= MAX_REPORTERS, InvalidReporters());
        require(quorum_ > 1 && quorum_ <= reporters_.length, InvalidQuorum(quorum_));
        for (uint256 i; i < reporters_.length; ++i) {
            address reporter = reporters_[i];
            require(reporter != address(0) && !isReporter[reporter], InvalidReporters());
            isReporter[reporter] = true;
        }
        _reporters = reporters_;
        quorum = quorum_;
        emit ReportersSet(reporters_, quorum_);
    }

    /* VIEWS */

    /// @inheritdoc ILossOracle
    function reporters() external view returns (address[] memory) {
        return _reporters;
    }

    /// @inheritdoc ILossOracle
    function ledger() external view returns (address) {
        return address(_ledger);
    }

    /// @inheritdoc ILossOracle
    function recovery() external view returns (address) {
        return address(_recovery);
    }
}
