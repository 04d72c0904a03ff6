// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @title Is a venue in the middle of a call?
/// @notice Read-only reentrancy: inside a venue's callback its balances and supply do not belong together. A static
/// call of a function behind the venue's reentrancy lock tells: while the lock is free the function goes on to write it,
/// which a static call forbids, and that burns all gas it was given, but for the 64th that a proxy in front of it kept; while the
/// lock is taken it reverts before that and gives the rest back. Whoever sends too little gas is told "taken", never "free".
library VenueLock {
    uint256 private constant PROBE_GAS = 10_000;
    /// @dev Above what it costs to reach the check of a taken lock (measured, warm as it is then: 1,015 in Balancer V2, 558 in
    /// Curve v1, 1,294 in Aerodrome's clones), below what a free one burns.
    uint256 private constant FREE_GAS = 7000;

    /// @param locked calldata of a function whose first act is to take the lock
    function isTaken(address venue, bytes memory locked) internal view returns (bool taken) {
        assembly ("memory-safe") {
            let before := gas()
            pop(staticcall(PROBE_GAS, venue, add(locked, 32), mload(locked), 0, 0))
            taken := lt(sub(before, gas()), FREE_GAS)
        }
    }
}
