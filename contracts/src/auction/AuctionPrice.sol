// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @title What a lot costs
/// @notice Prices are WAD, whole units of the asset per whole token, at most MAX_PRICE; ages are seconds. ROUNDING: prices and
/// payments up, for the seller.
library AuctionPrice {
    using FixedPointMathLib for uint256;

    uint256 internal constant WAD = 1e18;
    /// @dev 1.3e18 whole units. With it the cost of a lot of 2^128 fits a word.
    uint256 internal constant MAX_PRICE = type(uint120).max;
    /// @dev Powers of ten up to here stay far within a word.
    uint256 internal constant MAX_DECIMALS = 24;
    /// @dev The live factor falls from 11/10 to 9/10 in this time.
    uint256 internal constant LIVE_FALL = 6 hours;
    /// @dev Without a live price the price falls to 0 in this time.
    uint256 internal constant BLIND_FALL = 24 hours;
    uint256 internal constant START_MULTIPLE = 4;
    uint256 internal constant HALVING = 7 days;

    /// @notice Price at a live market price: a factor on it that falls linearly from 1.1 to 0.9 over LIVE_FALL and then stays.
    /// @param age since the opening of the lot
    function live(uint256 market, uint256 age) internal pure returns (uint256) {
        uint256 tenths = 11 * LIVE_FALL - 2 * age.min(LIVE_FALL);
        return (market * tenths).divUp(10 * LIVE_FALL);
    }

    /// @notice Price while the feed is dead: from 1.1 x its last good price linearly to 0 over BLIND_FALL.
    /// @param age since the failure was recorded, or since the lot was opened if that was later
    function dead(uint256 lastGood, uint256 age) internal pure returns (uint256) {
        return (lastGood * 11 * BLIND_FALL.zeroFloorSub(age)).divUp(10 * BLIND_FALL);
    }

    /// @notice Price without an oracle: from `startPrice` linearly to 0 over BLIND_FALL.
    /// @param age since the opening of the lot
    function blind(uint256 startPrice, uint256 age) internal pure returns (uint256) {
        return (startPrice * BLIND_FALL.zeroFloorSub(age)).divUp(BLIND_FALL);
    }

    /// @notice Where a lot without an oracle starts: 4 x what is remembered of the last lots, at least the price of the listing.
    function start(uint256 remembered, uint256 listed) internal pure returns (uint256) {
        return (START_MULTIPLE * remembered).max(listed).min(MAX_PRICE);
    }

    /// @notice What `amount` of a token costs, base units of the asset. At least 1, also at price 0: then no purchase is without a
    /// payment, and no asset that refuses transfers of zero can keep a lot from being sold.
    function payment(uint256 amount, uint256 price, uint256 tokenDecimals, uint256 assetDecimals)
        internal
        pure
        returns (uint256)
    {
        return amount.fullMulDivUp(price * 10 ** assetDecimals, WAD * 10 ** tokenDecimals).max(1);
    }

    /// @notice What is remembered at a listing, as if a lot had been sold after which the next one starts at the listed price. Rounded
    /// down: the first lot starts there exactly.
    function first(uint256 listed, uint256 tokenDecimals) internal pure returns (uint256 price, uint256 volume) {
        return (listed / START_MULTIPLE, leastVolume(listed, tokenDecimals));
    }

    /// @notice The volume-weighted price of the last lot, made safe against lots of dust: anyone may consign a base unit and buy it at
    /// whatever it costs, and four times that price, a few times over, would leave the next lot unsold until it is free.
    /// A lot replaces what is remembered only if it is at least as large as the volume that stands for; a smaller one moves it by
    /// its part of that volume. The volume halves every week, down to `least`, so that lots that have become smaller count again.
    /// @param remembered price
    /// @param volume it stands for, as of `weighedAt`
    /// @param lotPrice volume-weighted price of the lot sold
    /// @param lotVolume sold in it
    /// @param least volume that a price stands for
    function remember(
        uint256 remembered,
        uint256 volume,
        uint256 weighedAt,
        uint256 lotPrice,
        uint256 lotVolume,
        uint256 least,
        uint256 nowAt
    ) internal pure returns (uint256 newPrice, uint256 newVolume, uint256 newWeighedAt) {
        uint256 halvings = (nowAt - weighedAt) / HALVING;
        newVolume = (volume >> halvings).max(least);
        if (lotVolume >= newVolume) return (lotPrice, lotVolume, nowAt);
        newPrice = (lotPrice * lotVolume + remembered * (newVolume - lotVolume)).divUp(newVolume);
        newWeighedAt = weighedAt + halvings * HALVING;
    }

    /// @notice As much of the token as one whole unit of the asset buys at the listed price, base units.
    function leastVolume(uint256 listed, uint256 tokenDecimals) internal pure returns (uint256) {
        return (WAD * 10 ** tokenDecimals).divUp(listed).min(type(uint128).max);
    }
}
