// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IBackingPool} from "../../../src/backing/IBackingPool.sol";
import {IRecovery} from "../../../src/backing/IRecovery.sol";
import {Recovery} from "../../../src/backing/Recovery.sol";
import {ILMP} from "../../../src/lmp/ILMP.sol";
import {ILossLedger} from "../../../src/loss/ILossLedger.sol";
import {ILossOracle} from "../../../src/loss/ILossOracle.sol";
import {LossOracle} from "../../../src/loss/LossOracle.sol";
import {LmpMock} from "../../mocks/oracle/LmpMock.sol";
import {LossLedgerMock} from "../../mocks/oracle/LossLedgerMock.sol";
import {PoolMock} from "../../mocks/oracle/PoolMock.sol";
import {OracleBase} from "./OracleBase.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

contract LossOracleTest is OracleBase {
    function _expectCaseError(bytes4 selector) private {
        vm.expectRevert(abi.encodeWithSelector(selector, address(lmp)));
    }

    /* SUBMIT */

    function test_reportIsTheLedgers() public {
        ledger.setEpoch(4);
        ILossOracle.LossReport memory report = _report();
        assertEq(report.lmp, address(lmp));
        assertEq(report.epoch, 4);
        assertEq(report.first, 3);
        assertEq(report.last, 8);
        assertEq(report.windowHash, keccak256("window"));
        assertEq(report.loss, LOSS);
    }

    function test_caseIsStored() public {
        ledger.setEpoch(4);
        _submit();
        ILossOracle.Case memory opened = oracle.openCase(address(lmp));
        assertEq(opened.openedAt, block.timestamp);
        assertEq(opened.executableAt, block.timestamp + 48 hours);
        assertEq(opened.epoch, 4);
        assertEq(opened.loss, LOSS);
        _expectUndecided();
    }

    function test_unknownLmp() public {
        LmpMock other = new LmpMock(address(ledger));
        ILossOracle.LossReport memory report = _report();
        report.lmp = address(other);
        bytes[] memory signatures = _signatures(oracle.hashReport(report), 2);
        bytes memory unknown = abi.encodeWithSelector(ILossOracle.UnknownLmp.selector, address(other));
        vm.expectRevert(unknown);
        oracle.submit(report, signatures);
        vm.expectRevert(unknown);
        oracle.currentReport(address(other));
        vm.expectRevert(abi.encodeWithSelector(ILossOracle.NoCase.selector, address(other)));
        oracle.execute(address(other));
    }

    function test_reportMustMatchInEveryField() public {
        ILossOracle.LossReport memory right = _report();
        for (uint256 i; i < 5; ++i) {
            ILossOracle.LossReport memory wrong = abi.decode(abi.encode(right), (ILossOracle.LossReport));
            if (i == 0) wrong.epoch += 1;
            if (i == 1) wrong.first += 1;
            if (i == 2) wrong.last -= 1;
            if (i == 3) wrong.windowHash = ~wrong.windowHash;
            if (i == 4) wrong.loss -= 1;
            bytes[] memory signatures = _signatures(oracle.hashReport(wrong), 3);
            vm.expectRevert(ILossOracle.WrongReport.selector);
            oracle.submit(wrong, signatures);
        }
        oracle.submit(right, _signatures(oracle.hashReport(right), 3));
    }

    function test_nothingToReport() public {
        ledger.setWindow(0, 0, 0, 0);
        ILossOracle.LossReport memory report = _report();
        assertEq(report.loss, 0);
        bytes[] memory signatures = _signatures(oracle.hashReport(report), 3);
        vm.expectRevert(ILossOracle.WrongReport.selector);
        oracle.submit(report, signatures);
    }

    /// @dev What reporters signed before a reorg replaced a checkpoint.
    function test_checkpointChanged() public {
        ILossOracle.LossReport memory report = _report();
        bytes[] memory signatures = _signatures(oracle.hashReport(report), 3);
        ledger.setWindow(3, 8, keccak256("another"), LOSS);
        vm.expectRevert(ILossOracle.WrongReport.selector);
        oracle.submit(report, signatures);
    }

    function test_oneCaseAtATime() public {
        ILossOracle.LossReport memory report = _submit();
        bytes[] memory signatures = _signatures(oracle.hashReport(report), 3);
        _expectCaseError(ILossOracle.CaseIsOpen.selector);
        oracle.submit(report, signatures);
    }

    function test_replayAfterExecution() public {
        ILossOracle.LossReport memory report = _submitAndWait();
        bytes[] memory signatures = _signatures(oracle.hashReport(report), 2);
        oracle.execute(address(lmp));
        // The same window in the next epoch is another report.
        vm.expectRevert(ILossOracle.WrongReport.selector);
        oracle.submit(report, signatures);
        assertEq(_report().epoch, 1);
        _submit();
        assertEq(oracle.openCase(address(lmp)).epoch, 1);
    }

    /// @dev Decided by somebody else who may: the case is over, and the next one is not in its way.
    function test_epochDecidedElsewhere() public {
        _submitAndWait();
        ledger.setEpoch(1);
        assertEq(oracle.openCase(address(lmp)).openedAt, 0);
        _expectCaseError(ILossOracle.NoCase.selector);
        oracle.execute(address(lmp));
        _submit();
        assertEq(oracle.openCase(address(lmp)).epoch, 1);
    }

    /* EXECUTE */

    function test_execute() public {
        _submitAndWait();
        lmp.setMarkAfterReport(MARK - 1);
        uint256 slashed = STAKE * 3 / 10;
        vm.expectEmit(address(oracle));
        emit ILossOracle.CaseExecuted(address(lmp), 0, LOSS, LOSS - THRESHOLD, slashed, 0);
        vm.prank(stranger);
        oracle.execute(address(lmp));

        assertEq(lmp.reports(), 1, "reported first");
        (uint256 high, uint256 coverage) = ledger.executed(0);
        assertEq(high, HIGH);
        assertEq(coverage, LOSS - THRESHOLD);
        assertEq(ledger.rejected(), 0);
        assertEq(toke.balanceOf(address(recovery)), slashed);
        IRecovery.Entry memory entry = recovery.entry(0);
        assertEq(entry.lmp, address(lmp));
        assertEq(entry.pool, address(pool));
        assertEq(entry.caseId, 0);
        assertEq(entry.toke, slashed);
        assertEq(entry.coverage, LOSS - THRESHOLD);
        assertEq(entry.mark, MARK - 1, "the mark after the report");
        assertEq(entry.since, 10, "checkpoints after the report's");

        assertEq(oracle.openCase(address(lmp)).openedAt, 0);
        _expectCaseError(ILossOracle.NoCase.selector);
        oracle.execute(address(lmp));
    }

    function test_tooEarly() public {
        _submit();
        uint256 due = block.timestamp + 48 hours;
        vm.warp(due - 1);
        vm.expectRevert(abi.encodeWithSelector(ILossOracle.TooEarly.selector, due));
        oracle.execute(address(lmp));
        _expectUndecided();
        vm.warp(due);
        oracle.execute(address(lmp));
        assertEq(ledger.executions(), 1);
    }

    function test_noCase() public {
        _expectCaseError(ILossOracle.NoCase.selector);
        oracle.execute(address(lmp));
    }

    function test_liveLossSmaller() public {
        _submitAndWait();
        ledger.setLive(LOSS - 7e18, HIGH + 1, THRESHOLD);
        oracle.execute(address(lmp));
        (uint256 high, uint256 coverage) = ledger.executed(0);
        assertEq(high, HIGH + 1);
        assertEq(coverage, LOSS - 7e18 - THRESHOLD);
    }

    function test_liveLossLarger() public {
        _submitAndWait();
        ledger.setLive(LOSS + 7e18, HIGH, THRESHOLD);
        oracle.execute(address(lmp));
        (, uint256 coverage) = ledger.executed(0);
        assertEq(coverage, LOSS - THRESHOLD);
    }

    function test_belowThresholdIsRejected() public {
        _submitAndWait();
        ledger.setLive(THRESHOLD - 1, HIGH, THRESHOLD);
        vm.expectEmit(address(oracle));
        emit ILossOracle.CaseRejected(address(lmp), 0, THRESHOLD - 1, THRESHOLD);
        oracle.execute(address(lmp));
        _expectRejected();
        _expectCaseError(ILossOracle.NoCase.selector);
        oracle.execute(address(lmp));
    }

    function test_coverageZeroIsRejected() public {
        _submitAndWait();
        ledger.setLive(THRESHOLD, HIGH, THRESHOLD);
        oracle.execute(address(lmp));
        _expectRejected();
    }

    function test_coverageOneWei() public {
        _submitAndWait();
        ledger.setLive(THRESHOLD + 1, HIGH, THRESHOLD);
        oracle.execute(address(lmp));
        (, uint256 coverage) = ledger.executed(0);
        assertEq(coverage, 1);
        assertEq(recovery.entry(0).coverage, 1);
        assertEq(recovery.entry(0).toke, STAKE * 3 / 10, "no price of TOKE: all that may go");
    }

    function _expectRejected() private view {
        assertEq(ledger.rejected(), 1);
        assertEq(ledger.executions(), 0);
        assertEq(recovery.count(), 0);
        assertEq(toke.balanceOf(address(pool)), STAKE);
        assertEq(lmp.reports(), 1);
    }

    /// @dev Whatever is signed, by however many, no more counts than the ledger says, twice.
    function testFuzz_signaturesNeverRaiseALoss(uint256 signed, uint256 window, uint256 live, uint256 threshold)
        public
    {
        window = bound(window, 1, type(uint96).max);
        live = bound(live, 0, type(uint96).max);
        threshold = bound(threshold, 0, type(uint96).max);
        ledger.setWindow(3, 8, keccak256("window"), window);
        ILossOracle.LossReport memory report = _report();
        report.loss = signed;
        if (signed != window) {
            bytes[] memory signatures = _signatures(oracle.hashReport(report), 3);
            vm.expectRevert(ILossOracle.WrongReport.selector);
            oracle.submit(report, signatures);
        }
        _submitAndWait();
        ledger.setLive(live, HIGH, threshold);
        oracle.execute(address(lmp));
        uint256 most = window < live ? window : live;
        if (most <= threshold) {
            assertEq(ledger.executions(), 0);
        } else {
            (, uint256 coverage) = ledger.executed(0);
            assertEq(coverage, most - threshold);
        }
    }

    /* WHEN PARTS FAIL */

    function _expectUncovered() private {
        vm.expectEmit(address(oracle));
        emit ILossOracle.CaseExecuted(address(lmp), 0, LOSS, 0, 0, type(uint256).max);
        oracle.execute(address(lmp));
        (uint256 high, uint256 coverage) = ledger.executed(0);
        assertEq(high, HIGH, "the loss counts");
        assertEq(coverage, 0);
        assertEq(recovery.count(), 0);
    }

    function test_noStake() public {
        _submitAndWait();
        vm.prank(address(pool));
        toke.transfer(address(this), STAKE);
        _expectUncovered();
    }

    function test_noSlashing() public {
        lmp = new LmpMock(address(ledger));
        pool = new PoolMock(address(toke), address(lmp), address(ledger), IBackingPool.Mode.NoSlashing);
        oracle.setBacking(address(lmp), address(pool));
        toke.transfer(address(pool), STAKE);
        _submitAndWait();
        _expectUncovered();
        assertEq(toke.balanceOf(address(pool)), STAKE);
    }

    function test_aFaultOfThePoolWaits() public {
        _submitAndWait();
        pool.setFault(PoolMock.Fault.NotRolled);
        vm.expectRevert(IBackingPool.NotRolled.selector);
        oracle.execute(address(lmp));
        pool.setFault(PoolMock.Fault.Silent);
        vm.expectRevert(bytes(""));
        oracle.execute(address(lmp));
        pool.setFault(PoolMock.Fault.KeepsToke);
        vm.expectRevert(abi.encodeWithSelector(IRecovery.NotReceived.selector, STAKE * 3 / 10));
        oracle.execute(address(lmp));
        _expectUndecided();
        pool.setFault(PoolMock.Fault.None);
        oracle.execute(address(lmp));
        assertEq(ledger.executions(), 1);
    }

    /// @dev Whoever executes chooses the gas: too little for the slash must not pass for a pool that cannot pay.
    function test_gasCannotSkipTheSlash() public {
        _submitAndWait();
        pool.setFault(PoolMock.Fault.BurnsGas);
        vm.expectRevert(bytes(""));
        oracle.execute{gas: 20_000_000}(address(lmp));
        _expectUndecided();
    }

    function testFuzz_allOrNothingAtAnyGas(uint256 gasLimit) public {
        _submitAndWait();
        gasLimit = bound(gasLimit, 30_000, 1_000_000);
        try oracle.execute{gas: gasLimit}(address(lmp)) {
            assertEq(recovery.entry(0).toke, STAKE * 3 / 10);
            (, uint256 coverage) = ledger.executed(0);
            assertEq(coverage, LOSS - THRESHOLD);
        } catch {
            _expectUndecided();
            assertEq(oracle.openCase(address(lmp)).loss, LOSS);
        }
    }

    function test_reportOutOfGas() public {
        _submitAndWait();
        lmp.setReport(LmpMock.Report.OutOfGas, oracle);
        vm.expectRevert(ILMP.NotEnoughGas.selector);
        oracle.execute(address(lmp));
        _expectUndecided();
        assertEq(oracle.openCase(address(lmp)).loss, LOSS);
    }

    function test_notValuedWaits() public {
        _submitAndWait();
        ledger.setValued(false);
        _expectCaseError(ILossLedger.NotValued.selector);
        oracle.execute(address(lmp));
        _expectUndecided();
        ledger.setValued(true);
        skip(30 days);
        oracle.execute(address(lmp));
        assertEq(ledger.executions(), 1);
    }

    function test_noWayBackIn() public {
        _submitAndWait();
        lmp.setReport(LmpMock.Report.Execute, oracle);
        vm.expectRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        oracle.execute(address(lmp));
        lmp.setReport(LmpMock.Report.Submit, oracle);
        vm.expectRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        oracle.execute(address(lmp));
        _expectUndecided();
    }

    function test_ledgerReplaced() public {
        _submitAndWait();
        lmp.setLedger(address(new LossLedgerMock()));
        _expectCaseError(ILossOracle.ForeignLedger.selector);
        oracle.execute(address(lmp));
        _expectCaseError(ILossOracle.ForeignLedger.selector);
        oracle.currentReport(address(lmp));
        _expectUndecided();
        lmp.setLedger(address(ledger));
        oracle.execute(address(lmp));
        assertEq(ledger.executions(), 1);
    }

    /* GOVERNANCE */

    function test_constructorRefusesNonsense() public {
        vm.expectRevert(ILossOracle.ZeroAddress.selector);
        new LossOracle(address(0), ILossLedger(address(ledger)), recovery, reporters, 2);
        vm.expectRevert(ILossOracle.ZeroAddress.selector);
        new LossOracle(address(access), ILossLedger(address(0)), recovery, reporters, 2);
        vm.expectRevert(ILossOracle.ZeroAddress.selector);
        new LossOracle(address(access), ILossLedger(address(ledger)), IRecovery(address(0)), reporters, 2);
        Recovery foreign = new Recovery(address(access), ILossLedger(address(new LossLedgerMock())), address(toke));
        vm.expectRevert(abi.encodeWithSelector(ILossOracle.InvalidRecovery.selector, address(foreign)));
        new LossOracle(address(access), ILossLedger(address(ledger)), foreign, reporters, 2);
        vm.expectRevert(ILossOracle.InvalidReporters.selector);
        _newOracle(new address[](0), 0);
    }

    function test_views() public view {
        assertEq(oracle.ledger(), address(ledger));
        assertEq(oracle.recovery(), address(recovery));
        assertEq(oracle.quorum(), 2);
        assertEq(oracle.reporters(), reporters);
        assertEq(oracle.backingOf(address(lmp)), address(pool));
        assertTrue(oracle.isReporter(reporters[2]));
        assertFalse(oracle.isReporter(stranger));
    }

    function test_setReporters() public {
        address[] memory next = new address[](16);
        for (uint160 i; i < 16; ++i) {
            next[i] = address(100 - i);
        }
        vm.expectEmit(address(oracle));
        emit ILossOracle.ReportersSet(next, 16);
        oracle.setReporters(next, 16);
        assertEq(oracle.reporters(), next);
        assertEq(oracle.quorum(), 16);
        assertTrue(oracle.isReporter(next[15]));
        for (uint256 i; i < 3; ++i) {
            assertFalse(oracle.isReporter(reporters[i]));
        }
    }

    function test_invalidReporters() public {
        vm.expectRevert(ILossOracle.InvalidReporters.selector);
        oracle.setReporters(new address[](0), 2);
        address[] memory many = new address[](17);
        for (uint160 i; i < 17; ++i) {
            many[i] = address(i + 1);
        }
        vm.expectRevert(ILossOracle.InvalidReporters.selector);
        oracle.setReporters(many, 2);
        address[] memory twice = new address[](3);
        (twice[0], twice[1], twice[2]) = (reporters[0], reporters[1], reporters[0]);
        vm.expectRevert(ILossOracle.InvalidReporters.selector);
        oracle.setReporters(twice, 2);
        twice[2] = address(0);
        vm.expectRevert(ILossOracle.InvalidReporters.selector);
        oracle.setReporters(twice, 2);
        assertEq(oracle.reporters(), reporters, "nothing changed");
        assertTrue(oracle.isReporter(reporters[0]));
    }

    function test_invalidQuorum() public {
        for (uint256 quorum; quorum < 5; ++quorum) {
            if (quorum == 2 || quorum == 3) continue;
            vm.expectRevert(abi.encodeWithSelector(ILossOracle.InvalidQuorum.selector, quorum));
            oracle.setReporters(reporters, quorum);
        }
        assertEq(oracle.quorum(), 2);
    }

    function test_setBacking() public {
        LmpMock other = new LmpMock(address(ledger));
        PoolMock backing = new PoolMock(address(toke), address(other), address(ledger), IBackingPool.Mode.Slashing);
        vm.expectEmit(address(oracle));
        emit ILossOracle.BackingSet(address(other), address(backing));
        oracle.setBacking(address(other), address(backing));
        assertEq(oracle.backingOf(address(other)), address(backing));
    }

    function test_backingStays() public {
        PoolMock other = new PoolMock(address(toke), address(lmp), address(ledger), IBackingPool.Mode.Slashing);
        _expectCaseError(ILossOracle.BackingIsSet.selector);
        oracle.setBacking(address(lmp), address(other));
    }

    function test_invalidBacking() public {
        LmpMock other = new LmpMock(address(ledger));
        address vault = address(other);
        IBackingPool.Mode mode = IBackingPool.Mode.Slashing;
        vm.expectRevert(ILossOracle.ZeroAddress.selector);
        oracle.setBacking(address(0), address(pool));
        vm.expectRevert(ILossOracle.ZeroAddress.selector);
        oracle.setBacking(vault, address(0));
        _expectInvalidPool(vault, stranger);
        _expectInvalidPool(vault, address(pool));
        _expectInvalidPool(vault, address(new PoolMock(address(ledger), vault, address(ledger), mode)));
        _expectInvalidPool(vault, address(new PoolMock(address(toke), vault, stranger, mode)));
        other.setLedger(stranger);
        PoolMock right = new PoolMock(address(toke), vault, address(ledger), mode);
        vm.expectRevert(abi.encodeWithSelector(ILossOracle.ForeignLedger.selector, vault));
        oracle.setBacking(vault, address(right));
        assertEq(oracle.backingOf(vault), address(0));
    }

    function _expectInvalidPool(address vault, address wrong) private {
        vm.expectRevert(abi.encodeWithSelector(ILossOracle.InvalidPool.selector, wrong));
        oracle.setBacking(vault, wrong);
    }

    /// @dev Reporters, like anyone, govern nothing.
    function test_onlyGovernance() public {
        address[2] memory callers = [stranger, reporters[0]];
        for (uint256 i; i < callers.length; ++i) {
            bytes memory refused = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, callers[i]);
            vm.startPrank(callers[i]);
            vm.expectRevert(refused);
            oracle.setReporters(reporters, 3);
            vm.expectRevert(refused);
            oracle.setBacking(address(lmp), address(pool));
            vm.stopPrank();
        }
    }
}
