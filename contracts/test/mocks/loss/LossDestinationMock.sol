// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IDestination} from "../../../src/destinations/IDestination.sol";

/// @notice What the loss ledger asks of a destination: a unit holds a quantity of its legs in equal parts. Fails in the ways a
/// destination can fail.
contract LossDestinationMock {
    enum Answer {
        Good,
        Reverts,
        Locked,
        /// @dev Burns all gas it is given.
        Endless,
        /// @dev Two words instead of five.
        Short,
        /// @dev Says two values where three were asked.
        Fewer,
        TooLarge,
        /// @dev A megabyte.
        Bomb
    }

    address[] private _legs;
    /// @notice Quantity of the legs, together, in a unit of 1e18.
    uint256 public perUnit = 1e18;
    Answer public legsAnswer;
    Answer public valuesAnswer;

    constructor(address[] memory legs_) {
        _legs = legs_;
    }

    function setPerUnit(uint256 perUnit_) external {
        perUnit = perUnit_;
    }

    function setAnswers(Answer legs_, Answer values) external {
        (legsAnswer, valuesAnswer) = (legs_, values);
    }

    function legs() external view returns (address[] memory) {
        _misbehave(legsAnswer);
        return legsAnswer == Answer.TooLarge ? new address[](6) : _legs;
    }

    function valuesAt(uint256 units, uint256[][] calldata legPrices) external view returns (uint256[] memory values) {
        _misbehave(valuesAnswer);
        values = new uint256[](valuesAnswer == Answer.Fewer ? 2 : legPrices.length);
        for (uint256 i; i < values.length; ++i) {
            uint256 sum;
            for (uint256 j; j < _legs.length; ++j) {
                sum += legPrices[i][j];
            }
            values[i] = units * perUnit / 1e18 * sum / _legs.length / 1e18;
            if (valuesAnswer == Answer.TooLarge) values[i] = type(uint96).max;
        }
    }

    function _misbehave(Answer a) private pure {
        require(a != Answer.Reverts);
        require(a != Answer.Locked, IDestination.VenueLocked());
        if (a == Answer.Endless) while (true) {}
        if (a == Answer.Bomb) {
            assembly ("memory-safe") {
                return(0, 1000000)
            }
        }
        if (a == Answer.Short) {
            assembly ("memory-safe") {
                mstore(0, 32)
                mstore(32, 3)
                return(0, 64)
            }
        }
    }
}
