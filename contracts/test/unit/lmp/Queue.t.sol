// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ExitQueue} from "../../../src/lmp/ExitQueue.sol";
import {Book, ILMP} from "../../../src/lmp/ILMP.sol";
import {LMP} from "../../../src/lmp/LMP.sol";
import {LmpViews} from "../../../src/lmp/LmpViews.sol";
import {DestinationMock} from "../../mocks/lmp/DestinationMock.sol";
import {LmpBase} from "./LmpBase.sol";

using LmpViews for LMP;

/// @notice Exits beyond idle: what is sold, in which order, and who bears what the sale costs.
contract LmpQueueTest is LmpBase {
    DestinationMock private a;
    DestinationMock private b;

    function setUp() public {
        _setUp(18, 2000);
        (a, b) = (_addDestination(), _addDestination());
        _deposit(alice, 100e18);
        _deposit(bob, 100e18);
        _invest(a, 60e18);
        _invest(b, 60e18);
        _sale(10_000);
    }

    function _sale(uint256 bps) private {
        a.setSale(asset, bps);
        b.setSale(asset, bps);
    }

    function _units(DestinationMock destination) private view returns (uint256) {
        return lmp.destinationState(address(destination)).units;
    }

    function _redeem(uint256 shares) private returns (uint256 assets) {
        vm.prank(alice);
        assets = lmp.redeem(shares, alice, alice);
        assertEq(asset.balanceOf(alice), assets);
        assertEq(asset.balanceOf(address(lmp)), lmp.book().idle, "what is counted is held");
    }

    function test_idleFirstThenWhatWasEnteredFirst() public {
        uint256 idle = lmp.book().idle;
        vm.expectEmit(address(lmp));
        emit ILMP.SoldForExit(address(a), 100e18 - idle, 100e18 - idle, 100e18 - idle);
        assertEq(_redeem(100e18), 100e18);
        assertEq(lmp.book().idle, 0);
        assertEq(_units(a), idle - 40e18);
        assertEq(_units(b), 60e18);
        assertEq(lmp.convertToAssets(100e18), 100e18);
    }

    function test_whatARebalanceLeftComesFirst() public {
        _rebalance(address(b), 1e18, address(0), 1e18);
        assertEq(lmp.exitQueue()[0], address(b));
        _redeem(100e18);
        assertEq(_units(a), 60e18);
        _rebalance(address(a), 1e18, address(b), 1e18);
        assertEq(lmp.exitQueue()[0], address(a));
        assertEq(lmp.exitQueue()[1], address(b));
        assertEq(lmp.exitQueue().length, 2);
    }

    function test_C3_slippageIsTheLeavers() public {
        _sale(9950);
        uint256 price = lmp.exitAssets() * 1e18 / lmp.totalSupply();
        uint256 idle = lmp.book().idle;
        assertEq(_redeem(100e18), idle + (100e18 - idle) * 9950 / 10_000);
        assertGe(lmp.exitAssets() * 1e18 / lmp.totalSupply(), price);
        assertEq(lmp.book().locked, 0, "nothing is settled");
    }

    /// @dev 99% of 1e18 + 1, rounded up.
    function test_C3_theLeastOfASaleIsRoundedUp() public {
        bytes memory sale = abi.encodeCall(a.sell, (1e18 + 1, 0.99e18 + 1, address(lmp)));
        uint256 idle = lmp.book().idle;
        vm.expectCall(address(a), sale, 1);
        _redeem(idle + 1e18 + 1);
    }

    function test_whatIsAboveTheValueIsEverybodys() public {
        _sale(10_100);
        assertEq(_redeem(100e18), 100e18);
        Book memory book = lmp.book();
        assertApproxEqAbs(book.locked, uint256(100e18 - 80.001e18) / 100, 2, "locked like any profit");
        assertEq(book.idle, book.locked);
    }

    function test_C5_aDestinationThatRoseSellsFewerUnits() public {
        a.setPrices(1.25e18, 1.25e18, 1.25e18);
        assertEq(_redeem(100e18), 100e18, "what is owed was fixed before");
        assertEq(60e18 - _units(a), uint256(100e18 - 80.001e18) * 4 / 5);
        assertGt(lmp.book().locked, 14e18, "the rise is settled");
    }

    /// @dev Sold at its value of the book: the leaver sells no more units than his shares were worth, and bears the fall with them.
    function test_C1_aDestinationThatFellIsSoldAtItsValueOfTheBook() public {
        a.setPrices(0.995e18, 0.995e18, 0.995e18);
        uint256 rest = 100e18 - lmp.book().idle;
        assertEq(_redeem(100e18), 100e18 - rest + rest * 995 / 1000);
        assertEq(60e18 - _units(a), rest);
    }

    function test_L3_unsafeAndStaleArePassedOver() public {
        a.setAnswer(DestinationMock.Answer.Unsafe);
        _redeem(100e18);
        assertEq(_units(a), 60e18);
        assertLt(_units(b), 60e18);
        assertFalse(lmp.book().clean, "seen on the way");
    }

    function test_L4_whatIsWorthNothingIsPassedOver() public {
        _invest(b, 40e18);
        a.setPrices(0, 0, 0);
        lmp.report();
        assertGt(_redeem(100e18), 69e18);
        assertEq(_units(a), 60e18);
        assertLt(_units(b), 100e18);
    }

    function test_L4_aSaleThatFailsIsPassedOver() public {
        a.setSale(asset, 9000);
        _redeem(100e18);
        assertEq(_units(a), 60e18);
        assertLt(_units(b), 60e18);
    }

    /// @dev It says it has paid twice of what it has. What has arrived counts: below the floor of the whole exit.
    function test_aSaleThatBringsLessThanItSaysIsRefused() public {
        a.setSaleFailure(DestinationMock.Sale.Lies);
        uint256 floor = lmp.previewRedeem(100e18);
        uint256 arrived = lmp.book().idle + (100e18 - lmp.book().idle) / 2;
        bytes32 before = keccak256(abi.encode(lmp.book(), lmp.totalSupply(), asset.balanceOf(address(lmp))));
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(ILMP.TooLittle.selector, arrived, floor));
        lmp.redeem(100e18, alice, alice);
        assertEq(keccak256(abi.encode(lmp.book(), lmp.totalSupply(), asset.balanceOf(address(lmp)))), before);
        assertEq(a.balanceOf(address(lmp)), 60e18);
    }

    function test_theQueueAtItsEnd() public {
        _sale(9000);
        uint256 rest = 100e18 - lmp.book().idle;
        bytes32 before = keccak256(abi.encode(lmp.book(), lmp.totalSupply(), lmp.destinationState(address(a))));
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(ILMP.InsufficientLiquidity.selector, rest));
        lmp.redeem(100e18, alice, alice);
        assertEq(keccak256(abi.encode(lmp.book(), lmp.totalSupply(), lmp.destinationState(address(a)))), before);
        uint256 idle = lmp.book().idle;
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(ILMP.InsufficientIdle.selector, idle));
        lmp.withdraw(100e18, alice, alice);
    }

    function test_allOfItThroughBoth() public {
        vm.prank(bob);
        lmp.transfer(alice, 100e18);
        uint256 assets = _redeem(200e18);
        assertApproxEqAbs(assets, 200e18, 1);
        assertEq(_units(a), 0);
    }

    function testFuzz_I1_thePreviewIsAFloor(uint256 shares, uint256 saleA, uint256 saleB, uint256 price, uint256 profit)
        public
    {
        _addProfit(bound(profit, 1, 40e18));
        a.setPrices(bound(price, 0.98e18, 1.05e18), 1e18, 1.06e18);
        lmp.report();
        a.setSale(asset, bound(saleA, 9800, 10_100));
        b.setSale(asset, bound(saleB, 9800, 10_100));
        shares = bound(shares, 1, 100e18);
        uint256 preview = lmp.previewRedeem(shares);
        uint256 fair = lmp.convertToAssets(shares);
        uint256 price_ = (lmp.exitAssets() + 1) * 1e18 / (lmp.totalSupply() + 1);
        vm.prank(alice);
        try lmp.redeem(shares, alice, alice) returns (uint256 assets) {
            assertGe(assets, preview);
            assertLe(assets, fair);
            assertGe((lmp.exitAssets() + 1) * 1e18 / (lmp.totalSupply() + 1), price_, "those who stay lost");
        } catch (bytes memory reason) {
            bytes4 why = bytes4(reason);
            assertTrue(why == ILMP.InsufficientLiquidity.selector || why == ILMP.ZeroAmount.selector);
        }
    }

    /* THE LIST */

    function testFuzz_theListHasNoRepeats(uint256 seed_) public pure {
        uint256 queue;
        uint256 mask;
        for (uint256 i; i < 60; ++i) {
            seed_ = uint256(keccak256(abi.encode(seed_)));
            uint256 entry = seed_ % 20 + 1;
            mask |= 1 << entry;
            queue = seed_ >> 128 & 1 == 0 ? ExitQueue.toHead(queue, entry) : ExitQueue.toTail(queue, entry);
            uint256 found;
            uint256 last;
            for (uint256 rest = queue; rest != 0; rest >>= 8) {
                last = uint8(rest);
                assertEq(found & 1 << last, 0, "twice");
                found |= 1 << last;
            }
            assertEq(found, mask, "lost");
            assertEq(seed_ >> 128 & 1 == 0 ? uint8(queue) : last, entry);
        }
        assertEq(ExitQueue.without(queue, 200), queue);
    }
}
