// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {WAD} from "./CycleMath.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title From targets to venue units
/// @notice A position ends at `min` over both sides of target / (amount per unit) at the oracle price of the move. What the
/// move itself takes from the reserve R (the price has moved since the mark, the pool's spot is not the oracle's price) also
/// takes V times as much from what may be deployed, so each position pays for its own loss out of its own target: the
/// guardrails then hold on the sum, whatever the order of the moves.
library MoveMath {
    /// @dev Amounts per unit are taken of so many units.
    uint256 internal constant PROBE = 1e18;
    /// @dev Base units a move may lose to rounding on one side: the venue's ceiling and two floors of marks.
    uint256 internal constant ROUNDING = 3;
    /// @dev Base units of either side below which nothing is ordered: venues refuse to pay out less than one unit, and a dust
    /// removal that reverts would hold up the cycle. A smaller position than this stays where it is.
    uint256 internal constant MIN_ORDER = 100;

    /// @dev One side of a position.
    struct Side {
        uint256 target;
        /// @dev Amount at the last mark.
        uint256 marked;
        /// @dev Of PROBE units at the oracle price.
        uint256 atOracle;
        /// @dev Of PROBE units at the pool's spot price: what adding costs and removing brings.
        uint256 atSpot;
    }

    /// @notice Change of units; 0 where less than MIN_ORDER is to be moved.
    /// @param units held now
    /// @param multiple V, WAD
    function change(uint256 units, uint256 multiple, Side memory token, Side memory pair)
        internal
        pure
        returns (int256)
    {
        (uint256 addToken, uint256 removeToken) = _oneSide(units, multiple, token);
        (uint256 addPair, uint256 removePair) = _oneSide(units, multiple, pair);
        uint256 least = Math.max(_leastUnits(token.atOracle), _leastUnits(pair.atOracle));
        uint256 removed = Math.max(removeToken, removePair);
        if (removed == 0) {
            uint256 added = Math.min(addToken, addPair);
            // Amounts of tokens stay far below 2^255.
            // forge-lint: disable-next-line(unsafe-typecast)
            return added < least ? int256(0) : int256(added);
        }
        if (units < least) return 0;
        removed = Math.max(removed, least);
        // No remainder that could never be removed.
        // Amounts of tokens stay far below 2^255.
        // forge-lint: disable-next-line(unsafe-typecast)
        return removed + least > units ? -int256(units) : -int256(removed);
    }

    function _leastUnits(uint256 perProbe) private pure returns (uint256) {
        return Math.ceilDiv(MIN_ORDER * PROBE, perProbe);
    }

    /// @notice Most that adding may cost, rounded up, or least that removing must bring, rounded down, for one side.
    /// @param perProbe amount of PROBE units at the oracle price
    function limit(int256 change_, uint256 perProbe, uint256 tolerance) internal pure returns (uint256) {
        if (change_ < 0) {
            // The sign was looked at.
            // forge-lint: disable-next-line(unsafe-typecast)
            return Math.mulDiv(Math.mulDiv(uint256(-change_), perProbe, PROBE), WAD - tolerance, WAD);
        }
        // The sign was looked at.
        // forge-lint: disable-next-line(unsafe-typecast)
        uint256 fair = Math.mulDiv(uint256(change_), perProbe, PROBE, Math.Rounding.Ceil);
        return Math.mulDiv(fair, WAD + tolerance, WAD, Math.Rounding.Ceil);
    }

    /// @dev Room for more units, rounded down, or units over the target, rounded up; at least one of the two is 0.
    function _oneSide(uint256 units, uint256 multiple, Side memory side)
        private
        pure
        returns (uint256 add, uint256 remove)
    {
        // A loss also raises the deployed LP part one to one, which weighs more where V < 1.
        uint256 weight = Math.max(multiple, WAD);
        uint256 held = Math.mulDiv(units, side.atOracle, PROBE);
        uint256 loss = Math.saturatingSub(side.marked, held) + ROUNDING;
        uint256 budget = Math.saturatingSub(side.target, Math.mulDiv(loss, weight, WAD, Math.Rounding.Ceil));
        if (budget == 0) return (0, units);
        if (held <= budget) {
            uint256 lossPerUnit = Math.saturatingSub(side.atSpot, side.atOracle);
            uint256 cost = side.atOracle + 1 + Math.mulDiv(lossPerUnit, weight, WAD, Math.Rounding.Ceil);
            return (Math.mulDiv(budget - held, PROBE, cost), 0);
        }
        uint256 lostPerUnit =
            Math.mulDiv(Math.saturatingSub(side.atOracle, side.atSpot), weight, WAD, Math.Rounding.Ceil);
        if (lostPerUnit >= side.atOracle) return (0, units);
        remove = Math.mulDiv(held - budget, PROBE, side.atOracle - lostPerUnit, Math.Rounding.Ceil);
        return (0, Math.min(remove, units));
    }
}
