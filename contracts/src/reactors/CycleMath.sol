// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

uint256 constant WAD = 1e18;

/// @title Arithmetic of a cycle: schedule, relative price, coverage, health
library CycleMath {
    /// @dev Below, a relative price has fewer than four digits: its rounding would show against the 1% band.
    uint256 internal constant MIN_PRICE = 1e4;
    uint256 internal constant MAX_PRICE = 1e36;
    /// @dev Largest accepted price of one asset; with at most 24 decimals no product below overflows.
    uint256 internal constant MAX_ASSET_PRICE = type(uint96).max;

    /// @notice First scheduled time (`end` plus whole lengths) after `completion + length / 2`: however many cycles are
    /// overdue, one rollover catches up, and no cycle is shorter than half a length.
    function nextEnd(uint256 end, uint256 completion, uint256 length) internal pure returns (uint256) {
        return end + length * ((completion + length / 2 - end) / length + 1);
    }

    /// @notice Pair base units per token base unit, WAD, rounded down; 0 when it cannot be used: a price is missing or too
    /// large, or the result outside [MIN_PRICE, MAX_PRICE]. Never reverts for decimals <= 24.
    /// @param tokenPrice quote units per whole token, WAD; 0: none
    /// @param pairPrice the same of the pair asset
    function relativePrice(uint256 tokenPrice, uint256 tokenDecimals, uint256 pairPrice, uint256 pairDecimals)
        internal
        pure
        returns (uint256 price)
    {
        if (tokenPrice == 0 || pairPrice == 0) return 0;
        if (tokenPrice > MAX_ASSET_PRICE || pairPrice > MAX_ASSET_PRICE) return 0;
        price = Math.mulDiv(tokenPrice * 10 ** pairDecimals, WAD, pairPrice * 10 ** tokenDecimals);
        if (price < MIN_PRICE || price > MAX_PRICE) return 0;
    }

    /// @notice q = min(1, assets / supply), WAD, rounded down (for those who stay); 1 without supply.
    function coverage(uint256 assets, uint256 supply) internal pure returns (uint256) {
        if (assets >= supply) return WAD;
        return Math.mulDiv(assets, WAD, supply);
    }

    /// @notice RH = 1 + R / dep0, WAD, rounded toward zero in the quotient; 1 while nothing is deployed.
    function health(int256 reserve, uint256 dep0) internal pure returns (int256) {
        // Amounts of tokens stay far below 2^255.
        // forge-lint: disable-next-line(unsafe-typecast)
        int256 one = int256(WAD);
        // Amounts of tokens stay far below 2^255.
        // forge-lint: disable-next-line(unsafe-typecast)
        return dep0 == 0 ? one : one + reserve * one / int256(dep0);
    }

    /// @notice |spot / oracle - 1| <= tolerance (WAD).
    function inBand(uint256 spot, uint256 oracle, uint256 tolerance) internal pure returns (bool) {
        uint256 difference = spot > oracle ? spot - oracle : oracle - spot;
        return difference <= Math.mulDiv(oracle, tolerance, WAD);
    }
}
