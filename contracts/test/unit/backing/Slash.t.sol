// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IBackingPool} from "../../../src/backing/IBackingPool.sol";
import {BackingBase} from "./BackingBase.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

/// @notice Slashes, and what is returned of them.
contract BackingSlashTest is BackingBase {
    function test_slash_onlyTheRole() public {
        _stake(alice, 1e18);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, alice));
        vm.prank(alice);
        pool.slash(1, alice);
    }

    function test_slash_badInput() public {
        _stake(alice, 1e18);
        vm.startPrank(oracle);
        vm.expectRevert(IBackingPool.ZeroAmount.selector);
        pool.slash(0, recovery);
        vm.expectRevert(IBackingPool.ZeroAddress.selector);
        pool.slash(1, address(0));
    }

    function test_slash_whatIsAskedFor() public {
        _stake(alice, 100e18);
        vm.expectEmit(address(pool));
        emit IBackingPool.Slashed(0, 10e18, 100e18, 90e18, recovery);
        (uint256 slashed, uint256 caseId) = _slash(10e18);
        assertEq(slashed, 10e18);
        assertEq(caseId, 0);
        assertEq(toke.balanceOf(recovery), 10e18);
        assertEq(pool.totals().toke, 90e18);
        assertEq(pool.totals().cases, 1);
        assertEq(pool.sharesOf(alice), 100e18, "shares stay");
    }

    /// @dev The limit is rounded up.
    function test_slash_atMost30Percent() public {
        _stake(alice, 1001);
        (uint256 slashed,) = _slash(type(uint256).max);
        assertEq(slashed, 301);
        (slashed,) = _slash(210);
        assertEq(slashed, 210);
        (slashed,) = _slash(147 + 1);
        assertEq(slashed, 147);
    }

    function test_slash_ofNobodyIsNoCase() public {
        (uint256 slashed, uint256 caseId) = _slash(1e18);
        assertEq(slashed, 0);
        assertEq(caseId, 0);
        assertEq(pool.totals().cases, 0);
        vm.expectRevert(abi.encodeWithSelector(IBackingPool.UnknownCase.selector, 0));
        pool.returnToSlashed(0, 1);
    }

    /// @dev With A = 0 and shares left nobody could join any more.
    function test_slash_neverTakesTheLastWei() public {
        _stake(alice, 2);
        (uint256 slashed,) = _slash(type(uint256).max);
        assertEq(slashed, 1);
        (slashed,) = _slash(type(uint256).max);
        assertEq(slashed, 0);
        assertEq(_stake(bob, 1e18), 2e18);
    }

    function test_slash_feesFromBeforeAreUntouched() public {
        _stake(alice, 10e18);
        _notify(28 days * 1e12);
        skip(14 days);
        uint256 earned = pool.claimable(alice);
        _slash(type(uint256).max);
        assertEq(pool.claimable(alice), earned);
        // A newcomer's TOKE earns more shares now; the fees from before the slash are not his.
        _stake(bob, 70e18);
        assertEq(pool.claimable(bob), 0);
        assertEq(_claim(alice), 28 days * 1e12 / 2);
    }

    /* RETURNS */

    function test_return_goesToThoseWhoWereSlashed() public {
        _stake(alice, 60e18);
        _stake(bob, 40e18);
        _slash(20e18);
        _stake(carol, 1000e18);
        vm.startPrank(recovery);
        toke.approve(address(pool), 20e18);
        vm.expectEmit(address(pool));
        emit IBackingPool.Returned(0, 20e18);
        pool.returnToSlashed(0, 20e18);
        vm.stopPrank();
        assertEq(pool.returnable(alice, 0), 12e18);
        assertEq(pool.returnable(bob, 0), 8e18);
        assertEq(pool.returnable(carol, 0), 0);
        vm.expectRevert(IBackingPool.ZeroAmount.selector);
        _claimReturned(carol, 0);
        vm.expectEmit(address(pool));
        emit IBackingPool.ReturnClaimed(alice, alice, 0, 12e18);
        assertEq(_claimReturned(alice, 0), 12e18);
        vm.expectRevert(IBackingPool.ZeroAmount.selector);
        _claimReturned(alice, 0);
        assertEq(_claimReturned(bob, 0), 8e18);
        assertEq(toke.balanceOf(address(pool)), pool.totals().toke);
    }

    function test_return_badInput() public {
        _stake(alice, 100e18);
        _slash(1e18);
        vm.expectRevert(IBackingPool.ZeroAmount.selector);
        pool.returnToSlashed(0, 0);
        vm.expectRevert(abi.encodeWithSelector(IBackingPool.UnknownCase.selector, 1));
        pool.returnToSlashed(1, 1);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IBackingPool.UnknownCase.selector, 1));
        pool.claimReturned(1, alice);
        vm.expectRevert(IBackingPool.ZeroAddress.selector);
        pool.claimReturned(0, address(0));
        vm.expectRevert(IBackingPool.ZeroAmount.selector);
        pool.claimReturned(0, alice);
        assertEq(pool.returnable(alice, 1), 0);
    }

    function test_return_inPartsAndByWhoeverHasIt() public {
        _stake(alice, 3);
        _slash(1);
        _return(0, 1);
        assertEq(_claimReturned(alice, 0), 1);
        toke.approve(address(pool), 10);
        pool.returnToSlashed(0, 10);
        assertEq(_claimReturned(alice, 0), 10);
    }

    function test_twoSlashes_eachReturnsToItsOwn() public {
        _stake(alice, 100e18);
        _slash(30e18);
        assertEq(_stake(bob, 70e18), 100e18);
        _slash(14e18);
        assertEq(toke.balanceOf(recovery), 44e18);
        _return(0, 30e18);
        _return(1, 14e18);
        assertEq(pool.returnable(bob, 0), 0);
        assertEq(_claimReturned(bob, 1), 7e18);
        assertEq(_claimReturned(alice, 0), 30e18);
        assertEq(_claimReturned(alice, 1), 7e18);
        uint256 day = _request(alice, 100e18);
        _request(bob, 100e18);
        _toDay(day);
        assertEq(_withdraw(alice, day), 63e18);
        assertEq(_withdraw(bob, day), 63e18);
        assertEq(toke.balanceOf(address(pool)), 0);
    }

    function test_return_toCoolingStakeWhenItsBucketIsTouched() public {
        _stake(alice, 100e18);
        _stake(bob, 100e18);
        uint256 day = _request(alice, 50e18);
        uint256 bobs = _request(bob, 100e18);
        _slash(20e18);
        _toDay(day);
        _slash(type(uint256).max);
        _return(0, 20e18);
        assertEq(pool.returnable(alice, 0), 5e18);
        pool.syncExit(alice, day, 1);
        assertEq(pool.returnable(alice, 0), 10e18);
        assertEq(pool.returnable(bob, 0), 0);
        _withdraw(bob, bobs);
        assertEq(_claimReturned(bob, 0), 10e18);
        // Their buckets had left before the second slash.
        _return(1, 1e18);
        assertEq(pool.returnable(bob, 1), 0);
        assertEq(_claimReturned(alice, 1), 1e18);
    }

    /// @dev An exit requested after a slash answers for none before it, even if it is the only one.
    function test_return_exitRequestedAfterTheSlashIsCreditedOnce() public {
        _stake(alice, 100e18);
        _slash(20e18);
        uint256 day = _request(alice, 100e18);
        _return(0, 20e18);
        assertEq(_claimReturned(alice, 0), 20e18);
        _toDay(day);
        _withdraw(alice, day);
        vm.expectRevert(IBackingPool.ZeroAmount.selector);
        _claimReturned(alice, 0);
    }

    function test_return_moreSharesInABucketAfterASlash() public {
        _stake(alice, 100e18);
        uint256 day = _request(alice, 20e18);
        _slash(10e18);
        _request(alice, 30e18);
        vm.prank(alice);
        pool.cancelExit(day, 50e18);
        _return(0, 10e18);
        assertEq(_claimReturned(alice, 0), 10e18);
    }

    /* MANY CASES */

    function test_sync_inPiecesWhenTooManyCasesAreUnseen() public {
        _stake(alice, 100e18);
        uint256 day = _request(alice, 50e18);
        for (uint256 i; i < 6; ++i) {
            _slash(1e18);
        }
        vm.expectRevert(IBackingPool.NotRolled.selector);
        _claim(alice);
        vm.expectRevert(IBackingPool.NotRolled.selector);
        vm.prank(alice);
        pool.cancelExit(day, 1);
        pool.sync(alice, 1);
        vm.expectRevert(IBackingPool.NotRolled.selector);
        _request(alice, 1);
        pool.sync(alice, 1);
        vm.expectRevert(IBackingPool.NotRolled.selector);
        _request(alice, 1);
        _toDay(day);
        vm.expectRevert(IBackingPool.NotRolled.selector);
        _withdraw(alice, day);
        pool.syncExit(alice, day, 2);
        _withdraw(alice, day);
        _request(alice, 1e18);
        for (uint256 i; i < 6; ++i) {
            _return(i, 1e18);
            assertEq(_claimReturned(alice, i), 1e18);
        }
        // Who has no stake has seen all.
        for (uint256 i; i < 6; ++i) {
            _slash(1e18);
        }
        _stake(bob, 1e18);
        assertEq(pool.returnable(bob, 11), 0);
    }

    /* EXHAUSTED */

    /// @dev A/H >= 0.7^n: after 80 maximal slashes of the whole supply the whole supply still fits 128 bits of shares.
    function test_poolExhausted_after80MaximalSlashes() public {
        uint256 supply = toke.totalSupply();
        _stake(alice, supply);
        for (uint256 i; i < 80; ++i) {
            _slash(type(uint256).max);
        }
        uint256 all = toke.balanceOf(recovery);
        vm.startPrank(recovery);
        toke.approve(address(pool), all);
        uint256 before = vm.snapshotState();
        assertGt(pool.stake(all), type(uint128).max / 2);
        vm.revertToState(before);
        vm.stopPrank();
        for (uint256 i; i < 2; ++i) {
            _slash(type(uint256).max);
        }
        vm.prank(recovery);
        vm.expectRevert(IBackingPool.PoolExhausted.selector);
        pool.stake(all);
        vm.prank(recovery);
        pool.stake(all / 10);
    }
}
