// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IAuctionTaker, IDutchAuction} from "../../../src/auction/IDutchAuction.sol";
import {AssetMock} from "../lmp/AssetMock.sol";

/// @notice Owns nothing: what it pays it has from selling the tokens in the callback. It can try one call there, donate what it owes
/// instead of paying it, or not pay.
contract TakerMock is IAuctionTaker {
    enum Mode {
        Pay,
        DonateInstead,
        KeepAll
    }

    Mode public mode;
    address public target;
    bytes public attempt;

    bool public called;
    bool public attemptPassed;
    bytes public answer;
    /// @dev What the callback saw.
    uint256 public delivered;
    uint256 public owed;
    uint256 public leftSeen;
    bytes public dataSeen;

    function setMode(Mode mode_) external {
        mode = mode_;
    }

    function setAttempt(address target_, bytes calldata attempt_) external {
        (target, attempt) = (target_, attempt_);
    }

    function take(IDutchAuction auction, address seller, address token, uint256 amount, bytes calldata data)
        external
        returns (uint256, uint256)
    {
        return auction.buy(seller, token, amount, type(uint256).max, address(this), block.timestamp, data);
    }

    function onAuctionTaken(
        address seller,
        address token,
        uint256 amount,
        address asset,
        uint256 payment,
        bytes calldata data
    ) external {
        (called, owed, dataSeen) = (true, payment, data);
        delivered = AssetMock(token).balanceOf(address(this));
        leftSeen = IDutchAuction(msg.sender).lot(seller, token).left;
        if (attempt.length != 0) (attemptPassed, answer) = target.call(attempt);
        // The tokens are sold for what is owed.
        AssetMock(token).transfer(address(0xdead), amount);
        AssetMock(asset).mint(address(this), payment);
        if (mode == Mode.Pay) AssetMock(asset).approve(msg.sender, payment);
        if (mode == Mode.DonateInstead) AssetMock(asset).transfer(msg.sender, payment);
    }
}
