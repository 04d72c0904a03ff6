// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IDestination} from "../destinations/IDestination.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice What a destination's gauge pays. All zero if it could not be read: what cannot be measured counts 0.
struct Gauge {
    /// @dev Value of the rewards of all stakers per year, base units of the vault's asset.
    uint256 yearly;
    /// @dev Units staked by others than the destination.
    uint256 others;
    /// @dev Seconds for which the rewards are paid, from now.
    uint256 paidFor;
}

/// @title Reading of a gauge that fails only for lack of gas
library GaugeReading {
    /// @dev Gas of one reading: 8 reward tokens with their prices take less. Fixed, so that nobody can make a gauge count 0 by
    /// sending little gas.
    uint256 internal constant PROBE_GAS = 600_000;
    /// @dev Spent between the check and the call.
    uint256 private constant PROBE_OVERHEAD = 5000;

    /// @dev Too little gas left for a full reading.
    error NotEnoughGas();

    function read(address destination) internal view returns (Gauge memory) {
        (bool answered, bytes memory answer) = _ask(destination, abi.encodeCall(IDestination.incentives, ()));
        if (!answered || answer.length < 96) return Gauge(0, 0, 0);
        (uint256 yearly, uint256 staked, uint256 end) = abi.decode(answer, (uint256, uint256, uint256));

        (answered, answer) = _ask(destination, abi.encodeCall(IERC20.totalSupply, ()));
        if (!answered || answer.length < 32) return Gauge(0, 0, 0);
        // Units of holders who left in kind stay staked for the vault: they are not others.
        uint256 others = Math.saturatingSub(staked, abi.decode(answer, (uint256)));

        if (yearly > type(uint128).max || others > type(uint128).max) return Gauge(0, 0, 0);
        return Gauge(yearly, others, Math.saturatingSub(end, block.timestamp));
    }

    /// @dev Low-level, since `try` does not catch answers of the wrong shape.
    function _ask(address destination, bytes memory question) private view returns (bool, bytes memory) {
        // A call gets at most 63/64 of what is left; below that the stipend would be cut silently.
        require(gasleft() >= PROBE_GAS * 64 / 63 + PROBE_OVERHEAD, NotEnoughGas());
        return destination.staticcall{gas: PROBE_GAS}(question);
    }
}
