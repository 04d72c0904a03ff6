// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @title What a token counts when losses are measured
/// @notice With the issuer's rate, the market price of the feed, and d14, the smallest of the discounts recorded on the last 14 days:
///
///     B    = rate * (1 - max(0, d14 - 5%))
///     low  = min(B, market)
///     high = max(B, min(market, rate))
///
/// A market price alone is no loss: until a discount above 5% has lasted for 14 days, `high` is the issuer's rate.
interface ILossPrices {
    struct Prices {
        /// @dev Issuer rate, WAD.
        uint256 rate;
        /// @dev WAD; 0 when there is no market price, or one below a 100,000th of the rate: then no mark may rise on it.
        uint256 low;
        /// @dev WAD; B when there is no market price.
        uint256 high;
    }

    /// @dev The smallest discount seen on `day` (days since 1970) fell to `bps`, or was seen for the first time.
    event DiscountRecorded(address indexed token, uint256 indexed day, uint256 bps);

    /// @dev The issuer's rate cannot be read.
    error RateUnavailable(address token);

    /// @notice Records today's discount of `token`, in bps rounded down. Anyone, any time; the smallest of a day stays.
    /// Without a rate or a market price nothing is recorded: a day without a record counts as no discount.
    function record(address token) external;
    /// @notice d14, WAD: the smallest discount of today and the 13 days before; 0 while one of them has no record. A day has one
    /// from its first `record` on, so whoever needs d14 records first.
    function sustainedDiscount(address token) external view returns (uint256);
    /// @notice Prices of `token` in the quote asset. Reverts `RateUnavailable`.
    function lossPrices(address token) external view returns (Prices memory);
    /// @notice Same as `lossPrices`, but answers `ok = false` instead of reverting. As `record`, it reverts
    /// `IPriceRegistry.NotEnoughGas`, so nobody can make a source look dead.
    function tryLossPrices(address token) external view returns (Prices memory, bool ok);
}
