// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Book} from "./ILMP.sol";
import {LeakyBucket} from "./LeakyBucket.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @title The vault's arithmetic
/// @notice Pure; the meaning of the terms is in LMP.sol. Amounts in base units of the asset, (x)+ = max(x, 0).
/// Every rounding is against the one who acts: for those who stay, and fees down.
/// Arithmetic is unchecked: amounts of the book fit 97 bits, the supply 117 (a share is worth 1e-6 at least where any is minted), what
/// a caller chooses is multiplied by `mulDiv`, which reverts, or was bounded before.
library LmpMath {
    using FixedPointMathLib for uint256;

    uint256 internal constant WAD = 1e18;
    uint256 internal constant BPS = 10_000;
    uint256 internal constant MAX_FEE_BPS = 3000;
    /// @dev Per year.
    uint256 internal constant MAX_MANAGEMENT_FEE_BPS = 200;
    /// @dev Most an in-kind exit leaves behind of its slice, WAD.
    uint256 internal constant MAX_KEEP = 0.01e18;
    /// @dev Entries stop when a share is worth less than one part in this many of an asset unit.
    uint256 internal constant MIN_PRICE_INVERSE = 1e6;
    /// @dev Entries and exits outside the block of a report: so much of V, and as much a day again.
    uint256 internal constant FLOW_CAPACITY = 5000;
    uint256 internal constant MILLION = 1e6;
    /// @dev Most a sale for an exit may bring less than the units' value, WAD. More than any destination's tolerance should be.
    uint256 internal constant EXIT_SLIPPAGE = 0.01e18;
    /// @dev What rebalances may lose, WAD of V, and by how much a day it refills.
    uint256 internal constant LOSS_CAPACITY = 0.001e18;
    uint256 internal constant LOSS_REFILL = 0.00005e18;
    uint256 internal constant YEAR = 365 days;
    /// @dev For at most so long back a management fee is paid.
    uint256 internal constant MAX_ELAPSED = 30 days;

    /* VALUES OF THE BOOK */

    /// @notice V = idle + sumSafe.
    function grossValue(Book memory b) internal pure returns (uint256) {
        // Both fit 96 bits.
        unchecked {
            return b.idle + b.sumSafe;
        }
    }

    /// @notice R = V - L.
    function releasedValue(Book memory b) internal pure returns (uint256) {
        unchecked {
            return grossValue(b).zeroFloorSub(b.locked);
        }
    }

    /// @notice ENTRY = idle + sumMax - phi*(V - M)+ of a book that has lost `loss`, at most 1/300 of V; rounded up.
    function entryValueUp(Book memory b, uint256 feeBps, uint256 loss) internal pure returns (uint256) {
        // Amounts fit 97 bits; loss and fee are parts of V, which idle + sumMax is not below.
        unchecked {
            return b.idle + b.sumMax - loss - feeDown(grossValue(b).zeroFloorSub(b.mark + loss), feeBps);
        }
    }

    /// @notice EXIT = idle + sumMin - L - phi*(R - M)+, rounded down, never below 0.
    function exitValueDown(Book memory b, uint256 feeBps) internal pure returns (uint256) {
        unchecked {
            return (b.idle + b.sumMin).zeroFloorSub(b.locked)
                .zeroFloorSub(feeUp(releasedValue(b).zeroFloorSub(b.mark), feeBps));
        }
    }

    /// @notice totalAssets = R - phi*(R - M)+, rounded down.
    function totalValueDown(Book memory b, uint256 feeBps) internal pure returns (uint256) {
        unchecked {
            uint256 released = releasedValue(b);
            return released - feeUp(released.zeroFloorSub(b.mark), feeBps);
        }
    }

    /// @notice V - phi*(V - M)+, rounded up: what all shares are worth to the fee, which is paid in shares at this price.
    function feeShareValueUp(Book memory b, uint256 feeBps) internal pure returns (uint256) {
        unchecked {
            uint256 gross = grossValue(b);
            return gross - feeDown(gross.zeroFloorSub(b.mark), feeBps);
        }
    }

    function feeDown(uint256 profit, uint256 feeBps) internal pure returns (uint256) {
        // A profit fits 97 bits, feeBps 14.
        unchecked {
            return profit * feeBps / BPS;
        }
    }

    function feeUp(uint256 profit, uint256 feeBps) internal pure returns (uint256) {
        unchecked {
            return profit.mulDivUp(feeBps, BPS);
        }
    }

    /// @notice rate * time * R, rounded down.
    /// @param bps per year, at most 200
    /// @param elapsed seconds
    function managementFeeDown(uint256 released, uint256 bps, uint256 elapsed) internal pure returns (uint256) {
        unchecked {
            return released * bps * elapsed.min(MAX_ELAPSED) / (BPS * YEAR);
        }
    }

    /* CONVERSIONS, with one virtual share and one virtual base unit; absurd amounts revert `MulDivFailed` */

    function sharesDown(uint256 assets, uint256 value, uint256 supply) internal pure returns (uint256) {
        unchecked {
            return assets.mulDiv(supply + 1, value + 1);
        }
    }

    function sharesUp(uint256 assets, uint256 value, uint256 supply) internal pure returns (uint256) {
        unchecked {
            return assets.mulDivUp(supply + 1, value + 1);
        }
    }

    function assetsDown(uint256 shares, uint256 value, uint256 supply) internal pure returns (uint256) {
        unchecked {
            return shares.mulDiv(value + 1, supply + 1);
        }
    }

    function assetsUp(uint256 shares, uint256 value, uint256 supply) internal pure returns (uint256) {
        unchecked {
            return shares.mulDivUp(value + 1, supply + 1);
        }
    }

    /// @notice Most shares that are paid at most `assets`: floor(shares * (value + 1)/(supply + 1)) <= assets.
    function sharesFor(uint256 assets, uint256 value, uint256 supply) internal pure returns (uint256) {
        unchecked {
            return ((assets + 1) * (supply + 1) - 1) / (value + 1);
        }
    }

    /// @notice Whether shares are worth so little that an entry would be mostly rounding.
    function isPriceTooLow(uint256 entryValue, uint256 supply) internal pure returns (bool) {
        // ENTRY with its cover fits 129 bits.
        unchecked {
            return (entryValue + 1) * MIN_PRICE_INVERSE < supply + 1;
        }
    }

    /* LIMITS */

    /// @notice What the flow budget leaves of V, rounded down.
    function flowRoom(Book memory b) internal view returns (uint256) {
        unchecked {
            return (FLOW_CAPACITY - _flowUsed(b)) * grossValue(b) / MILLION;
        }
    }

    /// @notice The level of the flow budget once `assets`, within its room, have flowed: each flow counts a millionth at least.
    function flowAfter(Book memory b, uint256 assets) internal view returns (uint256) {
        unchecked {
            return _flowUsed(b) + (assets * MILLION).divUp(grossValue(b));
        }
    }

    function _flowUsed(Book memory b) private view returns (uint256) {
        unchecked {
            return LeakyBucket.level(b.flow, b.flowAt, FLOW_CAPACITY, block.timestamp);
        }
    }

    /// @notice What is used of the loss bucket now, WAD of V.
    /// @param bucket from the low end the level (64 bits) and since when it is that (unix seconds)
    function lossUsed(uint256 bucket) internal view returns (uint256) {
        // The cut is meant.
        // forge-lint: disable-next-line(unsafe-typecast)
        return LeakyBucket.level(uint64(bucket), bucket >> 64, LOSS_REFILL, block.timestamp);
    }

    /// @notice What rebalances may still lose of V, rounded down.
    /// @param bucket as of lossUsed
    function lossRoom(uint256 bucket, uint256 gross) internal view returns (uint256) {
        unchecked {
            return (LOSS_CAPACITY - lossUsed(bucket)) * gross / WAD;
        }
    }

    /// @notice Least an exit is paid: what idle pays in full, of the rest all but the slippage; rounded down.
    function exitFloor(uint256 owed, uint256 idle) internal pure returns (uint256) {
        unchecked {
            return owed <= idle ? owed : idle + (owed - idle).mulDiv(WAD - EXIT_SLIPPAGE, WAD);
        }
    }

    /* THE MARK UNDER FLOWS, rounded up: a higher mark is less fee */

    /// @notice Above the mark M + a; below it each share brings its part of the mark, but M never ends below V + a.
    /// @param gross V before the flow
    /// @param supply before the flow
    function markAfterEntry(uint256 mark, uint256 gross, uint256 assets, uint256 shares, uint256 supply)
        internal
        pure
        returns (uint256)
    {
        unchecked {
            if (gross >= mark) return mark + assets;
            // The first shares own the whole book: nobody's old high-water mark is theirs.
            if (supply == 0) return gross + assets;
            return (mark + mark.mulDivUp(shares, supply)).max(gross + assets);
        }
    }

    /// @notice Above the mark M - a; below it each share takes its part of the mark, but M never ends below V - a.
    /// a = leaving - unlocked: what V falls by less what the leaver's part of the lock falls by (0 but for in-kind exits).
    /// @param gross V before the flow
    /// @param supply before the flow
    function markAfterExit(
        uint256 mark,
        uint256 gross,
        uint256 leaving,
        uint256 unlocked,
        uint256 shares,
        uint256 supply
    ) internal pure returns (uint256) {
        unchecked {
            if (gross >= mark) return (mark + unlocked).zeroFloorSub(leaving);
            return (mark - mark.mulDiv(shares, supply)).max((gross + unlocked).zeroFloorSub(leaving));
        }
    }

    /// @notice mark + delta, within 0 and the largest number.
    function moved(uint256 mark, int256 delta) internal pure returns (uint256) {
        unchecked {
            uint256 size = FixedPointMathLib.abs(delta);
            return delta < 0 ? mark.zeroFloorSub(size) : mark.saturatingAdd(size);
        }
    }

    /* THE LOSS MARK, rounded down: a lower mark is less loss. Mark in WAD of asset per share. */

    /// @notice Whether an entry pays less than the mark for a share.
    function isBelow(uint256 lossMark, uint256 assets, uint256 shares) internal pure returns (bool) {
        unchecked {
            return assets * WAD < shares * lossMark;
        }
    }

    /// @notice Each entrant brings what he paid: mean of the mark and his price, weighted by shares.
    /// @param supply before the flow
    function lossMarkAfterEntryDown(uint256 lossMark, uint256 assets, uint256 shares, uint256 supply)
        internal
        pure
        returns (uint256)
    {
        unchecked {
            return (lossMark * supply + assets * WAD) / (supply + shares);
        }
    }

    /// @notice Fee shares bring nothing.
    /// @param supply before the fee
    function lossMarkAfterFeeDown(uint256 lossMark, uint256 shares, uint256 supply) internal pure returns (uint256) {
        unchecked {
            return lossMark * supply / (supply + shares);
        }
    }

    /* EXIT IN KIND */

    /// @notice k = min(L/X, 1%) with X = idle + sumMin, rounded up, and T = (L - k*X)+ * shares/(supply + 1), rounded up.
    /// @return keep k, the part of the slice that stays for the profit still locked, WAD
    /// @return unlocked T, what leaves the lock with the leaver
    function inKindTerms(Book memory b, uint256 shares, uint256 supply)
        internal
        pure
        returns (uint256 keep, uint256 unlocked)
    {
        unchecked {
            uint256 exitable = b.idle + b.sumMin;
            keep = exitable == 0 ? MAX_KEEP : b.locked.mulDivUp(WAD, exitable).min(MAX_KEEP);
            unlocked = b.locked.zeroFloorSub(exitable.mulDiv(keep, WAD)).mulDivUp(shares, supply + 1);
        }
    }

    /// @notice balance * shares/(supply + 1) * (1 - k), rounded down.
    function sliceDown(uint256 balance, uint256 shares, uint256 supply, uint256 keep) internal pure returns (uint256) {
        unchecked {
            return balance.fullMulDiv(shares * (WAD - keep), (supply + 1) * WAD);
        }
    }
}
