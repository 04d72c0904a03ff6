// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ILMP, Leg} from "../../../src/lmp/ILMP.sol";
import {ILmpConfigurator} from "../../../src/lmp/ILmpConfigurator.sol";
import {LMP} from "../../../src/lmp/LMP.sol";
import {LmpViews} from "../../../src/lmp/LmpViews.sol";
import {DestinationMock} from "../../mocks/lmp/DestinationMock.sol";
import {LmpBase} from "./LmpBase.sol";

using LmpViews for LMP;

/// @notice Closing a destination, pausing the flows, taking a destination off the list, the loss bucket: what bounds what anybody may do.
contract LmpClosingTest is LmpBase {
    DestinationMock private a;
    DestinationMock private b;

    function setUp() public {
        _setUp(18, 2000);
        (a, b) = (_addDestination(), _addDestination());
        _deposit(alice, 1000e18);
        _invest(a, 100e18);
        _invest(b, 100e18);
    }

    function _close() private {
        vm.prank(guardian);
        configurator.closeDestination(lmp, address(a));
    }

    function _leave(uint256 units, uint256 assets) private {
        _rebalance(address(a), units, address(0), assets);
    }

    /* CLOSING */

    /// @dev 0.2% at once, 10% after three days, evenly between.
    function test_H7_theRampAndItsBoundary() public {
        _close();
        gate.setClosed(true);
        uint256[4] memory hours_ = [uint256(0), 36, 72, 300];
        uint256[4] memory least = [uint256(9.98e18), 9.49e18, 9e18, 9e18];
        for (uint256 i; i < 4; ++i) {
            vm.warp(START + hours_[i] * 1 hours);
            vm.expectRevert(abi.encodeWithSelector(ILMP.TooLittle.selector, least[i] - 1, least[i]));
            _leave(10e18, least[i] - 1);
            _leave(10e18, least[i]);
        }
        assertApproxEqAbs(lmp.lossRoom(), (lmp.book().idle + lmp.book().sumSafe) / 1000, 1e4, "outside the bucket");
        assertEq(lmp.exitQueue()[0], address(a));
    }

    /// @dev No live price is needed: its last good value is the measure.
    function test_L5_aDeadDestinationIsLeft() public {
        _close();
        a.setAnswer(DestinationMock.Answer.Reverts);
        _leave(50e18, 49.9e18);
        assertEq(lmp.destinationState(address(a)).units, 50e18);
    }

    function test_onlyToIdleAndOnlyOut() public {
        _close();
        vm.expectRevert(abi.encodeWithSelector(ILMP.DestinationIsClosing.selector, address(a)));
        _rebalance(address(0), 1e18, address(a), 1e18);
        vm.expectRevert(abi.encodeWithSelector(ILMP.DestinationIsClosing.selector, address(a)));
        _rebalance(address(b), 1e18, address(a), 1e18);
        // To another destination it is a move like any other: the bucket and the gate decide.
        uint256 checks = gate.checks();
        _rebalance(address(a), 1e18, address(b), 1e18);
        assertEq(gate.checks(), checks + 1);
        vm.expectPartialRevert(ILMP.LossExceeded.selector);
        _rebalance(address(a), 99e18, address(b), 90e18);
        vm.expectRevert(abi.encodeWithSelector(ILMP.InsufficientUnits.selector, address(a), 99e18));
        _leave(100e18, 100e18);
    }

    function test_M4_theGuardianClosesOnceAndOneWay() public {
        _close();
        skip(60 hours);
        vm.startPrank(guardian);
        vm.expectRevert(abi.encodeWithSelector(ILmpConfigurator.DestinationIsClosing.selector, address(a)));
        configurator.closeDestination(lmp, address(a));
        vm.expectRevert();
        configurator.reopenDestination(lmp, address(a));
        vm.stopPrank();
        configurator.reopenDestination(lmp, address(a));
        assertEq(lmp.destinationState(address(a)).closingAt, 0);
        _rebalance(address(0), 1e18, address(a), 1e18);
        vm.expectRevert(abi.encodeWithSelector(ILmpConfigurator.DestinationIsOpen.selector, address(a)));
        configurator.reopenDestination(lmp, address(a));
    }

    function test_belowNinetyPercentOnlyThroughTheGovernor() public {
        vm.expectRevert(abi.encodeWithSelector(ILmpConfigurator.DestinationIsOpen.selector, address(a)));
        configurator.setClosingSlippage(lmp, address(a), 0.5e18);
        _close();
        vm.expectRevert(abi.encodeWithSelector(ILmpConfigurator.InvalidSlippage.selector, 1e18 + 1));
        configurator.setClosingSlippage(lmp, address(a), 1e18 + 1);
        vm.expectRevert(abi.encodeWithSelector(ILmpConfigurator.InvalidSlippage.selector, 0.1e18 - 1));
        configurator.setClosingSlippage(lmp, address(a), 0.1e18 - 1);
        configurator.setClosingSlippage(lmp, address(a), 0.1e18);
        configurator.setClosingSlippage(lmp, address(a), 0.5e18);
        skip(72 hours);
        _leave(10e18, 5e18);
        configurator.setClosingSlippage(lmp, address(a), 1e18);
        _leave(10e18, 1);
    }

    /* PAUSE */

    function test_I6_aPauseStopsFlowsAndNothingElse() public {
        vm.prank(guardian);
        configurator.pause(lmp);
        assertEq(lmp.maxDeposit(alice) + lmp.maxMint(alice) + lmp.maxWithdraw(alice) + lmp.maxRedeem(alice), 0);
        asset.mint(alice, 1e18);
        vm.startPrank(alice);
        asset.approve(address(lmp), 1e18);
        vm.expectRevert(ILMP.Paused.selector);
        lmp.deposit(1e18, alice);
        vm.expectRevert(ILMP.Paused.selector);
        lmp.mint(1e18, alice);
        vm.expectRevert(ILMP.Paused.selector);
        lmp.withdraw(1e18, alice, alice);
        vm.expectRevert(ILMP.Paused.selector);
        lmp.redeem(1e18, alice, alice);
        lmp.redeemInKind(1e18, alice);
        vm.stopPrank();
        lmp.report();
        _addProfit(1e18);
    }

    function test_M4_aPauseEndsAndIsNotRenewedForAWeek() public {
        vm.startPrank(guardian);
        configurator.pause(lmp);
        skip(7 days - 1);
        lmp.report();
        assertEq(lmp.maxWithdraw(alice) + lmp.maxDeposit(alice), 0);
        skip(1);
        lmp.report();
        assertGt(lmp.maxWithdraw(alice), 0);
        assertGt(lmp.maxDeposit(alice), 0);
        vm.expectRevert(abi.encodeWithSelector(ILmpConfigurator.PausedLately.selector, block.timestamp + 7 days));
        configurator.pause(lmp);
        skip(7 days - 1);
        vm.expectRevert(abi.encodeWithSelector(ILmpConfigurator.PausedLately.selector, block.timestamp + 1));
        configurator.pause(lmp);
        skip(1);
        configurator.pause(lmp);
        skip(1 days);
        configurator.unpause(lmp);
        lmp.report();
        assertGt(lmp.maxWithdraw(alice), 0);
        vm.expectRevert(ILmpConfigurator.NotPaused.selector);
        configurator.unpause(lmp);
        skip(7 days - 1);
        vm.expectRevert(abi.encodeWithSelector(ILmpConfigurator.PausedLately.selector, block.timestamp + 1));
        configurator.pause(lmp);
    }

    /* THE LIST */

    function test_H1_addRemoveAddAgain() public {
        vm.expectRevert(abi.encodeWithSelector(ILMP.DestinationInUse.selector, address(a)));
        configurator.removeDestination(lmp, address(a));
        _leave(100e18, 100e18);
        configurator.removeDestination(lmp, address(a));
        assertEq(lmp.destinations().length, 1);
        assertEq(lmp.exitQueue().length, 1);
        vm.expectRevert(abi.encodeWithSelector(ILMP.UnknownDestination.selector, address(a)));
        lmp.destinationState(address(a));
        vm.expectRevert(abi.encodeWithSelector(ILMP.UnknownDestination.selector, address(a)));
        configurator.removeDestination(lmp, address(a));
        vm.expectRevert(abi.encodeWithSelector(ILMP.UnknownDestination.selector, address(a)));
        _rebalance(address(0), 1e18, address(a), 1e18);

        configurator.addDestination(lmp, address(a));
        assertEq(lmp.destinationState(address(a)).units, 0);
        _invest(a, 10e18);
        lmp.report();
        // The one that took its place is found through the queue, and so is it again.
        assertEq(lmp.exitQueue()[0], address(b));
        assertEq(lmp.exitQueue()[1], address(a));
        _rebalance(address(b), 1e18, address(a), 1e18);
        assertEq(lmp.destinationState(address(a)).units, 11e18);
    }

    function testFuzz_H1_theQueueFollowsTheList(uint256 seed_) public {
        DestinationMock[5] memory all;
        (all[0], all[1]) = (a, b);
        for (uint256 i = 2; i < 5; ++i) {
            all[i] = _addDestination();
            _invest(all[i], 50e18);
        }
        DestinationMock gone = all[seed_ % 5];
        uint256 units = lmp.destinationState(address(gone)).units;
        _rebalance(address(gone), units, address(0), units);
        configurator.removeDestination(lmp, address(gone));
        address[] memory queue = lmp.exitQueue();
        assertEq(queue.length, 4);
        uint256 next;
        for (uint256 i; i < 5; ++i) {
            if (all[i] == gone) continue;
            assertEq(queue[next++], address(all[i]), "in the order they were entered");
        }
    }

    /* THE LOSS BUCKET */

    function test_M4_theBucketHoldsTenBasisPoints() public {
        uint256 room = lmp.lossRoom();
        // The two moves before cost a base unit a leg.
        assertApproxEqAbs(room, (lmp.book().idle + lmp.book().sumSafe) / 1000, 1e4);
        vm.expectRevert(abi.encodeWithSelector(ILMP.LossExceeded.selector, room + 1, room));
        _rebalance(address(0), 100e18, address(a), 100e18 - room);
        _rebalance(address(0), 100e18, address(a), 100e18 - room + 1);
        assertEq(lmp.lossRoom(), 0);
        vm.expectPartialRevert(ILMP.LossExceeded.selector);
        _rebalance(address(0), 1e18, address(a), 1e18 - 1);
        skip(1 days);
        assertApproxEqRel(
            lmp.lossRoom(), (lmp.book().idle + lmp.book().sumSafe) / 20_000, 1e12, "half a basis point a day"
        );
    }

    /// @dev What is left at the higher of safe and spot, what is entered at the lower.
    function test_theVaultMeasuresAgainstTheMove() public {
        a.setPrices(1e18, 1.004e18, 1.004e18);
        b.setPrices(1e18, 0.996e18, 1e18);
        uint256 room = lmp.lossRoom();
        _rebalance(address(a), 50e18, address(b), 50e18);
        // 50 x 0.8%, and a base unit for the leg.
        assertApproxEqAbs(room - lmp.lossRoom(), 0.4e18 + 1, 1e3);
    }
}

/// @notice Inside one transaction, which is what a test without isolation is.
/// forge-config: default.isolate = false
contract LmpFlashTest is LmpBase {
    /// @dev A flash deposit would widen the bucket, and the gate's turnover, by as much as can be borrowed.
    function test_H_noRebalanceInATransactionThatDeposited() public {
        _setUp(18, 2000);
        address a = address(_addDestination());
        Leg[] memory outs = _leg(address(0), 1e18);
        Leg[] memory ins = _leg(a, 1e18);
        vm.expectRevert(ILMP.DepositedInThisTransaction.selector);
        solver.run(lmp, outs, ins);
    }
}
