// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {PriceRegistry} from "../../../src/pricing/PriceRegistry.sol";
import {RatioFeed} from "../../../src/pricing/RatioFeed.sol";
import {IAggregatorV3} from "../../../src/pricing/interfaces/IAggregatorV3.sol";
import {TokenFixture} from "../../fixtures/TokenFixture.sol";
import {Chainlink} from "../../venues/Chainlink.sol";
import {AggregatorProxyLike} from "../../venues/interfaces/ChainlinkLike.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Test} from "forge-std/Test.sol";

/// @notice Over real Chainlink feeds of 8 decimals.
contract RatioFeedTest is Test {
    uint32 private constant MAX_AGE = 26 hours;

    address private immutable link = address(new TokenFixture("LINK stand-in", "LINK", 18, address(this)));
    address private immutable usdc = address(new TokenFixture("USD Coin", "USDC", 6, address(this)));
    address private immutable dai = address(new TokenFixture("Dai", "DAI", 18, address(this)));
    AggregatorProxyLike private daiUsd;
    AggregatorProxyLike private usdcUsd;
    RatioFeed private feed;

    function setUp() public {
        vm.warp(1_750_000_000);
        daiUsd = _feed(8, 0.9991e8);
        usdcUsd = _feed(8, 1.0003e8);
        feed = new RatioFeed(IAggregatorV3(address(daiUsd)), IAggregatorV3(address(usdcUsd)));
    }

    function test_answersTheQuotientRoundedDown() public view {
        (, int256 answer,, uint256 updatedAt,) = feed.latestRoundData();
        assertEq(answer, int256(uint256(0.9991e18) * 1e18 / 1.0003e18));
        assertEq(updatedAt, block.timestamp);
        assertEq(feed.decimals(), 18);
    }

    function testFuzz_decimalsOfTheFeedsDoNotMatter(uint8 a, uint8 b, uint256 price, uint256 base) public {
        (a, b) = (uint8(bound(a, 0, 18)), uint8(bound(b, 0, 18)));
        (price, base) = (bound(price, 1, 1e6), bound(base, 1, 1e6));
        RatioFeed other = new RatioFeed(
            IAggregatorV3(address(_feed(a, int256(price * 10 ** a)))),
            IAggregatorV3(address(_feed(b, int256(base * 10 ** b))))
        );
        (, int256 answer,,,) = other.latestRoundData();
        assertEq(answer, int256(price * 1e18 / base));
    }

    function test_isAsOldAsTheOlderAnswer() public {
        uint256 first = block.timestamp;
        skip(10 hours);
        Chainlink.submit(daiUsd, 1e8);
        (,,, uint256 updatedAt,) = feed.latestRoundData();
        assertEq(updatedAt, first, "the asset's price is the older one");
        skip(1 hours);
        Chainlink.submit(usdcUsd, 1e8);
        (,,, updatedAt,) = feed.latestRoundData();
        assertEq(updatedAt, first + 10 hours, "the token's price is the older one");
    }

    /// @dev The registry believes it as it believes a feed.
    function test_inTheRegistryGoesStaleWithEither() public {
        PriceRegistry registry = _registry();
        (uint256 backing, uint256 market, bool ok) = registry.legPrices(dai);
        assertEq(backing, 1e18);
        assertEq(market, uint256(0.9991e18) * 1e18 / 1.0003e18);
        assertTrue(ok);

        skip(MAX_AGE);
        Chainlink.submit(daiUsd, 1e8);
        (, ok) = registry.tryPrice(dai);
        assertTrue(ok, "at the bound");
        skip(1);
        (, ok) = registry.tryPrice(dai);
        assertFalse(ok, "the asset's answer is too old");
        Chainlink.submit(usdcUsd, 1e8);
        (, ok) = registry.tryPrice(dai);
        assertTrue(ok, "both are young");
        skip(MAX_AGE + 1);
        Chainlink.submit(usdcUsd, 1e8);
        (, ok) = registry.tryPrice(dai);
        assertFalse(ok, "the token's answer is too old");
    }

    function test_noPriceFromTheFutureOrNotPositiveOrBroken() public {
        PriceRegistry registry = _registry();
        _answer(address(usdcUsd), 1e8, block.timestamp + 1);
        (, bool ok) = registry.tryPrice(dai);
        assertFalse(ok, "the older answer must not hide one from the future");
        for (int256 bad = -1; bad < 1; ++bad) {
            _answer(address(usdcUsd), bad, block.timestamp);
            (, ok) = registry.tryPrice(dai);
            assertFalse(ok, "asset");
        }
        _answer(address(usdcUsd), type(int256).max, block.timestamp);
        (, ok) = registry.tryPrice(dai);
        assertFalse(ok, "too large");
        _answer(address(usdcUsd), 1e8, block.timestamp);
        (, ok) = registry.tryPrice(dai);
        assertTrue(ok);
        _answer(address(daiUsd), -1, block.timestamp);
        (, ok) = registry.tryPrice(dai);
        assertFalse(ok, "token");
        vm.mockCallRevert(address(daiUsd), abi.encodeCall(IAggregatorV3.latestRoundData, ()), "");
        (, ok) = registry.tryPrice(dai);
        assertFalse(ok, "a feed reverts");
    }

    function test_refusesAPriceInItselfAndTooManyDecimals() public {
        IAggregatorV3 one = IAggregatorV3(address(daiUsd));
        vm.expectRevert(RatioFeed.SameFeed.selector);
        new RatioFeed(one, one);
        AggregatorProxyLike wide = _feed(19, 1);
        vm.expectRevert(abi.encodeWithSelector(RatioFeed.TooManyDecimals.selector, address(wide)));
        new RatioFeed(IAggregatorV3(address(wide)), one);
    }

    function _registry() private returns (PriceRegistry registry) {
        registry = new PriceRegistry(address(new AccessManager(address(this))), usdc);
        registry.setSource(dai, address(feed), MAX_AGE, address(0));
    }

    function _answer(address source, int256 answer, uint256 updatedAt) private {
        vm.mockCall(
            source,
            abi.encodeCall(IAggregatorV3.latestRoundData, ()),
            abi.encode(uint80(1), answer, updatedAt, updatedAt, uint80(1))
        );
    }

    function _feed(uint8 decimals, int256 answer) private returns (AggregatorProxyLike) {
        return Chainlink.deployFeed(link, address(this), address(this), decimals, "token / USD", answer);
    }
}
