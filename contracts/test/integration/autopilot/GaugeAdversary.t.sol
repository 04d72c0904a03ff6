// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IRebalanceGate} from "../../../src/autopilot/IRebalanceGate.sol";
import {Call} from "../../../src/autopilot/SolverExecutor.sol";
import {ILMP, Leg} from "../../../src/lmp/ILMP.sol";
import {AutopilotTestBase} from "./AutopilotTestBase.sol";
import {Routes} from "./Routes.sol";

/// @notice Whoever stakes nearly all of a gauge decides what it seems to pay: he leaves for the moment of the snapshot and for
/// the moment of the move, and the rewards come back to him afterwards.
contract GaugeAdversaryTest is AutopilotTestBase {
    uint256 private constant STAKED = 1e15;

    function setUp() public override {
        super.setUp();
        _fundGauge(50e18);
        venues.gauge.withdraw(OTHERS);
        signals.snapshot(address(balancer));
        venues.stablePool.approve(address(venues.gauge), OTHERS);
        venues.gauge.deposit(OTHERS);
        skip(1 hours);
        // Now: the gauge is empty again for the length of his call.
        venues.gauge.withdraw(OTHERS);
        require(venues.stablePool.transfer(address(executor), STAKED + 100e18));
    }

    function test_K_aGaugeOfOnesOwnBuysNoAssets() public {
        Call[] memory calls = new Call[](1);
        calls[0] = Routes.wrap(balancer, STAKED, address(executor));
        // One thousandth of a unit seems to earn 90% of all rewards: worth far more than 20 WETH within the horizon.
        assertGt(gate.income(address(balancer), STAKED, true) * 30 / 365, 40e18);
        Leg[] memory ins = _legs(address(balancer), STAKED);
        _expectRefused(ILMP.LossExceeded.selector, _legs(address(0), 20e18), ins, calls);
        // Within the vault's loss bucket it is the gate that refuses.
        _expectRefused(IRebalanceGate.LossTooLarge.selector, _legs(address(0), 0.3e18), ins, calls);
    }

    function test_K_aMoveAtItsPricePasses() public {
        (uint256 perUnit,,,) = balancer.value(1e18);
        uint256 units = 20e18 * 1e18 / perUnit;
        Call[] memory calls = new Call[](1);
        calls[0] = Routes.wrap(balancer, units, address(executor));
        _execute(_legs(address(0), 20e18), _legs(address(balancer), units), calls);
        assertEq(lmp.destinationState(address(balancer)).units, units);
    }
}
