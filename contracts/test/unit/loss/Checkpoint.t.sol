// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ILossLedger} from "../../../src/loss/ILossLedger.sol";
import {ILossPrices} from "../../../src/pricing/ILossPrices.sol";
import {LossDestinationMock} from "../../mocks/loss/LossDestinationMock.sol";
import {LossVaultMock} from "../../mocks/loss/LossVaultMock.sol";
import {LossBase} from "./LossBase.sol";

/// @notice What a checkpoint holds, when it is written, what the mark makes of it, and what misbehaving destinations cannot do.
contract CheckpointTest is LossBase {
    /* CONTENT */

    function test_itHoldsTheBookPerShare() public {
        vault.set(400e18, 10e18, SUPPLY);
        registry.set(lst, 1.1e18, 1.05e18);
        bytes32 hash =
            keccak256(abi.encode(address(vault), 0, bytes32(0), block.timestamp, 1.06e18, 1.02e18, SUPPLY, 0));
        vm.expectEmit(address(ledger));
        emit ILossLedger.CheckpointWritten(address(vault), 0, 1.06e18, 1.02e18, SUPPLY, 0, 0, hash);
        vault.report();
        ILossLedger.Checkpoint memory c = _last();
        assertEq(abi.encode(c), abi.encode(ILossLedger.Checkpoint(block.timestamp, 1.06e18, 1.02e18, SUPPLY, 0, hash)));
        assertEq(abi.encode(_state()), abi.encode(ILossLedger.State(1, 0, 0, 0, 0, 0)));
        assertEq(vault.syncs(), 0, "nothing new for the vault");
    }

    function test_highIsRoundedUpAndLowDown() public {
        vault.set(1, 0, 3);
        vault.setUnits(address(destination), 0);
        vault.report();
        assertEq(_last().high, WAD / 3 + 1);
        assertEq(_last().low, WAD / 3);
        // The loss of a share is rounded down, the threshold up: 2/3 of a base unit are none.
        vault.setLossMark(WAD / 3 + 1 + 0.6e18);
        (uint256 loss,, uint256 threshold) = ledger.measure(address(vault));
        assertEq(loss, 1);
        assertEq(threshold, 1);
    }

    function test_moreLockedThanHeldIsNothing() public {
        vault.set(0, 700e18, SUPPLY);
        vault.report();
        assertEq(_last().low, 0);
    }

    /// @dev What a market gives back is locked like any gain, but `high` had never seen it fall.
    function test_aMarketThatRecoversIsNoLoss() public {
        _confirmMark();
        registry.set(lst, WAD, 0.96e18);
        _next(6 hours);
        registry.set(lst, WAD, WAD);
        for (uint256 locked = 24e18; locked != 0; locked -= 6e18) {
            vault.set(400e18, locked, SUPPLY);
            _next(6 hours);
            assertEq(_last().high, WAD);
            assertEq(_last().low, WAD - locked / 1000);
            assertEq(_loss(), 0);
        }
        assertEq(_state().above, 0);
    }

    function test_lockedProfitRaisesTheMarkAsItIsReleased() public {
        _confirmMark();
        vault.set(420e18, 20e18, SUPPLY);
        _next(6 hours);
        _next(6 hours);
        assertEq(vault.lossMark(), WAD);
        vault.set(420e18, 5e18, SUPPLY);
        _next(6 hours);
        _next(6 hours);
        assertEq(vault.lossMark(), 1.015e18);
    }

    function test_absurdValuesPerShareSaturate() public {
        vault.set(1e30, 0, 1);
        vault.report();
        _next(1 hours);
        assertEq(_last().high, type(uint80).max);
        assertEq(vault.lossMark(), type(uint80).max);
        assertEq(_loss(), 0);
    }

    function test_destinationsWithoutUnitsAreNotAsked() public {
        LossDestinationMock other = _destination(lst);
        other.setAnswers(LossDestinationMock.Answer.Reverts, LossDestinationMock.Answer.Reverts);
        vault.setUnits(address(other), 0);
        vault.report();
        assertEq(_state().count, 1);
    }

    function test_anEmptyVaultHasNoCheckpoints() public {
        vault.set(0, 0, 0);
        vault.report();
        assertEq(_state().count, 0);
        (uint256 loss, uint256 high, uint256 threshold) = ledger.measure(address(vault));
        assertEq(loss + high + threshold, 0);
    }

    /* WHEN */

    function test_atLeastAnHourApart() public {
        vault.report();
        skip(1 hours - 1);
        vault.report();
        assertEq(_state().count, 1);
        _next(1);
        assertEq(_state().count, 2);
    }

    /// @dev Else whoever reports just before midnight could keep a day without a record while a loss is measured.
    function test_theFirstReportOfADayRecords() public {
        skip(1 days - 10 minutes);
        vault.report();
        skip(10 minutes);
        registry.set(lst, WAD, 0.9e18);
        vm.expectEmit(address(prices));
        emit ILossPrices.DiscountRecorded(lst, block.timestamp / 1 days, 1000);
        vault.report();
        assertEq(_state().count, 1, "no checkpoint is due");
    }

    function test_vaultsAreKeptApart() public {
        vault.report();
        LossVaultMock other = new LossVaultMock(ledger);
        other.set(1e18, 0, 1e18);
        other.report();
        other.report();
        assertEq(ledger.state(address(other)).count, 1);
        assertEq(_state().count, 1);
        assertNotEq(ledger.checkpointAt(address(other), 0).hash, _last().hash);
    }

    /* MARK */

    function test_oneCheckpointRaisesNothing() public {
        registry.set(lst, 2e18, 2e18);
        vault.report();
        assertEq(vault.lossMark(), 0);
        registry.set(lst, WAD, WAD);
        _next(1 hours);
        assertEq(vault.lossMark(), WAD, "the lower of the two");
        registry.set(lst, 1.1e18, 1.1e18);
        _next(1 hours);
        assertEq(vault.lossMark(), WAD);
        registry.set(lst, WAD, WAD);
        _next(1 hours);
        assertEq(vault.lossMark(), WAD);
        registry.set(lst, 1.1e18, 1.1e18);
        _reports(2, 1 hours);
        assertEq(vault.lossMark(), 1.06e18);
    }

    function test_withoutAMarketPriceTheMarkStays() public {
        _confirmMark();
        registry.set(lst, 1.1e18, 0);
        _reports(3, 6 hours);
        assertEq(_last().low, 0);
        assertEq(_last().high, 1.06e18, "high is at B");
        assertEq(vault.lossMark(), WAD);
        registry.set(lst, 1.1e18, 1.1e18);
        _next(6 hours);
        assertEq(vault.lossMark(), WAD, "the one before has no low");
        _next(6 hours);
        assertEq(vault.lossMark(), 1.06e18);
    }

    function test_marketsDoNotRaiseItAboveTheIssuer() public {
        _confirmMark();
        registry.set(lst, WAD, 1.5e18);
        _reports(5, 6 hours);
        assertEq(vault.lossMark(), WAD);
    }

    /* RECOVERED */

    function test_isRecoveredNeedsTwoInARowFromSince() public {
        assertFalse(ledger.isRecovered(address(vault), 0, 0));
        vault.report();
        assertFalse(ledger.isRecovered(address(vault), WAD, 0), "one only");
        _next(6 hours);
        assertTrue(ledger.isRecovered(address(vault), WAD, 0));
        assertFalse(ledger.isRecovered(address(vault), WAD + 1, 0));
        assertFalse(ledger.isRecovered(address(vault), WAD, 1), "one from since");
        assertFalse(ledger.isRecovered(address(vault), WAD, type(uint256).max));
        registry.set(lst, WAD, 0.99e18);
        _next(6 hours);
        assertFalse(ledger.isRecovered(address(vault), WAD, 0), "the last is below");
        registry.set(lst, WAD, WAD);
        _next(6 hours);
        assertFalse(ledger.isRecovered(address(vault), WAD, 0), "the one before is below");
        _next(6 hours);
        assertTrue(ledger.isRecovered(address(vault), WAD, 3));
    }

    /* MISBEHAVING DESTINATIONS */

    function test_oneThatCannotBeValuedSkipsTheCheckpoint() public {
        _confirmMark();
        LossDestinationMock bad = _destination(lst);
        vault.setUnits(address(bad), 1e18);
        for (uint256 i = 1; i <= uint256(type(LossDestinationMock.Answer).max); ++i) {
            LossDestinationMock.Answer a = LossDestinationMock.Answer(i);
            _expectSkipped(bad, LossDestinationMock.Answer.Good, a);
            // For `legs` two words are a list cut short, and there is no list that is too short.
            if (a != LossDestinationMock.Answer.Fewer) _expectSkipped(bad, a, LossDestinationMock.Answer.Good);
        }
        assertEq(_state().count, 2);
        assertEq(vault.lossMark(), WAD);
        bad.setAnswers(LossDestinationMock.Answer.Good, LossDestinationMock.Answer.Good);
        vault.report();
        assertEq(_state().count, 3);
    }

    function test_anIssuerWithoutARateSkipsIt() public {
        registry.set(lst, 0, WAD);
        vm.expectEmit(address(ledger));
        emit ILossLedger.CheckpointSkipped(address(vault), address(destination));
        vault.report();
        assertEq(_state().count, 0);
    }

    function test_aDestinationWithoutCodeSkipsIt() public {
        vault.setUnits(makeAddr("nothing"), 1e18);
        vm.expectEmit(address(ledger));
        emit ILossLedger.CheckpointSkipped(address(vault), makeAddr("nothing"));
        vault.report();
    }

    /// @dev Little gas ends a report; it never skips a healthy destination.
    function testFuzz_noAmountOfGasSkipsAHealthyDestination(uint256 gas_) public {
        _confirmMark();
        skip(6 hours);
        vm.recordLogs();
        (bool ok,) = address(vault).call{gas: bound(gas_, 30_000, 1_500_000)}(abi.encodeCall(vault.report, ()));
        if (ok) assertEq(_state().count, 3);
        else assertEq(_state().count, 2);
        assertEq(vm.getRecordedLogs().length, ok ? 1 : 0, "written, or nothing");
    }

    function test_littleGasIsNamed() public {
        _confirmMark();
        skip(6 hours);
        vm.expectRevert(ILossLedger.NotEnoughGas.selector);
        vault.report{gas: 550_000}();
    }

    function test_measureNamesWhatCannotBeValued() public {
        destination.setAnswers(LossDestinationMock.Answer.Good, LossDestinationMock.Answer.Reverts);
        vm.expectRevert(abi.encodeWithSelector(ILossLedger.NotValued.selector, address(destination)));
        ledger.measure(address(vault));
    }

    function _expectSkipped(LossDestinationMock bad, LossDestinationMock.Answer legs, LossDestinationMock.Answer values)
        private
    {
        bad.setAnswers(legs, values);
        skip(6 hours);
        vm.expectEmit(address(ledger));
        emit ILossLedger.CheckpointSkipped(address(vault), address(bad));
        uint256 before = gasleft();
        vault.report();
        assertLt(before - gasleft(), 1_000_000, "at most its stipend");
    }
}
