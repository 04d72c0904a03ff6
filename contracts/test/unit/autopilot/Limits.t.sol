// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ILimits} from "../../../src/autopilot/ILimits.sol";
import {ISignals} from "../../../src/autopilot/ISignals.sol";
import {Limits} from "../../../src/autopilot/Limits.sol";
import {DestinationState, Leg} from "../../../src/lmp/ILMP.sol";
import {LimitsTestBase} from "./LimitsTestBase.sol";
import {DestinationMock} from "./mocks/DestinationMock.sol";

/// @notice What is refused, by each limit alone and to the unit.
contract LimitsTest is LimitsTestBase {
    /* UNSET */

    function test_K1_withoutCapsNothingIsEntered() public {
        limits = new Limits(address(authority), ISignals(address(signals)));
        _enter(ab, 1);
        _expectRefused(ab, _destinationReason(1, 0));
        // A vault that nobody set limits for may come home.
        limits.check(address(vault), _legs(address(ab), 1), _legs(IDLE, 1));
    }

    function test_K1_withoutIssuerCapNothingIsEntered() public {
        _capIssuer(tokenB, 0, 0);
        _enter(ab, 1);
        _expectRefused(ab, _issuerReason(tokenB, 1, 0));
        _enter(a, 1);
        _check(a);
    }

    function test_K1_withoutPoolShareNothingIsEntered() public {
        _capPool(0);
        _enter(ab, 1);
        _expectRefused(ab, abi.encodeWithSelector(ILimits.PoolShareExceeded.selector, address(ab), 1, 0));
    }

    function test_wideOpenEverythingMayBeEntered() public {
        _enter(ab, 1000e18);
        _check(ab);
        assertEq(vault.idle(), 0, "no floor either");
    }

    /* EQUALITY */

    function test_K2_H7_destinationShare() public {
        _capDestination(ab, 0.25e18, ANY);
        _expectBound(ab, 250e18, _destinationReason(250e18 + 1, 250e18));
    }

    function test_K2_H7_destinationAmount() public {
        _capDestination(ab, ALL, 30e18);
        _expectBound(ab, 30e18, _destinationReason(30e18 + 1, 30e18));
    }

    function test_K2_H7_issuerShare() public {
        _capIssuer(tokenA, 0.4e18, ANY);
        _enter(a, 100e18);
        _expectBound(ab, 300e18, _issuerReason(tokenA, 400e18 + 1, 400e18));
    }

    function test_K2_H7_issuerAmount() public {
        _capIssuer(tokenB, ALL, 400e18);
        _enter(bc, 150e18);
        _expectBound(ab, 250e18, _issuerReason(tokenB, 400e18 + 1, 400e18));
    }

    function test_K2_H7_poolShareNow() public {
        _capPool(0.2e18);
        ab.setDepth(500e18);
        _expectBound(ab, 100e18, _poolReason(ab, 0.2e18 + 1));
    }

    function test_K2_H7_poolShareAtTheSnapshot() public {
        _capPool(0.2e18);
        signals.setDepth(address(ab), 500e18);
        _expectBound(ab, 100e18, _poolReason(ab, 0.2e18 + 1));
    }

    function test_K2_H7_idleFloor() public {
        limits.raiseIdleFloor(address(vault), 0.1e18);
        _expectBound(ab, 900e18, abi.encodeWithSelector(ILimits.IdleBelowFloor.selector, 100e18 - 1, 100e18));
    }

    /// What is allowed is rounded down, what must stay and a share of a pool are rounded up: a third of 1000, 1 of 3.
    function test_roundingIsAgainstTheMove() public {
        vault.setIdle(1000);
        uint256 third = uint256(1e18) / 3;
        _capDestination(ab, third, ANY);
        _expectBound(ab, 333, _destinationReason(334, 333));
        _enter(ab, 0);

        limits.raiseIdleFloor(address(vault), third);
        _expectBound(bc, 1000 - 334, abi.encodeWithSelector(ILimits.IdleBelowFloor.selector, 333, 334));
        _enter(bc, 0);

        _capPool(third);
        a.setDepth(3);
        _enter(a, 1);
        _expectRefused(a, _poolReason(a, third + 1));
    }

    /* WHAT COUNTS */

    /// Each pool counts in full for each issuer in it, touched or not; the vault's own asset is nobody's risk.
    function test_issuerSumTakesEveryPoolInFull() public {
        _enter(bc, 200e18);
        _enter(a, 100e18);
        _enter(ab, 50e18);
        _capIssuer(tokenA, ALL, 150e18);
        _capIssuer(tokenB, ALL, 250e18);
        _check(ab);
        _capIssuer(tokenA, ALL, 150e18 - 1);
        _expectRefused(ab, _issuerReason(tokenA, 150e18, 150e18 - 1));
        _expectRefused(a, _issuerReason(tokenA, 150e18, 150e18 - 1));
        _check(bc);
        assertEq(limits.cap(address(vault), limits.issuerId(asset)).amount, 0, "needs no cap");
    }

    /// A leg that has no issuer of its own counts as one.
    function test_everyLegNeedsItsCap() public {
        address stranger = makeAddr("stranger");
        DestinationMock odd = _pool(asset, stranger, address(0));
        _enter(odd, 1);
        _expectRefused(odd, _issuerReason(stranger, 1, 0));
    }

    function test_capsOfOneVaultAreNotAnothers() public {
        limits.check(address(vault), _legs(IDLE, 1), _legs(IDLE, 1));
        assertEq(limits.cap(address(this), limits.issuerId(tokenA)).share, 0);
        assertEq(limits.maxPoolShare(address(this)), 0);
    }

    /// The same address as a destination and as a leg is two risks.
    function test_idsOfKindsDiffer() public view {
        assertNotEq(limits.destinationId(tokenA), limits.issuerId(tokenA));
        assertNotEq(limits.issuerId(tokenA), limits.issuerId(tokenB));
        assertNotEq(limits.destinationId(tokenA), limits.destinationId(tokenB));
    }

    function test_everyEnteredDestinationIsChecked() public {
        _enter(a, 10e18);
        _enter(ab, 10e18);
        Leg[] memory ins = new Leg[](3);
        (ins[0], ins[1], ins[2]) = (Leg(address(a), 1), Leg(IDLE, 1), Leg(address(ab), 1));
        limits.check(address(vault), _legs(address(bc), 1), ins);
        _capDestination(ab, ALL, 10e18 - 1);
        vm.expectRevert(_destinationReason(10e18, 10e18 - 1));
        limits.check(address(vault), _legs(address(bc), 1), ins);
    }

    /// Values for caps are those of this move: the vault says so by their time.
    function test_whatWasNotRenewedIsRefused() public {
        _enter(ab, 1);
        DestinationState memory state = vault.destinationState(address(ab));
        state.valuedAt -= 1;
        vault.setState(address(ab), state);
        _expectRefused(ab, abi.encodeWithSelector(ILimits.NotRenewed.selector, address(ab)));
        (state.valuedAt, state.ok) = (block.timestamp, false);
        vault.setState(address(ab), state);
        _expectRefused(ab, abi.encodeWithSelector(ILimits.NotRenewed.selector, address(ab)));
    }

    /* DEPTH */

    /// Liquidity lent for the move is not at the snapshot, and what has left since is not there now.
    function test_K1_theLowerDepthCounts() public {
        _capPool(0.5e18);
        _enter(ab, 100e18);
        ab.setDepth(1e27);
        signals.setDepth(address(ab), 199e18);
        _expectRefused(ab, _poolReason(ab, uint256(100e18) * 1e18 / 199e18 + 1));
        ab.setDepth(199e18);
        signals.setDepth(address(ab), 1e27);
        _expectRefused(ab, _poolReason(ab, uint256(100e18) * 1e18 / 199e18 + 1));
        (uint256 enough, uint128 seen) = (200e18, 200e18);
        ab.setDepth(enough);
        signals.setDepth(address(ab), seen);
        _check(ab);
    }

    function test_H5_noDepthMeansAllOfItIsOurs() public {
        _capPool(ALL - 1);
        _enter(ab, 1);
        ab.setDepth(0);
        _expectRefused(ab, _poolReason(ab, ALL));
        ab.setDepth(1e27);
        signals.setDepth(address(ab), 0);
        _expectRefused(ab, _poolReason(ab, ALL));
        limits.raiseMaxPoolShare(address(vault), ALL);
        _check(ab);
    }

    /// More units than the pool had at the snapshot: all of it, and 100% is no limit.
    function test_fullPoolShareIsNoLimit() public {
        signals.setDepth(address(ab), 10e18);
        _enter(ab, 100e18);
        _check(ab);
        _capPool(ALL - 1);
        _expectRefused(ab, _poolReason(ab, ALL));
    }

    /* WHAT MAY ALWAYS MOVE */

    /// Above every cap, out is open, to idle and to where there is room.
    function test_K4_leavingIsNeverRefused() public {
        _enter(ab, 600e18);
        _capDestination(ab, 0, 0);
        _capIssuer(tokenA, 0, 0);
        _capPool(0);
        limits.raiseIdleFloor(address(vault), ALL);
        limits.check(address(vault), _legs(address(ab), 1), _legs(IDLE, 1));

        limits.raiseMaxPoolShare(address(vault), ALL);
        _enter(bc, 1);
        limits.check(address(vault), _legs(address(ab), 1), _legs(address(bc), 1));
    }

    /// Between two pools of one issuer his sum stays: at his cap it still passes.
    function test_K3_withinOneIssuer() public {
        _enter(a, 400e18);
        _capIssuer(tokenA, ALL, 400e18);
        _enter(a, 100e18);
        _enter(ab, 300e18);
        limits.check(address(vault), _legs(address(a), 300e18), _legs(address(ab), 300e18));
        _enter(ab, 300e18 + 1);
        vm.expectRevert(_issuerReason(tokenA, 400e18 + 1, 400e18));
        limits.check(address(vault), _legs(address(a), 300e18), _legs(address(ab), 300e18));
    }

    /// What left frees its room and no more.
    function test_K5_roundTripThroughIdle() public {
        _capDestination(ab, ALL, 300e18);
        _enter(ab, 300e18);
        _check(ab);
        _enter(ab, 120e18);
        limits.check(address(vault), _legs(address(ab), 180e18), _legs(IDLE, 180e18));
        _expectBound(ab, 300e18, _destinationReason(300e18 + 1, 300e18));
    }

    /// Below the floor, moves between destinations and home go on.
    function test_idleFloorHoldsForMovesFromIdleOnly() public {
        limits.raiseIdleFloor(address(vault), 0.5e18);
        _enter(ab, 600e18);
        limits.check(address(vault), _legs(address(a), 1), _legs(address(ab), 1));
        limits.check(address(vault), _legs(address(ab), 1), _legs(IDLE, 1));
        vm.expectRevert(abi.encodeWithSelector(ILimits.IdleBelowFloor.selector, 400e18, 500e18));
        limits.check(address(vault), _legs(IDLE, 1), _legs(address(ab), 1));
    }

    /// A destination that answers nothing any more is in the sums by its booked value and stops nobody else.
    function test_H4_aDeadDestinationStopsNobodyElse() public {
        _enter(bc, 100e18);
        string[3] memory views = ["value(uint256)", "depth()", "discount()"];
        for (uint256 i; i < views.length; ++i) {
            vm.mockCallRevert(address(bc), abi.encodeWithSignature(views[i]), "dead");
        }
        _capIssuer(tokenB, ALL, 150e18);
        _expectBound(ab, 50e18, _issuerReason(tokenB, 150e18 + 1, 150e18));
        _enter(ab, 0);
        _expectRefused(bc, "dead");
    }

    /* REASONS */

    function _destinationReason(uint256 value, uint256 allowed) private view returns (bytes memory) {
        return abi.encodeWithSelector(ILimits.DestinationCapExceeded.selector, address(ab), value, allowed);
    }

    function _issuerReason(address token, uint256 value, uint256 allowed) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ILimits.IssuerCapExceeded.selector, token, value, allowed);
    }

    function _poolReason(DestinationMock destination, uint256 share) private view returns (bytes memory) {
        return abi.encodeWithSelector(
            ILimits.PoolShareExceeded.selector, address(destination), share, limits.maxPoolShare(address(vault))
        );
    }
}
