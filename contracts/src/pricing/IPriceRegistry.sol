// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @title Prices of tokens in one quote asset
/// @notice The single home of prices. Two independent sources per token: the issuer's own rate ("backing") and a market
/// feed ("market"). A price and a backing never come from the same source.
/// All prices are WAD: quote whole units per whole token. The quote asset itself is always 1e18.
interface IPriceRegistry {
    struct Source {
        /// @dev Chainlink aggregator (proxy) quoting the token in the quote asset; never zero.
        address feed;
        /// @dev Oldest accepted answer, seconds.
        uint32 maxAge;
        /// @dev Decimals of the feed, read once when the source is set.
        uint8 feedDecimals;
        /// @dev Issuer rate (`getRate()`, WAD). Zero: the token has no issuer rate (a plain stablecoin) and its backing is 1.
        address issuer;
    }

    event SourceSet(address indexed token, address feed, uint32 maxAge, uint8 feedDecimals, address issuer);

    error UnknownToken(address token);
    error StalePrice(address token);
    /// @dev Zero token or quote, zero maxAge, issuer equal to the feed, more than 36 decimals, or a source without an answer.
    error InvalidSource(address token);
    /// @dev Too little gas to ask a source with its full stipend; nothing is said about the source.
    error NotEnoughGas();

    /// @notice The asset prices are expressed in (WETH).
    function quote() external view returns (address);

    function source(address token) external view returns (Source memory);

    /// @notice Market price. Reverts `UnknownToken` or `StalePrice` (too old, zero, negative, from the future, feed reverts).
    function price(address token) external view returns (uint256);

    /// @notice Same as `price`, but answers `ok = false` instead of reverting (`NotEnoughGas` still reverts).
    function tryPrice(address token) external view returns (uint256 market, bool ok);

    /// @notice Issuer rate and market price of a token.
    /// @return backing issuer rate; 0 if it cannot be read
    /// @return market market price; 0 if it cannot be read
    /// @return ok both could be read and are fresh
    function legPrices(address token) external view returns (uint256 backing, uint256 market, bool ok);

    /// @notice Registers or replaces the sources of a token. Restricted, delayed.
    function setSource(address token, address feed, uint32 maxAge, address issuer) external;
}
