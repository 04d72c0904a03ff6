// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

interface IHook {
    function attack() external;
}

/// @notice ERC-20 anyone mints, with chosen decimals. It can take a fee on transfers, which the vault must refuse, and can call somebody
/// in every transfer of one account.
contract AssetMock is ERC20 {
    uint8 private immutable DECIMALS;
    uint256 public feeBps;
    address private _hook;
    address private _watched;

    constructor(uint8 decimals_) ERC20("Asset", "ASSET") {
        DECIMALS = decimals_;
    }

    function decimals() public view override returns (uint8) {
        return DECIMALS;
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function burn(address from, uint256 amount) external {
        _burn(from, amount);
    }

    function setFee(uint256 feeBps_) external {
        feeBps = feeBps_;
    }

    /// @param hook called in every transfer from or to `watched`; zero: nobody is
    function setHook(address hook, address watched) external {
        (_hook, _watched) = (hook, watched);
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (feeBps != 0 && from != address(0) && to != address(0)) {
            uint256 fee = amount * feeBps / 10_000;
            super._update(from, address(0), fee);
            amount -= fee;
        }
        super._update(from, to, amount);
        bool moved = from != address(0) && to != address(0);
        if (_hook != address(0) && moved && (from == _watched || to == _watched)) IHook(_hook).attack();
    }
}
