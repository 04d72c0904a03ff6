// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {TickMath} from "@uniswap/v4-core/src/libraries/TickMath.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

import {ProfitLock} from "../lmp/ProfitLock.sol";
import {IPriceRegistry} from "../pricing/IPriceRegistry.sol";
import {ConcentratedCurve} from "./ConcentratedCurve.sol";
import {Destination} from "./Destination.sol";
import {IDestination} from "./IDestination.sol";
import {Tokens} from "./Tokens.sol";
import {IUniswapV3Factory, IUniswapV3Pool} from "./interfaces/IUniswapV3.sol";

/// @title Destination over one range of one Uniswap V3 pool of a pegged pair
/// @notice The position belongs to the clone, its range is fixed for good: another range is another destination.
/// UNITS: shares of the position's liquidity, one each until fees are added back:
///
///     liquidity of u units = u * (L - locked + VIRTUAL) / (supply + VIRTUAL)
///
/// rounded up when they enter and down when they leave; the last units take all of L. L counts what came in here and what was
/// compounded: V3 lets anyone add to anyone's position, and what a stranger adds is nobody's. VIRTUAL units without an owner keep
/// the liquidity of a unit small whatever is compounded while hardly any units exist.
/// VALUE: ConcentratedCurve's fair value of that liquidity at the leg prices. The pool's own price is only in `spot`.
/// FEES: the pool owes fees and what a `burn` took out of the position in one sum. Leaving therefore collects exactly what its
/// own burn returned, so what is owed between calls are fees and nothing else: an exit never pays out fees, a harvest never
/// principal. A harvest while the destination is safe collects as much of both legs as the range takes at the pool's price, and
/// adds it to the position, if that loses no more than MAX_COMPOUND_LOSS at safe prices. What does not fit, and everything while
/// unsafe, stays owed and counts 0. Liquidity added in this way unlocks over ProfitLock's period: whoever enters for one
/// transaction around a harvest gets nothing of fees that others earned.
/// SINGLE-SIDED exits sell the other leg in the same pool, whose price is the caller's to bound by his minimum.
/// SAFETY: callbacks are answered to the pool alone, and only inside a call this contract made.
contract UniswapV3Destination is Destination {
    using ConcentratedCurve for ConcentratedCurve.Range;
    using FixedPointMathLib for uint256;
    using SafeCast for int256;
    using SafeCast for uint256;
    using SafeTransferLib for address;
    using Tokens for address;

    struct Position {
        /// @dev L: of this contract's position, without what strangers added to it.
        uint128 liquidity;
        /// @dev Compounded and at `lockStart` not yet the units'.
        uint128 locked;
        uint40 lockStart;
        uint40 lockEnd;
    }

    /// @dev An end of the range, and the decimals of a leg: lower and leg 0, upper and leg 1.
    struct End {
        uint160 sqrtPriceX96;
        int24 tick;
        /// @dev 1e18 base units over one whole token.
        uint64 scale;
    }

    /// @dev Units of nobody.
    uint256 private constant VIRTUAL = 1e6;
    /// @dev Most that compounding may lose against the safe value of the fees, WAD: a price within the tolerance may still be a bad
    /// one to add at in a narrow range, and dust rounds badly.
    uint256 private constant MAX_COMPOUND_LOSS = 0.0005e18;
    /// @dev Liquidity whose value `issuerRate` follows; enough for 12 digits in the narrowest range.
    uint256 private constant RATE_LIQUIDITY = 1e24;
    uint256 private constant MAX_MARGINAL = 1e36;

    /// @dev Once, when the destination is created.
    event RangeSet(int24 tickLower, int24 tickUpper);
    /// @dev After every change. `locked` is set free from `lockStart` to `lockEnd`.
    event PositionChanged(uint256 liquidity, uint256 locked, uint256 lockStart, uint256 lockEnd);
    /// @dev Fees became part of the position.
    event FeesCompounded(uint256 liquidity, uint256 amount0, uint256 amount1);

    /// @dev Not multiples of the pool's tick spacing, empty, or without the fair price of the legs in it.
    error InvalidRange(int24 tickLower, int24 tickUpper);
    /// @dev The pool ran out of liquidity before it had bought all of a leg; leave with both legs instead.
    error PoolTooThin(address leg, uint256 unsold);
    /// @dev A callback of somebody else than the pool, or outside a call of this contract.
    error UnexpectedCallback(address caller);

    /// @notice Whose pools are accepted.
    IUniswapV3Factory public immutable factory;

    /// @notice L and its lock.
    Position public position;
    End private _lower;
    End private _upper;
    /// @dev Value of RATE_LIQUIDITY at issuer rates when the destination was created, base units of the asset.
    uint256 private _firstWorth;
    /// @dev Inside a call of this contract to the pool.
    bool private transient _calling;

    /// @param factory_ of the pools
    constructor(IPriceRegistry prices_, uint256 tolerance_, IUniswapV3Factory factory_)
        Destination(prices_, tolerance_)
    {
        require(address(factory_) != address(0), ZeroAddress());
        factory = factory_;
    }

    /// @param vault_ LMP served
    /// @param pool_ initialised pool of `factory`
    /// @param tickLower_ multiple of the pool's tick spacing; beyond TickMath's bounds that reverts `InvalidTick`
    /// @param tickUpper_ multiple of the pool's tick spacing; the safe prices of the legs lie between the two
    function initialize(address vault_, address pool_, int24 tickLower_, int24 tickUpper_) external initializer {
        address[] memory pair = _pair(pool_);
        int24 spacing = IUniswapV3Pool(pool_).tickSpacing();
        bool onGrid = tickLower_ % spacing == 0 && tickUpper_ % spacing == 0;
        require(onGrid && tickLower_ < tickUpper_, InvalidRange(tickLower_, tickUpper_));
        _lower = End(TickMath.getSqrtPriceAtTick(tickLower_), tickLower_, _scaleOf(pool_, pair[0]));
        _upper = End(TickMath.getSqrtPriceAtTick(tickUpper_), tickUpper_, _scaleOf(pool_, pair[1]));
        emit RangeSet(tickLower_, tickUpper_);
        _initialize(Setup(vault_, pool_, address(0), address(0), pair, new address[](0)));

        (uint256[] memory backings, uint256[] memory safes) = _legPrices();
        require(_range().contains(_fairPrice(safes)), InvalidRange(tickLower_, tickUpper_));
        _firstWorth = _fairValue(RATE_LIQUIDITY, _range(), backings);
    }

    function name() public pure override returns (string memory) {
        return "Units of a Uniswap V3 position";
    }

    function symbol() public pure override returns (string memory) {
        return "u-UNI-V3";
    }

    /// @inheritdoc IDestination
    function venue() external pure returns (string memory) {
        return "uniswap-v3";
    }

    /// @notice The range of the position.
    function tickLower() public view returns (int24) {
        return _lower.tick;
    }

    function tickUpper() public view returns (int24) {
        return _upper.tick;
    }

    /* SIGNALS */

    /// @dev A range has no nominal weights: the legs' parts of its value follow their prices. What its owner earns by issuer
    /// rates is the growth of its value at them, so that is the rate: 1 when the destination was created. It falls only
    /// when an issuer's rate falls. Rounded down.
    function _mean(uint256[] memory rates) internal view override returns (uint256) {
        return _fairValue(RATE_LIQUIDITY, _range(), rates).fullMulDiv(WAD, _firstWorth);
    }

    /// @inheritdoc IDestination
    /// @dev 0 when the pool's price or the fair one is out of the range, or there is none.
    function depth() external view returns (uint256) {
        _requireUnlocked();
        (uint160 live,) = _slot0();
        ConcentratedCurve.Range memory range = _range();
        if (!range.contains(live) || !range.contains(_tryFairPrice())) return 0;
        return uint256(IUniswapV3Pool(pool).liquidity()).fullMulDiv(_shares(), _shared());
    }

    /// @inheritdoc IDestination
    /// @dev No gauge, no rewards: fees come as legs.
    function rewards() external pure returns (address[] memory) {}

    /// @inheritdoc IDestination
    function incentives() external pure returns (uint256, uint256, uint256) {
        return (0, 0, 0);
    }

    /* CALLBACKS */

    /// @notice The pool asks for the legs of liquidity this contract adds.
    function uniswapV3MintCallback(uint256 amount0, uint256 amount1, bytes calldata) external {
        _pay(amount0, amount1);
    }

    /// @notice The pool asks for the leg this contract sells: the positive one.
    // forge-lint: disable-next-item(unsafe-typecast)
    function uniswapV3SwapCallback(int256 delta0, int256 delta1, bytes calldata) external {
        _pay(delta0 > 0 ? uint256(delta0) : 0, delta1 > 0 ? uint256(delta1) : 0);
    }

    function _pay(uint256 amount0, uint256 amount1) private {
        require(msg.sender == pool && _calling, UnexpectedCallback(msg.sender));
        if (amount0 != 0) _legs[0].safeTransfer(msg.sender, amount0);
        if (amount1 != 0) _legs[1].safeTransfer(msg.sender, amount1);
    }

    /* FEES */

    function _claim() internal override {
        _claimFrom(address(this), abi.encodeCall(this.compound, ()));
    }

    /// @notice Only this contract, in a call of its own within `harvest`: fees become part of the position.
    /// @dev Reverts where they do not: nobody holds units, unsafe, not enough of both legs, or too little for them.
    function compound() external {
        require(msg.sender == address(this), OnlyItself());
        require(totalSupply() != 0, ZeroAmount());
        uint128 liquidity = _owedLiquidity();
        (uint256 amount0, uint256 amount1) = _amountsUp(liquidity);
        _requireWorthIt(liquidity, amount0, amount1);

        Position memory p = position;
        (uint256 locked, uint256 end) = ProfitLock.add(_locked(p), p.lockEnd, liquidity, block.timestamp);
        // forge-lint: disable-next-line(unsafe-typecast) a mean of times of at most now and a day
        (p.locked, p.lockStart, p.lockEnd) = (locked.toUint128(), uint40(block.timestamp), uint40(end));
        IUniswapV3Pool(pool).collect(address(this), tickLower(), tickUpper(), amount0.toUint128(), amount1.toUint128());
        _grow(p, liquidity);
        emit FeesCompounded(liquidity, amount0, amount1);
    }

    /// @dev The most liquidity that fees owed to the position are enough for.
    function _owedLiquidity() private returns (uint128) {
        IUniswapV3Pool pool_ = IUniswapV3Pool(pool);
        (int24 lower, int24 upper) = (tickLower(), tickUpper());
        // The pool credits fees when a position is touched.
        pool_.burn(lower, upper, 0);
        (,,, uint128 owed0, uint128 owed1) = pool_.positions(keccak256(abi.encodePacked(address(this), lower, upper)));
        (uint160 live,) = _slot0();
        return _range().liquidityFor(live, owed0, owed1);
    }

    /// @dev The pool is safe, and liquidity worth what is given for it but for MAX_COMPOUND_LOSS.
    function _requireWorthIt(uint128 liquidity, uint256 amount0, uint256 amount1) private view {
        (uint256[] memory marginals,) = _read();
        (, uint256[] memory safes) = _legPrices();
        (, bool ok) = _spotPrices(marginals, safes);
        require(ok, UnsafePool(pool));
        (uint256 price0, uint256 price1) = _scaled(safes);
        uint256 given = amount0.fullMulDivUp(price0, WAD) + amount1.fullMulDivUp(price1, WAD);
        uint256 gained = _range().fairValue(liquidity, price0, price1);
        uint256 least = given.fullMulDivUp(WAD - MAX_COMPOUND_LOSS, WAD);
        require(gained >= least, TooLittle(gained, least));
    }

    /* POSITION */

    /// @dev The caller bounds what it takes by his allowances.
    function _take(uint256 units) internal override {
        uint128 liquidity = _liquidityUp(units);
        (uint256 amount0, uint256 amount1) = _amountsUp(liquidity);
        if (amount0 != 0) _legs[0].pull(amount0);
        if (amount1 != 0) _legs[1].pull(amount1);
        _grow(position, liquidity);
    }

    function _addLegs(uint256[] memory amounts) internal override returns (uint256 units) {
        (uint160 live,) = _slot0();
        uint256 most = _range().liquidityFor(live, amounts[0], amounts[1]);
        units = most.fullMulDiv(_shares(), _shared());
        if (units == 0) return 0;
        // What no whole unit is made of stays with the caller.
        _grow(position, _liquidityUp(units));
    }

    function _give(uint256 units, address receiver) internal override {
        _leave(units, receiver);
    }

    function _removeLegs(uint256 units) internal override {
        _leave(units, address(this));
    }

    function _removeLeg(uint256 units, uint256 leg) internal override {
        (uint256 amount0, uint256 amount1) = _leave(units, address(this));
        bool zeroForOne = leg == 1;
        uint256 amount = zeroForOne ? amount0 : amount1;
        if (amount == 0) return;
        _calling = true;
        (int256 delta0, int256 delta1) = IUniswapV3Pool(pool)
            .swap(
                address(this),
                zeroForOne,
                amount.toInt256(),
                zeroForOne ? TickMath.MIN_SQRT_PRICE + 1 : TickMath.MAX_SQRT_PRICE - 1,
                ""
            );
        _calling = false;
        uint256 unsold = amount - (zeroForOne ? delta0 : delta1).toUint256();
        require(unsold == 0, PoolTooThin(_legs[1 - leg], unsold));
    }

    /// @dev Adds liquidity to the position. The legs are here, and nothing else of them is; the pool takes them in its callback.
    function _grow(Position memory p, uint128 liquidity) private {
        p.liquidity += liquidity;
        _set(p);
        _calling = true;
        IUniswapV3Pool(pool).mint(address(this), tickLower(), tickUpper(), liquidity, "");
        _calling = false;
    }

    /// @dev What the pool takes for liquidity now.
    function _amountsUp(uint128 liquidity) private view returns (uint256, uint256) {
        (uint160 live,) = _slot0();
        return _range().amountsUp(live, liquidity);
    }

    /// @dev Units are burned already. Collects exactly what the burn returned: what else is owed are fees.
    function _leave(uint256 units, address to) private returns (uint256 amount0, uint256 amount1) {
        Position memory p = position;
        uint128 liquidity = p.liquidity;
        if (totalSupply() == 0) delete p;
        else p.liquidity -= liquidity = units.fullMulDiv(_shared(), _shares() + units).toUint128();
        _set(p);
        IUniswapV3Pool pool_ = IUniswapV3Pool(pool);
        (int24 lower, int24 upper) = (tickLower(), tickUpper());
        (amount0, amount1) = pool_.burn(lower, upper, liquidity);
        pool_.collect(to, lower, upper, amount0.toUint128(), amount1.toUint128());
    }

    function _set(Position memory p) private {
        position = p;
        emit PositionChanged(p.liquidity, p.locked, p.lockStart, p.lockEnd);
    }

    /// @dev What is left of the lock now.
    function _locked(Position memory p) private view returns (uint256) {
        return ProfitLock.remaining(p.locked, p.lockStart, p.lockEnd, block.timestamp);
    }

    /// @dev Liquidity that `_shares` share.
    function _shared() private view returns (uint256) {
        Position memory p = position;
        return p.liquidity - _locked(p) + VIRTUAL;
    }

    function _shares() private view returns (uint256) {
        return totalSupply() + VIRTUAL;
    }

    /// @dev What `units` that enter must bring.
    function _liquidityUp(uint256 units) private view returns (uint128) {
        return units.fullMulDivUp(_shared(), _shares()).toUint128();
    }

    /* VALUE */

    /// @dev A pool that was never initialised is locked too.
    function _requireUnlocked() internal view override {
        (, bool unlocked) = _slot0();
        require(unlocked, VenueLocked());
    }

    /// @dev The leg's marginal price is that of the pool; beyond every pegged pair it only has to stay outside the band.
    function _read() internal view override returns (uint256[] memory marginals, uint256[] memory state) {
        (uint160 live,) = _slot0();
        marginals = new uint256[](2);
        marginals[0] = (ConcentratedCurve.price0At(live, WAD * _upper.scale) / _lower.scale).clamp(1, MAX_MARGINAL);
        marginals[1] = WAD;
        ConcentratedCurve.Range memory range = _range();
        state = new uint256[](4);
        (state[0], state[1]) = (_shared(), _shares());
        (state[2], state[3]) = (range.lower, range.upper);
    }

    // forge-lint: disable-next-item(unsafe-typecast) what `_read` put there
    function _worth(uint256[] memory state, uint256 units, uint256[] memory legPrices)
        internal
        view
        override
        returns (uint256)
    {
        ConcentratedCurve.Range memory range = ConcentratedCurve.Range(uint160(state[2]), uint160(state[3]));
        return _fairValue(units.fullMulDiv(state[0], state[1]), range, legPrices);
    }

    /// @dev Base units of the asset, rounded down.
    function _fairValue(uint256 liquidity, ConcentratedCurve.Range memory range, uint256[] memory legPrices)
        private
        view
        returns (uint256)
    {
        (uint256 price0, uint256 price1) = _scaled(legPrices);
        return _toAsset(range.fairValue(liquidity, price0, price1));
    }

    /// @dev Prices of 1e18 base units.
    function _scaled(uint256[] memory legPrices) private view returns (uint256, uint256) {
        return (legPrices[0] * _lower.scale, legPrices[1] * _upper.scale);
    }

    /// @dev The pool's square root price at leg prices, Q96.
    function _fairPrice(uint256[] memory legPrices) private view returns (uint160) {
        (uint256 price0, uint256 price1) = _scaled(legPrices);
        return ConcentratedCurve.sqrtPrice(price0, price1);
    }

    /// @dev At safe prices; 0, which no range contains, while a leg has none.
    function _tryFairPrice() private view returns (uint160) {
        uint256[] memory safes = new uint256[](2);
        for (uint256 i; i < 2; ++i) {
            (uint256 backing, uint256 market, bool ok) = prices.legPrices(_legs[i]);
            if (!ok) return 0;
            safes[i] = backing.min(market);
        }
        return _fairPrice(safes);
    }

    function _range() private view returns (ConcentratedCurve.Range memory) {
        return ConcentratedCurve.Range(_lower.sqrtPriceX96, _upper.sqrtPriceX96);
    }

    function _slot0() private view returns (uint160 sqrtPriceX96, bool unlocked) {
        (sqrtPriceX96,,,,,, unlocked) = IUniswapV3Pool(pool).slot0();
    }

    /* CREATION */

    /// @dev Legs of a pool of `factory`.
    function _pair(address pool_) private view returns (address[] memory pair) {
        require(pool_ != address(0), ZeroAddress());
        pair = new address[](2);
        pair[0] = _tryAddress(pool_, abi.encodeCall(IUniswapV3Pool.token0, ()));
        pair[1] = _tryAddress(pool_, abi.encodeCall(IUniswapV3Pool.token1, ()));
        // A word as any other, and 0 where there is none.
        // forge-lint: disable-next-line(unsafe-typecast) the factory knows no cut one
        uint24 fee = uint24(uint160(_tryAddress(pool_, abi.encodeCall(IUniswapV3Pool.fee, ()))));
        require(factory.getPool(pair[0], pair[1], fee) == pool_, InvalidPool(pool_));
    }

    function _scaleOf(address pool_, address leg) private view returns (uint64) {
        uint256 decimals_ = IERC20Metadata(leg).decimals();
        require(decimals_ <= 18, InvalidPool(pool_));
        // forge-lint: disable-next-line(unsafe-typecast) at most 1e18
        return uint64(10 ** (18 - decimals_));
    }
}
