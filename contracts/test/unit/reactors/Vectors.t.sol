// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {CycleMath} from "../../../src/reactors/CycleMath.sol";
import {Guardrails} from "../../../src/reactors/Guardrails.sol";
import {IPairVenue} from "../../../src/reactors/IPairVenue.sol";
import {IUniswapV2Pair, UniswapV2Venue} from "../../../src/reactors/UniswapV2Venue.sol";
import {UniswapV2PairLike} from "../../venues/interfaces/UniswapV2Like.sol";
import {World} from "./World.sol";

/// @dev The worked examples of spec 05 on real Uniswap V2 pools.
contract VectorsTest is World {
    address private immutable lp = makeAddr("lp");

    function setUp() public {
        vm.warp(1_700_000_000);
        setUpManager();
    }

    /// @dev Reserve 100, LPs 400, ample ETH: 300 ABC deployed at V = 3.
    function _deploy300() private {
        addVenue(abc, 10_000_000e18, ABC_ID, false);
        deposit(ABC_ID, lp, 400e18);
        contribute(ABC_ID, 100e18);
        deposit(ETH_ID, lp, 100e18);
        contribute(ETH_ID, 100e18);
        rollover();
    }

    function _oracle(uint256 k) private {
        prices.set(address(abc), ABC_PRICE * k / WAD);
    }

    function test_guardrail_reserve25M_lp100M_deploys75M() public {
        addVenue(abc, 500_000_000e18, ABC_ID, false);
        deposit(ABC_ID, lp, 100_000_000e18);
        contribute(ABC_ID, 25_000_000e18);
        deposit(ETH_ID, lp, 1_000_000e18);
        contribute(ETH_ID, 1_000_000e18);
        rollover();
        assertApproxEqRel(manager.reactorState(ABC_ID).dep, 75_000_000e18, 1e6, "V binds with M = 50%");
        assertLe(manager.reactorState(ABC_ID).dep, 75_000_000e18);
    }

    function test_guardrail_M_bindsOverAllVenues() public {
        addVenue(abc, 500_000_000e18, ABC_ID, false);
        addVenue(abc, 300_000_000e18, ABC_ID, false);
        manager.lowerMaxLpShare(ABC_ID, 0.2e18);
        deposit(ABC_ID, lp, 100_000_000e18);
        contribute(ABC_ID, 25_000_000e18);
        deposit(ETH_ID, lp, 1_000_000e18);
        contribute(ETH_ID, 1_000_000e18);
        rollover();
        assertApproxEqRel(manager.reactorState(ABC_ID).dep, 45_000_000e18, 1e6, "25M + 20% of 100M");
        assertApproxEqRel(manager.positionState(0).tokenAmount, 22_500_000e18, 1e6, "half in each venue");
    }

    function test_health_133AtV3() public {
        _deploy300();
        assertApproxEqAbs(manager.health(ABC_ID), 1.3333e18, 0.0001e18);
    }

    function test_health_10404AtK2_lpsWhole() public {
        _deploy300();
        assertApproxEqRel(manager.reactorState(ABC_ID).dep, 300e18, 1e6);
        _oracle(2e18);
        toPlan();
        assertApproxEqAbs(manager.reserveOf(ABC_ID), 12.132e18, 0.001e18, "R 12.13");
        assertApproxEqAbs(manager.health(ABC_ID), 1.0404e18, 0.0001e18, "RH 1.0404");
        assertEq(manager.coverage(ABC_ID), WAD, "LPs whole");
        assertEq(tAbc.totalAssets(), 400e18);
    }

    function test_health_1AtK225() public {
        _deploy300();
        _oracle(2.25e18);
        toPlan();
        assertApproxEqAbs(manager.health(ABC_ID), 1e18, 1e9);
    }

    function test_impermanentLossTable() public {
        uint64[3] memory ks = [1.25e18, 2e18, 4e18];
        uint64[3] memory deficit = [0.10557e18, 0.29289e18, 0.5e18];
        uint64[3] memory other = [0.11803e18, 0.41421e18, 1e18];
        uint64[3] memory loss = [0.00619e18, 0.05719e18, 0.2e18];
        uint64[3] memory most = [9.4721e18, 3.4142e18, 2e18];
        IPairVenue adapter = _adapter(1_000_000e18);
        (uint256 x0, uint256 y0) = adapter.quantities(1000e18, ABC_PRICE);
        for (uint256 i; i < 3; ++i) {
            uint256 price = ABC_PRICE * ks[i] / WAD;
            (uint256 x, uint256 y) = adapter.quantities(1000e18, price);
            uint256 d = WAD - x * WAD / x0;
            assertApproxEqAbs(d, deficit[i], 0.00001e18, "deficit d(k)");
            assertApproxEqAbs(y * WAD / y0 - WAD, other[i], 0.00001e18, "other side");
            uint256 held = x0 * price / WAD + y0;
            assertApproxEqAbs(WAD - (x * price / WAD + y) * WAD / held, loss[i], 0.00001e18, "IL");
            assertApproxEqAbs(WAD * WAD / d, most[i], 0.0002e18, "1/d");
        }
    }

    /// @dev 1,000 ABC @ $10 and 5 ETH @ $2,000; ABC doubles.
    function test_example_1000AbcAnd5Eth() public {
        IPairVenue adapter = _adapter(1000e18);
        uint256 units = UniswapV2PairLike(adapter.pool()).totalSupply();
        (uint256 x, uint256 y) = adapter.quantities(units, 2 * ABC_PRICE);
        assertApproxEqAbs(x, 707.11e18, 0.01e18, "707.11 ABC");
        assertApproxEqAbs(y, 7.0711e18, 0.0001e18, "7.0711 ETH");
        assertApproxEqAbs(20 * x + 2000 * y, 28_284e18, 1e18, "$28,284");
        assertApproxEqAbs(20 * 1000e18 + 2000 * 5e18 - (20 * x + 2000 * y), 1716e18, 1e18, "net -$1,716");
    }

    /// @dev The same numbers when the pool is really traded there: fees leave a little more.
    function test_example_tradedPool() public {
        _deploy300();
        movePrice(abc, 2 * ABC_PRICE);
        toPlan();
        assertGe(manager.reserveOf(ABC_ID), 12.132e18, "fees are the reserve's");
        assertLe(manager.reserveOf(ABC_ID), 12.6e18);
    }

    function _adapter(uint256 amount) private returns (IPairVenue) {
        UniswapV2PairLike pool = newPool(abc, amount);
        return new UniswapV2Venue(address(manager), IUniswapV2Pair(address(pool)), address(abc));
    }
}
