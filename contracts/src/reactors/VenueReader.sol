// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IPriceRegistry} from "../pricing/IPriceRegistry.sol";
import {CycleMath, WAD} from "./CycleMath.sol";
import {ICycleManager, PositionState} from "./ICycleManager.sol";
import {IPairVenue} from "./IPairVenue.sol";
import {IReactor} from "./IReactor.sol";
import {MoveMath} from "./MoveMath.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title What is read of reactors and venues: fitness for listing, what a position holds, the order that brings it to its target
/// @notice Reads prices and venues and reverts when they cannot be used; the cycle manager decides what a failure means.
/// Keeps nothing and holds nothing.
contract VenueReader {
    /// @dev Price: pair base units per token base unit, WAD.
    struct Mark {
        uint256 price;
        uint256 tokenAmount;
        uint256 pairAmount;
        /// @dev Pair amount beside a token amount in the venue at that price, WAD.
        uint256 pairPerToken;
    }

    /// @dev change > 0: add so many units for at most the limits; < 0: remove for at least the limits.
    struct Order {
        int256 change;
        uint256 price;
        uint256 tokenLimit;
        uint256 pairLimit;
    }

    /// @notice Largest |spot / oracle - 1| an order is given at, and most it may cost beyond the oracle, WAD.
    uint256 public constant TOLERANCE = 0.01e18;
    /// @notice Largest amount believed of a venue: Uniswap's own bound; sums over all positions stay far below 2^128.
    uint256 public constant MAX_AMOUNT = type(uint112).max;
    /// @notice Beyond, the arithmetic of prices could overflow.
    uint256 public constant MAX_DECIMALS = 24;

    IPriceRegistry public immutable prices;

    /// @notice The prices, or what the venue says at them, cannot be used.
    error NoReading(address adapter);

    constructor(IPriceRegistry prices_) {
        prices = prices_;
    }

    /// @notice What a position of the calling manager holds at the given asset prices.
    /// @param tokenPrice quote units per whole token, WAD; 0: none
    function mark(uint256 positionId, uint256 tokenPrice, uint256 pairPrice)
        external
        view
        returns (Mark memory reading)
    {
        PositionState memory p = ICycleManager(msg.sender).positionState(positionId);
        IPairVenue adapter = IPairVenue(p.adapter);
        reading.price = _relativePrice(adapter, tokenPrice, pairPrice);
        (uint256 tokenProbe, uint256 pairProbe) = _quantities(adapter, MoveMath.PROBE, reading.price);
        require(tokenProbe != 0, NoReading(address(adapter)));
        reading.pairPerToken = Math.mulDiv(pairProbe, WAD, tokenProbe);
        if (p.units != 0) (reading.tokenAmount, reading.pairAmount) = _quantities(adapter, p.units, reading.price);
    }

    /// @notice The order that brings a position of the calling manager to its targets, at the prices of now.
    function order(uint256 positionId) external view returns (Order memory o) {
        PositionState memory p = ICycleManager(msg.sender).positionState(positionId);
        IPairVenue adapter = IPairVenue(p.adapter);
        MoveMath.Side memory token = MoveMath.Side(p.tokenTarget, p.tokenAmount, 0, 0);
        MoveMath.Side memory pair = MoveMath.Side(p.pairTarget, p.pairAmount, 0, 0);
        o.price = _relativePrice(adapter, prices.price(adapter.token()), prices.price(adapter.pair()));
        (token.atOracle, pair.atOracle) = _quantities(adapter, MoveMath.PROBE, o.price);
        (token.atSpot, pair.atSpot) = (token.atOracle, pair.atOracle);
        o.change = MoveMath.change(p.units, p.multiple, token, pair);
        if (o.change == 0) return o;

        uint256 spot = adapter.spotPrice();
        require(CycleMath.inBand(spot, o.price, TOLERANCE), ICycleManager.PriceOutOfBand(spot, o.price));
        (token.atSpot, pair.atSpot) = _quantities(adapter, MoveMath.PROBE, spot);
        o.change = MoveMath.change(p.units, p.multiple, token, pair);
        o.tokenLimit = MoveMath.limit(o.change, token.atOracle, TOLERANCE);
        o.pairLimit = MoveMath.limit(o.change, pair.atOracle, TOLERANCE);
    }

    /// @notice The asset of a reactor that belongs to `manager`; zero for one that cannot be listed.
    function assetOf(IReactor reactor, address manager) external view returns (address asset) {
        if (reactor.manager() != manager) return address(0);
        asset = reactor.asset();
        if (IERC20Metadata(asset).decimals() > MAX_DECIMALS) return address(0);
    }

    /// @notice The pool of an adapter that belongs to `manager` and trades exactly these assets; zero otherwise.
    function poolOf(IPairVenue adapter, address manager, address token, address pair) external view returns (address) {
        bool fits = adapter.owner() == manager && adapter.token() == token && adapter.pair() == pair;
        return fits ? adapter.pool() : address(0);
    }

    function _relativePrice(IPairVenue adapter, uint256 tokenPrice, uint256 pairPrice)
        private
        view
        returns (uint256 price)
    {
        uint256 tokenDecimals = IERC20Metadata(adapter.token()).decimals();
        uint256 pairDecimals = IERC20Metadata(adapter.pair()).decimals();
        price = CycleMath.relativePrice(tokenPrice, tokenDecimals, pairPrice, pairDecimals);
        require(price != 0, NoReading(address(adapter)));
    }

    function _quantities(IPairVenue adapter, uint256 units, uint256 price)
        private
        view
        returns (uint256 tokenAmount, uint256 pairAmount)
    {
        (tokenAmount, pairAmount) = adapter.quantities(units, price);
        // Of a probe too: it is of the size of a position or smaller only where amounts are far below the bound.
        require(tokenAmount <= MAX_AMOUNT && pairAmount <= MAX_AMOUNT, NoReading(address(adapter)));
    }
}
