// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IRebalanceGate, IRebalancer} from "../autopilot/IRebalanceGate.sol";
import {ILossLedger} from "../loss/ILossLedger.sol";
import {ExitQueue} from "./ExitQueue.sol";
import {Book, ILMP, Leg, LmpParams} from "./ILMP.sol";
import {LmpConfiguration} from "./LmpConfiguration.sol";
import {LmpFlows} from "./LmpFlows.sol";
import {LmpMath} from "./LmpMath.sol";
import {Position, Positions} from "./Positions.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {SafeCastLib} from "solady/utils/SafeCastLib.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

/// @title Liquidity Management Pool
/// @notice ERC-4626 vault over one asset. Its assets are idle here or in destinations, positions in pools of pegged assets.
///
/// THE BOOK
/// - `idle` is counted, not read: a token sent to the vault or to a destination changes no price. Value enters without shares
///   only through `addProfit`. What the vault counts it holds: idle of the asset, `units` of every destination.
/// - Per destination the last good values of its units are stored (safe, spot, backing) and summed: sumSafe of safe, sumMin and
///   sumMax of the lower and the higher of safe and spot. User paths read the sums only; they never loop or call a venue.
/// - V = idle + sumSafe. L is profit still locked. R = V - L. M, the mark, is the high-water value, in assets. phi is the
///   performance fee. Three values of the whole book price shares, each with one virtual share and one virtual base unit:
///     ENTRY = idle + sumMax + C - phi*(V - M)+     deposit, mint: an entrant pays for the profit already found
///     EXIT  = idle + sumMin - L - phi*(R - M)+     withdraw, redeem: a leaver leaves it behind
///     totalAssets() = R - phi*(R - M)+             convertToShares, convertToAssets
///   C, the cover, is what slashes still owe the vault: who enters pays for it, who leaves gets nothing of it.
///
/// REPORT
/// - Anyone, any time: every destination is valued by a static call with fixed gas. One that fails, answers out of form or range,
///   or calls itself unsafe keeps its values until it had no good valuation for 24 h; then its min counts 0.
/// - Reverts only with `NotEnoughGas`, and then has marked nothing. A loss ledger that fails is an event.
/// - The book is clean when every destination that holds units was valued and safe. A rebalance that meets another one soils it.
///   A destination without units is valued too, but has no value that could be wrong.
///
/// ENTRY AND EXIT
/// - A flow passes by the book at the call. (1) Reported in this block, everything valued and safe: without limit. (2) Reported in this block,
///   what was not already counts 0: exits without limit, no entries. (3) Otherwise, a report younger than 24 h: entries and
///   exits together through the budget, a bucket of 0.5% of V that refills by 0.5% a day, each flow rounded up to a millionth;
///   no entries while a destination had no good valuation for 24 h. (4) No report for 24 h: none. Who wants more reports first.
/// - deposit, mint, withdraw are paid from and to idle. redeem takes idle, then sells units from the head of the queue on: each sale brings at
///   least 99% of what it settles, or the destination is passed over; what it brings above that is everybody's. What is owed is
///   fixed before anything is valued anew. Slippage is the leaver's: at most 1% of what idle does not pay, less with a minimum.
/// - The queue is in order of rebalances: what was left last comes first, what was entered last comes last.
/// - Entries stop while the vault is frozen, at the cap, and while (ENTRY + 1)/(supply + 1) < 1e-6. No flow of zero shares or zero assets.
///   A pause stops all four for 7 days.
/// - `redeemInKind` is always open: no price, no keeper, no age, no venue, no pause. The slice is shares/(supply + 1) of idle and of every
///   units balance, less k = min(L/(idle + sumMin), 1%) for the profit still locked. Not in a transaction in which anybody
///   deposited: shares are fungible, a flag per account would be passed by depositing at one and leaving from another.
///
/// PROFIT, LOSS, FEE
/// - `_settle` books every change of value that is not a flow. A gain joins the lock and unlocks over 24 h. A loss eats the lock,
///   then everybody's value. Then, if R > M: f = phi*(R - M) is paid as f*(supply + 1)/(V - phi*(V - M)+ + 1) new shares, M = R.
/// - Flows move the mark (LmpMath). An exit of more than M is priced first, then the earned fee is settled, then it flows.
///   An in-kind exit settles the earned fee first: it takes V of which part is still locked.
/// - So one profit costs phi of it however often it is looked at, and nobody pays for a rise from before his entry.
///
/// - The management fee m = rate*(time since the last report, at most 30 days)*R is paid by reports, once they are settled: a loss of m
///   (the lock first), then a flow of m at the entry price for the recipient's shares. V stays; neither fee is paid on the other.
///   m and its shares are rounded down; without shares or value there is none.
///
/// LOSSES (ILossLedger, docs/backing.md)
/// - Each report ends with a checkpoint; a rebalance is measured before and after. The ledger answers with `syncLoss`: loss mark, freeze,
///   cover, and by how much M moves. Nothing else of the vault is the ledger's.
/// - The loss mark, per share, falls here with what is no loss of principal: f fee shares (mark*S/(S + f)), and s shares bought
///   for a assets below it ((mark*S + a)/(S + s)). So no flow and no fee raises mark*S less the value of the book.
///
/// REBALANCE
/// - Anyone. Touched destinations are valued and settled; out units go to the caller; its callback runs; in units are pulled from
///   it exactly; touched destinations are valued again, what is entered must be safe; the difference is settled; the loss ledger, then the
///   gate decides.
/// - What it costs, max(safe, spot) of what left less min(safe, spot) of what came, goes through the loss bucket: 10 bp of V, refilled
///   by 0.5 bp a day. No gate can lift that bound.
/// - From a closing destination to idle there is no gate and no bucket, but a floor: its last good value less a slippage that rises from
///   0.2% to 10% within 72 h. Nothing enters it.
/// - The gate is policy. A bad gate can let a bad trade pass, but the vault's books stay right.
///
/// ROLES
/// - Everything that can be set is set by the configurator the vault was created with (LmpConfigurator). No role moves assets.
///
/// ROUNDING: always for those who stay; fees down.
///
/// TOKENS: the asset and the units are plain ERC-20s. No fee on transfer (refused on every pull), no rebasing.
contract LMP is LmpFlows {
    using SafeTransferLib for address;
    using SafeCastLib for uint256;
    using FixedPointMathLib for uint256;
    using Positions for Position;

    constructor(LmpParams memory p) LmpConfiguration(p) LmpFlows(p.asset) {}

    /* VALUE WITHOUT SHARES */

    /// @inheritdoc ILMP
    function report() external nonReentrant {
        _report();
    }

    /// @inheritdoc ILMP
    function addProfit(uint256 assets) external nonReentrant {
        require(assets != 0, ZeroAmount());
        Book memory b;
        _load(b);
        b.idle = (b.idle + assets).toUint96();
        // Amounts of tokens stay far below 2^255.
        // forge-lint: disable-next-line(unsafe-typecast)
        _settle(b, int256(assets));
        _store(b);
        emit ProfitAdded(msg.sender, assets);
        _pullExact(ASSET, assets);
    }

    /* REBALANCE */

    /// @inheritdoc ILMP
    function rebalance(Leg[] calldata outs, Leg[] calldata ins, bytes calldata data) external nonReentrant {
        require(outs.length != 0 && ins.length != 0, EmptyRebalance());
        require(msg.sender.code.length != 0, InvalidSolver(msg.sender));
        // Or a flash deposit would widen what is measured against the whole vault.
        require(_deposits == 0, DepositedInThisTransaction());
        Book memory b;
        _load(b);
        (bool closing, uint256 minimum) = _closingTerms(outs, ins);

        uint256 safeBefore = b.sumSafe;
        _revalueLegs(b, outs);
        _revalueEntered(b, ins);
        _settle(b, _difference(b.sumSafe, safeBefore));
        // Views in the callback show the book as it was before the trade.
        _store(b);
        ILossLedger(lossLedger).beforeRebalance(outs, ins);

        uint256 gross = LmpMath.grossValue(b);
        uint256 cost = _sendLegs(b, outs);
        IRebalancer(msg.sender).onRebalance(outs, ins, data);
        // The loss ledger may have moved it; 96 bits are meant.
        // forge-lint: disable-next-line(unsafe-typecast)
        b.mark = uint96(_hot >> 96);
        uint256 gained = _pullLegs(b, ins);
        _revalueLegs(b, outs);
        if (closing) require(gained >= minimum, TooLittle(gained, minimum));
        else if (cost > gained) _chargeLoss(cost - gained, gross);
        _settle(b, _difference(LmpMath.grossValue(b), gross));
        _store(b);
        emit Rebalanced(msg.sender, outs, ins);

        ILossLedger(lossLedger).afterRebalance(outs, ins, closing);
        if (!closing) IRebalanceGate(gate).check(outs, ins);
    }

    /// @dev From a closing destination to idle: no gate, but the ramp.
    /// @return closing whether it is such a move
    /// @return minimum what it must bring, base units
    function _closingTerms(Leg[] calldata outs, Leg[] calldata ins)
        private
        view
        returns (bool closing, uint256 minimum)
    {
        if (outs.length != 1 || ins.length != 1 || ins[0].destination != address(0)) return (false, 0);
        uint256 units = outs[0].units;
        Position storage p = _positions[outs[0].destination];
        closing = p.closingAt != 0 && units <= p.units;
        if (closing) minimum = p.closingFloor(units);
    }

    /// @return unvalued one that could not be valued or is unsafe; zero: none
    function _revalueLegs(Book memory b, Leg[] calldata legs) private returns (address unvalued) {
        for (uint256 i; i < legs.length; ++i) {
            address destination = legs[i].destination;
            require(legs[i].units != 0, ZeroAmount());
            if (destination != address(0) && !_revalue(b, destination)) unvalued = destination;
        }
    }

    /// @dev Only what is valued and safe is entered.
    function _revalueEntered(Book memory b, Leg[] calldata ins) private {
        address unvalued = _revalueLegs(b, ins);
        require(unvalued == address(0), NotValued(unvalued));
    }

    /// @dev What is left comes first in the exit queue.
    /// @return value of what left at max(safe, spot), and a base unit a leg, since values are rounded down
    function _sendLegs(Book memory b, Leg[] calldata legs) private returns (uint256 value) {
        value = b.idle + b.sumMax + legs.length;
        for (uint256 i; i < legs.length; ++i) {
            (address destination, uint256 units) = (legs[i].destination, legs[i].units);
            if (destination == address(0)) {
                require(units <= b.idle, InsufficientIdle(b.idle));
                b.idle -= units;
                ASSET.safeTransfer(msg.sender, units);
            } else {
                Position storage p = _positions[destination];
                p.take(b, destination, units);
                queue = ExitQueue.toHead(queue, p.index);
                destination.safeTransfer(msg.sender, units);
            }
        }
        value -= b.idle + b.sumMax;
    }

    /// @dev Units that came in have no value until the destination is valued again. What is entered comes last in the exit queue.
    /// @return value what the book gained by it, at min(safe, spot)
    function _pullLegs(Book memory b, Leg[] calldata legs) private returns (uint256 value) {
        value = b.idle + b.sumMin;
        for (uint256 i; i < legs.length; ++i) {
            (address destination, uint256 units) = (legs[i].destination, legs[i].units);
            if (destination == address(0)) {
                b.idle += units;
                _pullExact(ASSET, units);
            } else {
                Position storage p = _positions[destination];
                require(p.closingAt == 0, DestinationIsClosing(destination));
                p.units = (p.units + units).toUint128();
                queue = ExitQueue.toTail(queue, p.index);
                _pullExact(destination, units);
            }
        }
        _revalueEntered(b, legs);
        value = (b.idle + b.sumMin).zeroFloorSub(value);
    }

    /// @param gross V before the move
    function _chargeLoss(uint256 cost, uint256 gross) private {
        // Amounts of the book, WADs and times.
        unchecked {
            uint256 room = LmpMath.lossRoom(lossBucket, gross);
            require(cost <= room, LossExceeded(cost, room));
            uint256 used = LmpMath.lossUsed(lossBucket) + cost.mulDivUp(LmpMath.WAD, gross);
            lossBucket = block.timestamp << 64 | used;
            emit LossCharged(cost, used);
        }
    }
}
