// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {ILossPrices} from "../../../src/pricing/ILossPrices.sol";
import {IPriceRegistry} from "../../../src/pricing/IPriceRegistry.sol";
import {LossPrices} from "../../../src/pricing/LossPrices.sol";
import {PricesMock} from "../../mocks/loss/PricesMock.sol";

contract LossPricesTest is Test {
    uint256 private constant WAD = 1e18;
    uint256 private constant BP = 1e14;

    PricesMock private registry;
    LossPrices private prices;
    address private immutable weth = makeAddr("weth");
    address private immutable lst = makeAddr("lst");

    function setUp() public {
        vm.warp(20_000 days);
        registry = new PricesMock(weth);
        prices = new LossPrices(IPriceRegistry(address(registry)));
        registry.set(lst, WAD, WAD);
    }

    /* RECORDS */

    function test_theSmallestOfADayStays() public {
        _expectRecord(0.9e18, 1000);
        _expectRecord(0.93e18, 700);
        vm.recordLogs();
        _record(0.91e18);
        _record(0.93e18);
        assertEq(vm.getRecordedLogs().length, 0, "nothing smaller, nothing written");
        _expectRecord(1.1e18, 0);
        skip(1 days);
        _expectRecord(0.92e18, 800);
    }

    /// @dev 99 / 10,000 of a bps is no discount yet.
    function test_discountsAreRoundedDown() public {
        _expectRecord(0.9e18 + 1, 999);
        skip(1 days);
        registry.set(lst, 3e18, 2e18);
        vm.expectEmit(address(prices));
        emit ILossPrices.DiscountRecorded(lst, block.timestamp / 1 days, 3333);
        prices.record(lst);
        skip(1 days);
        registry.set(lst, type(uint128).max, 1);
        vm.expectEmit(address(prices));
        emit ILossPrices.DiscountRecorded(lst, block.timestamp / 1 days, 9999);
        prices.record(lst);
    }

    function test_itTakes14DaysAndTheSmallestCounts() public {
        for (uint256 i; i < 14; ++i) {
            assertEq(prices.sustainedDiscount(lst), 0);
            _record(i == 5 ? 0.92e18 : 0.85e18);
            if (i != 13) skip(1 days);
        }
        assertEq(prices.sustainedDiscount(lst), 800 * BP);
        _record(0.95e18);
        assertEq(prices.sustainedDiscount(lst), 500 * BP, "today's counts");
    }

    function test_aDayWithoutARecordIsNoDiscount() public {
        _recordDays(14, 0.85e18);
        assertEq(prices.sustainedDiscount(lst), 1500 * BP);
        skip(1 days);
        assertEq(prices.sustainedDiscount(lst), 0, "today has none yet");
        _record(0.85e18);
        assertEq(prices.sustainedDiscount(lst), 1500 * BP);
        skip(2 days);
        _record(0.85e18);
        assertEq(prices.sustainedDiscount(lst), 0, "yesterday has none");
        for (uint256 i; i < 12; ++i) {
            skip(1 days);
            _record(0.85e18);
            assertEq(prices.sustainedDiscount(lst), 0);
        }
        skip(1 days);
        _record(0.85e18);
        assertEq(prices.sustainedDiscount(lst), 1500 * BP);
    }

    function test_withoutARateOrAMarketPriceNothingIsRecorded() public {
        _recordDays(14, 0.85e18);
        skip(1 days);
        vm.recordLogs();
        registry.set(lst, WAD, 0);
        prices.record(lst);
        registry.set(lst, 0, WAD);
        prices.record(lst);
        prices.record(weth);
        assertEq(vm.getRecordedLogs().length, 0);
        assertEq(prices.sustainedDiscount(lst), 0);
        assertEq(prices.sustainedDiscount(weth), 0);
    }

    /// @dev Against a plain list of days; gaps, several records a day, months.
    function testFuzz_sustainedDiscountIsTheMinimumOf14Days(uint256 seed) public {
        uint256 first = block.timestamp / 1 days;
        uint256[64] memory smallest;
        for (uint256 i; i < 64; ++i) {
            smallest[i] = type(uint256).max;
        }
        uint256 random = seed;
        for (uint256 i; i < 60; ++i) {
            random = uint256(keccak256(abi.encode(random)));
            // Mostly one record every 16 h, a gap now and then.
            skip(random % 16 == 0 ? 1 days + random % 3 days : 16 hours);
            uint256 day = block.timestamp / 1 days - first;
            if (day >= 64) break;
            uint256 bps = 300 + (random >> 64) % 1200;
            _record(WAD - bps * BP);
            if (bps < smallest[day]) smallest[day] = bps;
            uint256 expected = type(uint256).max;
            for (uint256 back; back < 14; ++back) {
                uint256 found = back > day || smallest[day - back] == type(uint256).max ? 0 : smallest[day - back];
                if (found < expected) expected = found;
            }
            assertEq(prices.sustainedDiscount(lst), expected * BP);
        }
    }

    function test_recordsOfTokensAreTheirOwn() public {
        _recordDays(14, 0.85e18);
        assertEq(prices.sustainedDiscount(makeAddr("other")), 0);
    }

    /* PRICES */

    function test_aMarketPriceAloneIsNoLoss() public {
        registry.set(lst, 1.2e18, 0.6e18);
        _expectPrices(1.2e18, 0.6e18, 1.2e18);
        registry.set(lst, 1.2e18, 1.3e18);
        _expectPrices(1.2e18, 1.2e18, 1.2e18);
    }

    function test_aSustainedDiscountBeyond5PercentIs() public {
        _recordDays(14, 0.88e18);
        _expectPrices(1e18, 0.88e18, 0.93e18);
        registry.set(lst, 1e18, 0.97e18);
        _expectPrices(1e18, 0.93e18, 0.97e18);
        registry.set(lst, 1e18, 1.1e18);
        _expectPrices(1e18, 0.93e18, 1e18);
    }

    function test_5PercentAreNoLoss() public {
        _recordDays(14, 0.95e18);
        _expectPrices(1e18, 0.95e18, 1e18);
        _recordDays(14, 0.9499e18);
        _expectPrices(1e18, 0.9499e18, 0.9999e18);
    }

    function test_withoutAMarketPriceHighIsB() public {
        _recordDays(14, 0.88e18);
        registry.set(lst, 1e18, 0);
        _expectPrices(1e18, 0, 0.93e18);
        registry.set(lst, 1e18, 1e13);
        _expectPrices(1e18, 1e13, 0.93e18);
        registry.set(lst, 1e18, 1e13 - 1);
        _expectPrices(1e18, 0, 0.93e18);
    }

    function test_withoutARateThereIsNoPrice() public {
        registry.set(lst, 0, 1e18);
        vm.expectRevert(abi.encodeWithSelector(ILossPrices.RateUnavailable.selector, lst));
        prices.lossPrices(lst);
        (, bool ok) = prices.tryLossPrices(lst);
        assertFalse(ok);
    }

    function test_theQuoteIsOne() public view {
        ILossPrices.Prices memory p = prices.lossPrices(weth);
        assertEq(abi.encode(p), abi.encode(ILossPrices.Prices(WAD, WAD, WAD)));
    }

    /// @dev low <= B <= high within a wei, high down to neither below the rate's tolerated part nor above the rate.
    function testFuzz_lowNeverExceedsHigh(uint256 rate, uint256 market, uint256 sustained) public {
        rate = bound(rate, 1e6, type(uint128).max);
        sustained = bound(sustained, 0, 10_000);
        registry.set(lst, 1e18, WAD - sustained * BP == 0 ? 1 : WAD - sustained * BP);
        for (uint256 i; i < 14; ++i) {
            prices.record(lst);
            if (i != 13) skip(1 days);
        }
        registry.set(lst, rate, bound(market, 0, type(uint128).max));
        ILossPrices.Prices memory p = prices.lossPrices(lst);
        assertLe(p.low, p.high);
        assertLe(p.high, rate);
        assertGe(p.high, rate / 20, "a discount of 100% leaves the 5% that are tolerated");
    }

    /* HELPERS */

    function _record(uint256 market) private {
        registry.set(lst, WAD, market);
        prices.record(lst);
    }

    /// @dev The last of them is today.
    function _recordDays(uint256 count, uint256 market) private {
        for (uint256 i; i < count; ++i) {
            skip(1 days);
            _record(market);
        }
    }

    function _expectRecord(uint256 market, uint256 bps) private {
        registry.set(lst, WAD, market);
        vm.expectEmit(address(prices));
        emit ILossPrices.DiscountRecorded(lst, block.timestamp / 1 days, bps);
        prices.record(lst);
    }

    function _expectPrices(uint256 rate, uint256 low, uint256 high) private view {
        ILossPrices.Prices memory p = prices.lossPrices(lst);
        assertEq(p.rate, rate, "rate");
        assertEq(p.low, low, "low");
        assertEq(p.high, high, "high");
    }
}
