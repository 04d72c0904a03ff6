// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {BackingPool} from "../../../src/backing/BackingPool.sol";
import {FeeSplitter} from "../../../src/backing/FeeSplitter.sol";
import {IBackingPool} from "../../../src/backing/IBackingPool.sol";
import {IFeeSplitter} from "../../../src/backing/IFeeSplitter.sol";
import {TOKE} from "../../../src/token/TOKE.sol";
import {DestinationMock} from "../../mocks/lmp/DestinationMock.sol";
import {LmpBase} from "../lmp/LmpBase.sol";

/// @notice On a real vault with a fee of 20%, of which 30% are the backers'.
contract FeeSplitterTest is LmpBase {
    TOKE private toke;
    BackingPool private pool;
    FeeSplitter private splitter;
    address private immutable protocol = makeAddr("protocol");

    function setUp() public {
        _setUp(18, 2000);
        toke = new TOKE(address(this));
        pool = new BackingPool(address(authority), address(toke), address(lmp), IBackingPool.Mode.Slashing);
        splitter = new FeeSplitter(address(lmp), address(pool), protocol, 3000);
        configurator.setFee(lmp, 2000, address(splitter));
        toke.approve(address(pool), 1e18);
        pool.stake(1e18);
        _deposit(alice, 100 * one);
    }

    /// @dev Fee shares of a profit of 10, when it has unlocked.
    function _earn() private returns (uint256 shares) {
        uint256 before = lmp.balanceOf(address(splitter));
        _addProfit(10 * one);
        skip(1 days);
        lmp.report();
        shares = lmp.balanceOf(address(splitter)) - before;
        assertGt(shares, one);
    }

    function test_constructor_badInput() public {
        vm.expectRevert(IFeeSplitter.ZeroAddress.selector);
        new FeeSplitter(address(0), address(pool), protocol, 1);
        vm.expectRevert(IFeeSplitter.ZeroAddress.selector);
        new FeeSplitter(address(lmp), address(0), protocol, 1);
        vm.expectRevert(IFeeSplitter.ZeroAddress.selector);
        new FeeSplitter(address(lmp), address(pool), address(0), 1);
        vm.expectRevert(abi.encodeWithSelector(IFeeSplitter.InvalidShare.selector, 0));
        new FeeSplitter(address(lmp), address(pool), protocol, 0);
        vm.expectRevert(abi.encodeWithSelector(IFeeSplitter.InvalidShare.selector, 10_001));
        new FeeSplitter(address(lmp), address(pool), protocol, 10_001);
        vm.expectRevert(abi.encodeWithSelector(IFeeSplitter.InvalidPool.selector, address(pool)));
        new FeeSplitter(address(asset), address(pool), protocol, 1);
    }

    function test_distribute_splitsAndStreams() public {
        uint256 shares = _earn();
        uint256 part = shares * 3000 / 10_000;
        uint256 worth = lmp.previewRedeem(part);
        vm.expectEmit(address(splitter));
        emit IFeeSplitter.Distributed(part, worth, 0, shares - part);
        assertEq(splitter.distribute(), worth);
        assertEq(lmp.balanceOf(protocol), shares - part);
        assertEq(lmp.balanceOf(address(splitter)), 0);
        assertEq(asset.balanceOf(address(pool)), worth);
        assertEq(asset.allowance(address(splitter), address(pool)), 0);
        skip(28 days);
        // What the rate rounds away waits in the pool.
        assertApproxEqAbs(pool.claimable(address(this)), worth, 2422);
        vm.expectRevert(IFeeSplitter.NothingToDistribute.selector);
        splitter.distribute();
    }

    function test_distribute_allOfIt() public {
        splitter = new FeeSplitter(address(lmp), address(pool), protocol, 10_000);
        configurator.setFee(lmp, 2000, address(splitter));
        uint256 worth = lmp.previewRedeem(_earn());
        assertApproxEqAbs(splitter.distribute(), worth, 1);
        assertEq(lmp.balanceOf(protocol), 0);
    }

    /// @dev Nothing idle: the backers' part waits as shares, once.
    function test_distribute_withoutIdle() public {
        DestinationMock destination = _addDestination();
        uint256 shares = _earn();
        _invest(destination, lmp.book().idle);
        uint256 part = shares * 3000 / 10_000;
        assertEq(splitter.distribute(), 0);
        assertEq(splitter.pendingShares(), part);
        assertEq(lmp.balanceOf(protocol), shares - part);
        vm.expectRevert(IFeeSplitter.NothingToDistribute.selector);
        splitter.distribute();

        // A little becomes idle: so much is redeemed.
        _deposit(bob, one / 10);
        uint256 assets = splitter.distribute();
        assertApproxEqAbs(assets, one / 10, 2);
        assertEq(splitter.pendingShares(), lmp.balanceOf(address(splitter)));
        assertGt(splitter.pendingShares(), 0);

        _deposit(bob, 10 * one);
        splitter.distribute();
        assertEq(splitter.pendingShares(), 0);
        assertEq(lmp.balanceOf(protocol), shares - part, "what waited is not split again");
    }

    function test_distribute_whileExitsAreClosed() public {
        uint256 shares = _earn();
        skip(1 days);
        assertEq(lmp.maxRedeem(address(splitter)), 0);
        assertEq(splitter.distribute(), 0);
        assertEq(splitter.pendingShares(), shares * 3000 / 10_000);
        lmp.report();
        assertGt(splitter.distribute(), 0);
    }

    /// @dev Waiting shares bear a loss like any holder's.
    function test_distribute_waitingSharesBearLoss() public {
        DestinationMock destination = _addDestination();
        _earn();
        _invest(destination, lmp.book().idle);
        splitter.distribute();
        uint256 pending = splitter.pendingShares();
        uint256 worth = lmp.convertToAssets(pending);
        destination.setPrices(one / 2, one / 2, one / 2);
        lmp.report();
        _deposit(bob, 10 * one);
        assertApproxEqRel(splitter.distribute(), worth / 2, 1e16);
    }

    function test_distribute_donatedSharesAreSplit() public {
        vm.prank(alice);
        lmp.transfer(address(splitter), one);
        splitter.distribute();
        assertEq(lmp.balanceOf(protocol), one * 7000 / 10_000);
    }

    function test_distribute_anyone() public {
        _earn();
        vm.prank(bob);
        splitter.distribute();
    }
}
