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

/// @title Reading of a gauge that never reverts
/// @dev Low-level, since `try` does not catch answers of the wrong shape. A caller cannot make a reading fail by giving too
/// little gas: the 1/64 that would be left does not pay for the rest of his transaction.
library GaugeReading {
    function read(address destination) internal view returns (Gauge memory) {
        (bool answered, bytes memory answer) = destination.staticcall(abi.encodeCall(IDestination.incentives, ()));
        if (!answered || answer.length < 96) return Gauge(0, 0, 0);
        (uint256 yearly, uint256 staked, uint256 end) = abi.decode(answer, (uint256, uint256, uint256));

        (answered, answer) = destination.staticcall(abi.encodeCall(IERC20.totalSupply, ()));
        if (!answered || answer.length < 32) return Gauge(0, 0, 0);
        // Units of holders who left in kind stay staked for the vault: they are not others.
        uint256 others = Math.saturatingSub(staked, abi.decode(answer, (uint256)));

        if (yearly > type(uint128).max || others > type(uint128).max) return Gauge(0, 0, 0);
        return Gauge(yearly, others, Math.saturatingSub(end, block.timestamp));
    }
}
