// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ILMP} from "../../../src/lmp/ILMP.sol";
import {DestinationMock} from "../../mocks/lmp/DestinationMock.sol";
import {LmpBase} from "./LmpBase.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice What entries and exits say of themselves, where a share is not worth a base unit and nobody acts for himself.
contract LmpFlowsTest is LmpBase {
    address private immutable carol = makeAddr("carol");

    function setUp() public {
        _setUp(18, 2000);
        _deposit(alice, 100e18);
        _addProfit(50e18);
        skip(24 hours);
        lmp.report();
        asset.mint(alice, 10e18);
        vm.startPrank(alice);
        asset.approve(address(lmp), type(uint256).max);
        lmp.approve(bob, type(uint256).max);
        vm.stopPrank();
    }

    function test_depositSaysWhoAndHowMuch() public {
        uint256 shares = lmp.previewDeposit(3e18);
        assertLt(shares, 3e18);
        vm.expectEmit(address(lmp));
        emit IERC4626.Deposit(alice, carol, 3e18, shares);
        vm.prank(alice);
        lmp.deposit(3e18, carol);
        assertEq(lmp.balanceOf(carol), shares);
    }

    function test_mintSaysWhoAndHowMuch() public {
        uint256 assets = lmp.previewMint(3e18);
        assertGt(assets, 3e18);
        vm.expectEmit(address(lmp));
        emit IERC4626.Deposit(alice, carol, assets, 3e18);
        vm.prank(alice);
        lmp.mint(3e18, carol);
        assertEq(lmp.balanceOf(carol), 3e18);
    }

    function test_withdrawSaysWhoAndHowMuch() public {
        uint256 shares = lmp.previewWithdraw(3e18);
        vm.expectEmit(address(lmp));
        emit IERC4626.Withdraw(bob, carol, alice, 3e18, shares);
        vm.prank(bob);
        lmp.withdraw(3e18, carol, alice);
        assertEq(asset.balanceOf(carol), 3e18);
    }

    function test_redeemSaysWhoAndHowMuch() public {
        uint256 assets = lmp.previewRedeem(3e18);
        assertGt(assets, 3e18);
        vm.expectEmit(address(lmp));
        emit IERC4626.Withdraw(bob, carol, alice, assets, 3e18);
        vm.prank(bob);
        lmp.redeem(3e18, carol, alice);
        assertEq(asset.balanceOf(carol), assets);
    }

    function test_conversionsAreAtTheValueOfAll() public view {
        (uint256 value, uint256 supply) = (lmp.totalAssets() + 1, lmp.totalSupply() + 1);
        assertGt(value, supply);
        assertEq(lmp.convertToShares(3e18), 3e18 * supply / value);
        assertEq(lmp.convertToAssets(3e18), 3e18 * value / supply);
    }

    function test_withoutProfitNoFeeIsSaid() public {
        assertEq(lmp.book().mark, lmp.totalAssets(), "all that was earned is taxed");
        vm.recordLogs();
        lmp.report();
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertGt(logs.length, 0);
        _assertNone(logs, ILMP.FeePaid.selector);
    }

    /// @dev All of idle and nothing more is no sale: it writes the flow alone.
    function test_anExitOfAllThatIsIdleIsAFlow() public {
        DestinationMock a = _addDestination();
        lmp.report();
        _invest(a, lmp.book().idle - 10e18);
        vm.recordLogs();
        vm.prank(alice);
        lmp.withdraw(10e18, carol, alice);
        _assertNone(vm.getRecordedLogs(), ILMP.BookChanged.selector);
        assertEq(lmp.book().idle, 0);
    }
}
