// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @title The stable curve of Solidly, Velodrome and Aerodrome pools, and what a position on it is worth
/// @notice Pure maths over two balances x, y in WAD. Such a pool keeps k = x^3 * y + x * y^3. With u = x + y and w = x - y
///
///     k = x * y * (x^2 + y^2) = (u^2 - w^2) / 4 * (u^2 + w^2) / 2,    so    8 * k = u^4 - w^4            (1)
///
/// k is of degree 4: twice the liquidity is 16 times the k. The invariant of a position is therefore
///
///     D = (8 * k)^(1/4) = (u^4 - w^4)^(1/4)                                                              (2)
///
/// which is linear in the liquidity and is x + y where the pool is balanced, as in StableSwap.
///
/// ### Fair value
/// As in `StableCurve` a position is worth its invariant at the point of the curve where arbitrage leaves the pool at the given
/// prices p, q. That is the curve's cheapest point, so it depends on nothing but the prices:
///
///     v(p, q) = min { p * x + q * y : D = 1 }
///
/// With P = (p + q) / 2 and Q = (p - q) / 2, p * x + q * y = P * u + Q * w. At the minimum the gradient (u^3, -w^3) of (1) is
/// parallel to (P, Q), so w = -s * u with s^3 = Q / P, and with (2) u^4 = 1 / (1 - s^4). Hence, in closed form,
///
///     v = P * (1 - s^4)^(3/4)                                                                            (3)
///
/// At equal prices s = 0 and v = p.
library SolidlyCurve {
    using FixedPointMathLib for uint256;

    /// @dev Scale of fractions; a word holds its square many times.
    uint256 private constant FINE = 1e36;
    /// @dev Scale of s, a third of the digits of s^3 * FINE.
    uint256 private constant ROOT = 1e24;
    /// @dev Highest accepted ratio of two prices.
    uint256 private constant MAX_RATIO = 1e6;
    /// @dev Highest accepted price.
    uint256 private constant MAX_PRICE = type(uint128).max;

    error EmptyPool();
    error InvalidPrices();

    /// @notice Invariant D of a pool, WAD, rounded down; relative error below 1e-15 as long as no leg is below 1e-18 of the pool.
    /// @param x WAD, neither is zero or above 1e40
    /// @dev Reverts `EmptyPool`.
    function invariant(uint256 x, uint256 y) internal pure returns (uint256) {
        (uint256 a, uint256 b) = _shares(x, y);
        // (2) over u: 8 * a * b * (a^2 + b^2), which is 1 in the middle.
        uint256 e = 8 * a * b / FINE * ((a * a + b * b) / FINE) / FINE;
        return (x + y) * ((e * FINE).sqrt() * FINE).sqrt() / FINE;
    }

    /// @notice Gradient of the curve at (x, y), in one unit. The ratio of the two is the pool's marginal price before fees.
    /// @param x WAD, neither is zero or above 1e40
    /// @dev dk/dx = y * (3 * x^2 + y^2). Reverts `EmptyPool`.
    function gradient(uint256 x, uint256 y) internal pure returns (uint256 gx, uint256 gy) {
        (uint256 a, uint256 b) = _shares(x, y);
        (uint256 aa, uint256 bb) = (a * a / FINE, b * b / FINE);
        (gx, gy) = (b * (3 * aa + bb) / FINE, a * (aa + 3 * bb) / FINE);
    }

    /// @notice v(p, q): least value of one unit of D, WAD, rounded down; relative error below 1e-15.
    /// @param p WAD, per WAD of balance; neither is zero or above 2^128, at most a factor of 1e6 apart
    /// @dev Reverts `InvalidPrices`.
    function fairValue(uint256 p, uint256 q) internal pure returns (uint256) {
        (uint256 low, uint256 high) = p < q ? (p, q) : (q, p);
        require(low != 0 && high <= MAX_PRICE && high <= low * MAX_RATIO, InvalidPrices());
        if (low == high) return low;
        // Both rounded up, so that the value is rounded down.
        uint256 s3 = (high - low) * FINE / (low + high) + 1;
        uint256 s = (s3 * FINE).cbrt() + 1;
        uint256 rest = (FINE * ROOT - s * s3) / ROOT; // 1 - s^4
        uint256 half = (rest * FINE).sqrt();
        return (low + high) * (rest * half).sqrt() / (2 * FINE); // (3)
    }

    /// @dev x / (x + y) and y / (x + y), FINE.
    function _shares(uint256 x, uint256 y) private pure returns (uint256 a, uint256 b) {
        require(x != 0 && y != 0, EmptyPool());
        (a, b) = (x * FINE / (x + y), y * FINE / (x + y));
        require(a != 0 && b != 0, EmptyPool());
    }
}
