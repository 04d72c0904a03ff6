// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ISignals} from "../../../../src/autopilot/ISignals.sol";
import {DestinationMock} from "./DestinationMock.sol";

/// @notice Signals as a test wants them.
contract SignalsMock {
    mapping(address destination => ISignals.Signal) private _signals;

    function signal(address destination) external view returns (ISignals.Signal memory) {
        return _signals[destination];
    }

    function isBelowSnapshot(address destination) external view returns (bool) {
        return DestinationMock(destination).issuerRate() < _signals[destination].rate;
    }

    function setBase(address destination, uint128 base, uint128 sample) external {
        _signals[destination].base = base;
        _signals[destination].sample = sample;
    }

    function setGauge(address destination, uint128 yearly, uint128 others) external {
        _signals[destination].incentiveYearly = yearly;
        _signals[destination].incentiveOthers = others;
    }

    function setDepth(address destination, uint128 depth) external {
        _signals[destination].depth = depth;
    }

    function setFall(address destination, uint128 rate, uint40 fellAt) external {
        _signals[destination].rate = rate;
        _signals[destination].fellAt = fellAt;
    }
}
