// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {TickMath} from "@uniswap/v4-core/src/libraries/TickMath.sol";

import {ConcentratedCurve} from "../../../src/destinations/ConcentratedCurve.sol";
import {IDestination} from "../../../src/destinations/IDestination.sol";
import {LstFixture} from "../../fixtures/LstFixture.sol";
import {UniswapV3Fixture} from "./UniswapV3Fixture.sol";

/// @notice Value of a position in a real Uniswap V3 pool; run for each combination of decimals and order of the legs.
abstract contract UniswapV3Value is UniswapV3Fixture {
    /// @dev Worth about 5,000 whole tokens.
    uint256 private units;

    function setUp() public {
        (uint8 baseDecimals, uint8 legDecimals, bool baseFirst) = _kind();
        _setUpPair(baseDecimals, legDecimals, baseFirst);
        units = _enter(500_000);
    }

    function _kind() internal pure virtual returns (uint8 baseDecimals, uint8 legDecimals, bool baseFirst);

    /// @dev At par and prices of 1 the position is worth what it would pay out.
    function test_D2_atParItIsWorthWhatItHolds() public {
        (uint256 safe, uint256 spot, uint256 backing, bool ok) = destination.value(units);
        assertTrue(ok);
        assertEq(safe, backing);
        assertApproxEqRel(spot, safe, 1e9);
        uint256[] memory amounts = destination.remove(units, _pairOf(0, 0), holder);
        assertApproxEqRel(safe, _asBase(amounts, 1e18), 1e9);
        assertApproxEqRel(safe, 5000 * 10 ** base.decimals(), 0.02e18, "about 5,000 whole tokens");
    }

    /// @dev The closed form at another price, from what the real pool pays out there.
    function testFuzz_D2_fairValueIsWhatArbitrageWouldLeave(uint256 price) public {
        // Within 3% of par: in and out of the range.
        price = bound(price, 0.97e18, 1.03e18);
        issuer.setRate(price);
        (,, uint256 backing,) = destination.value(units);
        _tradeTo(_fair(price));
        uint256[] memory amounts = destination.remove(units, _pairOf(0, 0), holder);
        // Both legs are rounded down by the pool.
        assertApproxEqAbs(backing, _asBase(amounts, price), backing / 1e9 + 3 + _dust(price));
    }

    function testFuzz_N5_swapsDoNotMoveSafeAndBacking(int24 ticks, uint256 price) public {
        price = bound(price, 0.97e18, 1.03e18);
        issuer.setRate(price);
        _price(price * 999 / 1000);
        (uint256 safe,, uint256 backing,) = destination.value(units);
        _moveTo(int24(bound(ticks, -OTHERS_WIDTH, OTHERS_WIDTH)));
        (uint256 safeAfter,, uint256 backingAfter,) = destination.value(units);
        assertEq(safeAfter, safe);
        assertEq(backingAfter, backing);
    }

    function test_D4_aPoolSkewedByAFlashLoanMovesSpotToTheBandAndNothingElse() public {
        (uint256 safe, uint256 spot, uint256 backing,) = destination.value(units);
        for (uint256 i; i < 2; ++i) {
            // Everything anyone can borrow, both ways: out of all liquidity.
            trader.swap(pool, i == 0, 1e8 * 10 ** _decimals(i));
            (uint256 safeAfter, uint256 spotAfter, uint256 backingAfter, bool ok) = destination.value(units);
            assertFalse(ok);
            assertEq(safeAfter, safe);
            assertEq(backingAfter, backing);
            // At most the band, of the one leg that has one.
            assertApproxEqRel(spotAfter, spot, TOLERANCE);
            assertEq(destination.depth(), 0, "ours is all there is");
        }
        _tradeTo(_fair(1e18));
        assertTrue(_isOk());
    }

    function test_D4_donationsFlashesAndMintsOfOthersMoveNothing() public {
        (uint256 safe, uint256 spot, uint256 backing,) = destination.value(units);
        base.transfer(address(pool), 1000 * 10 ** base.decimals());
        leg.transfer(address(destination), 1000 * 10 ** leg.decimals());
        trader.flash(pool, 1e3, 1e3, 100 * 10 ** _decimals(0), 100 * 10 ** _decimals(1));
        trader.mint(pool, lower, upper, uint128(1e5 * one));
        trader.mint(pool, parTick - SPACING, parTick + SPACING, uint128(1e6 * one));
        trader.burn(pool, lower, upper, uint128(5e4 * one));
        // V3 lets anyone add to the destination's own position.
        trader.mintTo(pool, address(destination), lower, upper, uint128(1e5 * one));
        (uint256 safeAfter, uint256 spotAfter, uint256 backingAfter, bool ok) = destination.value(units);
        assertEq(safeAfter, safe);
        assertEq(spotAfter, spot);
        assertEq(backingAfter, backing);
        assertTrue(ok);
    }

    function testFuzz_entriesAndExitsOfOthersDoNotMoveIt(uint256 more, uint256 part, int24 ticks) public {
        (uint256 safe,,,) = destination.value(units);
        _moveTo(int24(bound(ticks, -OTHERS_WIDTH, OTHERS_WIDTH)));
        more = bound(more, 1, 1e6 * one);
        destination.wrap(more, holder);
        (uint256 afterEntry,,,) = destination.value(units);
        vm.startPrank(holder);
        destination.unwrap(bound(part, 1, more), holder);
        vm.stopPrank();
        (uint256 afterExit,,,) = destination.value(units);
        assertEq(afterEntry, safe);
        assertEq(afterExit, safe);
    }

    function testFuzz_linearInUnits(uint256 part) public view {
        part = bound(part, 0, units);
        (uint256 safe,,,) = destination.value(units);
        (uint256 ofPart,,,) = destination.value(part);
        assertApproxEqAbs(ofPart, safe * part / units, 1 + safe / 1e18);
    }

    /// @dev spot is the price at which the pool really trades, clamped to the band.
    function test_spotIsThePriceOfASmallSwap() public {
        _moveTo(30);
        uint256 before = base.balanceOf(address(this));
        trader.swap(pool, baseLeg == 1, 10 ** leg.decimals());
        uint256 got = (base.balanceOf(address(this)) - before) * 1e18 / 10 ** base.decimals();
        // Before the fee.
        uint256 price = got * 1e6 / (1e6 - FEE);
        issuer.setRate(2e18);
        _price(price);
        (uint256 safe, uint256 spot,, bool ok) = destination.value(units);
        assertTrue(ok);
        assertApproxEqRel(spot, safe, 2e12);
    }

    function test_D6_theIssuerAboveTheMarketMovesBackingBelowItBoth() public {
        (uint256 safe,, uint256 backing,) = destination.value(units);
        issuer.setRate(1.02e18);
        (uint256 safeAfter,, uint256 backingAfter,) = destination.value(units);
        assertEq(safeAfter, safe);
        assertGt(backingAfter, backing);

        issuer.setRate(0.5e18);
        (safeAfter,, backingAfter,) = destination.value(units);
        assertEq(safeAfter, backingAfter);
        // Far below the range the position is all of the leg.
        assertApproxEqRel(safeAfter, safe / 2, 0.02e18);
    }

    function test_D5_theFeedMovesSafeNeverBacking() public {
        issuer.setRate(1.02e18);
        (uint256 safe,, uint256 backing,) = destination.value(units);
        _price(0.99e18);
        (uint256 safeAfter,, uint256 backingAfter, bool ok) = destination.value(units);
        assertLt(safeAfter, safe);
        assertEq(backingAfter, backing);
        assertFalse(ok, "1% between pool and feed");
        assertApproxEqAbs(destination.discount(), uint256(0.03e18) * 1e18 / 1.02e18, 1);
    }

    function test_N5_thePoolMovesSpotOnly() public {
        (uint256 safe, uint256 spot, uint256 backing,) = destination.value(units);
        _moveTo(20);
        (uint256 safeAfter, uint256 spotAfter, uint256 backingAfter, bool ok) = destination.value(units);
        assertEq(safeAfter, safe);
        assertEq(backingAfter, backing);
        assertTrue(spotAfter != spot);
        assertTrue(ok);
    }

    function test_H7_okWithinTheToleranceInclusive() public {
        _tradeTo(_fair(1.003e18));
        _price(uint256(1.003e18) * 1e18 / (1e18 + TOLERANCE) + 2e9);
        issuer.setRate(2e18);
        assertTrue(_isOk());
        _price(uint256(1.003e18) * 1e18 / (1e18 + TOLERANCE) - 2e12);
        assertFalse(_isOk());
    }

    function test_D1_withoutAPriceThereIsNoValue() public {
        bytes memory unavailable = abi.encodeWithSelector(IDestination.PriceUnavailable.selector, address(leg));
        skip(MAX_AGE + 1);
        vm.expectRevert(unavailable);
        destination.value(units);
        vm.expectRevert(unavailable);
        destination.discount();
        assertEq(destination.depth(), 0, "no fair price, no depth");
        assertEq(destination.issuerRate(), 1e18, "the issuer still answers");
        _price(1e18);
        assertTrue(_isOk());
        vm.mockCallRevert(address(issuer), abi.encodeCall(LstFixture.getRate, ()), "down");
        vm.expectRevert(unavailable);
        destination.value(units);
        vm.expectRevert(unavailable);
        destination.issuerRate();
    }

    function test_valuesAtGivenPrices() public {
        issuer.setRate(1.01e18);
        _price(0.995e18);
        (uint256[] memory backings, uint256[] memory safes) = _legPrices(destination);
        (uint256 safe,, uint256 backing,) = destination.value(units);
        skip(MAX_AGE + 1);
        assertEq(_valueAt(destination, units, backings), backing);
        assertEq(_valueAt(destination, units, safes), safe);
        (safes[0], safes[1]) = (safes[0] * 2, safes[1] * 2);
        assertApproxEqRel(_valueAt(destination, units, safes), 2 * safe, 1e9);
        assertEq(destination.valuesAt(units, new uint256[][](0)).length, 0);

        safes[0] = 0;
        uint256[][] memory sets = new uint256[][](1);
        sets[0] = safes;
        vm.expectRevert(ConcentratedCurve.InvalidPrices.selector);
        destination.valuesAt(units, sets);
        sets[0] = new uint256[](3);
        vm.expectRevert(IDestination.InvalidPrices.selector);
        destination.valuesAt(units, sets);
    }

    /// @dev What a year of 3% on the leg earns is the growth of the rate, in the range and beyond its end.
    function test_issuerRateGrowsAsThePositionDoes() public {
        assertEq(destination.issuerRate(), 1e18);
        (,, uint256 backing,) = destination.value(units);
        issuer.setRate(1.004e18);
        (,, uint256 higher,) = destination.value(units);
        assertApproxEqRel(destination.issuerRate(), higher * 1e18 / backing, 1e9);
        assertApproxEqRel(destination.issuerRate(), 1.002e18, 0.001e18, "about half of it is the leg");
        issuer.setRate(1.05e18);
        uint256 rate = destination.issuerRate();
        issuer.setRate(1.06e18);
        assertApproxEqAbs(destination.issuerRate(), rate, 1e6, "all base: no issuer pays for it");
        issuer.setRate(0.9e18);
        assertLt(destination.issuerRate(), 1e18);
        assertEq(destination.issuerRates()[1 - baseLeg], 0.9e18);
        assertEq(destination.issuerRates()[baseLeg], 1e18);
    }

    function test_depthIsTheActiveLiquidityInUnits() public {
        assertEq(destination.depth(), 1.5e6 * one, "others and ours");
        trader.mint(pool, parTick + SPACING, parTick + 2 * SPACING, uint128(1e6 * one));
        assertEq(destination.depth(), 1.5e6 * one, "not active");
        _moveTo(SPACING + 1);
        assertEq(destination.depth(), 2.5e6 * one);
        _moveTo(WIDTH);
        assertEq(destination.depth(), 0, "the live price is out of the range");
        _moveTo(WIDTH - 1);
        assertEq(destination.depth(), 1.5e6 * one);
        _price(baseLeg == 1 ? 1.011e18 : 0.989e18);
        issuer.setRate(2e18);
        assertEq(destination.depth(), 0, "the fair price is out of the range");
    }

    function test_gasOfValue() public {
        vm.cool(address(pool));
        vm.cool(address(destination));
        vm.cool(address(prices));
        vm.cool(address(issuer));
        vm.cool(address(feed));
        destination.value(units);
        emit log_named_uint("gas of value(), Uniswap V3", vm.lastCallGas().gasTotalUsed);
        assertLt(vm.lastCallGas().gasTotalUsed, 250_000);
    }

    /* HELPERS */

    function _isOk() private view returns (bool ok) {
        (,,, ok) = destination.value(units);
    }

    /// @dev Legs in base units of the asset.
    function _asBase(uint256[] memory amounts, uint256 price) private view returns (uint256) {
        uint256 ofLeg = amounts[1 - baseLeg] * price * 10 ** base.decimals() / 10 ** leg.decimals() / 1e18;
        return amounts[baseLeg] + ofLeg;
    }

    /// @dev What a base unit of the leg is worth, rounded up.
    function _dust(uint256 price) private view returns (uint256) {
        return price * 10 ** base.decimals() / 10 ** leg.decimals() / 1e18 + 1;
    }

    /// @dev The pool's square root price when the leg is worth `price`.
    function _fair(uint256 price) private view returns (uint160) {
        uint256[2] memory scaled;
        scaled[baseLeg] = 1e18 * 10 ** (18 - base.decimals());
        scaled[1 - baseLeg] = price * 10 ** (18 - leg.decimals());
        return ConcentratedCurve.sqrtPrice(scaled[0], scaled[1]);
    }
}

/// @notice An LST in ETH.
contract UniswapV3Value18Test is UniswapV3Value {
    function _kind() internal pure override returns (uint8, uint8, bool) {
        return (18, 18, false);
    }
}

/// @notice USDC first, a stablecoin of 18 decimals second.
contract UniswapV3Value6And18Test is UniswapV3Value {
    function _kind() internal pure override returns (uint8, uint8, bool) {
        return (6, 18, true);
    }
}

/// @notice A stablecoin of 18 decimals first, USDC second.
contract UniswapV3Value18And6Test is UniswapV3Value {
    function _kind() internal pure override returns (uint8, uint8, bool) {
        return (6, 18, false);
    }
}

contract UniswapV3Value6And6Test is UniswapV3Value {
    function _kind() internal pure override returns (uint8, uint8, bool) {
        return (6, 6, true);
    }
}

contract UniswapV3Value18And8Test is UniswapV3Value {
    function _kind() internal pure override returns (uint8, uint8, bool) {
        return (18, 8, true);
    }
}
