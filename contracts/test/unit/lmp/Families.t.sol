// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Book, DestinationState, ILMP} from "../../../src/lmp/ILMP.sol";
import {LMP} from "../../../src/lmp/LMP.sol";
import {LmpViews} from "../../../src/lmp/LmpViews.sol";
import {AssetMock} from "../../mocks/lmp/AssetMock.sol";
import {DestinationMock} from "../../mocks/lmp/DestinationMock.sol";
import {ReentrantMock} from "../../mocks/lmp/ReentrantMock.sol";
import {LmpBase} from "./LmpBase.sol";

using LmpViews for LMP;

/// @notice Attacks on the vault that belong to no one part of it, by the ids of `npm run families`.
/// forge-config: default.fuzz.runs = 32
contract LmpFamiliesTest is LmpBase {
    DestinationMock private a;

    function setUp() public {
        _setUp(18, 2000);
        a = _addDestination();
        _deposit(alice, 100e18);
        _deposit(bob, 100e18 - seed);
        _invest(a, 100e18);
        lmp.report();
    }

    function _gross() private view returns (uint256) {
        Book memory b = lmp.book();
        return b.idle + b.sumSafe;
    }

    function _price() private view returns (uint256) {
        return lmp.convertToAssets(1e18);
    }

    function _feeShares() private view returns (uint256) {
        return lmp.balanceOf(sink);
    }

    /* B: ROUNDING AND TRANSFERS */

    /// @dev What a burn's rounding leaves is nobody's profit: a report after it finds no change of value, and so no fee.
    function testFuzz_B2_aReportAfterABurnSettlesNothing(uint256 shares, uint256 profit, bool inKind) public {
        _addProfit(bound(profit, 1, 50e18));
        skip(24 hours);
        lmp.report();
        shares = bound(shares, 1e12, inKind ? 100e18 - 1 : lmp.maxRedeem(alice));
        vm.prank(alice);
        if (inKind) lmp.redeemInKind(shares, alice);
        else lmp.redeem(shares, alice, alice);
        (uint256 gross, uint256 paid, Book memory b) = (_gross(), _feeShares(), lmp.book());
        lmp.report();
        // The units that stay are valued down, their stored value was rounded up.
        assertLe(gross - _gross(), 1);
        assertEq(_feeShares(), paid, "a fee on rounding");
        assertEq(lmp.book().locked, b.locked, "rounding was locked as profit");
    }

    /// @dev Everybody leaves, the seed too: who comes next owns what is left, pays no fee on it and for no mark of theirs who went.
    function test_B4_theSupplyFallsToNothingAndBeginsAgain() public {
        _addProfit(20e18);
        skip(24 hours);
        a.setPrices(0.9e18, 0.9e18, 0.9e18);
        lmp.report();
        address[4] memory all = [alice, bob, sink, makeAddr("seed")];
        for (uint256 i; i < 4; ++i) {
            uint256 shares = lmp.balanceOf(all[i]);
            vm.prank(all[i]);
            if (shares != 0) lmp.redeemInKind(shares, all[i]);
        }
        assertEq(lmp.totalSupply(), 0);
        Book memory b = lmp.book();
        assertLe(b.idle + b.sumSafe, 10, "what rounding leaves");
        uint256 bought = _deposit(alice, 10e18);
        lmp.report();
        assertApproxEqAbs(lmp.previewRedeem(bought), 10e18, 20);
        assertEq(lmp.totalSupply(), bought, "no fee on what was left");
        _addProfit(1e18);
        skip(24 hours);
        lmp.report();
        assertApproxEqAbs(lmp.convertToAssets(lmp.balanceOf(sink)), 0.2e18, 10, "and on profit from here on, once");
    }

    /// @dev In and out by a few base units: nobody gains, no price falls.
    function testFuzz_B6_aThousandSmallStepsLowerNoPrice(uint256 seed_) public {
        _addProfit(bound(seed_, 1, 50e18));
        skip(24 hours);
        lmp.report();
        asset.mint(bob, 1e6);
        vm.prank(bob);
        asset.approve(address(lmp), 1e6);
        uint256 exit = (lmp.exitAssets() + 1) * 1e36 / (lmp.totalSupply() + 1);
        (uint256 had, uint256 held) = (asset.balanceOf(bob), lmp.balanceOf(bob));
        for (uint256 i; i < 1000; ++i) {
            seed_ = uint256(keccak256(abi.encode(seed_)));
            uint256 amount = seed_ % 7 + 2;
            vm.prank(bob);
            if (seed_ >> 128 & 3 == 0) lmp.deposit(amount, bob);
            else if (seed_ >> 128 & 3 == 1) lmp.mint(amount, bob);
            else if (seed_ >> 128 & 3 == 2) lmp.withdraw(amount, bob, bob);
            else lmp.redeem(amount, bob, bob);
        }
        assertGe((lmp.exitAssets() + 1) * 1e36 / (lmp.totalSupply() + 1), exit, "the price fell");
        uint256 left = lmp.balanceOf(bob);
        uint256 worth = left > held ? lmp.previewRedeem(left - held) : 0;
        uint256 cost = held > left ? lmp.previewMint(held - left) : 0;
        assertLe(asset.balanceOf(bob) + worth, had + cost, "somebody gained");
    }

    function test_B7_sharesSentToOneselfAreNoMore() public {
        _addProfit(10e18);
        (uint256 shares, uint256 supply, uint256 price) = (lmp.balanceOf(alice), lmp.totalSupply(), _price());
        vm.startPrank(alice);
        lmp.transfer(alice, shares);
        lmp.approve(alice, shares);
        lmp.transferFrom(alice, alice, shares);
        assertEq(lmp.balanceOf(alice), shares);
        // And to the vault, as whose they are nobody's.
        lmp.transfer(address(lmp), shares / 2);
        assertEq(lmp.totalSupply(), supply);
        assertEq(_price(), price);
        assertEq(lmp.maxRedeem(address(lmp)) > 0, true);
        vm.expectRevert();
        lmp.redeem(1e18, alice, address(lmp));
    }

    /* C: STALE VALUES */

    /// @dev The pool rose, nobody has reported: who enters at the old price gains at most the part of the rise that so little buys.
    function test_C4_aDepositBetweenAMoveAndItsReportIsSmall() public {
        skip(1);
        a.setPrices(1.1e18, 1.1e18, 1.1e18);
        uint256 max = lmp.maxDeposit(bob);
        assertLe(max, _gross() / 200);
        uint256 shares = _deposit(bob, max);
        lmp.report();
        skip(24 hours);
        lmp.report();
        // 5% of V is what the pool rose by.
        assertLe(lmp.previewRedeem(shares), max + max / 20);
        assertGt(lmp.previewRedeem(lmp.balanceOf(alice)), 103.9e18, "the rise is theirs who were there");
    }

    /// @dev The rise is locked when it is reported: who enters right before the report finds nothing to take in the same block.
    function test_C1_aReportBetweenEntryAndExitBringsNothing() public {
        a.setPrices(1.1e18, 1.1e18, 1.1e18);
        uint256 shares = _deposit(bob, 10e18);
        lmp.report();
        assertLe(lmp.previewRedeem(shares), 10e18);
    }

    /// @dev While one vault is inside a call of its own, another may be used; the way back into the first stays shut.
    function test_C6_throughAnotherVaultIsNoWayBackIn() public {
        LMP other = new LMP(_params(address(asset), 2000, 1e27));
        DestinationMock b = new DestinationMock(address(other), 1e18);
        configurator.addDestination(other, address(b));
        other.report();
        ReentrantMock attacker = new ReentrantMock(lmp);
        asset.mint(address(attacker), 10e18);
        _deposit(address(attacker), 10e18);

        // The callback of a rebalance here enters there, whose pull calls back here.
        asset.setHook(address(attacker), address(other));
        asset.mint(address(solver), 10e18);
        vm.prank(address(solver));
        asset.approve(address(other), 10e18);
        solver.setAction(address(other), abi.encodeWithSignature("deposit(uint256,address)", 10e18, alice));
        uint256 price = _price();
        _invest(a, 10e18);
        assertEq(attacker.attempts(), 10, "the way was tried");
        assertEq(attacker.breaches(), 0, "a way back in");
        assertEq(other.balanceOf(alice), 10e18, "the other vault serves");
        assertEq(_price(), price);
    }

    /* D: A CHAIN THAT STOOD STILL */

    /// @dev No blocks, so no feeds and no reports: afterwards the clock alone closes what would trade at old prices.
    function test_D7_afterAnOutageNobodyTradesAtOldPrices() public {
        skip(26 hours);
        a.setPrices(0.8e18, 0.8e18, 0.8e18);
        assertFalse(lmp.isFresh());
        assertEq(lmp.maxDeposit(bob) + lmp.maxMint(bob) + lmp.maxWithdraw(bob) + lmp.maxRedeem(bob), 0);
        vm.prank(bob);
        vm.expectRevert(ILMP.NotFresh.selector);
        lmp.redeem(1e18, bob, bob);
        lmp.report();
        assertApproxEqAbs(lmp.previewRedeem(100e18), 90e18, 1e3, "at what it is worth now");
    }

    /// @dev A shorter one leaves the budget.
    function test_D7_afterAShortOutageLittleTradesAtOldPrices() public {
        skip(5 hours);
        a.setPrices(0.8e18, 0.8e18, 0.8e18);
        assertLe(lmp.maxWithdraw(bob), _gross() / 200);
    }

    /* F: FEES */

    /// @dev A price that is up in one report and down in the next was never released: it neither pays a fee nor sets the mark.
    function test_F2_aSpikeOfAReportSetsNoMark() public {
        uint256 mark = lmp.book().mark;
        a.setPrices(1.5e18, 1.5e18, 1.5e18);
        lmp.report();
        a.setPrices(1e18, 1e18, 1e18);
        lmp.report();
        assertEq(lmp.book().mark, mark, "the spike set the mark");
        assertEq(_feeShares(), 0);
        _addProfit(10e18);
        skip(24 hours);
        lmp.report();
        assertApproxEqAbs(lmp.convertToAssets(_feeShares()), 2e18, 10, "later profit is charged from where it was");
    }

    function test_F7_whatIsLockedIsNotCharged() public {
        _addProfit(10e18);
        lmp.report();
        assertEq(_feeShares(), 0, "charged before anybody has it");
        skip(12 hours);
        lmp.report();
        uint256 half = _feeShares();
        // Fee shares own their part of what is still locked: they are worth what an entrant pays for them.
        assertApproxEqAbs(lmp.previewMint(half), 1e18, 10, "half of it is released");
        // The rest is lost before it is released: nobody is charged for it.
        a.setPrices(0.95e18, 0.95e18, 0.95e18);
        lmp.report();
        skip(24 hours);
        lmp.report();
        assertEq(_feeShares(), half);
    }

    /// @dev Everybody leaves after a loss and comes back: the mark of those who lost is not theirs who come, and no profit is charged twice.
    function test_F9_whoLeavesAndComesBackIsChargedOnce() public {
        _addProfit(20e18);
        skip(24 hours);
        lmp.report();
        assertApproxEqAbs(lmp.convertToAssets(_feeShares()), 4e18, 10);
        uint256 charged = _feeShares();
        uint256 units = lmp.destinationState(address(a)).units;
        _rebalance(address(a), units, address(0), units);
        lmp.report();
        uint256 shares = lmp.balanceOf(alice);
        vm.prank(alice);
        uint256 assets = lmp.redeem(shares, alice, alice);
        shares = lmp.balanceOf(bob);
        vm.prank(bob);
        lmp.redeem(shares, bob, bob);
        lmp.report();
        assertApproxEqAbs(lmp.book().mark, _gross(), 10, "the mark left with them");
        _deposit(alice, assets);
        lmp.report();
        skip(24 hours);
        lmp.report();
        assertEq(_feeShares(), charged, "a fee without a profit");
        assertApproxEqAbs(lmp.previewRedeem(lmp.balanceOf(alice)), assets, 1e3);
    }

    /// @dev One that cannot be paid in shares cannot stop a report: nobody is called.
    function test_F6_theSinkIsNotCalled() public {
        address hostile = address(new ReentrantMock(lmp));
        configurator.setFee(lmp, 2000, hostile);
        _addProfit(10e18);
        skip(24 hours);
        lmp.report();
        assertGt(lmp.balanceOf(hostile), 0);
        assertEq(ReentrantMock(hostile).attempts(), 0);
    }

    /* H: TWENTY DESTINATIONS */

    /// @dev Each burns all the gas it is given: a report fits a block of 30M all the same, exits in kind do not notice.
    function test_H3_aReportOfTwentyThatBurnTheirGas() public {
        DestinationMock[] memory all = new DestinationMock[](20);
        all[0] = a;
        for (uint256 i = 1; i < 20; ++i) {
            all[i] = _addDestination();
            _invest(all[i], 1e18);
        }
        vm.expectRevert(ILMP.TooManyDestinations.selector);
        vm.prank(address(configurator));
        lmp.addDestination(address(1));
        for (uint256 i; i < 20; ++i) {
            all[i].setAnswer(DestinationMock.Answer.Endless);
        }
        uint256 gas_ = gasleft();
        lmp.report();
        assertLt(gas_ - gasleft(), 20_000_000);
        vm.prank(alice);
        gas_ = gasleft();
        (, address[] memory list, uint256[] memory units) = lmp.redeemInKind(50e18, alice);
        assertLt(gas_ - gasleft(), 3_000_000);
        assertEq(list.length, 20);
        for (uint256 i; i < 20; ++i) {
            assertEq(all[i].balanceOf(alice), units[i]);
            assertGt(units[i], 0);
        }
    }

    /* M: ADMIN POWER */

    /// @dev Whatever the roles set, nobody's assets move: what the vault holds and counts is the same, and everybody leaves with his part.
    function test_M1_noRoleTouchesAccountedAssets() public {
        (uint256 held, uint256 units) = (asset.balanceOf(address(lmp)), a.balanceOf(address(lmp)));
        configurator.setFee(lmp, 3000, sink);
        configurator.setManagementFee(lmp, 200, sink);
        configurator.setGate(lmp, address(asset));
        vm.prank(risk);
        configurator.lowerCap(lmp, 0);
        vm.startPrank(guardian);
        configurator.closeDestination(lmp, address(a));
        configurator.pause(lmp);
        vm.stopPrank();
        configurator.setClosingSlippage(lmp, address(a), 1e18);
        vm.expectRevert(abi.encodeWithSelector(ILMP.DestinationInUse.selector, address(a)));
        configurator.removeDestination(lmp, address(a));
        assertEq(asset.balanceOf(address(lmp)), held);
        assertEq(a.balanceOf(address(lmp)), units);
        DestinationState memory d = lmp.destinationState(address(a));
        assertEq(d.units, units);
        assertEq(lmp.book().idle, held);
        vm.prank(alice);
        (uint256 assets,, uint256[] memory got) = lmp.redeemInKind(100e18, alice);
        assertApproxEqAbs(assets + got[0], 100e18, 10);
    }

    /* N: INTEGRATORS */

    /// @dev A total loss: nothing underflows, views answer, and the way out is in kind.
    function test_N4_afterATotalLossNothingUnderflows() public {
        _rebalance(address(0), lmp.book().idle, address(a), lmp.book().idle);
        a.setPrices(0, 0, 0);
        lmp.report();
        assertEq(lmp.totalAssets(), 0);
        assertEq(lmp.previewRedeem(100e18), 0);
        assertEq(lmp.maxWithdraw(alice) + lmp.maxRedeem(alice) + lmp.maxDeposit(alice) + lmp.maxMint(alice), 0);
        assertEq(lmp.convertToAssets(100e18), 0);
        vm.prank(alice);
        (,, uint256[] memory units) = lmp.redeemInKind(100e18, alice);
        // Worth nothing, X is 0: 1% stays.
        assertApproxEqAbs(units[0], 99e18, 1e3);
    }

    /// @dev The flag a caller reads on chain: not after a day, not with one unsafe, and again when all are well.
    function test_N2_theFlagSaysWhatTheBookIsWorth() public {
        assertTrue(lmp.isFresh());
        skip(24 hours);
        assertFalse(lmp.isFresh(), "too old");
        a.setAnswer(DestinationMock.Answer.Unsafe);
        lmp.report();
        assertFalse(lmp.isFresh(), "not all valued");
        a.setAnswer(DestinationMock.Answer.Good);
        assertFalse(lmp.isFresh(), "not reported");
        lmp.report();
        assertTrue(lmp.isFresh());
    }

    /// @dev Who moves the pool's own price moves neither what shares convert to nor, for leavers, anything up.
    function testFuzz_N5_spotMovesNoSharePrice(uint256 bps) public {
        (uint256 price, uint256 exit, uint256 entry) = (_price(), lmp.exitAssets(), lmp.entryAssets());
        a.setPrices(1e18, 1e18 * bound(bps, 9950, 10_050) / 10_000, 1e18);
        lmp.report();
        assertEq(_price(), price);
        assertLe(lmp.exitAssets(), exit);
        assertGe(lmp.entryAssets(), entry);
    }
}

/// @notice An asset whose transfers call back into the vault.
contract LmpHostileAssetTest is LmpBase {
    ReentrantMock private attacker;

    function setUp() public {
        _setUp(18, 2000);
        _deposit(alice, 100e18);
        attacker = new ReentrantMock(lmp);
        asset.mint(address(attacker), 10e18);
        _deposit(address(attacker), 10e18);
        asset.setHook(address(attacker), address(lmp));
    }

    function test_B3_noDoorIsOpenInsideATransfer() public {
        DestinationMock a = _addDestination();
        a.setHook(address(attacker));
        a.setSale(asset, 10_000);
        lmp.report();
        _deposit(bob, 10e18);
        _addProfit(1e18);
        uint256 rest = lmp.maxWithdraw(bob);
        vm.prank(bob);
        lmp.withdraw(rest, bob, bob);
        _invest(a, 100e18);
        vm.prank(alice);
        lmp.redeem(50e18, alice, alice);
        vm.prank(alice);
        lmp.redeemInKind(20e18, alice);
        assertGe(attacker.attempts(), 60, "tried from every side");
        assertEq(attacker.breaches(), 0, "a door was open");
        assertTrue(lmp.destinationState(address(a)).ok, "a door was open inside a valuation");
        AssetMock held = asset;
        assertEq(held.balanceOf(address(lmp)), lmp.book().idle);
    }
}
