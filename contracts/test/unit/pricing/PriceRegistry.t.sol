// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Test} from "forge-std/Test.sol";

import {IPriceRegistry} from "../../../src/pricing/IPriceRegistry.sol";
import {PriceRegistry} from "../../../src/pricing/PriceRegistry.sol";

/// @dev A feed that fails on purpose; real Chainlink feeds are in the integration tests of destinations.
contract FeedFake {
    uint8 public decimals;
    int256 private answer;
    uint256 private updatedAt;

    constructor(uint8 decimals_, int256 answer_, uint256 updatedAt_) {
        decimals = decimals_;
        set(answer_, updatedAt_);
    }

    function set(int256 answer_, uint256 updatedAt_) public {
        (answer, updatedAt) = (answer_, updatedAt_);
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return (1, answer, updatedAt, updatedAt, 1);
    }
}

contract IssuerFake {
    uint256 public getRate;

    constructor(uint256 rate) {
        getRate = rate;
    }

    function setRate(uint256 rate) external {
        getRate = rate;
    }
}

/// @dev What a broken source does with any call.
contract BrokenSource {
    enum Way {
        REVERT,
        BURN,
        SHORT,
        BLOAT
    }

    Way private immutable WAY;

    constructor(Way way) {
        WAY = way;
    }

    fallback() external {
        if (WAY == Way.BURN) {
            while (true) {}
        }
        uint256 size = WAY == Way.SHORT ? 31 : 10_000;
        bool fails = WAY == Way.REVERT;
        assembly {
            if fails { revert(0, 64) }
            return(0, size)
        }
    }
}

contract PriceRegistryTest is Test {
    uint32 private constant MAX_AGE = 1 days;
    uint256 private constant WAD = 1e18;

    address private immutable quote = makeAddr("quote");
    address private immutable token = makeAddr("token");
    PriceRegistry private registry;
    FeedFake private feed;
    IssuerFake private issuer;

    function setUp() public {
        vm.warp(1_700_000_000);
        registry = new PriceRegistry(address(new AccessManager(address(this))), quote);
        feed = new FeedFake(18, 1.01e18, block.timestamp);
        issuer = new IssuerFake(1.02e18);
        registry.setSource(token, address(feed), MAX_AGE, address(issuer));
    }

    /* ANSWERS */

    function test_theQuoteIsWorthOne() public view {
        assertEq(registry.price(quote), WAD);
        (uint256 market, bool ok) = registry.tryPrice(quote);
        assertEq(market, WAD);
        assertTrue(ok);
        _expectLegs(quote, WAD, WAD, true);
    }

    function test_marketAndBackingComeFromTheirOwnSource() public {
        _expectLegs(token, 1.02e18, 1.01e18, true);
        issuer.setRate(1.05e18);
        _expectLegs(token, 1.05e18, 1.01e18, true);
        feed.set(0.9e18, block.timestamp);
        _expectLegs(token, 1.05e18, 0.9e18, true);
        assertEq(registry.price(token), 0.9e18);
    }

    function test_withoutIssuerTheBackingIsPar() public {
        registry.setSource(token, address(feed), MAX_AGE, address(0));
        feed.set(0.9e18, block.timestamp);
        _expectLegs(token, WAD, 0.9e18, true);
    }

    function testFuzz_D2_decimalsAreNormalisedToWadRoundedDown(uint8 decimals, uint128 answer) public {
        decimals = uint8(bound(decimals, 0, 36));
        FeedFake other = new FeedFake(decimals, int256(uint256(answer)), block.timestamp);
        uint256 expected = decimals <= 18 ? answer * 10 ** (18 - decimals) : answer / 10 ** (decimals - 18);
        if (expected == 0) {
            vm.expectRevert(abi.encodeWithSelector(IPriceRegistry.InvalidSource.selector, token));
            registry.setSource(token, address(other), MAX_AGE, address(0));
            return;
        }
        registry.setSource(token, address(other), MAX_AGE, address(0));
        assertEq(registry.price(token), expected);
        assertEq(registry.source(token).feedDecimals, decimals);
    }

    function testFuzz_D1_onlyAnswersWithinTheAgeCount(uint256 updatedAt) public {
        updatedAt = bound(updatedAt, block.timestamp - 2 * MAX_AGE, block.timestamp + MAX_AGE);
        feed.set(1e18, updatedAt);
        bool fresh = updatedAt <= block.timestamp && block.timestamp - updatedAt <= MAX_AGE;
        _expectMarket(fresh ? 1e18 : 0);
    }

    function test_H7_ageBoundIsInclusive() public {
        skip(MAX_AGE);
        _expectMarket(1.01e18);
        skip(1);
        _expectMarket(0);
        feed.set(1e18, block.timestamp + 1);
        _expectMarket(0);
        feed.set(1e18, type(uint256).max);
        _expectMarket(0);
        feed.set(1e18, 0);
        _expectMarket(0);
    }

    function testFuzz_D1_answersThatAreNoPricesDoNotCount(int256 answer) public {
        feed.set(answer, block.timestamp);
        bool valid = answer > 0 && answer <= int256(uint256(type(uint128).max));
        // forge-lint: disable-next-line(unsafe-typecast) positive
        _expectMarket(valid ? uint256(answer) : 0);
    }

    function test_extremeAnswersDoNotOverflow() public {
        int256[5] memory answers =
            [int256(0), -1, type(int256).min, type(int256).max, int256(uint256(type(uint128).max)) + 1];
        for (uint256 i; i < answers.length; ++i) {
            feed.set(answers[i], block.timestamp);
            _expectMarket(0);
        }
        FeedFake whole = new FeedFake(0, int256(uint256(type(uint128).max)), block.timestamp);
        registry.setSource(token, address(whole), MAX_AGE, address(0));
        assertEq(registry.price(token), uint256(type(uint128).max) * 1e18);
    }

    function test_brokenSourcesAreNoAnswer() public {
        for (uint256 way; way < 4; ++way) {
            address broken = address(new BrokenSource(BrokenSource.Way(way)));
            vm.etch(address(issuer), broken.code);
            _expectLegs(token, 0, 1.01e18, false);
            assertEq(registry.price(token), 1.01e18, "the market does not need the issuer");
            vm.etch(address(issuer), address(new IssuerFake(1)).code);

            bytes memory healthy = address(feed).code;
            vm.etch(address(feed), broken.code);
            _expectLegs(token, 1.02e18, 0, false);
            _expectMarket(0);
            vm.etch(address(feed), healthy);
            _expectMarket(1.01e18);
        }
        vm.etch(address(issuer), "");
        _expectLegs(token, 0, 1.01e18, false);
    }

    function test_anIssuerRateThatIsNoRateDoesNotCount() public {
        issuer.setRate(0);
        _expectLegs(token, 0, 1.01e18, false);
        issuer.setRate(uint256(type(uint128).max) + 1);
        _expectLegs(token, 0, 1.01e18, false);
        issuer.setRate(type(uint128).max);
        _expectLegs(token, type(uint128).max, 1.01e18, true);
    }

    /// @dev Too little gas never looks like a dead feed.
    function testFuzz_withTooLittleGasItRevertsInsteadOfDenyingThePrice(uint256 gas_) public view {
        gas_ = bound(gas_, 0, 250_000);
        try registry.tryPrice{gas: gas_}(token) returns (uint256 market, bool ok) {
            assertTrue(ok);
            assertEq(market, 1.01e18);
        } catch {}
    }

    function test_notEnoughGas() public {
        (bool ok, bytes memory answer) =
            address(registry).staticcall{gas: 90_000}(abi.encodeCall(registry.tryPrice, (token)));
        assertFalse(ok);
        assertEq(answer, abi.encodeWithSelector(IPriceRegistry.NotEnoughGas.selector));
    }

    /* UNKNOWN TOKENS */

    function test_unknownTokens() public {
        address unknown = makeAddr("unknown");
        vm.expectRevert(abi.encodeWithSelector(IPriceRegistry.UnknownToken.selector, unknown));
        registry.price(unknown);
        (uint256 market, bool ok) = registry.tryPrice(unknown);
        assertEq(market, 0);
        assertFalse(ok);
        _expectLegs(unknown, 0, 0, false);
    }

    /* GOVERNANCE */

    function test_settingASourceIsAnnounced() public {
        FeedFake other = new FeedFake(8, 1e8, block.timestamp);
        vm.expectEmit(address(registry));
        emit IPriceRegistry.SourceSet(token, address(other), 1 hours, 8, address(issuer));
        registry.setSource(token, address(other), 1 hours, address(issuer));
        IPriceRegistry.Source memory source = registry.source(token);
        assertEq(source.feed, address(other));
        assertEq(source.maxAge, 1 hours);
        assertEq(source.feedDecimals, 8);
        assertEq(source.issuer, address(issuer));
    }

    function test_onlyTheRoleSetsSources() public {
        address stranger = makeAddr("stranger");
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger));
        registry.setSource(token, address(feed), MAX_AGE, address(0));
        assertEq(registry.source(token).issuer, address(issuer));
    }

    function test_wrongSourcesAreRefused() public {
        _refuse(address(0), address(feed), MAX_AGE, address(issuer));
        _refuse(quote, address(feed), MAX_AGE, address(issuer));
        _refuse(token, address(feed), 0, address(issuer));
        _refuse(token, address(0), MAX_AGE, address(issuer));
        _refuse(token, address(0), MAX_AGE, address(0));
        _refuse(token, makeAddr("no contract"), MAX_AGE, address(issuer));
        _refuse(token, address(new FeedFake(37, 1e37, block.timestamp)), MAX_AGE, address(issuer));
        _refuse(token, address(new FeedFake(18, 1e18, block.timestamp - MAX_AGE - 1)), MAX_AGE, address(issuer));
        _refuse(token, address(new FeedFake(18, -1, block.timestamp)), MAX_AGE, address(issuer));
        _refuse(token, address(feed), MAX_AGE, makeAddr("no contract"));
        _refuse(token, address(feed), MAX_AGE, address(new IssuerFake(0)));
        for (uint256 way; way < 4; ++way) {
            address broken = address(new BrokenSource(BrokenSource.Way(way)));
            _refuse(token, broken, MAX_AGE, address(issuer));
            _refuse(token, address(feed), MAX_AGE, broken);
        }
        vm.expectRevert(abi.encodeWithSelector(IPriceRegistry.InvalidSource.selector, address(0)));
        new PriceRegistry(address(this), address(0));
    }

    /// @dev A price and a backing never come from one source.
    function test_D5_aFeedThatIsAlsoTheIssuerIsRefused() public {
        FeedAndIssuer both = new FeedAndIssuer(18, 1e18, block.timestamp);
        _refuse(token, address(both), MAX_AGE, address(both));
        registry.setSource(token, address(both), MAX_AGE, address(issuer));
    }

    /* HELPERS */

    function _refuse(address token_, address feed_, uint32 maxAge, address issuer_) private {
        vm.expectRevert(abi.encodeWithSelector(IPriceRegistry.InvalidSource.selector, token_));
        registry.setSource(token_, feed_, maxAge, issuer_);
        assertEq(registry.source(token).feed, address(feed), "nothing changed");
    }

    function _expectLegs(address token_, uint256 backing, uint256 market, bool ok) private view {
        (uint256 backing_, uint256 market_, bool ok_) = registry.legPrices(token_);
        assertEq(backing_, backing, "backing");
        assertEq(market_, market, "market");
        assertEq(ok_, ok, "ok");
    }

    /// @param expected 0: no price
    function _expectMarket(uint256 expected) private {
        (uint256 market, bool ok) = registry.tryPrice(token);
        assertEq(market, expected);
        assertEq(ok, expected != 0);
        if (expected == 0) vm.expectRevert(abi.encodeWithSelector(IPriceRegistry.StalePrice.selector, token));
        uint256 price = registry.price(token);
        if (expected != 0) assertEq(price, expected);
    }
}

contract FeedAndIssuer is FeedFake {
    uint256 public constant getRate = 1e18;

    constructor(uint8 decimals_, int256 answer_, uint256 updatedAt_) FeedFake(decimals_, answer_, updatedAt_) {}
}
