// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Book, ILMP} from "../../../src/lmp/ILMP.sol";
import {LMP} from "../../../src/lmp/LMP.sol";
import {LmpViews} from "../../../src/lmp/LmpViews.sol";
import {DestinationMock} from "../../mocks/lmp/DestinationMock.sol";
import {LmpBase} from "./LmpBase.sol";

using LmpViews for LMP;

/// @notice What may flow by which book: the four rules of the budget, and that max* say what passes.
contract LmpFlowBudgetTest is LmpBase {
    DestinationMock private a;

    function setUp() public {
        _setUp(18, 2000);
        a = _addDestination();
        _deposit(alice, 1000e18);
        _invest(a, 200e18);
        skip(1 hours);
    }

    function _gross() private view returns (uint256) {
        Book memory b = lmp.book();
        return b.idle + b.sumSafe;
    }

    function test_I2_entriesPassUpToTheBudget() public {
        uint256 max = lmp.maxDeposit(alice);
        assertEq(max, _gross() * 5000 / 1e6);
        assertEq(max, lmp.flowRoom());
        asset.mint(alice, max + 1);
        vm.startPrank(alice);
        asset.approve(address(lmp), max + 1);
        vm.expectRevert(ILMP.FlowExceeded.selector);
        lmp.deposit(max + 1, alice);
        lmp.deposit(max, alice);
        vm.stopPrank();
        assertEq(lmp.maxWithdraw(alice), 0, "entries and exits share it");
        assertEq(lmp.maxRedeem(alice), 0);
    }

    function test_I2_exitsPassUpToTheBudget() public {
        uint256 assets = lmp.maxWithdraw(alice);
        assertEq(assets, lmp.flowRoom());
        uint256 shares = lmp.maxRedeem(alice);
        vm.startPrank(alice);
        vm.expectRevert(ILMP.FlowExceeded.selector);
        lmp.withdraw(assets + 1, alice, alice);
        vm.expectRevert(ILMP.FlowExceeded.selector);
        lmp.redeem(shares + 1, alice, alice);
        lmp.redeem(shares, alice, alice);
        vm.stopPrank();
        assertEq(lmp.maxDeposit(alice), 0, "entries and exits share it");
    }

    /// @dev Also where the price is no round number.
    function testFuzz_I2_redeemOfMaxPassesAndOfOneMoreDoesNot(uint256 profit, uint256 time, uint256 price) public {
        _addProfit(bound(profit, 1, 300e18));
        a.setPrices(bound(price, 0.9e18, 1.1e18), 1e18, 1e18);
        lmp.report();
        skip(bound(time, 1, 23 hours));
        uint256 shares = lmp.maxRedeem(alice);
        vm.startPrank(alice);
        vm.expectRevert(ILMP.FlowExceeded.selector);
        lmp.redeem(shares + 1, alice, alice);
        lmp.redeem(shares, alice, alice);
    }

    function test_theBudgetRefillsInADay() public {
        uint256 max = lmp.maxWithdraw(alice);
        vm.prank(alice);
        lmp.withdraw(max, alice, alice);
        assertEq(lmp.flowRoom(), 0);
        skip(12 hours);
        assertEq(lmp.flowRoom(), _gross() * 2500 / 1e6);
        lmp.report();
        skip(12 hours);
        assertEq(lmp.flowRoom(), _gross() * 5000 / 1e6, "a report neither fills nor empties it");
    }

    function testFuzz_atMostOnePercentInAnyDay(uint256 seed_) public {
        uint256 flowed;
        uint256 gross = _gross();
        for (uint256 passed; passed < 1 days;) {
            uint256 room = lmp.maxWithdraw(alice);
            uint256 assets = bound(uint256(keccak256(abi.encode(seed_, passed))), 0, room);
            if (assets != 0) {
                vm.prank(alice);
                lmp.withdraw(assets, alice, alice);
                flowed += assets;
            }
            uint256 step = bound(uint256(keccak256(abi.encode(passed, seed_))), 1 minutes, 3 hours);
            skip(step);
            passed += step;
            if (step > 2 hours) {
                lmp.report();
                skip(1);
            }
        }
        assertLe(flowed, gross / 100 + 20);
    }

    /// @dev A flow counts a millionth of V at least.
    function test_B6_oneWeiAThousandTimes() public {
        vm.startPrank(alice);
        asset.approve(address(lmp), type(uint256).max);
        vm.stopPrank();
        asset.mint(alice, 5000);
        for (uint256 i; i < 1000; ++i) {
            vm.prank(alice);
            lmp.deposit(1, alice);
        }
        assertEq(lmp.flowRoom(), _gross() * 4000 / 1e6);
    }

    function test_N2_aReportInTheBlockLiftsIt() public {
        lmp.report();
        assertGt(lmp.maxDeposit(alice), 1e24);
        assertEq(lmp.maxWithdraw(alice), lmp.book().idle);
        _deposit(bob, 500e18);
        vm.prank(alice);
        lmp.withdraw(700e18, alice, alice);
        assertEq(lmp.book().flow, 0, "what is free does not count");
        skip(1);
        assertLe(lmp.maxDeposit(alice), _gross() / 200);
    }

    /// @dev Reported in this block, but not all of it could be valued.
    function test_C4_anUncleanReportLiftsNothing() public {
        a.setAnswer(DestinationMock.Answer.Unsafe);
        lmp.report();
        assertLe(lmp.maxDeposit(alice), _gross() / 200);
        assertLe(lmp.maxWithdraw(alice), _gross() / 200);
    }

    function test_L1_whatIsTooOldCountsNothingForLeaversAndStopsEntries() public {
        a.setAnswer(DestinationMock.Answer.Reverts);
        skip(22 hours);
        lmp.report();
        assertGt(lmp.maxDeposit(alice), 0);
        skip(1 hours - 1);
        assertGt(lmp.maxDeposit(alice), 0);
        skip(1);
        // Nobody has reported since: the clock alone closes.
        assertEq(lmp.maxDeposit(alice) + lmp.maxMint(alice), 0);
        vm.expectRevert(ILMP.NotFresh.selector);
        lmp.deposit(1, alice);
        assertGt(lmp.maxWithdraw(alice), 0, "exits go on by the budget");
        lmp.report();
        assertEq(lmp.maxWithdraw(alice), lmp.previewRedeem(lmp.balanceOf(alice)), "all, at 0 for what is too old");
        assertEq(lmp.maxDeposit(alice), 0);
        a.setAnswer(DestinationMock.Answer.Good);
        lmp.report();
        assertGt(lmp.maxDeposit(alice), 1e24);
    }

    function test_C7_L2_noReportForADayStopsAllButInKind() public {
        skip(23 hours);
        assertEq(lmp.maxDeposit(alice) + lmp.maxMint(alice) + lmp.maxWithdraw(alice) + lmp.maxRedeem(alice), 0);
        vm.startPrank(alice);
        vm.expectRevert(ILMP.NotFresh.selector);
        lmp.redeem(1, alice, alice);
        lmp.redeemInKind(100e18, alice);
    }

    /// @dev The value fell by 10% since the report: who leaves at the old price costs the others at most 1% of V times the fall a day.
    function test_C5_aStalePriceCostsAtMostThePartThatFlows() public {
        lmp.report();
        skip(1);
        uint256 gross = _gross();
        a.setPrices(0.5e18, 0.5e18, 0.5e18);
        uint256 max = lmp.maxWithdraw(alice);
        vm.prank(alice);
        lmp.withdraw(max, alice, alice);
        lmp.report();
        // 200 of 1000 fell by half: 10% of V.
        uint256 fair = (gross - 100e18) * max / gross;
        assertLe(max - fair, gross / 200 / 10 + 1);
    }

    function test_N1_minimumOut() public {
        lmp.report();
        asset.mint(alice, 10e18);
        uint256 shares = lmp.previewDeposit(10e18);
        vm.startPrank(alice);
        asset.approve(address(lmp), 10e18);
        vm.expectRevert(abi.encodeWithSelector(ILMP.TooLittle.selector, shares, shares + 1));
        lmp.deposit(10e18, alice, shares + 1);
        assertEq(lmp.deposit(10e18, alice, shares), shares);
        uint256 assets = lmp.previewRedeem(shares);
        vm.expectRevert(abi.encodeWithSelector(ILMP.TooLittle.selector, assets, assets + 1));
        lmp.redeem(shares, alice, alice, assets + 1);
        assertEq(lmp.redeem(shares, alice, alice, assets), assets);
    }
}
