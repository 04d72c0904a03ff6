// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ERC20 as OzERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC4626 as OzERC4626, IERC20} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {ERC4626 as SoladyERC4626} from "solady/tokens/ERC4626.sol";
import {ERC20 as SolmateERC20} from "solmate/tokens/ERC20.sol";
import {ERC4626 as SolmateERC4626} from "solmate/tokens/ERC4626.sol";

/// @notice The plain vaults of three libraries over one asset: no fee, no cap, no budget, no lock, all of it idle.
contract OpenZeppelinVault is OzERC4626 {
    constructor(address asset_) OzERC20("OpenZeppelin", "oz") OzERC4626(IERC20(asset_)) {}
}

contract SolmateVault is SolmateERC4626 {
    constructor(address asset_) SolmateERC4626(SolmateERC20(asset_), "solmate", "solmate") {}

    function totalAssets() public view override returns (uint256) {
        return asset.balanceOf(address(this));
    }
}

contract SoladyVault is SoladyERC4626 {
    address private immutable ASSET;

    constructor(address asset_) {
        ASSET = asset_;
    }

    function asset() public view override returns (address) {
        return ASSET;
    }

    function name() public pure override returns (string memory) {
        return "solady";
    }

    function symbol() public pure override returns (string memory) {
        return "solady";
    }
}
