// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {BinCurve} from "../../../src/destinations/BinCurve.sol";

/// @dev The library behind external calls, so that reverts can be seen.
contract BinCurveCaller {
    function sqrtPriceAt(int256 tick, uint256 spacing) external pure returns (uint256) {
        return BinCurve.sqrtPriceAt(tick, spacing);
    }

    function sqrtPriceFor(uint256 p, uint256 q) external pure returns (uint256) {
        return BinCurve.sqrtPriceFor(p, q);
    }
}

contract BinCurveTest is Test {
    uint256 private constant WAD = 1e18;

    BinCurveCaller private curve;

    function setUp() public {
        curve = new BinCurveCaller();
    }

    /// @dev Expected values: 1.0001^(tick * spacing / 2) with 50 digits.
    function test_endsOfTicksEqualTheHighPrecisionReference() public view {
        assertEq(curve.sqrtPriceAt(0, 10), WAD);
        assertApproxEqAbs(curve.sqrtPriceAt(1, 1), 1_000_049_998_750_062_496, 2);
        assertApproxEqAbs(curve.sqrtPriceAt(-1, 1), 999_950_003_749_687_527, 2);
        assertApproxEqAbs(curve.sqrtPriceAt(7, 10), 1_003_505_956_550_239_247, 2);
        assertApproxEqAbs(curve.sqrtPriceAt(-350, 10), 839_464_365_560_623_823, 2);
        assertApproxEqRel(curve.sqrtPriceAt(18_699, 10), 11_487_704_358_684_263_592_779, 10);
        assertApproxEqAbs(curve.sqrtPriceAt(-18_700, 10), 87_006_082_221_242, 2);
    }

    /// @dev Expected values: equation (2) with 50 digits.
    function test_liquidityEqualsTheHighPrecisionReference() public view {
        (uint256 a, uint256 b) = (curve.sqrtPriceAt(0, 10), curve.sqrtPriceAt(1, 10));
        assertApproxEqRel(BinCurve.liquidityOf(1000e18, 0, a, b), 1_999_600_039_997_999_960_015_998, 1e5);
        assertApproxEqRel(BinCurve.liquidityOf(0, 1000e18, a, b), 2_000_600_039_997_999_960_015_998, 1e5);
        assertApproxEqRel(BinCurve.liquidityOf(400e18, 600e18, a, b), 2_000_440_059_191_473_610_929_693, 1e5);
        assertApproxEqRel(BinCurve.liquidityOf(0.001e18, 2000e18, a, b), 4_001_202_080_596_039_418_032_207, 1e5);
        assertEq(BinCurve.liquidityOf(0, 0, a, b), 0);
    }

    /// @dev The value is the least of all that the tick can hold on its curve: 400 points of it, and what it holds now.
    function testFuzz_D4_fairValueIsTheMinimumOverTheTick(int256 tick, uint256 x, uint256 y, uint256 p, uint256 q)
        public
        view
    {
        tick = bound(tick, -30, 30);
        (x, y) = (bound(x, 0, 1e24), bound(y, 1e18, 1e24));
        (p, q) = (bound(p, 0.5e18, 2e18), bound(q, 0.5e18, 2e18));
        (uint256 a, uint256 b) = (curve.sqrtPriceAt(tick, 20), curve.sqrtPriceAt(tick + 1, 20));
        uint256 l = BinCurve.liquidityOf(x, y, a, b);
        uint256 fair = BinCurve.fairValue(l, a, b, curve.sqrtPriceFor(p, q), p, q);
        assertLe(fair, x * p / WAD + y * q / WAD + fair / 1e9 + 3, "what it holds is worth no less");
        uint256 least = type(uint256).max;
        for (uint256 i; i <= 400; ++i) {
            uint256 s = a + (b - a) * i / 400;
            uint256 worth = l * (s - a) / WAD * p / WAD + l * (b - s) / b * WAD / s * q / WAD;
            if (worth < least) least = worth;
        }
        assertLe(fair, least + least / 1e9 + 3);
        assertGe(fair + fair / 1e7 + 3, least, "and one of the points is nearly it");
    }

    /// @dev (1) and (2) belong together: what the tick holds follows from its liquidity and its price.
    function testFuzz_holdingsFollowFromLiquidityAndPrice(int256 tick, uint256 x, uint256 y) public view {
        tick = bound(tick, -300, 300);
        (x, y) = (bound(x, 1e18, 1e26), bound(y, 1e18, 1e26));
        (uint256 a, uint256 b) = (curve.sqrtPriceAt(tick, 10), curve.sqrtPriceAt(tick + 1, 10));
        uint256 l = BinCurve.liquidityOf(x, y, a, b);
        uint256 s = BinCurve.sqrtPriceOf(x, y, a, b);
        // A wei of s is a wei of L each way.
        assertApproxEqAbs(l * (s - a) / WAD, x, l / 1e17 + x / 1e9);
        assertApproxEqAbs(l * (b - s) / b * WAD / s, y, l / 1e17 + y / 1e9);
    }

    function test_limits() public {
        curve.sqrtPriceAt(187_000, 1);
        vm.expectRevert(abi.encodeWithSelector(BinCurve.InvalidTick.selector, int256(187_001)));
        curve.sqrtPriceAt(187_001, 1);
        vm.expectRevert(abi.encodeWithSelector(BinCurve.InvalidTick.selector, int256(-18_701)));
        curve.sqrtPriceAt(-18_701, 10);
        vm.expectRevert(BinCurve.InvalidPrices.selector);
        curve.sqrtPriceFor(0, 1);
        vm.expectRevert(BinCurve.InvalidPrices.selector);
        curve.sqrtPriceFor(1, 1e6 + 1);
        vm.expectRevert(BinCurve.InvalidPrices.selector);
        curve.sqrtPriceFor(1e6 + 1, 1);
        assertEq(curve.sqrtPriceFor(1, 1e6), 1000e18);
    }
}
