// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ILMP} from "./ILMP.sol";
import {LmpViews} from "./LmpViews.sol";

/// @title Views of vaults for frontends and services
/// @notice LmpViews behind an address, for any vault; it holds nothing. Base units of the asset.
contract LmpLens {
    /// @notice What entrants pay for.
    function entryAssets(ILMP lmp) external view returns (uint256) {
        return LmpViews.entryAssets(lmp);
    }

    /// @notice What leavers are paid from.
    function exitAssets(ILMP lmp) external view returns (uint256) {
        return LmpViews.exitAssets(lmp);
    }

    /// @notice What entries and exits together may move now besides the block of a report.
    function flowRoom(ILMP lmp) external view returns (uint256) {
        return LmpViews.flowRoom(lmp);
    }

    /// @notice What rebalances may still lose now.
    function lossRoom(ILMP lmp) external view returns (uint256) {
        return LmpViews.lossRoom(lmp);
    }

    /// @notice Destinations in the order in which an exit beyond idle sells.
    function exitQueue(ILMP lmp) external view returns (address[] memory) {
        return LmpViews.exitQueue(lmp);
    }
}
