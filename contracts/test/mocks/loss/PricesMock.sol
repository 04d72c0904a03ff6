// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @notice What loss prices ask of a registry: issuer rate and market price at will, 0 when missing.
contract PricesMock {
    struct Both {
        uint256 rate;
        uint256 market;
    }

    address public immutable quote;
    mapping(address token => Both) private _prices;

    constructor(address quote_) {
        quote = quote_;
    }

    function set(address token, uint256 rate, uint256 market) external {
        _prices[token] = Both(rate, market);
    }

    function legPrices(address token) external view returns (uint256, uint256, bool) {
        if (token == quote) return (1e18, 1e18, true);
        Both memory both = _prices[token];
        return (both.rate, both.market, both.rate != 0 && both.market != 0);
    }
}
