// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {IPriceRegistry} from "./IPriceRegistry.sol";
import {IAggregatorV3} from "./interfaces/IAggregatorV3.sol";
import {IRateProvider} from "./interfaces/IRateProvider.sol";

/// @title Prices of tokens in one quote asset, from two sources each
/// @notice MARKET: a Chainlink aggregator. An answer counts when it is positive, not from the future and not older than the
/// source's `maxAge`; decimals are normalised to WAD, rounded down.
/// BACKING: the issuer's own rate. A token without an issuer rate (a plain stablecoin) has backing 1; such a token belongs
/// into a pool of pegged assets only if it is meant to be worth one quote asset. Nothing reads the backing of other tokens.
/// SEPARATION: an issuer that is also the feed is refused, so a price and a backing never come from one source.
/// FAILURE: sources are foreign contracts. Each is asked with a fixed gas stipend and at most the expected words are read, so
/// none can revert, exhaust or bloat the caller; whoever leaves too little gas for a full stipend gets `NotEnoughGas`, so
/// nobody can make a healthy source look dead.
contract PriceRegistry is IPriceRegistry, AccessManaged {
    uint256 private constant WAD = 1e18;
    /// @dev Gas given to a source; a Chainlink proxy takes about 20,000, issuer rates behind proxies up to 60,000.
    uint256 private constant PROBE_GAS = 100_000;
    /// @dev Left for this contract when a probe has spent everything.
    uint256 private constant RESERVE_GAS = 5000;
    uint256 private constant MAX_DECIMALS = 36;
    /// @dev Larger answers are no prices; below it no conversion overflows.
    uint256 private constant MAX_ANSWER = type(uint128).max;

    /// @inheritdoc IPriceRegistry
    address public immutable quote;

    mapping(address token => Source) private _sources;

    /// @param authority AccessManager of the protocol
    /// @param quote_ asset all prices are expressed in; its own price is 1
    constructor(address authority, address quote_) AccessManaged(authority) {
        require(quote_ != address(0), InvalidSource(quote_));
        quote = quote_;
    }

    /* GOVERNANCE */

    /// @inheritdoc IPriceRegistry
    /// @dev Reverts `InvalidSource` unless both sources answer now.
    function setSource(address token, address feed, uint32 maxAge, address issuer) external restricted {
        require(token != address(0) && token != quote && maxAge != 0 && issuer != feed, InvalidSource(token));
        (bool responds, uint256[5] memory words) = _probe(feed, IAggregatorV3.decimals.selector, 1);
        require(responds && words[0] <= MAX_DECIMALS, InvalidSource(token));

        Source memory set = Source(feed, maxAge, uint8(words[0]), issuer);
        require(_market(set) != 0 && _backing(set) != 0, InvalidSource(token));
        _sources[token] = set;
        emit SourceSet(token, feed, maxAge, set.feedDecimals, issuer);
    }

    /* PRICES */

    /// @inheritdoc IPriceRegistry
    function source(address token) external view returns (Source memory) {
        return _sources[token];
    }

    /// @inheritdoc IPriceRegistry
    function price(address token) external view returns (uint256 market) {
        bool ok;
        (market, ok) = tryPrice(token);
        if (ok) return market;
        require(_sources[token].feed != address(0), UnknownToken(token));
        revert StalePrice(token);
    }

    /// @inheritdoc IPriceRegistry
    function tryPrice(address token) public view returns (uint256 market, bool ok) {
        if (token == quote) return (WAD, true);
        Source memory set = _sources[token];
        if (set.feed == address(0)) return (0, false);
        market = _market(set);
        ok = market != 0;
    }

    /// @inheritdoc IPriceRegistry
    function legPrices(address token) external view returns (uint256 backing, uint256 market, bool ok) {
        if (token == quote) return (WAD, WAD, true);
        Source memory set = _sources[token];
        if (set.feed == address(0)) return (0, 0, false);
        backing = _backing(set);
        market = _market(set);
        ok = backing != 0 && market != 0;
    }

    /* SOURCES */

    /// @dev Answer of the feed, WAD, rounded down; 0 when there is none to be believed.
    function _market(Source memory set) private view returns (uint256) {
        (bool responds, uint256[5] memory words) = _probe(set.feed, IAggregatorV3.latestRoundData.selector, 5);
        (uint256 answer, uint256 updatedAt) = (words[1], words[3]);
        // A negative answer is a word beyond MAX_ANSWER.
        if (!responds || answer > MAX_ANSWER) return 0;
        if (updatedAt > block.timestamp || block.timestamp - updatedAt > set.maxAge) return 0;
        return set.feedDecimals <= 18 ? answer * 10 ** (18 - set.feedDecimals) : answer / 10 ** (set.feedDecimals - 18);
    }

    /// @dev Issuer rate, WAD; 1 without an issuer; 0 when it cannot be read.
    function _backing(Source memory set) private view returns (uint256) {
        if (set.issuer == address(0)) return WAD;
        (bool responds, uint256[5] memory words) = _probe(set.issuer, IRateProvider.getRate.selector, 1);
        return responds && words[0] <= MAX_ANSWER ? words[0] : 0;
    }

    /// @dev Calls a view without arguments. `ok` when it returned at least `count` words, of which `count` are read.
    function _probe(address target, bytes4 selector, uint256 count)
        private
        view
        returns (bool ok, uint256[5] memory words)
    {
        require(gasleft() - gasleft() / 64 >= PROBE_GAS + RESERVE_GAS, NotEnoughGas());
        assembly ("memory-safe") {
            mstore(0, selector)
            ok := staticcall(PROBE_GAS, target, 0, 4, words, mul(count, 32))
            ok := and(ok, iszero(lt(returndatasize(), mul(count, 32))))
        }
    }
}
