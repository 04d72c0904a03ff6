// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ILossLedger} from "../loss/ILossLedger.sol";
import {Config, Configs} from "./Config.sol";
import {Book, DestinationState, ILMP} from "./ILMP.sol";
import {LmpMath} from "./LmpMath.sol";
import {Position, Positions} from "./Positions.sol";
import {ProfitLock} from "./ProfitLock.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {LibCall} from "solady/utils/LibCall.sol";
import {SafeCastLib} from "solady/utils/SafeCastLib.sol";

/// @title The vault's book: storage, valuation, profit, loss and fees
/// @notice The part of the LMP that holds no door to the outside; see LMP.sol for what the terms mean.
/// Functions work on a book in memory, as of now, and store it at the end.
abstract contract LmpLedger is ERC20, ILMP {
    using SafeCastLib for uint256;
    using FixedPointMathLib for uint256;
    using Positions for Position;

    /// @dev Most gas a checkpoint gets: the stipend of a valuation for every possible destination, and 1M for the rest.
    uint256 internal constant CHECKPOINT_GAS = Positions.MAX_COUNT * Positions.PROBE_GAS + 1_000_000;
    /// @dev Spent between the check and the call.
    uint256 private constant CHECKPOINT_OVERHEAD = 20_000;
    /// @dev Bytes of a failed checkpoint's reason that are kept.
    uint16 private constant MAX_REASON = 256;

    /* STORAGE, one slot each; only the first is written on user paths */

    /// @dev Words, since a struct would be read again before it is written. From the low end idle (96 bits), mark (96), flow (24),
    /// flowAt (40); sumMin (96), sumMax (96), expiry (32), pausedUntil (32); sumSafe (96), locked (96), lockStart (32), lockEnd (32).
    uint256 internal _hot;
    uint256 internal _sums;
    uint256 internal _locked;
    Config internal _config;
    address public gate;
    address public feeRecipient;
    address public managementFeeRecipient;
    address public lossLedger;
    uint256 public cover;

    /// @inheritdoc ILMP
    uint256 public lossBucket;
    /// @dev See ExitQueue; an entry is a place in `_destinations`, from 1.
    /// @inheritdoc ILMP
    uint256 public queue;
    address[] internal _destinations;
    mapping(address destination => Position) internal _positions;

    /* VIEWS: THE BOOK */

    /// @inheritdoc ILMP
    function book() public view returns (Book memory b) {
        _load(b);
    }

    /// @inheritdoc ILMP
    function isFresh() external view returns (bool) {
        Book memory b = book();
        return b.clean && _isReported(b);
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
        return _config.cap();
    }

    /// @inheritdoc ILMP
    function feeBps() public view returns (uint256) {
        return _config.feeBps();
    }

    /// @inheritdoc ILMP
    function managementFeeBps() external view returns (uint256) {
        return _config.managementFeeBps();
    }

    /// @inheritdoc ILMP
    function lossMark() external view returns (uint256) {
        return _config.lossMark();
    }

    /// @inheritdoc ILMP
    function isFrozen() external view returns (bool) {
        return _config.isFrozen();
    }

    /// @dev `value` is ENTRY.
    function _entryTerms(Book memory b) internal view returns (Config c, uint256 value, uint256 supply) {
        c = _load(b);
        (value, supply) = (LmpMath.entryValueUp(b, c.feeBps(), 0) + _owedCover(c), totalSupply());
    }

    /// @dev What entrants pay for the coverage that is still to come.
    function _owedCover(Config c) private view returns (uint256) {
        return c.isCovered() ? cover : 0;
    }

    /// @dev `value` is EXIT.
    function _exitTerms(Book memory b) internal view returns (uint256 value, uint256 supply) {
        Config c = _load(b);
        (value, supply) = (LmpMath.exitValueDown(b, c.feeBps()), totalSupply());
    }

    /* VALUATION AND SETTLEMENT */

    function _report() internal {
        unchecked {
            Book memory b;
            _load(b);
            uint256 safeBefore = b.sumSafe;
            (b.clean, b.stale, b.expiry) = (true, false, 0);
            address[] memory list = _destinations;
            for (uint256 i; i < list.length; ++i) {
                _revalue(b, list[i]);
            }
            uint256 elapsed = block.timestamp - b.valuedAt;
            b.valuedAt = block.timestamp;
            _settle(b, _difference(b.sumSafe, safeBefore));
            _payManagementFee(b, elapsed);
            _store(b);
            emit Reported(msg.sender, totalSupply());
            _checkpoint();
        }
    }

    /// @dev The ledger reads the stored book and answers through `syncLoss`. Its failure is no failure of the report, except for want
    /// of gas, or anybody could suppress a checkpoint by sending little. Want of gas it names itself, or it ends without a reason: a call
    /// that runs out at depth d leaves at most d/64 of the gas, and no honest checkpoint is 8 calls deep. One that had
    /// CHECKPOINT_GAS had enough.
    function _checkpoint() private {
        unchecked {
            uint256 available = gasleft();
            (bool success,, bytes memory reason) =
                LibCall.tryCall(lossLedger, 0, CHECKPOINT_GAS, MAX_REASON, abi.encodeCall(ILossLedger.checkpoint, ()));
            if (success) return;
            if (available < CHECKPOINT_GAS * 64 / 63 + CHECKPOINT_OVERHEAD) {
                bool starved = gasleft() < available / 8;
                if (reason.length != 0) {
                    // The length is looked at.
                    // forge-lint: disable-next-line(unsafe-typecast)
                    starved = reason.length == 4 && bytes4(reason) == ILossLedger.NotEnoughGas.selector;
                }
                require(!starved, NotEnoughGas());
            }
            emit CheckpointFailed(reason);
        }
    }

    /// @return good valued and safe
    function _revalue(Book memory b, address destination) internal returns (bool good) {
        return _known(destination).revalue(b, destination);
    }

    /// @dev Books a change of value by `delta` that `b` already shows; `b` is the caller's to store.
    function _settle(Book memory b, int256 delta) internal {
        unchecked {
            // The sign was looked at.
            // forge-lint: disable-start(unsafe-typecast)
            if (delta > 0) {
                (b.locked, b.lockEnd) = ProfitLock.add(b.locked, b.lockEnd, uint256(delta), block.timestamp);
            } else {
                b.locked = ProfitLock.eat(b.locked, uint256(-delta));
            }
            // forge-lint: disable-end(unsafe-typecast)
            if (delta != 0) emit Settled(delta, b.locked, b.lockEnd);
            _payFee(b);
        }
    }

    /// @dev Mints the fee on what has been earned above the mark; `b` is the caller's to store.
    function _payFee(Book memory b) internal {
        unchecked {
            uint256 released = LmpMath.releasedValue(b);
            if (released <= b.mark) return;
            uint256 bps = feeBps();
            uint256 fee = LmpMath.feeDown(released - b.mark, bps);
            uint256 shares = LmpMath.sharesDown(fee, LmpMath.feeShareValueUp(b, bps), totalSupply());
            b.mark = released;
            _mintFee(feeRecipient, shares);
            emit FeePaid(fee, shares, released);
        }
    }

    /// @dev m = rate * time * R leaves as a loss and comes back as a flow at the entry price, whose shares are the fee: V stays, and
    /// the mark moves with the flow, so the fee is neither profit nor taxed. To be called settled: with R <= M the loss of m
    /// raises no performance fee. `b` is the caller's to store.
    function _payManagementFee(Book memory b, uint256 elapsed) private {
        unchecked {
            Config c = _config;
            uint256 fee = LmpMath.managementFeeDown(LmpMath.releasedValue(b), c.managementFeeBps(), elapsed);
            uint256 supply = totalSupply();
            if (fee == 0 || supply == 0) return;
            uint256 shares = LmpMath.sharesDown(fee, LmpMath.entryValueUp(b, c.feeBps(), fee) + _owedCover(c), supply);
            if (shares == 0) return;

            b.locked = ProfitLock.eat(b.locked, fee);
            // A fee is a small part of R.
            // forge-lint: disable-next-line(unsafe-typecast)
            emit Settled(-int256(fee), b.locked, b.lockEnd);
            b.mark = LmpMath.markAfterEntry(b.mark, LmpMath.grossValue(b) - fee, fee, shares, supply);
            _mintFee(managementFeeRecipient, shares);
            emit ManagementFeePaid(fee, shares);
        }
    }

    /// @dev Fee shares dilute, which is no loss of principal: the loss mark falls as the value per share does.
    function _mintFee(address to, uint256 shares) private {
        if (shares == 0) return;
        uint256 mark = _config.lossMark();
        if (mark != 0) _setLossMark(LmpMath.lossMarkAfterFeeDown(mark, shares, totalSupply()));
        _mint(to, shares);
    }

    /// @param mark at most the present one
    function _setLossMark(uint256 mark) internal {
        _config = _config.withLossMark(mark);
        emit LossMarkMoved(mark);
    }

    /* LOSSES */

    /// @inheritdoc ILMP
    /// @dev Not guarded against reentry: the ledger answers from within a report or a rebalance, and a venue may call it in an exit's sale. Those
    /// have stored their book before they call anybody, and rebalance and sale read the mark again after it. Values beyond their range saturate.
    function syncLoss(uint256 lossMark_, bool frozen, uint256 cover_, int256 feeMarkDelta) external {
        require(msg.sender == lossLedger, NotLossLedger(msg.sender));
        lossMark_ = lossMark_.min(Configs.MAX_LOSS_MARK);
        cover_ = cover_.min(type(uint128).max);
        uint256 hot = _hot;
        // 96 bits are meant.
        // forge-lint: disable-next-line(unsafe-typecast)
        uint256 mark = uint96(hot >> 96);
        if (feeMarkDelta != 0) {
            uint256 old = mark;
            mark = LmpMath.moved(mark, feeMarkDelta).min(type(uint96).max);
            _hot = hot ^ (old ^ mark) << 96;
        }

        _config = _config.withLossMark(lossMark_).withLoss(frozen, cover_ != 0);
        if (cover_ != cover) cover = cover_;
        emit LossSynced(lossMark_, frozen, cover_, feeMarkDelta, mark);
    }

    /* STORAGE ACCESS */

    /// @param b filled with the book as of now
    function _load(Book memory b) internal view returns (Config c) {
        uint256 hot = _hot;
        // The cuts are meant.
        // forge-lint: disable-start(unsafe-typecast)
        (b.idle, b.mark, b.flow, b.flowAt) = (uint96(hot), uint96(hot >> 96), uint24(hot >> 192), hot >> 216);
        uint256 sums = _sums;
        (b.sumMin, b.sumMax, b.expiry, b.pausedUntil) =
        (uint96(sums), uint96(sums >> 96), uint32(sums >> 192), sums >> 224);
        uint256 lock = _locked;
        (b.sumSafe, b.lockEnd) = (uint96(lock), lock >> 224);
        b.locked = ProfitLock.remaining(uint96(lock >> 96), uint32(lock >> 192), b.lockEnd, block.timestamp);
        // forge-lint: disable-end(unsafe-typecast)
        c = _config;
        (b.valuedAt, b.clean, b.stale) = (c.valuedAt(), c.isClean(), c.isStale());
    }

    function _store(Book memory b) internal {
        _storeHot(b);
        // MAX_DESTINATIONS values of at most MAX_VALUE fit.
        _sums = b.pausedUntil << 224 | b.expiry << 192 | b.sumMax << 96 | b.sumMin;
        // What exceeds the lock's range is released at once.
        b.locked = b.locked.min(type(uint96).max);
        _locked = b.lockEnd << 224 | block.timestamp << 192 | b.locked << 96 | b.sumSafe;
        _config = _config.withReport(b.valuedAt, b.clean, b.stale);
        emit BookChanged(b);
    }

    /// @return hot as stored
    function _storeHot(Book memory b) internal returns (uint256 hot) {
        b.mark = b.mark.min(type(uint96).max);
        hot = b.flowAt << 216 | b.flow << 192 | b.mark << 96 | b.idle.toUint96();
        _hot = hot;
    }

    function _isReported(Book memory b) internal view returns (bool) {
        unchecked {
            return block.timestamp < b.valuedAt + Positions.MAX_AGE;
        }
    }

    /// @dev A destination has had no good valuation for MAX_AGE, whether a report has seen it yet or not.
    function _isStale(Book memory b) internal view returns (bool) {
        return b.stale || (b.expiry != 0 && block.timestamp >= b.expiry);
    }

    function _known(address destination) internal view returns (Position storage p) {
        p = _positions[destination];
        require(p.index != 0, UnknownDestination(destination));
    }

    function _difference(uint256 a, uint256 b) internal pure returns (int256) {
        unchecked {
            // Both are values of the book: idle and sumSafe fit 96 bits each.
            // Amounts of tokens stay far below 2^255.
            // forge-lint: disable-next-line(unsafe-typecast)
            return int256(a) - int256(b);
        }
    }
}
