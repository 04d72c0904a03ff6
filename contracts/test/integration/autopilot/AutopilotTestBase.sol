// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IDutchAuction} from "../../../src/auction/IDutchAuction.sol";
import {Cap} from "../../../src/autopilot/ILimits.sol";
import {Limits} from "../../../src/autopilot/Limits.sol";
import {RebalanceGate} from "../../../src/autopilot/RebalanceGate.sol";
import {Signals} from "../../../src/autopilot/Signals.sol";
import {Call, SolverExecutor} from "../../../src/autopilot/SolverExecutor.sol";
import {BalancerStableDestination} from "../../../src/destinations/BalancerStableDestination.sol";
import {CurveStableDestination} from "../../../src/destinations/CurveStableDestination.sol";
import {IDestination} from "../../../src/destinations/IDestination.sol";
import {IBalancerVault} from "../../../src/destinations/interfaces/IBalancerV2.sol";
import {Leg, LmpParams} from "../../../src/lmp/ILMP.sol";
import {LMP} from "../../../src/lmp/LMP.sol";
import {PriceRegistry} from "../../../src/pricing/PriceRegistry.sol";
import {LossLedgerMock} from "../../mocks/lmp/LossLedgerMock.sol";
import {BalancerGauges} from "../../venues/BalancerGauges.sol";
import {Chainlink} from "../../venues/Chainlink.sol";
import {VenueConfig, VenueSet, Venues} from "../../venues/Venues.sol";
import {Routes} from "./Routes.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Test} from "forge-std/Test.sol";

/// @notice A WETH vault with 400 WETH over a Balancer pool with gauge and a Curve pool, all venues real. The LSTs earn 3% of
/// their first rate a year and trade at it.
abstract contract AutopilotTestBase is Test {
    uint256 internal constant DEPOSIT = 400e18;
    uint256 internal constant LST_YIELD = 0.03e18;
    /// @dev In the gauge for others.
    uint256 internal constant OTHERS = 2000e18;

    VenueSet internal venues;
    PriceRegistry internal prices;
    Signals internal signals;
    Limits internal limits;
    RebalanceGate internal gate;
    LMP internal lmp;
    BalancerStableDestination internal balancer;
    CurveStableDestination internal curve;
    SolverExecutor internal executor;
    IERC20 internal weth;
    address internal immutable solver = makeAddr("solver");
    uint256 private _day;

    function setUp() public virtual {
        vm.warp(1_700_000_000);
        VenueConfig memory config = Venues.defaults(address(this));
        vm.deal(address(this), Venues.wethNeeded(config) + 10 * DEPOSIT);
        venues = Venues.deploy(config);
        weth = venues.weth;

        AccessManager manager = new AccessManager(address(this));
        prices = new PriceRegistry(address(manager), address(weth));
        for (uint256 i; i < 3; ++i) {
            prices.setSource(address(venues.lst[i]), address(venues.lstFeed[i]), 25 hours, address(venues.lst[i]));
        }
        prices.setSource(address(venues.rewardToken), address(venues.rewardFeed), 25 hours, address(0));

        signals = new Signals();
        limits = new Limits(address(manager), signals);
        gate = new RebalanceGate(signals, limits, 30 days);
        lmp = new LMP(
            LmpParams({
                asset: address(weth),
                name: "Headrace WETH",
                symbol: "hWETH",
                configurator: address(this),
                gate: address(gate),
                lossLedger: address(new LossLedgerMock()),
                feeBps: 0,
                feeRecipient: makeAddr("fees"),
                cap: 10_000e18
            })
        );
        executor = new SolverExecutor(solver);
        _addDestinations();
        _openLimits();

        venues.weth.deposit{value: 10 * DEPOSIT}();
        weth.approve(address(lmp), DEPOSIT);
        lmp.report();
        lmp.deposit(DEPOSIT, address(this));
        venues.stablePool.approve(address(venues.gauge), OTHERS);
        venues.gauge.deposit(OTHERS);
    }

    function _addDestinations() private {
        uint256 tolerance = 0.005e18;
        IDutchAuction auction = IDutchAuction(makeAddr("auction"));
        balancer = BalancerStableDestination(
            Clones.clone(
                address(
                    new BalancerStableDestination(
                        prices, tolerance, auction, IBalancerVault(address(venues.balancer.vault))
                    )
                )
            )
        );
        address[] memory rewards = new address[](1);
        rewards[0] = address(venues.rewardToken);
        balancer.initialize(address(lmp), address(venues.stablePool), address(venues.gauge), rewards);
        curve = CurveStableDestination(Clones.clone(address(new CurveStableDestination(prices, tolerance, auction))));
        curve.initialize(
            address(lmp), address(venues.curve.pool), address(venues.curve.lpToken), address(0), new address[](0)
        );
        lmp.addDestination(address(balancer));
        lmp.addDestination(address(curve));
    }

    /// @dev As wide as they go; the test is the admin of their authority.
    function _openLimits() private {
        Cap memory cap = Cap(1e18, type(uint96).max);
        for (uint256 i; i < 3; ++i) {
            limits.raiseCap(address(lmp), limits.issuerId(address(venues.lst[i])), cap);
        }
        limits.raiseCap(address(lmp), limits.destinationId(address(balancer)), cap);
        limits.raiseCap(address(lmp), limits.destinationId(address(curve)), cap);
        limits.raiseMaxPoolShare(address(lmp), 1e18);
    }

    /* TIME */

    /// @dev Days with a rate rise, market answers at the new rate, and a snapshot of both destinations each.
    function _live(uint256 daysToLive) internal {
        for (uint256 i; i < daysToLive; ++i) {
            skip(1 days);
            _day += 1;
            uint256 rate = 1e18 + LST_YIELD * _day / 365;
            for (uint256 j; j < 3; ++j) {
                venues.lst[j].setRate(rate);
                Chainlink.submit(venues.lstFeed[j], int256(rate));
            }
            Chainlink.submit(venues.rewardFeed, 0.002e18);
            venues.stablePool.updateTokenRateCache(address(venues.lst[0]));
            _arbitrageCurve(rate);
            signals.snapshot(address(balancer));
            signals.snapshot(address(curve));
        }
        lmp.report();
    }

    /// @dev The Curve pool knows no rates: somebody buys LST there while they are cheaper than their rate.
    function _arbitrageCurve(uint256 rate) private {
        weth.approve(address(venues.curve.pool), type(uint256).max);
        for (int128 i = 1; i < 4; ++i) {
            while (venues.curve.pool.get_dy(0, i, 5e18) * rate > 5e36) {
                venues.curve.pool.exchange(0, i, 5e18, 0);
            }
        }
    }

    /// @dev Rewards worth `wethValue` over the next 7 days.
    function _fundGauge(uint256 wethValue) internal {
        uint256 amount = wethValue * 1e18 / 0.002e18;
        venues.rewardToken.mint(address(this), amount);
        BalancerGauges.fundReward(venues.gauge, venues.rewardToken, amount);
    }

    /* PROPOSALS */

    function _legs(address destination, uint256 units) internal pure returns (Leg[] memory legs) {
        legs = new Leg[](1);
        legs[0] = Leg(destination, units);
    }

    /// @dev What a route delivers of `token`, found by trying it.
    function _quote(Leg memory out, Call[] memory calls, address token) internal returns (uint256 delivered) {
        uint256 snapshot = vm.snapshotState();
        vm.prank(address(lmp));
        IERC20(out.destination == address(0) ? address(weth) : out.destination).transfer(address(executor), out.units);
        vm.startPrank(address(executor));
        for (uint256 i; i < calls.length; ++i) {
            for (uint256 j; j < calls[i].approvals.length; ++j) {
                IERC20(calls[i].approvals[j].token).approve(calls[i].target, calls[i].approvals[j].amount);
            }
            (bool done,) = calls[i].target.call(calls[i].data);
            require(done, "route fails");
        }
        vm.stopPrank();
        delivered = IERC20(token).balanceOf(address(executor));
        vm.revertToStateAndDelete(snapshot);
    }

    function _with(Call[] memory calls, Call memory last) internal pure returns (Call[] memory longer) {
        longer = new Call[](calls.length + 1);
        for (uint256 i; i < calls.length; ++i) {
            longer[i] = calls[i];
        }
        longer[calls.length] = last;
    }

    function _execute(Leg[] memory outs, Leg[] memory ins, Call[] memory calls) internal {
        address[] memory tokens = _sweepTokens();
        vm.prank(solver);
        executor.execute(lmp, outs, ins, calls, tokens);
    }

    /// @param reason only the selector: the amounts are the venues'
    function _expectRefused(bytes4 reason, Leg[] memory outs, Leg[] memory ins, Call[] memory calls) internal {
        address[] memory tokens = _sweepTokens();
        bytes memory book = abi.encode(lmp.book());
        uint256 used = gate.turnoverUsed(address(lmp));
        vm.prank(solver);
        vm.expectPartialRevert(reason);
        executor.execute(lmp, outs, ins, calls, tokens);
        assertEq(abi.encode(lmp.book()), book, "nothing changed");
        assertEq(gate.turnoverUsed(address(lmp)), used);
    }

    function _sweepTokens() private view returns (address[] memory tokens) {
        tokens = new address[](8);
        (tokens[0], tokens[1], tokens[2]) = (address(weth), address(balancer), address(curve));
        (tokens[3], tokens[4]) = (balancer.lpToken(), curve.lpToken());
        for (uint256 i; i < 3; ++i) {
            tokens[5 + i] = address(venues.lst[i]);
        }
    }

    /// @dev Moves `amount` into Curve and withdraws what idle is left: the next exit sells.
    function _allInCurve(uint256 amount) internal {
        (Call[] memory calls, uint256 units) = _idleToCurve(amount);
        _execute(_legs(address(0), amount), _legs(address(curve), units), calls);
        lmp.report();
        lmp.withdraw(lmp.book().idle, address(this), address(this));
        skip(1 minutes);
        lmp.report();
    }

    function _idleToCurve(uint256 amount) internal returns (Call[] memory calls, uint256 units) {
        calls = _with(calls, Routes.curveAdd(venues.curve.pool, amount));
        units = _quote(Leg(address(0), amount), calls, curve.lpToken());
        calls = _with(calls, Routes.wrap(curve, units, address(executor)));
    }

    function _curveToBalancer(uint256 units) internal returns (Call[] memory calls, uint256 inUnits) {
        calls = _with(calls, Routes.unwrap(curve, units, address(executor)));
        // Half and half of what the units are worth: first a part to learn the price, then all but 1e-5 for the curvature.
        uint256 half = units * 45 / 100;
        uint256 left = _quote(
            Leg(address(curve), units),
            _with(calls, Routes.curveRemove(venues.curve.pool, half, half, units)),
            curve.lpToken()
        );
        half = half * units / (units - left) * 999_990 / 1_000_000;
        calls = _with(calls, Routes.curveRemove(venues.curve.pool, half, half, units));
        uint256[] memory amounts = new uint256[](2);
        (amounts[0], amounts[1]) = (half, half);
        calls = _with(calls, Routes.balancerJoin(venues.balancer.vault, venues.stablePool, amounts, address(executor)));
        inUnits = _quote(Leg(address(curve), units), calls, balancer.lpToken());
        calls = _with(calls, Routes.wrap(balancer, inUnits, address(executor)));
    }

    function _balancerToCurve(uint256 units) internal returns (Call[] memory calls, uint256 inUnits) {
        address[] memory legs = balancer.legs();
        uint256 leg = legs[0] == address(weth) ? 0 : 1;
        calls = _with(calls, Routes.unwrap(balancer, units, address(executor)));
        calls =
            _with(calls, Routes.balancerExit(venues.balancer.vault, venues.stablePool, units, leg, address(executor)));
        uint256 amount = _quote(Leg(address(balancer), units), calls, address(weth));
        calls = _with(calls, Routes.curveAdd(venues.curve.pool, amount));
        inUnits = _quote(Leg(address(balancer), units), calls, curve.lpToken());
        calls = _with(calls, Routes.wrap(curve, inUnits, address(executor)));
    }
}
