// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IDestination} from "../destinations/IDestination.sol";
import {Book, DestinationState, ILMP, Leg} from "../lmp/ILMP.sol";
import {Gauge, GaugeReading} from "./GaugeReading.sol";
import {ILimits} from "./ILimits.sol";
import {IRebalanceGate} from "./IRebalanceGate.sol";
import {ISignals} from "./ISignals.sol";
import {Change, Income} from "./Income.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title The on-chain check of a solver's proposal
/// @notice Policy of rebalances. A vault calls `check` after the units have moved and its book of the touched destinations was
/// renewed; `check` reverts with the reason, or charges the turnover bucket and returns.
///
/// SHAPE
/// At most 4 legs out and 4 in, no empty one, every destination (and idle) at most once, all registered in the calling vault:
/// its `destinationState` refuses others with `UnknownDestination`.
///
/// ENTERING
/// A destination that is entered is safe now, was not seen unsafe for 1 h, its legs trade at most 2% below their issuers' rates,
/// and no leg's issuer rate has fallen for 7 days: neither between two snapshots nor since the last one.
///
/// COST
/// What the pool gives up, by values of now: max = max(safe, spot), min = min(safe, spot),
///
///     cost = sum out (max + 0.75 * (backing - max)+)  -  sum in min        not below 0
///
/// Selling below backing is a cost even at the market's price, since the discount is expected to close. The solver's gas and
/// pay are inside: they are what he does not deliver. An out leg counts one base unit more, since values are rounded down.
///
/// GAIN
/// Sum over the touched destinations of F(after) - F(before), see Income, over the horizon. Each reading is taken against the
/// move: of the filtered base yield and its last sample, and of the gauge at the last snapshot and now, the one under which
/// the move gains less. A gauge counts until its paid-for end. Idle earns nothing.
///
/// LIMITS
/// What the pool loses by values of now, sum out max - sum in min, is at most 0.5% of the moved value whatever the gain: what a
/// gauge seems to pay is in the hands of those who stake there, so a small holding can seem to earn any amount.
/// cost < c * gain, c = 50% - 40% * (used share of the turnover bucket before the move). The moved value, max(sum out, sum in)
/// at safe, must fit into the bucket: 20% of the vault's assets, refilled evenly within a day.
/// Last, what was entered keeps the vault's caps, see Limits.
///
/// TRUST
/// The gate holds nothing, is approved for nothing and calls others only statically; its one state is the turnover bucket of
/// each calling vault. The vault enforces the exact pull without it. So a bad gate lets bad proposals pass until the vault's
/// governance replaces it, and can take nothing itself. There is no owner and no parameter to set.
contract RebalanceGate is IRebalanceGate {
    using Math for uint256;
    using SafeCast for uint256;

    uint256 private constant WAD = 1e18;
    uint256 private constant YEAR = 365 days;
    address private constant IDLE = address(0);

    uint256 public constant MAX_LEGS = 4;
    uint256 public constant UNSAFE_COOLDOWN = 1 hours;
    uint256 public constant FALL_COOLDOWN = 7 days;
    /// @notice Largest discount of a leg below its issuer rate at which its pool is entered, WAD.
    uint256 public constant MAX_DISCOUNT = 0.02e18;
    /// @notice Part of the gap to backing that leaving gives up, WAD.
    uint256 public constant BACKING_WEIGHT = 0.75e18;
    /// @notice Most of the moved value that may be lost, WAD.
    uint256 public constant MAX_LOSS = 0.005e18;
    /// @notice Cost factor with an unused turnover bucket, and by how much a full one lowers it, WAD.
    uint256 public constant MAX_COST_FACTOR = 0.5e18;
    uint256 public constant COST_FACTOR_RANGE = 0.4e18;
    /// @notice Size of the turnover bucket as a share of the vault's assets, WAD.
    uint256 public constant TURNOVER_SHARE = 0.2e18;
    uint256 public constant TURNOVER_REFILL = 1 days;
    uint256 public constant MIN_HORIZON = 14 days;
    uint256 public constant MAX_HORIZON = 60 days;

    ISignals public immutable signals;
    /// @notice Asked last about every proposal.
    ILimits public immutable limits;
    /// @notice Seconds over which a gain must pay for the cost.
    uint256 public immutable horizon;

    struct Bucket {
        /// @dev Used share at `chargedAt`, WAD.
        uint128 used;
        uint40 chargedAt;
    }

    mapping(address lmp => Bucket) private _turnover;

    /// @dev Running sums of one check; `out` and `in_` are the two sides of the loss, `discount` is the weighed gap to backing.
    struct Sums {
        uint256 out;
        uint256 in_;
        uint256 discount;
        uint256 safeOut;
        uint256 safeIn;
        uint256 incomeBefore;
        uint256 incomeAfter;
    }

    error InvalidHorizon(uint256 horizon);

    /// @param horizon_ seconds, 14 to 60 days
    constructor(ISignals signals_, ILimits limits_, uint256 horizon_) {
        require(horizon_ >= MIN_HORIZON && horizon_ <= MAX_HORIZON, InvalidHorizon(horizon_));
        signals = signals_;
        limits = limits_;
        horizon = horizon_;
    }

    /* CHECK */

    /// @inheritdoc IRebalanceGate
    function check(Leg[] calldata outs, Leg[] calldata ins) external {
        _checkShape(outs, ins);
        ILMP lmp = ILMP(msg.sender);
        Sums memory sums;
        for (uint256 i; i < outs.length; ++i) {
            _leave(lmp, outs[i], sums);
        }
        for (uint256 i; i < ins.length; ++i) {
            _enter(lmp, ins[i], sums);
        }

        uint256 cost = (sums.out + sums.discount).saturatingSub(sums.in_);
        uint256 gain = sums.incomeAfter.saturatingSub(sums.incomeBefore).mulDiv(horizon, YEAR);
        uint256 factor = costFactor(msg.sender);
        uint256 allowed = gain.mulDiv(factor, WAD);
        require(cost < allowed, NoImprovement(cost, allowed));
        uint256 moved = Math.max(sums.safeOut, sums.safeIn);
        uint256 loss = sums.out.saturatingSub(sums.in_);
        uint256 limit = moved.mulDiv(MAX_LOSS, WAD);
        require(loss <= limit, LossTooLarge(loss, limit));
        _charge(lmp, moved);
        emit RebalanceChecked(msg.sender, cost, gain, sums.incomeBefore, sums.incomeAfter, moved, factor);
        limits.check(msg.sender, outs, ins);
    }

    function _checkShape(Leg[] calldata outs, Leg[] calldata ins) private pure {
        require(outs.length <= MAX_LEGS && ins.length <= MAX_LEGS, TooManyLegs());
        for (uint256 i; i < outs.length + ins.length; ++i) {
            Leg calldata leg = _at(outs, ins, i);
            require(leg.units != 0, EmptyLeg(leg.destination));
            for (uint256 j; j < i; ++j) {
                require(_at(outs, ins, j).destination != leg.destination, DuplicateLeg(leg.destination));
            }
        }
    }

    function _at(Leg[] calldata outs, Leg[] calldata ins, uint256 i) private pure returns (Leg calldata) {
        return i < outs.length ? outs[i] : ins[i - outs.length];
    }

    function _leave(ILMP lmp, Leg calldata leg, Sums memory sums) private view {
        if (leg.destination == IDLE) {
            sums.out += leg.units;
            sums.safeOut += leg.units;
            return;
        }
        uint256 held = lmp.destinationState(leg.destination).units;
        (uint256 safe, uint256 spot, uint256 backing,) = IDestination(leg.destination).value(leg.units);
        uint256 max = Math.max(safe, spot);
        sums.out += max + 1;
        sums.discount += backing.saturatingSub(max).mulDiv(BACKING_WEIGHT, WAD, Math.Rounding.Ceil);
        sums.safeOut += safe;
        _add(sums, _change(leg, safe, held + leg.units, held));
    }

    function _enter(ILMP lmp, Leg calldata leg, Sums memory sums) private view {
        if (leg.destination == IDLE) {
            sums.in_ += leg.units;
            sums.safeIn += leg.units;
            return;
        }
        DestinationState memory state = lmp.destinationState(leg.destination);
        (uint256 safe, uint256 spot,, bool ok) = IDestination(leg.destination).value(leg.units);
        require(ok, UnsafeDestination(leg.destination));
        _checkEntry(leg.destination, state.unsafeAt);
        sums.in_ += Math.min(safe, spot);
        sums.safeIn += safe;
        _add(sums, _change(leg, safe, state.units - leg.units, state.units));
    }

    function _checkEntry(address destination, uint256 unsafeAt) private view {
        require(unsafeAt == 0 || block.timestamp >= unsafeAt + UNSAFE_COOLDOWN, RecentlyUnsafe(destination));
        uint256 discount = IDestination(destination).discount();
        require(discount <= MAX_DISCOUNT, DiscountTooLarge(destination, discount));
        ISignals.Signal memory signal = signals.signal(destination);
        require(
            (signal.fellAt == 0 || block.timestamp >= signal.fellAt + FALL_COOLDOWN)
                && !signals.isBelowSnapshot(destination),
            IssuerRateFell(destination)
        );
    }

    /* INCOME */

    /// @inheritdoc IRebalanceGate
    function income(address destination, uint256 units, bool entering) external view returns (uint256) {
        if (units == 0) return 0;
        (uint256 safe,,,) = IDestination(destination).value(units);
        Leg memory leg = Leg(destination, units);
        return entering ? _change(leg, safe, 0, units).afterwards : _change(leg, safe, units, 0).before;
    }

    /// @param safe value of `leg.units`; the value of other amounts is proportional
    function _change(Leg memory leg, uint256 safe, uint256 unitsBefore, uint256 unitsAfter)
        private
        view
        returns (Change memory)
    {
        ISignals.Signal memory signal = signals.signal(leg.destination);
        uint256 valueBefore = safe.mulDiv(unitsBefore, leg.units, Math.Rounding.Ceil);
        uint256 valueAfter = safe.mulDiv(unitsAfter, leg.units);
        Change memory base = Income.worse(
            Income.base(signal.base, valueBefore, valueAfter), Income.base(signal.sample, valueBefore, valueAfter)
        );
        Gauge memory live = GaugeReading.read(leg.destination);
        Gauge memory seen = Gauge(signal.incentiveYearly, signal.incentiveOthers, live.paidFor);
        Change memory incentives = Income.worse(
            Income.incentives(live, unitsBefore, unitsAfter, horizon),
            Income.incentives(seen, unitsBefore, unitsAfter, horizon)
        );
        return Change(base.before + incentives.before, base.afterwards + incentives.afterwards);
    }

    function _add(Sums memory sums, Change memory change) private pure {
        sums.incomeBefore += change.before;
        sums.incomeAfter += change.afterwards;
    }

    /* TURNOVER */

    /// @inheritdoc IRebalanceGate
    function turnoverUsed(address lmp) public view returns (uint256) {
        Bucket memory bucket = _turnover[lmp];
        return uint256(bucket.used).saturatingSub(WAD * (block.timestamp - bucket.chargedAt) / TURNOVER_REFILL);
    }

    /// @inheritdoc IRebalanceGate
    function costFactor(address lmp) public view returns (uint256) {
        return MAX_COST_FACTOR - turnoverUsed(lmp).mulDiv(COST_FACTOR_RANGE, WAD, Math.Rounding.Ceil);
    }

    function _charge(ILMP lmp, uint256 moved) private {
        Book memory book = lmp.book();
        uint256 capacity = (book.idle + book.sumSafe).mulDiv(TURNOVER_SHARE, WAD);
        uint256 used = turnoverUsed(address(lmp));
        uint256 available = capacity.mulDiv(WAD - used, WAD);
        require(moved <= available, TurnoverExceeded(moved, available));
        used = Math.min(used + moved.mulDiv(WAD, capacity, Math.Rounding.Ceil), WAD);
        _turnover[address(lmp)] = Bucket(used.toUint128(), uint40(block.timestamp));
        emit TurnoverCharged(address(lmp), used);
    }
}
