// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @title The StableSwap curve of Curve v1 and Balancer ComposableStable pools, and what a position on it is worth
/// @notice Pure maths over n = 2..5 balances in WAD. `ann` is the amplification times n, WAD: both venues publish
/// A = a * n^(n-1), so ann = A * n. With S = sum(x_i) the invariant D of a pool satisfies
///
///     ann * S + D = ann * D + D^(n+1) / (n^n * prod(x_i))                                              (1)
///
/// ### Fair value
/// A position is worth what its invariant is worth: the value, at given prices p_i, of one unit of D held at the point of the
/// curve where arbitrage leaves the pool at those prices. That is the cheapest point of the curve, so no swap can raise it,
/// and it depends on nothing but prices and `ann`: no swap moves it at all.
///
///     v(p) = min { sum(p_i * x_i) : x on the curve D = 1 }
///
/// Let P = 1 / (n^n * prod(x_i)). The gradient of (1) at D = 1 is ann + P / x_i; at the minimum it is L * p_i for some L, so
///
///     x_i = P / q_i                   with q_i = L * p_i - ann > 0                                     (2)
///     P = (ann - 1) / (ann * T - 1)   with T = sum(1 / q_i); (2) in (1)                                (3)
///     n^n * P^(n+1) = prod(q_i)       (2) in the definition of P                                       (4)
///     v = sum(p_i * P / q_i) = (ann - 1 + (n + 1) * P) / L        by L * p_i = q_i + ann and (3)       (5)
///
/// One unknown is left. Divide the prices by the lowest, k_i = p_i / min(p), and write L = ann + u: q_i = u * k_i + ann * (k_i - 1)
/// has no cancellation. u is the root of
///
///     h(u) = ln(P) + n * ln(n * P) - sum(ln(q_i))
///     dh / dln(u) = (n + 1) * ann * sum(u * k_i / q_i^2) / (ann * T - 1) - sum(u * k_i / q_i)
///
/// The slope is positive: with w_i = (1 / q_i) / T and a_i = u * k_i / q_i, which rises with 1 / q_i, its first term is at
/// least (n + 1) * sum(w_i * a_i) >= (n + 1) / n * sum(a_i) (Chebyshev). So the root is the only one. It lies in
/// [1, n * ann): at u = 1, P <= 1 / T and prod(q_i) >= (n / T)^n with T >= 1 give h <= 0; and ann * T > 1 needs u < n * ann.
/// At equal prices u = n, P = 1, v = p. h is nearly linear in ln(u), so Newton on ln(u) takes 1 to 6 steps where prices are
/// within a factor of 2; a step that leaves the bracket is replaced by bisection, which bounds the rest.
library StableCurve {
    using FixedPointMathLib for uint256;

    uint256 private constant WAD = 1e18;
    /// @dev Scale of reciprocals.
    uint256 private constant FINE = 1e36;
    /// @dev ann * T closer to 1 than this (P above 1e12 * ann) is beyond every root in the accepted price range.
    uint256 private constant SINGULAR = FINE + 1e24;
    uint256 private constant MAX_STEPS = 96;
    /// @dev Longest Newton step in ln(u), WAD.
    int256 private constant MAX_STEP = 4e18;
    /// @dev A step of ln(u) and ln(P) below this is the last, WAD: what it leaves is of its square.
    uint256 private constant LAST_STEP = 1e13;
    /// @dev Highest accepted ratio of two prices.
    uint256 private constant MAX_RATIO = 1e6;

    /// @dev An amplification no venue has.
    uint256 private constant MAX_ANN = 1e26;

    error EmptyPool();
    error InvalidAmplification();
    error InvalidPrices();
    error NoConvergence();

    /// @notice Invariant D of a pool, WAD, to the rounding of a few wei.
    /// @param balances WAD, none zero
    /// @param ann amplification times n, WAD, above 1
    /// @dev Newton's method on (1) from S, which is above the root. Reverts `EmptyPool`, `NoConvergence`.
    function invariant(uint256[] memory balances, uint256 ann) internal pure returns (uint256 d) {
        uint256 n = balances.length;
        for (uint256 i; i < n; ++i) {
            require(balances[i] != 0, EmptyPool());
            d += balances[i];
        }
        uint256 annS = ann.fullMulDiv(d, WAD);
        for (uint256 step; step < MAX_STEPS; ++step) {
            uint256 dP = _dP(balances, d);
            uint256 next = (annS + n * dP).fullMulDiv(d, (ann - WAD).fullMulDiv(d, WAD) + (n + 1) * dP);
            // The steps fall until rounding is all that is left.
            if (next + 1 >= d) return d;
            d = next;
        }
        revert NoConvergence();
    }

    /// @notice Gradient of the curve at `balances`: ann + D^(n+1) / (n^n * prod(x)) / x_i, WAD. Ratios of two entries are the
    /// pool's marginal prices before fees.
    /// @param d the invariant of `balances`
    function gradient(uint256[] memory balances, uint256 ann, uint256 d) internal pure returns (uint256[] memory g) {
        uint256 n = balances.length;
        uint256 dP = _dP(balances, d);
        g = new uint256[](n);
        for (uint256 i; i < n; ++i) {
            g[i] = ann + dP.fullMulDiv(WAD, balances[i]);
        }
    }

    /// @notice v(p): least value of one unit of D at `prices`, WAD; relative error below 1e-9.
    /// @param prices WAD, per WAD of balance, none zero, at most a factor of 1e6 apart
    /// @param ann amplification times n, WAD, above 1, at most 1e8
    /// @dev Reverts `InvalidAmplification`, `InvalidPrices`, `NoConvergence`.
    function fairValue(uint256[] memory prices, uint256 ann) internal pure returns (uint256) {
        require(ann > WAD && ann <= MAX_ANN, InvalidAmplification());
        (uint256 lowest, uint256[] memory k) = _relative(prices);
        (uint256 u, uint256 p) = _tangent(k, ann);
        return lowest.fullMulDiv(ann - WAD + (k.length + 1) * p, ann + u); // (5)
    }

    /// @dev Prices over the lowest one, WAD.
    function _relative(uint256[] memory prices) private pure returns (uint256 lowest, uint256[] memory k) {
        lowest = type(uint256).max;
        for (uint256 i; i < prices.length; ++i) {
            lowest = lowest.min(prices[i]);
        }
        require(lowest != 0, InvalidPrices());
        k = new uint256[](prices.length);
        for (uint256 i; i < prices.length; ++i) {
            k[i] = prices[i].fullMulDiv(WAD, lowest);
            require(k[i] <= MAX_RATIO * WAD, InvalidPrices());
        }
    }

    /// @dev Solves (3) and (4) for u and P, both WAD.
    // The casts keep their values: the ranges are those stated at `_newton`.
    // forge-lint: disable-next-item(unsafe-typecast)
    function _tangent(uint256[] memory k, uint256 ann) private pure returns (uint256, uint256) {
        uint256 n = k.length;
        uint256 low = WAD;
        uint256 high = n * ann;
        uint256 u = (n * WAD).min((low + high) / 2);
        for (uint256 i; i < MAX_STEPS; ++i) {
            (uint256 p, int256 rise, int256 step) = _newton(k, ann, u);
            if (p == 0) {
                high = u;
                u = (low + high) / 2;
                continue;
            }
            uint256 next = u * uint256(FixedPointMathLib.expWad(step)) / WAD;
            if (FixedPointMathLib.abs(step) * uint256(rise).max(WAD) / WAD < LAST_STEP) {
                return (next, p * uint256(FixedPointMathLib.expWad(rise * step / int256(WAD))) / WAD);
            }
            if (step < 0) high = u;
            else low = u;
            u = next > low && next < high ? next : (low + high) / 2;
        }
        revert NoConvergence();
    }

    /// @return p P at `u`, WAD; 0 when `u` is beyond the range of P
    /// @return rise dln(P) / dln(u), WAD
    /// @return step Newton's step in ln(u), WAD, at most 4 either way
    /// @dev Unchecked: k <= 1e24, ann <= 1e26 and 1e18 <= u < n * ann keep uk and q below 2^178, t and weighted below
    /// n * 1e36, and P below 1e12 * ann; `rise` is positive.
    // The casts keep their values: the ranges are those stated at `_newton`.
    // forge-lint: disable-next-item(unsafe-typecast)
    function _newton(uint256[] memory k, uint256 ann, uint256 u)
        private
        pure
        returns (uint256 p, int256 rise, int256 step)
    {
        unchecked {
            uint256 n = k.length;
            uint256[] memory q = new uint256[](n);
            uint256 t; // T
            uint256 sum; // sum(u k / q)
            uint256 weighted; // sum(u k / q^2)
            for (uint256 i; i < n; ++i) {
                uint256 uk = u * k[i];
                uint256 qi = (uk + ann * (k[i] - WAD)) / WAD;
                uint256 a = uk / qi;
                t += FINE * WAD / qi;
                sum += a;
                weighted += a * FINE / qi;
                q[i] = qi;
            }
            uint256 annT = ann * t / WAD;
            if (annT <= SINGULAR) return (0, 0, 0);

            p = (ann - WAD) * FINE / (annT - FINE);
            rise = int256(ann * weighted / (annT - FINE));
            int256 slope = int256(n + 1) * rise - int256(sum);
            step = FixedPointMathLib.clamp(-_h(q, p) * int256(WAD) / slope, -MAX_STEP, MAX_STEP);
        }
    }

    /// @dev h(u) of the header, WAD.
    // The casts keep their values: the ranges are those stated at `_newton`.
    // forge-lint: disable-next-item(unsafe-typecast)
    function _h(uint256[] memory q, uint256 p) private pure returns (int256 h) {
        uint256 n = q.length;
        h = FixedPointMathLib.lnWad(int256(p)) + int256(n) * FixedPointMathLib.lnWad(int256(n * p));
        for (uint256 i; i < n; ++i) {
            h -= FixedPointMathLib.lnWad(int256(q[i]));
        }
    }

    /// @dev D^(n+1) / (n^n * prod(x)).
    function _dP(uint256[] memory balances, uint256 d) private pure returns (uint256 dP) {
        uint256 n = balances.length;
        dP = d;
        for (uint256 i; i < n; ++i) {
            dP = dP.fullMulDiv(d, n * balances[i]);
        }
    }
}
