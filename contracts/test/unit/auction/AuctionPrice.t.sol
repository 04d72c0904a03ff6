// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {AuctionPrice} from "../../../src/auction/AuctionPrice.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Test} from "forge-std/Test.sol";

contract AuctionPriceTest is Test {
    uint256 private constant MAX = type(uint120).max;

    function test_theLiveFactorFallsFrom11To9TenthsIn6Hours() public pure {
        assertEq(AuctionPrice.live(1000e18, 0), 1100e18);
        assertEq(AuctionPrice.live(1000e18, 3 hours), 1000e18);
        assertEq(AuctionPrice.live(1000e18, 6 hours), 900e18);
        assertEq(AuctionPrice.live(1000e18, 6 hours + 1), 900e18);
        assertEq(AuctionPrice.live(1000e18, 365 days), 900e18);
        // One second is 0.2/21600 of the market price.
        assertEq(AuctionPrice.live(216_000, 1), 237_598);
    }

    function test_withoutALivePriceItFallsTo0In24Hours() public pure {
        assertEq(AuctionPrice.dead(1000e18, 0), 1100e18);
        assertEq(AuctionPrice.dead(1000e18, 12 hours), 550e18);
        assertEq(AuctionPrice.dead(1000e18, 24 hours - 1), Math.ceilDiv(1100e18, 86_400));
        assertEq(AuctionPrice.dead(1000e18, 24 hours), 0);
        assertEq(AuctionPrice.dead(1000e18, 365 days), 0);
        assertEq(AuctionPrice.blind(1000e18, 0), 1000e18);
        assertEq(AuctionPrice.blind(1000e18, 18 hours), 250e18);
        assertEq(AuctionPrice.blind(1000e18, 24 hours), 0);
        assertEq(AuctionPrice.blind(1000e18, 365 days), 0);
    }

    function testFuzz_pricesNeverRiseWithTime(uint256 price, uint256 t, uint256 u) public pure {
        price = bound(price, 0, MAX);
        (t, u) = (bound(t, 0, 2 days), bound(u, 0, 2 days));
        if (t > u) (t, u) = (u, t);
        assertLe(AuctionPrice.live(price, u), AuctionPrice.live(price, t), "live");
        assertLe(AuctionPrice.dead(price, u), AuctionPrice.dead(price, t), "dead");
        assertLe(AuctionPrice.blind(price, u), AuctionPrice.blind(price, t), "blind");
    }

    function testFuzz_pricesStayWithinTheirBounds(uint256 price, uint256 t) public pure {
        price = bound(price, 0, MAX);
        t = bound(t, 0, 1000 days);
        uint256 top = Math.ceilDiv(price * 11, 10);
        assertLe(AuctionPrice.live(price, t), top, "live: above 1.1");
        assertGe(AuctionPrice.live(price, t), Math.ceilDiv(price * 9, 10), "live: below 0.9");
        assertLe(AuctionPrice.dead(price, t), top, "dead: above 1.1");
        assertLe(AuctionPrice.blind(price, t), price, "blind: above the start");
    }

    /// @dev Against exact fractions: up, and by less than one.
    function testFuzz_pricesAreRoundedUp(uint256 price, uint256 t) public pure {
        price = bound(price, 0, MAX);
        t = bound(t, 0, 1 days);
        uint256 six = t > 6 hours ? 6 hours : t;
        _isCeil(AuctionPrice.live(price, t), price * (237_600 - 2 * six), 216_000);
        _isCeil(AuctionPrice.dead(price, t), price * 11 * (1 days - t), 864_000);
        _isCeil(AuctionPrice.blind(price, t), price * (1 days - t), 1 days);
    }

    function _isCeil(uint256 q, uint256 n, uint256 d) private pure {
        assertGe(q * d, n, "rounded down");
        if (q != 0) assertLt((q - 1) * d, n, "more than rounded");
    }

    /// @dev The same sum in one 256-bit word where it fits.
    function testFuzz_G2_paymentInEveryPairOfDecimals(uint256 amount, uint256 price, uint256 i, uint256 k) public pure {
        uint256[5] memory decimals = [uint256(0), 6, 8, 18, 24];
        (uint256 t, uint256 a) = (decimals[i % 5], decimals[k % 5]);
        amount = bound(amount, 1, 1e6 * 10 ** t);
        price = bound(price, 0, 1e24);
        uint256 paid = AuctionPrice.payment(amount, price, t, a);
        // paid = amount / 10^t x price / 10^18 x 10^a, in base units, up.
        (uint256 n, uint256 d) =
            t + 18 > a ? (amount * price, 10 ** (t + 18 - a)) : (amount * price * 10 ** (a - t - 18), 1);
        if (n == 0) assertEq(paid, 1, "free");
        else _isCeil(paid, n, d);
    }

    function test_G2_examples() public pure {
        // 2.5 tokens of 18 decimals at 4 USDC.
        assertEq(AuctionPrice.payment(2.5e18, 4e18, 18, 6), 10e6);
        // 2.5 tokens of 8 decimals at 0.05 ETH.
        assertEq(AuctionPrice.payment(2.5e8, 0.05e18, 8, 18), 0.125e18);
        // A base unit of USDC at 0.0005 ETH.
        assertEq(AuctionPrice.payment(1, 0.0005e18, 6, 18), 5e8);
    }

    function test_G9_aFreeLotCostsOneBaseUnit() public pure {
        assertEq(AuctionPrice.payment(1e30, 0, 18, 6), 1);
    }

    function test_startIsFourTimesTheRememberedPriceOrTheListed() public pure {
        assertEq(AuctionPrice.start(25, 99), 100);
        assertEq(AuctionPrice.start(25, 101), 101);
        assertEq(AuctionPrice.start(MAX, 1), MAX);
        (uint256 price, uint256 volume) = AuctionPrice.first(4e18, 6);
        assertEq(price, 1e18);
        // Worth one whole unit of the asset.
        assertEq(volume, 250_000);
        assertEq(AuctionPrice.start(price, 4e18), 4e18);
    }

    function test_aLotAsLargeAsTheLastReplacesIt() public pure {
        (uint256 price, uint256 volume, uint256 weighedAt) = AuctionPrice.remember(7e18, 100, 1000, 5e18, 100, 10, 2000);
        assertEq(price, 5e18);
        assertEq(volume, 100);
        assertEq(weighedAt, 2000);
    }

    function test_aSmallerLotMovesItByItsPart() public pure {
        (uint256 price, uint256 volume, uint256 weighedAt) = AuctionPrice.remember(8e18, 100, 1000, 4e18, 25, 10, 2000);
        assertEq(price, 7e18);
        assertEq(volume, 100);
        assertEq(weighedAt, 1000);
    }

    function test_theVolumeHalvesEveryWeekDownToTheLeast() public pure {
        uint256 nowAt = 1000 + 15 days;
        (uint256 price, uint256 volume, uint256 weighedAt) = AuctionPrice.remember(8e18, 100, 1000, 4e18, 5, 10, nowAt);
        assertEq(volume, 25);
        assertEq(weighedAt, 1000 + 14 days);
        assertEq(price, 7.2e18);
        (price, volume,) = AuctionPrice.remember(8e18, 100, 1000, 4e18, 5, 10, 1000 + 3650 days);
        assertEq(volume, 10);
        assertEq(price, 6e18);
    }

    /// @dev Whoever wants the next lot to start higher pays for it: at least the rise times the least volume, whatever the sizes and
    /// however many lots he makes of it.
    function testFuzz_G5_raisingWhatIsRememberedCostsItsRise(uint128[10] memory sizes, uint256 volume, uint256 least)
        public
        pure
    {
        least = bound(least, 1, 1e24);
        volume = bound(volume, least, 1e26);
        (uint256 remembered, uint256 weighedAt) = (1e18, uint256(1000));
        uint256 paid;
        for (uint256 i; i < sizes.length; ++i) {
            uint256 size = bound(sizes[i], 1, i % 2 == 0 ? 1e26 : 1e20);
            uint256 price = AuctionPrice.start(remembered, 1);
            paid += price * size;
            (remembered, volume, weighedAt) =
                AuctionPrice.remember(remembered, volume, weighedAt, price, size, least, 1000);
        }
        // Each step may round up by one, which the next ones multiply.
        uint256 rise = Math.saturatingSub(remembered, 1e18 + 5 ** sizes.length);
        assertGe(paid, rise * least, "raised for less");
    }
}
