// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

import {IAggregatorV3} from "./interfaces/IAggregatorV3.sol";

/// @title A token's price in an asset, from the prices of both in a third currency
/// @notice Stablecoins are quoted in USD, vaults count in their asset: token/USD over asset/USD is token/asset.
/// ANSWER: WAD, rounded down. 0, which is no price, where one of the two answers is not positive; a feed that reverts makes this one
/// revert. TIME: that of the older answer, so one age bound holds for both; that of an answer from the future, where there is one.
contract RatioFeed is IAggregatorV3 {
    using FixedPointMathLib for uint256;

    uint8 public constant decimals = 18;
    /// @dev No price is larger; below it no product overflows.
    uint256 private constant MAX_ANSWER = type(uint128).max;

    /// @notice Quotes the token.
    IAggregatorV3 public immutable numerator;
    /// @notice Quotes the asset, in the same currency.
    IAggregatorV3 public immutable denominator;
    /// @dev WAD * 10^(decimals of the denominator), and 10^(decimals of the numerator).
    uint256 private immutable _scaleUp;
    uint256 private immutable _scaleDown;

    error SameFeed();
    error TooManyDecimals(address feed);

    constructor(IAggregatorV3 numerator_, IAggregatorV3 denominator_) {
        require(address(numerator_) != address(denominator_), SameFeed());
        (numerator, denominator) = (numerator_, denominator_);
        _scaleUp = 1e18 * _unit(denominator_);
        _scaleDown = _unit(numerator_);
    }

    /// @inheritdoc IAggregatorV3
    /// @dev Rounds are those of the numerator.
    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        int256 price;
        (roundId, price, startedAt, updatedAt, answeredInRound) = numerator.latestRoundData();
        (, int256 base,, uint256 baseUpdatedAt,) = denominator.latestRoundData();
        answer = _ratio(price, base);
        bool isFromFuture = updatedAt.max(baseUpdatedAt) > block.timestamp;
        updatedAt = isFromFuture ? updatedAt.max(baseUpdatedAt) : updatedAt.min(baseUpdatedAt);
    }

    function _ratio(int256 price, int256 base) private view returns (int256) {
        if (price <= 0 || base <= 0) return 0;
        // Positive.
        // forge-lint: disable-next-line(unsafe-typecast)
        (uint256 a, uint256 b) = (uint256(price), uint256(base));
        if (a > MAX_ANSWER || b > MAX_ANSWER) return 0;
        uint256 ratio = a.fullMulDiv(_scaleUp, b * _scaleDown);
        // forge-lint: disable-next-line(unsafe-typecast)
        return ratio > MAX_ANSWER ? int256(0) : int256(ratio);
    }

    function _unit(IAggregatorV3 feed) private view returns (uint256) {
        uint256 places = feed.decimals();
        require(places <= 18, TooManyDecimals(address(feed)));
        return 10 ** places;
    }
}
