// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20, SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

import {IPriceRegistry} from "../pricing/IPriceRegistry.sol";
import {IDestination} from "./IDestination.sol";
import {StableCurve} from "./StableCurve.sol";

/// @title What every destination over a StableSwap pool shares
/// @notice
/// UNITS: ERC-20, 18 decimals, 1:1 with the pool's LP tokens held or staked here. LP tokens or rewards sent here by transfer
/// are nobody's: units and values count only what was wrapped.
/// VALUE: a unit is a share 1/supply of the pool's invariant D, worth D * v(p), StableCurve's fair value at leg prices p. Legs
/// enter the curve scaled by the venue's token rates r_i, so the curve sees p_i / r_i. Three sets of leg prices:
///   backing   issuer rate
///   safe      min(issuer rate, market feed)
///   spot      gradient of the pool's curve times r_i, relative to the numeraire (the base asset, or leg 0 at its safe price),
///             clamped to the tolerance band around safe
/// safe and backing do not depend on how the pool is balanced: a swap moves them by the fees it leaves and no more. `valuesAt`
/// does the same at prices of the caller's.
/// ROUNDING: values down.
/// CREATION: one implementation per venue and price registry, one minimal clone per pool and vault. The clone's pool, gauge
/// and rewards are fixed for good.
abstract contract Destination is IDestination, ERC20, Initializable {
    using FixedPointMathLib for uint256;
    using SafeERC20 for IERC20;

    /// @notice State of the pool as its own curve sees it.
    struct PoolState {
        /// @dev Scaled by decimals and token rates, WAD.
        uint256[] balances;
        /// @dev Token rates of the venue, WAD.
        uint256[] rates;
        /// @dev Amplification times n, WAD.
        uint256 ann;
        /// @dev LP tokens among which D is shared.
        uint256 supply;
    }

    uint256 internal constant WAD = 1e18;
    uint256 internal constant MIN_LEGS = 2;
    uint256 internal constant MAX_LEGS = 5;
    uint256 private constant MAX_TOLERANCE = 0.05e18;

    error InvalidTolerance(uint256 tolerance);

    /// @notice Source of all leg and reward prices.
    IPriceRegistry public immutable prices;
    /// @notice Widest accepted distance of a leg's spot price from its safe price, WAD.
    uint256 public immutable tolerance;
    /// @dev Base asset of every vault served: the quote of `prices`.
    address internal immutable _asset;
    /// @dev WAD per base unit of the asset.
    uint256 private immutable _assetScale;

    /// @inheritdoc IDestination
    address public vault;
    /// @inheritdoc IDestination
    address public pool;
    /// @dev Index of the leg the pool's own prices are measured in.
    uint8 private _numeraire;
    /// @inheritdoc IDestination
    address public lpToken;
    address[] private _legs;

    /// @param prices_ its quote is the asset of the vaults served
    /// @param tolerance_ WAD, above 0 and at most 5%; 0.5% unless there is a reason
    constructor(IPriceRegistry prices_, uint256 tolerance_) ERC20("", "") {
        require(tolerance_ != 0 && tolerance_ <= MAX_TOLERANCE, InvalidTolerance(tolerance_));
        prices = prices_;
        tolerance = tolerance_;
        _asset = prices_.quote();
        _assetScale = 10 ** (18 - IERC20Metadata(_asset).decimals());
        _disableInitializers();
    }

    /// @dev Common part of the initialisers. Every leg must have both of its prices now, and the pool liquidity.
    function _initialize(address vault_, address pool_, address lpToken_, address[] memory legs_)
        internal
        onlyInitializing
    {
        require(vault_ != address(0) && pool_ != address(0) && lpToken_ != address(0), ZeroAddress());
        require(_tryAddress(vault_, abi.encodeCall(IERC4626.asset, ())) == _asset, InvalidVault(vault_));
        require(legs_.length >= MIN_LEGS && legs_.length <= MAX_LEGS, InvalidPool(pool_));
        (vault, pool, lpToken, _legs) = (vault_, pool_, lpToken_, legs_);
        for (uint256 i; i < legs_.length; ++i) {
            // forge-lint: disable-next-line(unsafe-typecast) below MAX_LEGS
            if (legs_[i] == _asset) _numeraire = uint8(i);
            _prices(legs_[i]);
        }
        PoolState memory state = _stateAtRest();
        StableCurve.invariant(state.balances, state.ann);
    }

    /* UNITS */

    function name() public view override returns (string memory) {
        return string.concat("Units of ", IERC20Metadata(lpToken).name());
    }

    function symbol() public view override returns (string memory) {
        return string.concat("u-", IERC20Metadata(lpToken).symbol());
    }

    /// @inheritdoc IDestination
    function wrap(uint256 lpAmount, address receiver) external returns (uint256 units) {
        require(lpAmount != 0, ZeroAmount());
        require(receiver != address(0), ZeroAddress());
        IERC20(lpToken).safeTransferFrom(msg.sender, address(this), lpAmount);
        _stake(lpAmount);
        _mint(receiver, lpAmount);
        emit Wrapped(msg.sender, receiver, lpAmount);
        return lpAmount;
    }

    /// @inheritdoc IDestination
    function unwrap(uint256 units, address receiver) external returns (uint256 lpAmount) {
        require(units != 0, ZeroAmount());
        require(receiver != address(0), ZeroAddress());
        _burn(msg.sender, units);
        emit Unwrapped(msg.sender, receiver, units);
        _unstake(units);
        IERC20(lpToken).safeTransfer(receiver, units);
        return units;
    }

    /* VALUE */

    /// @inheritdoc IDestination
    function legs() public view returns (address[] memory) {
        return _legs;
    }

    /// @inheritdoc IDestination
    function value(uint256 units) external view returns (uint256 safe, uint256 spot, uint256 backing, bool ok) {
        PoolState memory state = _stateAtRest();
        uint256 d = StableCurve.invariant(state.balances, state.ann);
        uint256 n = state.balances.length;
        uint256[] memory safePrices = new uint256[](n);
        uint256[] memory backings = new uint256[](n);
        for (uint256 i; i < n; ++i) {
            uint256 market;
            (backings[i], market) = _prices(_legs[i]);
            safePrices[i] = backings[i].min(market);
        }
        uint256[] memory spotPrices;
        (spotPrices, ok) = _spotPrices(state, d, safePrices);

        uint256 liquidity = units.fullMulDiv(d, state.supply);
        safe = _worth(liquidity, safePrices, state);
        spot = _worth(liquidity, spotPrices, state);
        backing = _worth(liquidity, backings, state);
    }

    /// @inheritdoc IDestination
    /// @dev Reverts `InvalidPrices` for another number of prices than legs.
    function valuesAt(uint256 units, uint256[][] calldata legPrices) external view returns (uint256[] memory values) {
        PoolState memory state = _stateAtRest();
        values = new uint256[](legPrices.length);
        if (_isDrained(state)) return values;
        uint256 liquidity = units.fullMulDiv(StableCurve.invariant(state.balances, state.ann), state.supply);
        for (uint256 i; i < values.length; ++i) {
            require(legPrices[i].length == state.balances.length, StableCurve.InvalidPrices());
            values[i] = _worth(liquidity, legPrices[i], state);
        }
    }

    /// @inheritdoc IDestination
    /// @dev StableSwap pools weigh their legs equally. Rounded down. Reverts `PriceUnavailable` when an issuer gives no rate.
    function issuerRate() external view returns (uint256 rate) {
        uint256[] memory rates = issuerRates();
        for (uint256 i; i < rates.length; ++i) {
            rate += rates[i];
        }
        rate /= rates.length;
    }

    /// @inheritdoc IDestination
    /// @dev Reverts `PriceUnavailable` when an issuer gives no rate.
    function issuerRates() public view returns (uint256[] memory rates) {
        rates = new uint256[](_legs.length);
        for (uint256 i; i < rates.length; ++i) {
            (rates[i],,) = prices.legPrices(_legs[i]);
            require(rates[i] != 0, PriceUnavailable(_legs[i]));
        }
    }

    /// @inheritdoc IDestination
    /// @dev Rounded up. Reverts `PriceUnavailable`.
    function discount() external view returns (uint256 largest) {
        uint256 n = _legs.length;
        for (uint256 i; i < n; ++i) {
            (uint256 backing, uint256 market) = _prices(_legs[i]);
            largest = largest.max(backing.zeroFloorSub(market).fullMulDivUp(WAD, backing));
        }
    }

    /// @dev The pool while the venue is at rest.
    function _stateAtRest() private view returns (PoolState memory state) {
        _requireUnlocked();
        state = _poolState();
        require(state.supply != 0, EmptyPool());
    }

    /// @dev The invariant of a pool without one of its legs is 0.
    function _isDrained(PoolState memory state) internal pure returns (bool) {
        for (uint256 i; i < state.balances.length; ++i) {
            if (state.balances[i] == 0) return true;
        }
        return false;
    }

    /// @dev Marginal prices of the pool, clamped to the band around safe; `ok` when none had to be.
    function _spotPrices(PoolState memory state, uint256 d, uint256[] memory safePrices)
        private
        view
        returns (uint256[] memory spots, bool ok)
    {
        spots = StableCurve.gradient(state.balances, state.ann, d);
        uint256 numeraire = _numeraire;
        // What the numeraire's gradient stands for, and so the scale of all others.
        uint256 unit = spots[numeraire].fullMulDiv(state.rates[numeraire], safePrices[numeraire]);
        ok = true;
        for (uint256 i; i < spots.length; ++i) {
            uint256 spot = i == numeraire ? safePrices[i] : spots[i].fullMulDiv(state.rates[i], unit);
            uint256 band = safePrices[i].fullMulDiv(tolerance, WAD);
            spots[i] = spot.clamp(safePrices[i] - band, safePrices[i] + band);
            if (spots[i] != spot) ok = false;
        }
    }

    /// @dev Fair value of `liquidity` (WAD of invariant) at leg prices, base units of the asset, rounded down.
    function _worth(uint256 liquidity, uint256[] memory legPrices, PoolState memory state)
        private
        view
        returns (uint256)
    {
        uint256[] memory scaled = new uint256[](legPrices.length);
        for (uint256 i; i < scaled.length; ++i) {
            scaled[i] = legPrices[i].fullMulDiv(WAD, state.rates[i]);
        }
        return _toAsset(liquidity.fullMulDiv(StableCurve.fairValue(scaled, state.ann), WAD));
    }

    /// @dev Both prices of a leg, WAD; reverts `PriceUnavailable`.
    function _prices(address leg) private view returns (uint256 backing, uint256 market) {
        bool ok;
        (backing, market, ok) = prices.legPrices(leg);
        require(ok, PriceUnavailable(leg));
    }

    /// @dev Address a foreign contract answers; zero when it does not, or is no contract.
    function _tryAddress(address target, bytes memory call) internal view returns (address) {
        (bool ok, bytes memory answer) = target.staticcall(call);
        if (!ok || answer.length != 32 || abi.decode(answer, (uint256)) > type(uint160).max) return address(0);
        return abi.decode(answer, (address));
    }

    /// @dev WAD of the asset to its base units, rounded down.
    function _toAsset(uint256 wad) internal view returns (uint256) {
        return wad / _assetScale;
    }

    /* VENUE */

    function _poolState() internal view virtual returns (PoolState memory);
    /// @dev Reverts `VenueLocked` inside a call of the venue.
    function _requireUnlocked() internal view virtual;
    /// @dev LP tokens just received go to work.
    function _stake(uint256 lpAmount) internal virtual;
    function _unstake(uint256 lpAmount) internal virtual;
}
