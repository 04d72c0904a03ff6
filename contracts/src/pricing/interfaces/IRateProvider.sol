// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity ^0.8.0;

/// @dev An issuer's rate: quote asset that backs one token, WAD.
interface IRateProvider {
    function getRate() external view returns (uint256);
}
