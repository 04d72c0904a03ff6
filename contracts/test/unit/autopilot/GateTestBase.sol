// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ILimits} from "../../../src/autopilot/ILimits.sol";
import {IRebalanceGate} from "../../../src/autopilot/IRebalanceGate.sol";
import {ISignals} from "../../../src/autopilot/ISignals.sol";
import {RebalanceGate} from "../../../src/autopilot/RebalanceGate.sol";
import {Leg} from "../../../src/lmp/ILMP.sol";
import {DestinationMock} from "./mocks/DestinationMock.sol";
import {LimitsMock} from "./mocks/LimitsMock.sol";
import {SignalsMock} from "./mocks/SignalsMock.sol";
import {VaultMock} from "./mocks/VaultMock.sol";
import {Test} from "forge-std/Test.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice A vault of 1000: 700 idle, 300 in `a` (no yield); `b` and `c` are empty, `b` yields 3%, `c` 2%.
abstract contract GateTestBase is Test {
    address internal constant IDLE = address(0);

    RebalanceGate internal gate;
    SignalsMock internal signals;
    LimitsMock internal limits;
    VaultMock internal vault;
    DestinationMock internal a;
    DestinationMock internal b;
    DestinationMock internal c;

    function setUp() public virtual {
        vm.warp(1_700_000_000);
        signals = new SignalsMock();
        limits = new LimitsMock();
        gate = new RebalanceGate(ISignals(address(signals)), ILimits(address(limits)), 30 days);
        vault = new VaultMock();
        vault.setIdle(700e18);
        a = DestinationMock(_held(300e18, 0));
        b = DestinationMock(_held(0, 0.03e18));
        c = DestinationMock(_held(0, 0.02e18));
    }

    function _held(uint256 units, uint128 base) internal returns (address) {
        DestinationMock destination = new DestinationMock();
        vault.add(destination, units);
        signals.setBase(address(destination), base, base);
        return address(destination);
    }

    function _legs(address destination, uint256 units) internal pure returns (Leg[] memory legs) {
        legs = new Leg[](1);
        legs[0] = Leg(destination, units);
    }

    function _expectRefused(Leg[] memory outs, Leg[] memory ins, bytes4 selector) internal {
        _expectRefused(outs, ins, abi.encodeWithSelector(selector));
    }

    function _expectRefused(Leg[] memory outs, Leg[] memory ins, bytes memory reason) internal {
        uint256 used = gate.turnoverUsed(address(vault));
        vm.expectRevert(reason);
        vault.move(gate, outs, ins);
        assertEq(gate.turnoverUsed(address(vault)), used, "a refused proposal charges nothing");
    }

    /// @dev No signal allows such a cost: the reason tells what was measured.
    function _expectCost(Leg[] memory outs, Leg[] memory ins, uint256 cost) internal {
        try vault.move(gate, outs, ins) {
            revert("accepted");
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), IRebalanceGate.NoImprovement.selector);
            (uint256 measured,) = abi.decode(_arguments(reason), (uint256, uint256));
            assertEq(measured, cost);
        }
    }

    function _arguments(bytes memory reason) private pure returns (bytes memory arguments) {
        arguments = new bytes(reason.length - 4);
        for (uint256 i; i < arguments.length; ++i) {
            arguments[i] = reason[i + 4];
        }
    }

    function _incomes() internal returns (uint256 incomeBefore, uint256 incomeAfter) {
        (,, incomeBefore, incomeAfter,,) = abi.decode(
            _log(IRebalanceGate.RebalanceChecked.selector), (uint256, uint256, uint256, uint256, uint256, uint256)
        );
    }

    function _moved() internal returns (uint256 moved) {
        (,,,, moved,) = abi.decode(
            _log(IRebalanceGate.RebalanceChecked.selector), (uint256, uint256, uint256, uint256, uint256, uint256)
        );
    }

    function _used() internal returns (uint256) {
        return abi.decode(_log(IRebalanceGate.TurnoverCharged.selector), (uint256));
    }

    function _log(bytes32 topic) private returns (bytes memory) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] == topic) return logs[i].data;
        }
        revert("event not emitted");
    }
}
