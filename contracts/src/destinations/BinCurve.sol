// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @title The curve of one tick of a Maverick V2 pool, and what its liquidity is worth
/// @notice Pure maths, everything in WAD. A pool's price is tokens A per token B; s is its square root. Tick t is the range
/// [a, b] with a = 1.0001^(t * spacing / 2), b that of t + 1, and has liquidity of its own. With L of it and s clamped to [a, b] it
/// holds
///
///     x = L * (s - a)             of token A
///     y = L * (1 / s - 1 / b)     of token B                                                             (1)
///
/// Eliminating s, (x + L * a) * (y + L / b) = L^2, whose positive root in L is
///
///     L = (h + sqrt(h^2 + x * y * (b - a) / b)) * b / (b - a)     with h = (x / b + y * a) / 2           (2)
///
/// ### Fair value
/// Liquidity is worth what it holds where arbitrage leaves the pool at the given prices p of A and q of B:
///
///     v = x(s) * p + y(s) * q     at s = sqrt(q / p)                                                     (3)
///
/// The cheapest point of the curve, since dv / ds = L * (p - q / s^2): no swap moves it but by what fees add to L.
library BinCurve {
    using FixedPointMathLib for uint256;

    uint256 private constant WAD = 1e18;
    /// @dev ln(1.0001) / 2, scaled by 1e36.
    int256 private constant HALF_LN_TICK = 49_997_500_166_654_167_666_583_340_475_565;
    /// @dev Ticks times spacing within which (2) and (3) keep their digits: prices within a factor of 1.3e8.
    int256 private constant MAX_LOG = 187_000;
    /// @dev Highest accepted price and ratio of two prices.
    uint256 private constant MAX_PRICE = type(uint128).max;
    uint256 private constant MAX_RATIO = 1e6;

    error InvalidPrices();
    error InvalidTick(int256 tick);

    /// @notice Square root price at the lower end of a tick; relative error below 1e-17.
    /// @dev Reverts `InvalidTick` where 1.0001^(tick * spacing) is beyond 1.3e8 either way.
    function sqrtPriceAt(int256 tick, uint256 spacing) internal pure returns (uint256) {
        // forge-lint: disable-next-line(unsafe-typecast) a larger spacing fails the check below
        int256 log = tick * int256(spacing);
        require(log <= MAX_LOG && log >= -MAX_LOG, InvalidTick(tick));
        // forge-lint: disable-next-line(unsafe-typecast) an exponential is positive
        return uint256(FixedPointMathLib.expWad(log * HALF_LN_TICK / 1e18));
    }

    /// @notice L of a tick that holds x and y, (2), rounded down; relative error below 1e-12 from 1e-3 tokens on.
    /// @param x at most 2^126, as y
    function liquidityOf(uint256 x, uint256 y, uint256 a, uint256 b) internal pure returns (uint256) {
        uint256 h = (x.mulDiv(WAD, b) + y.mulDiv(a, WAD)) / 2;
        return (h + (h * h + (x * y).fullMulDiv(b - a, b)).sqrt()).mulDiv(b, b - a);
    }

    /// @notice s of a tick that holds x and y; its lower end where it holds nothing.
    function sqrtPriceOf(uint256 x, uint256 y, uint256 a, uint256 b) internal pure returns (uint256) {
        if (x == 0) return a;
        if (y == 0) return b;
        uint256 l = liquidityOf(x, y, a, b);
        return (x + l.mulDiv(a, WAD)).fullMulDiv(WAD * WAD, y + l.mulDiv(WAD, b)).sqrt().clamp(a, b);
    }

    /// @notice s where the pool's price is that of A and B: sqrt(q / p).
    /// @param p of a whole token A, at most a factor of 1e6 from q
    /// @dev Reverts `InvalidPrices`.
    function sqrtPriceFor(uint256 p, uint256 q) internal pure returns (uint256) {
        require(p != 0 && q != 0 && p <= MAX_PRICE && q <= MAX_PRICE, InvalidPrices());
        require(p <= q * MAX_RATIO && q <= p * MAX_RATIO, InvalidPrices());
        return (q * (WAD * WAD) / p).sqrt();
    }

    /// @notice What L is worth at prices p and q, (3), WAD of their unit, rounded down.
    /// @param s `sqrtPriceFor(p, q)`
    function fairValue(uint256 l, uint256 a, uint256 b, uint256 s, uint256 p, uint256 q)
        internal
        pure
        returns (uint256)
    {
        s = s.clamp(a, b);
        uint256 x = l.fullMulDiv(s - a, WAD);
        uint256 y = l.fullMulDiv(b - s, b).fullMulDiv(WAD, s);
        return x.fullMulDiv(p, WAD) + y.fullMulDiv(q, WAD);
    }
}
