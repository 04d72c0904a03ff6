// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @title Arithmetic of losses
/// @notice Values in base units of the asset; per share in WAD of asset per share. Every rounding is against a loss being
/// counted: high up, low down, mark down, loss down, threshold up.
library LossMath {
    using FixedPointMathLib for uint256;

    uint256 internal constant WAD = 1e18;
    /// @dev Per-share values saturate here: a million assets per share. Saturated, `high` is not below any mark.
    uint256 internal constant MAX_PER_SHARE = type(uint80).max;
    /// @dev The threshold is one part in this many of mark * supply.
    uint256 internal constant THRESHOLD_INVERSE = 100;
    /// @dev Part of what leaves a closing destination that a discount may cost before it is a loss, inverse.
    uint256 private constant TOLERATED_INVERSE = 20;

    /// @notice A rebalance: everything is as of the ends of it, the middle belongs to the solver.
    struct Rebalance {
        /// @dev idle + high of the touched destinations, base units.
        uint256 highBefore;
        uint256 highAfter;
        uint256 markBefore;
        uint256 supplyBefore;
        uint256 supplyAfter;
        /// @dev c, base units.
        uint256 counted;
    }

    function perShareUp(uint256 value, uint256 supply) internal pure returns (uint256) {
        return value.fullMulDivUp(WAD, supply).min(MAX_PER_SHARE);
    }

    function perShareDown(uint256 value, uint256 supply) internal pure returns (uint256) {
        return value.fullMulDiv(WAD, supply).min(MAX_PER_SHARE);
    }

    /// @notice max(0, mark - high) * supply, base units, rounded down.
    function lossDown(uint256 mark, uint256 high, uint256 supply) internal pure returns (uint256) {
        return mark.zeroFloorSub(high).fullMulDiv(supply, WAD);
    }

    /// @notice 1% of mark * supply, base units, rounded up.
    function thresholdUp(uint256 mark, uint256 supply) internal pure returns (uint256) {
        return mark.fullMulDivUp(supply, THRESHOLD_INVERSE * WAD);
    }

    /// @notice Whether a loss is one that freezes and may be reported. No loss never is.
    function isAbove(uint256 mark, uint256 high, uint256 supply) internal pure returns (bool) {
        uint256 loss = lossDown(mark, high, supply);
        return loss != 0 && loss >= thresholdUp(mark, supply);
    }

    /// @notice c of an exit from closing destinations: V * max(0, (1 - came/V) - 5%) = max(0, V - came - 5% * V), rounded down.
    /// @param moved V, what went out at issuer rates
    /// @param came what came in at high prices
    function closingLossDown(uint256 moved, uint256 came) internal pure returns (uint256) {
        return moved.zeroFloorSub(came).zeroFloorSub(moved.divUp(TOLERATED_INVERSE));
    }

    /// @notice Whether a rebalance can lower the mark at all: the untouched destinations need no valuation otherwise.
    function fell(Rebalance memory r) internal pure returns (bool) {
        return r.highAfter < r.highBefore;
    }

    /// @notice high after + loss before + c, per share, rounded down.
    /// @param untouched high of all other destinations, base units, the same before and after
    function ceilingDown(Rebalance memory r, uint256 untouched) internal pure returns (uint256) {
        uint256 highBefore = perShareUp(r.highBefore + untouched, r.supplyBefore);
        uint256 lossBefore = lossDown(r.markBefore, highBefore, r.supplyBefore);
        return perShareDown(r.highAfter + untouched + lossBefore + r.counted, r.supplyAfter);
    }

    /// @notice mark - (fall of the touched part) + c, per share, rounded down: never above `ceilingDown`, whatever the rest is worth.
    function floorDown(Rebalance memory r) internal pure returns (uint256) {
        uint256 marked = r.markBefore.fullMulDiv(r.supplyBefore, WAD);
        // What `ceilingDown` loses at the most by rounding the loss before.
        uint256 lost = r.highBefore - r.highAfter + r.supplyBefore.divUp(WAD) + 1;
        return perShareDown((marked + r.counted).zeroFloorSub(lost), r.supplyAfter);
    }
}
