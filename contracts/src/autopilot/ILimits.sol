// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Leg} from "../lmp/ILMP.sol";

/// @notice Most that a vault may hold of what an id names. Both bounds hold; unset, both are 0 and nothing may be entered.
struct Cap {
    /// @dev Of the vault's assets V, WAD, at most 1e18.
    uint64 share;
    /// @dev Base units of the asset.
    uint96 amount;
}

/// @title What a vault may enter
/// @notice See Limits.sol for how each limit is measured.
interface ILimits {
    enum Limit {
        Destination,
        Issuer,
        PoolShare,
        IdleFloor
    }

    /// @dev `share` WAD, `amount` base units of the vault's asset.
    event CapSet(address indexed lmp, bytes32 indexed id, uint256 share, uint256 amount);
    /// @dev WAD.
    event MaxPoolShareSet(address indexed lmp, uint256 share);
    /// @dev WAD.
    event IdleFloorSet(address indexed lmp, uint256 share);

    error ZeroAddress();
    error ShareTooLarge(uint256 share);
    /// @dev A raise lowers nothing and raises something.
    error NotRaised();
    /// @dev A lowering raises nothing and lowers something.
    error NotLowered();

    /// @dev The vault did not value it, or not as safe, after the move.
    error NotRenewed(address destination);
    /// @dev Base units of the asset.
    error DestinationCapExceeded(address destination, uint256 value, uint256 allowed);
    /// @dev Base units of the asset: all of the vault's destinations with this leg.
    error IssuerCapExceeded(address issuer, uint256 value, uint256 allowed);
    /// @dev WAD.
    error PoolShareExceeded(address destination, uint256 share, uint256 allowed);
    /// @dev Base units of the asset.
    error IdleBelowFloor(uint256 idle, uint256 floor);

    /// @notice Reverts with the limit that `lmp` breaks after it exchanged `outs` for `ins`.
    function check(address lmp, Leg[] calldata outs, Leg[] calldata ins) external view;

    /// @notice What may still be moved into a destination, and the limit that binds first. By the vault's book, prices and pool as
    /// they are now, for a move without cost: leave a margin. The vault's turnover and loss buckets are not looked at.
    /// @param from what the move leaves; zero is idle. An issuer in both pools does not bind.
    /// @return room base units of the asset, rounded down
    /// @return limit the one that leaves the least
    /// @return subject its destination or issuer; zero for the idle floor
    /// @dev Reverts `UnknownDestination` for what the vault does not list, and with what `to` reverts with when it cannot be valued.
    function headroom(address lmp, address from, address to)
        external
        view
        returns (uint256 room, Limit limit, address subject);

    /// @notice Id of the cap on one destination.
    function destinationId(address destination) external pure returns (bytes32);
    /// @notice Id of the cap on all destinations of a vault that have `token` as a leg.
    function issuerId(address token) external pure returns (bytes32);
    function cap(address lmp, bytes32 id) external view returns (Cap memory);
    /// @notice Every id that ever had a cap.
    function ids(address lmp) external view returns (bytes32[] memory);
    /// @notice Most of a pool that the vault may own, WAD.
    function maxPoolShare(address lmp) external view returns (uint256);
    /// @notice Least part of the vault's assets that a move from idle leaves there, WAD.
    function idleFloor(address lmp) external view returns (uint256);

    /// @notice Restricted, delayed.
    function raiseCap(address lmp, bytes32 id, Cap calldata cap) external;
    /// @notice Restricted, immediate.
    function lowerCap(address lmp, bytes32 id, Cap calldata cap) external;
    /// @notice Restricted, delayed.
    function raiseMaxPoolShare(address lmp, uint256 share) external;
    /// @notice Restricted, immediate.
    function lowerMaxPoolShare(address lmp, uint256 share) external;
    /// @notice Restricted, immediate: a higher floor is the safer one.
    function raiseIdleFloor(address lmp, uint256 share) external;
    /// @notice Restricted, delayed.
    function lowerIdleFloor(address lmp, uint256 share) external;
}
