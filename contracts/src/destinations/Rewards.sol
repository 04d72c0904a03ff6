// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

import {IDutchAuction} from "../auction/IDutchAuction.sol";
import {IPriceRegistry} from "../pricing/IPriceRegistry.sol";
import {IDestination} from "./IDestination.sol";
import {Tokens} from "./Tokens.sol";

/// @title The reward list of a destination and the way of rewards to the auction
/// @notice The list is fixed at initialisation and holds no token a position is made of: LP token, gauge, legs, base asset,
/// units. So the whole balance of a listed token may leave, and whatever a listed token does moves nothing else.
/// FAILURES stay where they are: every claim and every token gets a fixed stipend in a call of its own, of whose answer one word
/// is read; what fails is skipped and announced. Whoever sends too little gas for a full stipend reverts, so that nobody can
/// have tokens skipped.
abstract contract Rewards is IDestination {
    using FixedPointMathLib for uint256;
    using Tokens for address;

    /// @dev As many as a Balancer gauge has at most.
    uint256 internal constant MAX_REWARDS = 8;
    /// @dev Gas of one claim: a Balancer gauge pays up to 8 tokens in it.
    uint256 internal constant CLAIM_GAS = 1_500_000;
    /// @dev Gas of one token's way to the auction.
    uint256 internal constant CONSIGN_GAS = 500_000;
    /// @dev Spent between the check and the call.
    uint256 private constant STIPEND_OVERHEAD = 5000;

    /// @notice Source of all leg and reward prices.
    IPriceRegistry public immutable prices;
    /// @notice Where rewards are sold for the vault.
    IDutchAuction public immutable auction;

    /// @inheritdoc IDestination
    address public vault;
    address[] internal _rewards;

    constructor(IPriceRegistry prices_, IDutchAuction auction_) {
        require(address(auction_) != address(0), ZeroAddress());
        (prices, auction) = (prices_, auction_);
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

    function _consignAll() internal {
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

    /// @dev A claim that may fail.
    function _claimFrom(address source, bytes memory data) internal {
        (bool done,) = _attempt(source, CLAIM_GAS, data);
        if (!done) emit ClaimSkipped(source);
    }

    /// @dev A call with a fixed stipend, whose failure is the caller's to see. Reads at most one word of the answer.
    function _attempt(address target, uint256 stipend, bytes memory data) internal returns (bool done, uint256 word) {
        // A call gets at most 63/64 of what is left; below that the stipend would be cut silently.
        unchecked {
            require(gasleft() >= stipend * 64 / 63 + STIPEND_OVERHEAD, NotEnoughGas());
        }
        assembly ("memory-safe") {
            mstore(0, 0)
            done := call(stipend, target, 0, add(data, 32), mload(data), 0, 32)
            word := mload(0)
        }
    }
}
