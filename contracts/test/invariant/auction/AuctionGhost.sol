// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

/// @notice What every pair was given, sold and paid, and what its lot may cost, kept without the auction and in other words: prices
/// are fractions, and every fill of a lot is kept.
abstract contract AuctionGhost is Test {
    struct Fill {
        uint256 amount;
        uint256 price;
    }

    struct Pair {
        address seller;
        address token;
        address asset;
        uint256 tokenDecimals;
        uint256 assetDecimals;
        /// @dev Terms of the next lot; zero start with an oracle.
        uint256 start;
        bool listed;
        uint256 consigned;
        uint256 sold;
        uint256 left;
        uint256 waiting;
        uint256 openedAt;
        /// @dev Terms of the running lot.
        uint256 lotStart;
        bool lotOracle;
        uint256 remembered;
        uint256 volume;
        uint256 weighedAt;
        Fill[] fills;
    }

    Pair[] internal pairs;
    mapping(address seller => uint256) public paid;
    mapping(address seller => uint256) public pushed;

    /* FEEDS, one per pair: no two pairs share a registry and a token */

    mapping(uint256 pair => uint256) internal market;
    mapping(uint256 pair => bool) internal dead;
    mapping(uint256 pair => uint256) internal lastGood;
    mapping(uint256 pair => uint256) internal failedAt;

    function consigned(uint256 i) external view returns (uint256) {
        return pairs[i].consigned;
    }

    function accounted(uint256 i) external view returns (uint256) {
        return pairs[i].sold + pairs[i].left + pairs[i].waiting;
    }

    function held(uint256 i) external view returns (uint256) {
        return pairs[i].left + pairs[i].waiting;
    }

    function _looked(uint256 i) internal {
        if (!dead[i]) (lastGood[i], failedAt[i]) = (market[i], 0);
        else if (failedAt[i] == 0) failedAt[i] = block.timestamp;
    }

    /// @dev n/d, exact.
    function _fraction(uint256 i) internal view returns (uint256 n, uint256 d) {
        Pair storage p = pairs[i];
        uint256 age = block.timestamp - p.openedAt;
        if (!p.lotOracle) return age >= 1 days ? (0, 1) : (p.lotStart * (1 days - age), 1 days);
        if (!dead[i]) {
            return age >= 6 hours ? (market[i] * 9, 10) : (market[i] * (110 * 6 hours - 20 * age), 100 * 6 hours);
        }
        uint256 since = failedAt[i] == 0 ? block.timestamp : failedAt[i];
        if (since < p.openedAt) since = p.openedAt;
        age = block.timestamp - since;
        return age >= 1 days ? (0, 1) : (lastGood[i] * 11 * (1 days - age), 10 * 1 days);
    }

    function _opened(uint256 i) internal {
        Pair storage p = pairs[i];
        if (p.left != 0 || p.waiting == 0 || !p.listed) return;
        (p.left, p.waiting, p.openedAt) = (p.waiting, 0, block.timestamp);
        p.lotOracle = p.start == 0;
        p.lotStart = p.lotOracle ? 0 : 4 * p.remembered > p.start ? 4 * p.remembered : p.start;
        if (p.lotStart > type(uint120).max) p.lotStart = type(uint120).max;
        delete p.fills;
    }

    function _sold(uint256 i, uint256 amount, uint256 price, uint256 payment) internal {
        Pair storage p = pairs[i];
        p.left -= amount;
        p.sold += amount;
        paid[p.seller] += payment;
        p.fills.push(Fill(amount, price));
        if (p.left != 0) return;
        if (!p.lotOracle && p.start != 0) _remembered(p);
        _opened(i);
    }

    /// @dev Week by week, as the text has it.
    function _remembered(Pair storage p) private {
        (uint256 cost, uint256 size) = (0, 0);
        for (uint256 k; k < p.fills.length; ++k) {
            cost += p.fills[k].amount * p.fills[k].price;
            size += p.fills[k].amount;
        }
        uint256 price = (cost + size - 1) / size;
        uint256 least = _least(p);
        while (p.weighedAt + 7 days <= block.timestamp) (p.volume, p.weighedAt) = (p.volume / 2, p.weighedAt + 7 days);
        if (p.volume < least) p.volume = least;
        if (size >= p.volume) {
            (p.remembered, p.volume, p.weighedAt) = (price, size, block.timestamp);
        } else {
            p.remembered = (price * size + p.remembered * (p.volume - size) + p.volume - 1) / p.volume;
        }
    }

    function _least(Pair storage p) internal view returns (uint256) {
        return (10 ** (18 + p.tokenDecimals) + p.start - 1) / p.start;
    }
}
