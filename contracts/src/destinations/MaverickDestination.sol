// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

import {IDutchAuction} from "../auction/IDutchAuction.sol";
import {IPriceRegistry} from "../pricing/IPriceRegistry.sol";
import {Destination} from "./Destination.sol";
import {IDestination} from "./IDestination.sol";
import {LpDestination} from "./LpDestination.sol";
import {MaverickReader} from "./MaverickReader.sol";
import {Rewards} from "./Rewards.sol";
import {Tokens} from "./Tokens.sol";
import {
    IMaverickV2AddLiquidityCallback,
    IMaverickV2BoostedPosition,
    IMaverickV2BoostedPositionFactory,
    IMaverickV2Pool,
    IMaverickV2Reward,
    IMaverickV2RewardFactory
} from "./interfaces/IMaverickV2.sol";

/// @title Destination over a static boosted position of Maverick V2, staked in its reward contract where it has one
/// @notice The LP token is the boosted position: fixed numbers of LP tokens of up to 8 bins that stay where they are. A unit is a
/// share 1/supply of the liquidity of each bin, worth BinCurve's fair value at leg prices (MaverickReader). Bins that move with the price are
/// refused: where they will be is not theirs to say.
/// FEES stay in the bins, so liquidity per LP token only grows.
/// DONATIONS: LP tokens of bins sent to the boosted position belong to nobody until the next mint, and then to who mints; the
/// value counts what the position itself counts.
/// REWARDS: paid to this contract's stake alone, unlocked; a token with a vote-escrow pays 15% of its rate that way.
/// REENTRANCY: the pool says whether it is inside a call.
contract MaverickDestination is LpDestination, IMaverickV2AddLiquidityCallback {
    using FixedPointMathLib for uint256;
    using Tokens for address;

    /// @dev What a value of this size costs stays within an LMP's probe.
    uint256 private constant MAX_BINS = 8;
    uint8 private constant STATIC = 0;
    uint256 private constant SUBACCOUNT = 0;
    /// @dev Part of a reward that a stake without votes gets unlocked, where the token has a vote-escrow, WAD.
    uint256 private constant UNBOOSTED = 0.15e18;

    /// @notice The factories whose boosted positions and reward contracts are accepted.
    IMaverickV2BoostedPositionFactory public immutable positions;
    IMaverickV2RewardFactory public immutable rewardContracts;
    /// @notice Reads what positions hold.
    MaverickReader public immutable reader = new MaverickReader();

    /// @notice Our stake in the reward contract.
    uint256 public stakeId;
    uint64 private _scaleA;
    uint64 private _scaleB;

    /// @dev Only the pool, for what this contract adds.
    error NotThePool(address caller);

    constructor(
        IPriceRegistry prices_,
        uint256 tolerance_,
        IDutchAuction auction_,
        IMaverickV2BoostedPositionFactory positions_,
        IMaverickV2RewardFactory rewardContracts_
    ) Destination(prices_, tolerance_) Rewards(auction_) {
        require(address(positions_) != address(0) && address(rewardContracts_) != address(0), ZeroAddress());
        (positions, rewardContracts) = (positions_, rewardContracts_);
    }

    /// @param vault_ LMP served; owner of the rewards
    /// @param position_ boosted position of `positions`: static, funded, at most 8 bins, of a pool anyone may use
    /// @param reward_ reward contract of `rewardContracts` for it; zero: the position is held here
    /// @param rewards_ reward tokens that count and are harvested, at most 8
    function initialize(address vault_, address position_, address reward_, address[] calldata rewards_)
        external
        initializer
    {
        require(positions.isFactoryBoostedPosition(position_), InvalidPool(position_));
        IMaverickV2BoostedPosition boosted = IMaverickV2BoostedPosition(position_);
        IMaverickV2Pool pool_ = IMaverickV2Pool(boosted.pool());
        require(
            boosted.kind() == STATIC && boosted.getBinIds().length <= MAX_BINS && pool_.accessor() == address(0),
            InvalidPool(position_)
        );
        address[] memory tokens = new address[](2);
        (tokens[0], tokens[1]) = (pool_.tokenA(), pool_.tokenB());
        (_scaleA, _scaleB) = (_scaleOf(position_, tokens[0]), _scaleOf(position_, tokens[1]));
        if (reward_ != address(0)) {
            IMaverickV2Reward reward = IMaverickV2Reward(reward_);
            require(
                rewardContracts.isFactoryContract(reward_) && reward.stakingToken() == position_, InvalidGauge(reward_)
            );
            stakeId = reward.mint(address(this));
        }
        _initialize(Setup(vault_, address(pool_), position_, reward_, tokens, rewards_));
    }

    /// @inheritdoc IDestination
    function venue() external pure returns (string memory) {
        return "maverick-v2-static";
    }

    /// @inheritdoc IDestination
    /// @dev Of the active tick's liquidity; 0 when the position has none there.
    function depth() external view returns (uint256) {
        _requireUnlocked();
        return reader.depth(IMaverickV2BoostedPosition(lpToken));
    }

    /// @inheritdoc IDestination
    function incentives() external view returns (uint256 yearly, uint256 staked, uint256 end) {
        if (gauge == address(0)) return (0, 0, 0);
        staked = IMaverickV2Reward(gauge).stakeTotalSupply();
        IMaverickV2Reward.RewardInfo[] memory info = IMaverickV2Reward(gauge).rewardInfo();
        uint256 count = _rewards.length;
        uint256 wad;
        for (uint256 i; i < info.length; ++i) {
            if (info[i].finishAt <= block.timestamp) continue;
            for (uint256 j; j < count; ++j) {
                if (_rewards[j] != info[i].rewardToken) continue;
                uint256 worth = _yearly(info[i].rewardToken, info[i].rewardRate);
                if (info[i].veRewardToken != address(0)) worth = worth.mulDiv(UNBOOSTED, WAD);
                if (worth == 0) continue;
                wad += worth;
                end = end == 0 ? info[i].finishAt : end.min(info[i].finishAt);
            }
        }
        yearly = _toAsset(wad);
    }

    /// @inheritdoc IMaverickV2AddLiquidityCallback
    function maverickV2AddLiquidityCallback(
        address tokenA,
        address tokenB,
        uint256 amountA,
        uint256 amountB,
        bytes calldata
    ) external {
        require(msg.sender == pool && _reentrancyGuardEntered(), NotThePool(msg.sender));
        if (amountA != 0) tokenA.send(amountA, amountA, msg.sender);
        if (amountB != 0) tokenB.send(amountB, amountB, msg.sender);
    }

    /* VENUE */

    function _deposit(address gauge_, uint256 lpAmount) internal override {
        IMaverickV2Reward(gauge_).transferAndStake(stakeId, lpAmount);
    }

    function _withdraw(address gauge_, uint256 lpAmount) internal override {
        IMaverickV2Reward(gauge_).unstakeToOwner(stakeId, lpAmount);
    }

    /// @dev As much of the position as both legs are enough for. What rounding asks for more is set aside before, two base units of
    /// each leg per bin.
    function _join(uint256[] memory amounts) internal override {
        IMaverickV2BoostedPosition boosted = IMaverickV2BoostedPosition(lpToken);
        IMaverickV2Pool.AddLiquidityParams memory params = reader.additionFor(
            boosted, amounts[0].zeroFloorSub(2 * MAX_BINS) * _scaleA, amounts[1].zeroFloorSub(2 * MAX_BINS) * _scaleB
        );
        if (params.ticks.length == 0) return;
        IMaverickV2Pool(pool).addLiquidity(address(boosted), SUBACCOUNT, params, "");
        boosted.mint(address(this));
    }

    function _exit(uint256 lpAmount) internal override {
        IMaverickV2BoostedPosition(lpToken).burn(address(this), lpAmount);
    }

    function _exitSingle(uint256 lpAmount, uint256 leg) internal override {
        address other = _legs[1 - leg];
        uint256 before = other.held();
        _exit(lpAmount);
        uint256 amount = other.held() - before;
        if (amount == 0) return;
        other.send(amount, amount, pool);
        bool aIn = leg == 1;
        int32 limit = aIn ? type(int32).max : type(int32).min;
        IMaverickV2Pool(pool).swap(address(this), IMaverickV2Pool.SwapParams(amount, aIn, false, limit), "");
    }

    function _claim() internal override {
        if (gauge == address(0)) return;
        uint256 count = IMaverickV2Reward(gauge).rewardTokenCount();
        for (uint8 i; i < count; ++i) {
            _claimFrom(gauge, abi.encodeCall(IMaverickV2Reward.getRewardToOwner, (stakeId, i, 0)));
        }
    }

    function _requireUnlocked() internal view override {
        require(!IMaverickV2Pool(pool).getState().isLocked, VenueLocked());
    }

    function _read() internal view override returns (uint256[] memory, uint256[] memory) {
        return reader.read(IMaverickV2BoostedPosition(lpToken));
    }

    function _worth(uint256[] memory state, uint256 units, uint256[] memory legPrices)
        internal
        view
        override
        returns (uint256)
    {
        return _toAsset(reader.worth(state, units, legPrices[0], legPrices[1]));
    }

    function _scaleOf(address position_, address token) private view returns (uint64) {
        uint256 decimals = IERC20Metadata(token).decimals();
        require(decimals <= 18, InvalidPool(position_));
        // forge-lint: disable-next-line(unsafe-typecast) at most 1e18
        return uint64(10 ** (18 - decimals));
    }
}
