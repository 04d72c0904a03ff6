// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {LibCall} from "solady/utils/LibCall.sol";

import {IDutchAuction} from "../auction/IDutchAuction.sol";
import {IPriceRegistry} from "../pricing/IPriceRegistry.sol";
import {CurveGaugeReading} from "./CurveGaugeReading.sol";
import {Destination} from "./Destination.sol";
import {IDestination} from "./IDestination.sol";
import {Rewards} from "./Rewards.sol";
import {StableCurve} from "./StableCurve.sol";
import {StableDestination} from "./StableDestination.sol";
import {Tokens} from "./Tokens.sol";
import {VenueLock} from "./VenueLock.sol";
import {ICurveGauge, ICurveMinter} from "./interfaces/ICurveGauge.sol";
import {ICurveStableSwap} from "./interfaces/ICurveStableSwap.sol";

/// @title Destination over a Curve v1 plain StableSwap pool, staked in its LiquidityGauge (v1) where it has one
/// @notice The pool knows no token rates: its curve is centred where one coin trades for one of another. Its own books
/// (`balances`) ignore tokens sent to it, and leave out the fees of its admin.
/// ONE COIN: the oldest pools cannot pay out one coin, so an exit with one leg takes all coins and trades the others for it in
/// the same pool. It burns exactly the units and costs the pool's fee on what is traded.
/// REWARDS: the gauge pays CRV through its minter, to this contract alone.
/// REENTRANCY: `remove_liquidity` of such pools takes coins out one by one before it burns the LP tokens, so a coin with a
/// transfer hook would show a pool that holds too little per LP token. `value` therefore reverts while the pool's lock is taken.
contract CurveStableDestination is StableDestination {
    using FixedPointMathLib for uint256;
    using LibCall for address;
    using Tokens for address;

    /// @dev Largest relative distance of the pool's virtual price from invariant over supply at initialisation, WAD.
    uint256 private constant MAX_MISMATCH = 1e9;

    /// @dev 18 - decimals of each leg, one byte each, leg 0 lowest.
    uint256 private _scales;

    constructor(IPriceRegistry prices_, uint256 tolerance_, IDutchAuction auction_)
        Destination(prices_, tolerance_)
        Rewards(auction_)
    {}

    /// @param vault_ LMP served; owner of the rewards
    /// @param pool_ funded plain pool of 2 to 5 coins
    /// @param lpToken_ the pool's LP token, which a v1 pool does not name: it must explain the pool's virtual price
    /// @param gauge_ of the LP token; zero: LP tokens are held here
    /// @param rewards_ reward tokens that count and are harvested, at most 8; CRV must be one of them to be so
    function initialize(address vault_, address pool_, address lpToken_, address gauge_, address[] calldata rewards_)
        external
        initializer
    {
        require(pool_ != address(0) && lpToken_ != address(0), ZeroAddress());
        if (gauge_ != address(0)) {
            bytes memory lpOf = abi.encodeCall(ICurveGauge.lp_token, ());
            require(_tryAddress(gauge_, lpOf) == lpToken_, InvalidGauge(gauge_));
        }
        address[] memory coins = _coins(pool_);
        for (uint256 i; i < coins.length; ++i) {
            uint256 decimals = IERC20Metadata(coins[i]).decimals();
            require(decimals <= 18, InvalidPool(pool_));
            _scales |= (18 - decimals) << (8 * i);
        }
        _initialize(Setup(vault_, pool_, lpToken_, gauge_, coins, rewards_));

        PoolState memory state = _poolState();
        uint256 price = StableCurve.invariant(state.balances, state.ann).fullMulDiv(WAD, state.supply);
        uint256 published = ICurveStableSwap(pool_).get_virtual_price();
        require(price.dist(published).fullMulDiv(WAD, published) <= MAX_MISMATCH, InvalidPool(pool_));
    }

    /// @inheritdoc IDestination
    function venue() external pure returns (string memory) {
        return "curve-stableswap";
    }

    /// @inheritdoc IDestination
    function depth() external view returns (uint256) {
        _requireUnlocked();
        return IERC20(lpToken).totalSupply();
    }

    /// @inheritdoc IDestination
    /// @dev `staked` is what would earn as much without boost: what veCRV holders get more counts as so many units more.
    function incentives() external view returns (uint256 yearly, uint256 staked, uint256 end) {
        if (gauge == address(0)) return (0, 0, 0);
        ICurveGauge gauge_ = ICurveGauge(gauge);
        staked = CurveGaugeReading.unboosted(gauge_);
        address crv = gauge_.crv_token();
        uint256 count = _rewards.length;
        for (uint256 i; i < count; ++i) {
            if (_rewards[i] != crv) continue;
            uint256 rate;
            (rate, end) = CurveGaugeReading.emission(gauge_, crv);
            yearly = _toAsset(_yearly(crv, rate));
            if (yearly == 0) end = 0;
        }
    }

    /* VENUE */

    function _poolState() internal view override returns (PoolState memory state) {
        ICurveStableSwap curve = ICurveStableSwap(pool);
        uint256 n = _legs.length;
        state.balances = new uint256[](n);
        state.rates = new uint256[](n);
        for (uint256 i; i < n; ++i) {
            state.balances[i] = curve.balances(_index(i)) * 10 ** (_scales >> (8 * i) & 0xff);
            state.rates[i] = WAD;
        }
        state.ann = curve.A() * n * WAD;
        state.supply = IERC20(lpToken).totalSupply();
    }

    function _requireUnlocked() internal view override {
        require(
            !VenueLock.isTaken(pool, abi.encodeCall(ICurveStableSwap.exchange, (int128(0), int128(0), 0, 0))),
            VenueLocked()
        );
    }

    function _join(uint256[] memory amounts) internal override {
        for (uint256 i; i < amounts.length; ++i) {
            if (amounts[i] != 0) _legs[i].allow(pool, amounts[i]);
        }
        bytes4 selector = _selector("add_liquidity(uint256[", "],uint256)");
        pool.callContract(abi.encodePacked(selector, amounts, uint256(0)));
        for (uint256 i; i < amounts.length; ++i) {
            if (amounts[i] != 0) _legs[i].requireTaken(pool);
        }
    }

    /// @dev The pool burns LP tokens as their minter, without approval. Minimums are checked on what arrives.
    function _exit(uint256 lpAmount) internal override {
        uint256[] memory minimums = new uint256[](_legs.length);
        bytes4 selector = _selector("remove_liquidity(uint256,uint256[", "])");
        pool.callContract(abi.encodePacked(selector, lpAmount, minimums));
    }

    function _exitSingle(uint256 lpAmount, uint256 leg) internal override {
        uint256 n = _legs.length;
        uint256[] memory amounts = new uint256[](n);
        for (uint256 i; i < n; ++i) {
            amounts[i] = _legs[i].held();
        }
        _exit(lpAmount);
        for (uint256 i; i < n; ++i) {
            if (i == leg) continue;
            address coin = _legs[i];
            uint256 amount = coin.held() - amounts[i];
            if (amount == 0) continue;
            coin.allow(pool, amount);
            ICurveStableSwap(pool).exchange(_index(i), _index(leg), amount, 0);
            coin.requireTaken(pool);
        }
    }

    function _claim() internal override {
        address gauge_ = gauge;
        if (gauge_ == address(0)) return;
        _claimFrom(ICurveGauge(gauge_).minter(), abi.encodeCall(ICurveMinter.mint, (gauge_)));
    }

    /// @dev A v1 pool does not say how many coins it has; it reverts behind the last one.
    function _coins(address pool_) private view returns (address[] memory coins) {
        address[] memory found = new address[](MAX_LEGS + 1);
        uint256 n;
        for (; n <= MAX_LEGS; ++n) {
            found[n] = _tryAddress(pool_, abi.encodeCall(ICurveStableSwap.coins, (_index(n))));
            if (found[n] == address(0)) break;
        }
        coins = new address[](n);
        for (uint256 i; i < n; ++i) {
            coins[i] = found[i];
        }
    }

    /// @dev Of a function over an array of as many amounts as the pool has coins.
    function _selector(string memory head, string memory tail) private view returns (bytes4) {
        // One digit: at most MAX_LEGS.
        // forge-lint: disable-next-line(unsafe-typecast)
        return bytes4(keccak256(abi.encodePacked(head, bytes1(uint8(48 + _legs.length)), tail)));
    }

    /// @dev The pool counts its coins with int128.
    // forge-lint: disable-next-item(unsafe-typecast) at most MAX_LEGS
    function _index(uint256 i) private pure returns (int128) {
        return int128(uint128(i));
    }
}
