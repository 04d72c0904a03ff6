// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {BackingPool} from "../../../src/backing/BackingPool.sol";
import {IBackingPool} from "../../../src/backing/IBackingPool.sol";
import {FreezeMock} from "../../mocks/backing/BackedLmpMock.sol";
import {AssetMock} from "../../mocks/lmp/AssetMock.sol";
import {BackingBase} from "./BackingBase.sol";

/// @notice Stake, exits and freezes.
contract BackingStakeTest is BackingBase {
    function test_constructor_refusesZeroAddressesAndTokeAsAsset() public {
        vm.expectRevert(IBackingPool.ZeroAddress.selector);
        new BackingPool(address(0), address(toke), address(lmp), IBackingPool.Mode.Slashing);
        vm.expectRevert(IBackingPool.ZeroAddress.selector);
        new BackingPool(address(authority), address(0), address(lmp), IBackingPool.Mode.Slashing);
        vm.expectRevert(IBackingPool.ZeroAddress.selector);
        new BackingPool(address(authority), address(toke), address(0), IBackingPool.Mode.Slashing);
        vm.expectRevert(abi.encodeWithSelector(IBackingPool.InvalidToken.selector, address(asset)));
        new BackingPool(address(authority), address(asset), address(lmp), IBackingPool.Mode.Slashing);
    }

    function test_views() public view {
        assertEq(pool.toke(), address(toke));
        assertEq(pool.asset(), address(asset));
        assertEq(pool.lmp(), address(lmp));
        assertEq(pool.lossLedger(), address(lmp.lossLedger()));
        assertEq(uint256(pool.mode()), uint256(IBackingPool.Mode.Slashing));
    }

    function test_stake_sharesAreTokeUntilASlash() public {
        _fund(alice, 100e18);
        vm.expectEmit(address(pool));
        emit IBackingPool.Staked(alice, 100e18, 100e18);
        vm.prank(alice);
        assertEq(pool.stake(100e18), 100e18);
        assertEq(_stake(bob, 1), 1);
        assertEq(pool.sharesOf(alice), 100e18);
        assertEq(pool.totals().toke, 100e18 + 1);
        assertEq(pool.totals().shares, 100e18 + 1);
        assertEq(toke.balanceOf(address(pool)), 100e18 + 1);
    }

    /// @dev Down: up, the newcomer would own a part of what others staked.
    function test_stake_sharesRoundDown() public {
        _stake(alice, 1000);
        _slash(100);
        // 7 * 1000 / 900 = 7.77
        assertEq(_stake(bob, 7), 7);
    }

    function test_stake_badAmounts() public {
        vm.expectRevert(IBackingPool.ZeroAmount.selector);
        pool.stake(0);
        vm.expectRevert(IBackingPool.TooLarge.selector);
        pool.stake(uint256(type(uint96).max) + 1);
    }

    function test_stake_refusesAFeeOnTransfer() public {
        AssetMock taxed = new AssetMock(18);
        pool = _newPool(address(taxed), IBackingPool.Mode.Slashing);
        taxed.mint(address(this), 1e18);
        taxed.approve(address(pool), 1e18);
        taxed.setFee(1);
        // What lies here already must not hide it.
        taxed.mint(address(pool), 1e18);
        vm.expectRevert(abi.encodeWithSelector(IBackingPool.InexactTransfer.selector, address(taxed)));
        pool.stake(1e18);
    }

    function test_donationsChangeNothing() public {
        _stake(alice, 100e18);
        toke.transfer(address(pool), 50e18);
        asset.mint(address(pool), 50e18);
        assertEq(pool.totals().toke, 100e18);
        assertEq(_stake(bob, 100e18), 100e18);
        skip(30 days);
        assertEq(pool.claimable(alice), 0);
    }

    /* EXIT */

    function test_request_joinsTheBucketOfTodayPlus29() public {
        _stake(alice, 100e18);
        vm.expectEmit(address(pool));
        emit IBackingPool.ExitRequested(alice, _today() + 29, 40e18);
        uint256 day = _request(alice, 40e18);
        assertEq(day, _today() + 29);
        assertEq(pool.sharesOf(alice), 60e18);
        assertEq(pool.exitOf(alice, day), 40e18);
        assertEq(pool.totals().toke, 100e18, "still slashable");
    }

    function test_request_badShares() public {
        _stake(alice, 100);
        vm.expectRevert(IBackingPool.ZeroAmount.selector);
        _request(alice, 0);
        vm.expectRevert(abi.encodeWithSelector(IBackingPool.InsufficientShares.selector, 100));
        _request(alice, 101);
        vm.expectRevert(abi.encodeWithSelector(IBackingPool.InsufficientShares.selector, 0));
        _request(bob, 1);
    }

    function test_bucketLeavesAtTheStartOfItsDayWhoeverCallsAndWhenever() public {
        _stake(alice, 100e18);
        _stake(bob, 100e18);
        uint256 day = _request(alice, 100e18);
        vm.warp(day * 1 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IBackingPool.StillCooling.selector, day));
        _withdraw(alice, day);
        skip(1);
        assertEq(pool.totals().toke, 100e18, "the view counts it as gone");

        skip(100 days);
        // Slashed first: it left long before.
        vm.expectEmit(address(pool));
        emit IBackingPool.BucketLeft(day, 100e18, 100e18);
        (uint256 slashed,) = _slash(type(uint256).max);
        assertEq(slashed, 30e18);
        vm.expectEmit(address(pool));
        emit IBackingPool.Left(alice, carol, day, 100e18, 100e18);
        vm.prank(alice);
        assertEq(pool.withdraw(day, carol), 100e18);
        assertEq(toke.balanceOf(carol), 100e18);
        vm.expectRevert(abi.encodeWithSelector(IBackingPool.InsufficientShares.selector, 0));
        _withdraw(alice, day);
    }

    function test_coolingStakeIsSlashed() public {
        _stake(alice, 100e18);
        uint256 day = _request(alice, 100e18);
        _slash(type(uint256).max);
        _toDay(day);
        assertEq(_withdraw(alice, day), 70e18);
    }

    function test_severalDaysAtOnce() public {
        _stake(alice, 60e18);
        uint256 first = _request(alice, 10e18);
        skip(1 days);
        uint256 second = _request(alice, 20e18);
        skip(5 days);
        uint256 third = _request(alice, 30e18);
        _toDay(second);
        assertEq(_withdraw(alice, second), 20e18, "in any order");
        vm.expectRevert(abi.encodeWithSelector(IBackingPool.StillCooling.selector, third));
        _withdraw(alice, third);
        _toDay(third + 1);
        assertEq(_withdraw(alice, third) + _withdraw(alice, first), 40e18);
        assertEq(pool.totals().shares, 0);
    }

    /// @dev Two parts of a bucket are rounded down, and nothing is left of it.
    function test_withdraw_theLastOneGetsWhatRoundingLeft() public {
        _stake(alice, 5);
        _stake(bob, 5);
        _slash(1);
        uint256 day = _request(alice, 5);
        _request(bob, 5);
        _toDay(day);
        assertEq(_withdraw(alice, day), 4);
        assertEq(_withdraw(bob, day), 5);
        assertEq(toke.balanceOf(address(pool)), 0);
    }

    function test_withdraw_badInput() public {
        _stake(alice, 100);
        uint256 day = _request(alice, 100);
        _toDay(day);
        vm.expectRevert(IBackingPool.ZeroAddress.selector);
        vm.prank(alice);
        pool.withdraw(day, address(0));
        vm.expectRevert(abi.encodeWithSelector(IBackingPool.StillCooling.selector, day + 1));
        _withdraw(alice, day + 1);
        vm.expectRevert(abi.encodeWithSelector(IBackingPool.InsufficientShares.selector, 0));
        _withdraw(bob, day);
    }

    function test_cancel_takesSharesBack() public {
        _stake(alice, 100e18);
        uint256 day = _request(alice, 100e18);
        vm.expectEmit(address(pool));
        emit IBackingPool.ExitCancelled(alice, day, 30e18);
        vm.prank(alice);
        pool.cancelExit(day, 30e18);
        assertEq(pool.sharesOf(alice), 30e18);
        _toDay(day);
        assertEq(_withdraw(alice, day), 70e18);
        assertEq(pool.totals().toke, 30e18);
    }

    function test_cancel_badInput() public {
        _stake(alice, 100);
        uint256 day = _request(alice, 100);
        vm.startPrank(alice);
        vm.expectRevert(IBackingPool.ZeroAmount.selector);
        pool.cancelExit(day, 0);
        vm.expectRevert(abi.encodeWithSelector(IBackingPool.InsufficientShares.selector, 100));
        pool.cancelExit(day, 101);
        vm.expectRevert(abi.encodeWithSelector(IBackingPool.InsufficientShares.selector, 0));
        pool.cancelExit(day + 1, 1);
        _toDay(day);
        vm.expectRevert(abi.encodeWithSelector(IBackingPool.BucketGone.selector, day));
        pool.cancelExit(day, 1);
    }

    /// @dev A bucket that everybody left stays in the list and leaves with nothing.
    function test_cancel_allOfABucket() public {
        _stake(alice, 100);
        uint256 day = _request(alice, 100);
        vm.prank(alice);
        pool.cancelExit(day, 100);
        skip(1 days);
        uint256 next = _request(alice, 40);
        _toDay(next);
        assertEq(_withdraw(alice, next), 40);
        assertEq(pool.totals().toke, 60);
    }

    function test_everybodyCooling_thenTheFirstStakerAfterThem() public {
        _stake(alice, 70e18);
        _stake(bob, 30e18);
        uint256 day = _request(alice, 70e18);
        _request(bob, 30e18);
        (uint256 slashed,) = _slash(type(uint256).max);
        assertEq(slashed, 30e18, "cooling stake answers");
        _toDay(day);
        assertEq(pool.totals().shares, 0);
        assertEq(pool.totals().toke, 0);
        assertEq(_stake(carol, 1e18), 1e18, "one to one again");
        assertEq(_withdraw(alice, day), 49e18);
        assertEq(_withdraw(bob, day), 21e18);
        assertEq(toke.balanceOf(address(pool)), 1e18);
    }

    /* FREEZE */

    function test_freeze_nobodyStakesAndNothingLeavesThatIsDueInIt() public {
        _stake(alice, 100e18);
        _stake(bob, 100e18);
        uint256 early = _request(alice, 50e18);
        skip(2 days);
        uint256 late = _request(alice, 50e18);
        // The first is due before the freeze, though nobody has called since; the second in it.
        vm.warp(early * 1 days + 1 hours);
        lmp.freeze();
        vm.warp(late * 1 days + 1);
        vm.expectRevert(IBackingPool.Frozen.selector);
        this.stakeOne();
        (uint256 slashed,) = _slash(type(uint256).max);
        assertEq(slashed, 45e18, "30% of the 150 that were there");
        assertEq(_withdraw(alice, early), 50e18);
        vm.expectRevert(abi.encodeWithSelector(IBackingPool.StillCooling.selector, late));
        _withdraw(alice, late);

        lmp.thaw();
        assertEq(_withdraw(alice, late), 35e18);
        assertEq(_stake(carol, 7e18), 10e18);
    }

    function stakeOne() external {
        toke.approve(address(pool), 1);
        pool.stake(1);
    }

    function test_freeze_claimRequestAndCancelGoOn() public {
        _stake(alice, 100e18);
        _notify(28e18);
        uint256 day = _request(alice, 50e18);
        vm.warp(day * 1 days - 1);
        lmp.freeze();
        skip(1 days);
        assertGt(_claim(alice), 0);
        vm.prank(alice);
        pool.cancelExit(day, 20e18);
        uint256 next = _request(alice, 70e18);
        assertEq(next, _today() + 29);
        lmp.thaw();
        assertEq(_withdraw(alice, day), 30e18);
    }

    /// @dev Whatever ledger the LMP has when the pool asks.
    function test_freeze_ofALedgerThatReplacedTheOldOne() public {
        _stake(alice, 100e18);
        uint256 day = _request(alice, 100e18);
        lmp.replaceLedger(new FreezeMock());
        vm.warp(day * 1 days - 1);
        lmp.freeze();
        skip(1 days);
        vm.expectRevert(abi.encodeWithSelector(IBackingPool.StillCooling.selector, day));
        _withdraw(alice, day);
        assertEq(pool.lossLedger(), address(lmp.lossLedger()));
    }

    /// @dev The LMP's flag stays until its next report; the ledger knows that the time is over.
    function test_freeze_endsWithItsTimeThoughTheFlagStays() public {
        _stake(alice, 100e18);
        lmp.freeze();
        vm.expectRevert(IBackingPool.Frozen.selector);
        this.stakeOne();
        lmp.lossLedger().set(0);
        this.stakeOne();
    }

    function test_noSlashing_neitherSlashesNorFreezes() public {
        pool = _newPool(address(toke), IBackingPool.Mode.NoSlashing);
        _stake(alice, 100e18);
        uint256 day = _request(alice, 100e18);
        lmp.freeze();
        _stake(bob, 1e18);
        vm.expectRevert(IBackingPool.NotSlashable.selector);
        _slash(1e18);
        _toDay(day);
        assertEq(_withdraw(alice, day), 100e18);
    }

    /* MANY DAYS */

    function test_roll_inPiecesWhenTooManyDaysAreDue() public {
        _stake(alice, 1000e18);
        _notify(100e18);
        uint256 first = _today() + 29;
        // Held back by a freeze, more buckets gather than can be due without one.
        vm.warp(first * 1 days - 28 days);
        for (uint256 i; i < 40; ++i) {
            _request(alice, 10e18);
            if (i == 10) lmp.freeze();
            skip(1 days);
        }
        skip(40 days);
        lmp.thaw();
        vm.expectRevert(IBackingPool.NotRolled.selector);
        _claim(alice);
        vm.expectRevert(IBackingPool.NotRolled.selector);
        this.stakeOne();
        uint256 expected = pool.totals().toke;
        assertEq(expected, 600e18);
        pool.roll(5);
        vm.expectRevert(IBackingPool.NotRolled.selector);
        _claim(alice);
        pool.roll(4);
        _claim(alice);
        assertEq(pool.totals().toke, expected);
        pool.roll(0);
        assertEq(pool.totals().toke, expected);
    }
}
