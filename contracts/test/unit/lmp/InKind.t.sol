// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Book, ILMP} from "../../../src/lmp/ILMP.sol";
import {DestinationMock} from "../../mocks/lmp/DestinationMock.sol";
import {LmpBase} from "./LmpBase.sol";

/// @notice Every call its own transaction: the flag of a deposit lasts for one.
/// forge-config: default.isolate = true
contract LmpInKindTest is LmpBase {
    DestinationMock private a;

    function setUp() public {
        _setUp(18, 2000);
        a = _addDestination();
        lmp.report();
        _deposit(alice, 60e18);
        _deposit(bob, 40e18 - seed);
        _invest(a, 50e18);
    }

    function test_sliceOfEverything() public {
        vm.prank(alice);
        (uint256 assets, address[] memory list, uint256[] memory units) = lmp.redeemInKind(30e18, bob);
        assertEq(list.length, 1);
        assertEq(list[0], address(a));
        assertApproxEqAbs(assets, 15e18, 1);
        assertApproxEqAbs(units[0], 15e18, 1);
        assertEq(asset.balanceOf(bob), assets);
        assertEq(a.balanceOf(bob), units[0]);
        Book memory b = lmp.book();
        assertEq(b.idle, 50e18 - assets);
        assertEq(b.sumSafe, 50e18 - units[0]);
        assertEq(b.mark, 100e18 - assets - units[0]);
    }

    /// @dev k = 0.5/100.5 of the slice stays for the profit still locked, at most 1%, and the mark follows.
    function test_lockedProfitStaysBehind() public {
        _addProfit(0.5e18);
        uint256 gross = 100.5e18;
        vm.prank(alice);
        (uint256 assets,, uint256[] memory units) = lmp.redeemInKind(50e18, alice);
        assertApproxEqRel(assets + units[0], gross * (gross - 0.5e18) / gross / 2, 1e6);
        assertEq(lmp.book().locked, 0.5e18, "k covers it: none leaves the lock");
    }

    /// @dev k is measured on idle + sumMin, what leavers are paid from, not on V.
    function test_keepIsMeasuredOnTheLowerValue() public {
        a.setPrices(1e18, 0.995e18, 1e18);
        _addProfit(0.5e18);
        lmp.report();
        vm.prank(alice);
        (uint256 assets,, uint256[] memory units) = lmp.redeemInKind(50e18, alice);
        uint256 exitable = 50.5e18 + 49.75e18;
        assertApproxEqRel(assets + units[0], uint256(100.5e18) * (exitable - 0.5e18) / exitable / 2, 1e6);
    }

    function test_moreThanOnePercentLocked() public {
        _addProfit(5e18);
        uint256 released = 100e18;
        vm.prank(alice);
        (uint256 assets,, uint256[] memory units) = lmp.redeemInKind(50e18, alice);
        assertApproxEqRel(assets + units[0], uint256(105e18) * 99 / 200, 1e6, "1% stays, the rest leaves");
        // T = (5 - 1% * 105) * 1/2
        Book memory b = lmp.book();
        assertApproxEqRel(b.locked, 5e18 - 1.975e18, 1e6);
        assertApproxEqRel(b.mark, released - (51.975e18 - 1.975e18), 1e6);
    }

    /// @dev The earned fee is minted before: the leaver leaves it.
    function test_earnedFeeFirst() public {
        _addProfit(10e18);
        skip(24 hours);
        vm.prank(alice);
        lmp.redeemInKind(50e18, alice);
        assertApproxEqRel(lmp.convertToAssets(lmp.balanceOf(sink)), 2e18, 1e6);
    }

    function test_L5_neitherAgeNorPriceNorVenue() public {
        a.setAnswer(DestinationMock.Answer.Endless);
        a.setPrices(0, 0, 0);
        skip(400 days);
        vm.prank(alice);
        (uint256 assets,, uint256[] memory units) = lmp.redeemInKind(60e18, alice);
        assertApproxEqAbs(assets, 30e18, 1);
        assertApproxEqAbs(units[0], 30e18, 1);
    }

    function test_dustThatBuysNothing() public {
        uint256 supply = lmp.totalSupply();
        vm.prank(alice);
        vm.expectRevert(ILMP.ZeroAmount.selector);
        lmp.redeemInKind(1, alice);
        assertEq(lmp.totalSupply(), supply);
    }

    /// @dev LMP-4, for any split of the holders, any lock and any price.
    function testFuzz_L5_afterEverybodyLeftOnePercentAndTheSeedRemain(
        uint256 split,
        uint256 profit,
        uint256 price,
        uint256 time
    ) public {
        uint256 given = bound(split, 0, lmp.balanceOf(alice));
        vm.prank(alice);
        lmp.transfer(bob, given);
        profit = bound(profit, 0, 300e18);
        if (profit != 0) _addProfit(profit);
        price = bound(price, 0, 3e18);
        a.setPrices(price, price, price);
        lmp.report();
        skip(bound(time, 0, 30 hours));
        (uint256 idle, uint256 units) = (lmp.book().idle, lmp.destinationState(address(a)).units);
        address[3] memory holders = [alice, bob, sink];
        for (uint256 i; i < holders.length; ++i) {
            uint256 shares = lmp.balanceOf(holders[i]);
            if (shares < 10) continue;
            vm.prank(holders[i]);
            lmp.redeemInKind(shares, holders[i]);
        }
        uint256 supply = 100e18;
        assertLe(lmp.book().idle, idle / 100 + idle * seed / supply + 100);
        assertLe(lmp.destinationState(address(a)).units, units / 100 + units * seed / supply + 100);
        assertEq(asset.balanceOf(address(lmp)), lmp.book().idle);
    }
}

/// @notice Inside one transaction, which is what a test without isolation is.
/// forge-config: default.isolate = false
contract LmpInKindFlagTest is LmpBase {
    function setUp() public {
        _setUp(18, 2000);
        _deposit(alice, 60e18);
    }

    function test_notInATransactionThatDeposited() public {
        _deposit(bob, 1e18);
        vm.prank(bob);
        vm.expectRevert(ILMP.DepositedInThisTransaction.selector);
        lmp.redeemInKind(1e18, bob);
        // Shares from before are no way around it: shares are fungible.
        vm.prank(alice);
        vm.expectRevert(ILMP.DepositedInThisTransaction.selector);
        lmp.redeemInKind(1e18, alice);
    }

    function test_alsoByMint() public {
        asset.mint(bob, 2e18);
        vm.startPrank(bob);
        asset.approve(address(lmp), 2e18);
        lmp.mint(1e18, bob);
        vm.expectRevert(ILMP.DepositedInThisTransaction.selector);
        lmp.redeemInKind(1e18, bob);
    }
}
