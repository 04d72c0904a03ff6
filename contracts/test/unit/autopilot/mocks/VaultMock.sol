// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {RebalanceGate} from "../../../../src/autopilot/RebalanceGate.sol";
import {Book, DestinationState, ILMP, Leg} from "../../../../src/lmp/ILMP.sol";
import {DestinationMock} from "./DestinationMock.sol";

/// @notice The part of a vault that the gate reads. `move` books the units of a proposal and asks the gate, as a vault does
/// after it was paid.
contract VaultMock {
    uint256 public idle;
    address[] private _destinations;
    mapping(address destination => bool) private _known;
    mapping(address destination => uint256) public units;
    mapping(address destination => uint256) public unsafeAt;

    function setIdle(uint256 idle_) external {
        idle = idle_;
    }

    function add(DestinationMock destination, uint256 units_) external {
        _destinations.push(address(destination));
        _known[address(destination)] = true;
        _setUnits(address(destination), units_);
    }

    function setUnsafeAt(DestinationMock destination, uint256 at_) external {
        unsafeAt[address(destination)] = at_;
    }

    function destinationState(address destination) external view returns (DestinationState memory state) {
        require(_known[destination], ILMP.UnknownDestination(destination));
        state.units = units[destination];
        state.unsafeAt = unsafeAt[destination];
    }

    function book() external view returns (Book memory b) {
        b.idle = idle;
        for (uint256 i; i < _destinations.length; ++i) {
            b.sumSafe += units[_destinations[i]] * DestinationMock(_destinations[i]).safePrice() / 1e18;
        }
    }

    function move(RebalanceGate gate, Leg[] calldata outs, Leg[] calldata ins) external {
        for (uint256 i; i < outs.length; ++i) {
            address destination = outs[i].destination;
            if (destination == address(0)) idle -= outs[i].units;
            else _setUnits(destination, units[destination] - outs[i].units);
        }
        for (uint256 i; i < ins.length; ++i) {
            address destination = ins[i].destination;
            if (destination == address(0)) idle += ins[i].units;
            else _setUnits(destination, units[destination] + ins[i].units);
        }
        gate.check(outs, ins);
    }

    /// @dev All units are the vault's, as if nobody had left in kind.
    function _setUnits(address destination, uint256 units_) private {
        units[destination] = units_;
        if (destination.code.length != 0) DestinationMock(destination).setTotalSupply(units_);
    }
}
