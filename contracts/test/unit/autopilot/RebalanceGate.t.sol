// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ILimits} from "../../../src/autopilot/ILimits.sol";
import {IRebalanceGate} from "../../../src/autopilot/IRebalanceGate.sol";
import {ISignals} from "../../../src/autopilot/ISignals.sol";
import {RebalanceGate} from "../../../src/autopilot/RebalanceGate.sol";
import {ILMP, Leg} from "../../../src/lmp/ILMP.sol";
import {GateTestBase} from "./GateTestBase.sol";
import {DestinationMock} from "./mocks/DestinationMock.sol";
import {LimitsMock} from "./mocks/LimitsMock.sol";
import {VaultMock} from "./mocks/VaultMock.sol";

contract RebalanceGateTest is GateTestBase {
    /* SHAPE */

    function test_tooManyLegs() public {
        Leg[] memory five = new Leg[](5);
        Leg[] memory one = _legs(IDLE, 1);
        _expectRefused(five, one, IRebalanceGate.TooManyLegs.selector);
        _expectRefused(one, five, IRebalanceGate.TooManyLegs.selector);
    }

    function test_fourLegsEach() public {
        Leg[] memory outs = new Leg[](4);
        Leg[] memory ins = new Leg[](4);
        for (uint256 i; i < 4; ++i) {
            outs[i] = Leg(_held(10e18, 0), 10e18);
            ins[i] = Leg(_held(0, 0.03e18), 10e18);
        }
        vault.move(gate, outs, ins);
        assertEq(vault.units(ins[3].destination), 10e18);
    }

    function test_emptyLeg() public {
        _expectRefused(
            _legs(IDLE, 0), _legs(address(b), 1), abi.encodeWithSelector(IRebalanceGate.EmptyLeg.selector, IDLE)
        );
        _expectRefused(
            _legs(IDLE, 1), _legs(address(b), 0), abi.encodeWithSelector(IRebalanceGate.EmptyLeg.selector, address(b))
        );
    }

    function test_duplicateLeg() public {
        Leg[] memory twice = new Leg[](2);
        address[2] memory candidates = [IDLE, address(a)];
        for (uint256 i; i < 2; ++i) {
            (twice[0], twice[1]) = (Leg(candidates[i], 1), Leg(candidates[i], 1));
            Leg[] memory once = _legs(candidates[i], 1);
            Leg[] memory other = _legs(address(b), 1);
            _expectDuplicate(twice, other, candidates[i]);
            _expectDuplicate(other, twice, candidates[i]);
            _expectDuplicate(once, once, candidates[i]);
        }
    }

    function _expectDuplicate(Leg[] memory outs, Leg[] memory ins, address destination) private {
        vm.prank(address(vault));
        vm.expectRevert(abi.encodeWithSelector(IRebalanceGate.DuplicateLeg.selector, destination));
        gate.check(outs, ins);
    }

    function test_unregisteredDestination() public {
        DestinationMock stranger = new DestinationMock();
        bytes memory reason = abi.encodeWithSelector(ILMP.UnknownDestination.selector, address(stranger));
        vm.prank(address(vault));
        vm.expectRevert(reason);
        gate.check(_legs(IDLE, 1e18), _legs(address(stranger), 1e18));
        vm.prank(address(vault));
        vm.expectRevert(reason);
        gate.check(_legs(address(stranger), 1e18), _legs(IDLE, 1e18));
    }

    /* ENTERING */

    function test_unsafeIsNotEnteredButLeft() public {
        b.setOk(false);
        _expectRefused(
            _legs(IDLE, 1e18),
            _legs(address(b), 1e18),
            abi.encodeWithSelector(IRebalanceGate.UnsafeDestination.selector, address(b))
        );
        b.setOk(true);
        a.setOk(false);
        vault.move(gate, _legs(address(a), 1e18), _legs(address(b), 1e18));
    }

    function test_recentlyUnsafe() public {
        vault.setUnsafeAt(b, block.timestamp - 1 hours + 1);
        _expectRefused(
            _legs(IDLE, 1e18),
            _legs(address(b), 1e18),
            abi.encodeWithSelector(IRebalanceGate.RecentlyUnsafe.selector, address(b))
        );
        vault.setUnsafeAt(b, block.timestamp - 1 hours);
        vault.setUnsafeAt(a, block.timestamp);
        vault.move(gate, _legs(address(a), 1e18), _legs(address(b), 1e18));
    }

    function test_discount() public {
        b.setDiscount(0.02e18 + 1);
        _expectRefused(
            _legs(IDLE, 1e18),
            _legs(address(b), 1e18),
            abi.encodeWithSelector(IRebalanceGate.DiscountTooLarge.selector, address(b), 0.02e18 + 1)
        );
        b.setDiscount(0.02e18);
        a.setDiscount(0.5e18);
        vault.move(gate, _legs(address(a), 1e18), _legs(address(b), 1e18));
    }

    function test_issuerRateFellBetweenSnapshots() public {
        signals.setFall(address(b), 1e18, uint40(block.timestamp - 7 days + 1));
        _expectRefused(
            _legs(IDLE, 1e18),
            _legs(address(b), 1e18),
            abi.encodeWithSelector(IRebalanceGate.IssuerRateFell.selector, address(b))
        );
        signals.setFall(address(b), 1e18, uint40(block.timestamp - 7 days));
        signals.setFall(address(a), 1e18, uint40(block.timestamp));
        vault.move(gate, _legs(address(a), 1e18), _legs(address(b), 1e18));
    }

    function test_issuerRateFellSinceTheLastSnapshot() public {
        signals.setFall(address(b), 1e18, 0);
        b.setIssuerRate(1e18 - 1);
        _expectRefused(
            _legs(IDLE, 1e18),
            _legs(address(b), 1e18),
            abi.encodeWithSelector(IRebalanceGate.IssuerRateFell.selector, address(b))
        );
        b.setIssuerRate(1e18);
        vault.move(gate, _legs(IDLE, 1e18), _legs(address(b), 1e18));
    }

    /* COST AGAINST GAIN */

    /// 100 at 3% for 30 days gain 0.2466; half of it may be spent.
    function test_costMustBeBelowItsShareOfTheGain() public {
        uint256 gain = uint256(3e18) * 30 / 365;
        uint256 allowed = gain / 2;
        _expectRefused(
            _legs(IDLE, 100e18 + allowed),
            _legs(address(b), 100e18),
            abi.encodeWithSelector(IRebalanceGate.NoImprovement.selector, allowed, allowed)
        );
        vm.expectEmit(address(gate));
        emit IRebalanceGate.RebalanceChecked(address(vault), allowed - 1, gain, 0, 3e18, 100e18 + allowed - 1, 0.5e18);
        vault.move(gate, _legs(IDLE, 100e18 + allowed - 1), _legs(address(b), 100e18));
    }

    function test_K_noGainPaysForALossAboveItsShareOfTheMove() public {
        signals.setBase(address(b), 0.5e18, 0.5e18);
        _expectRefused(
            _legs(IDLE, 100e18),
            _legs(address(b), 99.5e18 - 1),
            abi.encodeWithSelector(IRebalanceGate.LossTooLarge.selector, 0.5e18 + 1, 0.5e18)
        );
        vault.move(gate, _legs(IDLE, 100e18), _legs(address(b), 99.5e18));
    }

    /// The gap to backing is a cost, but it is not lost in the move.
    function test_K_discountIsNoLoss() public {
        signals.setBase(address(b), 0.5e18, 0.5e18);
        a.setPrices(0.98e18, 0.98e18, 1e18);
        vm.recordLogs();
        vault.move(gate, _legs(address(a), 100e18), _legs(address(b), 98e18));
        assertEq(_moved(), 98e18);
    }

    function test_noGainIsNoImprovementEvenAtNoCost() public {
        signals.setBase(address(b), 0, 0);
        bytes memory reason = abi.encodeWithSelector(IRebalanceGate.NoImprovement.selector, 0, 0);
        _expectRefused(_legs(IDLE, 100e18), _legs(address(b), 100e18), reason);
        _expectRefused(_legs(IDLE, 100e18), _legs(address(b), 200e18), reason);
        _expectRefused(_legs(address(a), 100e18), _legs(IDLE, 200e18), reason);
        _expectRefused(
            _legs(IDLE, 100e18), new Leg[](0), abi.encodeWithSelector(IRebalanceGate.NoImprovement.selector, 100e18, 0)
        );
    }

    function test_costOfLeavingIsTheHigherValueAndTheGapToBacking() public {
        a.setPrices(0.9e18, 0.92e18, 1e18);
        // 100 units: 92, 0.75 of the gap of 8, 1 wei for rounding; 97 come back.
        _expectCost(_legs(address(a), 100e18), _legs(address(b), 97e18), 1e18 + 1);
        a.setPrices(0.92e18, 0.9e18, 1e18);
        _expectCost(_legs(address(a), 100e18), _legs(address(b), 97e18), 1e18 + 1);
        // Above backing there is no gap.
        a.setPrices(1.02e18, 1.01e18, 1e18);
        _expectCost(_legs(address(a), 100e18), _legs(address(b), 100e18), 2e18 + 1);
    }

    function test_costOfEnteringIsTheLowerValue() public {
        b.setPrices(0.98e18, 0.97e18, 1e18);
        _expectCost(_legs(IDLE, 100e18), _legs(address(b), 100e18), 3e18);
        b.setPrices(0.97e18, 0.98e18, 1e18);
        _expectCost(_legs(IDLE, 100e18), _legs(address(b), 100e18), 3e18);
        // A premium of the market is not paid for: safe is what counts.
        b.setPrices(1e18, 1.01e18, 1e18);
        _expectCost(_legs(IDLE, 103e18), _legs(address(b), 100e18), 3e18);
    }

    function testFuzz_costIsAtLeastTheLossAtSafe(uint256[6] memory prices, uint256 units, uint256 paid) public {
        for (uint256 i; i < 6; ++i) {
            prices[i] = bound(prices[i], 0.9e18, 1.1e18);
        }
        a.setPrices(prices[0], prices[1], prices[2]);
        b.setPrices(prices[3], prices[4], prices[5]);
        units = bound(units, 1e18, 100e18);
        paid = bound(paid, 1e18, 100e18);
        uint256 lost = units * prices[0] / 1e18;
        uint256 got = paid * prices[3] / 1e18;
        try vault.move(gate, _legs(address(a), units), _legs(address(b), paid)) {
            // The most that 3% of at most 100 * 1.1 for 30 days allows.
            uint256 most = uint256(3.3e18) * 30 / 365 / 2;
            assertLt(lost, got + most, "loss at safe within the allowed cost");
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), IRebalanceGate.NoImprovement.selector);
        }
    }

    /* READINGS */

    function test_enteringTakesTheLowerBase() public {
        signals.setBase(address(b), 0.03e18, 0.02e18);
        assertEq(gate.income(address(b), 100e18, true), 2e18);
        signals.setBase(address(b), 0.02e18, 0.03e18);
        assertEq(gate.income(address(b), 100e18, true), 2e18);
    }

    function test_leavingTakesTheHigherBase() public {
        signals.setBase(address(a), 0.03e18, 0.02e18);
        assertEq(gate.income(address(a), 100e18, false), 3e18);
        signals.setBase(address(a), 0.02e18, 0.03e18);
        assertEq(gate.income(address(a), 100e18, false), 3e18);
    }

    function test_checkUsesTheReadingsOfTheDirection() public {
        signals.setBase(address(a), 0.01e18, 0.02e18);
        signals.setBase(address(b), 0.04e18, 0.03e18);
        // a holds 300 of which 100 go to b: 6 and 0 before, 4 and 3 after.
        vm.recordLogs();
        vault.move(gate, _legs(address(a), 100e18), _legs(address(b), 100e18));
        (uint256 incomeBefore, uint256 incomeAfter) = _incomes();
        assertEq(incomeBefore, 6e18);
        assertEq(incomeAfter, 7e18);
    }

    function test_gaugeOfTheSnapshotOrOfNowWhicheverIsWorse() public {
        signals.setBase(address(b), 0, 0);
        b.setIncentives(100e18, 300e18, block.timestamp + 30 days);
        // Never snapshotted: entering counts nothing, leaving everything.
        assertEq(gate.income(address(b), 100e18, true), 0);
        assertEq(gate.income(address(b), 100e18, false), 22.5e18);
        // More paid at the snapshot.
        signals.setGauge(address(b), 200e18, 300e18);
        assertEq(gate.income(address(b), 100e18, true), 22.5e18);
        assertEq(gate.income(address(b), 100e18, false), 45e18);
        // More others at the snapshot.
        signals.setGauge(address(b), 100e18, 800e18);
        assertEq(gate.income(address(b), 100e18, true), 10e18 - 1, "rounded down");
        assertEq(gate.income(address(b), 100e18, false), 22.5e18);
    }

    function test_gaugeCountsUntilItsPaidForEnd() public {
        signals.setBase(address(b), 0, 0);
        signals.setGauge(address(b), 100e18, 300e18);
        b.setIncentives(100e18, 300e18, block.timestamp + 10 days);
        assertEq(gate.income(address(b), 100e18, true), 7.5e18);
        assertEq(gate.income(address(b), 100e18, false), 7.5e18);
        b.setIncentives(100e18, 300e18, block.timestamp);
        assertEq(gate.income(address(b), 100e18, true), 0);
        assertEq(gate.income(address(b), 100e18, false), 0, "a gauge that ended holds nobody");
    }

    function test_ownStakeIsNotOthers() public {
        signals.setGauge(address(a), 100e18, 300e18);
        // 300 units are ours, 300 of others.
        a.setIncentives(100e18, 600e18, block.timestamp + 30 days);
        signals.setBase(address(a), 0, 0);
        assertEq(gate.income(address(a), 300e18, false), 45e18);
    }

    function test_unreadableGaugeCountsZero() public {
        signals.setGauge(address(b), 100e18, 300e18);
        b.setIncentives(100e18, 300e18, block.timestamp + 30 days);
        b.breakIncentives(true);
        assertEq(gate.income(address(b), 100e18, true), 3e18, "the base is left");
    }

    function test_incomeOfNothing() public view {
        assertEq(gate.income(address(a), 0, true), 0);
        assertEq(gate.income(address(a), 0, false), 0);
    }

    /* HORIZON */

    function test_horizonBounds() public {
        (ISignals source, ILimits caps) = (gate.signals(), gate.limits());
        vm.expectRevert(abi.encodeWithSelector(RebalanceGate.InvalidHorizon.selector, 14 days - 1));
        new RebalanceGate(source, caps, 14 days - 1);
        vm.expectRevert(abi.encodeWithSelector(RebalanceGate.InvalidHorizon.selector, 60 days + 1));
        new RebalanceGate(source, caps, 60 days + 1);
        assertEq(new RebalanceGate(source, caps, 14 days).horizon(), 14 days);
        assertEq(new RebalanceGate(source, caps, 60 days).horizon(), 60 days);
    }

    function test_longerHorizonSpendsMore() public {
        RebalanceGate patient = new RebalanceGate(gate.signals(), gate.limits(), 60 days);
        uint256 cost = uint256(3e18) * 31 / 365 / 2;
        vm.expectPartialRevert(IRebalanceGate.NoImprovement.selector);
        vault.move(gate, _legs(IDLE, 100e18 + cost), _legs(address(b), 100e18));
        vault.move(patient, _legs(IDLE, 100e18 + cost), _legs(address(b), 100e18));
    }

    /* LIMITS */

    /// Asked once everything else has passed, about the legs as they are, with the vault's book after the move.
    function test_K1_limitsAreAskedLast() public {
        Leg[] memory outs = _legs(IDLE, 100e18);
        Leg[] memory ins = _legs(address(b), 100e18);
        limits.setClosed(true);
        _expectRefused(
            outs,
            ins,
            abi.encodeWithSelector(
                LimitsMock.Exceeded.selector, address(vault), keccak256(abi.encode(outs, ins)), 600e18
            )
        );
        vm.expectPartialRevert(IRebalanceGate.NoImprovement.selector);
        vault.move(gate, outs, _legs(address(b), 90e18));
        limits.setClosed(false);
        vault.move(gate, outs, ins);
    }

    /* TURNOVER */

    function test_turnoverBucket() public {
        assertEq(gate.costFactor(address(vault)), 0.5e18);
        // 20% of 1000
        _expectRefused(
            _legs(IDLE, 200e18 + 1),
            _legs(address(b), 200e18 + 1),
            abi.encodeWithSelector(IRebalanceGate.TurnoverExceeded.selector, 200e18 + 1, 200e18)
        );
        vm.expectEmit(address(gate));
        emit IRebalanceGate.TurnoverCharged(address(vault), 1e18);
        vault.move(gate, _legs(IDLE, 200e18), _legs(address(b), 200e18));
        assertEq(gate.turnoverUsed(address(vault)), 1e18);
        assertEq(gate.costFactor(address(vault)), 0.1e18);
        _expectRefused(
            _legs(IDLE, 1),
            _legs(address(b), 1e18),
            abi.encodeWithSelector(IRebalanceGate.TurnoverExceeded.selector, 1e18, 0)
        );

        skip(12 hours);
        assertEq(gate.turnoverUsed(address(vault)), 0.5e18);
        assertEq(gate.costFactor(address(vault)), 0.3e18);
        _expectRefused(
            _legs(IDLE, 100e18 + 1),
            _legs(address(b), 100e18 + 1),
            abi.encodeWithSelector(IRebalanceGate.TurnoverExceeded.selector, 100e18 + 1, 100e18)
        );
        vault.move(gate, _legs(IDLE, 100e18), _legs(address(b), 100e18));

        skip(1 days);
        assertEq(gate.turnoverUsed(address(vault)), 0);
        assertEq(gate.costFactor(address(vault)), 0.5e18);
    }

    function test_lessMayBeSpentAfterALargeMove() public {
        vault.move(gate, _legs(IDLE, 100e18), _legs(address(b), 100e18));
        // Half of the bucket is used: 30% of the gain.
        uint256 allowed = uint256(1.5e18) * 30 / 365 * 3 / 10;
        _expectRefused(
            _legs(IDLE, 50e18 + allowed),
            _legs(address(b), 50e18),
            abi.encodeWithSelector(IRebalanceGate.NoImprovement.selector, allowed, allowed)
        );
        vault.move(gate, _legs(IDLE, 50e18 + allowed - 1), _legs(address(b), 50e18));
    }

    function test_movedIsTheLargerSideAtSafe() public {
        b.setPrices(1.5e18, 1e18, 1e18);
        vm.recordLogs();
        vault.move(gate, _legs(IDLE, 10e18), _legs(address(b), 10e18));
        assertEq(_moved(), 15e18);
        a.setPrices(1e18, 1.01e18, 1e18);
        vm.recordLogs();
        vault.move(gate, _legs(address(a), 10e18), _legs(address(c), 11e18));
        assertEq(_moved(), 11e18);
    }

    function test_vaultsHaveTheirOwnBuckets() public {
        VaultMock other = new VaultMock();
        other.setIdle(1000e18);
        other.add(b, 0);
        other.move(gate, _legs(IDLE, 200e18), _legs(address(b), 200e18));
        assertEq(gate.turnoverUsed(address(other)), 1e18);
        assertEq(gate.turnoverUsed(address(vault)), 0);
        vault.move(gate, _legs(IDLE, 200e18), _legs(address(b), 200e18));
    }

    function testFuzz_eventsRebuildTheBucket(uint96[6] memory amounts, uint32[6] memory pauses) public {
        uint256 used;
        for (uint256 i; i < 6; ++i) {
            vm.recordLogs();
            try vault.move(gate, _legs(IDLE, bound(amounts[i], 1e18, 60e18)), _legs(address(b), 60e18)) {
                used = _used();
            } catch (bytes memory reason) {
                assertEq(bytes4(reason), IRebalanceGate.TurnoverExceeded.selector);
            }
            uint256 pause = bound(pauses[i], 0, 1 days);
            skip(pause);
            uint256 refilled = pause * 1e18 / 1 days;
            used = used > refilled ? used - refilled : 0;
            assertApproxEqAbs(gate.turnoverUsed(address(vault)), used, 6);
            assertLe(gate.turnoverUsed(address(vault)), 1e18);
        }
    }
}
