// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ILMP} from "../lmp/ILMP.sol";
import {IBackingPool} from "./IBackingPool.sol";
import {IFeeSplitter} from "./IFeeSplitter.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

/// @title Splits the fee shares of an LMP between its backers and the protocol
/// @notice Shares above `pendingShares` are new, whoever sent them; each is split once. No owner, no parameters that change.
contract FeeSplitter is IFeeSplitter, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    uint256 private constant BPS = 10_000;

    address public immutable lmp;
    address public immutable pool;
    address public immutable protocolRecipient;
    uint256 public immutable backersBps;

    /// @inheritdoc IFeeSplitter
    uint256 public pendingShares;

    constructor(address lmp_, address pool_, address protocolRecipient_, uint256 backersBps_) {
        require(lmp_ != address(0) && pool_ != address(0) && protocolRecipient_ != address(0), ZeroAddress());
        require(backersBps_ != 0 && backersBps_ <= BPS, InvalidShare(backersBps_));
        require(IBackingPool(pool_).lmp() == lmp_, InvalidPool(pool_));
        (lmp, pool, protocolRecipient, backersBps) = (lmp_, pool_, protocolRecipient_, backersBps_);
    }

    /// @inheritdoc IFeeSplitter
    function distribute() external nonReentrant returns (uint256 assets) {
        uint256 pending = pendingShares;
        uint256 added = IERC20(lmp).balanceOf(address(this)) - pending;
        uint256 forBackers = added * backersBps / BPS;
        uint256 forProtocol = added - forBackers;
        pending += forBackers;
        uint256 shares = ILMP(lmp).maxRedeem(address(this));
        if (shares > pending) shares = pending;
        require(added != 0 || shares != 0, NothingToDistribute());
        pendingShares = pending - shares;

        if (forProtocol != 0) IERC20(lmp).safeTransfer(protocolRecipient, forProtocol);
        if (shares != 0) {
            assets = ILMP(lmp).redeem(shares, address(this), address(this));
            IERC20(ILMP(lmp).asset()).forceApprove(pool, assets);
            IBackingPool(pool).notify(assets);
        }
        emit Distributed(shares, assets, pending - shares, forProtocol);
    }
}
