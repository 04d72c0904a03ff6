// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20, SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

import {IPriceRegistry} from "../pricing/IPriceRegistry.sol";
import {Destination} from "./Destination.sol";
import {IDestination} from "./IDestination.sol";
import {VenueLock} from "./VenueLock.sol";
import {IBalancerVault, IComposableStablePool} from "./interfaces/IBalancerV2.sol";
import {ILiquidityGauge} from "./interfaces/ILiquidityGauge.sol";

/// @title Destination over a Balancer V2 ComposableStable pool (v3 and later), staked in its LiquidityGaugeV5
/// @notice
/// SUPPLY: the pool's actual supply, which already counts the LP tokens owed to the protocol for fees; the mint of them at
/// the next join or exit moves no value.
/// RATES: the pool's curve lives in scaled balances, with the token rates the pool has cached. The value uses the same ones:
/// they say which curve the position is on, not what a leg is worth.
/// REWARDS: the gauge sends them to the vault, whoever claims. What is not in the list counts nothing; BAL emissions are not
/// counted.
contract BalancerStableDestination is Destination {
    using FixedPointMathLib for uint256;
    using SafeERC20 for IERC20;

    struct Reward {
        address token;
        uint8 decimals;
    }

    /// @dev A gauge has at most 8 reward tokens.
    uint256 private constant MAX_REWARDS = 8;

    /// @notice The Balancer V2 vault.
    IBalancerVault public immutable balancer;

    /// @notice The gauge all LP tokens are staked in.
    ILiquidityGauge public gauge;
    /// @dev Index of the pool's own LP token among its tokens.
    uint8 private _bptIndex;
    bytes32 private _poolId;
    Reward[] private _rewards;

    constructor(IPriceRegistry prices_, uint256 tolerance_, IBalancerVault balancer_) Destination(prices_, tolerance_) {
        require(address(balancer_) != address(0), ZeroAddress());
        balancer = balancer_;
    }

    /// @param vault_ LMP served; owner of the rewards
    /// @param pool_ funded, of `balancer`
    /// @param gauge_ of the pool
    /// @param rewards_ reward tokens that count and will be harvested, at most 8
    function initialize(address vault_, address pool_, address gauge_, address[] calldata rewards_)
        external
        initializer
    {
        require(pool_ != address(0) && gauge_ != address(0), ZeroAddress());
        IComposableStablePool stable = IComposableStablePool(pool_);
        require(_tryAddress(pool_, abi.encodeCall(stable.getVault, ())) == address(balancer), InvalidPool(pool_));
        require(_tryAddress(gauge_, abi.encodeCall(ILiquidityGauge.lp_token, ())) == pool_, InvalidGauge(gauge_));
        _poolId = stable.getPoolId();
        _bptIndex = uint8(stable.getBptIndex());
        gauge = ILiquidityGauge(gauge_);
        (address[] memory tokens,,) = balancer.getPoolTokens(_poolId);
        require(tokens[_bptIndex] == pool_, InvalidPool(pool_));
        _initialize(vault_, pool_, pool_, _withoutBpt(tokens));

        IERC20(pool_).forceApprove(gauge_, type(uint256).max);
        gauge.set_rewards_receiver(vault_);
        _listRewards(rewards_);
        emit DestinationInitialized(vault_, pool_, pool_, gauge_, legs(), rewards_);
    }

    /// @inheritdoc IDestination
    function venue() external pure returns (string memory) {
        return "balancer-v2-stable";
    }

    /// @notice Reward tokens that count.
    function rewards() external view returns (address[] memory tokens) {
        tokens = new address[](_rewards.length);
        for (uint256 i; i < tokens.length; ++i) {
            tokens[i] = _rewards[i].token;
        }
    }

    /// @inheritdoc IDestination
    function incentives() external view returns (uint256 yearly, uint256 staked, uint256 end) {
        staked = gauge.totalSupply();
        uint256 wad;
        uint256 count = _rewards.length;
        for (uint256 i; i < count; ++i) {
            Reward memory reward = _rewards[i];
            ILiquidityGauge.Reward memory paid = gauge.reward_data(reward.token);
            if (paid.period_finish <= block.timestamp || paid.rate == 0) continue;
            (uint256 price, bool ok) = prices.tryPrice(reward.token);
            if (!ok) continue;
            wad += (paid.rate * 365 days).fullMulDiv(price, 10 ** reward.decimals);
            end = end == 0 ? paid.period_finish : end.min(paid.period_finish);
        }
        yearly = _toAsset(wad);
    }

    function _listRewards(address[] calldata list) private {
        require(list.length <= MAX_REWARDS, TooManyRewards());
        address[] memory held = legs();
        for (uint256 i; i < list.length; ++i) {
            address token = list[i];
            bool allowed = token != address(0) && token != pool && token != address(gauge) && token != _asset;
            for (uint256 j; j < held.length; ++j) {
                allowed = allowed && token != held[j];
            }
            for (uint256 j; j < i; ++j) {
                allowed = allowed && token != list[j];
            }
            require(allowed, InvalidReward(token));
            _rewards.push(Reward(token, IERC20Metadata(token).decimals()));
        }
    }

    /* VENUE */

    function _poolState() internal view override returns (PoolState memory state) {
        IComposableStablePool stable = IComposableStablePool(pool);
        (address[] memory tokens, uint256[] memory balances,) = balancer.getPoolTokens(_poolId);
        uint256[] memory factors = stable.getScalingFactors();
        uint256 n = tokens.length - 1;
        state.balances = new uint256[](n);
        state.rates = new uint256[](n);
        for (uint256 i; i < n; ++i) {
            uint256 from = i < _bptIndex ? i : i + 1;
            state.balances[i] = balances[from].fullMulDiv(factors[from], WAD);
            // The factor without its power of ten is the token's rate.
            state.rates[i] = factors[from] / 10 ** (18 - IERC20Metadata(tokens[from]).decimals());
        }
        (uint256 amplification,, uint256 precision) = stable.getAmplificationParameter();
        state.ann = amplification * n * WAD / precision;
        // Without a leg the pool has no invariant, and so no answer to what it owes the protocol for fees; nor is anything owed.
        state.supply = _isDrained(state) ? IERC20(pool).totalSupply() - balances[_bptIndex] : stable.getActualSupply();
    }

    function _requireUnlocked() internal view override {
        bytes memory locked = abi.encodeCall(IBalancerVault.manageUserBalance, (new IBalancerVault.UserBalanceOp[](0)));
        require(!VenueLock.isTaken(address(balancer), locked), VenueLocked());
    }

    function _stake(uint256 lpAmount) internal override {
        gauge.deposit(lpAmount);
    }

    function _unstake(uint256 lpAmount) internal override {
        gauge.withdraw(lpAmount);
    }

    function _withoutBpt(address[] memory tokens) private view returns (address[] memory rest) {
        rest = new address[](tokens.length - 1);
        for (uint256 i; i < rest.length; ++i) {
            rest[i] = tokens[i < _bptIndex ? i : i + 1];
        }
    }
}
