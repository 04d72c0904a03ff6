// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

interface WETH9Like is IERC20 {
    function deposit() external payable;
    function withdraw(uint256 amount) external;
}
