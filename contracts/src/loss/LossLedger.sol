// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

import {Book, ILMP, Leg} from "../lmp/ILMP.sol";
import {LmpMath} from "../lmp/LmpMath.sol";
import {ILossPrices} from "../pricing/ILossPrices.sol";
import {CheckpointRing} from "./CheckpointRing.sol";
import {ILossLedger} from "./ILossLedger.sol";
import {LossMath} from "./LossMath.sol";
import {LossValuation} from "./LossValuation.sol";
import {RebalanceMemory} from "./RebalanceMemory.sol";

/// @title Loss accounting of LMPs
/// @notice
/// WHO: checkpoints and rebalances are told by a vault about itself, so whoever lies harms himself. Decisions come from the
/// holders of Roles.LOSS. Vaults are read by views; mark, flag and cover live there and change through `syncLoss` alone.
/// CHECKPOINT: idle and every destination with units at loss prices, over the supply. Where one destination cannot be valued
/// nothing is written. Without a market price of some leg `low` is 0. Nothing in it depends on how a venue's pool is balanced.
/// LOCKED PROFIT is left out of `low`, so that the mark rises only by what is released. It stays in `high`: a loss eats it first, and
/// the lock also fills when a market price recovers, which `high` had never seen fall; without it that recovery would be a loss.
/// MARK: rises to min(low, low before), when that is higher: one checkpoint alone raises nothing.
/// FREEZE: from the second checkpoint in a row above the threshold; entries close with the first sight of it. It ends with the first below, with a decision, and by time
/// 21 days after the first freeze at this mark; a higher mark or a counted loss starts those 21 days anew.
/// REBALANCE: what a trade costs is no loss of principal: the mark follows down, but for c. What units lose that were there before and
/// after is no cost of a trade: the middle is the solver's, who may have an issuer, a record or a venue change in it. What untouched destinations are worth
/// matters only to a trade that lost, so only then are they valued, and once.
/// ROUNDING: against a loss being counted (LossMath).
contract LossLedger is ILossLedger, AccessManaged {
    using CheckpointRing for CheckpointRing.Ring;
    using FixedPointMathLib for uint256;
    using LossValuation for LossValuation.Holding;
    using SafeCast for uint256;

    /// @notice Least time between two checkpoints, seconds.
    uint256 public constant INTERVAL = 1 hours;
    /// @notice Longest time of freezes at one mark, seconds.
    uint256 public constant MAX_FREEZE = 21 days;
    /// @dev Checkpoints in a row that freeze.
    uint256 private constant FREEZE_FROM = 2;

    /// @notice Prices losses are measured at.
    ILossPrices public immutable prices;

    struct Account {
        uint48 count;
        uint48 since;
        uint32 epoch;
        uint32 above;
        /// @dev Kept when its time is over, until the next report.
        uint40 frozenAt;
        uint40 freezeEnd;
        CheckpointRing.Ring ring;
    }

    mapping(address lmp => Account) private _accounts;

    /// @param authority AccessManager of the protocol
    /// @param prices_ of the registry that prices the vaults served
    constructor(address authority, ILossPrices prices_) AccessManaged(authority) {
        require(authority != address(0) && address(prices_) != address(0), ZeroAddress());
        prices = prices_;
    }

    /* VAULTS: CHECKPOINT */

    /// @inheritdoc ILossLedger
    function checkpoint() external {
        ILMP vault = ILMP(msg.sender);
        Account storage a = _accounts[msg.sender];
        if (a.frozenAt != 0 && block.timestamp >= a.freezeEnd) {
            _thaw(a, msg.sender);
            _sync(vault, vault.lossMark(), false);
        }
        uint256 last = a.count == 0 ? 0 : a.ring.load(a.count, a.count - 1).time;
        bool due = block.timestamp >= last + INTERVAL;
        LossValuation.Holding[] memory held;
        // A day's discounts count once they are recorded, and a loss may be measured after any report.
        if (due || block.timestamp / 1 days != last / 1 days) {
            held = LossValuation.holdings(vault);
            _record(held);
        }
        uint256 supply = vault.totalSupply();
        if (!due) _closeEntries(a, vault);
        else if (supply != 0) _write(a, vault, held, supply);
    }

    /// @dev Entries close with the first report or rebalance that shows a loss, not only with the freeze: an entry below the mark lowers
    /// it, so deposits and redemptions in a loop would wash the loss away. Where entries pay the mark they cannot.
    function _closeEntries(Account storage a, ILMP vault) private {
        (uint256 mark, uint256 supply) = (vault.lossMark(), vault.totalSupply());
        uint256 entry = LmpMath.entryValueUp(vault.book(), vault.feeBps(), 0);
        if (vault.isFrozen() || supply == 0 || entry >= mark.fullMulDivUp(supply, LossMath.WAD)) return;
        (Checkpoint memory c, address broken) = _take(vault, LossValuation.holdings(vault), supply);
        // A book that cannot be valued takes no entries anyway.
        if (broken == address(0) && _closesEntries(a, c)) _sync(vault, mark, true);
    }

    /// @dev As long as a freeze may last.
    function _closesEntries(Account storage a, Checkpoint memory c) private view returns (bool) {
        bool over = a.freezeEnd != 0 && block.timestamp >= a.freezeEnd;
        return !over && LossMath.isAbove(c.mark, c.high, c.supply);
    }

    function _record(LossValuation.Holding[] memory held) private {
        for (uint256 i; i < held.length; ++i) {
            for (uint256 j; j < held[i].legs.length; ++j) {
                prices.record(held[i].legs[j]);
            }
        }
    }

    function _write(Account storage a, ILMP vault, LossValuation.Holding[] memory held, uint256 supply) private {
        (Checkpoint memory c, address broken) = _take(vault, held, supply);
        if (broken != address(0)) {
            emit CheckpointSkipped(address(vault), broken);
            return;
        }
        uint256 count = a.count;
        uint256 confirmed = count == 0 ? 0 : a.ring.load(count, count - 1).low.min(c.low);
        if (confirmed > c.mark) (c.mark, a.freezeEnd) = (confirmed, 0);
        a.ring.write(count, address(vault), c);
        a.count = (count + 1).toUint48();
        uint256 loss = LossMath.lossDown(c.mark, c.high, supply);
        emit CheckpointWritten(address(vault), count, c.high, c.low, supply, c.mark, loss, c.hash);

        _freezeOrThaw(a, address(vault), LossMath.isAbove(c.mark, c.high, supply));
        _sync(vault, c.mark, _closesEntries(a, c));
    }

    /// @return c the vault now, with the mark it has
    /// @return broken the first destination that cannot be valued, or zero
    function _take(ILMP vault, LossValuation.Holding[] memory held, uint256 supply)
        private
        view
        returns (Checkpoint memory c, address broken)
    {
        uint256 highs;
        uint256 lows;
        bool hasMarket = true;
        for (uint256 i; i < held.length; ++i) {
            (LossValuation.Value memory v, bool ok) = held[i].value(prices);
            if (!ok) return (c, held[i].destination);
            (highs, lows, hasMarket) = (highs + v.high, lows + v.low, hasMarket && v.hasMarket);
        }
        Book memory b = vault.book();
        c.time = block.timestamp;
        c.high = LossMath.perShareUp(b.idle + highs, supply);
        if (hasMarket) c.low = LossMath.perShareDown((b.idle + lows).zeroFloorSub(b.locked), supply);
        (c.supply, c.mark) = (supply.toUint128(), vault.lossMark());
    }

    /// @dev A mark that rises leaves no loss, so it thaws too.
    function _freezeOrThaw(Account storage a, address lmp, bool above) private {
        if (!above) {
            a.above = 0;
            _thaw(a, lmp);
            return;
        }
        uint256 row = uint256(a.above) + 1;
        a.above = row.toUint32();
        if (row < FREEZE_FROM || a.frozenAt != 0) return;
        if (a.freezeEnd == 0) a.freezeEnd = (block.timestamp + MAX_FREEZE).toUint40();
        if (block.timestamp >= a.freezeEnd) return;
        a.frozenAt = block.timestamp.toUint40();
        emit Frozen(lmp, block.timestamp, a.freezeEnd);
    }

    function _thaw(Account storage a, address lmp) private {
        if (a.frozenAt == 0) return;
        a.frozenAt = 0;
        emit Thawed(lmp);
    }

    /* VAULTS: REBALANCE */

    /// @inheritdoc ILossLedger
    function beforeRebalance(Leg[] calldata outs, Leg[] calldata ins) external {
        ILMP vault = ILMP(msg.sender);
        uint256 high = vault.book().idle;
        uint256 moved;
        address[] memory touched = _touched(outs, ins);
        for (uint256 i; i < touched.length; ++i) {
            (LossValuation.Value memory v, uint256 units) = _valueOf(vault, touched[i]);
            high += v.high;
            if (units != 0) moved += v.backing.fullMulDiv(_units(outs, touched[i]), units);
            RebalanceMemory.saveTouched(msg.sender, touched[i], units, v.high);
        }
        moved += _units(outs, address(0));
        RebalanceMemory.save(msg.sender, high, vault.lossMark(), vault.totalSupply(), moved);
    }

    /// @inheritdoc ILossLedger
    function afterRebalance(Leg[] calldata outs, Leg[] calldata ins, bool closing) external {
        _lowerMark(ILMP(msg.sender), outs, ins, closing);
        _closeEntries(_accounts[msg.sender], ILMP(msg.sender));
    }

    function _lowerMark(ILMP vault, Leg[] calldata outs, Leg[] calldata ins, bool closing) private {
        LossMath.Rebalance memory r;
        uint256 moved;
        (r.highBefore, r.markBefore, r.supplyBefore, moved) = RebalanceMemory.load(msg.sender);
        r.supplyAfter = vault.totalSupply();
        r.highAfter = vault.book().idle;
        uint256 came = _units(ins, address(0));
        address[] memory touched = _touched(outs, ins);
        for (uint256 i; i < touched.length; ++i) {
            (LossValuation.Value memory v, uint256 units) = _valueOf(vault, touched[i]);
            r.highAfter += v.high;
            r.counted += _keptLoss(touched[i], units, v.high);
            uint256 brought = _units(ins, touched[i]);
            if (brought != 0) came += v.high.fullMulDivUp(brought, units) + 1;
        }
        if (r.supplyBefore == 0 || !LossMath.fell(r)) return;
        if (closing) r.counted += LossMath.closingLossDown(moved, came);

        (uint256 untouched, bool known) = _untouched(vault, touched);
        uint256 ceiling = known ? LossMath.ceilingDown(r, untouched) : LossMath.floorDown(r);
        if (ceiling >= vault.lossMark()) return;
        emit MarkLowered(msg.sender, ceiling);
        _sync(vault, ceiling, vault.isFrozen());
    }

    function _keptLoss(address destination, uint256 units, uint256 high) private view returns (uint256) {
        (uint256 unitsBefore, uint256 highBefore) = RebalanceMemory.loadTouched(msg.sender, destination);
        return LossMath.keptLossDown(unitsBefore, highBefore, units, high);
    }

    /// @return untouched high of all destinations that are not `touched`
    /// @return known all of them could be valued
    function _untouched(ILMP vault, address[] memory touched) private view returns (uint256 untouched, bool known) {
        LossValuation.Holding[] memory held = LossValuation.holdings(vault);
        for (uint256 i; i < held.length; ++i) {
            if (_contains(touched, held[i].destination, touched.length)) continue;
            (LossValuation.Value memory v, bool ok) = held[i].value(prices);
            if (!ok) return (0, false);
            untouched += v.high;
        }
        return (untouched, true);
    }

    /// @dev Reverts `NotValued`.
    function _valueOf(ILMP vault, address destination)
        private
        view
        returns (LossValuation.Value memory v, uint256 units)
    {
        LossValuation.Holding memory h = LossValuation.holding(vault, destination);
        bool ok;
        (v, ok) = h.value(prices);
        require(ok, NotValued(destination));
        units = h.units;
    }

    /// @dev Every destination once, idle left out.
    function _touched(Leg[] calldata outs, Leg[] calldata ins) private pure returns (address[] memory list) {
        list = new address[](outs.length + ins.length);
        uint256 count;
        for (uint256 i; i < list.length; ++i) {
            address destination = i < outs.length ? outs[i].destination : ins[i - outs.length].destination;
            if (destination != address(0) && !_contains(list, destination, count)) list[count++] = destination;
        }
        assembly ("memory-safe") {
            mstore(list, count)
        }
    }

    function _contains(address[] memory list, address item, uint256 count) private pure returns (bool) {
        for (uint256 i; i < count; ++i) {
            if (list[i] == item) return true;
        }
        return false;
    }

    /// @dev Units of the legs of one destination; those of the zero address are assets.
    function _units(Leg[] calldata legs, address destination) private pure returns (uint256 units) {
        for (uint256 i; i < legs.length; ++i) {
            if (legs[i].destination == destination) units += legs[i].units;
        }
    }

    /* VIEWS */

    /// @inheritdoc ILossLedger
    function measure(address lmp) external view returns (uint256 loss, uint256 high, uint256 threshold) {
        ILMP vault = ILMP(lmp);
        uint256 supply = vault.totalSupply();
        if (supply == 0) return (0, 0, 0);
        (Checkpoint memory c, address broken) = _take(vault, LossValuation.holdings(vault), supply);
        require(broken == address(0), NotValued(broken));
        return (LossMath.lossDown(c.mark, c.high, supply), c.high, LossMath.thresholdUp(c.mark, supply));
    }

    /// @inheritdoc ILossLedger
    function window(address lmp) external view returns (Window memory) {
        Account storage a = _accounts[lmp];
        return a.ring.window(a.count, a.since);
    }

    /// @inheritdoc ILossLedger
    function checkpointAt(address lmp, uint256 id) external view returns (Checkpoint memory) {
        Account storage a = _accounts[lmp];
        return a.ring.load(a.count, id);
    }

    /// @inheritdoc ILossLedger
    function state(address lmp) external view returns (State memory) {
        Account storage a = _accounts[lmp];
        return State(a.count, a.since, a.epoch, a.above, _frozenAt(a), a.freezeEnd);
    }

    /// @inheritdoc ILossLedger
    function frozenAt(address lmp) external view returns (uint256) {
        return _frozenAt(_accounts[lmp]);
    }

    /// @inheritdoc ILossLedger
    function isRecovered(address lmp, uint256 mark, uint256 since) external view returns (bool) {
        Account storage a = _accounts[lmp];
        uint256 count = a.count;
        if (count < 2 || count - 2 < since) return false;
        return a.ring.load(count, count - 1).low >= mark && a.ring.load(count, count - 2).low >= mark;
    }

    /* DECISIONS */

    /// @inheritdoc ILossLedger
    function execute(address lmp, uint256 high, uint256 coverage) external restricted {
        Account storage a = _accounts[lmp];
        ILMP vault = ILMP(lmp);
        uint256 mark = vault.lossMark().min(high);
        emit LossExecuted(lmp, a.epoch, mark, coverage);
        _close(a, lmp);
        a.freezeEnd = 0;
        vault.syncLoss(mark, false, vault.cover() + coverage, -coverage.toInt256());
    }

    /// @inheritdoc ILossLedger
    function reject(address lmp) external restricted {
        Account storage a = _accounts[lmp];
        emit LossRejected(lmp, a.epoch);
        _close(a, lmp);
        _sync(ILMP(lmp), ILMP(lmp).lossMark(), false);
    }

    /// @inheritdoc ILossLedger
    function reduceCover(address lmp, uint256 amount, uint256 proceeds) external restricted {
        ILMP vault = ILMP(lmp);
        uint256 outstanding = vault.cover();
        require(amount <= outstanding, CoverExceeded(outstanding));
        require(proceeds <= amount, CoverExceeded(amount));
        outstanding -= amount;
        emit CoverReduced(lmp, amount, outstanding);
        vault.syncLoss(vault.lossMark(), vault.isFrozen(), outstanding, proceeds.toInt256());
    }

    /// @dev The case is over: what it was made of may be part of no other, and the next freeze needs two new checkpoints.
    function _close(Account storage a, address lmp) private {
        _thaw(a, lmp);
        (a.since, a.epoch, a.above) = (a.count, a.epoch + 1, 0);
    }

    /* INTERNAL */

    /// @dev Tells the vault what it does not know yet.
    function _sync(ILMP vault, uint256 mark, bool frozen) private {
        if (mark != vault.lossMark() || frozen != vault.isFrozen()) vault.syncLoss(mark, frozen, vault.cover(), 0);
    }

    function _frozenAt(Account storage a) private view returns (uint256) {
        return block.timestamp < a.freezeEnd ? a.frozenAt : 0;
    }
}
