// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IRebalanceGate} from "../../../src/autopilot/IRebalanceGate.sol";
import {Leg} from "../../../src/lmp/ILMP.sol";
import {GateTestBase} from "./GateTestBase.sol";
import {DestinationMock} from "./mocks/DestinationMock.sol";

/// @notice A solver who chooses every leg, amount, time, spot price and gauge stake, and delivers as little as the gate lets
/// pass. Feeds (safe, backing) and signals are right and constant.
contract GateAdversaryTest is GateTestBase {
    uint256 private constant YEAR = 365 days;

    address[4] private places;

    function setUp() public override {
        super.setUp();
        a.setIncentives(40e18, 1000e18, block.timestamp + 365 days);
        signals.setGauge(address(a), 40e18, 700e18);
        signals.setBase(address(a), 0.01e18, 0.012e18);
        places = [IDLE, address(a), address(b), address(c)];
    }

    /// Leaving for idle gains nothing, so no solver is paid for it, whatever he says the market is.
    function testFuzz_nothingIsLeftForIdle(uint256 spot, uint256 units, uint256 returned) public {
        a.setPrices(1e18, bound(spot, 0.995e18, 1.005e18), 1e18);
        units = bound(units, 1, 300e18);
        returned = bound(returned, 1, 1000e18);
        vm.expectPartialRevert(IRebalanceGate.NoImprovement.selector);
        vault.move(gate, _legs(address(a), units), _legs(IDLE, returned));
    }

    /// If a move passes, its reverse does not.
    function testFuzz_noMoveAndItsReverse(uint128[4] memory rates, uint256[4] memory gauges, uint256 units) public {
        signals.setBase(address(a), uint128(bound(rates[0], 0, 0.1e18)), uint128(bound(rates[1], 0, 0.1e18)));
        signals.setBase(address(b), uint128(bound(rates[2], 0, 0.1e18)), uint128(bound(rates[3], 0, 0.1e18)));
        signals.setGauge(address(b), uint128(bound(gauges[0], 0, 100e18)), uint128(bound(gauges[1], 0, 1000e18)));
        b.setIncentives(bound(gauges[2], 0, 100e18), 1000e18 + bound(gauges[3], 0, 1000e18), block.timestamp + 20 days);
        units = bound(units, 1e9, 50e18);
        try vault.move(gate, _legs(address(a), units), _legs(address(b), units)) {
            vm.expectPartialRevert(IRebalanceGate.NoImprovement.selector);
            vault.move(gate, _legs(address(b), units), _legs(address(a), units));
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), IRebalanceGate.NoImprovement.selector);
        }
    }

    /// However often he trades, a gain can be sold once: the loss at safe stays below half of what the best income that the
    /// vault can ever have earns over the horizon, and the turnover below the bucket and its refill.
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_M4_lossIsBounded(uint256 seed) public {
        uint256 start = block.timestamp;
        uint256 startAssets = _assets();
        // All assets at 3%, and a gauge that pays 90% of 40 at most.
        uint256 most = (startAssets * 3 / 100 + 36e18) * 30 days / YEAR / 2;
        uint256 turnover = _sell(IDLE, 50e18, address(b));
        assertLt(_assets(), startAssets, "the adversary got something");
        for (uint256 i; i < 40; ++i) {
            seed = uint256(keccak256(abi.encode(seed, i)));
            turnover += _attack(seed);
            assertLe(startAssets, _assets() + most, "loss");
            uint256 buckets = 1e18 + (block.timestamp - start) * 1e18 / 1 days;
            assertLe(turnover, startAssets * 2 / 10 * (buckets + 100) / 1e18, "turnover");
            if (seed & 7 == 0) skip((seed >> 8) % 12 hours);
        }
    }

    /// @dev One move of the adversary; he binary-searches the least that the gate accepts in return. 0 if it accepts nothing.
    function _attack(uint256 seed) private returns (uint256 moved) {
        (uint256 from, uint256 to) = ((seed >> 16) & 3, (seed >> 18) & 3);
        uint256 held = from == 0 ? vault.idle() : vault.units(places[from]);
        if (from == to || held == 0) return 0;
        // He moves the markets within the band in which a destination is safe, half of the time to his advantage.
        for (uint256 i = 1; i < 4; ++i) {
            uint256 spot = 0.995e18 + (seed >> (20 + 32 * i)) % 0.01e18;
            if (seed & 8 == 0) spot = i == from ? 0.995e18 : 1.005e18;
            DestinationMock(places[i]).setPrices(1e18, spot, 1e18);
        }
        a.setIncentives(40e18, 1000e18 + (seed >> 30) % 1000e18, block.timestamp + 365 days);
        uint256 units = 1 + (seed >> 100) % (held < 150e18 ? held : 150e18);
        return _sell(places[from], units, places[to]);
    }

    /// @dev Searches the least that the gate accepts for `units`, and takes it.
    function _sell(address from, uint256 units, address to) private returns (uint256 moved) {
        (uint256 low, uint256 high) = (0, units);
        if (!_passes(from, units, to, high)) return 0;
        while (low + 1 < high) {
            uint256 middle = (low + high) / 2;
            if (_passes(from, units, to, middle)) high = middle;
            else low = middle;
        }
        vault.move(gate, _legs(from, units), _legs(to, high));
        return units;
    }

    function _passes(address from, uint256 units, address to, uint256 returned) private returns (bool passes) {
        uint256 snapshot = vm.snapshotState();
        try vault.move(gate, _legs(from, units), _legs(to, returned)) {
            passes = true;
        } catch {}
        vm.revertToStateAndDelete(snapshot);
    }

    function _assets() private view returns (uint256) {
        return vault.idle() + vault.units(address(a)) + vault.units(address(b)) + vault.units(address(c));
    }
}
