// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

import {IDutchAuction} from "../auction/IDutchAuction.sol";
import {ProfitLock} from "../lmp/ProfitLock.sol";
import {IPriceRegistry} from "../pricing/IPriceRegistry.sol";
import {Destination} from "./Destination.sol";
import {IDestination} from "./IDestination.sol";
import {LpDestination} from "./LpDestination.sol";
import {Rewards} from "./Rewards.sol";
import {SolidlyCurve} from "./SolidlyCurve.sol";
import {Tokens} from "./Tokens.sol";
import {VenueLock} from "./VenueLock.sol";
import {IAerodromeFactory, IAerodromeGauge, IAerodromePool, IAerodromeVoter} from "./interfaces/IAerodrome.sol";

/// @title Destination over an Aerodrome or Velodrome V2 stable pool, staked in its gauge where it has one
/// @notice An LP token is a share 1/supply of the pool's invariant D, worth D * v(p) of SolidlyCurve. The curve is centred where
/// one token trades for one of the other.
/// DONATIONS: the pool counts what is sent to it only after somebody calls its `sync` or `mint`; from then on it belongs to all
/// LP tokens, and so does the rise of their value. Nobody can take it out again but by his LP tokens.
/// FEES leave the pool at once and no swap raises D. With a gauge they go to those who vote for it, and the gauge pays its
/// reward token to this contract alone. Without one they are this contract's legs: `harvest` claims them and, while the
/// destination is safe, adds them to the position without minting units; what is left of the longer leg waits for the next time.
/// UNITS of a position without a gauge so become worth more than an LP token:
///
///     LP tokens of u units = u * (position - locked + VIRTUAL) / (units + VIRTUAL)
///
/// rounded in favour of those who stay; `wrap` and `unwrap` count in units. What fees added unlocks over ProfitLock's period, so
/// that nobody enters for a harvest and leaves with it; the last to leave takes all. VIRTUAL keeps the quotient from being driven
/// up while there are few units. With a gauge a unit is an LP token.
/// ONE LEG: the pool takes and gives both legs only. `add` takes as much of both as fits its proportion and gives the rest back;
/// an exit with one leg trades the other for it in the same pool.
/// REENTRANCY: the pool burns LP tokens before it pays out and writes its reserves, so a token with a transfer hook would show
/// too much per LP token. `value` reverts while the pool's lock is taken.
contract AerodromeStableDestination is LpDestination {
    using FixedPointMathLib for uint256;
    using SafeCast for uint256;
    using Tokens for address;

    /// @dev Words of the state: the invariant, 0 when the pool lacks a leg, and the LP tokens among which it is shared.
    uint256 private constant D = 0;
    uint256 private constant SUPPLY = 1;
    /// @dev See UNITS. Next to nothing in a pool of 18-decimals tokens, the worth of a token where both have 6.
    uint256 private constant VIRTUAL = 1e6;
    /// @dev Gas to claim, check and add fees.
    uint256 private constant ADD_FEES_GAS = 1_500_000;

    /// @notice LP tokens that all units stand for, staked or held here, and which of them came from fees and are not yet the units'.
    struct Position {
        uint256 lpAmount;
        /// @dev At `lockStart`; 0 at `lockEnd`.
        uint128 locked;
        uint40 lockStart;
        uint40 lockEnd;
    }

    /// @notice Fees of the position went into it; no units were minted. What is locked now is free at `lockEnd`.
    event FeesAdded(uint256 amount0, uint256 amount1, uint256 lpAmount, uint256 locked, uint256 lockEnd);
    /// @notice Fees could not be added, e.g. because the destination is unsafe; they wait here.
    event FeesKept();

    /// @notice The pool factory whose pools are accepted.
    IAerodromeFactory public immutable factory;

    Position public position;
    /// @dev Multiplier to WAD of each leg.
    uint64 private _scale0;
    uint64 private _scale1;

    constructor(IPriceRegistry prices_, uint256 tolerance_, IDutchAuction auction_, IAerodromeFactory factory_)
        Destination(prices_, tolerance_)
        Rewards(auction_)
    {
        require(address(factory_) != address(0), ZeroAddress());
        factory = factory_;
    }

    /// @param vault_ LMP served; owner of the rewards
    /// @param pool_ funded stable pool of `factory`
    /// @param gauge_ the pool's, alive; zero: LP tokens are held here and earn the pool's fees
    /// @param rewards_ reward tokens that count and are harvested, at most 8; the gauge's must be one of them to be so
    function initialize(address vault_, address pool_, address gauge_, address[] calldata rewards_)
        external
        initializer
    {
        require(pool_ != address(0), ZeroAddress());
        require(factory.isPool(pool_) && IAerodromePool(pool_).stable(), InvalidPool(pool_));
        require(!factory.isPaused(), PoolPaused(pool_));
        if (gauge_ != address(0)) {
            IAerodromeVoter voter = IAerodromeVoter(factory.voter());
            require(voter.gauges(pool_) == gauge_ && voter.isAlive(gauge_), InvalidGauge(gauge_));
        }
        address[] memory tokens = new address[](2);
        (tokens[0], tokens[1]) = IAerodromePool(pool_).tokens();
        (_scale0, _scale1) = (_scaleOf(pool_, tokens[0]), _scaleOf(pool_, tokens[1]));
        _initialize(Setup(vault_, pool_, pool_, gauge_, tokens, rewards_));
    }

    /// @inheritdoc IDestination
    function venue() external pure returns (string memory) {
        return "aerodrome-stable";
    }

    /// @inheritdoc IDestination
    function depth() external view returns (uint256) {
        _requireUnlocked();
        return _toUnits(IERC20(pool).totalSupply());
    }

    /// @inheritdoc IDestination
    function incentives() external view returns (uint256 yearly, uint256 staked, uint256 end) {
        if (gauge == address(0)) return (0, 0, 0);
        IAerodromeGauge gauge_ = IAerodromeGauge(gauge);
        staked = gauge_.totalSupply();
        uint256 finish = gauge_.periodFinish();
        if (finish <= block.timestamp) return (0, staked, 0);
        address token = gauge_.rewardToken();
        uint256 count = _rewards.length;
        for (uint256 i; i < count; ++i) {
            if (_rewards[i] != token) continue;
            yearly = _toAsset(_yearly(token, gauge_.rewardRate()));
            if (yearly != 0) end = finish;
        }
    }

    /// @notice Only this contract, in a call of its own within `harvest`: adds the fees held here to the position, while it is
    /// safe.
    /// @dev The minimum: what is added is worth what it costs at safe prices, less the tolerance.
    function addFees() external {
        require(msg.sender == address(this), OnlyItself());
        require(totalSupply() != 0, ZeroAmount());
        _requireUnlocked();
        (uint256[] memory marginals, uint256[] memory state) = _read();
        (, uint256[] memory safes) = _legPrices();
        (, bool ok) = _spotPrices(marginals, safes);
        require(ok, UnsafePool(pool));
        (address leg0, address leg1) = (_legs[0], _legs[1]);
        uint256[] memory fees = new uint256[](2);
        (fees[0], fees[1]) = (leg0.held(), leg1.held());
        uint256 lpAmount = super._addLegs(fees);
        if (lpAmount == 0) return;

        (uint256 paid0, uint256 paid1) = (fees[0] - leg0.held(), fees[1] - leg1.held());
        uint256 cost = (paid0 * _scale0).mulDiv(safes[0], WAD) + (paid1 * _scale1).mulDiv(safes[1], WAD);
        uint256 minimum = _toAsset(cost.mulDiv(WAD - tolerance, WAD));
        uint256 worth = _worthOfLp(state, lpAmount, safes);
        require(worth >= minimum, TooLittle(worth, minimum));
        _lock(lpAmount);
        emit FeesAdded(paid0, paid1, lpAmount, position.locked, position.lockEnd);
    }

    /* UNITS */

    function _take(uint256 units) internal override {
        uint256 lpAmount = units.mulDivUp(_shared(), totalSupply() + VIRTUAL);
        super._take(lpAmount);
        position.lpAmount += lpAmount;
    }

    function _give(uint256 units, address receiver) internal override {
        super._give(_release(units), receiver);
    }

    function _addLegs(uint256[] memory amounts) internal override returns (uint256 units) {
        uint256 lpAmount = super._addLegs(amounts);
        units = _toUnits(lpAmount);
        position.lpAmount += lpAmount;
    }

    function _removeLegs(uint256 units) internal override {
        super._removeLegs(_release(units));
    }

    function _removeLeg(uint256 units, uint256 leg) internal override {
        super._removeLeg(_release(units), leg);
    }

    /// @dev The LP tokens of units just burned leave the position. Rounded down, but for the last ones.
    function _release(uint256 units) private returns (uint256 lpAmount) {
        if (totalSupply() == 0) {
            lpAmount = position.lpAmount;
            delete position;
        } else {
            lpAmount = _toLp(units, totalSupply() + units);
            position.lpAmount -= lpAmount;
        }
    }

    function _lock(uint256 lpAmount) private {
        Position memory p = position;
        (uint256 locked, uint256 end) = ProfitLock.add(_locked(p), p.lockEnd, lpAmount, block.timestamp);
        p.lpAmount += lpAmount;
        // forge-lint: disable-next-line(unsafe-typecast) a mean of times of at most now and a day
        (p.locked, p.lockStart, p.lockEnd) = (locked.toUint128(), uint40(block.timestamp), uint40(end));
        position = p;
    }

    function _locked(Position memory p) private view returns (uint256) {
        return ProfitLock.remaining(p.locked, p.lockStart, p.lockEnd, block.timestamp);
    }

    /// @dev LP tokens that units share, VIRTUAL included.
    function _shared() private view returns (uint256) {
        Position memory p = position;
        return p.lpAmount - _locked(p) + VIRTUAL;
    }

    /// @dev Rounded down.
    function _toLp(uint256 units, uint256 supply) private view returns (uint256) {
        return units.mulDiv(_shared(), supply + VIRTUAL);
    }

    /// @dev Rounded down.
    function _toUnits(uint256 lpAmount) private view returns (uint256) {
        return lpAmount.mulDiv(totalSupply() + VIRTUAL, _shared());
    }

    /* VENUE */

    /// @dev Both legs in the pool's proportion: all of the scarcer one, of the other what goes with it, rounded up.
    function _join(uint256[] memory amounts) internal override {
        (uint256 reserve0, uint256 reserve1,) = IAerodromePool(pool).getReserves();
        (uint256 amount0, uint256 amount1) = (amounts[0], amounts[1]);
        uint256 with0 = amount0.mulDivUp(reserve1, reserve0);
        if (with0 <= amount1) amount1 = with0;
        else amount0 = amount0.min(amount1.mulDivUp(reserve0, reserve1));
        if (amount0 == 0 || amount1 == 0) return;
        _legs[0].send(amount0, amount0, pool);
        _legs[1].send(amount1, amount1, pool);
        IAerodromePool(pool).mint(address(this));
    }

    function _exit(uint256 lpAmount) internal override {
        pool.send(lpAmount, lpAmount, pool);
        IAerodromePool(pool).burn(address(this));
    }

    function _exitSingle(uint256 lpAmount, uint256 leg) internal override {
        address other = _legs[1 - leg];
        uint256 before = other.held();
        _exit(lpAmount);
        uint256 amount = other.held() - before;
        uint256 out = IAerodromePool(pool).getAmountOut(amount, other);
        other.send(amount, amount, pool);
        (uint256 out0, uint256 out1) = leg == 0 ? (out, uint256(0)) : (uint256(0), out);
        IAerodromePool(pool).swap(out0, out1, address(this), "");
    }

    function _claim() internal override {
        if (gauge != address(0)) {
            return _claimFrom(gauge, abi.encodeCall(IAerodromeGauge.getReward, (address(this))));
        }
        _claimFrom(pool, abi.encodeCall(IAerodromePool.claimFees, ()));
        (bool done,) = _attempt(address(this), ADD_FEES_GAS, abi.encodeCall(this.addFees, ()));
        if (!done) emit FeesKept();
    }

    function _requireUnlocked() internal view override {
        require(!VenueLock.isTaken(pool, abi.encodeCall(IAerodromePool.getK, ())), VenueLocked());
    }

    function _read() internal view override returns (uint256[] memory marginals, uint256[] memory state) {
        (uint256 reserve0, uint256 reserve1,) = IAerodromePool(pool).getReserves();
        (uint256 x, uint256 y) = (reserve0 * _scale0, reserve1 * _scale1);
        state = new uint256[](2);
        state[SUPPLY] = IERC20(pool).totalSupply();
        require(state[SUPPLY] != 0, EmptyPool());
        if (x == 0 || y == 0) return (marginals, state);
        state[D] = SolidlyCurve.invariant(x, y);
        marginals = new uint256[](2);
        (marginals[0], marginals[1]) = SolidlyCurve.gradient(x, y);
    }

    function _worth(uint256[] memory state, uint256 units, uint256[] memory legPrices)
        internal
        view
        override
        returns (uint256)
    {
        return _worthOfLp(state, _toLp(units, totalSupply()), legPrices);
    }

    function _worthOfLp(uint256[] memory state, uint256 lpAmount, uint256[] memory legPrices)
        private
        view
        returns (uint256)
    {
        if (state[D] == 0) return 0;
        uint256 liquidity = lpAmount.mulDiv(state[D], state[SUPPLY]);
        return _toAsset(liquidity.mulDiv(SolidlyCurve.fairValue(legPrices[0], legPrices[1]), WAD));
    }

    function _scaleOf(address pool_, address token) private view returns (uint64) {
        uint256 decimals = IERC20Metadata(token).decimals();
        require(decimals <= 18, InvalidPool(pool_));
        // forge-lint: disable-next-line(unsafe-typecast) at most 1e18
        return uint64(10 ** (18 - decimals));
    }
}
