// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {WAD} from "./CycleMath.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title How much of a reactor may be deployed
/// @notice For the sum over all venues and pairs of a reactor, the reserve's part included:
///
///     (1) sum dep_v / V_v <= R        sum dep - R <= M * T        (token and pair side alike)
///     (4) a short pair side scales all positions by one factor
///     and idle keeps what open cohorts will be paid
///
/// DECREASES MAY BE SKIPPED, INCREASES NEVER REST ON THEM. A venue may fail when a position is to be reduced, and positions
/// move in any order; so what is added fits into the guardrails and into idle even if nothing is removed in the same cycle.
/// A shift from one venue to another takes two cycles.
///
/// All amounts in base units of the reactor's asset. Every rounding deploys less.
library Guardrails {
    struct Books {
        /// @dev R.
        int256 reserve;
        /// @dev T after the open cohorts have left.
        uint256 supply;
        uint256 idle;
        uint256 dep;
        /// @dev sum dep_v / V_v of all positions at their marks.
        uint256 floor;
        /// @dev Assets the open cohorts will be paid.
        uint256 need;
        /// @dev M, WAD.
        uint256 maxLpShare;
    }

    /// @dev What the positions of one reactor want, summed. `Floor`: each amount divided by its V.
    struct Wants {
        uint256 want;
        uint256 wantFloor;
        /// @dev Of positions that want more than they hold: the difference.
        uint256 growth;
        uint256 growthFloor;
        /// @dev Held by positions without a fresh mark; they stay as they are.
        uint256 stuck;
        uint256 stuckFloor;
        /// @dev A position has no fresh mark: nothing new is deployed.
        bool stale;
    }

    /// @notice dep / V rounded up: the reserve that `amount` in a venue of `multiple` (WAD) ties.
    function reserveFor(uint256 amount, uint256 multiple) internal pure returns (uint256) {
        return Math.mulDiv(amount, WAD, multiple, Math.Rounding.Ceil);
    }

    /// @notice Most that sum dep_v / V_v and sum dep may be.
    function caps(Books memory books) internal pure returns (uint256 floorCap, uint256 depCap) {
        if (books.reserve <= 0) return (0, 0);
        floorCap = uint256(books.reserve);
        uint256 lpPart = Math.mulDiv(books.supply, books.maxLpShare, WAD);
        depCap = Math.min(floorCap + lpPart, Math.saturatingSub(books.idle + books.dep, books.need));
    }

    /// @notice The largest equal amount in each of `count` positions that keeps the caps beside the stuck ones.
    /// @param inverses sum of 1/V of those positions, WAD, rounded up
    function equalShare(Books memory books, Wants memory wants, uint256 count, uint256 inverses)
        internal
        pure
        returns (uint256)
    {
        if (count == 0) return 0;
        (uint256 floorCap, uint256 depCap) = caps(books);
        // `reserveFor` rounds each position up by at most one base unit.
        uint256 floorRoom = Math.saturatingSub(floorCap, wants.stuckFloor + count);
        uint256 depRoom = Math.saturatingSub(depCap, wants.stuck);
        return Math.min(Math.mulDiv(floorRoom, WAD, inverses), depRoom / count);
    }

    /// @notice The one factor by which all wants are scaled, and the share of each wanted increase that may be carried out.
    /// @param tolerance an increase may cost this much more than planned, WAD
    /// @return scale WAD, <= 1
    /// @return grow WAD, <= 1
    function factors(Books memory books, Wants memory wants, uint256 tolerance)
        internal
        pure
        returns (uint256 scale, uint256 grow)
    {
        (uint256 floorCap, uint256 depCap) = caps(books);
        scale = Math.min(
            _ratio(Math.saturatingSub(floorCap, wants.stuckFloor), wants.wantFloor),
            _ratio(Math.saturatingSub(depCap, wants.stuck), wants.want)
        );
        if (wants.stale) return (scale, 0);
        uint256 spendable = Math.mulDiv(Math.saturatingSub(books.idle, books.need), WAD, WAD + tolerance);
        grow = Math.min(
            _ratio(Math.saturatingSub(floorCap, books.floor), wants.growthFloor),
            _ratio(Math.min(Math.saturatingSub(depCap, books.dep), spendable), wants.growth)
        );
    }

    /// @notice Target of one position. The sum of these over a reactor keeps the caps with or without the decreases:
    /// for scale <= 1, (scale * want - held)+ <= want - held, so `grow` times the wanted growth bounds every increase.
    function target(uint256 want, uint256 held, uint256 scale, uint256 grow) internal pure returns (uint256) {
        uint256 scaled = Math.mulDiv(want, scale, WAD);
        if (scaled <= held) return scaled;
        return Math.min(scaled, held + Math.mulDiv(want - held, grow, WAD));
    }

    /// @dev min(1, part / whole), WAD, rounded down.
    function _ratio(uint256 part, uint256 whole) private pure returns (uint256) {
        return part >= whole ? WAD : Math.mulDiv(part, WAD, whole);
    }
}
