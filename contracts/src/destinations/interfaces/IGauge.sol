// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity ^0.8.0;

/// @dev What the gauges of all venues with LP tokens have in common.
interface IGauge {
    function deposit(uint256 amount) external;
    function withdraw(uint256 amount) external;
}
