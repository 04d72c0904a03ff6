// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {TickMath} from "@uniswap/v4-core/src/libraries/TickMath.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

import {UniswapV3Destination} from "../../../src/destinations/UniswapV3Destination.sol";
import {IUniswapV3Factory} from "../../../src/destinations/interfaces/IUniswapV3.sol";
import {ProfitLock} from "../../../src/lmp/ProfitLock.sol";
import {PriceRegistry} from "../../../src/pricing/PriceRegistry.sol";
import {LstFixture} from "../../fixtures/LstFixture.sol";
import {TokenFixture} from "../../fixtures/TokenFixture.sol";
import {Chainlink} from "../../venues/Chainlink.sol";
import {UniswapV3, UniswapV3Trader} from "../../venues/UniswapV3.sol";
import {AggregatorProxyLike} from "../../venues/interfaces/ChainlinkLike.sol";
import {UniswapV3FactoryLike, UniswapV3PoolLike} from "../../venues/interfaces/UniswapV3Like.sol";
import {DestinationTest, VaultOf} from "./DestinationTest.sol";

/// @notice A real Uniswap V3 pool (0.05%) of the base asset and a pegged leg with issuer and feed, at par, with liquidity of
/// others; a destination over about +-1% of it. The test contract is LP, issuer, oracle and governor.
abstract contract UniswapV3Fixture is DestinationTest {
    using FixedPointMathLib for uint256;

    uint24 internal constant FEE = 500;
    int24 internal constant SPACING = 10;
    /// @dev About 1%.
    int24 internal constant WIDTH = 100;
    /// @dev About 6%.
    int24 internal constant OTHERS_WIDTH = 600;

    TokenFixture internal base;
    TokenFixture internal leg;
    /// @dev Says the issuer rate of `leg`.
    LstFixture internal issuer;
    AggregatorProxyLike internal feed;
    UniswapV3FactoryLike internal factory;
    UniswapV3PoolLike internal pool;
    UniswapV3Trader internal trader;
    UniswapV3Destination internal implementation;
    UniswapV3Destination internal destination;
    int24 internal lower;
    int24 internal upper;
    /// @dev Nearest usable tick to par.
    int24 internal parTick;
    /// @dev Index of the base asset.
    uint256 internal baseLeg;
    /// @dev Liquidity with one whole token of each leg as virtual reserves at par.
    uint256 internal one;

    function _setUpPair(uint8 baseDecimals, uint8 legDecimals, bool baseFirst) internal {
        vm.warp(1_700_000_000);
        base = new TokenFixture("Base", "BASE", baseDecimals, address(this));
        do {
            leg = new TokenFixture("Leg", "LEG", legDecimals, address(this));
        } while ((address(base) < address(leg)) != baseFirst);
        baseLeg = baseFirst ? 0 : 1;
        one = (10 ** (uint256(baseDecimals) + legDecimals)).sqrt();
        issuer = new LstFixture("Issuer of LEG", "I", address(this));
        address link = address(new TokenFixture("LINK stand-in", "LINK", 18, address(this)));
        feed = Chainlink.deployFeed(link, address(this), address(this), 18, "LEG / BASE", 1e18);
        prices = new PriceRegistry(address(new AccessManager(address(this))), address(base));
        prices.setSource(address(leg), address(feed), MAX_AGE, address(issuer));
        vault = address(new VaultOf(address(base)));

        factory = UniswapV3.deploy();
        trader = new UniswapV3Trader();
        (uint8 d0, uint8 d1) = baseFirst ? (baseDecimals, legDecimals) : (legDecimals, baseDecimals);
        uint160 par = uint160((10 ** d1 * 2 ** 192 / 10 ** d0).sqrt());
        pool = UniswapV3.createPool(factory, address(base), address(leg), FEE, par);
        parTick = TickMath.getTickAtSqrtPrice(par) / SPACING * SPACING;
        (lower, upper) = (parTick - WIDTH, parTick + WIDTH);

        base.mint(address(this), 1e9 * 10 ** baseDecimals);
        leg.mint(address(this), 1e9 * 10 ** legDecimals);
        base.approve(address(trader), type(uint256).max);
        leg.approve(address(trader), type(uint256).max);
        trader.mint(pool, parTick - OTHERS_WIDTH, parTick + OTHERS_WIDTH, uint128(1e6 * one));

        implementation = new UniswapV3Destination(prices, TOLERANCE, IUniswapV3Factory(address(factory)));
        destination = _clone();
        destination.initialize(vault, address(pool), lower, upper);
        base.approve(address(destination), type(uint256).max);
        leg.approve(address(destination), type(uint256).max);
    }

    function _clone() internal returns (UniswapV3Destination) {
        return UniswapV3Destination(Clones.clone(address(implementation)));
    }

    /* THE POOL */

    function _live() internal view returns (uint160 sqrtPriceX96) {
        (sqrtPriceX96,,,,,,) = pool.slot0();
    }

    /// @dev Sells one leg until the pool's price has moved by `ticks` from par.
    function _moveTo(int24 ticks) internal {
        _tradeTo(TickMath.getSqrtPriceAtTick(parTick + ticks));
    }

    /// @dev Whatever it takes.
    function _tradeTo(uint160 target) internal {
        uint160 live = _live();
        if (target != live) trader.swapTo(pool, target < live, 1e40, target);
    }

    /// @dev Trades to and fro, `amount` whole tokens each time, and back to the price it was at.
    function _earnFees(uint256 amount) internal {
        uint160 start = _live();
        trader.swap(pool, true, amount * 10 ** _decimals(0));
        trader.swap(pool, false, amount * 2 * 10 ** _decimals(1));
        _tradeTo(start);
    }

    function _decimals(uint256 i) internal view returns (uint256) {
        return i == baseLeg ? base.decimals() : leg.decimals();
    }

    function _token(uint256 i) internal view returns (TokenFixture) {
        return i == baseLeg ? base : leg;
    }

    /// @dev What the pool's own books say of the clone's position.
    function _booked() internal view returns (uint128 liquidity, uint128 owed0, uint128 owed1) {
        (liquidity,,, owed0, owed1) = pool.positions(keccak256(abi.encodePacked(address(destination), lower, upper)));
    }

    /* THE POSITION */

    /// @dev Units of `amount` whole virtual tokens.
    function _enter(uint256 amount) internal returns (uint256 units) {
        units = amount * one;
        destination.wrap(units, address(this));
    }

    function _pairOf(uint256 amount0, uint256 amount1) internal pure returns (uint256[] memory amounts) {
        amounts = new uint256[](2);
        (amounts[0], amounts[1]) = (amount0, amount1);
    }

    /// @dev Whole tokens of each leg in base units.
    function _whole(uint256 amount0, uint256 amount1) internal view returns (uint256[] memory) {
        return _pairOf(amount0 * 10 ** _decimals(0), amount1 * 10 ** _decimals(1));
    }

    function _balances(address account) internal view returns (uint256, uint256) {
        return (_token(0).balanceOf(account), _token(1).balanceOf(account));
    }

    function _price(uint256 market) internal {
        Chainlink.submit(feed, int256(market));
    }

    /// @dev The destination's own books: liquidity, and how much of it units do not share yet.
    function _position() internal view returns (uint256 liquidity, uint256 locked) {
        uint256 start;
        uint256 end;
        (liquidity, locked, start, end) = destination.position();
        locked = ProfitLock.remaining(locked, start, end, block.timestamp);
    }

    /// @dev Neither fees nor anything else stays in the destination.
    function _expectNothingHeld() internal view {
        (uint256 held0, uint256 held1) = _balances(address(destination));
        assertEq(held0 + held1, 0, "nothing stays here");
    }

    /// @dev Liquidity of 1e18 units that units share, WAD: what rounding and others must never lower.
    function _perUnit() internal view returns (uint256) {
        (uint256 liquidity, uint256 locked) = _position();
        return (liquidity - locked + 1e6).fullMulDiv(1e18, destination.totalSupply() + 1e6);
    }
}
