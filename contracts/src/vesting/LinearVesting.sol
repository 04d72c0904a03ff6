// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Linear vesting
/// @notice The protocol's one home of vesting curves. A curve never falls and ends at its total.
library LinearVesting {
    /// @notice What has vested of `total` at `time`: nothing up to `start`, all from `end`.
    /// @dev Rounded down, for the one it is taken from. An `end` at or before `start` vests at once at `end`.
    /// @param start unix seconds, as `end` and `time`
    function vested(uint256 total, uint256 start, uint256 end, uint256 time) internal pure returns (uint256) {
        if (time >= end) return total;
        if (time <= start) return 0;
        return Math.mulDiv(total, time - start, end - start);
    }
}
