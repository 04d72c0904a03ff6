// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @title Is a venue in the middle of a call?
/// @notice Read-only reentrancy: inside a venue's callback its balances and supply do not belong together. A function behind
/// the venue's reentrancy lock tells from a view: when the lock is free it goes on to write the lock, which a static call
/// forbids, and that burns all gas it was given; when the lock is taken it reverts before and gives the rest back. Whoever
/// sends too little gas is told "locked", never "free".
library VenueLock {
    /// @dev Enough to reach the check of a taken lock (measured: Balancer V2 and Curve v1 below 6,000).
    uint256 private constant PROBE_GAS = 10_000;

    /// @param locked calldata of a function whose first act is to take the lock
    function isTaken(address venue, bytes memory locked) internal view returns (bool taken) {
        assembly ("memory-safe") {
            // Touched before it is measured, so that the price of a cold account is not in the measure.
            pop(extcodesize(venue))
            let before := gas()
            pop(staticcall(PROBE_GAS, venue, add(locked, 32), mload(locked), 0, 0))
            taken := lt(sub(before, gas()), PROBE_GAS)
        }
    }
}
