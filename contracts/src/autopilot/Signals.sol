// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IDestination} from "../destinations/IDestination.sol";
import {Gauge, GaugeReading} from "./GaugeReading.sol";
import {ISignals} from "./ISignals.sol";
import {SignalFilter} from "./SignalFilter.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title On-chain yield signals of destinations
/// @notice Three things per destination, taken by snapshots that anyone may make at least 20 h apart:
///
/// - BASE. The growth of the issuer rate between two snapshots, annualised (365 d), is a sample; the filter of SignalFilter
///   makes the base yield of the samples. It starts at 0, so one snapshot gives no yield, and a new destination is believed
///   only as its history grows. A fall of any leg's issuer rate is never annualised, though the others may rise by more: it is
///   recorded as `fellAt`, its sample is 0.
/// - INCENTIVE. What the gauge paid and who shared it at the time, unfiltered. A gauge that cannot be read counts 0.
/// - DEPTH. All liquidity of the pool at the time. Without it there is no snapshot: a venue that is inside a call hides it.
///
/// Nobody has a privilege here and any contract may be snapshotted: a signal means something only for a destination that a
/// vault registered. Destinations are only read (static calls).
contract Signals is ISignals {
    using SafeCast for uint256;

    uint256 public constant MIN_INTERVAL = 20 hours;

    mapping(address destination => Signal) private _signals;
    mapping(address destination => uint256[]) private _legRates;

    /// @inheritdoc ISignals
    function snapshot(address destination) external {
        Signal storage s = _signals[destination];
        uint256 nextAt = nextSnapshotAt(destination);
        require(block.timestamp >= nextAt, TooEarly(nextAt));
        uint256 rate = _issuerRate(destination);
        uint256[] memory rates = _readLegRates(destination);
        Gauge memory gauge = GaugeReading.read(destination);
        uint256 depth = _depth(destination);

        bool fell = _isBelow(rates, _legRates[destination]);
        if (s.count == 0) {
            s.firstAt = uint40(block.timestamp);
        } else {
            uint256 dt = block.timestamp - s.lastAt;
            s.sample = fell ? 0 : uint128(SignalFilter.sample(s.rate, rate, dt));
            s.base = uint128(SignalFilter.next(s.base, s.sample, dt));
            if (fell) s.fellAt = uint40(block.timestamp);
        }
        s.lastAt = uint40(block.timestamp);
        ++s.count;
        s.rate = rate.toUint128();
        _legRates[destination] = rates;
        s.incentiveYearly = uint128(gauge.yearly);
        s.incentiveOthers = uint128(gauge.others);
        s.depth = depth.toUint128();
        emit Snapshot(destination, rate, s.sample, s.base, gauge.yearly, gauge.others, depth, fell);
        emit LegRates(destination, rates);
    }

    /// @inheritdoc ISignals
    function signal(address destination) external view returns (Signal memory) {
        return _signals[destination];
    }

    /// @inheritdoc ISignals
    function legRates(address destination) external view returns (uint256[] memory) {
        return _legRates[destination];
    }

    /// @inheritdoc ISignals
    function isBelowSnapshot(address destination) external view returns (bool) {
        return _isBelow(_readLegRates(destination), _legRates[destination]);
    }

    /// @inheritdoc ISignals
    function nextSnapshotAt(address destination) public view returns (uint256) {
        uint256 lastAt = _signals[destination].lastAt;
        return lastAt == 0 ? 0 : lastAt + MIN_INTERVAL;
    }

    /// @dev Low-level: an address without code or an answer of the wrong shape is named too.
    function _issuerRate(address destination) private view returns (uint256 rate) {
        (bool answered, bytes memory answer) = destination.staticcall(abi.encodeCall(IDestination.issuerRate, ()));
        if (answered && answer.length >= 32) rate = abi.decode(answer, (uint256));
        require(rate != 0 && rate <= type(uint128).max, InvalidDestination(destination));
    }

    function _depth(address destination) private view returns (uint256 depth) {
        (bool answered, bytes memory answer) = destination.staticcall(abi.encodeCall(IDestination.depth, ()));
        require(answered && answer.length >= 32, InvalidDestination(destination));
        depth = abi.decode(answer, (uint256));
        require(depth <= type(uint128).max, InvalidDestination(destination));
    }

    function _readLegRates(address destination) private view returns (uint256[] memory) {
        (bool answered, bytes memory answer) = destination.staticcall(abi.encodeCall(IDestination.issuerRates, ()));
        require(answered && answer.length >= 96, InvalidDestination(destination));
        (uint256 offset, uint256 length) = abi.decode(answer, (uint256, uint256));
        require(offset == 32 && length == answer.length / 32 - 2, InvalidDestination(destination));
        return abi.decode(answer, (uint256[]));
    }

    /// @param seen at the last snapshot; empty before the first one
    function _isBelow(uint256[] memory rates, uint256[] storage seen) private view returns (bool) {
        uint256 count = seen.length;
        // A destination's legs never change; one that says so is not believed.
        if (count != 0 && rates.length != count) return true;
        for (uint256 i; i < count; ++i) {
            if (rates[i] < seen[i]) return true;
        }
        return false;
    }
}
