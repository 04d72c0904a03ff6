// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IBackingPool} from "../../../src/backing/IBackingPool.sol";
import {BackingBase} from "./BackingBase.sol";

/// @notice The stream of fees. Amounts in wei of an asset of 18 decimals.
contract BackingFeesTest is BackingBase {
    /// @dev A multiple of 28 days of seconds: its rate is exact.
    uint256 private constant FEES = 28 days * 1e12;

    function test_stream_toAllByShares() public {
        _stake(alice, 30e18);
        _stake(bob, 10e18);
        _fundFees(FEES);
        vm.expectEmit(address(pool));
        emit IBackingPool.Notified(address(this), FEES, 1e12 * 1e18, block.timestamp + 28 days);
        pool.notify(FEES);
        skip(7 days);
        assertEq(pool.claimable(alice), FEES / 4 * 3 / 4);
        assertEq(_claim(alice), FEES / 4 * 3 / 4);
        assertEq(pool.claimable(alice), 0);
        skip(100 days);
        assertEq(_claim(alice) + _claim(bob), FEES - FEES / 4 * 3 / 4, "all, and no more after the end");
    }

    function test_claim_badInput() public {
        _stake(alice, 1e18);
        vm.startPrank(alice);
        vm.expectRevert(IBackingPool.ZeroAddress.selector);
        pool.claim(address(0));
        vm.expectRevert(IBackingPool.ZeroAmount.selector);
        pool.claim(alice);
    }

    function test_claim_toAnyReceiver() public {
        _stake(alice, 1e18);
        _notify(FEES);
        skip(28 days);
        vm.expectEmit(address(pool));
        emit IBackingPool.Claimed(alice, bob, FEES);
        vm.prank(alice);
        pool.claim(bob);
        assertEq(asset.balanceOf(bob), FEES);
    }

    function test_notify_badInput() public {
        vm.expectRevert(IBackingPool.ZeroAmount.selector);
        pool.notify(0);
        vm.expectRevert(IBackingPool.TooLarge.selector);
        pool.notify(uint256(type(uint96).max) + 1);
        asset.mint(address(this), type(uint96).max);
        asset.approve(address(pool), type(uint96).max);
        vm.expectRevert(IBackingPool.TooLarge.selector);
        pool.notify(type(uint96).max);
        asset.mint(address(pool), 1e18);
        asset.setFee(1);
        vm.expectRevert(abi.encodeWithSelector(IBackingPool.InexactTransfer.selector, address(asset)));
        pool.notify(1e18);
    }

    /// @dev The mean of 14 and 28 days, by 1 part that is left and 1 that comes.
    function test_notify_endIsTheAmountWeightedMean() public {
        _stake(alice, 1e18);
        _notify(2 * FEES);
        skip(14 days);
        _notify(FEES);
        assertEq(pool.totals().end, block.timestamp + 21 days);
        assertEq(pool.totals().rate, uint256(2 * FEES) * 1e18 / 21 days / 1e15 * 1e15);
    }

    /// @dev The variant of the first design, (left * rate + a) / 28 days, moves the end by 14 days with one wei.
    function test_notify_dustCannotStretchTheStream() public {
        _stake(alice, 1e18);
        _notify(FEES);
        skip(14 days);
        uint256 end = pool.totals().end;
        for (uint256 i; i < 200; ++i) {
            _notify(1);
        }
        assertEq(pool.totals().end, end);
        _notify(FEES / 1000);
        assertApproxEqAbs(pool.totals().end, end + 2419, 60, "and little by little");
    }

    /// @dev One wei a time makes no rate at all; it is not lost, only late.
    function test_notify_whatTheRateRoundsAwayJoinsTheNextAmount() public {
        _stake(alice, 1e18);
        for (uint256 i; i < 10; ++i) {
            _notify(100);
        }
        skip(28 days);
        assertEq(pool.claimable(alice), 0);
        _notify(28 days * 10 - 1000);
        skip(28 days);
        assertEq(pool.claimable(alice), 28 days * 10);
    }

    function test_stream_standsStillWhileNobodyIsStaked() public {
        _notify(FEES);
        uint256 end = block.timestamp + 28 days;
        skip(10 days);
        assertEq(pool.totals().end, end + 10 days);
        _fund(alice, 1e18);
        vm.expectEmit(address(pool));
        emit IBackingPool.StreamMoved(end + 10 days);
        vm.prank(alice);
        pool.stake(1e18);
        skip(28 days);
        assertEq(pool.claimable(alice), FEES);
    }

    /// @dev Less than 1e18 shares are next to no risk, and would make fees per share grow without bound.
    function test_stream_standsStillForNextToNothing() public {
        _stake(alice, 1e18 - 1);
        _notify(FEES);
        skip(10 days);
        assertEq(pool.claimable(alice), 0);
        assertEq(pool.yearlyFeesPerToke(), 0);
        _stake(bob, 1);
        skip(28 days);
        assertApproxEqAbs(pool.claimable(alice), FEES, 3);
    }

    function test_stream_standsStillFromTheDayAfterWhichNobodyIsLeft() public {
        _stake(alice, 1e18);
        uint256 day = _request(alice, 1e18);
        vm.warp(day * 1 days - 7 days);
        _notify(FEES);
        vm.warp(day * 1 days + 50 days);
        _withdraw(alice, day);
        assertEq(_claim(alice), FEES / 4);
        _stake(bob, 5e18);
        skip(28 days);
        assertEq(_claim(bob), FEES - FEES / 4, "the first staker after everybody left");
    }

    /// @dev The fees of a bucket are the account's when the bucket is touched.
    function test_exit_earnsUntilItLeaves() public {
        _stake(alice, 10e18);
        _stake(bob, 10e18);
        _notify(FEES);
        uint256 day = _request(alice, 10e18);
        assertEq(pool.claimable(alice), 0);
        _toDay(day);
        skip(9 days);
        _withdraw(alice, day);
        assertEq(_claim(alice), FEES / 2);
        assertEq(_claim(bob), FEES / 2);
    }

    function test_exit_feesBySyncOrCancelBeforeItLeaves() public {
        _stake(alice, 10e18);
        _notify(FEES);
        uint256 day = _request(alice, 10e18);
        skip(14 days);
        vm.expectEmit(address(pool));
        emit IBackingPool.ExitSynced(alice, day, 0);
        pool.syncExit(alice, day, 0);
        assertEq(pool.claimable(alice), FEES / 2);
        skip(7 days);
        vm.prank(alice);
        pool.cancelExit(day, 1);
        assertEq(pool.claimable(alice), FEES / 4 * 3);
        skip(7 days);
        vm.expectEmit(address(pool));
        emit IBackingPool.Synced(alice, 0);
        pool.sync(alice, 0);
    }

    /// @dev A stake pays nothing out: what was earned is spread over all shares, and none of it is lost or won.
    function testFuzz_stake_keepsWhatWasEarned(uint256 first, uint256 more, uint256 time) public {
        first = bound(first, 1e18, 1e25);
        more = bound(more, 1, 1e25);
        _stake(alice, first);
        _stake(bob, 3e18);
        _notify(FEES);
        skip(bound(time, 1, 28 days));
        uint256 alices = pool.claimable(alice);
        uint256 bobs = pool.claimable(bob);
        _stake(alice, more);
        assertLe(pool.claimable(alice), alices);
        assertGe(pool.claimable(alice) + 1, alices);
        assertEq(pool.claimable(bob), bobs);
    }

    function test_stake_earnsNothingOfBefore() public {
        _stake(alice, 1e18);
        _notify(FEES);
        skip(28 days);
        _stake(bob, 1e24);
        assertEq(pool.claimable(bob), 0);
        assertEq(pool.claimable(alice), FEES);
    }

    function test_yearlyFeesPerToke_risesWithASlash() public {
        assertEq(pool.yearlyFeesPerToke(), 0);
        _stake(alice, 10e18);
        assertEq(pool.yearlyFeesPerToke(), 0);
        _notify(FEES);
        assertEq(pool.yearlyFeesPerToke(), 1e12 * 365 days / 10);
        _slash(type(uint256).max);
        assertEq(pool.yearlyFeesPerToke(), uint256(1e12 * 365 days) / 7);
        skip(28 days);
        assertEq(pool.yearlyFeesPerToke(), 0);
    }
}
