// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IDestination} from "../destinations/IDestination.sol";
import {ILmpFactory} from "../factory/ILmpFactory.sol";
import {ILMP} from "../lmp/ILMP.sol";
import {ILmpRouter, InKindExit} from "./ILmpRouter.sol";
import {RouterSession} from "./RouterSession.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC20, SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

interface IWeth {
    function deposit() external payable;
    function withdraw(uint256 amount) external;
}

/// @title Router of the LMPs
/// @notice
/// - VAULTS: those of the factory and no other; entries only into those that are not retired. Every other address it calls is told by such
///   a vault (its asset, its destinations), except in `selfPermit` and in the reading of minimums, where a false token fools
///   nobody but the caller who named it.
/// - WHOSE: assets and shares are the caller's. An allowance to the router can be used by its owner alone; there is no `owner` argument.
/// - REPORT: when `max*` of the vault says that the amount does not pass, the router reports before it goes on, and the vault decides.
///   What more than idle pays is sold through the vault's queue, which `maxRedeem` does not promise: such a redemption reports first as well.
/// - LIMITS: every way has a minimum-out or maximum-in, looked at after the report, and a deadline.
/// - HOLDS NOTHING: each function measures what it leaves of the token it handles and gives it to the caller; approvals are exact and
///   taken back when they are not used up. What lay here before belongs to nobody and stays. ETH: RouterSession.
/// - No owner, no parameters, no state between calls.
contract LmpRouter is RouterSession {
    using SafeERC20 for IERC20;

    ILmpFactory private immutable FACTORY;
    address private immutable WETH;

    /// @dev Reverts `NoContract`.
    constructor(ILmpFactory factory_, address weth_) {
        require(address(factory_).code.length != 0, NoContract(address(factory_)));
        require(weth_.code.length != 0, NoContract(weth_));
        (FACTORY, WETH) = (factory_, weth_);
    }

    modifier checked(address receiver, uint256 deadline) {
        require(block.timestamp <= deadline, Expired(deadline));
        require(receiver != address(0) && receiver != address(this), InvalidReceiver(receiver));
        _;
    }

    receive() external payable {
        require(msg.sender == WETH, UnexpectedEther(msg.sender));
    }

    /* ENTRY */

    /// @inheritdoc ILmpRouter
    function deposit(address lmp, uint256 assets, address receiver, uint256 minShares, uint256 deadline)
        external
        payable
        session
        checked(receiver, deadline)
        returns (uint256 shares)
    {
        ILMP vault = _openVault(lmp);
        if (vault.maxDeposit(receiver) < assets) vault.report();
        (IERC20 asset, uint256 before) = _pull(vault, assets);
        shares = _deposit(vault, asset, assets, receiver, minShares);
        _giveBack(asset, lmp, before);
    }

    /// @inheritdoc ILmpRouter
    function depositETH(address lmp, uint256 assets, address receiver, uint256 minShares, uint256 deadline)
        external
        payable
        session
        checked(receiver, deadline)
        returns (uint256 shares)
    {
        ILMP vault = _openVault(lmp);
        IERC20 asset = _wethOf(vault);
        uint256 available = _etherLeft();
        require(assets <= available, NotEnoughEther(available, assets));
        if (vault.maxDeposit(receiver) < assets) vault.report();
        uint256 before = asset.balanceOf(address(this));
        IWeth(WETH).deposit{value: assets}();
        shares = _deposit(vault, asset, assets, receiver, minShares);
        _giveBack(asset, lmp, before);
    }

    /// @inheritdoc ILmpRouter
    function mint(address lmp, uint256 shares, address receiver, uint256 maxAssets, uint256 deadline)
        external
        payable
        session
        checked(receiver, deadline)
        returns (uint256 assets)
    {
        ILMP vault = _openVault(lmp);
        if (vault.maxMint(receiver) < shares) vault.report();
        assets = vault.previewMint(shares);
        require(assets <= maxAssets, TooMuch(assets, maxAssets));
        (IERC20 asset, uint256 before) = _pull(vault, assets);
        asset.forceApprove(lmp, assets);
        assets = vault.mint(shares, receiver);
        _giveBack(asset, lmp, before);
    }

    /* EXIT */

    /// @inheritdoc ILmpRouter
    function withdraw(address lmp, uint256 assets, address receiver, uint256 maxShares, uint256 deadline)
        external
        payable
        session
        checked(receiver, deadline)
        returns (uint256 shares)
    {
        ILMP vault = _vault(lmp);
        if (vault.maxWithdraw(msg.sender) < assets) vault.report();
        shares = vault.withdraw(assets, receiver, msg.sender);
        require(shares <= maxShares, TooMuch(shares, maxShares));
    }

    /// @inheritdoc ILmpRouter
    function redeem(address lmp, uint256 shares, address receiver, uint256 minAssets, uint256 deadline)
        external
        payable
        session
        checked(receiver, deadline)
        returns (uint256 assets)
    {
        assets = _redeem(_vault(lmp), shares, receiver);
        require(assets >= minAssets, TooLittle(assets, minAssets));
    }

    /// @inheritdoc ILmpRouter
    function redeemETH(address lmp, uint256 shares, address receiver, uint256 minAssets, uint256 deadline)
        external
        payable
        session
        checked(receiver, deadline)
        returns (uint256 assets)
    {
        ILMP vault = _vault(lmp);
        IERC20 asset = _wethOf(vault);
        uint256 before = asset.balanceOf(address(this));
        _redeem(vault, shares, address(this));
        assets = asset.balanceOf(address(this)) - before;
        require(assets >= minAssets, TooLittle(assets, minAssets));
        IWeth(WETH).withdraw(assets);
        Address.sendValue(payable(receiver), assets);
    }

    /// @inheritdoc ILmpRouter
    function redeemInKind(InKindExit calldata exit)
        external
        payable
        session
        checked(exit.receiver, exit.deadline)
        returns (uint256 assets, address[] memory destinations, uint256[] memory units)
    {
        ILMP vault = _vault(exit.lmp);
        uint256[] memory before = _balances(exit);
        IERC20(exit.lmp).safeTransferFrom(msg.sender, address(this), exit.shares);
        if (exit.unwrap) {
            (assets, destinations, units) = vault.redeemInKind(exit.shares, address(this));
            if (assets != 0) IERC20(vault.asset()).safeTransfer(exit.receiver, assets);
            _unwrap(exit, destinations, units);
        } else {
            (assets, destinations, units) = vault.redeemInKind(exit.shares, exit.receiver);
        }
        _requireMinimums(exit, before);
    }

    /* PERMIT */

    /// @inheritdoc ILmpRouter
    function selfPermit(address token, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        payable
        session
    {
        require(token.code.length != 0, NoContract(token));
        // WETH answers a permit it does not know with success, hence the look at the allowance in any case.
        try IERC20Permit(token).permit(msg.sender, address(this), value, deadline, v, r, s) {} catch {}
        require(IERC20(token).allowance(msg.sender, address(this)) >= value, PermitFailed(token));
    }

    /* VIEWS */

    /// @inheritdoc ILmpRouter
    function factory() external view returns (address) {
        return address(FACTORY);
    }

    /// @inheritdoc ILmpRouter
    function weth() external view returns (address) {
        return WETH;
    }

    /* INTERNAL */

    function _openVault(address lmp) private view returns (ILMP) {
        require(FACTORY.isOpen(lmp), UnknownVault(lmp));
        return ILMP(lmp);
    }

    function _vault(address lmp) private view returns (ILMP) {
        require(FACTORY.isLmp(lmp), UnknownVault(lmp));
        return ILMP(lmp);
    }

    function _wethOf(ILMP vault) private view returns (IERC20 asset) {
        asset = IERC20(vault.asset());
        require(address(asset) == WETH, NotWeth(address(asset)));
    }

    /// @return asset of the vault
    /// @return before what the router held of it
    function _pull(ILMP vault, uint256 assets) private returns (IERC20 asset, uint256 before) {
        asset = IERC20(vault.asset());
        before = asset.balanceOf(address(this));
        asset.safeTransferFrom(msg.sender, address(this), assets);
        require(asset.balanceOf(address(this)) == before + assets, InexactTransfer(address(asset)));
    }

    function _deposit(ILMP vault, IERC20 asset, uint256 assets, address receiver, uint256 minShares)
        private
        returns (uint256 shares)
    {
        asset.forceApprove(address(vault), assets);
        shares = vault.deposit(assets, receiver);
        require(shares >= minShares, TooLittle(shares, minShares));
    }

    function _redeem(ILMP vault, uint256 shares, address receiver) private returns (uint256 assets) {
        if (vault.maxRedeem(msg.sender) < shares) vault.report();
        assets = vault.redeem(shares, receiver, msg.sender);
    }

    function _unwrap(InKindExit calldata exit, address[] memory destinations, uint256[] memory units) private {
        for (uint256 i; i < destinations.length; ++i) {
            if (units[i] == 0) continue;
            if (_contains(exit.kept, destinations[i])) IERC20(destinations[i]).safeTransfer(exit.receiver, units[i]);
            else IDestination(destinations[i]).unwrap(units[i], exit.receiver);
        }
    }

    /// @dev What is left was not taken by `spender`, so neither was its approval. Less than before would be somebody else's.
    function _giveBack(IERC20 token, address spender, uint256 before) private {
        uint256 balance = token.balanceOf(address(this));
        require(balance >= before, InexactTransfer(address(token)));
        if (balance == before) return;
        token.forceApprove(spender, 0);
        token.safeTransfer(msg.sender, balance - before);
    }

    /// @dev What the receiver has of each token with a minimum.
    function _balances(InKindExit calldata exit) private view returns (uint256[] memory list) {
        list = new uint256[](exit.minimums.length);
        for (uint256 i; i < list.length; ++i) {
            list[i] = IERC20(exit.minimums[i].token).balanceOf(exit.receiver);
        }
    }

    function _requireMinimums(InKindExit calldata exit, uint256[] memory before) private view {
        uint256[] memory balances = _balances(exit);
        for (uint256 i; i < before.length; ++i) {
            uint256 received = balances[i] > before[i] ? balances[i] - before[i] : 0;
            require(received >= exit.minimums[i].amount, TooLittle(received, exit.minimums[i].amount));
        }
    }

    function _contains(address[] calldata list, address item) private pure returns (bool) {
        for (uint256 i; i < list.length; ++i) {
            if (list[i] == item) return true;
        }
        return false;
    }
}
