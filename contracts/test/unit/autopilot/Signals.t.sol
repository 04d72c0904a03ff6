// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {GaugeReading} from "../../../src/autopilot/GaugeReading.sol";
import {ISignals} from "../../../src/autopilot/ISignals.sol";
import {SignalFilter} from "../../../src/autopilot/SignalFilter.sol";
import {Signals} from "../../../src/autopilot/Signals.sol";
import {DestinationMock} from "./mocks/DestinationMock.sol";
import {Test} from "forge-std/Test.sol";
import {Vm} from "forge-std/Vm.sol";

contract GasBurningDestination {
    uint256 private spent;

    function issuerRate() external pure returns (uint256) {
        return 1e18;
    }

    function issuerRates() external pure returns (uint256[] memory rates) {
        rates = new uint256[](1);
        rates[0] = 1e18;
    }

    function depth() external pure returns (uint256) {
        return 1;
    }

    function incentives() external view returns (uint256, uint256, uint256) {
        uint256 burnt;
        while (burnt == spent) {}
        return (burnt, burnt, burnt);
    }
}

contract SignalsTest is Test {
    uint256 private constant START = 1_700_000_000;

    Signals private signals;
    DestinationMock private destination;

    function setUp() public {
        vm.warp(START);
        signals = new Signals();
        destination = new DestinationMock();
    }

    function _snapshot() private returns (ISignals.Signal memory) {
        signals.snapshot(address(destination));
        return signals.signal(address(destination));
    }

    /* BASE */

    function test_oneSnapshotGivesNoYield() public {
        destination.setIssuerRate(1.1e18);
        ISignals.Signal memory s = _snapshot();
        assertEq(s.firstAt, START);
        assertEq(s.lastAt, START);
        assertEq(s.count, 1);
        assertEq(s.rate, 1.1e18);
        assertEq(s.base, 0);
        assertEq(s.sample, 0);
        assertEq(s.fellAt, 0);
    }

    function test_secondSnapshotMeasures() public {
        _snapshot();
        skip(1 days);
        destination.setIssuerRate(1.0001e18);
        vm.expectEmit(address(signals));
        emit ISignals.Snapshot(address(destination), 1.0001e18, 0.0365e18, 3_318_181_818_181_818, 0, 0, 1e27, false);
        ISignals.Signal memory s = _snapshot();
        assertEq(s.firstAt, START);
        assertEq(s.lastAt, START + 1 days);
        assertEq(s.count, 2);
        assertEq(s.sample, 0.0365e18);
        assertEq(s.base, 3_318_181_818_181_818, "3.65% / 11");
    }

    function test_fallIsRecordedAndNeverAnnualised() public {
        _snapshot();
        skip(1 days);
        destination.setIssuerRate(1.001e18);
        uint256 base = _snapshot().base;
        skip(1 days);
        destination.setIssuerRate(0.95e18);
        ISignals.Signal memory s = _snapshot();
        assertEq(s.fellAt, START + 2 days);
        assertEq(s.sample, 0);
        assertEq(s.base, SignalFilter.next(base, 0, 1 days), "the interval counts as one without yield");
        assertEq(s.rate, 0.95e18, "the next growth starts at the new rate");

        skip(1 days);
        destination.setIssuerRate(0.9501e18);
        s = _snapshot();
        assertEq(s.fellAt, START + 2 days, "a rise does not forget the fall");
        assertEq(s.sample, SignalFilter.sample(0.95e18, 0.9501e18, 1 days));
    }

    function _setLegRates(uint256 first, uint256 second) private {
        uint256[] memory rates = new uint256[](2);
        (rates[0], rates[1]) = (first, second);
        destination.setLegRates(rates);
        destination.setIssuerRate((first + second) / 2);
    }

    /// @dev The mean of both rises all the time.
    function test_J_aFallOfOneLegIsNotHiddenByTheOther() public {
        _setLegRates(1e18, 1e18);
        assertFalse(signals.isBelowSnapshot(address(destination)), "nothing to compare with");
        _snapshot();
        skip(1 days);
        _setLegRates(1.0002e18, 1e18 - 1);
        assertTrue(signals.isBelowSnapshot(address(destination)));
        ISignals.Signal memory s = _snapshot();
        assertEq(s.fellAt, block.timestamp);
        assertEq(s.sample, 0, "not annualised");
        assertEq(s.base, 0);
        assertEq(signals.legRates(address(destination))[1], 1e18 - 1);

        skip(1 days);
        _setLegRates(1.0004e18, 1e18 - 1);
        assertFalse(signals.isBelowSnapshot(address(destination)));
        s = _snapshot();
        assertEq(s.fellAt, block.timestamp - 1 days);
        assertGt(s.sample, 0);
    }

    function test_J_aChangedNumberOfLegsIsAFall() public {
        _setLegRates(1e18, 1e18);
        _snapshot();
        skip(1 days);
        destination.setLegRates(new uint256[](3));
        assertTrue(signals.isBelowSnapshot(address(destination)));
        assertEq(_snapshot().fellAt, block.timestamp);
    }

    function test_standstillIsNoFall() public {
        _snapshot();
        skip(1 days);
        ISignals.Signal memory s = _snapshot();
        assertEq(s.fellAt, 0);
        assertEq(s.sample, 0);
    }

    function test_missedSnapshotsSpreadTheGrowthOverTheirTime() public {
        _snapshot();
        skip(10 days);
        destination.setIssuerRate(1.001e18);
        ISignals.Signal memory s = _snapshot();
        assertEq(s.sample, 0.0365e18);
        assertEq(s.base, 0.01825e18, "weight 10 / (10 + 10)");
    }

    /* TIME */

    function test_intervalIsTwentyHours() public {
        assertEq(signals.nextSnapshotAt(address(destination)), 0);
        _snapshot();
        uint256 nextAt = START + 20 hours;
        assertEq(signals.nextSnapshotAt(address(destination)), nextAt);

        vm.warp(nextAt - 1);
        vm.expectRevert(abi.encodeWithSelector(ISignals.TooEarly.selector, nextAt));
        signals.snapshot(address(destination));

        vm.warp(nextAt);
        assertEq(_snapshot().count, 2);
    }

    function test_destinationsAreIndependent() public {
        _snapshot();
        DestinationMock other = new DestinationMock();
        signals.snapshot(address(other));
        assertEq(signals.signal(address(other)).count, 1);
        assertEq(signals.signal(address(destination)).count, 1);
    }

    /* BAD DESTINATIONS */

    function _expectInvalid(address who) private {
        vm.expectRevert(abi.encodeWithSelector(ISignals.InvalidDestination.selector, who));
        signals.snapshot(who);
        assertEq(signals.signal(who).count, 0);
    }

    function test_noCodeIsRefused() public {
        _expectInvalid(makeAddr("nobody"));
        _expectInvalid(address(0));
    }

    function test_contractWithoutRateIsRefused() public {
        _expectInvalid(address(signals));
    }

    function test_rateOutOfRangeIsRefused() public {
        destination.setIssuerRate(0);
        _expectInvalid(address(destination));
        destination.setIssuerRate(uint256(type(uint128).max) + 1);
        _expectInvalid(address(destination));
        destination.setIssuerRate(type(uint128).max);
        assertEq(_snapshot().rate, type(uint128).max);
    }

    function test_rateOfTheWrongShapeIsRefused() public {
        vm.mockCall(address(destination), abi.encodeCall(destination.issuerRate, ()), hex"01");
        _expectInvalid(address(destination));
        vm.clearMockedCalls();
        bytes[4] memory wrong =
            [bytes(""), abi.encode(32, 0), abi.encode(32, 2, 1e18), abi.encode(type(uint256).max, 1, 1e18)];
        for (uint256 i; i < 4; ++i) {
            vm.mockCall(address(destination), abi.encodeCall(destination.issuerRates, ()), wrong[i]);
            _expectInvalid(address(destination));
        }
    }

    /* INCENTIVE */

    function test_gaugeIsStoredWithoutOurOwnStake() public {
        destination.setIncentives(50e18, 1000e18, block.timestamp + 7 days);
        destination.setTotalSupply(300e18);
        ISignals.Signal memory s = _snapshot();
        assertEq(s.incentiveYearly, 50e18);
        assertEq(s.incentiveOthers, 700e18);
    }

    function test_unreadableGaugeCountsZero() public {
        destination.setIncentives(50e18, 1000e18, block.timestamp + 7 days);
        _snapshot();
        skip(1 days);
        destination.breakIncentives(true);
        ISignals.Signal memory s = _snapshot();
        assertEq(s.incentiveYearly, 0);
        assertEq(s.incentiveOthers, 0);

        skip(1 days);
        destination.breakIncentives(false);
        vm.mockCall(address(destination), abi.encodeCall(destination.incentives, ()), abi.encode(1e18, 1e18));
        assertEq(_snapshot().incentiveYearly, 0, "two words instead of three");

        skip(1 days);
        vm.clearMockedCalls();
        destination.setIncentives(uint256(type(uint128).max) + 1, 1000e18, block.timestamp + 7 days);
        assertEq(_snapshot().incentiveYearly, 0, "does not fit");
    }

    /// Whatever gas a caller sends, a working gauge is never booked as one that pays nothing.
    function testFuzz_littleGasCannotHideAGauge(uint256 gas_) public {
        destination.setIncentives(50e18, 1000e18, block.timestamp + 7 days);
        gas_ = bound(gas_, 30_000, 900_000);
        (bool done,) = address(signals).call{gas: gas_}(abi.encodeCall(signals.snapshot, (address(destination))));
        ISignals.Signal memory s = signals.signal(address(destination));
        assertEq(s.incentiveYearly, done ? 50e18 : 0);
        assertEq(s.count, done ? 1 : 0);
    }

    function test_tooLittleGasIsNamed() public {
        vm.expectRevert(GaugeReading.NotEnoughGas.selector);
        signals.snapshot{gas: 600_000}(address(destination));
    }

    /// A gauge that burns what it gets counts 0 and stops nobody.
    function test_gaugeThatBurnsItsGas() public {
        vm.etch(address(destination), address(new GasBurningDestination()).code);
        assertEq(_snapshot().incentiveYearly, 0);
    }

    /// The events alone rebuild the signal.
    function testFuzz_eventsRebuildTheState(uint64[8] calldata growth, uint32[8] calldata pauses) public {
        uint256 rate = 1e18;
        ISignals.Signal memory ghost;
        for (uint256 i; i < 8; ++i) {
            rate = rate * (0.999e18 + growth[i] % 0.002e18) / 1e18;
            destination.setIssuerRate(rate);
            destination.setDepth(growth[i]);
            vm.recordLogs();
            _snapshot();
            Vm.Log[] memory logs = vm.getRecordedLogs();
            bool fell = _replay(ghost, logs[0].data);
            assertEq(logs[1].topics[0], ISignals.LegRates.selector);
            assertEq(abi.encode(signals.legRates(address(destination))), logs[1].data);
            if (i == 0) ghost.firstAt = uint40(block.timestamp);
            if (fell) ghost.fellAt = uint40(block.timestamp);
            ghost.lastAt = uint40(block.timestamp);
            ghost.count++;
            assertEq(abi.encode(signals.signal(address(destination))), abi.encode(ghost));
            skip(20 hours + pauses[i] % 10 days);
        }
    }

    function _replay(ISignals.Signal memory ghost, bytes memory data) private pure returns (bool fell) {
        (ghost.rate, ghost.sample, ghost.base, ghost.incentiveYearly, ghost.incentiveOthers, ghost.depth, fell) =
            abi.decode(data, (uint128, uint128, uint128, uint128, uint128, uint128, bool));
    }

    /* DEPTH */

    function test_snapshotKeepsTheDepth() public {
        destination.setDepth(type(uint128).max);
        assertEq(_snapshot().depth, type(uint128).max);
        skip(20 hours);
        destination.setDepth(0);
        assertEq(_snapshot().depth, 0, "ours is all of it");
    }

    function test_withoutDepthThereIsNoSnapshot() public {
        destination.setDepth(uint256(type(uint128).max) + 1);
        vm.expectRevert(abi.encodeWithSelector(ISignals.InvalidDestination.selector, address(destination)));
        signals.snapshot(address(destination));
        vm.mockCallRevert(address(destination), abi.encodeWithSignature("depth()"), "locked");
        vm.expectRevert(abi.encodeWithSelector(ISignals.InvalidDestination.selector, address(destination)));
        signals.snapshot(address(destination));
        vm.mockCall(address(destination), abi.encodeWithSignature("depth()"), hex"01");
        vm.expectRevert(abi.encodeWithSelector(ISignals.InvalidDestination.selector, address(destination)));
        signals.snapshot(address(destination));
        vm.clearMockedCalls();
        destination.setDepth(1);
        assertEq(_snapshot().count, 1, "nothing was left behind");
    }
}
