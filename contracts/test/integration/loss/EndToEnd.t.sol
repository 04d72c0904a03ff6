// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IBackingPool} from "../../../src/backing/IBackingPool.sol";
import {IRecovery} from "../../../src/backing/IRecovery.sol";
import {ILMP} from "../../../src/lmp/ILMP.sol";
import {LMP} from "../../../src/lmp/LMP.sol";
import {LmpViews} from "../../../src/lmp/LmpViews.sol";
import {ILossLedger} from "../../../src/loss/ILossLedger.sol";
import {ILossOracle} from "../../../src/loss/ILossOracle.sol";
import {EndToEndBase} from "./EndToEndBase.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {console} from "forge-std/console.sol";

using LmpViews for LMP;

/// @notice A loss from the issuer's rate to the TOKE that returns, on the real contracts and a real pool.
contract EndToEndTest is EndToEndBase {
    /// @dev 5% of the 160 WETH worth of LST.
    uint256 private constant LOSS = 8e18;
    /// @dev The curve's curvature and what the mark lost to nothing: both far below.
    uint256 private constant REL = 0.002e18;

    function _measured() private view returns (uint256 loss, uint256 threshold) {
        (loss,, threshold) = ledger.measure(address(lmp));
    }

    /// @dev Carol asks to leave so that her day falls into the freeze; then the rate falls, and two checkpoints see it.
    function _toFreeze() private returns (uint256 day) {
        uint256 shares = pool.sharesOf(carol);
        vm.prank(carol);
        day = pool.requestExit(shares);
        while (block.timestamp + 12 hours < day * 1 days) {
            _reports(1, 6);
        }
        assertEq(ledger.frozenAt(address(lmp)), 0);
        _setRate(FELL_TO);
        _reports(1, 1);
        assertEq(ledger.frozenAt(address(lmp)), 0, "one checkpoint is no freeze");
        assertTrue(lmp.isFrozen(), "but nobody enters");
        _reports(1, 4);
        assertTrue(lmp.isFrozen());
        assertEq(ledger.frozenAt(address(lmp)), block.timestamp);
    }

    function test_lossSignedSlashedRecoveredReturned() public {
        uint256 day = _toFreeze();
        _frozen(day);
        ILossOracle.LossReport memory report = _signedCase();
        _execution(report, day);
        _lossCountsOnce(report);
        _recoveryReturns(day);
    }

    function _frozen(uint256 day) private {
        (uint256 loss, uint256 threshold) = _measured();
        assertApproxEqRel(loss, LOSS, REL);
        assertApproxEqRel(threshold, DEPOSIT / 100, REL);
        vm.expectRevert(ILMP.Frozen.selector);
        lmp.deposit(1e18, address(this));
        assertEq(lmp.maxDeposit(address(this)), 0);
        toke.approve(address(pool), 1e18);
        vm.expectRevert(IBackingPool.Frozen.selector);
        pool.stake(1e18);
        // Who wants to leave the vault may.
        lmp.redeem(0.01e18, address(this), address(this));

        assertEq(oracle.currentReport(address(lmp)).loss, 0, "too short a window");
        _reports(4, 6);
        assertGt(block.timestamp, day * 1 days);
        pool.roll(10);
        assertEq(pool.totals().toke, TOKE_STAKED, "the bucket stays");
        vm.prank(carol);
        vm.expectRevert(abi.encodeWithSelector(IBackingPool.StillCooling.selector, day));
        pool.withdraw(day, carol);
    }

    function _signedCase() private returns (ILossOracle.LossReport memory report) {
        report = _submit();
        assertApproxEqRel(report.loss, LOSS, REL);
        ILossLedger.Window memory window = ledger.window(address(lmp));
        assertEq(report.loss, window.loss);
        assertEq(report.windowHash, ledger.checkpointAt(address(lmp), report.last).hash);

        uint256 executableAt = oracle.openCase(address(lmp)).executableAt;
        assertEq(executableAt, block.timestamp + 48 hours);
        _reports(7, 6);
        vm.expectRevert(abi.encodeWithSelector(ILossOracle.TooEarly.selector, executableAt));
        oracle.execute(address(lmp));
        _reports(1, 6);
    }

    function _execution(ILossOracle.LossReport memory report, uint256 day) private {
        uint256 entryBefore = lmp.entryAssets();
        uint256 exitBefore = lmp.exitAssets();
        uint256 feeMark = lmp.book().mark;
        uint256 lossMark = lmp.lossMark();
        (uint256 live, uint256 threshold) = _measured();
        assertLe(live, report.loss + 1);
        uint256 coverage = (live < report.loss ? live : report.loss) - threshold;
        uint256 slashed = TOKE_STAKED * 3 / 10;

        vm.expectEmit(address(oracle));
        emit ILossOracle.CaseExecuted(address(lmp), 0, coverage + threshold, coverage, slashed, 0);
        vm.prank(stranger);
        oracle.execute(address(lmp));

        assertApproxEqRel(coverage, LOSS - DEPOSIT / 100, 2 * REL);
        assertEq(toke.balanceOf(address(recovery)), slashed);
        assertEq(toke.balanceOf(address(pool)), TOKE_STAKED - slashed);
        IRecovery.Entry memory entry = recovery.entry(0);
        assertEq(entry.lmp, address(lmp));
        assertEq(entry.toke, slashed);
        assertEq(entry.coverage, coverage);
        assertEq(entry.mark, lossMark);
        assertEq(lmp.cover(), coverage);
        assertEq(lmp.entryAssets(), entryBefore + coverage, "entrants pay for what is owed");
        assertEq(lmp.exitAssets(), exitBefore, "leavers are not paid it");
        assertEq(lmp.book().mark, feeMark - coverage, "the fee mark falls");
        assertLt(lmp.lossMark(), lossMark);
        assertEq(ledger.state(address(lmp)).epoch, 1);
        assertFalse(lmp.isFrozen());
        vm.expectRevert(abi.encodeWithSelector(ILossOracle.NoCase.selector, address(lmp)));
        oracle.execute(address(lmp));

        // The bucket that was due leaves now, slashed like everybody.
        vm.prank(carol);
        assertEq(pool.withdraw(day, carol), TOKE_STAKED / 10 * 7 / 10);
        // Who comes now pays more for a share, and stakes beside those who were slashed.
        uint256 worth = lmp.previewRedeem(1e18);
        assertGt(lmp.previewMint(1e18), worth + coverage * 1e18 / lmp.totalSupply() - 2);
        _stake(stranger, TOKE_STAKED);
    }

    function _lossCountsOnce(ILossOracle.LossReport memory report) private {
        bytes[] memory signatures = _signatures(report);
        vm.expectRevert(ILossOracle.WrongReport.selector);
        oracle.submit(report, signatures);
        _reports(6, 6);
        (uint256 loss,) = _measured();
        assertEq(loss, 0, "the same NAV");
        ILossOracle.LossReport memory next = oracle.currentReport(address(lmp));
        assertEq(next.epoch, 1);
        assertEq(next.loss, 0);
        signatures = _signatures(next);
        vm.expectRevert(ILossOracle.WrongReport.selector);
        oracle.submit(next, signatures);
        assertFalse(lmp.isFrozen());
    }

    function _recoveryReturns(uint256 day) private {
        uint256 slashed = TOKE_STAKED * 3 / 10;
        uint256 coverage = lmp.cover();
        skip(88 days);
        assertGt(recovery.vested(0), slashed / 2 - slashed / 100);
        _answer(0, rate);
        lmp.report();
        bytes memory refused = abi.encodeWithSelector(IRecovery.NotRecovered.selector, 0);
        vm.expectRevert(refused);
        recovery.end(0);
        // Above where it fell from: the fee mark has fallen, so part of what comes back pays a fee, and dilutes.
        _setRate(1.005e18);
        _reports(1, 2);
        vm.expectRevert(refused);
        recovery.end(0);
        // What came back is profit that unlocks over a day, and it takes two checkpoints.
        _reports(6, 6);
        vm.expectEmit(address(recovery));
        emit IRecovery.RecoveryEnded(0, slashed, coverage);
        vm.prank(stranger);
        recovery.end(0);
        assertEq(lmp.cover(), 0);
        assertEq(toke.balanceOf(address(recovery)), 0);

        _returned(alice, slashed * 6 / 10);
        _returned(bob, slashed * 3 / 10);
        _returned(carol, slashed / 10);
        assertEq(pool.returnable(stranger, 0), 0);
        vm.prank(stranger);
        vm.expectRevert(IBackingPool.ZeroAmount.selector);
        pool.claimReturned(0, stranger);
        assertEq(pool.exitOf(carol, day), 0);
        assertLe(toke.balanceOf(address(pool)) - pool.totals().toke, 3, "nothing is left but dust");
    }

    function _returned(address account, uint256 expected) private {
        vm.prank(account);
        uint256 got = pool.claimReturned(0, account);
        assertLe(got, expected);
        assertApproxEqAbs(got, expected, 1);
        vm.prank(account);
        vm.expectRevert(IBackingPool.ZeroAmount.selector);
        pool.claimReturned(0, account);
    }

    /// @dev The rate comes back before the execution: nobody is slashed, the frozen bucket leaves whole.
    function test_lossThatIsGoneIsRejected() public {
        uint256 day = _toFreeze();
        _reports(4, 6);
        _submit();
        _setRate(1e18);
        _reports(8, 6);
        (uint256 loss, uint256 threshold) = _measured();
        assertLt(loss, threshold);
        vm.expectEmit(address(oracle));
        emit ILossOracle.CaseRejected(address(lmp), 0, loss, threshold);
        oracle.execute(address(lmp));
        assertEq(ledger.state(address(lmp)).epoch, 1);
        assertFalse(lmp.isFrozen());
        assertEq(recovery.count(), 0);
        assertEq(lmp.cover(), 0);
        vm.prank(carol);
        assertEq(pool.withdraw(day, carol), TOKE_STAKED / 10);
    }

    /// @dev Nobody is staked: the loss counts all the same, once, and nobody owes anything for it.
    function test_nobodyStaked() public {
        address[3] memory stakers = [alice, bob, carol];
        for (uint256 i; i < 3; ++i) {
            uint256 shares = pool.sharesOf(stakers[i]);
            vm.prank(stakers[i]);
            pool.requestExit(shares);
        }
        _reports(30 * 4, 6);
        _setRate(FELL_TO);
        _reports(6, 6);
        _submit();
        _reports(8, 6);
        oracle.execute(address(lmp));
        (uint256 loss,) = _measured();
        assertEq(loss, 0);
        assertEq(lmp.cover(), 0);
        assertEq(recovery.count(), 0);
        assertFalse(lmp.isFrozen());
    }

    /// @dev The costliest search of a window: the ring is full, and the window is its end.
    /// forge-config: default.isolate = true
    function test_gasOfAFullRing() public {
        _reports(64, 1);
        _setRate(FELL_TO);
        _reports(25, 1);
        assertGe(ledger.state(address(lmp)).count, 64);
        ILossOracle.LossReport memory report = oracle.currentReport(address(lmp));
        bytes[] memory signatures = _signatures(report);
        oracle.submit(report, signatures);
        console.log("submit, window of", report.last - report.first + 1, "gas", vm.lastCallGas().gasTotalUsed);
        assertEq(report.last - report.first + 1, 25);
        assertApproxEqRel(report.loss, LOSS, REL);
        _reports(48, 1);
        skip(1 hours);
        _answer(0, rate);
        oracle.execute(address(lmp));
        console.log("execute with a checkpoint, a slash, an entry: gas", vm.lastCallGas().gasTotalUsed);
        assertEq(recovery.entry(0).toke, TOKE_STAKED * 3 / 10);
    }

    function test_nobodyDecidesButTheOracle() public {
        address[2] memory callers = [stranger, vm.addr(keys[0])];
        for (uint256 i; i < 2; ++i) {
            bytes memory refused = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, callers[i]);
            vm.startPrank(callers[i]);
            vm.expectRevert(refused);
            ledger.execute(address(lmp), 0, 1);
            vm.expectRevert(refused);
            ledger.reject(address(lmp));
            vm.expectRevert(refused);
            ledger.reduceCover(address(lmp), 0, 0);
            vm.expectRevert(refused);
            pool.slash(1, callers[i]);
            vm.expectRevert(refused);
            recovery.open(address(lmp), address(pool), 0, 1, 1, 1, 0);
            vm.expectRevert(abi.encodeWithSelector(ILMP.NotLossLedger.selector, callers[i]));
            lmp.syncLoss(0, false, 0, 0);
            vm.stopPrank();
        }
    }
}
