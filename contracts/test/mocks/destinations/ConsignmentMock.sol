// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @dev The auction as a destination sees it: takes what is consigned, refuses what it is told to.
contract ConsignmentMock {
    mapping(address seller => mapping(address token => uint256)) public consigned;
    mapping(address token => bool) public refused;

    function refuse(address token, bool whether) external {
        refused[token] = whether;
    }

    function consign(address seller, address token, uint256 amount) external {
        require(!refused[token], "refused");
        consigned[seller][token] += amount;
        require(IERC20(token).transferFrom(msg.sender, address(this), amount));
    }
}
