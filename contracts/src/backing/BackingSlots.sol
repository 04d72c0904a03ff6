// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {PoolState, Position} from "./BackingMath.sol";
import {IBackingPool} from "./IBackingPool.sol";

/// @dev A | H << 96 | cases << 224 | nextDay << 240.   G | last << 128 | remaining << 160 | rate << 182.
struct PoolSlots {
    uint256 stake;
    uint256 fees;
}

/// @dev shares | G << 128.   owed | seen << 112.
struct PositionSlots {
    uint256 stake;
    uint256 owed;
}

/// @title How a backing pool is stored
/// @notice Packed by hand: a stake writes two slots of the pool and one of the account, each once. The members of a struct would be
/// read and written one by one, which the gas budget of a stake does not hold.
///
/// What is not checked here cannot grow out of its width: H and G are bounded where they grow, a stream lasts 28 days (below 2^22
/// seconds), times fit until 2106, days until 2149.
library BackingSlots {
    function load(PoolSlots storage p, PoolState memory s) internal view {
        uint256 word = p.stake;
        (s.toke, s.shares, s.cases, s.nextDay) = (uint96(word), uint128(word >> 96), uint16(word >> 224), word >> 240);
        word = p.fees;
        (s.fees, s.last, s.remaining, s.rate) =
        (uint128(word), uint32(word >> 128), (word >> 160) & 0x3fffff, word >> 182);
    }

    /// @dev Reverts `TooLarge`.
    function save(PoolSlots storage p, PoolState memory s) internal {
        require(s.toke >> 96 | s.cases >> 16 | s.rate >> 74 == 0, IBackingPool.TooLarge());
        p.stake = s.toke | s.shares << 96 | s.cases << 224 | s.nextDay << 240;
        p.fees = s.fees | s.last << 128 | s.remaining << 160 | s.rate << 182;
    }

    function load(PositionSlots storage p, Position memory x) internal view {
        uint256 word = p.stake;
        (x.shares, x.fees) = (uint128(word), word >> 128);
        word = p.owed;
        (x.owed, x.seen) = (uint112(word), word >> 112);
    }

    /// @dev Reverts `TooLarge`.
    function save(PositionSlots storage p, Position memory x) internal {
        require(x.owed >> 112 == 0, IBackingPool.TooLarge());
        p.stake = x.shares | x.fees << 128;
        p.owed = x.owed | x.seen << 112;
    }
}
