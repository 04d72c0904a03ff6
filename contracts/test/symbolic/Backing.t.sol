// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {BackingMath, PoolState} from "../../src/backing/BackingMath.sol";
import {Test} from "forge-std/Test.sol";

/// @notice Stake of a backing pool, on its bytecode. See ConversionsSymbolic for the names.
contract BackingSymbolic is Test {
    function _pool(uint96 toke, uint128 shares) private pure returns (PoolState memory s) {
        vm.assume(toke != 0 && toke <= shares);
        (s.toke, s.shares) = (toke, shares);
    }

    /// @dev The pool's A and H are left as they were: nothing is gained by standing on both sides of a price.
    function check_stakeThenRelease(uint96 staked, uint96 toke, uint96 shares) public pure {
        PoolState memory s = _pool(toke, shares);
        uint256 bought = BackingMath.sharesFor(s, staked);
        (s.toke, s.shares) = (uint256(toke) + staked, uint256(shares) + bought);
        assertLe(BackingMath.release(s, bought), staked);
    }

    function check_releaseLeavesThePrice(uint96 toke, uint96 shares, uint96 leaving) public pure {
        vm.assume(leaving < shares);
        PoolState memory s = _pool(toke, shares);
        BackingMath.release(s, leaving);
        assertGe(s.toke * shares, toke * s.shares);
    }

    function check_slashLeavesSomething(uint96 toke) public pure {
        uint256 most = BackingMath.maxSlash(toke);
        assertTrue(toke == 0 || most < toke);
        assertTrue(toke < 2 || most * 10_000 >= toke * BackingMath.MAX_SLASH_BPS);
    }

    function checkWrong_anyStakeComesBackWhole(uint96 staked, uint96 toke, uint96 shares) public pure {
        PoolState memory s = _pool(toke, shares);
        uint256 bought = BackingMath.sharesFor(s, staked);
        (s.toke, s.shares) = (uint256(toke) + staked, uint256(shares) + bought);
        assertGe(BackingMath.release(s, bought), staked);
    }

    /* Fuzzed: no solver settles this in time */

    function testFuzz_releaseLeavesThePrice(uint96 toke, uint96 shares, uint96 leaving) public pure {
        shares = uint96(bound(shares, 1, type(uint96).max));
        toke = uint96(bound(toke, 1, shares));
        check_releaseLeavesThePrice(toke, shares, uint96(bound(leaving, 0, shares - 1)));
    }
}
