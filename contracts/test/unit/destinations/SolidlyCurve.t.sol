// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {SolidlyCurve} from "../../../src/destinations/SolidlyCurve.sol";

/// @dev The library behind external calls, so that gas and reverts can be seen.
contract SolidlyCurveCaller {
    function dOf(uint256 x, uint256 y) external pure returns (uint256) {
        return SolidlyCurve.invariant(x, y);
    }

    function gradient(uint256 x, uint256 y) external pure returns (uint256, uint256) {
        return SolidlyCurve.gradient(x, y);
    }

    function fairValue(uint256 p, uint256 q) external pure returns (uint256) {
        return SolidlyCurve.fairValue(p, q);
    }
}

contract SolidlyCurveTest is Test {
    uint256 private constant WAD = 1e18;
    /// @dev Promised relative error, WAD.
    uint256 private constant ERROR = 1e3;
    /// @dev What the search below reaches, WAD.
    uint256 private constant SEARCH_ERROR = 1e9;

    SolidlyCurveCaller private curve;

    function setUp() public {
        curve = new SolidlyCurveCaller();
    }

    /// @dev Expected values: the minimum of (p x + q y) / (8 k)^(1/4), searched with 60 digits.
    function test_fairValueEqualsTheHighPrecisionReference() public view {
        assertEq(curve.fairValue(1e18, 1e18), 1e18);
        assertEq(curve.fairValue(7, 7), 7);
        assertApproxEqRel(curve.fairValue(1e18, 0.5e18), 615_821_726_014_532_344, ERROR);
        assertApproxEqRel(curve.fairValue(1.3e18, 1e18), 1_092_461_054_837_171_076, ERROR);
        assertApproxEqRel(curve.fairValue(1e18, 1e24), 32_994_880_025_597_520_409, ERROR);
    }

    /// forge-config: default.fuzz.runs = 48
    function testFuzz_fairValueEqualsABruteForceMinimum(uint256 p, uint256 q) public view {
        (p, q) = (bound(p, 0.3e18, 3e18), bound(q, 0.3e18, 3e18));
        assertApproxEqRel(curve.fairValue(p, q), _cheapest(p, q), SEARCH_ERROR);
    }

    /// @dev No point of the curve is worth less, and the point where the pool's own price is the given one is worth that.
    function testFuzz_fairValueIsTheMinimum(uint256 x, uint256 y, uint256 p, uint256 q) public view {
        (x, y) = _pool(x, y, 1000);
        uint256 d = curve.dOf(x, y);
        (p, q) = (bound(p, 0.01e18, 100e18), bound(q, 0.01e18, 100e18));
        uint256 worth = x * p + y * q;
        assertLe(d * curve.fairValue(p, q), worth + worth / 1e15);

        (p, q) = curve.gradient(x, y);
        // To WAD: all gradients of these pools are far apart from the limits.
        (p, q) = (p / 1e9, q / 1e9);
        assertApproxEqRel(d * curve.fairValue(p, q), x * p + y * q, 1e6, "the minimum is reached");
    }

    function testFuzz_theInvariantIsLinearAndThatOfThePool(uint256 x, uint256 y, uint256 factor) public view {
        (x, y) = _pool(x, y, 1e6);
        uint256 d = curve.dOf(x, y);
        factor = bound(factor, 2, 1e6);
        assertApproxEqRel(curve.dOf(x * factor, y * factor), d * factor, ERROR, "linear");
        assertEq(curve.dOf(y, x), d, "symmetric");
        assertLe(d, x + y);
        // d^4 = 8 k, both in units of the pool's size.
        uint256 unit = (x + y) / 1e18;
        (uint256 dd, uint256 a, uint256 b) = (d / unit, x / unit, y / unit);
        uint256 k8 = 8 * a * b / WAD * (a * a / WAD + b * b / WAD) / WAD;
        assertApproxEqRel(dd * dd / WAD * dd / WAD * dd / WAD, k8, 1e13);
    }

    /// @dev Along the curve: y where k is what it was, by bisection on the pool's equation.
    function testFuzz_D4_aSwapOnTheCurveKeepsTheInvariant(uint256 x, uint256 y, uint256 part) public view {
        (x, y) = _pool(x, y, 100);
        uint256 d = curve.dOf(x, y);
        uint256 k = _k(x, y);
        uint256 xAfter = x + x * bound(part, 0.001e18, 10e18) / WAD;
        uint256 yAfter = _yOf(xAfter, k, y);
        assertApproxEqRel(curve.dOf(xAfter, yAfter), d, 1e6);
    }

    function testFuzz_theGradientIsThePriceOfASmallSwap(uint256 x, uint256 y) public view {
        (x, y) = _pool(x, y, 100);
        (uint256 gx, uint256 gy) = curve.gradient(x, y);
        uint256 step = x / 1e7;
        uint256 out = y - _yOf(x + step, _k(x, y), y);
        assertApproxEqRel(out * WAD / step, gx * WAD / gy, 1e13);
    }

    function testFuzz_fairValueScalesIsSymmetricAndRises(uint256 p, uint256 q, uint256 factor) public view {
        (p, q) = (bound(p, 0.01e18, 100e18), bound(q, 0.01e18, 100e18));
        uint256 fair = curve.fairValue(p, q);
        assertEq(curve.fairValue(q, p), fair);
        factor = bound(factor, 2, 1e6);
        assertApproxEqRel(curve.fairValue(p * factor, q * factor), fair * factor, ERROR);
        assertGt(curve.fairValue(p + p / 1e6, q), fair);
        assertLe(fair, (p + q) / 2);
        assertGe(fair + 1, p < q ? p : q);
    }

    function test_pricesOutOfRangeAreRefused() public {
        vm.expectRevert(SolidlyCurve.InvalidPrices.selector);
        curve.fairValue(0, 1e18);
        vm.expectRevert(SolidlyCurve.InvalidPrices.selector);
        curve.fairValue(1e18, 1e24 + 1);
        vm.expectRevert(SolidlyCurve.InvalidPrices.selector);
        curve.fairValue(uint256(type(uint128).max) + 1, type(uint128).max);
        assertGt(curve.fairValue(1e18, 1e24), 0);
        assertGt(curve.fairValue(type(uint128).max, type(uint128).max - 1), 0);
    }

    function test_aPoolWithAnEmptyLegIsRefused() public {
        vm.expectRevert(SolidlyCurve.EmptyPool.selector);
        curve.dOf(0, 1e18);
        vm.expectRevert(SolidlyCurve.EmptyPool.selector);
        curve.gradient(1e18, 0);
        vm.expectRevert(SolidlyCurve.EmptyPool.selector);
        curve.dOf(1, 1e38);
        assertGt(curve.dOf(1e40, 1e40), 0);
    }

    function test_gasOfOneValuation() public {
        curve.fairValue(1e18, 0.998e18);
        emit log_named_uint("gas of fairValue", vm.lastCallGas().gasTotalUsed);
        assertLt(vm.lastCallGas().gasTotalUsed, 10_000);
        curve.dOf(1000e18, 400e18);
        emit log_named_uint("gas of invariant", vm.lastCallGas().gasTotalUsed);
        assertLt(vm.lastCallGas().gasTotalUsed, 10_000);
    }

    /* HELPERS */

    /// @dev Least p x + q y over the points of the curve D = 1e9 tokens, per token of D. Nothing of the library: y by bisection
    /// on the pool's own equation, x by ternary search.
    function _cheapest(uint256 p, uint256 q) private pure returns (uint256) {
        uint256 d = 1e27;
        uint256 k = _k(d / 2, d / 2);
        (uint256 low, uint256 high) = (d / 100, 3 * d);
        while (high - low > 1e18) {
            uint256 left = low + (high - low) / 3;
            uint256 right = high - (high - low) / 3;
            if (left * p + _yOf(left, k, 20 * d) * q < right * p + _yOf(right, k, 20 * d) * q) high = right;
            else low = left;
        }
        return (low * p + _yOf(low, k, 20 * d) * q) / d;
    }

    /// @dev Smallest y with k(x, y) >= k.
    function _yOf(uint256 x, uint256 k, uint256 high) private pure returns (uint256) {
        uint256 low;
        while (high - low > 1) {
            uint256 middle = (low + high) / 2;
            if (_k(x, middle) < k) low = middle;
            else high = middle;
        }
        return high;
    }

    /// @dev x^3 y + x y^3, the pool's equation, in WAD.
    function _k(uint256 x, uint256 y) private pure returns (uint256) {
        return x * y / WAD * (x * x / WAD + y * y / WAD) / WAD;
    }

    /// @dev 1e3 to 1e9 tokens a leg, at most `spread` apart.
    function _pool(uint256 x, uint256 y, uint256 spread) private pure returns (uint256, uint256) {
        x = bound(x, 1e21, 1e27);
        y = bound(y, x / spread, x * spread > 1e28 ? 1e28 : x * spread);
        return (x, y);
    }
}
