// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @dev Function sets of ERC-7540 and ERC-7575 as ERC-165 counts them.

interface IERC7540Operator {
    function setOperator(address operator, bool approved) external returns (bool);
    function isOperator(address controller, address operator) external view returns (bool);
}

interface IERC7540Redeem {
    function requestRedeem(uint256 shares, address controller, address owner) external returns (uint256 requestId);
    function pendingRedeemRequest(uint256 requestId, address controller) external view returns (uint256 shares);
    function claimableRedeemRequest(uint256 requestId, address controller) external view returns (uint256 shares);
}

interface IERC7575Share {
    function share() external view returns (address);
}
