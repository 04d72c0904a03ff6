// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {LeakyBucket} from "../../../src/lmp/LeakyBucket.sol";
import {Test} from "forge-std/Test.sol";

contract LeakyBucketTest is Test {
    function test_leaksEvenlyRoundedDownNeverBelowNothing() public pure {
        assertEq(LeakyBucket.level({used: 90, since: 7, leak: 100, time: 7}), 90);
        assertEq(LeakyBucket.level({used: 90, since: 7, leak: 100, time: 7 + 12 hours}), 40);
        // 100 * 43,199 / 86,400 = 49.999
        assertEq(LeakyBucket.level({used: 90, since: 7, leak: 100, time: 7 + 12 hours - 1}), 41);
        assertEq(LeakyBucket.level({used: 90, since: 7, leak: 100, time: 7 + 2 days}), 0);
    }
}
