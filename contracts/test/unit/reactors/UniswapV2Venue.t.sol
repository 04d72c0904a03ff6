// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IPairVenue} from "../../../src/reactors/IPairVenue.sol";
import {IUniswapV2Pair, UniswapV2Venue} from "../../../src/reactors/UniswapV2Venue.sol";
import {UniswapV2PairLike} from "../../venues/interfaces/UniswapV2Like.sol";
import {World} from "./World.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

interface IFeeSwitch {
    function setFeeTo(address to) external;
}

contract UniswapV2VenueTest is World {
    UniswapV2PairLike private pool;
    UniswapV2Venue private venue;

    function setUp() public {
        setUpManager();
        pool = newPool(abc, 1_000_000e18);
        venue = new UniswapV2Venue(address(this), IUniswapV2Pair(address(pool)), address(abc));
        abc.approve(address(venue), type(uint256).max);
        eth.approve(address(venue), type(uint256).max);
        abc.mint(address(this), 1e27);
        eth.mint(address(this), 1e27);
    }

    function _swap(bool sellAbc, uint256 amount) private {
        (uint256 r0, uint256 r1,) = pool.getReserves();
        bool abcIs0 = pool.token0() == address(abc);
        (uint256 rIn, uint256 rOut) = (sellAbc == abcIs0) ? (r0, r1) : (r1, r0);
        (sellAbc ? abc : eth).mint(address(pool), amount);
        uint256 out = amount * 997 * rOut / (rIn * 1000 + amount * 997);
        bool outIs0 = sellAbc != abcIs0;
        (bool ok,) = address(pool)
            .call(
                abi.encodeWithSignature(
                    "swap(uint256,uint256,address,bytes)", outIs0 ? out : 0, outIs0 ? 0 : out, address(this), ""
                )
            );
        assertTrue(ok);
    }

    function test_describesItself() public view {
        assertEq(venue.venue(), "UniswapV2");
        assertEq(venue.pool(), address(pool));
        assertEq(venue.token(), address(abc));
        assertEq(venue.pair(), address(eth));
        assertEq(venue.owner(), address(this));
        assertEq(venue.spotPrice(), ABC_PRICE);
    }

    function test_refusesNonsense() public {
        vm.expectRevert(UniswapV2Venue.InvalidPool.selector);
        new UniswapV2Venue(address(0), IUniswapV2Pair(address(pool)), address(abc));
        vm.expectRevert(UniswapV2Venue.InvalidPool.selector);
        new UniswapV2Venue(address(this), IUniswapV2Pair(address(pool)), address(xyz));
        vm.expectRevert(IPairVenue.ZeroAmount.selector);
        venue.add(0, 1, 1);
        vm.expectRevert(IPairVenue.ZeroAmount.selector);
        venue.remove(0, 0, 0);
        vm.startPrank(makeAddr("stranger"));
        vm.expectRevert(IPairVenue.NotOwner.selector);
        venue.add(1, 1, 1);
        vm.expectRevert(IPairVenue.NotOwner.selector);
        venue.remove(1, 0, 0);
    }

    /// @dev Exactly the units, at most one base unit above their share of the reserves, and back at no gain.
    function testFuzz_addAndRemoveExactUnits(uint256 units, uint256 skew) public {
        units = bound(units, 1e6, 1e24);
        _swap(skew % 2 == 0, bound(skew, 1e9, 10_000e18));
        uint256 supply = pool.totalSupply();
        (uint256 t, uint256 p) = venue.add(units, type(uint256).max, type(uint256).max);
        assertGe(pool.balanceOf(address(venue)), units);
        assertGe(pool.totalSupply() - supply, units);
        uint256 abcBefore = abc.balanceOf(address(this));
        (uint256 t2, uint256 p2) = venue.remove(units, 0, 0);
        assertEq(abc.balanceOf(address(this)) - abcBefore, t2, "to the owner");
        assertLe(t2, t);
        assertLe(p2, p);
        assertApproxEqAbs(t2, t, 2);
        assertApproxEqAbs(p2, p, 2);
    }

    function test_maximaAndMinimaHold() public {
        (uint256 t, uint256 p) = venue.add(1e18, type(uint256).max, type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(IPairVenue.ExceedsMaximum.selector, t, p));
        venue.add(1e18, t - 1, p);
        vm.expectRevert(abi.encodeWithSelector(IPairVenue.ExceedsMaximum.selector, t, p));
        venue.add(1e18, t, p - 1);
        venue.add(1e18, t, p);
        vm.expectPartialRevert(IPairVenue.BelowMinimum.selector);
        venue.remove(1e18, t + 1, 0);
        vm.expectPartialRevert(IPairVenue.BelowMinimum.selector);
        venue.remove(1e18, 0, p + 1);
    }

    /// @dev However the pool is traded, what a unit holds at a price never falls and rises by fees alone.
    function testFuzz_tradingDoesNotMoveQuantities(uint256 amount, bool sell, uint256 price) public {
        price = bound(price, ABC_PRICE / 10, ABC_PRICE * 10);
        (uint256 t, uint256 p) = venue.quantities(1e18, price);
        amount = bound(amount, 1e9, sell ? 500_000e18 : 2500e18);
        _swap(sell, amount);
        (uint256 t2, uint256 p2) = venue.quantities(1e18, price);
        assertGe(t2, t);
        assertGe(p2, p);
        assertLe(t2, t * 10_010 / 10_000, "0.1%: half the fee on half the pool");
        assertLe(p2, p * 10_010 / 10_000);
    }

    /// @dev At its own spot price the quantities are the share of the reserves, rounded down.
    function test_quantitiesAtSpotAreTheReserves() public view {
        (uint256 t, uint256 p) = venue.quantities(pool.totalSupply(), venue.spotPrice());
        assertApproxEqAbs(t, 1_000_000e18, 1);
        assertLe(t, 1_000_000e18);
        assertApproxEqAbs(p, 5000e18, 1);
        assertLe(p, 5000e18);
    }

    function test_donationsCountForNothing() public {
        venue.add(1e18, type(uint256).max, type(uint256).max);
        (uint256 t, uint256 p) = venue.quantities(1e18, ABC_PRICE);
        pool.transfer(address(venue), 5e18);
        abc.mint(address(pool), 1e18);
        (uint256 t2, uint256 p2) = venue.quantities(1e18, ABC_PRICE);
        assertEq(t2, t);
        assertEq(p2, p);
    }

    /// @dev With the protocol fee on, what the pair is about to mint is counted before it does.
    function testFuzz_pendingProtocolFeeIsCounted(uint256 amount, uint256 units) public {
        IFeeSwitch(IUniswapV2Pair(address(pool)).factory()).setFeeTo(makeAddr("feeTo"));
        venue.add(100e18, type(uint256).max, type(uint256).max);
        _swap(true, bound(amount, 1e18, 900_000e18));
        units = bound(units, 1e6, 1e22);
        (uint256 t, uint256 p) = venue.quantities(1e18, ABC_PRICE);
        uint256 supply = pool.totalSupply();
        venue.add(units, type(uint256).max, type(uint256).max);
        assertGt(pool.balanceOf(makeAddr("feeTo")), 0, "minted to the fee receiver");
        assertGt(pool.totalSupply() - supply, units);
        (uint256 t2, uint256 p2) = venue.quantities(1e18, ABC_PRICE);
        assertApproxEqAbs(t2, t, 1e6, "nothing jumps when the fee is minted");
        assertApproxEqAbs(p2, p, 1e6);
    }
}
