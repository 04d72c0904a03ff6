// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice Takes 1% of every transfer once it is told to: listed coins have turned that on before.
contract LateFeeTokenMock is ERC20 {
    bool public takesFee;

    constructor(string memory name_) ERC20(name_, name_) {}

    function mint(address to, uint256 amount) external returns (bool) {
        _mint(to, amount);
        return true;
    }

    function turnOn() external {
        takesFee = true;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (takesFee && from != address(0) && to != address(0)) {
            super._update(from, address(0xfee), amount / 100);
            amount -= amount / 100;
        }
        super._update(from, to, amount);
    }
}

/// @notice The LP token of a Curve pool, with a fee.
contract FeeLpTokenMock is LateFeeTokenMock("LP with a fee") {
    function set_minter(address) external {}

    function burnFrom(address from, uint256 amount) external returns (bool) {
        _burn(from, amount);
        return true;
    }
}
