// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @title Splits the fee shares of an LMP between its backers and the protocol
/// @notice Fee shares are minted to it; nothing in a report can fail on it. One splitter per kind of fee: performance with its share,
/// management with all of it for the backers.
interface IFeeSplitter {
    /// @dev `shares` of the backers' part became `assets`; `rest` waits as shares.
    event Distributed(uint256 shares, uint256 assets, uint256 rest, uint256 toProtocol);

    error ZeroAddress();
    error InvalidShare(uint256 bps);
    /// @dev It backs another LMP.
    error InvalidPool(address pool);
    error NothingToDistribute();

    /// @notice Anyone: redeems the backers' part into the asset, from idle only and at most what idle holds, and streams it to
    /// them; the protocol's part goes to its recipient as shares. What cannot be redeemed waits and bears loss like any holder.
    function distribute() external returns (uint256 assets);

    function lmp() external view returns (address);
    function pool() external view returns (address);
    function protocolRecipient() external view returns (address);
    /// @notice The backers' part of new fee shares, bps.
    function backersBps() external view returns (uint256);
    /// @notice Shares that wait to be redeemed for the backers.
    function pendingShares() external view returns (uint256);
}
