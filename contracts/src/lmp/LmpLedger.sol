// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Book, DestinationState, ILMP} from "./ILMP.sol";
import {LmpMath} from "./LmpMath.sol";
import {Position, Positions} from "./Positions.sol";
import {ProfitLock} from "./ProfitLock.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @title The vault's book: storage, valuation, profit, loss and fee
/// @notice The part of the LMP that holds no door to the outside; see LMP.sol for what the terms mean.
/// Functions work on a book in memory, as of now, and store it at the end.
abstract contract LmpLedger is ERC20, ILMP {
    using SafeCast for uint256;
    using FixedPointMathLib for uint256;
    using Positions for Position;

    /// @notice Age from which a report no longer opens flows and a destination's min counts 0, seconds.
    uint256 public constant MAX_AGE = Positions.MAX_AGE;

    /* STORAGE, one slot each; only the first is written on user paths */

    struct Sums {
        uint128 min;
        uint128 max;
    }

    struct Locked {
        uint96 sumSafe;
        uint96 locked;
        uint32 lockStart;
        uint32 lockEnd;
    }

    struct Config {
        uint96 cap;
        /// @dev Last report.
        uint40 valuedAt;
        uint16 feeBps;
        bool clean;
    }

    /// @dev idle in the low 96 bits, mark in the next 96. One word, since a struct would be read again before it is written.
    uint256 internal _hot;
    Sums internal _sums;
    Locked internal _locked;
    Config internal _config;
    address public gate;
    address public feeRecipient;
    address[] internal _destinations;
    mapping(address destination => Position) internal _positions;

    /* VIEWS: THE BOOK */

    /// @inheritdoc ILMP
    function book() public view returns (Book memory b) {
        (b,) = _load();
    }

    /// @inheritdoc ILMP
    function entryAssets() public view returns (uint256 value) {
        (, value,) = _entryTerms();
    }

    /// @inheritdoc ILMP
    function exitAssets() public view returns (uint256 value) {
        (, value,) = _exitTerms();
    }

    /// @inheritdoc ILMP
    function isFresh() external view returns (bool) {
        return _isFresh(book());
    }

    /// @inheritdoc ILMP
    function destinations() external view returns (address[] memory) {
        return _destinations;
    }

    /// @inheritdoc ILMP
    function destinationState(address destination) external view returns (DestinationState memory) {
        return _known(destination).state();
    }

    /// @inheritdoc ILMP
    function cap() external view returns (uint256) {
        return _config.cap;
    }

    /// @inheritdoc ILMP
    function feeBps() public view returns (uint256) {
        return _config.feeBps;
    }

    /// @dev `value` is ENTRY.
    function _entryTerms() internal view returns (Book memory b, uint256 value, uint256 supply) {
        uint256 bps;
        (b, bps) = _load();
        (value, supply) = (LmpMath.entryValueUp(b, bps), totalSupply());
    }

    /// @dev `value` is EXIT.
    function _exitTerms() internal view returns (Book memory b, uint256 value, uint256 supply) {
        uint256 bps;
        (b, bps) = _load();
        (value, supply) = (LmpMath.exitValueDown(b, bps), totalSupply());
    }

    /* VALUATION AND SETTLEMENT */

    function _report() internal {
        Book memory b = book();
        uint256 safeBefore = b.sumSafe;
        b.clean = true;
        address[] memory list = _destinations;
        for (uint256 i; i < list.length; ++i) {
            _revalue(b, list[i]);
        }
        b.valuedAt = block.timestamp;
        _settle(b, _difference(b.sumSafe, safeBefore));
        _store(b);
        emit Reported(msg.sender, b.idle, b.sumSafe, b.sumMin, b.sumMax, b.locked, b.mark, totalSupply(), b.clean);
    }

    /// @return good valued and safe
    function _revalue(Book memory b, address destination) internal returns (bool good) {
        Position storage p = _known(destination);
        good = p.revalue(b, destination);
        if (!good && p.units != 0) b.clean = false;
    }

    /// @dev Books a change of value by `delta` that `b` already shows. Stores lock and mints the fee; `b` is the caller's to store.
    function _settle(Book memory b, int256 delta) internal {
        if (delta > 0) {
            // The sign was looked at.
            // forge-lint: disable-next-line(unsafe-typecast)
            (b.locked, b.lockEnd) = ProfitLock.add(b.locked, b.lockEnd, uint256(delta), block.timestamp);
        } else if (delta < 0) {
            // The sign was looked at.
            // forge-lint: disable-next-line(unsafe-typecast)
            b.locked = ProfitLock.eat(b.locked, uint256(-delta));
        }
        if (delta != 0) _storeLock(b);

        uint256 released = LmpMath.releasedValue(b);
        uint256 fee;
        uint256 feeShares;
        if (released > b.mark) {
            uint256 bps = feeBps();
            fee = LmpMath.feeDown(released - b.mark, bps);
            feeShares = LmpMath.sharesDown(fee, LmpMath.feeShareValueUp(b, bps), totalSupply());
            b.mark = released;
            if (feeShares != 0) _mint(feeRecipient, feeShares);
        } else if (delta == 0) {
            return;
        }
        emit Settled(delta, b.locked, b.lockEnd, b.mark, fee, feeShares);
    }

    /* STORAGE ACCESS */

    function _load() internal view returns (Book memory b, uint256 bps) {
        uint256 hot = _hot;
        // The low 96 bits are meant.
        // forge-lint: disable-next-line(unsafe-typecast)
        (b.idle, b.mark) = (uint96(hot), hot >> 96);
        (b.sumMin, b.sumMax) = (_sums.min, _sums.max);
        (b.sumSafe, b.lockEnd) = (_locked.sumSafe, _locked.lockEnd);
        b.locked = ProfitLock.remaining(_locked.locked, _locked.lockStart, b.lockEnd, block.timestamp);
        (b.valuedAt, b.clean, bps) = (_config.valuedAt, _config.clean, _config.feeBps);
    }

    function _store(Book memory b) internal {
        _storeHot(b);
        // MAX_DESTINATIONS values of at most MAX_VALUE fit.
        (_sums.min, _sums.max) = (uint128(b.sumMin), uint128(b.sumMax));
        _locked.sumSafe = uint96(b.sumSafe);
        (_config.valuedAt, _config.clean) = (uint40(b.valuedAt), b.clean);
    }

    function _storeHot(Book memory b) internal {
        b.mark = b.mark.min(type(uint96).max);
        _hot = b.mark << 96 | b.idle.toUint96();
    }

    /// @dev The lock as of now. What exceeds its range is released at once.
    function _storeLock(Book memory b) internal {
        b.locked = b.locked.min(type(uint96).max);
        (_locked.locked, _locked.lockStart, _locked.lockEnd) =
        (uint96(b.locked), uint32(block.timestamp), uint32(b.lockEnd));
    }

    function _isReported(Book memory b) internal view returns (bool) {
        return block.timestamp < b.valuedAt + MAX_AGE;
    }

    /// @dev Whether leavers may be paid from the book. On a clean one no list is read; on another each bad destination must already
    /// count 0, or a leaver would be paid old values that a report could not renew.
    function _isExitable(Book memory b) internal view returns (bool) {
        if (!_isReported(b)) return false;
        if (b.clean) return true;
        uint256 count = _destinations.length;
        for (uint256 i; i < count; ++i) {
            if (_positions[_destinations[i]].keepsOldValues()) return false;
        }
        return true;
    }

    function _isFresh(Book memory b) internal view returns (bool) {
        return b.clean && _isReported(b);
    }

    function _known(address destination) internal view returns (Position storage p) {
        p = _positions[destination];
        require(p.known, UnknownDestination(destination));
    }

    function _difference(uint256 a, uint256 b) internal pure returns (int256) {
        // Both are values of the book: idle and sumSafe fit 96 bits each.
        // Amounts of tokens stay far below 2^255.
        // forge-lint: disable-next-line(unsafe-typecast)
        return int256(a) - int256(b);
    }
}
