// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IPriceRegistry} from "../../../src/pricing/IPriceRegistry.sol";

/// @dev Prices at will; an asset can be made stale, and one that burns all gas it gets.
contract PriceRegistryMock is IPriceRegistry {
    address public immutable quote;
    mapping(address token => uint256) private _prices;
    mapping(address token => bool) public stale;
    bool public burning;

    constructor(address quote_) {
        quote = quote_;
        _prices[quote_] = 1e18;
    }

    function set(address token, uint256 value) external {
        _prices[token] = value;
    }

    function setStale(address token, bool value) external {
        stale[token] = value;
    }

    function setBurning(bool value) external {
        burning = value;
    }

    function source(address) external pure returns (Source memory s) {
        return s;
    }

    function price(address token) public view returns (uint256) {
        require(!stale[token] && _prices[token] != 0, StalePrice(token));
        return _prices[token];
    }

    function tryPrice(address token) external view returns (uint256 market, bool ok) {
        if (burning) {
            assembly {
                invalid()
            }
        }
        ok = !stale[token] && _prices[token] != 0;
        market = ok ? _prices[token] : 0;
    }

    function legPrices(address token) external view returns (uint256, uint256, bool) {
        return (0, _prices[token], !stale[token]);
    }

    function setSource(address, address, uint32, address) external {}
}
