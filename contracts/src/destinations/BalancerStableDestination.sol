// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {LibCall} from "solady/utils/LibCall.sol";

import {IDutchAuction} from "../auction/IDutchAuction.sol";
import {IPriceRegistry} from "../pricing/IPriceRegistry.sol";
import {Destination} from "./Destination.sol";
import {IDestination} from "./IDestination.sol";
import {Rewards} from "./Rewards.sol";
import {StableDestination} from "./StableDestination.sol";
import {Tokens} from "./Tokens.sol";
import {VenueLock} from "./VenueLock.sol";
import {IBalancerVault, IComposableStablePool} from "./interfaces/IBalancerV2.sol";
import {ILiquidityGauge} from "./interfaces/ILiquidityGauge.sol";

/// @title Destination over a Balancer V2 ComposableStable pool (v3 and later), staked in its LiquidityGaugeV5
/// @notice
/// SUPPLY: the pool's actual supply, which already counts the LP tokens owed to the protocol for fees; the mint of them at
/// the next join or exit moves no value.
/// RATES: the pool's curve lives in scaled balances, with the token rates the pool has cached. The value uses the same ones:
/// they say which curve the position is on, not what a leg is worth.
/// REWARDS: the gauge pays them to this contract, whoever claims. What is not in the list counts nothing; BAL emissions are
/// not counted and not claimed.
contract BalancerStableDestination is StableDestination {
    using FixedPointMathLib for uint256;
    using LibCall for address;
    using Tokens for address;

    /// @dev Kinds of joins and exits of a ComposableStable pool.
    uint256 private constant JOIN_EXACT_TOKENS_IN = 1;
    uint256 private constant EXIT_ONE_TOKEN = 0;
    uint256 private constant EXIT_ALL_TOKENS = 2;

    /// @notice The Balancer V2 vault.
    IBalancerVault public immutable balancer;

    /// @dev Index of the pool's own LP token among its tokens.
    uint8 private _bptIndex;
    bytes32 private _poolId;

    constructor(IPriceRegistry prices_, uint256 tolerance_, IDutchAuction auction_, IBalancerVault balancer_)
        Destination(prices_, tolerance_)
        Rewards(auction_)
    {
        require(address(balancer_) != address(0), ZeroAddress());
        balancer = balancer_;
    }

    /// @param vault_ LMP served; owner of the rewards
    /// @param pool_ funded, of `balancer`, neither paused nor in recovery
    /// @param gauge_ of the pool
    /// @param rewards_ reward tokens that count and are harvested, at most 8
    function initialize(address vault_, address pool_, address gauge_, address[] calldata rewards_)
        external
        initializer
    {
        require(pool_ != address(0) && gauge_ != address(0), ZeroAddress());
        IComposableStablePool stable = IComposableStablePool(pool_);
        require(_tryAddress(pool_, abi.encodeCall(stable.getVault, ())) == address(balancer), InvalidPool(pool_));
        require(_tryAddress(gauge_, abi.encodeCall(ILiquidityGauge.lp_token, ())) == pool_, InvalidGauge(gauge_));
        (bool paused,,) = stable.getPausedState();
        require(!paused && !stable.inRecoveryMode(), PoolPaused(pool_));
        _poolId = stable.getPoolId();
        _bptIndex = uint8(stable.getBptIndex());
        (address[] memory tokens,) = _tokens();
        require(tokens[_bptIndex] == pool_, InvalidPool(pool_));
        _initialize(Setup(vault_, pool_, pool_, gauge_, _withoutBpt(tokens), rewards_));
    }

    /// @inheritdoc IDestination
    function venue() external pure returns (string memory) {
        return "balancer-v2-stable";
    }

    /// @inheritdoc IDestination
    function depth() external view returns (uint256) {
        _requireUnlocked();
        return IComposableStablePool(pool).getActualSupply();
    }

    /// @inheritdoc IDestination
    function incentives() external view returns (uint256 yearly, uint256 staked, uint256 end) {
        ILiquidityGauge gauge_ = ILiquidityGauge(gauge);
        staked = gauge_.totalSupply();
        uint256 wad;
        uint256 count = _rewards.length;
        for (uint256 i; i < count; ++i) {
            address reward = _rewards[i];
            (,, uint256 finish, uint256 rate,,) = gauge_.reward_data(reward);
            if (finish <= block.timestamp) continue;
            uint256 worth = _yearly(reward, rate);
            if (worth == 0) continue;
            wad += worth;
            end = end == 0 ? finish : end.min(finish);
        }
        yearly = _toAsset(wad);
    }

    /* VENUE */

    function _poolState() internal view override returns (PoolState memory state) {
        IComposableStablePool stable = IComposableStablePool(pool);
        (address[] memory tokens, uint256[] memory balances) = _tokens();
        uint256[] memory factors = stable.getScalingFactors();
        (uint256 amplification,, uint256 precision) = stable.getAmplificationParameter();
        // Balancer's own bounds (at most 5 legs of at most 18 decimals, A up to 5000, 3 digits of precision) leave no overflow.
        unchecked {
            uint256 n = tokens.length - 1;
            state.balances = new uint256[](n);
            state.rates = new uint256[](n);
            for (uint256 i; i < n; ++i) {
                uint256 from = _position(i);
                state.balances[i] = balances[from].fullMulDiv(factors[from], WAD);
                // The factor without its power of ten is the token's rate.
                state.rates[i] = factors[from] / 10 ** (18 - IERC20Metadata(tokens[from]).decimals());
            }
            state.ann = amplification * n * WAD / precision;
        }
        // Without a leg the pool has no invariant, and so no answer to what it owes the protocol for fees; nor is anything owed.
        state.supply = _isDrained(state) ? IERC20(pool).totalSupply() - balances[_bptIndex] : stable.getActualSupply();
    }

    function _requireUnlocked() internal view override {
        // Of an empty list of operations.
        bytes memory locked = abi.encodeWithSelector(IBalancerVault.manageUserBalance.selector, 32, 0);
        require(!VenueLock.isTaken(address(balancer), locked), VenueLocked());
    }

    function _join(uint256[] memory amounts) internal override {
        uint256[] memory limits = new uint256[](amounts.length + 1);
        for (uint256 i; i < amounts.length; ++i) {
            limits[_position(i)] = amounts[i];
            if (amounts[i] != 0) _legs[i].allow(address(balancer), amounts[i]);
        }
        _request(IBalancerVault.joinPool.selector, limits, abi.encode(JOIN_EXACT_TOKENS_IN, amounts, 0));
        for (uint256 i; i < amounts.length; ++i) {
            if (amounts[i] != 0) _legs[i].requireTaken(address(balancer));
        }
    }

    function _exit(uint256 lpAmount) internal override {
        _exitPool(abi.encode(EXIT_ALL_TOKENS, lpAmount));
    }

    function _exitSingle(uint256 lpAmount, uint256 leg) internal override {
        _exitPool(abi.encode(EXIT_ONE_TOKEN, lpAmount, leg));
    }

    /// @dev Minimums are checked on what arrives.
    function _exitPool(bytes memory data) private {
        _request(IBalancerVault.exitPool.selector, new uint256[](_legs.length + 1), data);
    }

    /// @dev Joins and exits take the same arguments.
    function _request(bytes4 selector, uint256[] memory limits, bytes memory data) private {
        (address[] memory assets,) = _tokens();
        IBalancerVault.PoolRequest memory request = IBalancerVault.PoolRequest(assets, limits, data, false);
        address(balancer).callContract(abi.encodeWithSelector(selector, _poolId, address(this), address(this), request));
    }

    /// @dev Of the pool, BPT included.
    function _tokens() private view returns (address[] memory tokens, uint256[] memory balances) {
        (tokens, balances,) = balancer.getPoolTokens(_poolId);
    }

    function _claim() internal override {
        _claimFrom(gauge, abi.encodeCall(ILiquidityGauge.claim_rewards, (address(this))));
    }

    /// @dev Of a leg among the pool's tokens.
    function _position(uint256 leg) private view returns (uint256) {
        unchecked {
            return leg < _bptIndex ? leg : leg + 1;
        }
    }

    function _withoutBpt(address[] memory tokens) private view returns (address[] memory rest) {
        rest = new address[](tokens.length - 1);
        for (uint256 i; i < rest.length; ++i) {
            rest[i] = tokens[_position(i)];
        }
    }
}
