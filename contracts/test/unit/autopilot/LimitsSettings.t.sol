// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Cap, ILimits} from "../../../src/autopilot/ILimits.sol";
import {ISignals} from "../../../src/autopilot/ISignals.sol";
import {Limits} from "../../../src/autopilot/Limits.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Test} from "forge-std/Test.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice Who sets limits, when it takes effect, and what is refused.
contract LimitsSettingsTest is Test {
    uint64 private constant CURATOR = 2;
    uint64 private constant RISK = 3;
    uint64 private constant GUARDIAN = 4;
    uint32 private constant DELAY = 1 days;
    bytes32 private constant ID = keccak256("id");

    AccessManager private authority;
    Limits private limits;
    address private immutable curator = makeAddr("curator");
    address private immutable risk = makeAddr("risk");
    address private immutable guardian = makeAddr("guardian");
    address private immutable lmp = makeAddr("lmp");

    function setUp() public {
        vm.warp(1_700_000_000);
        authority = new AccessManager(address(this));
        limits = new Limits(address(authority), ISignals(address(0)));
        authority.setTargetFunctionRole(address(limits), _wider(), CURATOR);
        authority.setTargetFunctionRole(address(limits), _narrower(), RISK);
        authority.setRoleGuardian(CURATOR, GUARDIAN);
        authority.grantRole(CURATOR, curator, DELAY);
        authority.grantRole(RISK, risk, 0);
        authority.grantRole(GUARDIAN, guardian, 0);
    }

    function _wider() private view returns (bytes4[] memory list) {
        list = new bytes4[](3);
        (list[0], list[1]) = (limits.raiseCap.selector, limits.raiseMaxPoolShare.selector);
        list[2] = limits.lowerIdleFloor.selector;
    }

    function _narrower() private view returns (bytes4[] memory list) {
        list = new bytes4[](3);
        (list[0], list[1]) = (limits.lowerCap.selector, limits.lowerMaxPoolShare.selector);
        list[2] = limits.raiseIdleFloor.selector;
    }

    /// @dev What each function is called with in turn, so that each changes something.
    function _calls(bytes4[] memory selectors) private view returns (bytes[] memory calls) {
        calls = new bytes[](3);
        calls[0] = abi.encodeWithSelector(selectors[0], lmp, ID, Cap(0.3e18, 300));
        calls[1] = abi.encodeWithSelector(selectors[1], lmp, 0.3e18);
        calls[2] = abi.encodeWithSelector(selectors[2], lmp, 0.3e18);
    }

    /// @dev After the delay.
    function _raise(bytes memory data) private {
        vm.prank(curator);
        authority.schedule(address(limits), data, 0);
        skip(DELAY);
        vm.prank(curator);
        authority.execute(address(limits), data);
    }

    function _raiseCap(uint64 share, uint96 amount) private {
        _raise(abi.encodeCall(ILimits.raiseCap, (lmp, ID, Cap(share, amount))));
    }

    /* ROLES */

    /// Whoever may allow more may not do it at once, and may not do the other thing at all.
    function test_M2_whatAllowsMoreWaits() public {
        bytes[] memory calls = _calls(_wider());
        for (uint256 i; i < calls.length; ++i) {
            (bool immediate, uint32 delay) = authority.canCall(curator, address(limits), bytes4(calls[i]));
            assertFalse(immediate);
            assertEq(delay, DELAY);
            vm.prank(curator);
            (bool done,) = address(limits).call(calls[i]);
            assertFalse(done, "not scheduled");
            vm.prank(curator);
            authority.schedule(address(limits), calls[i], 0);
            skip(DELAY - 1);
            vm.prank(curator);
            (done,) = address(limits).call(calls[i]);
            assertFalse(done, "too early");
            vm.prank(guardian);
            authority.cancel(curator, address(limits), calls[i]);
            skip(1);
            vm.prank(curator);
            (done,) = address(limits).call(calls[i]);
            assertFalse(done, "cancelled");
        }
        _expectNothingSet();
    }

    function test_M2_nobodyElseAllowsMore() public {
        _expectRefused(_calls(_wider()), [risk, guardian, makeAddr("stranger")]);
    }

    function test_M2_nobodyElseAllowsLess() public {
        _expectRefused(_calls(_narrower()), [curator, guardian, makeAddr("stranger")]);
    }

    function _expectRefused(bytes[] memory calls, address[3] memory callers) private {
        for (uint256 i; i < calls.length; ++i) {
            for (uint256 k; k < callers.length; ++k) {
                vm.prank(callers[k]);
                vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, callers[k]));
                (bool asExpected,) = address(limits).call(calls[i]);
                assertTrue(asExpected, "not refused, or for another reason");
            }
        }
        _expectNothingSet();
    }

    function _expectNothingSet() private view {
        Cap memory cap = limits.cap(lmp, ID);
        assertEq(uint256(cap.share) + cap.amount + limits.maxPoolShare(lmp) + limits.idleFloor(lmp), 0);
        assertEq(limits.ids(lmp).length, 0);
    }

    function test_whatAllowsLessIsImmediate() public {
        _raiseCap(0.5e18, 500);
        _raise(abi.encodeCall(ILimits.raiseMaxPoolShare, (lmp, 0.5e18)));
        vm.startPrank(risk);
        limits.lowerCap(lmp, ID, Cap(0.4e18, 400));
        limits.lowerMaxPoolShare(lmp, 0.4e18);
        limits.raiseIdleFloor(lmp, 0.1e18);
        vm.stopPrank();
        Cap memory cap = limits.cap(lmp, ID);
        assertEq(cap.share, 0.4e18);
        assertEq(cap.amount, 400);
        assertEq(limits.maxPoolShare(lmp), 0.4e18);
        assertEq(limits.idleFloor(lmp), 0.1e18);
        _raise(abi.encodeCall(ILimits.lowerIdleFloor, (lmp, 0.05e18)));
        assertEq(limits.idleFloor(lmp), 0.05e18);
        assertEq(limits.maxPoolShare(makeAddr("another")), 0);
    }

    /// The later lowering does not end the raise that waits: the guardian does.
    function test_aWaitingRaiseOutlivesALowering() public {
        _raiseCap(0.2e18, 200);
        bytes memory data = abi.encodeCall(ILimits.raiseCap, (lmp, ID, Cap(0.5e18, 500)));
        vm.prank(curator);
        authority.schedule(address(limits), data, 0);
        vm.prank(risk);
        limits.lowerCap(lmp, ID, Cap(0, 0));
        skip(DELAY);
        vm.prank(curator);
        authority.execute(address(limits), data);
        assertEq(limits.cap(lmp, ID).amount, 500);
    }

    /* VALUES */

    function test_H7_raisesAndLoweringsAreWhatTheySay() public {
        authority.setTargetFunctionRole(address(limits), _wider(), authority.PUBLIC_ROLE());
        authority.setTargetFunctionRole(address(limits), _narrower(), authority.PUBLIC_ROLE());
        limits.raiseCap(lmp, ID, Cap(0.3e18, 300));
        Cap[3] memory noRaise = [Cap(0.3e18, 300), Cap(0.3e18 - 1, 400), Cap(0.4e18, 299)];
        Cap[3] memory noLowering = [Cap(0.3e18, 300), Cap(0.3e18 + 1, 200), Cap(0.2e18, 301)];
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(ILimits.NotRaised.selector);
            limits.raiseCap(lmp, ID, noRaise[i]);
            vm.expectRevert(ILimits.NotLowered.selector);
            limits.lowerCap(lmp, ID, noLowering[i]);
        }
        limits.raiseCap(lmp, ID, Cap(0.3e18, 301));
        limits.raiseCap(lmp, ID, Cap(0.3e18 + 1, 301));
        limits.lowerCap(lmp, ID, Cap(0.3e18 + 1, 300));
        limits.lowerCap(lmp, ID, Cap(0.3e18, 300));

        limits.raiseMaxPoolShare(lmp, 5);
        limits.raiseIdleFloor(lmp, 5);
        vm.expectRevert(ILimits.NotRaised.selector);
        limits.raiseMaxPoolShare(lmp, 5);
        vm.expectRevert(ILimits.NotLowered.selector);
        limits.lowerMaxPoolShare(lmp, 5);
        vm.expectRevert(ILimits.NotRaised.selector);
        limits.raiseIdleFloor(lmp, 5);
        vm.expectRevert(ILimits.NotLowered.selector);
        limits.lowerIdleFloor(lmp, 5);
        limits.lowerMaxPoolShare(lmp, 4);
        limits.lowerIdleFloor(lmp, 4);
    }

    function test_H7_sharesEndAtAll() public {
        authority.setTargetFunctionRole(address(limits), _wider(), authority.PUBLIC_ROLE());
        authority.setTargetFunctionRole(address(limits), _narrower(), authority.PUBLIC_ROLE());
        bytes memory tooLarge = abi.encodeWithSelector(ILimits.ShareTooLarge.selector, 1e18 + 1);
        vm.expectRevert(tooLarge);
        limits.raiseCap(lmp, ID, Cap(1e18 + 1, 1));
        vm.expectRevert(tooLarge);
        limits.raiseMaxPoolShare(lmp, 1e18 + 1);
        vm.expectRevert(tooLarge);
        limits.raiseIdleFloor(lmp, 1e18 + 1);
        vm.expectRevert(ILimits.ZeroAddress.selector);
        limits.raiseCap(address(0), ID, Cap(1, 1));
        vm.expectRevert(ILimits.ZeroAddress.selector);
        limits.raiseMaxPoolShare(address(0), 1);
        vm.expectRevert(ILimits.ZeroAddress.selector);
        limits.raiseIdleFloor(address(0), 1);
        limits.raiseCap(lmp, ID, Cap(1e18, type(uint96).max));
        limits.raiseMaxPoolShare(lmp, 1e18);
        limits.raiseIdleFloor(lmp, 1e18);
    }

    function test_H1_H2_anIdIsListedOnce() public {
        _raiseCap(0.1e18, 1);
        _raiseCap(0.1e18, 2);
        vm.prank(risk);
        limits.lowerCap(lmp, ID, Cap(0, 0));
        assertEq(limits.ids(lmp).length, 1, "what it once allowed is still there to be seen");
        _raiseCap(0.1e18, 2);
        assertEq(limits.ids(lmp).length, 1);
        assertEq(limits.ids(lmp)[0], ID);
        assertEq(limits.ids(makeAddr("another")).length, 0);
    }

    /* EVENTS */

    /// The events alone rebuild every limit.
    function testFuzz_eventsRebuildTheState(uint256[24] calldata choices) public {
        authority.setTargetFunctionRole(address(limits), _wider(), authority.PUBLIC_ROLE());
        authority.setTargetFunctionRole(address(limits), _narrower(), authority.PUBLIC_ROLE());
        vm.recordLogs();
        uint256 changed;
        for (uint256 i; i < choices.length; ++i) {
            (bool done,) = address(limits).call(_anyCall(choices[i]));
            if (done) ++changed;
        }
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, changed, "one event each");
        uint256[4] memory ghost;
        for (uint256 i; i < logs.length; ++i) {
            assertEq(logs[i].topics[1], bytes32(uint256(uint160(lmp))));
            if (logs[i].topics[0] == ILimits.CapSet.selector) {
                assertEq(logs[i].topics[2], ID);
                (ghost[0], ghost[1]) = abi.decode(logs[i].data, (uint256, uint256));
            } else {
                bool pool = logs[i].topics[0] == ILimits.MaxPoolShareSet.selector;
                assertTrue(pool || logs[i].topics[0] == ILimits.IdleFloorSet.selector);
                ghost[pool ? 2 : 3] = abi.decode(logs[i].data, (uint256));
            }
        }
        Cap memory cap = limits.cap(lmp, ID);
        assertEq(cap.share, ghost[0]);
        assertEq(cap.amount, ghost[1]);
        assertEq(limits.maxPoolShare(lmp), ghost[2]);
        assertEq(limits.idleFloor(lmp), ghost[3]);
    }

    function _anyCall(uint256 choice) private view returns (bytes memory) {
        uint256 which = choice % 6;
        bytes4 selector = which < 3 ? _wider()[which] : _narrower()[which - 3];
        uint256 share = (choice >> 8) % 1.1e18;
        // forge-lint: disable-next-line(unsafe-typecast)
        if (which % 3 == 0) {
            return abi.encodeWithSelector(selector, lmp, ID, Cap(uint64(share), uint96(choice >> 100)));
        }
        return abi.encodeWithSelector(selector, lmp, share);
    }
}
