// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {StableCurve} from "../../../src/destinations/StableCurve.sol";

/// @dev The library behind external calls, so that gas and reverts can be seen.
contract StableCurveCaller {
    function dOf(uint256[] memory balances, uint256 ann) external pure returns (uint256) {
        return StableCurve.invariant(balances, ann);
    }

    function gradient(uint256[] memory balances, uint256 ann, uint256 d) external pure returns (uint256[] memory) {
        return StableCurve.gradient(balances, ann, d);
    }

    function fairValue(uint256[] memory prices, uint256 ann) external pure returns (uint256) {
        return StableCurve.fairValue(prices, ann);
    }
}

contract StableCurveTest is Test {
    uint256 private constant WAD = 1e18;
    /// @dev Promised relative error of fairValue.
    uint256 private constant ERROR = 1e9;
    uint256 private constant MAX_GAS = 150_000;

    StableCurveCaller private curve;

    function setUp() public {
        curve = new StableCurveCaller();
    }

    /// @dev Expected values: equations (2)-(4) solved by bisection with 50 digits, the point checked to lie on the curve.
    function test_fairValueEqualsTheHighPrecisionReference() public view {
        _expectFair("1 1", 20, 1e18);
        _expectFair("1 1", 4000, 1e18);
        _expectFair("1 0.5", 4000, 507_781_435_336_258_712);
        _expectFair("0.5 1", 20, 588_913_839_598_858_244);
        _expectFair("1 1.3", 400, 1_025_364_870_405_624_666);
        _expectFair("1.3 1 1", 30, 1_053_688_133_434_868_960);
        _expectFair("1 0.995 1.005", 600, 998_776_149_072_244_703);
        _expectFair("1 0.5 1.3 0.9", 8000, 556_930_683_178_080_579);
        _expectFair("1 0.5 1.3 0.9", 40, 711_766_708_341_739_694);
        _expectFair("1 1.1 0.97 1.02", 800, 993_353_871_879_140_829);
        _expectFair("1 0.98 1.2 1.05 0.5", 50, 753_746_028_971_371_289);
        _expectFair("1 0.98 1.2 1.05 0.5", 10_000, 587_293_150_678_800_514);
        _expectFair("1.15 1", 100, 1_031_284_111_925_719_381);
        // Far outside of pegs, to the limit of a factor of a million.
        _expectFair("1 1000000", 2, 94_744_558_990_909_941_499);
        _expectFair("1 1000 30", 3, 12_694_142_940_269_100_279);
        _expectFair("1 1000000 1000 1 1", 5_000_000, 2_923_159_178_576_499_093);
        _expectFair("7 1 3000", 60, 5_788_476_665_593_727_292);
        _expectFair("1 1000000 1000000 1000000 1000000", 50, 6_489_390_374_767_069_997_100);
        _expectFair("1 1 1 1000000", 8000, 3_061_941_301_612_779_869);
    }

    /// @dev No point of the curve is worth less: the value is a minimum.
    function testFuzz_anyOtherPointOfTheCurveIsWorthAtLeastTheFairValue(uint256 seed) public view {
        (uint256[] memory balances, uint256 ann) = _pool(seed, 100);
        uint256[] memory prices = _prices(seed, balances.length, 0.5e18, 1.3e18);
        uint256 d = curve.dOf(balances, ann);
        uint256 fair = d * curve.fairValue(prices, ann) / WAD;
        assertGe(_dot(balances, prices) + fair * ERROR / WAD + balances.length + 2, fair);
    }

    /// @dev The minimum is reached: a pool whose own prices are the given ones is worth its reserves.
    function testFuzz_aPoolAtItsOwnPricesIsWorthItsReserves(uint256 seed) public view {
        (uint256[] memory balances, uint256 ann) = _pool(seed, 20);
        uint256 d = curve.dOf(balances, ann);
        uint256[] memory prices = curve.gradient(balances, ann, d);
        uint256 worth = _dot(balances, prices);
        assertApproxEqRel(d * curve.fairValue(prices, ann) / WAD, worth, ERROR);
    }

    function testFuzz_aSwapOnTheCurveKeepsTheInvariant(uint256 seed) public view {
        (uint256[] memory balances, uint256 ann) = _pool(seed, 10);
        uint256 d = curve.dOf(balances, ann);
        balances[0] = balances[0] * _random(seed, "swap", 1.01e18, 5e18) / WAD;
        balances[1] = _balanceOnCurve(balances, 1, ann, d);
        // Where one leg is nearly exhausted, a wei of it is worth many of the others.
        uint256 wei_ = curve.gradient(balances, ann, d)[1] / ann + 3;
        assertApproxEqAbs(curve.dOf(balances, ann), d, wei_);
    }

    /// @dev v(c p) = c v(p); the order of the legs does not matter.
    function testFuzz_fairValueScalesAndIsSymmetric(uint256 seed) public view {
        uint256 n = _random(seed, "n", 2, 5);
        uint256 ann = _random(seed, "A", 10, 2000) * n * WAD;
        uint256[] memory prices = _prices(seed, n, 0.5e18, 1.3e18);
        uint256 fair = curve.fairValue(prices, ann);
        uint256 factor = _random(seed, "factor", 1e15, 1e21);
        (prices[0], prices[n - 1]) = (prices[n - 1], prices[0]);
        for (uint256 i; i < n; ++i) {
            prices[i] = prices[i] * factor / WAD;
        }
        assertApproxEqRel(curve.fairValue(prices, ann), fair * factor / WAD, ERROR);
    }

    /// @dev Between the lowest price and the mean (the balanced pool is on the curve); rises with every price.
    function testFuzz_fairValueLiesBetweenLowestAndMeanAndRisesWithPrices(uint256 seed) public view {
        uint256 n = _random(seed, "n", 2, 5);
        uint256 ann = _random(seed, "A", 10, 2000) * n * WAD;
        uint256[] memory prices = _prices(seed, n, 0.5e18, 1.3e18);
        uint256 fair = curve.fairValue(prices, ann);
        uint256 lowest = type(uint256).max;
        uint256 sum;
        for (uint256 i; i < n; ++i) {
            sum += prices[i];
            if (prices[i] < lowest) lowest = prices[i];
        }
        assertLe(fair, sum / n + sum * ERROR / WAD);
        assertGe(fair + fair * ERROR / WAD, lowest);
        prices[seed % n] += 0.01e18;
        assertGt(curve.fairValue(prices, ann), fair);
    }

    /// @dev Any amplification a venue accepts, prices up to a factor of a million apart: an answer, within the gas bound.
    function testFuzz_gasIsBoundedAtExtremes(uint256 seed) public view {
        uint256 n = _random(seed, "n", 2, 5);
        uint256 ann = (seed % 2 == 0 ? _random(seed, "A", 1, 20) : _random(seed, "A", 1, 1e6)) * n * WAD;
        uint256[] memory prices = _prices(seed, n, 1e15, seed % 3 == 0 ? 1e21 : 2e15);
        uint256 before = gasleft();
        uint256 fair = curve.fairValue(prices, ann);
        assertLt(before - gasleft(), MAX_GAS);
        assertGt(fair, 0);
    }

    function test_gasOfOneValuation() public {
        uint256[] memory prices = new uint256[](4);
        (prices[0], prices[1], prices[2], prices[3]) = (1e18, 0.998e18, 1.001e18, 0.9e18);
        curve.fairValue(prices, 800 * WAD);
        emit log_named_uint("gas of fairValue, 4 legs, one at 0.9", vm.lastCallGas().gasTotalUsed);
        uint256[] memory balances = new uint256[](4);
        (balances[0], balances[1], balances[2], balances[3]) = (1000e18, 400e18, 3000e18, 900e18);
        curve.dOf(balances, 800 * WAD);
        emit log_named_uint("gas of invariant, 4 legs", vm.lastCallGas().gasTotalUsed);
        assertLt(vm.lastCallGas().gasTotalUsed, MAX_GAS);
    }

    function test_aBalancedPoolHasTheSumAsInvariant() public view {
        uint256[] memory balances = new uint256[](3);
        (balances[0], balances[1], balances[2]) = (7e18, 7e18, 7e18);
        assertEq(curve.dOf(balances, 300 * WAD), 21e18);
    }

    function test_aPoolWithAnEmptyLegIsRefused() public {
        uint256[] memory balances = new uint256[](2);
        balances[0] = 1e18;
        vm.expectRevert(StableCurve.EmptyPool.selector);
        curve.dOf(balances, 100 * WAD);
    }

    function test_pricesOutOfRangeAreRefused() public {
        uint256[] memory prices = new uint256[](2);
        prices[0] = 1e18;
        vm.expectRevert(StableCurve.InvalidPrices.selector);
        curve.fairValue(prices, 100 * WAD);
        prices[1] = 1e24 + 1e7;
        vm.expectRevert(StableCurve.InvalidPrices.selector);
        curve.fairValue(prices, 100 * WAD);
        prices[1] = 1e24;
        assertGt(curve.fairValue(prices, 100 * WAD), 0);
    }

    function test_amplificationsOutOfRangeAreRefused() public {
        uint256[] memory prices = new uint256[](2);
        (prices[0], prices[1]) = (1e18, 1e18);
        vm.expectRevert(StableCurve.InvalidAmplification.selector);
        curve.fairValue(prices, WAD);
        vm.expectRevert(StableCurve.InvalidAmplification.selector);
        curve.fairValue(prices, 1e26 + 1);
        assertEq(curve.fairValue(prices, 1e26), 1e18);
    }

    /* HELPERS */

    function _expectFair(string memory list, uint256 ann, uint256 expected) private view {
        string[] memory parts = vm.split(list, " ");
        uint256[] memory prices = new uint256[](parts.length);
        for (uint256 i; i < parts.length; ++i) {
            string[] memory digits = vm.split(parts[i], ".");
            prices[i] = vm.parseUint(digits[0]) * WAD;
            if (digits.length == 2) prices[i] += vm.parseUint(digits[1]) * 10 ** (18 - bytes(digits[1]).length);
        }
        assertApproxEqRel(curve.fairValue(prices, ann * WAD), expected, ERROR, list);
    }

    /// @dev The balance of leg `i` at which the curve equation holds, by bisection on it.
    function _balanceOnCurve(uint256[] memory balances, uint256 i, uint256 ann, uint256 d)
        private
        pure
        returns (uint256)
    {
        uint256 n = balances.length;
        uint256 low = 1;
        uint256 high = d * 10;
        while (high - low > 1) {
            balances[i] = (low + high) / 2;
            uint256 s;
            uint256 dP = d;
            for (uint256 j; j < n; ++j) {
                s += balances[j];
                // Far below the root the product term wins anyway.
                dP = dP > 1e45 ? dP : dP * d / (n * balances[j]);
            }
            if (ann * s / WAD + d < ann * d / WAD + dP) low = balances[i];
            else high = balances[i];
        }
        return high;
    }

    function _pool(uint256 seed, uint256 spread) private pure returns (uint256[] memory balances, uint256 ann) {
        uint256 n = _random(seed, "n", 2, 5);
        ann = _random(seed, "A", 10, 2000) * n * WAD;
        uint256 size = _random(seed, "size", 1e18, 1e24);
        balances = new uint256[](n);
        for (uint256 i; i < n; ++i) {
            balances[i] = size * _random(seed, i, WAD, spread * WAD) / WAD;
        }
    }

    function _prices(uint256 seed, uint256 n, uint256 low, uint256 high)
        private
        pure
        returns (uint256[] memory prices)
    {
        prices = new uint256[](n);
        for (uint256 i; i < n; ++i) {
            prices[i] = _random(seed, 100 + i, low, high);
        }
    }

    function _dot(uint256[] memory a, uint256[] memory b) private pure returns (uint256 sum) {
        for (uint256 i; i < a.length; ++i) {
            sum += a[i] * b[i] / WAD;
        }
    }

    function _random(uint256 seed, string memory what, uint256 low, uint256 high) private pure returns (uint256) {
        return low + uint256(keccak256(abi.encode(seed, what))) % (high - low + 1);
    }

    function _random(uint256 seed, uint256 what, uint256 low, uint256 high) private pure returns (uint256) {
        return low + uint256(keccak256(abi.encode(seed, what))) % (high - low + 1);
    }
}
