// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {BalancerStableDestination} from "../../../src/destinations/BalancerStableDestination.sol";
import {IDestination} from "../../../src/destinations/IDestination.sol";
import {BalancerGauges} from "../../venues/BalancerGauges.sol";
import {BalancerV2, StablePoolParams} from "../../venues/BalancerV2.sol";
import {Chainlink} from "../../venues/Chainlink.sol";
import {ComposableStablePoolLike} from "../../venues/interfaces/BalancerV2Like.sol";
import {AggregatorProxyLike} from "../../venues/interfaces/ChainlinkLike.sol";
import {BalancerFixture} from "./BalancerFixture.sol";
import {DestinationTest} from "./DestinationTest.sol";
import {LiquidityTest} from "./LiquidityTest.sol";

interface EmergencyLike {
    function getActionId(bytes4 selector) external view returns (bytes32);
    function pause() external;
    function enableRecoveryMode() external;
}

/// @notice Joins and exits of a real ComposableStable pool, and the pools that are not registered.
contract BalancerLiquidityTest is LiquidityTest, BalancerFixture {
    function setUp() public {
        _setUpBalancer(0.0004e18);
        _setUpSubject(destination);
        spenders.push(address(set.balancer.vault));
        spenders.push(address(set.gauge));
    }

    function _staked() internal view override returns (uint256) {
        return set.gauge.balanceOf(address(destination));
    }

    /* LEAVING WHEN THINGS FAIL */

    /// @dev The venue's staking contract fails: the position cannot be taken out, units can still be handed over.
    function test_L4_unitsMoveWhileTheGaugeFails() public {
        uint256 units = _enter(1);
        vm.mockCallRevert(address(set.gauge), abi.encodeWithSelector(set.gauge.withdraw.selector), "down");
        vm.expectRevert(bytes("down"));
        destination.sell(units, 0, holder);
        vm.expectRevert(bytes("down"));
        destination.unwrap(units, holder);
        destination.transfer(holder, units);
        assertEq(destination.balanceOf(holder), units);
        assertGt(_safe(destination), 0, "and are valued");
        vm.clearMockedCalls();
        vm.prank(holder);
        assertEq(destination.unwrap(units, holder), units);
    }

    /// @dev "A venue that returns less than promised."
    function test_aGaugeThatReturnsLessIsRefused() public {
        uint256 units = _enter(1);
        vm.mockCall(address(set.gauge), abi.encodeWithSelector(set.gauge.withdraw.selector), "");
        address lp = address(set.stablePool);
        bytes memory why = abi.encodeWithSelector(IDestination.WrongAmount.selector, lp, units, 0);
        vm.expectRevert(why);
        destination.unwrap(units, holder);
        vm.expectRevert(why);
        destination.sell(units, 0, holder);
        vm.expectRevert(why);
        destination.remove(units, new uint256[](2), holder);
        assertEq(destination.balanceOf(address(this)), units);
        assertEq(_staked(), units);
    }

    /// @dev An exit that burns nothing and pays nothing.
    function test_anExitThatPaysNothingIsRefused() public {
        uint256 units = _enter(1);
        vm.mockCall(address(set.balancer.vault), abi.encodeWithSelector(set.balancer.vault.exitPool.selector), "");
        address lp = address(set.stablePool);
        vm.expectRevert(abi.encodeWithSelector(IDestination.WrongAmount.selector, lp, 0, units));
        destination.sell(units, 0, holder);
        assertEq(_staked(), units);
    }

    /// @dev A pool paused later: nobody enters or trades, units and LP tokens still move.
    function test_L_aPausedPoolRefusesAtUseWithTheAssetsWhereTheyWere() public {
        uint256 units = _enter(1);
        _emergency(EmergencyLike.pause.selector);
        vm.expectRevert(bytes("BAL#402"));
        destination.add(_amounts(1), 0, holder);
        vm.expectRevert(bytes("BAL#402"));
        destination.sell(units, 0, holder);
        assertEq(destination.balanceOf(address(this)), units);
        assertEq(_staked(), units);
        assertEq(destination.unwrap(units, holder), units);
    }

    function test_withoutTheAssetAmongTheLegsNothingIsSold() public {
        (BalancerStableDestination other, ComposableStablePoolLike pool) = _lstPool();
        pool.approve(address(other), 10e18);
        other.wrap(10e18, address(this));
        vm.expectRevert(IDestination.NotSellable.selector);
        other.sell(1e18, 0, holder);
        assertGt(other.removeSingle(1e18, 0, 0, holder), 0.99e18, "but one leg can be had");
        assertTrue(_ok(other), "leg 0 is the numeraire");
    }

    /* REGISTRATION */

    function test_aPausedPoolIsRefused() public {
        _emergency(EmergencyLike.pause.selector);
        _refuse(abi.encodeWithSelector(IDestination.PoolPaused.selector, address(set.stablePool)));
    }

    function test_aPoolInRecoveryIsRefused() public {
        _emergency(EmergencyLike.enableRecoveryMode.selector);
        _refuse(abi.encodeWithSelector(IDestination.PoolPaused.selector, address(set.stablePool)));
    }

    function test_aPoolOutOfTheBandIsRefusedUntilItIsBack() public {
        _swap(false, 1900e18);
        _refuse(abi.encodeWithSelector(IDestination.UnsafePool.selector, address(set.stablePool)));
        _swap(true, 1900e18);
        _clone().initialize(vault, address(set.stablePool), address(set.gauge), rewardList);
    }

    /// @dev A feed that says 18 decimals and answers in 8, or the other way round.
    function test_D2_pricesOfWrongDecimalsAreRefused() public {
        _feed(18, 1e8);
        _refuse(abi.encodeWithSelector(IDestination.UnsafePool.selector, address(set.stablePool)));
        _feed(8, 1e18);
        _refuse(abi.encodeWithSelector(IDestination.ImplausiblePrice.selector, address(set.lst[0]), 1e18, 1e28));
        _feed(8, 1e8);
        BalancerStableDestination right = _clone();
        right.initialize(vault, address(set.stablePool), address(set.gauge), rewardList);
        (uint256 safe,,,) = right.value(100e18);
        assertApproxEqAbs(safe, 100e18, 1e3, "8 decimals, in order");
    }

    /* HELPERS */

    // forge-lint: disable-next-item(unsafe-typecast) small
    function _feed(uint8 decimals, uint256 answer) private {
        AggregatorProxyLike feed =
            Chainlink.deployFeed(address(set.abc), address(this), address(this), decimals, "LST0", int256(answer));
        prices.setSource(address(set.lst[0]), address(feed), MAX_AGE, address(set.lst[0]));
    }

    function _refuse(bytes memory why) private {
        BalancerStableDestination clone = _clone();
        vm.expectRevert(why);
        clone.initialize(vault, address(set.stablePool), address(set.gauge), rewardList);
    }

    function _emergency(bytes4 selector) private {
        EmergencyLike pool = EmergencyLike(address(set.stablePool));
        set.balancer.authorizer.grantRole(pool.getActionId(selector), address(this));
        (bool done,) = address(pool).call(abi.encodeWithSelector(selector));
        assertTrue(done);
    }

    /// @dev Funded with 100 of each.
    function _lstPool() private returns (BalancerStableDestination other, ComposableStablePoolLike pool) {
        address[] memory tokens = new address[](2);
        (tokens[0], tokens[1]) = (address(set.lst[1]), address(set.lst[2]));
        pool = BalancerV2.createStablePool(
            set.balancer,
            StablePoolParams("LSTs", "LSTS", tokens, new address[](2), 200, 0.0004e18, 1 hours),
            address(this)
        );
        uint256[] memory amounts = new uint256[](2);
        (amounts[0], amounts[1]) = (100e18, 100e18);
        BalancerV2.initialize(set.balancer, pool, tokens, amounts, address(this));
        other = _clone();
        address gauge = address(BalancerGauges.createGauge(set.gauges, address(pool)));
        other.initialize(vault, address(pool), gauge, rewardList);
    }
}
