// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @title Role ids of the protocol's AccessManager
/// @notice What raises risk is delayed, what lowers it is immediate; a guardian can cancel what waits. docs/roles.md lists
/// every function with its role and delay as deployed.
library Roles {
    /// @dev OpenZeppelin's ADMIN_ROLE: grants roles and maps functions. Held by the governor with a delay.
    uint64 internal constant ADMIN = 0;
    /// @dev Oracles, gate, reactors, withdrawals of the reserve. Delayed.
    uint64 internal constant GOVERNOR = 1;
    /// @dev Destinations, positions, fees, raises of limits. Delayed.
    uint64 internal constant CURATOR = 2;
    /// @dev Lowers limits. Immediate.
    uint64 internal constant RISK = 3;
    /// @dev Cancels scheduled operations of the delayed roles; pauses vaults, closes destinations. Immediate.
    uint64 internal constant GUARDIAN = 4;
    /// @dev Held by contracts alone, LossOracle and Recovery: decides losses, slashes, ends recoveries.
    uint64 internal constant LOSS = 5;
}
