// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {SqrtPriceMath} from "@uniswap/v4-core/src/libraries/SqrtPriceMath.sol";
import {TickMath} from "@uniswap/v4-core/src/libraries/TickMath.sol";
import {Test} from "forge-std/Test.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

import {ConcentratedCurve} from "../../../src/destinations/ConcentratedCurve.sol";

/// @notice The maths of a concentrated position. Its agreement with a pool is shown on real pools in the integration tests.
contract ConcentratedCurveTest is Test {
    using ConcentratedCurve for ConcentratedCurve.Range;
    using FixedPointMathLib for uint256;

    uint256 private constant WAD = 1e18;
    uint256 private constant Q96 = 1 << 96;
    /// @dev Intervals of Simpson's rule.
    uint256 private constant STEPS = 200;

    /// @dev A position holds x of leg 0 and dV = x dp0 along its curve: what it is worth at p is what it was worth at the lower
    /// end, where it was all leg 0, and the integral of x from there. Integrated by Simpson's rule over prices of 1e36.
    function testFuzz_fairValueIsTheIntegralOfWhatItHolds(uint256 price, int24 lower, int24 width) public pure {
        lower = int24(bound(lower, -2000, 1000));
        int24 upper = lower + int24(bound(width, 1, 3000));
        price = bound(price, 0.7e18, 1.4e18);
        ConcentratedCurve.Range memory r = ConcentratedCurve.between(lower, upper);
        uint256 expected = _integral(price * WAD, r);
        assertApproxEqRel(r.fairValue(1e27, price, WAD), expected, 1e9, "leg 1 is worth 1");
        // Only the ratio of the prices decides what is held.
        assertApproxEqRel(r.fairValue(1e27, price * 3, 3 * WAD), expected * 3, 1e9, "both times 3");
    }

    /// @dev Wherever a swap leaves the pool, what the position holds is worth at least the fair value.
    function testFuzz_noPointOfTheCurveIsCheaper(uint256 price, uint256 live, int24 lower, int24 width) public pure {
        lower = int24(bound(lower, -20_000, 10_000));
        ConcentratedCurve.Range memory r = ConcentratedCurve.between(lower, lower + int24(bound(width, 1, 10_000)));
        price = bound(price, 0.2e18, 5e18);
        (uint256 x, uint256 y) = r.amountsUp(uint160(bound(live, r.lower / 2, uint256(r.upper) * 2)), 1e27);
        assertGe(x.fullMulDiv(price, WAD) + y, r.fairValue(1e27, price, WAD));
    }

    function test_outOfTheRangeItIsAllOneLeg() public pure {
        ConcentratedCurve.Range memory r = ConcentratedCurve.between(-100, 100);
        uint256 allOf0 = SqrtPriceMath.getAmount0Delta(r.lower, r.upper, 1e27, false);
        uint256 allOf1 = SqrtPriceMath.getAmount1Delta(r.lower, r.upper, 1e27, false);
        assertApproxEqAbs(r.fairValue(1e27, 0.5e18, WAD), allOf0 / 2, 2);
        assertApproxEqAbs(r.fairValue(1e27, 2e18, WAD), allOf1, 2);
        assertEq(r.fairValue(0, WAD, WAD), 0);
    }

    function testFuzz_linearInLiquidityAndRoundedDown(uint256 price, uint256 liquidity, uint256 times) public pure {
        ConcentratedCurve.Range memory r = ConcentratedCurve.between(-60, 60);
        price = bound(price, 0.99e18, 1.01e18);
        liquidity = bound(liquidity, 0, 1e30);
        times = bound(times, 1, 1e6);
        uint256 single = r.fairValue(liquidity, price, WAD);
        uint256 many = r.fairValue(liquidity * times, price, WAD);
        assertGe(many, single * times);
        assertLe(many, (single + 6) * times);
    }

    function testFuzz_amountsAreEnoughForTheLiquidityAndForNoMore(uint256 amount0, uint256 amount1, uint256 live)
        public
        pure
    {
        ConcentratedCurve.Range memory r = ConcentratedCurve.between(-500, 300);
        uint160 s = uint160(bound(live, uint256(r.lower) * 99 / 100, uint256(r.upper) * 101 / 100));
        (amount0, amount1) = (bound(amount0, 0, 1e27), bound(amount1, 0, 1e27));
        uint128 liquidity = r.liquidityFor(s, amount0, amount1);
        (uint256 x, uint256 y) = r.amountsUp(s, liquidity);
        assertLe(x, amount0);
        assertLe(y, amount1);
        (x, y) = r.amountsUp(s, uint128(liquidity + liquidity / 1e9 + 1e4));
        assertTrue(x > amount0 || y > amount1, "the most");
    }

    function test_priceAtASquareRootPrice() public pure {
        assertEq(ConcentratedCurve.price0At(uint160(Q96), 3e18), 3e18);
        assertEq(ConcentratedCurve.price0At(uint160(2 * Q96), 3e18), 12e18);
        // The ends a pool can be pushed to.
        assertEq(ConcentratedCurve.price0At(TickMath.MIN_SQRT_PRICE, 1e18), 0);
        assertGt(ConcentratedCurve.price0At(TickMath.MAX_SQRT_PRICE, 1e36), 1e70);
    }

    function testFuzz_squareRootPriceIsTheInverse(uint256 price0, uint256 price1) public pure {
        (price0, price1) = (bound(price0, 1e12, 1e36), bound(price1, 1e18, 1e30));
        uint160 s = ConcentratedCurve.sqrtPrice(price0, price1);
        assertApproxEqRel(ConcentratedCurve.price0At(s, price1), price0, 1e9, "up to the last digits of small prices");
    }

    function test_H5_pricesOfZeroOrTooFarApartAreRefused() public {
        vm.expectRevert(ConcentratedCurve.InvalidPrices.selector);
        this.sqrtPrice(0, 1);
        vm.expectRevert(ConcentratedCurve.InvalidPrices.selector);
        this.sqrtPrice(1, 0);
        vm.expectRevert(ConcentratedCurve.InvalidPrices.selector);
        this.sqrtPrice(1 << 64, 1);
        assertEq(this.sqrtPrice((1 << 64) - 1, 1) >> 96, (1 << 32) - 1);
        assertEq(this.sqrtPrice(1, type(uint256).max), 0);
    }

    /// @dev External, so that a revert can be expected.
    function sqrtPrice(uint256 price0, uint256 price1) external pure returns (uint160) {
        return ConcentratedCurve.sqrtPrice(price0, price1);
    }

    /// @param price of leg 0, of 1e36
    function _integral(uint256 price, ConcentratedCurve.Range memory r) private pure returns (uint256 worth) {
        uint256 start = _square(r.lower);
        uint256 end = price.min(_square(r.upper));
        worth = _held(start, r).fullMulDiv(price.min(start), WAD * WAD);
        if (end <= start) return worth;
        uint256 h = (end - start) / STEPS;
        uint256 sum;
        for (uint256 i; i <= STEPS; ++i) {
            uint256 weight = i == 0 || i == STEPS ? 1 : 2 + 2 * (i % 2);
            sum += weight * _held(start + i * h, r);
        }
        worth += sum.fullMulDiv(h, 3 * WAD * WAD);
    }

    /// @dev Leg 0 in 1e27 of liquidity where its price is `price` (1e36): L / sqrt(price) - L / sqrt(upper).
    function _held(uint256 price, ConcentratedCurve.Range memory r) private pure returns (uint256) {
        return (1e27 * WAD / price.sqrt()).zeroFloorSub(uint256(1e27).fullMulDiv(Q96, r.upper));
    }

    /// @dev Price, of 1e36.
    function _square(uint160 s) private pure returns (uint256) {
        return uint256(s).fullMulDiv(s, Q96).fullMulDiv(1e36, Q96);
    }
}
