// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IRebalanceGate} from "../../../src/autopilot/IRebalanceGate.sol";
import {Call} from "../../../src/autopilot/SolverExecutor.sol";
import {AutopilotTestBase} from "./AutopilotTestBase.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Vm} from "forge-std/Vm.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

contract RebalanceIntegrationTest is AutopilotTestBase {
    struct Checked {
        uint256 cost;
        uint256 gain;
        uint256 incomeBefore;
        uint256 incomeAfter;
        uint256 moved;
        uint256 factor;
    }

    function setUp() public override {
        super.setUp();
        signals.snapshot(address(balancer));
        signals.snapshot(address(curve));
        _live(30);
    }

    function _enterCurve(uint256 amount) private returns (uint256 units) {
        Call[] memory calls;
        (calls, units) = _idleToCurve(amount);
        _execute(_legs(address(0), amount), _legs(address(curve), units), calls);
    }

    function _checked() private returns (Checked memory) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] == IRebalanceGate.RebalanceChecked.selector) {
                return abi.decode(logs[i].data, (Checked));
            }
        }
        revert("not checked");
    }

    /* SIGNALS */

    /// The pools' legs earn 3%: half of the Balancer pool and three of four coins of the Curve pool.
    function test_monthOfSnapshotsGivesTheBaseYield() public view {
        // 30 samples of a filter that starts at 0: 1 - (10/11)^30 = 94.27%
        uint256 seen = 0.942691e18;
        assertApproxEqRel(signals.signal(address(balancer)).base, 0.015e18 * seen / 1e18, 0.005e18);
        assertApproxEqRel(signals.signal(address(curve)).base, 0.0225e18 * seen / 1e18, 0.005e18);
        assertEq(signals.signal(address(balancer)).count, 31);
        assertEq(signals.signal(address(balancer)).fellAt, 0);
    }

    function test_snapshotReadsTheGauge() public {
        _fundGauge(8e18);
        _live(1);
        // 8 WETH in 7 days
        assertApproxEqRel(signals.signal(address(balancer)).incentiveYearly, uint256(8e18) * 365 / 7, 1e12);
        assertEq(signals.signal(address(balancer)).incentiveOthers, OTHERS);
        assertEq(signals.signal(address(curve)).incentiveYearly, 0);
    }

    /* REBALANCE */

    function test_idleEntersCurve() public {
        uint256 assets = lmp.totalAssets();
        vm.recordLogs();
        uint256 units = _enterCurve(60e18);
        Checked memory checked = _checked();
        assertEq(checked.incomeBefore, 0);
        assertApproxEqRel(checked.incomeAfter, uint256(60e18) * 0.0225e18 * 0.942691e18 / 1e36, 0.01e18);
        assertApproxEqRel(checked.gain, checked.incomeAfter * 30 / 365, 1e12);
        assertLt(checked.cost, checked.gain / 2);
        assertApproxEqRel(checked.moved, 60e18, 0.002e18);
        assertEq(checked.factor, 0.5e18);

        assertEq(IERC20(address(curve)).balanceOf(address(lmp)), units);
        assertEq(lmp.destinationState(address(curve)).units, units);
        assertEq(lmp.book().idle, DEPOSIT - 60e18);
        assertApproxEqRel(lmp.totalAssets(), assets, 0.001e18);
    }

    function test_fundedGaugeDrawsCurveToBalancerAndNotBack() public {
        uint256 units = _enterCurve(60e18);
        _fundGauge(8e18);
        _live(1);
        (Call[] memory calls, uint256 inUnits) = _curveToBalancer(units);
        vm.recordLogs();
        _execute(_legs(address(curve), units), _legs(address(balancer), inUnits), calls);
        Checked memory checked = _checked();
        assertGt(checked.incomeAfter, checked.incomeBefore);
        assertLt(checked.cost, checked.gain * checked.factor / 1e18);
        assertEq(lmp.destinationState(address(curve)).units, 0);
        assertEq(lmp.destinationState(address(balancer)).units, inUnits);
        assertEq(venues.gauge.balanceOf(address(balancer)), inUnits, "staked");

        _live(1);
        (calls, units) = _balancerToCurve(inUnits);
        _expectRefused(
            IRebalanceGate.NoImprovement.selector,
            _legs(address(balancer), inUnits),
            _legs(address(curve), units),
            calls
        );
    }

    function test_withoutRewardsCurveIsNotLeft() public {
        uint256 units = _enterCurve(60e18);
        _live(1);
        (Call[] memory calls, uint256 inUnits) = _curveToBalancer(units);
        _expectRefused(
            IRebalanceGate.NoImprovement.selector,
            _legs(address(curve), units),
            _legs(address(balancer), inUnits),
            calls
        );
    }

    /// Paid for one day more, the same gauge is not worth the way.
    function test_gaugeNearItsEndDrawsNobody() public {
        uint256 units = _enterCurve(60e18);
        _fundGauge(8e18);
        _live(6);
        (Call[] memory calls, uint256 inUnits) = _curveToBalancer(units);
        _expectRefused(
            IRebalanceGate.NoImprovement.selector,
            _legs(address(curve), units),
            _legs(address(balancer), inUnits),
            calls
        );
    }

    /* DELIVERY */

    function test_deliveringLessThanTheGateAllowsIsRefused() public {
        (Call[] memory calls, uint256 units) = _idleToCurve(60e18);
        _expectRefused(
            IRebalanceGate.NoImprovement.selector,
            _legs(address(0), 60e18),
            _legs(address(curve), units * 995 / 1000),
            calls
        );
    }

    function test_vaultPullsExactlyAndTheSolverKeepsTheRest() public {
        (Call[] memory calls, uint256 units) = _idleToCurve(60e18);
        uint256 kept = units / 20_000;
        _execute(_legs(address(0), 60e18), _legs(address(curve), units - kept), calls);
        assertEq(IERC20(address(curve)).balanceOf(address(lmp)), units - kept);
        assertEq(IERC20(address(curve)).balanceOf(solver), kept);
        assertEq(IERC20(address(curve)).balanceOf(address(executor)), 0);
        assertEq(weth.allowance(address(executor), address(venues.curve.pool)), 0);
    }

    function test_promisingMoreThanTheRouteDeliversReverts() public {
        (Call[] memory calls, uint256 units) = _idleToCurve(60e18);
        _expectRefused(
            SafeTransferLib.TransferFromFailed.selector,
            _legs(address(0), 60e18),
            _legs(address(curve), units + 1),
            calls
        );
    }

    function test_turnoverBoundsADay() public {
        _enterCurve(79e18);
        (Call[] memory calls, uint256 units) = _idleToCurve(2e18);
        _expectRefused(
            IRebalanceGate.TurnoverExceeded.selector, _legs(address(0), 2e18), _legs(address(curve), units), calls
        );
    }

    /* ENTERING */

    function test_fallenIssuerRateBarsItsPools() public {
        venues.lst[1].setRate(1.0024e18);
        (Call[] memory calls, uint256 units) = _idleToCurve(10e18);
        _expectRefused(
            IRebalanceGate.IssuerRateFell.selector, _legs(address(0), 10e18), _legs(address(curve), units), calls
        );
    }

    function test_J_aFallHiddenByTheOtherLegsBarsThePoolToo() public {
        uint256 rate = venues.lst[1].getRate();
        venues.lst[0].setRate(rate + 1e15);
        venues.lst[1].setRate(rate - 1e12);
        venues.lst[2].setRate(rate + 1e15);
        assertGt(curve.issuerRate(), signals.signal(address(curve)).rate, "their mean rose");
        (Call[] memory calls, uint256 units) = _idleToCurve(10e18);
        _expectRefused(
            IRebalanceGate.IssuerRateFell.selector, _legs(address(0), 10e18), _legs(address(curve), units), calls
        );
    }

    /// A solver who pushes the pool before his proposal gets the same units booked at the same cost: what they are worth rose
    /// by the fee he left in the pool, and by nothing else.
    function test_pushingThePoolDoesNotLowerTheCost() public {
        (Call[] memory calls, uint256 units) = _idleToCurve(60e18);
        uint256 snapshot = vm.snapshotState();
        vm.recordLogs();
        _execute(_legs(address(0), 60e18), _legs(address(curve), units), calls);
        uint256 cost = _checked().cost;
        assertGt(cost, 0);
        vm.revertToStateAndDelete(snapshot);

        uint256 virtualPrice = venues.curve.pool.get_virtual_price();
        venues.lst[0].mint(address(this), 200e18);
        venues.lst[0].approve(address(venues.curve.pool), 200e18);
        venues.curve.pool.exchange(1, 0, 200e18, 0);
        uint256 fees = 60e18 * (venues.curve.pool.get_virtual_price() - virtualPrice) / virtualPrice;
        assertLt(fees, cost / 10);

        uint256 delivered;
        (calls, delivered) = _idleToCurve(60e18);
        assertGt(delivered, units, "the push pays him when he adds what the pool lacks");
        vm.recordLogs();
        _execute(_legs(address(0), 60e18), _legs(address(curve), units), calls);
        assertGe(_checked().cost + fees + 1, cost);
    }
}
