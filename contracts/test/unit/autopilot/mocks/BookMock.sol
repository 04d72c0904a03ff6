// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Book, DestinationState, ILMP} from "../../../../src/lmp/ILMP.sol";

/// @notice The part of a vault that Limits reads, as a test wants it.
contract BookMock {
    address public immutable asset;
    uint256 public idle;
    address[] private _destinations;
    mapping(address destination => bool) private _known;
    mapping(address destination => DestinationState) private _states;

    constructor(address asset_) {
        asset = asset_;
    }

    function add(address destination) external {
        _destinations.push(destination);
        _known[destination] = true;
    }

    function setIdle(uint256 idle_) external {
        idle = idle_;
    }

    /// @notice Valued now and safe.
    function hold(address destination, uint256 units, uint256 safe) external {
        DestinationState storage state = _states[destination];
        (state.units, state.safe, state.spot, state.backing) = (units, safe, safe, safe);
        (state.valuedAt, state.ok) = (block.timestamp, true);
    }

    function setState(address destination, DestinationState calldata state) external {
        _states[destination] = state;
    }

    function destinations() external view returns (address[] memory) {
        return _destinations;
    }

    function destinationState(address destination) external view returns (DestinationState memory) {
        require(_known[destination], ILMP.UnknownDestination(destination));
        return _states[destination];
    }

    function book() external view returns (Book memory b) {
        b.idle = idle;
        for (uint256 i; i < _destinations.length; ++i) {
            b.sumSafe += _states[_destinations[i]].safe;
        }
    }
}
