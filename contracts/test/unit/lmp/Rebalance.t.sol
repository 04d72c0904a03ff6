// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Book, ILMP, Leg} from "../../../src/lmp/ILMP.sol";
import {LMP} from "../../../src/lmp/LMP.sol";
import {LmpViews} from "../../../src/lmp/LmpViews.sol";
import {AssetMock} from "../../mocks/lmp/AssetMock.sol";
import {DestinationMock} from "../../mocks/lmp/DestinationMock.sol";
import {GateMock} from "../../mocks/lmp/GateMock.sol";
import {LmpBase} from "./LmpBase.sol";

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

using LmpViews for LMP;

contract LmpRebalanceTest is LmpBase {
    DestinationMock private a;
    DestinationMock private b;

    function setUp() public {
        _setUp(18, 2000);
        (a, b) = (_addDestination(), _addDestination());
        lmp.report();
        _deposit(alice, 100e18);
    }

    function testFuzz_movesExactlyTheUnitsAndSettlesTheDifference(uint256 out, uint256 lossBps) public {
        out = bound(out, 1e6, 100e18);
        lossBps = bound(lossBps, 0, 100);
        uint256 units = out - Math.min(out * lossBps / 10_000, lmp.lossRoom() - 1);
        uint256 gross = lmp.book().idle;
        _rebalance(address(0), out, address(a), units);

        Book memory book = lmp.book();
        assertEq(book.idle, gross - out);
        assertEq(asset.balanceOf(address(lmp)), book.idle);
        assertEq(asset.balanceOf(address(solver)), out);
        assertEq(lmp.destinationState(address(a)).units, units);
        assertEq(a.balanceOf(address(lmp)), units);
        assertEq(book.sumSafe, units);
        assertEq(book.locked, 0);
        assertEq(gate.checks(), 1);
        assertEq(gate.seen().sumSafe, book.sumSafe, "the gate sees the book after the move");
        assertEq(solver.seen().idle, gross, "the callback sees the book before the move");
    }

    /// @dev What the price did before is not the solver's doing, and what he gives on top is everybody's, later.
    function test_touchedDestinationsAreSettledFirst() public {
        _invest(a, 50e18);
        a.setPrices(1.02e18, 1.02e18, 1.02e18);
        vm.expectEmit(address(lmp));
        emit ILMP.Settled(1e18, 1e18, block.timestamp + 24 hours);
        _rebalance(address(a), 10e18, address(0), 10.3e18);
        Book memory book = lmp.book();
        assertEq(book.sumSafe, 40.8e18);
        assertEq(book.locked, 1.1e18);
        assertEq(book.mark, 100e18 + seed);
    }

    function test_severalLegs() public {
        Leg[] memory ins = new Leg[](2);
        (ins[0], ins[1]) = (Leg(address(a), 10e18), Leg(address(b), 20e18));
        solver.run(lmp, _leg(address(0), 30e18), ins);
        (ins[0], ins[1]) = (Leg(address(0), 5e18), Leg(address(b), 5e18));
        solver.run(lmp, _leg(address(a), 10e18), ins);
        assertEq(lmp.destinationState(address(a)).units, 0);
        assertEq(lmp.destinationState(address(b)).units, 25e18);
        assertEq(lmp.book().idle, 75e18 + seed);
    }

    /// @dev The books stay right whatever the gate lets pass, also the same destination on both sides.
    function test_H2_duplicateLegs() public {
        _invest(a, 50e18);
        Leg[] memory outs = new Leg[](2);
        (outs[0], outs[1]) = (Leg(address(a), 20e18), Leg(address(a), 30e18));
        solver.run(lmp, outs, _leg(address(a), 50e18));
        assertEq(lmp.destinationState(address(a)).units, 50e18);
        assertEq(lmp.book().sumSafe, 50e18);
        outs[1].units = 31e18;
        vm.expectRevert(abi.encodeWithSelector(ILMP.InsufficientUnits.selector, address(a), 30e18));
        solver.run(lmp, outs, _leg(address(0), 50e18));
    }

    function test_badProposals() public {
        _invest(a, 50e18);
        Leg[] memory none = new Leg[](0);
        Leg[] memory one_ = _leg(address(0), 1e18);
        vm.expectRevert(ILMP.EmptyRebalance.selector);
        solver.run(lmp, none, one_);
        vm.expectRevert(ILMP.EmptyRebalance.selector);
        solver.run(lmp, one_, none);
        vm.expectRevert(ILMP.ZeroAmount.selector);
        _rebalance(address(0), 0, address(a), 1);
        vm.expectRevert(ILMP.ZeroAmount.selector);
        _rebalance(address(0), 1, address(a), 0);
        vm.expectRevert(abi.encodeWithSelector(ILMP.UnknownDestination.selector, alice));
        _rebalance(alice, 1, address(a), 1);
        vm.expectRevert(abi.encodeWithSelector(ILMP.UnknownDestination.selector, alice));
        _rebalance(address(0), 1, alice, 1);
        vm.expectRevert(abi.encodeWithSelector(ILMP.InsufficientUnits.selector, address(a), 50e18));
        _rebalance(address(a), 50e18 + 1, address(0), 50e18);
        uint256 idle = lmp.book().idle;
        vm.expectRevert(abi.encodeWithSelector(ILMP.InsufficientIdle.selector, idle));
        _rebalance(address(0), idle + 1, address(a), 50e18);
        vm.expectRevert(abi.encodeWithSelector(ILMP.InvalidSolver.selector, alice));
        vm.prank(alice);
        lmp.rebalance(one_, _leg(address(a), 1e18), "");
    }

    function test_theSolverMustDeliverExactly() public {
        solver.setMissing(1);
        vm.expectRevert(SafeTransferLib.TransferFromFailed.selector);
        _rebalance(address(0), 1e18, address(a), 1e18);
        solver.setMissing(0);
        _invest(a, 50e18);
        // The asset begins to take a fee: a pull that does not bring its amount is refused.
        asset.setFee(100);
        vm.expectRevert(abi.encodeWithSelector(ILMP.InexactTransfer.selector, address(asset)));
        _rebalance(address(a), 1e18, address(0), 1e18);
    }

    function test_theGateDecides() public {
        gate.setClosed(true);
        vm.expectRevert(GateMock.Refused.selector);
        _rebalance(address(0), 1e18, address(a), 1e18);
        assertEq(lmp.book().sumSafe, 0);
    }

    function test_whatIsEnteredMustBeGoodWhatIsLeftNeedNot() public {
        _invest(a, 50e18);
        for (uint8 i = 1; i < 8; ++i) {
            a.setAnswer(DestinationMock.Answer(i));
            vm.expectRevert(abi.encodeWithSelector(ILMP.NotValued.selector, address(a)));
            _rebalance(address(0), 1e18, address(a), 1e18);
            uint256 units = lmp.destinationState(address(a)).units;
            _rebalance(address(a), 1e18, address(0), 1e18);
            assertEq(lmp.destinationState(address(a)).units, units - 1e18);
            assertEq(lmp.book().sumSafe, units - 1e18, "the last good value, for what stays");
            assertFalse(lmp.book().clean);
            assertEq(lmp.destinationState(address(a)).unsafeAt, block.timestamp);
        }
    }
}
