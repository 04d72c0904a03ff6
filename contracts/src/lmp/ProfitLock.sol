// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @title Locked profit
/// @notice A gain is not anybody's at once: it unlocks linearly over `PERIOD`, so nobody can enter for it and leave with it.
/// All amounts in base units of the asset, times in unix seconds.
library ProfitLock {
    using FixedPointMathLib for uint256;

    uint256 internal constant PERIOD = 24 hours;

    /// @notice What of `locked`, set at `start`, is still locked at `time`. Rounded up: against the leaver.
    function remaining(uint256 locked, uint256 start, uint256 end, uint256 time) internal pure returns (uint256) {
        unchecked {
            if (time >= end) return 0;
            return locked.mulDivUp(end - time, end - start);
        }
    }

    /// @notice A gain joins the lock. Its end is the amount-weighted mean of the old end and `time + PERIOD`, rounded down.
    /// @param locked what is locked at `time`
    function add(uint256 locked, uint256 end, uint256 gain, uint256 time)
        internal
        pure
        returns (uint256 newLocked, uint256 newEnd)
    {
        unchecked {
            newLocked = locked + gain;
            if (newLocked == 0) return (0, end);
            newEnd = (locked * end + gain * (time + PERIOD)) / newLocked;
        }
    }

    /// @notice A loss eats the lock first; what exceeds it is everybody's.
    function eat(uint256 locked, uint256 loss) internal pure returns (uint256) {
        return locked.zeroFloorSub(loss);
    }
}
