// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {CycleManager} from "../../../src/reactors/CycleManager.sol";
import {CycleState, Phase, PositionState, ReactorState} from "../../../src/reactors/ICycleManager.sol";
import {IPairVenue} from "../../../src/reactors/IPairVenue.sol";
import {Reactor} from "../../../src/reactors/Reactor.sol";
import {IUniswapV2Pair, UniswapV2Venue} from "../../../src/reactors/UniswapV2Venue.sol";
import {Reserve} from "../../../src/reserve/Reserve.sol";
import {TokenFixture} from "../../fixtures/TokenFixture.sol";
import {FailingVenueMock} from "../../mocks/reactors/FailingVenueMock.sol";
import {PriceRegistryMock} from "../../mocks/reactors/PriceRegistryMock.sol";
import {UniswapV2, UniswapV2Core} from "../../venues/UniswapV2.sol";
import {UniswapV2PairLike} from "../../venues/interfaces/UniswapV2Like.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Test} from "forge-std/Test.sol";

interface IUniswapV2PairSwap {
    function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes calldata data) external;
}

/// @dev Reactors for ABC (18 decimals), XYZ (6 decimals) and the pair asset ETH over real Uniswap V2 pools:
/// positions 0 and 1 are two ABC/ETH pools, position 2 is XYZ/ETH behind an adapter that can be made to fail.
/// ABC starts at 0.005 ETH, XYZ at 0.002 ETH.
abstract contract World is Test {
    uint256 internal constant WAD = 1e18;
    uint256 internal constant LENGTH = 7 days;
    uint256 internal constant ABC_PRICE = 0.005e18;
    uint256 internal constant XYZ_PRICE = 0.002e18;
    uint256 internal constant ETH_ID = 0;
    uint256 internal constant ABC_ID = 1;
    uint256 internal constant XYZ_ID = 2;
    uint256 internal constant V = 3e18;

    AccessManager internal access;
    PriceRegistryMock internal prices;
    CycleManager internal manager;
    Reserve internal reserve;
    TokenFixture internal eth;
    TokenFixture internal abc;
    TokenFixture internal xyz;
    Reactor internal tEth;
    Reactor internal tAbc;
    Reactor internal tXyz;
    FailingVenueMock internal failing;

    function setUpWorld() internal {
        vm.warp(1_700_000_000);
        setUpManager();
        addVenue(abc, 2_000_000e18, ABC_ID, false);
        addVenue(abc, 1_000_000e18, ABC_ID, false);
        addVenue(xyz, 5_000_000e6, XYZ_ID, true);
    }

    /// @dev Reactors without positions.
    function setUpManager() internal {
        access = new AccessManager(address(this));
        eth = new TokenFixture("Pair asset", "ETH", 18, address(this));
        abc = new TokenFixture("Project token", "ABC", 18, address(this));
        xyz = new TokenFixture("Small token", "XYZ", 6, address(this));
        prices = new PriceRegistryMock(address(eth));
        prices.set(address(abc), ABC_PRICE);
        prices.set(address(xyz), XYZ_PRICE);
        manager = new CycleManager(address(access), prices, LENGTH, block.timestamp + LENGTH);
        reserve = manager.reserve();
        tEth = new Reactor(address(eth), address(manager), "tETH", "tETH");
        tAbc = new Reactor(address(abc), address(manager), "tABC", "tABC");
        tXyz = new Reactor(address(xyz), address(manager), "tXYZ", "tXYZ");
        manager.addReactor(address(tEth), true, 0.5e18);
        manager.addReactor(address(tAbc), false, 0.5e18);
        manager.addReactor(address(tXyz), false, 0.5e18);
    }

    /// @dev A new Uniswap V2 deployment with a pool of `amount` tokens and ETH of the same value.
    function addVenue(TokenFixture token, uint256 amount, uint256 reactor, bool canFail) internal returns (uint256) {
        UniswapV2PairLike pool = newPool(token, amount);
        address adapter;
        if (canFail) {
            failing = new FailingVenueMock(address(manager));
            failing.wrap(new UniswapV2Venue(address(failing), IUniswapV2Pair(address(pool)), address(token)));
            adapter = address(failing);
        } else {
            adapter = address(new UniswapV2Venue(address(manager), IUniswapV2Pair(address(pool)), address(token)));
        }
        return manager.addPosition(adapter, reactor, ETH_ID, V);
    }

    function newPool(TokenFixture token, uint256 amount) internal returns (UniswapV2PairLike) {
        UniswapV2Core memory core = UniswapV2.deploy(address(eth), address(this));
        uint256 value = Math.mulDiv(amount, relative(token), WAD);
        token.mint(address(this), amount);
        eth.mint(address(this), value);
        return UniswapV2.createPair(core, IERC20(address(token)), amount, IERC20(address(eth)), value, address(this));
    }

    /// @dev ETH base units per token base unit, WAD.
    function relative(TokenFixture token) internal view virtual returns (uint256) {
        return prices.price(address(token)) * 10 ** (18 - token.decimals());
    }

    /* PEOPLE */

    function tokenOf(uint256 id) internal view returns (TokenFixture) {
        return TokenFixture(manager.reactorState(id).asset);
    }

    function reactorOf(uint256 id) internal view returns (Reactor) {
        return Reactor(manager.reactorState(id).reactor);
    }

    function deposit(uint256 id, address user, uint256 amount) internal {
        tokenOf(id).mint(user, amount);
        vm.startPrank(user);
        tokenOf(id).approve(address(reactorOf(id)), amount);
        reactorOf(id).deposit(amount, user);
        vm.stopPrank();
    }

    function contribute(uint256 id, uint256 amount) internal {
        tokenOf(id).mint(address(this), amount);
        tokenOf(id).approve(address(reserve), amount);
        reserve.contribute(id, amount);
    }

    function request(uint256 id, address user, uint256 shares) internal returns (uint256 requestId) {
        Reactor reactor = reactorOf(id);
        vm.prank(user);
        requestId = reactor.requestRedeem(shares, user, user);
    }

    /// @dev A start in which every reactor can deploy.
    function fund() internal {
        deposit(ETH_ID, makeAddr("ethLp"), 2000e18);
        deposit(ABC_ID, makeAddr("abcLp"), 400_000e18);
        deposit(XYZ_ID, makeAddr("xyzLp"), 300_000e6);
        contribute(ETH_ID, 1000e18);
        contribute(ABC_ID, 100_000e18);
        contribute(XYZ_ID, 100_000e6);
    }

    /* ROLLOVER */

    function startRollover() internal {
        uint256 end = manager.state().end;
        if (block.timestamp < end) vm.warp(end);
        manager.startRollover();
    }

    function markAll() internal {
        for (uint256 i; i < manager.positionCount(); ++i) {
            manager.mark(i);
        }
    }

    function balanceAll() internal {
        for (uint256 i; i < manager.reactorCount(); ++i) {
            manager.balance(i);
        }
    }

    function planAll() internal {
        for (uint256 i; i < manager.reactorCount(); ++i) {
            if (!manager.reactorState(i).isPair) manager.plan(i);
        }
        for (uint256 i; i < manager.reactorCount(); ++i) {
            if (manager.reactorState(i).isPair) manager.plan(i);
        }
    }

    function moveAll() internal {
        for (uint256 i; i < manager.positionCount(); ++i) {
            manager.move(i);
        }
    }

    function fillAll() internal {
        for (uint256 i; i < manager.reactorCount(); ++i) {
            manager.fill(i);
        }
    }

    function toPlan() internal {
        startRollover();
        markAll();
        balanceAll();
    }

    function toMove() internal {
        toPlan();
        planAll();
    }

    function rollover() internal {
        toMove();
        moveAll();
        fillAll();
        manager.complete();
    }

    /* MARKET */

    function poolOf(uint256 position) internal view returns (UniswapV2PairLike) {
        return UniswapV2PairLike(IPairVenue(manager.positionState(position).adapter).pool());
    }

    /// @dev Trades the pool of a position to `price` (ETH base units per token base unit, WAD), within the fee's error.
    function tradeTo(uint256 position, uint256 price) internal {
        IPairVenue adapter = IPairVenue(manager.positionState(position).adapter);
        UniswapV2PairLike pool = UniswapV2PairLike(adapter.pool());
        (uint256 reserve0, uint256 reserve1,) = pool.getReserves();
        bool tokenIs0 = pool.token0() == adapter.token();
        (uint256 token, uint256 pair) = tokenIs0 ? (reserve0, reserve1) : (reserve1, reserve0);
        uint256 newToken = Math.sqrt(Math.mulDiv(token * pair, WAD, price));
        bool sellToken = newToken > token;
        // Where the pool is there already, both roots may have been rounded below the reserves.
        uint256 newPair = Math.sqrt(Math.mulDiv(token * pair, price, WAD));
        uint256 amountIn = sellToken ? newToken - token : Math.saturatingSub(newPair, pair);
        if (amountIn == 0) return;
        (uint256 reserveIn, uint256 reserveOut) = sellToken ? (token, pair) : (pair, token);
        uint256 amountOut = amountIn * 997 * reserveOut / (reserveIn * 1000 + amountIn * 997);
        if (amountOut == 0) return;
        TokenFixture(sellToken ? adapter.token() : adapter.pair()).mint(address(pool), amountIn);
        bool outIs0 = sellToken != tokenIs0;
        IUniswapV2PairSwap(address(pool)).swap(outIs0 ? amountOut : 0, outIs0 ? 0 : amountOut, address(this), "");
    }

    /// @dev The market moves and every pool of the token follows.
    function movePrice(TokenFixture token, uint256 price) internal {
        prices.set(address(token), price);
        for (uint256 i; i < manager.positionCount(); ++i) {
            if (IPairVenue(manager.positionState(i).adapter).token() == address(token)) tradeTo(i, relative(token));
        }
    }

    /* INVARIANTS: ids as in spec 05 */

    /// @dev R5-1: after complete idle + dep == T + R and held >= idle + withheld.
    function assertBooks() internal view {
        for (uint256 i; i < manager.reactorCount(); ++i) {
            ReactorState memory s = manager.reactorState(i);
            assertEq(
                int256(s.idle + s.dep),
                int256(Reactor(s.reactor).totalSupply()) + manager.reserveOf(i),
                "R5-1: idle + dep == T + R"
            );
            assertGe(IERC20(s.asset).balanceOf(address(manager)), s.idle + s.withheld, "R5-1: held >= idle + withheld");
        }
    }

    /// @dev R5-3: guardrails on the sum over all venues, where something is deployed.
    function assertGuardrails() internal view {
        for (uint256 i; i < manager.reactorCount(); ++i) {
            ReactorState memory s = manager.reactorState(i);
            if (s.dep == 0) continue;
            int256 r = manager.reserveOf(i);
            assertGe(r, int256(manager.reserveFloor(i)), "R5-3: sum dep/V <= R");
            uint256 lpPart = Math.mulDiv(Reactor(s.reactor).totalSupply(), s.maxLpShare, WAD);
            assertLe(int256(s.dep) - r, int256(lpPart), "R5-3: LP part <= M * T");
        }
    }
}
