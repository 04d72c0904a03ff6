// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IDestination} from "../destinations/IDestination.sol";
import {Book, DestinationState, ILMP} from "./ILMP.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @dev Three slots. Values are those of the last good valuation, scaled when units leave.
struct Position {
    uint128 units;
    uint96 backing;
    /// @dev Last good valuation (valued and safe).
    uint32 valuedAt;
    uint96 safe;
    uint96 spot;
    /// @dev Last time it was found unsafe or could not be valued, other than from inside a call of its venue.
    uint32 unsafeAt;
    /// @dev The last valuation was good.
    bool ok;
    /// @dev Had no good valuation for MAX_AGE: its min counts 0.
    bool stale;
    /// @dev Place in the list of destinations, from 1; 0: not in it.
    uint8 index;
    /// @dev Since when only exits out of it are possible, unix seconds; 0: open.
    uint32 closingAt;
    /// @dev What leaving it may cost when the ramp has ended, WAD of its last good value.
    uint64 closingSlippage;
}

/// @title Positions of the vault and their part in its book
/// @notice Each function keeps the sums of a book in memory in step with the position in storage; the caller stores the sums.
library Positions {
    using FixedPointMathLib for uint256;

    /// @dev Positions of a vault.
    uint256 internal constant MAX_COUNT = 20;
    /// @dev How long values that cannot be renewed are kept.
    uint256 internal constant MAX_AGE = 24 hours;
    /// @dev Gas of one valuation. Fixed, so that nobody can make a destination fail by sending little gas.
    uint256 internal constant PROBE_GAS = 600_000;
    /// @dev Spent between the check and the call.
    uint256 private constant PROBE_OVERHEAD = 20_000;
    /// @dev 20 values up to this fit the book's uint96 sum (20/32 of its range): 2.4e9 whole units of an 18 decimals asset.
    uint256 internal constant MAX_VALUE = type(uint96).max / 32;
    /// @dev The slippage a closing destination may be left at rises from the first to its own over this time, WAD and seconds.
    uint256 private constant CLOSING_START = 0.002e18;
    uint256 private constant CLOSING_TIME = 72 hours;
    uint256 private constant WAD = 1e18;

    /// @notice Renews a position's values. One that cannot be valued or is unsafe keeps what it had, until MAX_AGE.
    /// @return good valued and safe
    function revalue(Position storage p, Book memory b, address destination) internal returns (bool good) {
        unchecked {
            _subtract(p, b);
            uint256 safe;
            uint256 spot;
            uint256 backing;
            bool locked;
            (good, locked, safe, spot, backing) = _probe(destination, p.units);
            if (good) {
                // The probe refuses what does not fit.
                // forge-lint: disable-next-line(unsafe-typecast)
                (p.safe, p.spot, p.backing) = (uint96(safe), uint96(spot), uint96(backing));
                (p.valuedAt, p.ok, p.stale) = (uint32(block.timestamp), true, false);
            } else {
                p.ok = false;
                // Whoever asks from inside a call of the venue learns nothing about it, so he cannot give it a bad mark either.
                if (!locked) p.unsafeAt = uint32(block.timestamp);
                uint256 expiry = p.valuedAt + MAX_AGE;
                p.stale = block.timestamp >= expiry;
                if (p.units != 0) {
                    b.clean = false;
                    if (p.stale) b.stale = true;
                    else if (b.expiry == 0 || expiry < b.expiry) b.expiry = expiry;
                }
            }
            _add(p, b);
            emitValued(p, destination);
        }
    }

    /// @notice Takes units out; the values of what stays are the stored ones, rounded up.
    function take(Position storage p, Book memory b, address destination, uint256 units) internal {
        unchecked {
            uint256 held = p.units;
            require(units <= held, ILMP.InsufficientUnits(destination, held));
            _subtract(p, b);
            uint256 left = held - units;
            // Bounded where the value comes from.
            // forge-lint: disable-next-line(unsafe-typecast)
            p.units = uint128(left);
            p.safe = uint96(uint256(p.safe).mulDivUp(left, held));
            p.spot = uint96(uint256(p.spot).mulDivUp(left, held));
            p.backing = uint96(uint256(p.backing).mulDivUp(left, held));
            _add(p, b);
        }
    }

    /// @notice Least that `units` of a closing destination may be left for: its last good value less the slippage of the ramp, rounded up.
    function closingFloor(Position storage p, uint256 units) internal view returns (uint256) {
        // Times, WADs and units of 128 bits; no ramp ends below its start.
        unchecked {
            uint256 passed = (block.timestamp - p.closingAt).min(CLOSING_TIME);
            uint256 slippage = CLOSING_START + (p.closingSlippage - CLOSING_START) * passed / CLOSING_TIME;
            return uint256(p.safe).fullMulDivUp(units * (WAD - slippage), p.units * WAD);
        }
    }

    function emitValued(Position storage p, address destination) internal {
        emit ILMP.DestinationValued(destination, p.units, p.safe, p.spot, p.backing, p.ok);
    }

    function state(Position storage p) internal view returns (DestinationState memory) {
        return DestinationState({
            units: p.units,
            safe: p.safe,
            spot: p.spot,
            backing: p.backing,
            valuedAt: p.valuedAt,
            unsafeAt: p.unsafeAt,
            closingAt: p.closingAt,
            ok: p.ok
        });
    }

    function _add(Position storage p, Book memory b) private view {
        (uint256 safe, uint256 min, uint256 max) = _parts(p);
        (b.sumSafe, b.sumMin, b.sumMax) = (b.sumSafe + safe, b.sumMin + min, b.sumMax + max);
    }

    function _subtract(Position storage p, Book memory b) private view {
        (uint256 safe, uint256 min, uint256 max) = _parts(p);
        (b.sumSafe, b.sumMin, b.sumMax) = (b.sumSafe - safe, b.sumMin - min, b.sumMax - max);
    }

    /// @dev What a position adds to each of the three sums.
    function _parts(Position storage p) private view returns (uint256 safe, uint256 min, uint256 max) {
        uint256 spot = p.spot;
        safe = p.safe;
        min = p.stale ? 0 : safe.min(spot);
        max = safe.max(spot);
    }

    /// @dev Reads at most four words of the answer, so that a long one costs nothing. Good: it answered in time, in the right
    /// form, with values in range, and called itself ok. Locked: it refused because its venue is inside a call.
    function _probe(address destination, uint256 units)
        private
        view
        returns (bool good, bool locked, uint256 safe, uint256 spot, uint256 backing)
    {
        // A call gets at most 63/64 of what is left; below that the stipend would be cut silently.
        require(gasleft() >= PROBE_GAS * 64 / 63 + PROBE_OVERHEAD, ILMP.NotEnoughGas());
        bytes memory callData = abi.encodeCall(IDestination.value, (units));
        uint256 gas_ = PROBE_GAS;
        uint256[4] memory answer;
        bool answered;
        uint256 size;
        assembly ("memory-safe") {
            answered := staticcall(gas_, destination, add(callData, 0x20), mload(callData), answer, 0x80)
            size := returndatasize()
        }
        locked = !answered && size == 4 && bytes4(bytes32(answer[0])) == IDestination.VenueLocked.selector;
        (safe, spot, backing) = (answer[0], answer[1], answer[2]);
        good =
            answered && size >= 128 && answer[3] == 1 && safe <= MAX_VALUE && spot <= MAX_VALUE && backing <= MAX_VALUE;
    }
}
