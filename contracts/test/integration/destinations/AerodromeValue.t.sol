// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IDestination} from "../../../src/destinations/IDestination.sol";
import {LstFixture} from "../../fixtures/LstFixture.sol";
import {AerodromeFixture} from "./AerodromeFixture.sol";

/// @notice What a position in a real Aerodrome pool is worth, for each combination of decimals below.
abstract contract AerodromeValueTest is AerodromeFixture {
    /// @dev Precision of the search below, WAD.
    uint256 private constant SEARCH_ERROR = 1e9;

    /* FAIR VALUE */

    /// @dev Against a search that shares nothing with the library.
    function test_D4_safeIsTheCheapestPointOfThePoolsCurve() public {
        uint256[4] memory points = [uint256(1e18), 0.999e18, 0.93e18, 0.5e18];
        for (uint256 i; i < points.length; ++i) {
            _answer(points[i]);
            _swapBase(i % 2 == 0, 700e18 * (i + 1));
            uint256 worth = _cheapest(points[i]) * _lpOfTest() / pool.totalSupply() * baseUnit / WAD;
            assertApproxEqAbs(_safe(), worth, worth * SEARCH_ERROR / WAD + 1);
        }
    }

    function test_D2_atParAPositionIsWorthItsPartOfTheMiddle() public {
        uint256 lp = _lpOfTest();
        _swapBase(true, 700e18);
        (uint256 safe, uint256 spot, uint256 backing,) = destination.value(lp);
        // Rounding of the swap is the pool's.
        assertApproxEqAbs(safe, LIQUIDITY * baseUnit, LIQUIDITY * baseUnit / 1e9 + 1);
        assertEq(backing, safe);
        assertGt(spot, safe, "the base asset became cheap in the pool");
    }

    function testFuzz_D4_swapsDoNotMoveSafeAndBacking(uint256 price, bool baseIn, uint256 amount, uint256 back) public {
        _answer(bound(price, 0.5e18, 1.3e18));
        (uint256 safe,, uint256 backing,) = destination.value(_lpOfTest());
        uint256 out = _swapBase(baseIn, bound(amount, 1e12, 20_000e18));
        (uint256 safeAfter,, uint256 backingAfter,) = destination.value(_lpOfTest());
        _expectUnmoved(safe, safeAfter, "safe");
        _expectUnmoved(backing, backingAfter, "backing");
        _swap(baseIn ? other : base, bound(back, 0, out));
        (safeAfter,, backingAfter,) = destination.value(_lpOfTest());
        _expectUnmoved(safe, safeAfter, "safe, back");
        _expectUnmoved(backing, backingAfter, "backing, back");
    }

    function testFuzz_D4_swapsDoNotMoveValuesAt(uint256 priceBase, uint256 priceOther, bool baseIn, uint256 amount)
        public
    {
        uint256[][] memory sets = _sets(bound(priceBase, 0.5e18, 1.3e18), bound(priceOther, 0.5e18, 1.3e18));
        uint256 worth = destination.valuesAt(_lpOfTest(), sets)[0];
        _swapBase(baseIn, bound(amount, 1e12, 20_000e18));
        _expectUnmoved(worth, destination.valuesAt(_lpOfTest(), sets)[0], "swap");
    }

    function testFuzz_D4_liquidityInAndOutDoesNotMoveIt(uint256 skew, uint256 size, uint256 part) public {
        _answer(0.97e18);
        _swapBase(skew % 2 == 0, bound(skew, 1e18, 1500e18));
        uint256 safe = _safe();
        size = bound(size, 0.01e18, 3e18);
        uint256 lp = _mintLp(base.balanceOf(address(pool)) * size / WAD, other.balanceOf(address(pool)) * size / WAD);
        // The pool credits the scarcer leg: less than a base unit of the other is a gift to all.
        assertGe(_safe() + safe * MOVE / WAD + 1, safe, "mint");
        safe = _safe();
        pool.transfer(address(pool), lp * bound(part, 0.01e18, 1e18) / WAD);
        pool.burn(address(this));
        _expectUnmoved(safe, _safe(), "burn");
    }

    /// @dev Never more than the reserves are worth, however unbalanced the pool.
    function testFuzz_D4_reservesAreWorthAtLeastTheValue(uint256 price, bool baseIn, uint256 amount) public {
        price = bound(price, 0.5e18, 1e18);
        _answer(price);
        _swapBase(baseIn, bound(amount, 1e12, 20_000e18));
        (uint256 safe,,,) = destination.value(pool.totalSupply());
        (uint256 reserveBase, uint256 reserveOther) = _reserves();
        assertLe(safe, reserveBase + reserveOther * price / otherUnit * baseUnit / WAD + 2);
    }

    /* DONATIONS */

    function test_B3_donationsToTheDestinationMoveNothing() public {
        uint256 lp = _lpOfTest() / 10;
        destination.wrap(lp, address(this));
        uint256 safe = _safe();
        base.transfer(address(destination), 1000 * baseUnit);
        other.transfer(address(destination), 1000 * otherUnit);
        pool.transfer(address(destination), lp);
        pool.approve(address(gauge), lp);
        gauge.deposit(lp, address(destination));
        assertEq(_safe(), safe);
        assertEq(destination.totalSupply(), lp);
        destination.unwrap(lp, address(this));
        assertEq(pool.balanceOf(address(destination)), lp, "nobody's");
    }

    /// @dev A donation to the pool is nobody's until `sync`, then it is everybody's: the value rises by less than what was given.
    function test_B3_donationsToThePoolCountOnlyOnceTheyAreAllLpTokens() public {
        uint256 safe = _safe();
        base.transfer(address(pool), 100 * baseUnit);
        assertEq(_safe(), safe, "not in the pool's books");
        pool.skim(address(this));
        assertEq(_safe(), safe);
        base.transfer(address(pool), 100 * baseUnit);
        pool.sync();
        uint256 rise = _safe() - safe;
        assertGt(rise, 0);
        assertLe(rise, 100 * baseUnit / 2 + 1, "half of the LP tokens, half of the gift");
    }

    /* WHAT MOVES IT */

    function test_D5_feedMovesSafeNeverBacking() public {
        (uint256 safe,, uint256 backing, bool ok) = destination.value(_lpOfTest());
        assertTrue(ok);
        _answer(0.97e18);
        (uint256 safeAfter,, uint256 backingAfter, bool okAfter) = destination.value(_lpOfTest());
        assertLt(safeAfter, safe);
        assertEq(backingAfter, backing);
        assertFalse(okAfter, "3% between pool and feed");
        assertEq(destination.discount(), 0.03e18);
        _answer(1.03e18);
        (safeAfter,,, okAfter) = destination.value(_lpOfTest());
        assertEq(safeAfter, safe, "not above the issuer");
        assertTrue(okAfter);
    }

    function test_poolMovesSpotWithinTheBandAndFlipsOk() public {
        (uint256 safe,,,) = destination.value(_lpOfTest());
        _swapBase(false, 200e18);
        (, uint256 spot,, bool ok) = destination.value(_lpOfTest());
        assertTrue(ok);
        assertLt(spot, safe);
        _swapBase(false, 1500e18);
        (, spot,, ok) = destination.value(_lpOfTest());
        assertFalse(ok);
        assertGe(spot, safe * (WAD - TOLERANCE) / WAD, "clamped");
        _swapBase(true, 3500e18);
        (, spot,, ok) = destination.value(_lpOfTest());
        assertFalse(ok);
        assertGt(spot, safe);
        assertLe(spot, safe * (WAD + TOLERANCE) / WAD + 1, "clamped");
    }

    /// @dev spot is the price at which the pool really trades: the feed set to it agrees with it.
    function test_spotIsThePriceOfASmallSwap() public {
        venue.factory.setCustomFee(address(pool), 420);
        _swapBase(false, 300e18);
        uint256 price = _swapBase(false, 1e18) * WAD / baseUnit;
        _answer(price);
        (uint256 safe, uint256 spot,, bool ok) = destination.value(_lpOfTest());
        assertTrue(ok);
        // A whole token of 2000 is not infinitely small.
        assertApproxEqRel(spot, safe, 3e13);
    }

    function test_D1_withoutAPriceThereIsNoValue() public {
        bytes memory unavailable = abi.encodeWithSelector(IDestination.PriceUnavailable.selector, address(other));
        skip(MAX_AGE + 1);
        vm.expectRevert(unavailable);
        destination.value(1e18);
        vm.expectRevert(unavailable);
        destination.discount();
        uint256[][] memory sets = _sets(WAD, WAD);
        assertGt(destination.valuesAt(_lpOfTest(), sets)[0], 0, "at prices of the caller's there is one");
        _answer(1e18);
        assertGt(_safe(), 0);
    }

    function test_valuesAtGivenPricesAgreeAndRefuseOtherSets() public {
        _answer(0.97e18);
        _swapBase(true, 300e18);
        (uint256 safe,, uint256 backing,) = destination.value(_lpOfTest());
        assertEq(destination.valuesAt(_lpOfTest(), _sets(WAD, 0.97e18))[0], safe);
        assertEq(destination.valuesAt(_lpOfTest(), _sets(WAD, WAD))[0], backing);
        assertEq(destination.valuesAt(1e18, new uint256[][](0)).length, 0);
        uint256[][] memory wrong = new uint256[][](1);
        wrong[0] = new uint256[](3);
        vm.expectRevert(IDestination.InvalidPrices.selector);
        destination.valuesAt(1e18, wrong);
    }

    function test_aDrainedPoolIsWorthNothing() public {
        vm.mockCall(address(pool), abi.encodeWithSignature("getReserves()"), abi.encode(0, 1e18, block.timestamp));
        assertEq(destination.valuesAt(_lpOfTest(), _sets(WAD, WAD))[0], 0);
        vm.expectRevert(IDestination.EmptyPool.selector);
        destination.value(1e18);
    }

    function test_gasOfValue() public {
        vm.cool(address(pool));
        vm.cool(address(destination));
        vm.cool(address(prices));
        vm.cool(address(other));
        vm.cool(address(otherFeed));
        destination.value(1e18);
        emit log_named_uint("gas of value(), Aerodrome", vm.lastCallGas().gasTotalUsed);
        assertLt(vm.lastCallGas().gasTotalUsed, 150_000);
    }

    /* HELPERS */

    /// @dev Base units.
    function _reserves() internal view returns (uint256 reserveBase, uint256 reserveOther) {
        (reserveBase, reserveOther) = (pool.reserve0(), pool.reserve1());
        if (_baseLeg() == 1) (reserveBase, reserveOther) = (reserveOther, reserveBase);
    }

    /// @dev Least value of all the pool's LP tokens, WAD of the base asset, at 1 and `price`: ternary search over x, y by bisection on
    /// k. Scaled up a thousand times, for the digits.
    function _cheapest(uint256 price) private view returns (uint256) {
        (uint256 reserveBase, uint256 reserveOther) = _reserves();
        uint256 k = _k(reserveBase * 1e21 / baseUnit, reserveOther * 1e21 / otherUnit);
        uint256 d = 2 * LIQUIDITY * 1e21;
        (uint256 low, uint256 high) = (d / 100, 3 * d);
        while (high - low > d / 1e8) {
            uint256 left = low + (high - low) / 3;
            uint256 right = high - (high - low) / 3;
            if (left * WAD + _yOf(left, k, 20 * d) * price < right * WAD + _yOf(right, k, 20 * d) * price) {
                high = right;
            } else {
                low = left;
            }
        }
        return (low * WAD + _yOf(low, k, 20 * d) * price) / 1e21;
    }

    function _yOf(uint256 x, uint256 k, uint256 high) private pure returns (uint256) {
        uint256 low;
        while (high - low > 1e3) {
            uint256 middle = (low + high) / 2;
            if (_k(x, middle) < k) low = middle;
            else high = middle;
        }
        return high;
    }

    function _k(uint256 x, uint256 y) private pure returns (uint256) {
        return x * y / WAD * (x * x / WAD + y * y / WAD) / WAD;
    }
}

contract AerodromeValueTest18x18 is AerodromeValueTest {
    function setUp() public {
        _setUpAerodrome(18, 18);
    }

    function test_D6_issuerRateMovesBackingAndCapsSafe() public {
        (uint256 safe,, uint256 backing,) = destination.value(_lpOfTest());
        LstFixture lst = LstFixture(address(other));
        lst.setRate(1.02e18);
        (uint256 safeUp,, uint256 backingUp,) = destination.value(_lpOfTest());
        assertEq(safeUp, safe, "the market has not followed");
        assertGt(backingUp, backing);
        assertEq(destination.issuerRate(), 1.01e18);
        lst.setRate(0.9e18);
        (uint256 safeDown,, uint256 backingDown,) = destination.value(_lpOfTest());
        assertEq(safeDown, backingDown, "below the market: the issuer rules");
        assertLt(backingDown, backing);
    }
}

/// forge-config: default.fuzz.runs = 48
/// forge-config: ci.fuzz.runs = 48
contract AerodromeValueTest6x18 is AerodromeValueTest {
    function setUp() public {
        _setUpAerodrome(6, 18);
    }
}

/// forge-config: default.fuzz.runs = 48
/// forge-config: ci.fuzz.runs = 48
contract AerodromeValueTest8x6 is AerodromeValueTest {
    function setUp() public {
        _setUpAerodrome(8, 6);
    }
}
