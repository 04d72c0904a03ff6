// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ILossLedger} from "../../../src/loss/ILossLedger.sol";
import {LossDestinationMock} from "../../mocks/loss/LossDestinationMock.sol";
import {LossBase} from "./LossBase.sol";

/// @notice Life of a freeze. The issuer's rate makes losses: 60% of what it falls.
contract FreezeTest is LossBase {
    uint256 private constant LOSS = 0.95e18;
    /// @dev 0.96% of the mark.
    uint256 private constant SMALL_LOSS = 0.984e18;

    function setUp() public override {
        super.setUp();
        _confirmMark();
    }

    function test_theSecondInARowFreezes() public {
        _rate(LOSS);
        _next(1 hours);
        assertEq(_state().above, 1);
        assertEq(ledger.frozenAt(address(vault)), 0);
        assertTrue(vault.isFrozen(), "entries close with the first");
        skip(1 hours);
        vm.expectEmit(address(ledger));
        emit ILossLedger.Frozen(address(vault), block.timestamp, block.timestamp + 21 days);
        vault.report();
        _expectFrozen(block.timestamp);
        assertEq(_state().freezeEnd, block.timestamp + 21 days);
        uint256 since = block.timestamp;
        _next(1 hours);
        _expectFrozen(since);
        assertEq(_state().above, 3);
    }

    /// @dev Between two checkpoints; only a book in which an entry would lower the mark is looked at.
    function test_anyReportThatShowsALossClosesEntries() public {
        _rate(LOSS);
        skip(1 minutes);
        vault.report();
        assertFalse(vault.isFrozen());
        vault.setEntryAssets(WAD * SUPPLY / WAD - 1);
        vault.report();
        assertTrue(vault.isFrozen());
        assertEq(ledger.frozenAt(address(vault)), 0);
        _rate(SMALL_LOSS);
        _next(1 hours);
        assertFalse(vault.isFrozen());
        vault.report();
        assertFalse(vault.isFrozen(), "no loss that counts");
    }

    function test_oneAndOneDoNot() public {
        for (uint256 i; i < 3; ++i) {
            _rate(LOSS);
            _next(1 hours);
            _rate(SMALL_LOSS);
            _next(1 hours);
        }
        _expectFrozen(0);
    }

    function test_1PercentExactlyIsAbove() public {
        // 60% of 1/60 is 1%, rounded against the loss: one step further it is above.
        _rate(WAD - WAD / 60 + 1);
        _reports(2, 1 hours);
        _expectFrozen(0);
        _rate(WAD - WAD / 60 - 1);
        _reports(2, 1 hours);
        _expectFrozen(block.timestamp);
    }

    function test_theFirstBelowThaws() public {
        _freeze();
        _rate(SMALL_LOSS);
        skip(1 hours);
        vm.expectEmit(address(ledger));
        emit ILossLedger.Thawed(address(vault));
        vault.report();
        _expectFrozen(0);
        assertEq(_state().above, 0);
    }

    function test_aSecondFreezeEndsWithTheFirst() public {
        _freeze();
        uint256 end = _state().freezeEnd;
        _rate(SMALL_LOSS);
        _next(5 days);
        _rate(LOSS);
        _next(5 days);
        skip(5 days);
        vm.expectEmit(address(ledger));
        emit ILossLedger.Frozen(address(vault), block.timestamp, end);
        vault.report();
        vm.warp(end - 1);
        assertGt(ledger.frozenAt(address(vault)), 0);
        vm.warp(end);
        assertEq(ledger.frozenAt(address(vault)), 0);
    }

    function test_after21DaysItIsOverForThisMark() public {
        _freeze();
        vm.warp(_state().freezeEnd);
        assertEq(ledger.frozenAt(address(vault)), 0, "by time alone");
        assertTrue(vault.isFrozen(), "until the vault is told");
        vm.expectEmit(address(ledger));
        emit ILossLedger.Thawed(address(vault));
        vault.report();
        _expectFrozen(0);
        _reports(10, 1 hours);
        _expectFrozen(0);
        assertGe(_state().above, 10);
    }

    /// @dev The vault must hear of it also when no checkpoint can be written.
    function test_theEndNeedsNoCheckpoint() public {
        _freeze();
        destination.setAnswers(LossDestinationMock.Answer.Good, LossDestinationMock.Answer.Reverts);
        vm.warp(_state().freezeEnd);
        uint256 count = _state().count;
        vault.report();
        assertEq(_state().count, count);
        _expectFrozen(0);
    }

    function test_aHigherMarkStartsAnew() public {
        _freeze();
        _rate(1.1e18);
        _next(1 hours);
        _expectFrozen(0);
        assertGt(_state().freezeEnd, 0, "one checkpoint raises no mark");
        _next(1 hours);
        assertEq(vault.lossMark(), 1.06e18);
        assertEq(_state().freezeEnd, 0);
        _rate(LOSS);
        _reports(2, 1 hours);
        _expectFrozen(block.timestamp);
        assertEq(_state().freezeEnd, block.timestamp + 21 days);
    }

    function test_aCountedLossStartsAnew() public {
        _freeze();
        vm.warp(_state().freezeEnd);
        vault.report();
        (, uint256 high,) = ledger.measure(address(vault));
        ledger.execute(address(vault), high, 0);
        assertEq(_state().freezeEnd, 0);
        _rate(0.9e18);
        _reports(2, 1 hours);
        _expectFrozen(block.timestamp);
    }

    function test_aSkippedCheckpointChangesNothing() public {
        _freeze();
        uint256 since = _state().frozenAt;
        destination.setAnswers(LossDestinationMock.Answer.Good, LossDestinationMock.Answer.Reverts);
        _rate(WAD);
        _next(6 hours);
        _expectFrozen(since);
    }

    function test_withoutAMarkNothingFreezes() public {
        vault.setLossMark(0);
        registry.set(lst, WAD, 0);
        _reports(5, 1 hours);
        assertEq(_state().above, 0);
        _expectFrozen(0);
    }

    function _rate(uint256 rate) private {
        registry.set(lst, rate, rate);
    }

    function _freeze() private {
        _rate(LOSS);
        _reports(2, 1 hours);
        _expectFrozen(block.timestamp);
    }

    function _expectFrozen(uint256 since) private view {
        assertEq(ledger.frozenAt(address(vault)), since);
        assertEq(_state().frozenAt, since);
        assertEq(vault.isFrozen(), since != 0);
    }
}
