// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ExitQueue} from "./ExitQueue.sol";
import {Book, ILMP} from "./ILMP.sol";
import {LmpMath} from "./LmpMath.sol";

/// @title What follows from a vault's book
/// @notice Computed outside the vault by its own arithmetic, so that its code holds only what moves value. For contracts; LmpLens
/// answers the same to everybody else. Base units of the asset.
library LmpViews {
    /// @notice idle + sumMax - phi*(V - M)+ + cover, rounded up: what entrants pay for.
    function entryAssets(ILMP lmp) internal view returns (uint256) {
        return LmpMath.entryValueUp(lmp.book(), lmp.feeBps(), 0) + lmp.cover();
    }

    /// @notice idle + sumMin - L - phi*(R - M)+, rounded down: what leavers are paid from; never below 0.
    function exitAssets(ILMP lmp) internal view returns (uint256) {
        return LmpMath.exitValueDown(lmp.book(), lmp.feeBps());
    }

    /// @notice What entries and exits together may move now besides the block of a report, rounded down.
    function flowRoom(ILMP lmp) internal view returns (uint256) {
        return LmpMath.flowRoom(lmp.book());
    }

    /// @notice What rebalances may still lose now, rounded down.
    function lossRoom(ILMP lmp) internal view returns (uint256) {
        return LmpMath.lossRoom(lmp.lossBucket(), LmpMath.grossValue(lmp.book()));
    }

    /// @notice Destinations in the order in which an exit beyond idle sells.
    function exitQueue(ILMP lmp) internal view returns (address[] memory list) {
        uint256 queue = lmp.queue();
        address[] memory destinations = lmp.destinations();
        list = new address[](ExitQueue.length(queue));
        for (uint256 i; i < list.length; ++i) {
            list[i] = destinations[ExitQueue.entryAt(queue, i) - 1];
        }
    }
}
