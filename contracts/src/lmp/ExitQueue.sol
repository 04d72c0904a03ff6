// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @title The order in which exits sell
/// @notice A list without repeats of up to 31 entries from 1 to 255 in one word, the head in the lowest byte; 0 ends it.
library ExitQueue {
    function toHead(uint256 queue, uint256 entry) internal pure returns (uint256) {
        return without(queue, entry) << 8 | entry;
    }

    function toTail(uint256 queue, uint256 entry) internal pure returns (uint256) {
        unchecked {
            queue = without(queue, entry);
            uint256 shift;
            while (queue >> shift != 0) shift += 8;
            return queue | entry << shift;
        }
    }

    function length(uint256 queue) internal pure returns (uint256 count) {
        for (; queue != 0; queue >>= 8) {
            ++count;
        }
    }

    /// @param i from 0, the head
    function entryAt(uint256 queue, uint256 i) internal pure returns (uint256 entry) {
        return queue >> (i << 3) & 0xff;
    }

    /// @notice The queue less `entry`, which need not be in it.
    function without(uint256 queue, uint256 entry) internal pure returns (uint256) {
        unchecked {
            for (uint256 shift; queue >> shift != 0; shift += 8) {
                if (queue >> shift & 0xff == entry) {
                    // forge-lint: disable-next-line(incorrect-shift)
                    uint256 before = queue & ((1 << shift) - 1);
                    return before | queue >> (shift + 8) << shift;
                }
            }
            return queue;
        }
    }

    /// @notice `from`, where it stands, becomes `to`.
    function renamed(uint256 queue, uint256 from, uint256 to) internal pure returns (uint256) {
        unchecked {
            for (uint256 shift; queue >> shift != 0; shift += 8) {
                if (queue >> shift & 0xff == from) return queue ^ (from ^ to) << shift;
            }
            return queue;
        }
    }
}
