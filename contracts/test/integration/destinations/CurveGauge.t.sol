// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {CurveStableDestination} from "../../../src/destinations/CurveStableDestination.sol";
import {IDestination} from "../../../src/destinations/IDestination.sol";
import {FeeLpTokenMock, LateFeeTokenMock} from "../../mocks/destinations/FeeTokenMocks.sol";
import {Artifacts} from "../../venues/Artifacts.sol";
import {Chainlink} from "../../venues/Chainlink.sol";
import {CurveGauges, CurveGaugesCore} from "../../venues/CurveGauges.sol";
import {CurveV1, CurveV1Pool} from "../../venues/CurveV1.sol";
import {Venues} from "../../venues/Venues.sol";
import {AggregatorProxyLike} from "../../venues/interfaces/ChainlinkLike.sol";
import {CurveLiquidityGaugeLike} from "../../venues/interfaces/CurveGaugesLike.sol";
import {CurveStableSwapLike, CurveTokenLike} from "../../venues/interfaces/CurveV1Like.sol";
import {LiquidityTest} from "./LiquidityTest.sol";

/// @notice A destination over a real Curve pool, staked in its real gauge, paid in CRV by the real minter.
contract CurveGaugeTest is LiquidityTest {
    uint256 private constant CRV_PRICE = 0.0002e18;
    uint256 private constant OTHERS = 900e18;

    CurveGaugesCore private gauges;
    CurveLiquidityGaugeLike private gauge;
    AggregatorProxyLike private crvFeed;
    CurveStableDestination private implementation;
    CurveStableDestination private destination;
    address[] private rewardList;

    function setUp() public {
        _setUpVenues(Venues.defaults(address(this)));
        gauges = CurveGauges.deploy();
        gauge = CurveGauges.createGauge(gauges, address(set.curve.lpToken), 0.6e18);
        // Another gauge has the rest of the weight.
        CurveGauges.createGauge(gauges, address(set.curve.lpToken), 0.4e18);
        skip(1 days);
        gauges.crv.update_mining_parameters();
        skip(7 days);
        gauges.controller.checkpoint_gauge(address(gauge));
        for (uint256 i; i < 3; ++i) {
            _answer(i, 1e18);
        }
        crvFeed =
            Chainlink.deployFeed(address(set.abc), address(this), address(this), 18, "CRV / ETH", int256(CRV_PRICE));
        prices.setSource(address(gauges.crv), address(crvFeed), 30 days, address(0));
        auction.list(vault, address(gauges.crv), address(prices), 0);

        implementation = new CurveStableDestination(prices, TOLERANCE, auction);
        rewardList.push(address(gauges.crv));
        destination = _clone();
        destination.initialize(vault, address(set.curve.pool), address(set.curve.lpToken), address(gauge), rewardList);
        set.curve.lpToken.approve(address(destination), type(uint256).max);
        _setUpSubject(destination);
        spenders.push(address(gauge));
    }

    function _staked() internal view override returns (uint256) {
        return gauge.balanceOf(address(destination));
    }

    /* UNITS */

    function testFuzz_unitsAreTheStakedLpTokens(uint256 amount, uint256 out) public {
        amount = bound(amount, 1, set.curve.lpToken.balanceOf(address(this)));
        out = bound(out, 1, amount);
        destination.wrap(amount, holder);
        assertEq(_staked(), amount);
        assertEq(set.curve.lpToken.balanceOf(address(destination)), 0);
        uint256 before = set.curve.lpToken.balanceOf(address(this));
        vm.prank(holder);
        destination.unwrap(out, address(this));
        assertEq(set.curve.lpToken.balanceOf(address(this)) - before, out);
        assertEq(_staked(), destination.totalSupply());
    }

    function test_L4_unitsMoveWhileTheGaugeFails() public {
        uint256 units = _enter(1);
        vm.mockCallRevert(address(gauge), abi.encodeWithSelector(gauge.withdraw.selector), "down");
        vm.expectRevert(bytes("down"));
        destination.sell(units, 0, holder);
        vm.expectRevert(bytes("down"));
        destination.unwrap(units, holder);
        destination.transfer(holder, units);
        vm.clearMockedCalls();
        vm.prank(holder);
        assertEq(destination.unwrap(units, holder), units);
    }

    /* REWARDS */

    /// @dev What was harvested is the gauge's share of CRV's inflation, which `incentives` foretold.
    function test_theGaugePaysWhatIncentivesSay() public {
        set.curve.lpToken.approve(address(gauge), OTHERS);
        gauge.deposit(OTHERS);
        destination.wrap(100e18, holder);
        (uint256 yearly, uint256 staked, uint256 end) = destination.incentives();
        assertEq(staked, 1000e18, "nobody has a boost: working supply / 0.4");
        assertEq(end, (block.timestamp / 7 days + 1) * 7 days, "the running week");
        assertEq(gauges.controller.gauge_relative_weight(address(gauge)), 0.6e18);
        uint256 rate = gauges.crv.rate() * 6 / 10;
        assertGt(rate, 1e18, "CRV a second");
        assertApproxEqRel(yearly, rate * 365 days * CRV_PRICE / WAD, 1e6);

        uint256 elapsed = end - block.timestamp;
        vm.warp(end);
        destination.harvest();
        uint256 crv = _waiting(address(gauges.crv));
        assertApproxEqRel(crv * CRV_PRICE / WAD, yearly * elapsed / 365 days * 100 / 1000, 1e12, "a tenth of it");
        assertEq(gauges.crv.balanceOf(holder), 0);
        assertEq(gauges.crv.balanceOf(address(destination)), 0);
    }

    /// @dev A boost of others takes from us as much as so many more units would.
    function test_aBoostOfOthersCountsAsMoreUnits() public {
        destination.wrap(100e18, holder);
        set.curve.lpToken.approve(address(gauge), OTHERS);
        gauge.deposit(OTHERS);
        uint256 working = gauge.working_supply();
        assertEq(working, 400e18);
        // Fully boosted others: their working balance is all of their stake.
        vm.mockCall(address(gauge), abi.encodeCall(gauge.working_supply, ()), abi.encode(40e18 + OTHERS));
        (, uint256 staked,) = destination.incentives();
        assertEq(staked, uint256(40e18 + OTHERS) * 10 / 4);
    }

    function test_withoutACheckpointInThisWeekNothingIsKnown() public {
        destination.wrap(100e18, holder);
        skip(14 days);
        (uint256 yearly,, uint256 end) = destination.incentives();
        assertEq(yearly + end, 0, "the controller has no weight for this week");
        gauges.controller.checkpoint_gauge(address(gauge));
        (yearly,, end) = destination.incentives();
        assertGt(yearly, 0);
        assertGt(end, block.timestamp);
    }

    function test_D_withoutAPriceOrWithALateEpochItCountsNothing() public {
        skip(30 days + 1);
        gauges.controller.checkpoint_gauge(address(gauge));
        (uint256 yearly,, uint256 end) = destination.incentives();
        assertEq(yearly + end, 0, "no price");
        Chainlink.submit(crvFeed, int256(CRV_PRICE));
        (yearly,, end) = destination.incentives();
        assertGt(yearly, 0);

        vm.warp(gauges.crv.start_epoch_time() + 365 days - 1);
        gauges.controller.checkpoint_gauge(address(gauge));
        Chainlink.submit(crvFeed, int256(CRV_PRICE));
        (yearly,, end) = destination.incentives();
        assertEq(end, block.timestamp + 1, "the rate ends before the week");
        skip(1);
        (yearly,, end) = destination.incentives();
        assertEq(yearly + end, 0, "nobody has started the next epoch");
        gauges.crv.update_mining_parameters();
        (yearly,, end) = destination.incentives();
        assertGt(yearly, 0);
    }

    /// @dev Curve's minter pays the staker only, unless he allows somebody: this one never does.
    function test_E2_E8_nobodyMintsForAnother() public {
        destination.wrap(100e18, holder);
        skip(7 days);
        vm.startPrank(holder);
        gauges.minter.mint_for(address(gauge), address(destination));
        gauges.minter.mint(address(gauge));
        vm.stopPrank();
        assertEq(gauges.crv.balanceOf(holder), 0);
        destination.harvest();
        assertGt(_waiting(address(gauges.crv)), 0);
    }

    function test_E1_stakingInFrontOfAHarvestEarnsNothing() public {
        destination.wrap(100e18, holder);
        skip(7 days);
        uint256 held = gauges.crv.balanceOf(address(this));
        uint256 snapshot = vm.snapshotState();
        destination.harvest();
        uint256 alone = _waiting(address(gauges.crv));
        vm.revertToState(snapshot);
        destination.wrap(1000e18, address(this));
        destination.harvest();
        destination.unwrap(1000e18, address(this));
        assertEq(gauges.crv.balanceOf(address(this)), held);
        assertApproxEqRel(_waiting(address(gauges.crv)), alone, 1e12);
    }

    function test_E5_aFailingMintIsSkipped() public {
        destination.wrap(100e18, holder);
        skip(7 days);
        vm.mockCallRevert(address(gauges.minter), abi.encodeCall(gauges.minter.mint, (address(gauge))), "down");
        vm.expectEmit(address(destination));
        emit IDestination.ClaimSkipped(address(gauges.minter));
        destination.harvest();
        vm.clearMockedCalls();
        destination.harvest();
        assertGt(_waiting(address(gauges.crv)), 0);
    }

    /* TOKENS WITH A FEE */

    /// @dev Refused at use: a coin that takes a fee from now on; nothing has moved.
    function test_aCoinThatTakesAFeeIsRefused() public {
        LateFeeTokenMock coin = new LateFeeTokenMock("FEE");
        coin.mint(address(this), 2000e18);
        prices.setSource(address(coin), address(set.lstFeed[0]), MAX_AGE, address(0));
        CurveV1Pool memory pool = CurveV1.deploy([IERC20(weth), coin, set.lst[1], set.lst[2]], 200, 0);
        CurveV1.addLiquidity(pool, [uint256(100e18), 100e18, 100e18, 100e18]);
        CurveStableDestination other = _clone();
        other.initialize(vault, address(pool.pool), address(pool.lpToken), address(0), new address[](0));
        coin.approve(address(other), type(uint256).max);
        weth.approve(address(other), type(uint256).max);
        uint256[] memory amounts = new uint256[](4);
        (amounts[0], amounts[1]) = (10e18, 10e18);
        uint256 units = other.add(amounts, 0, address(this));

        coin.turnOn();
        uint256 held = weth.balanceOf(address(this));
        vm.expectRevert(abi.encodeWithSelector(IDestination.WrongAmount.selector, address(coin), 10e18, 9.9e18));
        other.add(amounts, 0, address(this));
        assertEq(weth.balanceOf(address(this)), held);
        assertEq(other.totalSupply(), units);
        // On the way out the minimum is of what arrives.
        uint256 snapshot = vm.snapshotState();
        uint256 got = other.removeSingle(units / 2, 1, 0, holder);
        assertEq(coin.balanceOf(holder), got);
        vm.revertToState(snapshot);
        vm.expectRevert(abi.encodeWithSelector(IDestination.TooLittle.selector, got, got + 1));
        other.removeSingle(units / 2, 1, got + 1, holder);
    }

    function test_anLpTokenThatTakesAFeeIsRefused() public {
        FeeLpTokenMock lp = new FeeLpTokenMock();
        CurveV1Pool memory pool = _poolOf(lp);
        CurveStableDestination other = _clone();
        other.initialize(vault, address(pool.pool), address(lp), address(0), new address[](0));
        lp.approve(address(other), type(uint256).max);
        other.wrap(10e18, address(this));
        lp.turnOn();
        vm.expectRevert(abi.encodeWithSelector(IDestination.WrongAmount.selector, address(lp), 10e18, 9.9e18));
        other.wrap(10e18, address(this));
        vm.expectRevert(abi.encodeWithSelector(IDestination.TooLittle.selector, 9.9e18, 10e18));
        other.unwrap(10e18, holder);
        assertEq(other.totalSupply(), 10e18);
    }

    /* CREATION */

    function test_aGaugeOfAnotherTokenIsRefused() public {
        address other = address(CurveGauges.createGauge(gauges, address(weth), 0));
        CurveStableDestination clone = _clone();
        vm.expectRevert(abi.encodeWithSelector(IDestination.InvalidGauge.selector, other));
        clone.initialize(vault, address(set.curve.pool), address(set.curve.lpToken), other, rewardList);
        vm.expectRevert(abi.encodeWithSelector(IDestination.InvalidGauge.selector, holder));
        clone.initialize(vault, address(set.curve.pool), address(set.curve.lpToken), holder, rewardList);
    }

    function test_rewardsThatAreNoRewardsAreRefused() public {
        address[] memory wrong = new address[](8);
        (wrong[0], wrong[1], wrong[2], wrong[3]) = (address(0), address(weth), legTokens[1], legTokens[3]);
        (wrong[4], wrong[5], wrong[6]) = (address(set.curve.lpToken), address(gauge), rewardList[0]);
        rewardList.push();
        for (uint256 i; i < wrong.length; ++i) {
            CurveStableDestination clone = _clone();
            rewardList[1] = i == 7 ? address(clone) : wrong[i];
            vm.expectRevert(abi.encodeWithSelector(IDestination.InvalidReward.selector, rewardList[1]));
            clone.initialize(vault, address(set.curve.pool), address(set.curve.lpToken), address(gauge), rewardList);
        }
    }

    function test_aPoolOutOfTheBandIsRefused() public {
        set.lst[0].approve(address(set.curve.pool), type(uint256).max);
        set.curve.pool.exchange(1, 0, 1900e18, 0);
        CurveStableDestination clone = _clone();
        vm.expectRevert(abi.encodeWithSelector(IDestination.UnsafePool.selector, address(set.curve.pool)));
        clone.initialize(vault, address(set.curve.pool), address(set.curve.lpToken), address(gauge), rewardList);
    }

    /* HELPERS */

    function _clone() private returns (CurveStableDestination) {
        return CurveStableDestination(Clones.clone(address(implementation)));
    }

    /// @dev The real pool, minting an LP token of ours.
    function _poolOf(FeeLpTokenMock lp) private returns (CurveV1Pool memory pool) {
        IERC20[4] memory coins = [IERC20(weth), set.lst[0], set.lst[1], set.lst[2]];
        pool.lpToken = CurveTokenLike(address(lp));
        pool.pool = CurveStableSwapLike(
            Artifacts.create("CurveStableSwapPatched18", abi.encode(coins, coins, lp, uint256(200), uint256(0)))
        );
        CurveV1.addLiquidity(pool, [uint256(100e18), 100e18, 100e18, 100e18]);
    }
}
