// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Book, ILMP} from "../../../src/lmp/ILMP.sol";
import {LMP} from "../../../src/lmp/LMP.sol";
import {LmpViews} from "../../../src/lmp/LmpViews.sol";
import {DestinationMock} from "../../mocks/lmp/DestinationMock.sol";
import {LmpBase} from "./LmpBase.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Vm} from "forge-std/Vm.sol";

using LmpViews for LMP;

/// @notice Lock, mark and fee, on numbers worked out by hand.
contract LmpProfitTest is LmpBase {
    DestinationMock private a;

    function setUp() public {
        _setUp(18, 2000);
        a = _addDestination();
        lmp.report();
        _deposit(alice, 100e18 - seed);
    }

    /// @dev One unit of profit costs 0.200 however often it is looked at while it unlocks.
    function test_F1_F4_oneProfitCostsTheFeeOnce() public {
        uint256[5] memory evaluations = [uint256(1), 2, 6, 24, 200];
        for (uint256 i; i < evaluations.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            _addProfit(1e18);
            for (uint256 j; j < evaluations[i]; ++j) {
                skip(24 hours / evaluations[i]);
                lmp.report();
            }
            // What is left of the day when it does not divide.
            skip(24 hours % evaluations[i]);
            lmp.report();
            assertEq(lmp.book().locked, 0);
            uint256 cost = lmp.convertToAssets(lmp.balanceOf(sink));
            assertApproxEqAbs(cost, 0.2e18, 2 * (evaluations[i] + 1), "phi x profit");
            assertApproxEqAbs(lmp.convertToAssets(lmp.balanceOf(alice)), 100.8e18 * (100e18 - seed) / 100e18, 1e3);
            vm.revertToState(snapshot);
        }
    }

    function test_theFeeSaysWhatItIs() public {
        _addProfit(10e18);
        skip(24 hours);
        uint256 shares = uint256(2e18) * (100e18 + 1) / (108e18 + 1);
        vm.expectEmit(address(lmp));
        emit ILMP.FeePaid(2e18, shares, 110e18);
        lmp.report();
        assertEq(lmp.balanceOf(sink), shares);
    }

    /// @dev A profit of one base unit is a change of value; its fee is nothing, for which no share moves.
    function test_aChangeOfOneIsSaidAndAFeeOfNothingMintsNothing() public {
        asset.mint(address(this), 1);
        asset.approve(address(lmp), 1);
        vm.expectEmit(address(lmp));
        emit ILMP.Settled(1, 1, block.timestamp + 24 hours);
        lmp.addProfit(1);
        skip(24 hours);
        vm.recordLogs();
        lmp.report();
        assertEq(lmp.book().mark, 100e18 + 1);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        _assertNone(logs, ILMP.Settled.selector);
        _assertNone(logs, IERC20.Transfer.selector);
    }

    /// @dev 10 bp of noise, daily, for a year: the fee on the first peak, and nothing after it.
    function test_F3_noiseCostsItsAmplitudeOnce() public {
        _invest(a, 100e18);
        uint256 afterFirst;
        for (uint256 day; day < 365; ++day) {
            uint256 price = day % 2 == 0 ? 1.001e18 : 1e18;
            a.setPrices(price, price, price);
            lmp.report();
            skip(24 hours);
            lmp.report();
            if (day == 0) afterFirst = lmp.balanceOf(sink);
        }
        assertApproxEqAbs(lmp.convertToAssets(afterFirst), 0.02e18, 1e15);
        assertEq(lmp.balanceOf(sink), afterFirst, "noise was taxed again");
    }

    function test_gainUnlocksEvenlyAndLossEatsTheLockFirst() public {
        _invest(a, 50e18);
        _addProfit(2.4e18);
        assertEq(lmp.book().locked, 2.4e18);
        assertEq(lmp.totalAssets(), 100e18, "nobody's yet");
        skip(6 hours);
        assertEq(lmp.book().locked, 1.8e18);
        assertEq(lmp.totalAssets(), 100e18 + 0.6e18 * 8 / 10, "released less its fee");

        // The end is the mean of the two ends by amount: (1.8 * 18 h + 0.6 * 24 h)/2.4 = 19.5 h.
        _addProfit(0.6e18);
        assertEq(lmp.book().locked, 2.4e18);
        assertEq(lmp.book().lockEnd, block.timestamp + 19.5 hours);

        a.setPrices(0.97e18, 0.97e18, 0.97e18);
        lmp.report();
        assertEq(lmp.book().locked, 0.9e18, "1.5 of loss came out of the lock");
        assertEq(lmp.book().lockEnd, block.timestamp + 19.5 hours);
        a.setPrices(0.9e18, 0.9e18, 0.9e18);
        lmp.report();
        assertEq(lmp.book().locked, 0);
        assertEq(lmp.book().mark, 100.6e18);
        assertLt(lmp.totalAssets(), 100e18);
    }

    /// @dev Entering during a drawdown brings the entrant's part of the mark: his rise is taxed from the old high only.
    function test_entrantsPayOnlyForRisesFromTheOldHigh() public {
        _invest(a, 50e18);
        a.setPrices(0.8e18, 0.8e18, 0.8e18);
        lmp.report();
        assertEq(lmp.book().mark, 100e18);
        _deposit(bob, 90e18);
        assertApproxEqAbs(lmp.book().mark, 200e18, 1e3, "each share with the mark of the others");
        vm.startPrank(bob);
        lmp.redeem(lmp.maxRedeem(bob), bob, bob);
        vm.stopPrank();
        assertApproxEqAbs(lmp.book().mark, 100e18, 1e3, "a flash flow neither creates nor erases a deficit");
        a.setPrices(1e18, 1e18, 1e18);
        lmp.report();
        skip(24 hours);
        lmp.report();
        assertEq(lmp.balanceOf(sink), 0, "back at the old high: no fee");
    }

    /// @dev The mark was 100, the exit takes 4,000: the fee comes first, or the mark fell below 0.
    /// @dev A profit of 10,000 times the rest: the 0.5% of V that the budget lets go are more than the mark.
    function test_B3_anExitOfMoreThanTheMark() public {
        _addProfit(1_000_000e18);
        skip(24 hours - 1);
        Book memory b = lmp.book();
        uint256 earned = b.idle - b.locked - 100e18;
        uint256 most = lmp.maxRedeem(alice);
        vm.prank(alice);
        uint256 assets = lmp.redeem(most, alice, alice);
        assertGt(assets, 100e18, "more than the mark");
        assertEq(lmp.book().mark, 100e18 + earned - assets, "M = R, then less the flow");
        assertApproxEqRel(lmp.convertToAssets(lmp.balanceOf(sink)), earned / 5, 1e15, "the fee was paid");
    }

    /// @dev The fee raised later takes nothing of what was earned before.
    function test_F5_setFeeReportsFirst() public {
        _addProfit(1e18);
        skip(23 hours);
        configurator.setFee(lmp, 3000, bob);
        assertEq(lmp.balanceOf(bob), 0);
        skip(1 hours);
        lmp.report();
        assertApproxEqRel(lmp.convertToAssets(lmp.balanceOf(bob)), uint256(0.3e18) / 24, 1e15);
        assertApproxEqRel(lmp.convertToAssets(lmp.balanceOf(sink)), uint256(0.2e18) * 23 / 24, 1e15);
    }

    function testFuzz_C1_entryAndExitAtOnceNeverPays(uint256 assets, uint256 profit, uint256 time, uint256 price)
        public
    {
        _invest(a, 50e18);
        _addProfit(bound(profit, 1, 50e18));
        price = bound(price, 0.8e18, 1.2e18);
        a.setPrices(price, price * 1003 / 1000, price);
        skip(bound(time, 0, 25 hours));
        lmp.report();
        assets = bound(assets, 2e6, 1e24);
        uint256 shares = _deposit(bob, assets);
        vm.startPrank(bob);
        uint256 back = lmp.redeem(shares < lmp.maxRedeem(bob) ? shares : lmp.maxRedeem(bob), bob, bob);
        assertLe(back, assets);
        // Each rounding is against the one who acts.
        assertLe(lmp.previewDeposit(assets), lmp.previewWithdraw(assets));
        assertGe(lmp.previewMint(shares), lmp.previewRedeem(shares));
    }

    /// @dev Each conversion lies on its side of the exact price, by less than one.
    function testFuzz_I4_roundingsAreAgainstTheOneWhoActs(uint256 amount, uint256 profit) public {
        _addProfit(_bound(profit, 1e18, 77e18));
        skip(7 hours);
        lmp.report();
        amount = _bound(amount, 1e3, 50e18);
        (uint256 supply, uint256 entry, uint256 exit) =
            (lmp.totalSupply() + 1, lmp.entryAssets() + 1, lmp.exitAssets() + 1);
        uint256 snapshot = vm.snapshotState();

        uint256 shares = _deposit(bob, amount);
        assertLe(shares * entry, amount * supply);
        assertGt((shares + 1) * entry, amount * supply);
        vm.revertToState(snapshot);

        asset.mint(bob, 1e30);
        vm.startPrank(bob);
        asset.approve(address(lmp), 1e30);
        uint256 assets = lmp.mint(amount, bob);
        assertGe(assets * supply, amount * entry);
        assertLt((assets - 1) * supply, amount * entry);
        vm.stopPrank();
        vm.revertToState(snapshot);

        vm.startPrank(alice);
        assets = lmp.redeem(amount, alice, alice);
        assertLe(assets * supply, amount * exit);
        assertGt((assets + 1) * supply, amount * exit);
        vm.revertToState(snapshot);

        vm.startPrank(alice);
        shares = lmp.withdraw(amount, alice, alice);
        assertGe(shares * exit, amount * supply);
        assertLt((shares - 1) * exit, amount * supply);
    }
}
