// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IAuctionSeller, IDutchAuction} from "../../../src/auction/IDutchAuction.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @notice A seller that takes its proceeds, or misbehaves in a chosen way.
contract SellerMock is IAuctionSeller {
    enum Mode {
        Exact,
        Less,
        More,
        Nothing,
        Reverting,
        Reenter
    }

    error NoThanks();

    address public asset;
    Mode public mode;
    uint256 public received;

    constructor(address asset_) {
        asset = asset_;
    }

    function setAsset(address asset_) external {
        asset = asset_;
    }

    function setMode(Mode mode_) external {
        mode = mode_;
    }

    function addProfit(uint256 assets) external {
        require(mode != Mode.Reverting, NoThanks());
        if (mode == Mode.Nothing) return;
        if (mode == Mode.Reenter) IDutchAuction(msg.sender).push(address(this));
        if (mode == Mode.Less) assets -= 1;
        if (mode == Mode.More) assets += 1;
        received += assets;
        require(IERC20(asset).transferFrom(msg.sender, address(this), assets));
    }
}
