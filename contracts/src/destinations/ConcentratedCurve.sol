// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {TickMath} from "@uniswap/v4-core/src/libraries/TickMath.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @title The curve of a concentrated position (Uniswap V3), and what it is worth
/// @notice Pure maths. Prices of the pool are square roots of "base units of leg 1 per base unit of leg 0", Q96. With L the
/// liquidity and [a, b] the range, the position holds at a square root price s, s clamped to [a, b]:
///
///     x = L * (1 / s - 1 / b)     of leg 0
///     y = L * (s - a)             of leg 1                                                             (1)
///
/// ### Fair value
/// A position is worth what it holds where arbitrage leaves the pool at the given prices p0 and p1 of its legs:
///
///     v(p) = x(s) * p0 + y(s) * p1    at s = sqrt(p0 / p1)                                             (2)
///
/// x' * p0 + y' * p1 = L * (p1 - p0 / s^2) is 0 there and rises with s: it is the cheapest point of the curve, so no swap can
/// raise it, and it depends on nothing but prices, range and L: no swap moves it at all. An error e of s costs e^2.
library ConcentratedCurve {
    using FixedPointMathLib for uint256;

    /// @notice Ends of a range, square root prices Q96, lower < upper.
    struct Range {
        uint160 lower;
        uint160 upper;
    }

    uint256 private constant WAD = 1e18;
    uint256 private constant Q96 = 1 << 96;
    uint256 private constant Q192 = 1 << 192;
    /// @dev Bound of p0 / p1, far beyond any pegged pair whatever its decimals; squares below it fit 256 bits.
    uint256 private constant MAX_RATIO = 1 << 64;

    error InvalidPrices();

    /// @notice The range between two ticks. Reverts with TickMath's `InvalidTick` beyond its bounds.
    function between(int24 lower, int24 upper) internal pure returns (Range memory) {
        return Range(TickMath.getSqrtPriceAtTick(lower), TickMath.getSqrtPriceAtTick(upper));
    }

    /// @notice sqrt(price0 / price1), Q96, rounded down.
    /// @param price0 of 1e18 base units of leg 0
    /// @param price1 of 1e18 base units of leg 1, in the same unit
    /// @dev Reverts `InvalidPrices` when one is 0 or their ratio is 2^64 or more.
    function sqrtPrice(uint256 price0, uint256 price1) internal pure returns (uint160) {
        require(price0 != 0 && price1 != 0 && price0 / price1 < MAX_RATIO, InvalidPrices());
        // forge-lint: disable-next-line(unsafe-typecast) the root of 256 bits has 128
        return uint160(price0.fullMulDiv(Q192, price1).sqrt());
    }

    /// @notice Price of 1e18 base units of leg 0 at a square root price, in the unit of `price1`, rounded down.
    /// @dev The pool's bounds of a square root price, 2^32 and 2^160, keep its square within 256 bits and above 0.
    function price0At(uint160 sqrtPriceX96, uint256 price1) internal pure returns (uint256) {
        return uint256(sqrtPriceX96).fullMulDiv(sqrtPriceX96, 1 << 64).fullMulDiv(price1, 1 << 128);
    }

    /// @notice v(p) of (2), in WAD of the prices' unit, rounded down; relative error below 1e-9 beyond a few units.
    /// @param price0 WAD per 1e18 base units of leg 0
    /// @param price1 WAD per 1e18 base units of leg 1
    /// @dev Reverts `InvalidPrices` as `sqrtPrice` does.
    function fairValue(Range memory r, uint256 liquidity, uint256 price0, uint256 price1)
        internal
        pure
        returns (uint256)
    {
        uint256 s = clampTo(r, sqrtPrice(price0, price1));
        uint256 worth0 = liquidity.fullMulDiv(price0, WAD).fullMulDiv(Q96, s).fullMulDiv(r.upper - s, r.upper);
        uint256 worth1 = liquidity.fullMulDiv(price1, WAD).fullMulDiv(s - r.lower, Q96);
        return worth0 + worth1;
    }

    /// @notice The most liquidity two amounts are enough for, rounded down.
    function liquidityFor(Range memory r, uint160 sqrtPriceX96, uint256 amount0, uint256 amount1)
        internal
        pure
        returns (uint128)
    {
        uint256 s = clampTo(r, sqrtPriceX96);
        uint256 liquidity = type(uint128).max;
        if (s < r.upper) liquidity = liquidity.min(amount0.fullMulDiv(s.fullMulDiv(r.upper, Q96), r.upper - s));
        if (s > r.lower) liquidity = liquidity.min(amount1.fullMulDiv(Q96, s - r.lower));
        // forge-lint: disable-next-line(unsafe-typecast) bounded above
        return uint128(liquidity);
    }

    /// @notice What adding `liquidity` takes, (1) rounded up as the pool does.
    function amountsUp(Range memory r, uint160 sqrtPriceX96, uint128 liquidity)
        internal
        pure
        returns (uint256 amount0, uint256 amount1)
    {
        uint256 s = clampTo(r, sqrtPriceX96);
        amount0 = (uint256(liquidity) << 96).fullMulDivUp(r.upper - s, r.upper).divUp(s);
        amount1 = uint256(liquidity).fullMulDivUp(s - r.lower, Q96);
    }

    /// @notice Whether a square root price is inside the range, where the position trades.
    function contains(Range memory r, uint160 sqrtPriceX96) internal pure returns (bool) {
        return sqrtPriceX96 >= r.lower && sqrtPriceX96 < r.upper;
    }

    /// @dev The nearest price inside the range.
    function clampTo(Range memory r, uint160 sqrtPriceX96) internal pure returns (uint160) {
        if (sqrtPriceX96 < r.lower) return r.lower;
        return sqrtPriceX96 < r.upper ? sqrtPriceX96 : r.upper;
    }
}
