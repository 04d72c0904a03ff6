// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @notice A vault that takes a part of what it is given, or more than it is given if it can, or calls back.
contract HostileVaultMock is ERC20 {
    IERC20 public immutable asset;
    uint256 public reports;
    /// @notice Of what it is offered, the vault takes this part.
    uint256 public takenBps = 10_000;
    /// @notice Called in every deposit and redemption; its failure is passed on.
    address public target;
    bytes public action;

    constructor(IERC20 asset_) ERC20("Vault", "VAULT") {
        asset = asset_;
    }

    function setTaken(uint256 takenBps_) external {
        takenBps = takenBps_;
    }

    function setAction(address target_, bytes calldata action_) external {
        (target, action) = (target_, action_);
    }

    function report() external {
        ++reports;
    }

    function maxDeposit(address) external pure returns (uint256) {
        return type(uint256).max;
    }

    function maxMint(address) external pure returns (uint256) {
        return type(uint256).max;
    }

    function maxRedeem(address) external pure returns (uint256) {
        return type(uint256).max;
    }

    function previewMint(uint256 shares) external pure returns (uint256) {
        return shares;
    }

    function deposit(uint256 assets, address receiver) external returns (uint256) {
        return _enter(assets, receiver);
    }

    function mint(uint256 shares, address receiver) external returns (uint256) {
        return _enter(shares, receiver);
    }

    function redeem(uint256 shares, address receiver, address owner) external returns (uint256) {
        _act();
        _spendAllowance(owner, msg.sender, shares);
        _burn(owner, shares);
        asset.transfer(receiver, shares);
        return shares;
    }

    function _enter(uint256 assets, address receiver) private returns (uint256) {
        _act();
        asset.transferFrom(msg.sender, address(this), assets * takenBps / 10_000);
        _mint(receiver, assets);
        return assets;
    }

    function _act() private {
        if (target == address(0)) return;
        (bool success, bytes memory answer) = target.call(action);
        if (success) return;
        assembly {
            revert(add(answer, 32), mload(answer))
        }
    }
}
