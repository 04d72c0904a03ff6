// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @title Two-sided adapter over one venue pool of a token and its pair asset, owned by the cycle manager
/// @notice Units are the pool's LP tokens the adapter holds. Quantities in base units.
interface IPairVenue {
    error NotOwner();
    error ZeroAmount();
    error ExceedsMaximum(uint256 token, uint256 pair);
    error BelowMinimum(uint256 token, uint256 pair);

    function owner() external view returns (address);
    function venue() external view returns (string memory);
    function pool() external view returns (address);
    function token() external view returns (address);
    function pair() external view returns (address);
    /// @notice What `units` hold *at the given price*, from the venue's invariant, never from its reserves. Rounds down.
    /// @param price pair base units per token base unit, WAD
    function quantities(uint256 units, uint256 price) external view returns (uint256 tokenAmount, uint256 pairAmount);
    /// @notice The pool's marginal price, pair base units per token base unit, WAD.
    function spotPrice() external view returns (uint256);
    /// @notice Adds exactly `units`; pulls what the pool needs from the owner, at most the maxima.
    function add(uint256 units, uint256 maxToken, uint256 maxPair)
        external
        returns (uint256 tokenAmount, uint256 pairAmount);
    /// @notice Removes `units` and sends both sides to the owner, at least the minima.
    function remove(uint256 units, uint256 minToken, uint256 minPair)
        external
        returns (uint256 tokenAmount, uint256 pairAmount);
}
