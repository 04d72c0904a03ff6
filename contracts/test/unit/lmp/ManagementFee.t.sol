// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Book, ILMP} from "../../../src/lmp/ILMP.sol";
import {ILmpConfigurator} from "../../../src/lmp/ILmpConfigurator.sol";
import {LMP} from "../../../src/lmp/LMP.sol";
import {DestinationMock} from "../../mocks/lmp/DestinationMock.sol";
import {LossLedgerMock} from "../../mocks/lmp/LossLedgerMock.sol";
import {LmpBase} from "./LmpBase.sol";
import {Vm} from "forge-std/Vm.sol";

contract LmpManagementFeeTest is LmpBase {
    uint256 private constant YEAR = 365 days;
    DestinationMock private a;
    address private immutable manager = makeAddr("management fee recipient");

    function setUp() public {
        _setUp(18, 2000);
        a = _addDestination();
        lmp.report();
        _deposit(alice, 100e18 - seed);
    }

    function _daily(uint256 count) private {
        for (uint256 i; i < count; ++i) {
            skip(1 days);
            lmp.report();
        }
    }

    function test_thereIsNoneUntilItIsSet() public {
        assertEq(lmp.managementFeeBps(), 0);
        assertEq(lmp.managementFeeRecipient(), sink);
        _daily(40);
        assertEq(lmp.totalSupply(), 100e18);
        vm.expectEmit(address(lmp));
        emit ILMP.FeesSet(2000, sink, 20, manager);
        configurator.setManagementFee(lmp, 20, manager);
        assertEq(lmp.managementFeeBps(), 20);
        assertEq(lmp.managementFeeRecipient(), manager);
        assertEq(lmp.totalSupply(), 100e18, "nothing for the time before");
    }

    function test_oneDayByHand() public {
        configurator.setManagementFee(lmp, 200, manager);
        ledger.say(lmp, LossLedgerMock.Sync(1e18, false, 0, 0));
        skip(1 days);
        uint256 m = uint256(100e18) * 200 * 1 days / (10_000 * YEAR);
        uint256 shares = m * (100e18 + 1) / (100e18 - m + 1);
        vm.expectEmit(address(lmp));
        emit ILMP.Settled(-int256(m), 0, 0);
        vm.expectEmit(address(lmp));
        emit ILMP.LossMarkMoved(1e18 * 100e18 / (100e18 + shares));
        vm.expectEmit(address(lmp));
        emit ILMP.ManagementFeePaid(m, shares);
        lmp.report();
        assertEq(lmp.balanceOf(manager), shares);
        assertEq(lmp.totalAssets(), 100e18, "V stays");
        assertApproxEqAbs(lmp.convertToAssets(shares), m, 2);
        // M*(1 + s/S), rounded up: each share keeps its part of the mark.
        assertEq(lmp.book().mark, 100e18 + (100e18 * shares + 100e18 - 1) / 100e18);
    }

    function test_aYearOfDailyReportsAtNoYieldCostsTheRate() public {
        configurator.setManagementFee(lmp, 200, manager);
        ledger.say(lmp, LossLedgerMock.Sync(1e18, false, 0, 0));
        vm.recordLogs();
        uint256 perDay = uint256(100e18) * 200 * 1 days / (10_000 * YEAR);
        for (uint256 i; i < 365; ++i) {
            skip(1 days);
            vm.expectEmit(true, true, true, false, address(lmp));
            emit ILMP.ManagementFeePaid(perDay, 0);
            lmp.report();
        }
        assertApproxEqAbs(perDay * 365, 2e18, 365, "2% of 100");
        // Each day the holders keep 1 - 2%/365 of the day before.
        uint256 kept = 1e27;
        for (uint256 i; i < 365; ++i) {
            kept = kept * (365 * 100 - 2) / (365 * 100);
        }
        assertApproxEqRel(lmp.convertToAssets(100e18), kept / 1e7, 1e6);
        assertEq(lmp.balanceOf(sink), 0, "no performance fee on it");
        assertLe(lmp.lossMark() * lmp.totalSupply(), 100e18 * 1e18, "the fee is no loss");
        assertApproxEqRel(lmp.lossMark(), kept / 1e9, 1e6);
    }

    /// @dev The management fee of a day must be earned before the next profit is taxed.
    function test_neitherFeeIsPaidOnTheOther() public {
        configurator.setManagementFee(lmp, 200, manager);
        vm.recordLogs();
        uint256 fees;
        uint256 m = uint256(101e18) * 200 * 1 days / (10_000 * YEAR);
        for (uint256 i; i < 2; ++i) {
            _addProfit(1e18);
            skip(1 days);
            lmp.report();
            fees += _fees(vm.getRecordedLogs());
            if (i == 0) assertEq(fees, 0.2e18, "the first profit was released before any fee for it");
        }
        assertApproxEqAbs(fees, 0.2e18 + (1e18 - m) * 2000 / 10_000, m / 1000, "phi of the profit less m");
    }

    /// @dev Performance fees, in assets.
    function _fees(Vm.Log[] memory logs) private pure returns (uint256 fees) {
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] != ILMP.FeePaid.selector) continue;
            (uint256 fee,,) = abi.decode(logs[i].data, (uint256, uint256, uint256));
            fees += fee;
        }
    }

    function test_itEatsTheLockFirst() public {
        configurator.setManagementFee(lmp, 200, manager);
        skip(10 days);
        lmp.report();
        Book memory x = lmp.book();
        _addProfit(1e18);
        skip(12 hours);
        uint256 locked = lmp.book().locked;
        uint256 m = (lmp.book().idle - locked) * 200 * 12 hours / (10_000 * YEAR);
        vm.expectEmit(address(lmp));
        emit ILMP.Settled(-int256(m), locked - m, lmp.book().lockEnd);
        lmp.report();
        assertEq(lmp.book().locked, locked - m);
        assertEq(lmp.book().idle, x.idle + 1e18, "V stays");
    }

    function test_atMostThirtyDaysBack() public {
        configurator.setManagementFee(lmp, 200, manager);
        uint256 snapshot = vm.snapshotState();
        skip(30 days);
        lmp.report();
        uint256 shares = lmp.balanceOf(manager);
        assertGt(shares, 0.16e18);
        vm.revertToState(snapshot);
        skip(300 days);
        lmp.report();
        assertEq(lmp.balanceOf(manager), shares);
        lmp.report();
        assertEq(lmp.balanceOf(manager), shares, "a second report is free");
    }

    function test_F5_aChangeChargesTheOldRateFirst() public {
        configurator.setManagementFee(lmp, 200, manager);
        skip(10 days);
        configurator.setManagementFee(lmp, 0, bob);
        uint256 m = uint256(100e18) * 200 * 10 days / (10_000 * YEAR);
        assertApproxEqAbs(lmp.convertToAssets(lmp.balanceOf(manager)), m, 2);
        _daily(2);
        assertEq(lmp.balanceOf(bob), 0);
    }

    function test_M3_limits() public {
        vm.expectRevert(abi.encodeWithSelector(ILmpConfigurator.InvalidFee.selector, 201));
        configurator.setManagementFee(lmp, 201, manager);
        vm.expectRevert(ILMP.ZeroAddress.selector);
        configurator.setManagementFee(lmp, 1, address(0));
    }

    /// @dev A share is worth 2 base units, ten days of fee 1: nothing is taken that nobody gets.
    function test_aFeeOfLessThanOneShareIsNotTaken() public {
        _setUp(6, 0);
        configurator.setManagementFee(lmp, 200, manager);
        _addProfit(seed);
        _daily(1);
        assertEq(lmp.totalAssets(), 2 * seed);
        skip(10 days);
        assertEq(2 * seed * 200 * 10 days / (10_000 * YEAR), 1);
        _addProfit(seed);
        vm.recordLogs();
        lmp.report();
        assertEq(lmp.book().locked, seed);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        _assertNone(logs, ILMP.ManagementFeePaid.selector);
        _assertNone(logs, ILMP.Settled.selector);
    }

    function test_whereThereIsNoLossMarkNoneIsMoved() public {
        configurator.setManagementFee(lmp, 200, manager);
        skip(1 days);
        vm.recordLogs();
        lmp.report();
        assertGt(lmp.balanceOf(manager), 0);
        _assertNone(vm.getRecordedLogs(), ILMP.LossMarkMoved.selector);
    }

    /// @dev After a loss of half a share is worth half a base unit: one of these buys two.
    function test_aFeeOfOneBaseUnitIsTaken() public {
        _setUp(6, 0);
        _deposit(alice, seed);
        DestinationMock half = _addDestination();
        lmp.report();
        _invest(half, 2 * seed);
        half.setPrices(one / 2, one / 2, one / 2);
        lmp.report();
        configurator.setManagementFee(lmp, 200, manager);
        assertEq(seed * 200 * 19 days / (10_000 * YEAR), 1);
        skip(19 days);
        lmp.report();
        assertEq(lmp.balanceOf(manager), 2);
    }

    /* NO REPORT FAILS ON IT */

    function test_H5_noShares() public {
        lmp = new LMP(_params(address(asset), 2000, 1e27));
        configurator.setManagementFee(lmp, 200, manager);
        _addProfit(5e18);
        _daily(3);
        assertEq(lmp.totalSupply() - lmp.balanceOf(sink), 0, "nobody manages nobody's assets");
    }

    function test_H5_noIdleNoValue() public {
        configurator.setManagementFee(lmp, 200, manager);
        _invest(a, 100e18);
        assertEq(lmp.book().idle, 0);
        _daily(1);
        assertGt(lmp.balanceOf(manager), 0, "paid in shares: no idle is needed");
        a.setPrices(0, 0, 0);
        _daily(2);
        assertEq(lmp.totalAssets(), 0);
        a.setAnswer(DestinationMock.Answer.Endless);
        _daily(2);
    }

    /// @dev Whatever the book, its lock, its age, the cover: the report goes through and V stays; and the fee is at most its rate.
    function testFuzz_F6_noReportFailsOnIt(uint256 left, uint256 price, uint256 profit, uint256 time, uint256 cover)
        public
    {
        configurator.setManagementFee(lmp, 200, manager);
        left = bound(left, 0, 100e18 - seed);
        vm.prank(alice);
        if (left != 100e18 - seed) lmp.redeem(100e18 - seed - left, alice, alice);
        uint256 invested = lmp.book().idle / 2;
        _invest(a, invested);
        price = bound(price, 0, 5e18);
        a.setPrices(price, price, price);
        _addProfit(bound(profit, 1, 1e24));
        ledger.say(lmp, LossLedgerMock.Sync(1e18, false, bound(cover, 0, type(uint128).max), 0));
        skip(bound(time, 0, 400 days));
        uint256 held = lmp.balanceOf(manager);
        lmp.report();
        Book memory b = lmp.book();
        uint256 value = lmp.convertToAssets(lmp.balanceOf(manager) - held);
        uint256 released = b.idle + b.sumSafe;
        assertLe(value, released * 200 * 30 days / (10_000 * YEAR) + 1, "more than the rate");
        assertEq(b.sumSafe, invested * price / 1e18);
        assertGe(b.mark, b.idle + b.sumSafe - b.locked);
    }

    function testFuzz_F8_dust(uint256 assets, uint256 time) public {
        configurator.setManagementFee(lmp, 200, manager);
        vm.prank(alice);
        lmp.redeemInKind(100e18 - seed, alice);
        assets = bound(assets, 1, 1e4);
        uint256 idle = lmp.book().idle;
        _invest(a, idle);
        a.setPrices(assets, assets, assets);
        skip(bound(time, 1, 60 days));
        lmp.report();
    }
}
