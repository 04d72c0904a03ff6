// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Book, ILMP} from "../../src/lmp/ILMP.sol";
import {LMP} from "../../src/lmp/LMP.sol";
import {LmpViews} from "../../src/lmp/LmpViews.sol";
import {DestinationMock} from "../mocks/lmp/DestinationMock.sol";
import {LossLedgerMock} from "../mocks/lmp/LossLedgerMock.sol";
import {LmpBase} from "../unit/lmp/LmpBase.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

using LmpViews for LMP;

/// @notice What max* states passes, one base unit more is refused by the name of what binds; and beyond idle the preview is a floor. Over drawn
/// holdings, profits, times and prices.
abstract contract LmpMaxima is LmpBase {
    DestinationMock private a;
    DestinationMock private b;

    function _decimals() internal pure virtual returns (uint8);

    function setUp() public {
        _setUp(_decimals(), 2000);
        (a, b) = (_addDestination(), _addDestination());
    }

    /// @dev A vault with a price that is no round number: holders, invested parts, a profit partly unlocked, a discount or premium of spot.
    function _prepare(uint256 seed_) private {
        _deposit(alice, _draw(seed_, 0, one, 1e6 * one));
        _deposit(bob, _draw(seed_, 1, one, 1e3 * one));
        _addProfit(_draw(seed_, 2, 1, 1e3 * one));
        skip(_draw(seed_, 3, 0, 20 hours));
        lmp.report();
        uint256 idle = lmp.book().idle;
        _invest(a, _draw(seed_, 4, 1000, idle / 4));
        _invest(b, _draw(seed_, 5, 1000, idle / 4));
        uint256 safe = one * _draw(seed_, 6, 970, 1030) / 1000;
        a.setPrices(safe, safe * _draw(seed_, 7, 9950, 10_050) / 10_000, safe * 101 / 100);
        lmp.report();
    }

    function _draw(uint256 seed_, uint256 salt, uint256 min, uint256 max) internal pure returns (uint256) {
        return _bound(uint256(keccak256(abi.encode(seed_, salt))), min, max);
    }

    /* WHAT PASSES */

    function _enters(bool byMint, bytes4 why) private {
        uint256 max = byMint ? lmp.maxMint(alice) : lmp.maxDeposit(alice);
        assertGt(max, 0);
        asset.mint(alice, byMint ? lmp.previewMint(max + 1) : max + 1);
        vm.startPrank(alice);
        asset.approve(address(lmp), type(uint256).max);
        vm.expectRevert(why);
        if (byMint) lmp.mint(max + 1, alice);
        else lmp.deposit(max + 1, alice);
        if (byMint) lmp.mint(max, alice);
        else lmp.deposit(max, alice);
        vm.stopPrank();
    }

    function _leaves(bool byRedeem, bytes4 why) private {
        uint256 max = byRedeem ? lmp.maxRedeem(alice) : lmp.maxWithdraw(alice);
        assertGt(max, 0);
        vm.startPrank(alice);
        vm.expectPartialRevert(why);
        if (byRedeem) lmp.redeem(max + 1, alice, alice);
        else lmp.withdraw(max + 1, alice, alice);
        if (byRedeem) lmp.redeem(max, alice, alice);
        else lmp.withdraw(max, alice, alice);
        vm.stopPrank();
    }

    function testFuzz_I2_capBinds(uint256 s, bool byMint, bool inBudget) public {
        _prepare(s);
        if (inBudget) skip(1 minutes);
        Book memory k = lmp.book();
        vm.prank(risk);
        // Above what is held, below what the budget allows.
        configurator.lowerCap(lmp, k.idle + k.sumSafe + _draw(s, 8, 1000, (k.idle + k.sumSafe) / 300));
        _enters(byMint, ILMP.CapExceeded.selector);
    }

    function testFuzz_I2_budgetBindsEntries(uint256 s, bool byMint) public {
        _prepare(s);
        skip(_draw(s, 8, 1, 23 hours));
        _enters(byMint, ILMP.FlowExceeded.selector);
        assertEq(lmp.maxRedeem(alice) + lmp.maxWithdraw(alice), 0, "used up");
    }

    function testFuzz_I2_budgetBindsExits(uint256 s, bool byRedeem) public {
        _prepare(s);
        // Bob gives what he has, so that the budget is less than hers.
        uint256 his = lmp.balanceOf(bob);
        vm.prank(bob);
        lmp.transfer(alice, his);
        skip(_draw(s, 8, 1, 23 hours));
        _leaves(byRedeem, ILMP.FlowExceeded.selector);
    }

    function testFuzz_I2_balanceBinds(uint256 s, bool byRedeem) public {
        _prepare(s);
        uint256 given = lmp.balanceOf(alice) * _draw(s, 8, 60, 99) / 100;
        vm.prank(alice);
        lmp.transfer(bob, given);
        // Within the budget too.
        if (s % 2 == 0) skip(1);
        if (s % 2 == 0) {
            uint256 rest = lmp.balanceOf(alice) - lmp.balanceOf(alice) / 1000;
            if (lmp.previewRedeem(lmp.balanceOf(alice) - rest) == 0) return;
            vm.prank(alice);
            lmp.transfer(bob, rest);
        }
        _leaves(byRedeem, IERC20Errors.ERC20InsufficientBalance.selector);
    }

    function testFuzz_I2_idleBindsWithdraw(uint256 s) public {
        _prepare(s);
        uint256 idle = lmp.book().idle;
        uint256 left = idle / 10 + 1;
        // Moved for as much, so that the bucket of losses does not mind.
        _invest(b, idle - left);
        lmp.report();
        if (lmp.previewRedeem(lmp.balanceOf(alice)) <= lmp.book().idle + 1) return;
        assertEq(lmp.maxWithdraw(alice), lmp.book().idle);
        _leaves(false, ILMP.InsufficientIdle.selector);
    }

    /* WHAT IS CLOSED: the maxima are 0 and nothing passes */

    function _closed(bytes4 why, bool exitsToo) private {
        assertEq(lmp.maxDeposit(alice) + lmp.maxMint(alice), 0);
        _refusesOne(abi.encodeCall(IERC4626.deposit, (1, alice)), why);
        _refusesOne(abi.encodeCall(IERC4626.mint, (1, alice)), why);
        asset.mint(alice, 2 * one);
        vm.startPrank(alice);
        vm.expectRevert(why);
        lmp.deposit(one, alice);
        uint256 shares = lmp.balanceOf(alice) / 1000;
        vm.expectRevert(why);
        lmp.mint(one / 2, alice);
        vm.stopPrank();
        if (exitsToo) {
            assertEq(lmp.maxWithdraw(alice) + lmp.maxRedeem(alice), 0);
            _refusesOne(abi.encodeCall(IERC4626.withdraw, (1, alice, alice)), why);
            _refusesOne(abi.encodeCall(IERC4626.redeem, (1, alice, alice)), why);
            vm.startPrank(alice);
            vm.expectRevert(why);
            lmp.withdraw(one / 1000, alice, alice);
            vm.expectRevert(why);
            lmp.redeem(shares, alice, alice);
            vm.stopPrank();
        } else {
            assertGt(lmp.maxRedeem(alice), 0);
            uint256 max = lmp.maxRedeem(alice);
            vm.prank(alice);
            lmp.redeem(max, alice, alice);
        }
    }

    /// @dev Of a base unit, one more than the maximum of 0: what binds, or that it buys or pays nothing.
    function _refusesOne(bytes memory call, bytes4 why) private {
        vm.prank(alice);
        (bool done, bytes memory reason) = address(lmp).call(call);
        assertFalse(done);
        assertTrue(bytes4(reason) == why || bytes4(reason) == ILMP.ZeroAmount.selector);
    }

    function testFuzz_I2_I6_pauseBinds(uint256 s) public {
        _prepare(s);
        vm.prank(guardian);
        configurator.pause(lmp);
        if (s % 2 == 0) skip(1 days);
        lmp.report();
        _closed(ILMP.Paused.selector, true);
    }

    function testFuzz_I2_ageBinds(uint256 s) public {
        _prepare(s);
        skip(_draw(s, 8, 24 hours, 300 days));
        _closed(ILMP.NotFresh.selector, true);
    }

    function testFuzz_I2_whatIsTooOldBindsEntries(uint256 s) public {
        _prepare(s);
        b.setAnswer(DestinationMock.Answer.Unsafe);
        skip(24 hours);
        lmp.report();
        _closed(ILMP.NotFresh.selector, false);
    }

    function testFuzz_I2_aFreezeBindsEntries(uint256 s) public {
        _prepare(s);
        ledger.say(lmp, LossLedgerMock.Sync(1e18, true, 0, 0));
        _closed(ILMP.Frozen.selector, false);
    }

    /* BEYOND IDLE */

    /// @dev However the sales go: paid at least the preview and at most what the shares are worth, or refused with nothing changed.
    function testFuzz_I1_beyondIdleThePreviewIsAFloor(uint256 s) public {
        _prepare(s);
        uint256 idle = lmp.book().idle;
        _invest(b, idle * _draw(s, 9, 50, 99) / 100);
        lmp.report();
        a.setSale(asset, _draw(s, 10, 9850, 10_050));
        b.setSale(asset, _draw(s, 11, 9850, 10_050));
        if (s % 8 == 0) b.setSaleFailure(DestinationMock.Sale.Lies);
        if (s % 8 == 1) a.setSaleFailure(DestinationMock.Sale.Reverts);
        uint256 shares = _draw(s, 12, lmp.balanceOf(alice) / 2, lmp.balanceOf(alice));
        uint256 floor = lmp.previewRedeem(shares);
        uint256 owed = shares * (lmp.exitAssets() + 1) / (lmp.totalSupply() + 1);
        bytes32 before = keccak256(abi.encode(lmp.book(), lmp.totalSupply()));
        vm.prank(alice);
        try lmp.redeem(shares, alice, alice) returns (uint256 assets) {
            assertGe(assets, floor);
            assertLe(assets, owed);
            assertEq(asset.balanceOf(alice), assets);
            assertEq(asset.balanceOf(address(lmp)), lmp.book().idle);
        } catch (bytes memory reason) {
            bytes4 why = bytes4(reason);
            assertTrue(why == ILMP.InsufficientLiquidity.selector || why == ILMP.TooLittle.selector);
            assertEq(keccak256(abi.encode(lmp.book(), lmp.totalSupply())), before);
        }
    }
}

/// forge-config: default.fuzz.runs = 64
contract Lmp18MaximaTest is LmpMaxima {
    function _decimals() internal pure override returns (uint8) {
        return 18;
    }
}

/// forge-config: default.fuzz.runs = 64
contract Lmp8MaximaTest is LmpMaxima {
    function _decimals() internal pure override returns (uint8) {
        return 8;
    }
}

/// forge-config: default.fuzz.runs = 64
contract Lmp6MaximaTest is LmpMaxima {
    function _decimals() internal pure override returns (uint8) {
        return 6;
    }
}
