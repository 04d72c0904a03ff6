// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {ILossLedger} from "../../../src/loss/ILossLedger.sol";
import {LossLedger} from "../../../src/loss/LossLedger.sol";
import {ILossPrices} from "../../../src/pricing/ILossPrices.sol";
import {LossVaultMock} from "../../mocks/loss/LossVaultMock.sol";
import {LossBase} from "./LossBase.sol";

/// @notice A loss counts once, and who may say so.
contract DecisionsTest is LossBase {
    function setUp() public override {
        super.setUp();
        _confirmMark();
    }

    function test_aLossCountsOnce() public {
        _rate(0.95e18);
        _reports(5, 6 hours);
        ILossLedger.Window memory w = ledger.window(address(vault));
        assertEq(w.loss, 30e18);
        (uint256 loss, uint256 high, uint256 threshold) = ledger.measure(address(vault));
        assertEq(loss, 30e18);
        assertEq(high, 0.97e18);
        assertEq(threshold, 10e18);

        vm.expectEmit(address(ledger));
        emit ILossLedger.LossExecuted(address(vault), 0, 0.97e18, 20e18);
        vm.expectEmit(address(ledger));
        emit ILossLedger.Thawed(address(vault));
        ledger.execute(address(vault), high, 20e18);
        assertEq(vault.lossMark(), 0.97e18);
        assertEq(vault.cover(), 20e18);
        assertEq(vault.feeMark(), -20e18);
        assertFalse(vault.isFrozen());
        assertEq(abi.encode(_state()), abi.encode(ILossLedger.State(7, 7, 1, 0, 0, 0)));
        assertEq(_loss(), 0, "second epoch at the same value");
        assertEq(ledger.window(address(vault)).loss, 0, "its checkpoints are used up");
        _reports(8, 6 hours);
        assertEq(_loss(), 0);
        assertEq(ledger.window(address(vault)).loss, 0);
        assertFalse(vault.isFrozen());
    }

    function test_ofTwoLossesTheSecondCountsOnlyItsOwn() public {
        _rate(0.95e18);
        _reports(5, 6 hours);
        (, uint256 high,) = ledger.measure(address(vault));
        ledger.execute(address(vault), high, 20e18);

        _rate(0.9e18);
        _reports(5, 6 hours);
        assertEq(ledger.window(address(vault)).loss, 30e18);
        assertEq(ledger.window(address(vault)).first, 7);
        (uint256 loss, uint256 high2, uint256 threshold) = ledger.measure(address(vault));
        assertEq(loss, 30e18);
        assertEq(threshold, 9.7e18);
        ledger.execute(address(vault), high2, 20.3e18);
        assertEq(vault.cover(), 40.3e18);
        assertEq(vault.feeMark(), -40.3e18);
        assertEq(_state().epoch, 2);
        assertEq(_loss(), 0);
    }

    /// @dev A loss that is counted does not make the return to its mark a gain that was never there.
    function test_afterALossTheMarkRisesWithLowAgain() public {
        _rate(0.95e18);
        _reports(5, 6 hours);
        ledger.execute(address(vault), 0.97e18, 0);
        _rate(0.98e18);
        _next(6 hours);
        assertEq(vault.lossMark(), 0.97e18, "the one before is older and lower");
        _next(6 hours);
        assertEq(vault.lossMark(), 0.988e18);
    }

    function test_executionNeverRaisesTheMark() public {
        ledger.execute(address(vault), 1.5e18, 0);
        assertEq(vault.lossMark(), WAD);
    }

    function test_rejectionEndsTheEpochAndTheFreeze() public {
        _rate(0.95e18);
        _reports(5, 6 hours);
        uint256 end = _state().freezeEnd;
        vm.expectEmit(address(ledger));
        emit ILossLedger.LossRejected(address(vault), 0);
        ledger.reject(address(vault));
        assertEq(abi.encode(_state()), abi.encode(ILossLedger.State(7, 7, 1, 0, 0, end)));
        assertFalse(vault.isFrozen());
        assertEq(vault.lossMark(), WAD);
        assertEq(ledger.window(address(vault)).loss, 0, "a new case needs new checkpoints");

        _next(6 hours);
        assertEq(_state().frozenAt, 0);
        assertTrue(vault.isFrozen(), "entries are closed at once");
        _next(6 hours);
        assertEq(_state().frozenAt, block.timestamp);
        assertEq(_state().freezeEnd, end);
    }

    function test_reduceCover() public {
        ledger.execute(address(vault), WAD, 20e18);
        vm.expectEmit(address(ledger));
        emit ILossLedger.CoverReduced(address(vault), 5e18, 15e18);
        ledger.reduceCover(address(vault), 5e18, 3e18);
        assertEq(vault.cover(), 15e18);
        assertEq(vault.feeMark(), -17e18);
        vm.expectRevert(abi.encodeWithSelector(ILossLedger.CoverExceeded.selector, 15e18));
        ledger.reduceCover(address(vault), 15e18 + 1, 0);
        vm.expectRevert(abi.encodeWithSelector(ILossLedger.CoverExceeded.selector, 5e18));
        ledger.reduceCover(address(vault), 5e18, 5e18 + 1);
        ledger.reduceCover(address(vault), 15e18, 0);
        assertEq(vault.cover(), 0);
        assertEq(vault.feeMark(), -17e18);
    }

    function test_reduceCoverKeepsTheFreeze() public {
        ledger.execute(address(vault), WAD, 20e18);
        _rate(0.95e18);
        _reports(2, 6 hours);
        ledger.reduceCover(address(vault), 5e18, 0);
        assertTrue(vault.isFrozen());
    }

    /* WHO CANNOT */

    function test_onlyTheLossRoleDecides() public {
        bytes memory unauthorized = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(unauthorized);
        ledger.execute(address(vault), 0, 1e18);
        vm.expectRevert(unauthorized);
        ledger.reject(address(vault));
        vm.expectRevert(unauthorized);
        ledger.reduceCover(address(vault), 0, 0);
    }

    /// @dev Whoever calls as a vault speaks for himself: it takes a contract with the views of one, and touches no other.
    function test_callersSpeakForThemselves() public {
        LossVaultMock impostor = new LossVaultMock(ledger);
        impostor.setUnits(address(destination), 1);
        impostor.set(0, 0, SUPPLY);
        bytes32 before = keccak256(abi.encode(_state(), _last()));
        impostor.report();
        impostor.move(_leg(address(destination), 1), _leg(address(0), 0), true, 0, 0);
        assertEq(keccak256(abi.encode(_state(), _last())), before);
        assertEq(vault.lossMark(), WAD);
        vm.startPrank(stranger);
        vm.expectRevert();
        ledger.checkpoint();
        vm.expectRevert();
        ledger.beforeRebalance(_leg(address(destination), 1), _leg(address(0), 1));
        vm.expectRevert();
        ledger.afterRebalance(_leg(address(destination), 1), _leg(address(0), 1), true);
    }

    function test_zeroAddressesAreRefused() public {
        vm.expectRevert(ILossLedger.ZeroAddress.selector);
        new LossLedger(address(0), prices);
        vm.expectRevert(ILossLedger.ZeroAddress.selector);
        new LossLedger(address(authority), ILossPrices(address(0)));
    }

    function _rate(uint256 rate) private {
        registry.set(lst, rate, rate);
    }
}
