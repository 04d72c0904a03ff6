// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

import {IPriceRegistry} from "../pricing/IPriceRegistry.sol";
import {IDestination} from "./IDestination.sol";
import {Tokens} from "./Tokens.sol";

/// @title What every destination shares
/// @notice
/// UNITS: ERC-20, 18 decimals, one per unit of the position (LP token or liquidity). Units and values count only what came in
/// through `wrap` and `add`: tokens sent here by transfer are nobody's, but for rewards, which are the vault's.
/// VALUE: the fair value of a position on the pool's own curve at given leg prices, which the venue's part computes. Three sets:
///   backing   issuer rate
///   safe      min(issuer rate, market feed)
///   spot      the pool's own marginal prices, relative to the numeraire (the base asset, or leg 0 at its safe price), clamped
///             to the tolerance band around safe
/// safe and backing do not depend on how the pool is balanced: a swap moves them by the fees it leaves and no more. `valuesAt`
/// does the same at prices of the caller's.
/// DELTAS: every amount is what a balance changed by. The caller's tokens must arrive in full; what goes out is what the venue
/// delivered in this call, measured here and again at the receiver. The lock keeps one call's deltas out of another's.
/// APPROVALS are for the exact amount and gone when the call ends.
/// ROUNDING: values down, discount up.
/// CREATION: one implementation per venue and price registry (and auction), one minimal clone per pool and vault. The clone's pool,
/// gauge and rewards are fixed for good; a pool that is not valued and safe at that moment is refused.
abstract contract Destination is IDestination, ERC20, Initializable, ReentrancyGuardTransient {
    using FixedPointMathLib for uint256;
    using Tokens for address;

    /// @notice What a clone is created with. `lpToken` and `gauge` are zero where the venue has none.
    struct Setup {
        address vault;
        address pool;
        address lpToken;
        address gauge;
        address[] legs;
        address[] rewards;
    }

    uint256 internal constant WAD = 1e18;
    uint256 internal constant MIN_LEGS = 2;
    uint256 internal constant MAX_LEGS = 5;
    uint256 private constant MAX_TOLERANCE = 0.05e18;
    /// @dev Gas of one claim: a Balancer gauge pays up to 8 tokens in it.
    uint256 internal constant CLAIM_GAS = 1_500_000;
    /// @dev Spent between the check of a stipend and the call.
    uint256 private constant STIPEND_OVERHEAD = 5000;
    /// @dev A market price this many times the issuer rate is a wrong one.
    uint256 private constant MAX_PREMIUM = 2;

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
    /// @dev Index of the leg the pool's own prices are measured in: the base asset's, else 0.
    uint8 internal _numeraire;
    /// @inheritdoc IDestination
    address public lpToken;
    /// @notice The gauge all LP tokens are staked in; zero: none.
    address public gauge;
    address[] internal _legs;

    /// @param prices_ its quote is the asset of the vaults served
    /// @param tolerance_ WAD, above 0 and at most 5%; 0.5% unless there is a reason
    constructor(IPriceRegistry prices_, uint256 tolerance_) ERC20("", "") {
        require(tolerance_ != 0 && tolerance_ <= MAX_TOLERANCE, InvalidTolerance(tolerance_));
        (prices, tolerance) = (prices_, tolerance_);
        _asset = prices_.quote();
        _assetScale = 10 ** (18 - IERC20Metadata(_asset).decimals());
        _disableInitializers();
    }

    /// @dev Last part of the initialisers, when the venue's own storage is set. Every leg must have both of its prices now, and
    /// the pool must be valued and safe.
    function _initialize(Setup memory setup) internal virtual onlyInitializing {
        require(setup.vault != address(0) && setup.pool != address(0), ZeroAddress());
        require(_tryAddress(setup.vault, abi.encodeCall(IERC4626.asset, ())) == _asset, InvalidVault(setup.vault));
        uint256 n = setup.legs.length;
        require(n >= MIN_LEGS && n <= MAX_LEGS, InvalidPool(setup.pool));
        (vault, pool, lpToken, gauge) = (setup.vault, setup.pool, setup.lpToken, setup.gauge);
        for (uint256 i; i < n; ++i) {
            address leg = setup.legs[i];
            _legs.push(leg);
            // forge-lint: disable-next-line(unsafe-typecast) below MAX_LEGS
            if (leg == _asset) _numeraire = uint8(i);
            (uint256 backing, uint256 market) = _prices(leg);
            // In this order nothing overflows.
            require(market / MAX_PREMIUM <= backing, ImplausiblePrice(leg, backing, market));
        }
        (uint256[] memory marginals,) = _readAtRest();
        (, uint256[] memory safes) = _legPrices();
        (, bool ok) = _spotPrices(marginals, safes);
        require(ok, UnsafePool(setup.pool));
        emit DestinationInitialized(setup.vault, setup.pool, setup.lpToken, setup.gauge, setup.legs, setup.rewards);
    }

    /* UNITS */

    /// @inheritdoc IDestination
    function wrap(uint256 amount, address receiver) external nonReentrant returns (uint256 units) {
        _requireSet(amount, receiver);
        _take(amount);
        _mint(receiver, amount);
        emit Wrapped(msg.sender, receiver, amount);
        return amount;
    }

    /// @inheritdoc IDestination
    function unwrap(uint256 units, address receiver) external nonReentrant returns (uint256 amount) {
        _requireSet(units, receiver);
        _burn(msg.sender, units);
        emit Unwrapped(msg.sender, receiver, units);
        _give(units, receiver);
        return units;
    }

    /* LIQUIDITY */

    /// @inheritdoc IDestination
    function add(uint256[] calldata amounts, uint256 minUnits, address receiver)
        external
        nonReentrant
        returns (uint256 units)
    {
        require(receiver != address(0), ZeroAddress());
        require(amounts.length == _legs.length, InvalidAmounts());
        uint256[] memory before = _legBalances();
        for (uint256 i; i < amounts.length; ++i) {
            if (amounts[i] != 0) _legs[i].pull(amounts[i]);
        }
        uint256[] memory taken = amounts;
        units = _addLegs(taken);
        require(units != 0 && units >= minUnits, TooLittle(units, minUnits));
        _mint(receiver, units);

        uint256[] memory left = _gained(before);
        for (uint256 i; i < taken.length; ++i) {
            if (left[i] == 0) continue;
            taken[i] -= left[i];
            _legs[i].send(left[i], 0, msg.sender);
        }
        emit Added(msg.sender, receiver, taken, units);
    }

    /// @inheritdoc IDestination
    function remove(uint256 units, uint256[] calldata minAmounts, address receiver)
        external
        nonReentrant
        returns (uint256[] memory amounts)
    {
        _requireSet(units, receiver);
        require(minAmounts.length == _legs.length, InvalidAmounts());
        _burn(msg.sender, units);
        uint256[] memory before = _legBalances();
        _removeLegs(units);
        amounts = _gained(before);
        for (uint256 i; i < amounts.length; ++i) {
            amounts[i] = _legs[i].send(amounts[i], minAmounts[i], receiver);
        }
        emit Removed(msg.sender, receiver, units, amounts);
    }

    /// @inheritdoc IDestination
    function removeSingle(uint256 units, uint256 leg, uint256 minAmount, address receiver)
        external
        nonReentrant
        returns (uint256)
    {
        require(leg < _legs.length, InvalidLeg(leg));
        return _leaveWith(units, leg, minAmount, receiver);
    }

    /// @inheritdoc IDestination
    function sell(uint256 units, uint256 minAssets, address receiver) external nonReentrant returns (uint256) {
        uint256 leg = _numeraire;
        require(_legs[leg] == _asset, NotSellable());
        return _leaveWith(units, leg, minAssets, receiver);
    }

    function _leaveWith(uint256 units, uint256 leg, uint256 minAmount, address receiver)
        private
        returns (uint256 amount)
    {
        _requireSet(units, receiver);
        _burn(msg.sender, units);
        address token = _legs[leg];
        uint256 before = token.held();
        _removeLeg(units, leg);
        amount = token.send(token.held() - before, minAmount, receiver);
        require(amount != 0, TooLittle(0, minAmount));
        emit RemovedSingle(msg.sender, receiver, units, leg, amount);
    }

    /* REWARDS */

    /// @inheritdoc IDestination
    function harvest() external nonReentrant {
        _harvest();
    }

    /// @dev Never reverts but for `NotEnoughGas`.
    function _harvest() internal virtual {
        _claim();
    }

    /* VALUE */

    /// @inheritdoc IDestination
    function legs() public view returns (address[] memory) {
        return _legs;
    }

    /// @inheritdoc IDestination
    function value(uint256 units) external view returns (uint256 safe, uint256 spot, uint256 backing, bool ok) {
        (uint256[] memory marginals, uint256[] memory state) = _readAtRest();
        (uint256[] memory backings, uint256[] memory safes) = _legPrices();
        uint256[] memory spots;
        (spots, ok) = _spotPrices(marginals, safes);
        safe = _worth(state, units, safes);
        spot = _worth(state, units, spots);
        backing = _worth(state, units, backings);
    }

    /// @inheritdoc IDestination
    function valuesAt(uint256 units, uint256[][] calldata legPrices) external view returns (uint256[] memory values) {
        (, uint256[] memory state) = _readAtRest();
        values = new uint256[](legPrices.length);
        uint256 n = _legs.length;
        for (uint256 i; i < values.length; ++i) {
            require(legPrices[i].length == n, InvalidPrices());
            values[i] = _worth(state, units, legPrices[i]);
        }
    }

    /// @inheritdoc IDestination
    /// @dev Rounded down. Reverts `PriceUnavailable` when an issuer gives no rate.
    function issuerRate() external view returns (uint256) {
        return _mean(issuerRates());
    }

    /// @inheritdoc IDestination
    /// @dev Reverts `PriceUnavailable` when an issuer gives no rate.
    function issuerRates() public view returns (uint256[] memory rates) {
        rates = new uint256[](_legs.length);
        for (uint256 i; i < rates.length; ++i) {
            (rates[i],,) = _tryPrices(_legs[i]);
            require(rates[i] != 0, PriceUnavailable(_legs[i]));
        }
    }

    /// @inheritdoc IDestination
    /// @dev Rounded up. Reverts `PriceUnavailable`.
    function discount() external view returns (uint256 largest) {
        uint256 n = _legs.length;
        for (uint256 i; i < n; ++i) {
            (uint256 backing, uint256 market) = _prices(_legs[i]);
            largest = largest.max(WAD.zeroFloorSub(market.fullMulDiv(WAD, backing)));
        }
    }

    /// @dev The pool while the venue is at rest.
    function _readAtRest() private view returns (uint256[] memory, uint256[] memory) {
        _requireUnlocked();
        return _read();
    }

    /// @dev Issuer rate and min(issuer rate, market feed) of each leg.
    function _legPrices() internal view returns (uint256[] memory backings, uint256[] memory safes) {
        uint256 n = _legs.length;
        (backings, safes) = (new uint256[](n), new uint256[](n));
        for (uint256 i; i < n; ++i) {
            uint256 market;
            (backings[i], market) = _prices(_legs[i]);
            safes[i] = backings[i].min(market);
        }
    }

    /// @dev The pool's own prices, clamped to the band around safe; `ok` when none had to be.
    function _spotPrices(uint256[] memory marginals, uint256[] memory safes)
        internal
        view
        returns (uint256[] memory spots, bool ok)
    {
        require(marginals.length != 0, EmptyPool());
        spots = new uint256[](marginals.length);
        uint256 numeraire = _numeraire;
        ok = true;
        for (uint256 i; i < spots.length; ++i) {
            uint256 safe = safes[i];
            // What the numeraire's marginal price stands for is the scale of all others.
            uint256 spot = i == numeraire ? safe : marginals[i].fullMulDiv(safes[numeraire], marginals[numeraire]);
            uint256 band = safe.fullMulDiv(tolerance, WAD);
            spots[i] = spot.clamp(safe - band, safe + band);
            if (spots[i] != spot) ok = false;
        }
    }

    /// @dev Both prices of a leg, WAD; reverts `PriceUnavailable`.
    function _prices(address leg) private view returns (uint256 backing, uint256 market) {
        bool ok;
        (backing, market, ok) = _tryPrices(leg);
        require(ok, PriceUnavailable(leg));
    }

    function _tryPrices(address leg) private view returns (uint256 backing, uint256 market, bool ok) {
        return prices.legPrices(leg);
    }

    /// @dev WAD of the asset to its base units, rounded down.
    function _toAsset(uint256 wad) internal view returns (uint256) {
        return wad / _assetScale;
    }

    /* AMOUNTS */

    function _legBalances() private view returns (uint256[] memory balances) {
        balances = new uint256[](_legs.length);
        for (uint256 i; i < balances.length; ++i) {
            balances[i] = _legs[i].held();
        }
    }

    function _gained(uint256[] memory before) private view returns (uint256[] memory gained) {
        gained = _legBalances();
        for (uint256 i; i < gained.length; ++i) {
            gained[i] -= before[i];
        }
    }

    function _requireSet(uint256 amount, address receiver) private pure {
        require(amount != 0, ZeroAmount());
        require(receiver != address(0), ZeroAddress());
    }

    /// @dev Address a foreign contract answers; zero when it does not, or is no contract.
    function _tryAddress(address target, bytes memory question) internal view returns (address answer) {
        assembly ("memory-safe") {
            let done := staticcall(gas(), target, add(question, 32), mload(question), 0, 32)
            if and(and(done, eq(returndatasize(), 32)), iszero(shr(160, mload(0)))) { answer := mload(0) }
        }
    }

    /* CALLS THAT MAY FAIL */

    /// @dev A claim that may fail.
    function _claimFrom(address source, bytes memory data) internal {
        (bool done,) = _attempt(source, CLAIM_GAS, data);
        if (!done) emit ClaimSkipped(source);
    }

    /// @dev A call with a fixed stipend, whose failure is the caller's to see. Reads at most one word of the answer. Whoever sends
    /// too little gas for a full stipend reverts, so that nobody can have a call skipped.
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

    /* VENUE: POSITION */

    /// @dev Pulls from the caller what `units` of the position are made of, and puts it to work.
    function _take(uint256 units) internal virtual;
    /// @dev Sends what `units` of the position are made of.
    function _give(uint256 units, address receiver) internal virtual;
    /// @dev Legs that were just pulled go into the pool; what it does not take stays here and goes back to the caller.
    /// @return units gained by the position
    function _addLegs(uint256[] memory amounts) internal virtual returns (uint256 units);
    /// @dev Takes `units` out of the pool, all legs in proportion to this contract.
    function _removeLegs(uint256 units) internal virtual;
    /// @dev Takes `units` out of the pool, all of it as one leg to this contract.
    function _removeLeg(uint256 units, uint256 leg) internal virtual;
    /// @dev Claims what the venue owes; never reverts but for `NotEnoughGas` (`_claimFrom`).
    function _claim() internal virtual;

    /* VENUE: VALUE */

    /// @dev Reverts `VenueLocked` inside a call of the venue.
    function _requireUnlocked() internal view virtual;
    /// @dev The pool now. Reverts `EmptyPool` where there is nothing a unit could be a part of.
    /// @return marginals marginal price of each leg before fees, all in one unit, whichever; empty when the pool lacks a leg
    /// @return state all that `_worth` needs to know, in words of the venue's own
    function _read() internal view virtual returns (uint256[] memory marginals, uint256[] memory state);
    /// @dev Fair value of `units` at leg prices (WAD): base units of the asset, rounded down. 0 of a pool that lacks a leg.
    function _worth(uint256[] memory state, uint256 units, uint256[] memory legPrices)
        internal
        view
        virtual
        returns (uint256);

    /// @dev Mean of the issuer rates by the pool's nominal weights, rounded down. Here: equal weights.
    function _mean(uint256[] memory rates) internal view virtual returns (uint256 mean) {
        for (uint256 i; i < rates.length; ++i) {
            mean += rates[i];
        }
        mean /= rates.length;
    }
}
