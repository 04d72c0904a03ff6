// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @title A bucket that leaks evenly
/// @notice What flows in any time t is at most its capacity plus t of the leak. Levels in any unit, times in unix seconds.
library LeakyBucket {
    using FixedPointMathLib for uint256;

    /// @notice What is left at `time` of a level set at `since`; the leak is rounded down.
    /// @param leak a day
    function level(uint256 used, uint256 since, uint256 leak, uint256 time) internal pure returns (uint256) {
        unchecked {
            return used.zeroFloorSub(leak * (time - since) / 1 days);
        }
    }
}
