// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {LMP} from "../../../src/lmp/LMP.sol";
import {ILmpRouter} from "../../../src/router/ILmpRouter.sol";
import {DestinationMock} from "../../mocks/lmp/DestinationMock.sol";
import {UsdtMock} from "../../mocks/router/UsdtMock.sol";
import {RouterBase} from "./RouterBase.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";

/// @notice What each way in and out does, what it costs at most, and when it reports.
/// forge-config: default.isolate = true
contract RouterFlowsTest is RouterBase {
    DestinationMock private a;

    function setUp() public {
        _setUpRouter(18);
        a = _addDestination();
        lmp.report();
        _deposit(bob, 1000e18);
        weth.deposit{value: 100 ether}();
        weth.approve(address(wethLmp), 100 ether);
        wethLmp.deposit(100 ether, address(this));
        skip(1 minutes);
    }

    function _expectReport(LMP vault, bool expected) private {
        vm.expectCall(address(vault), abi.encodeCall(vault.report, ()), expected ? 1 : 0);
    }

    /* ENTRY */

    function test_N1_deposit(uint256 assets, bool short) public {
        assets = bound(assets, 1, 1000e18);
        _fund(alice, assets);
        _expectReport(lmp, lmp.maxDeposit(bob) < assets);
        uint256 expected = lmp.previewDeposit(assets);
        uint256 before = lmp.balanceOf(bob);
        if (short) vm.expectRevert(abi.encodeWithSelector(ILmpRouter.TooLittle.selector, expected, expected + 1));
        vm.prank(alice);
        uint256 shares = router.deposit(address(lmp), assets, bob, short ? expected + 1 : expected, LATER);
        assertEq(asset.balanceOf(alice), short ? assets : 0);
        assertEq(lmp.balanceOf(bob) - before, short ? 0 : expected);
        assertEq(shares, short ? 0 : expected);
        assertEq(asset.allowance(address(router), address(lmp)), 0);
    }

    function test_N1_depositETH(uint256 assets, bool short) public {
        assets = bound(assets, 1, 500 ether);
        vm.deal(alice, 501 ether);
        _expectReport(wethLmp, wethLmp.maxDeposit(bob) < assets);
        uint256 expected = wethLmp.previewDeposit(assets);
        if (short) vm.expectRevert(abi.encodeWithSelector(ILmpRouter.TooLittle.selector, expected, expected + 1));
        vm.prank(alice);
        router.depositETH{value: assets + 1 ether}(
            address(wethLmp), assets, bob, short ? expected + 1 : expected, LATER
        );
        assertEq(alice.balance, short ? 501 ether : 501 ether - assets, "what is not wrapped comes back");
        assertEq(wethLmp.balanceOf(bob), short ? 0 : expected);
        assertEq(weth.allowance(address(router), address(wethLmp)), 0);
    }

    function test_I5_N1_mint(uint256 shares, bool dear) public {
        shares = bound(shares, 1, 1000e18);
        uint256 expected = lmp.previewMint(shares);
        _fund(alice, expected + 1);
        _expectReport(lmp, lmp.maxMint(bob) < shares);
        uint256 before = lmp.balanceOf(bob);
        if (dear) vm.expectRevert(abi.encodeWithSelector(ILmpRouter.TooMuch.selector, expected, expected - 1));
        vm.prank(alice);
        uint256 assets = router.mint(address(lmp), shares, bob, dear ? expected - 1 : expected, LATER);
        assertEq(assets, dear ? 0 : expected);
        assertEq(lmp.balanceOf(bob) - before, dear ? 0 : shares);
        assertEq(asset.balanceOf(alice), dear ? expected + 1 : 1);
    }

    /* EXIT */

    function test_I5_N1_withdraw(uint256 assets, bool dear) public {
        _enterAndApprove(alice, 500e18);
        skip(1 minutes);
        assets = bound(assets, 1, 400e18);
        _expectReport(lmp, lmp.maxWithdraw(alice) < assets);
        uint256 expected = lmp.previewWithdraw(assets);
        uint256 before = lmp.balanceOf(alice);
        if (dear) vm.expectRevert(abi.encodeWithSelector(ILmpRouter.TooMuch.selector, expected, expected - 1));
        vm.prank(alice);
        router.withdraw(address(lmp), assets, bob, dear ? expected - 1 : expected, LATER);
        assertEq(asset.balanceOf(bob), dear ? 0 : assets);
        assertEq(before - lmp.balanceOf(alice), dear ? 0 : expected);
    }

    function test_N1_redeem(uint256 shares, bool short) public {
        uint256 all = _enterAndApprove(alice, 500e18);
        skip(1 minutes);
        shares = bound(shares, 2, all);
        _expectReport(lmp, lmp.maxRedeem(alice) < shares);
        uint256 expected = lmp.previewRedeem(shares);
        if (short) vm.expectRevert(abi.encodeWithSelector(ILmpRouter.TooLittle.selector, expected, expected + 1));
        vm.prank(alice);
        router.redeem(address(lmp), shares, bob, short ? expected + 1 : expected, LATER);
        assertEq(asset.balanceOf(bob), short ? 0 : expected);
        assertEq(lmp.balanceOf(alice), short ? all : all - shares);
    }

    function test_N1_redeemETH(uint256 shares, bool short) public {
        wethLmp.transfer(alice, 50 ether);
        vm.prank(alice);
        wethLmp.approve(address(router), 50 ether);
        shares = bound(shares, 2, 50 ether);
        _expectReport(wethLmp, wethLmp.maxRedeem(alice) < shares);
        uint256 expected = wethLmp.previewRedeem(shares);
        if (short) vm.expectRevert(abi.encodeWithSelector(ILmpRouter.TooLittle.selector, expected, expected + 1));
        vm.prank(alice);
        router.redeemETH(address(wethLmp), shares, bob, short ? expected + 1 : expected, LATER);
        assertEq(bob.balance, short ? 0 : expected);
        assertEq(wethLmp.balanceOf(alice), short ? 50 ether : 50 ether - shares);
        assertEq(weth.balanceOf(address(router)), 0);
    }

    /* REPORTS */

    /// @dev A day without a report closes a vault; through the router it opens in the same call.
    function test_N2_anOldBookIsReportedFirst() public {
        uint256 shares = _enterAndApprove(alice, 100e18);
        skip(25 hours);
        assertFalse(lmp.isFresh());
        assertEq(lmp.maxDeposit(alice), 0);
        assertEq(lmp.maxRedeem(alice), 0);
        _fund(alice, 10e18);
        vm.startPrank(alice);
        router.deposit(address(lmp), 10e18, alice, 0, LATER);
        assertTrue(lmp.isFresh());
        skip(25 hours);
        router.redeem(address(lmp), shares / 2, alice, 0, LATER);
        skip(25 hours);
        router.withdraw(address(lmp), 1e18, alice, type(uint256).max, LATER);
        skip(25 hours);
        asset.approve(address(router), 10e18);
        router.mint(address(lmp), 1e18, alice, 10e18, LATER);
        assertEq(lmp.book().valuedAt, block.timestamp);
    }

    /// @dev What the report finds is in the price before the minimum is looked at.
    function test_N2_theMinimumHoldsAfterTheReport() public {
        _invest(a, 500e18);
        uint256 shares = _enterAndApprove(alice, 100e18);
        skip(25 hours);
        uint256 quoted = lmp.previewRedeem(shares);
        a.setPrices(0.9e18, 0.9e18, 0.9e18);
        vm.prank(alice);
        vm.expectPartialRevert(ILmpRouter.TooLittle.selector);
        router.redeem(address(lmp), shares, alice, quoted, LATER);
        assertEq(lmp.balanceOf(alice), shares);
    }

    function test_N4_anExitInLossIsPaid() public {
        _invest(a, 500e18);
        uint256 shares = _enterAndApprove(alice, 100e18);
        skip(25 hours);
        a.setPrices(0.5e18, 0.5e18, 0.5e18);
        vm.prank(alice);
        uint256 paid = router.redeem(address(lmp), shares, alice, 0, LATER);
        assertEq(asset.balanceOf(alice), paid);
        assertApproxEqRel(paid, 100e18 * (uint256(600e18) + 250e18) / 1100e18, 1e13);
    }

    /// @dev More than idle pays: the router does not stop at `maxRedeem`, the vault decides.
    function test_moreThanIdleIsAskedOfTheVault() public {
        uint256 shares = _enterAndApprove(alice, 100e18);
        _invest(a, 1050e18);
        assertLt(lmp.maxRedeem(alice), shares);
        _expectReport(lmp, true);
        vm.expectCall(address(lmp), abi.encodeCall(IERC4626.redeem, (shares, alice, alice)));
        vm.prank(alice);
        // What the vault answers is not the router's: the calls are what is looked at.
        try router.redeem(address(lmp), shares, alice, 0, LATER) {} catch {}
    }

    /* TOKENS */

    /// @dev No return values, approvals that must be reset; and a fee that is switched on later stops at a named error.
    function test_tokensLikeUsdt() public {
        UsdtMock usdt = new UsdtMock();
        usdt.mint(address(this), 1000);
        LMP vault = _create(address(usdt));
        usdt.mint(alice, 30e6);
        vm.startPrank(alice);
        usdt.approve(address(router), 30e6);
        uint256 shares = router.deposit(address(vault), 10e6, alice, 10e6, LATER);
        router.deposit(address(vault), 10e6, alice, 10e6, LATER);
        vault.approve(address(router), type(uint256).max);
        assertEq(router.redeem(address(vault), shares, bob, 10e6, LATER), 10e6);
        assertEq(usdt.balanceOf(bob), 10e6);
        assertEq(usdt.allowance(address(router), address(vault)), 0);

        usdt.setFee(10);
        vm.expectRevert(abi.encodeWithSelector(ILmpRouter.InexactTransfer.selector, usdt));
        router.deposit(address(vault), 10e6, alice, 0, LATER);
        assertEq(usdt.balanceOf(alice), 10e6);
    }
}
