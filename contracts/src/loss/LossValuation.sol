// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IDestination} from "../destinations/IDestination.sol";
import {ILMP} from "../lmp/ILMP.sol";
import {Positions} from "../lmp/Positions.sol";
import {ILossPrices} from "../pricing/ILossPrices.sol";
import {ILossLedger} from "./ILossLedger.sol";

/// @title What a vault's destinations are worth at loss prices
/// @notice Destinations are foreign to the ledger. Each is asked with a fixed gas stipend and at most the expected words are read, so
/// none can revert, exhaust or bloat the caller; whoever leaves too little gas for a full stipend gets `NotEnoughGas`, so nobody
/// can make a healthy destination look dead.
library LossValuation {
    /// @dev Gas of the two questions.
    uint256 private constant LEGS_GAS = 60_000;
    uint256 private constant VALUES_GAS = Positions.PROBE_GAS;
    /// @dev Spent between the check and the call, and left for this contract when a probe has spent everything.
    uint256 private constant RESERVE_GAS = 20_000;
    uint256 private constant MAX_LEGS = 5;

    /// @dev A destination with units of the vault.
    struct Holding {
        address destination;
        uint256 units;
        /// @dev Empty when it does not say.
        address[] legs;
    }

    struct Value {
        uint256 high;
        /// @dev 0 without `hasMarket`.
        uint256 low;
        /// @dev At issuer rates.
        uint256 backing;
        /// @dev Every leg has a market price.
        bool hasMarket;
    }

    /// @notice Destinations of `vault` in which it has units.
    function holdings(ILMP vault) internal view returns (Holding[] memory held) {
        address[] memory list = vault.destinations();
        held = new Holding[](list.length);
        uint256 count;
        for (uint256 i; i < list.length; ++i) {
            uint256 units = vault.destinationState(list[i]).units;
            if (units != 0) held[count++] = Holding(list[i], units, _legs(list[i]));
        }
        assembly ("memory-safe") {
            mstore(held, count)
        }
    }

    /// @notice One destination of `vault`; without units it has no legs and is worth nothing.
    function holding(ILMP vault, address destination) internal view returns (Holding memory h) {
        (h.destination, h.units) = (destination, vault.destinationState(destination).units);
        if (h.units != 0) h.legs = _legs(destination);
    }

    /// @return v zero unless `ok`
    /// @return ok the destination and all issuers answer in form and range
    function value(Holding memory h, ILossPrices prices) internal view returns (Value memory v, bool ok) {
        if (h.units == 0) return (v, true);
        if (h.legs.length == 0) return (v, false);
        uint256[][] memory sets = new uint256[][](3);
        (sets[0], sets[1], sets[2], v.hasMarket, ok) = _prices(h.legs, prices);
        if (!ok) return (v, false);
        if (!v.hasMarket) sets[1] = sets[0];
        (v.high, v.low, v.backing, ok) = _values(h, sets);
        if (!ok) delete v;
        if (!v.hasMarket) v.low = 0;
    }

    function _prices(address[] memory legs, ILossPrices prices)
        private
        view
        returns (uint256[] memory high, uint256[] memory low, uint256[] memory rate, bool hasMarket, bool ok)
    {
        uint256 n = legs.length;
        (high, low, rate, hasMarket) = (new uint256[](n), new uint256[](n), new uint256[](n), true);
        for (uint256 i; i < n; ++i) {
            ILossPrices.Prices memory p;
            (p, ok) = prices.tryLossPrices(legs[i]);
            if (!ok) break;
            (high[i], low[i], rate[i]) = (p.high, p.low, p.rate);
            if (p.low == 0) hasMarket = false;
        }
    }

    function _legs(address destination) private view returns (address[] memory legs) {
        uint256[2 + MAX_LEGS] memory words;
        (bool ok, uint256 size) = _probe(destination, LEGS_GAS, abi.encodeCall(IDestination.legs, ()), words);
        uint256 n = words[1];
        if (!ok || words[0] != 32 || n > MAX_LEGS || size < (2 + n) * 32) return legs;
        legs = new address[](n);
        for (uint256 i; i < n; ++i) {
            if (words[2 + i] > type(uint160).max) return new address[](0);
            legs[i] = address(uint160(words[2 + i]));
        }
    }

    function _values(Holding memory h, uint256[][] memory sets)
        private
        view
        returns (uint256 a, uint256 b, uint256 c, bool ok)
    {
        uint256[2 + MAX_LEGS] memory words;
        uint256 size;
        (ok, size) = _probe(h.destination, VALUES_GAS, abi.encodeCall(IDestination.valuesAt, (h.units, sets)), words);
        (a, b, c) = (words[2], words[3], words[4]);
        // As in the vault's own book: larger answers are no values.
        uint256 most = Positions.MAX_VALUE;
        ok = ok && size >= 160 && words[0] == 32 && words[1] == 3 && a <= most && b <= most && c <= most;
    }

    /// @dev Reads at most the words given.
    function _probe(address target, uint256 stipend, bytes memory question, uint256[2 + MAX_LEGS] memory words)
        private
        view
        returns (bool ok, uint256 size)
    {
        // A call gets at most 63/64 of what is left; below that the stipend would be cut silently.
        require(gasleft() >= stipend * 64 / 63 + RESERVE_GAS, ILossLedger.NotEnoughGas());
        assembly ("memory-safe") {
            ok := staticcall(stipend, target, add(question, 0x20), mload(question), words, 0xe0)
            size := returndatasize()
        }
    }
}
