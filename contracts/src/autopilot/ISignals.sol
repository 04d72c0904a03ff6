// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @title On-chain yield signals of destinations
/// @notice Anyone may snapshot a destination at most every 20 h. A signal is a filtered yearly rate (WAD):
///     x += clamp(sample - x, -step, +step) * dt / (tau + dt)          tau 10 d, step 5%/yr
/// Nobody can set a rate; what was not measured counts 0.
interface ISignals {
    struct Signal {
        uint40 firstAt;
        /// @dev Time of the last snapshot.
        uint40 lastAt;
        /// @dev Last time the issuer rate of a leg was seen to fall; the pool is barred from entry for 7 days.
        uint40 fellAt;
        uint32 count;
        /// @dev Issuer rate at the last snapshot, WAD.
        uint128 rate;
        /// @dev Filtered base yield, WAD per year.
        uint128 base;
        /// @dev Last unfiltered sample of the base yield, WAD per year.
        uint128 sample;
        /// @dev At the last snapshot: yearly value of the gauge's rewards to all stakers, base units of the vault's asset; 0 if
        /// it could not be read.
        uint128 incentiveYearly;
        /// @dev At the last snapshot: units staked by others than the destination.
        uint128 incentiveOthers;
        /// @dev At the last snapshot: all liquidity of the pool, in units of the destination; 0 when ours was all of it.
        uint128 depth;
    }

    event Snapshot(
        address indexed destination,
        uint256 rate,
        uint256 sample,
        uint256 base,
        uint256 incentiveYearly,
        uint256 incentiveOthers,
        uint256 depth,
        bool fell
    );
    /// @dev With every snapshot: the issuer rate of each leg, WAD.
    event LegRates(address indexed destination, uint256[] rates);

    error TooEarly(uint256 nextAt);
    /// @dev No issuer rate between 1 and 2^128 - 1, no list of its legs' rates, or no depth below 2^128 could be read from it.
    error InvalidDestination(address destination);

    /// @notice Takes a snapshot. Reverts `TooEarly` within 20 h of the last one, `InvalidDestination` without rates or depth,
    /// `NotEnoughGas` when too little is left to read the gauge for sure.
    function snapshot(address destination) external;
    function signal(address destination) external view returns (Signal memory);
    /// @notice Issuer rate of each leg at the last snapshot, WAD; empty before the first one.
    function legRates(address destination) external view returns (uint256[] memory);
    /// @notice Whether the issuer rate of a leg is lower now than at the last snapshot; false before the first one.
    /// Reverts `InvalidDestination` when the rates cannot be read.
    function isBelowSnapshot(address destination) external view returns (bool);
    /// @notice Earliest time of the next snapshot, unix seconds; 0 before the first one.
    function nextSnapshotAt(address destination) external view returns (uint256);
}
