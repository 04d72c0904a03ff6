// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ILimits} from "../../../src/autopilot/ILimits.sol";
import {ILMP} from "../../../src/lmp/ILMP.sol";
import {LimitsTestBase} from "./LimitsTestBase.sol";
import {DestinationMock} from "./mocks/DestinationMock.sol";

/// @notice What the solver is told fits: exactly what the check lets pass.
contract HeadroomTest is LimitsTestBase {
    function _expectRoom(address from, DestinationMock to, uint256 room, ILimits.Limit limit, address subject)
        private
        view
    {
        (uint256 found, ILimits.Limit binding, address who) = limits.headroom(address(vault), from, address(to));
        assertEq(found, room);
        assertEq(uint8(binding), uint8(limit));
        assertEq(who, subject);
    }

    function test_headroomNamesTheLimitThatBinds() public {
        _capDestination(ab, 0.6e18, ANY);
        _expectRoom(IDLE, ab, 600e18, ILimits.Limit.Destination, address(ab));
        _enter(ab, 100e18);
        _expectRoom(IDLE, ab, 500e18, ILimits.Limit.Destination, address(ab));
        _capIssuer(tokenB, 0.55e18, ANY);
        _expectRoom(IDLE, ab, 450e18, ILimits.Limit.Issuer, tokenB);
        _capIssuer(tokenA, ALL, 400e18);
        _expectRoom(IDLE, ab, 300e18, ILimits.Limit.Issuer, tokenA);
        limits.raiseIdleFloor(address(vault), 0.7e18);
        _expectRoom(IDLE, ab, 200e18, ILimits.Limit.IdleFloor, address(0));
        _capPool(0.2e18);
        signals.setDepth(address(ab), 800e18);
        _expectRoom(IDLE, ab, 60e18, ILimits.Limit.PoolShare, address(ab));
        // Ours would be 175 of 875.
        ab.setDepth(800e18);
        signals.setDepth(address(ab), 1e27);
        _expectRoom(IDLE, ab, 75e18, ILimits.Limit.PoolShare, address(ab));
    }

    function test_headroomOfAFullPoolShareIsNotThePools() public {
        signals.setDepth(address(ab), 0);
        ab.setDepth(0);
        _expectRoom(IDLE, ab, 1000e18, ILimits.Limit.Destination, address(ab));
        _capPool(ALL - 1);
        _expectRoom(IDLE, ab, 0, ILimits.Limit.PoolShare, address(ab));
    }

    function test_headroomAboveALimitIsZero() public {
        _enter(ab, 500e18);
        _capDestination(ab, 0.4e18, ANY);
        _expectRoom(IDLE, ab, 0, ILimits.Limit.Destination, address(ab));
        _capDestination(a, 0.4e18, ANY);
        _capIssuer(tokenA, 0.45e18, ANY);
        _expectRoom(IDLE, a, 0, ILimits.Limit.Issuer, tokenA);
        _expectRoom(address(ab), a, 0, ILimits.Limit.Issuer, tokenA);
        limits.raiseIdleFloor(address(vault), 0.6e18);
        _expectRoom(IDLE, bc, 0, ILimits.Limit.IdleFloor, address(0));
    }

    /// From pool to pool: an issuer that both have does not bind, nor does the floor.
    function test_K3_headroomFromAnotherPool() public {
        _enter(a, 400e18);
        _capIssuer(tokenA, ALL, 400e18);
        limits.raiseIdleFloor(address(vault), 0.6e18);
        _expectRoom(IDLE, ab, 0, ILimits.Limit.Issuer, tokenA);
        _capIssuer(tokenB, ALL, 350e18);
        _expectRoom(address(a), ab, 350e18, ILimits.Limit.Issuer, tokenB);
        _expectRoom(address(bc), ab, 0, ILimits.Limit.Issuer, tokenA);
    }

    function test_headroomOfWhatTheVaultDoesNotList() public {
        address stranger = makeAddr("stranger");
        bytes memory unknown = abi.encodeWithSelector(ILMP.UnknownDestination.selector, stranger);
        vm.expectRevert(unknown);
        limits.headroom(address(vault), IDLE, stranger);
        vm.expectRevert(unknown);
        limits.headroom(address(vault), stranger, address(ab));
    }

    function test_headroomIsWorthWhatTheUnitsAre() public {
        _capPool(0.5e18);
        ab.setPrices(3e18, 9e18, 9e18);
        signals.setDepth(address(ab), 200e18);
        _expectRoom(IDLE, ab, 300e18, ILimits.Limit.PoolShare, address(ab));
    }

    /// All of the room passes, one unit more is refused, whatever binds. (Units worth 1; the pool grows by what is added.)
    function testFuzz_K2_headroomIsWhatTheCheckAllows(uint256 seed, uint256 held, uint256 other, bool fromIdle) public {
        held = bound(held, 0, 300e18);
        other = bound(other, 1e18, 300e18);
        _enter(ab, held);
        _enter(a, other);
        _capDestination(ab, _pick(seed, 0, 1e18), _pick(seed, 1, 1000e18));
        _capIssuer(tokenA, _pick(seed, 2, 1e18), _pick(seed, 3, 1000e18));
        _capIssuer(tokenB, _pick(seed, 4, 1e18), _pick(seed, 5, 1000e18));
        _capPool(_pick(seed, 6, 1e18));
        limits.raiseIdleFloor(address(vault), _pick(seed, 7, 0.3e18) + 1);
        // forge-lint: disable-next-line(unsafe-typecast)
        signals.setDepth(address(ab), uint128(held + _pick(seed, 8, 1000e18)));
        uint256 depth = held + _pick(seed, 9, 1000e18);
        ab.setDepth(depth);

        address from = fromIdle ? IDLE : address(a);
        (uint256 room,,) = limits.headroom(address(vault), from, address(ab));
        vm.assume(fromIdle || room < other);
        if (room != 0) {
            _move(fromIdle, room, held, other, depth);
            limits.check(address(vault), _legs(from, room), _legs(address(ab), room));
        }
        _move(fromIdle, room + 1, held, other, depth);
        vm.expectRevert();
        limits.check(address(vault), _legs(from, room + 1), _legs(address(ab), room + 1));
    }

    function _pick(uint256 seed, uint256 which, uint256 below) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, which))) % below;
    }

    /// @dev The book after `value` moved from idle or `a` to `ab`.
    function _move(bool fromIdle, uint256 value, uint256 held, uint256 other, uint256 depth) private {
        vault.hold(address(a), other - (fromIdle ? 0 : value), other - (fromIdle ? 0 : value));
        vault.hold(address(ab), held + value, held + value);
        vault.setIdle(1000e18 - held - other - (fromIdle ? value : 0));
        ab.setDepth(depth + value);
    }
}
