// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {LibBit} from "solady/utils/LibBit.sol";

/// @dev What user paths read and hardly ever write, in one word, so that they read it once: from the low end cap (96 bits, base units
/// of the asset), valuedAt (32, last report, unix seconds), feeBps (16), managementFeeBps (16, per year), flags (8), lossMark
/// (80, WAD of asset per share).
type Config is uint256;

using Configs for Config global;

/// @title Fields of a vault's configuration word
/// @notice The `with` functions take values within their range; the callers bound them.
library Configs {
    uint256 internal constant MAX_LOSS_MARK = type(uint80).max;

    uint256 private constant VALUED_AT = 96;
    uint256 private constant FEE_BPS = 128;
    uint256 private constant MANAGEMENT_FEE_BPS = 144;
    uint256 private constant CLEAN = 160;
    uint256 private constant FROZEN = 161;
    uint256 private constant COVERED = 162;
    uint256 private constant STALE = 163;
    uint256 private constant LOSS_MARK = 168;

    function cap(Config c) internal pure returns (uint256) {
        return Config.unwrap(c) & type(uint96).max;
    }

    function valuedAt(Config c) internal pure returns (uint256) {
        return Config.unwrap(c) >> VALUED_AT & type(uint32).max;
    }

    function feeBps(Config c) internal pure returns (uint256) {
        return Config.unwrap(c) >> FEE_BPS & type(uint16).max;
    }

    function managementFeeBps(Config c) internal pure returns (uint256) {
        return Config.unwrap(c) >> MANAGEMENT_FEE_BPS & type(uint16).max;
    }

    /// @notice The last report valued every destination and found it safe.
    function isClean(Config c) internal pure returns (bool) {
        return Config.unwrap(c) >> CLEAN & 1 != 0;
    }

    /// @notice In the last report a destination had no good valuation for so long that its min counts 0.
    function isStale(Config c) internal pure returns (bool) {
        return Config.unwrap(c) >> STALE & 1 != 0;
    }

    /// @notice Entries are closed.
    function isFrozen(Config c) internal pure returns (bool) {
        return Config.unwrap(c) >> FROZEN & 1 != 0;
    }

    /// @notice The vault's cover is not 0: only then an entry reads it.
    function isCovered(Config c) internal pure returns (bool) {
        return Config.unwrap(c) >> COVERED & 1 != 0;
    }

    function lossMark(Config c) internal pure returns (uint256) {
        return Config.unwrap(c) >> LOSS_MARK & type(uint80).max;
    }

    function withCap(Config c, uint256 value) internal pure returns (Config) {
        return _with(c, 0, type(uint96).max, value);
    }

    function withFees(Config c, uint256 bps, uint256 managementBps) internal pure returns (Config) {
        return _with(c, FEE_BPS, type(uint32).max, managementBps << 16 | bps);
    }

    function withReport(Config c, uint256 valuedAt_, bool clean, bool stale) internal pure returns (Config) {
        c = _with(_with(c, VALUED_AT, type(uint32).max, valuedAt_), CLEAN, 1, LibBit.toUint(clean));
        return _with(c, STALE, 1, LibBit.toUint(stale));
    }

    function withLoss(Config c, bool frozen, bool covered) internal pure returns (Config) {
        return _with(_with(c, FROZEN, 1, LibBit.toUint(frozen)), COVERED, 1, LibBit.toUint(covered));
    }

    function withLossMark(Config c, uint256 value) internal pure returns (Config) {
        return _with(c, LOSS_MARK, MAX_LOSS_MARK, value);
    }

    function _with(Config c, uint256 offset, uint256 mask, uint256 value) private pure returns (Config) {
        return Config.wrap(Config.unwrap(c) & ~(mask << offset) | value << offset);
    }
}
