// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

import {IDutchAuction} from "../auction/IDutchAuction.sol";
import {Destination} from "./Destination.sol";
import {IDestination} from "./IDestination.sol";
import {Tokens} from "./Tokens.sol";

/// @title The reward list of a destination and the way of rewards to the auction
/// @notice The list is fixed at initialisation and holds no token a position is made of: LP token, gauge, legs, base asset,
/// units. So the whole balance of a listed token may leave, and whatever a listed token does moves nothing else.
/// FAILURES stay where they are: every token gets a fixed stipend in a call of its own; what fails is skipped and announced.
abstract contract Rewards is Destination {
    using FixedPointMathLib for uint256;
    using Tokens for address;

    /// @dev As many as a Balancer gauge has at most.
    uint256 private constant MAX_REWARDS = 8;
    /// @dev Gas of one token's way to the auction.
    uint256 internal constant CONSIGN_GAS = 500_000;

    /// @notice Where rewards are sold for the vault.
    IDutchAuction public immutable auction;

    address[] internal _rewards;

    /// @param auction_ sells the rewards
    constructor(IDutchAuction auction_) {
        require(address(auction_) != address(0), ZeroAddress());
        auction = auction_;
    }

    function _initialize(Setup memory setup) internal override {
        super._initialize(setup);
        _listRewards(setup);
    }

    /// @inheritdoc IDestination
    function rewards() external view returns (address[] memory) {
        return _rewards;
    }

    /// @notice Only this contract, in a call of its own within `harvest`: the whole balance of `token` to the auction.
    function consign(address token) external returns (uint256 amount) {
        require(msg.sender == address(this), OnlyItself());
        amount = token.held();
        if (amount == 0) return 0;
        token.allow(address(auction), amount);
        auction.consign(vault, token, amount);
        token.requireTaken(address(auction));
    }

    /// @dev No token that a position is made of.
    function _listRewards(Setup memory setup) private {
        address[] memory list = setup.rewards;
        require(list.length <= MAX_REWARDS, TooManyRewards());
        for (uint256 i; i < list.length; ++i) {
            address token = list[i];
            bool taken = token == address(0) || token == _asset || token == setup.lpToken || token == setup.gauge
                || token == address(this) || _isIn(token, setup.legs, setup.legs.length) || _isIn(token, list, i);
            require(!taken, InvalidReward(token));
            _rewards.push(token);
        }
    }

    function _isIn(address token, address[] memory list, uint256 count) private pure returns (bool) {
        for (uint256 i; i < count; ++i) {
            if (list[i] == token) return true;
        }
        return false;
    }

    function _harvest() internal override {
        super._harvest();
        uint256 count = _rewards.length;
        for (uint256 i; i < count; ++i) {
            address token = _rewards[i];
            (bool done, uint256 amount) = _attempt(address(this), CONSIGN_GAS, abi.encodeCall(this.consign, (token)));
            if (!done) emit RewardSkipped(token);
            else if (amount != 0) emit Harvested(token, amount);
        }
    }

    /// @dev What `perSecond` of a reward token is worth in a year, WAD of the asset; 0 while it has no price.
    function _yearly(address token, uint256 perSecond) internal view returns (uint256) {
        (uint256 price, bool ok) = prices.tryPrice(token);
        if (!ok) return 0;
        return (perSecond * 365 days).fullMulDiv(price, 10 ** IERC20Metadata(token).decimals());
    }
}
