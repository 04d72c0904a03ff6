// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @title The protocol's own assets (POA/PCA)
/// @notice Reserve assets live in the cycle manager's ledger as the residual R of each reactor; this contract is the only door
/// for what is neither a surplus nor a deficit: contributions by anyone, withdrawals by governance.
interface IReserve {
    event Contributed(address indexed from, uint256 indexed reactorId, uint256 amount);
    event Withdrawn(address indexed to, uint256 indexed reactorId, uint256 amount);

    error ZeroAmount();
    error ZeroAddress();
    error FeeOnTransfer();

    /// @notice Pulls `amount` of the reactor's asset from the caller into its reserve. Irreversible for the caller.
    function contribute(uint256 reactorId, uint256 amount) external;
    /// @notice Restricted, delayed. Never below sum dep_v/V_v.
    function withdraw(uint256 reactorId, uint256 amount, address to) external;
}
