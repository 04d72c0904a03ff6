// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Cap} from "../../../src/autopilot/ILimits.sol";
import {ISignals} from "../../../src/autopilot/ISignals.sol";
import {Limits} from "../../../src/autopilot/Limits.sol";
import {Leg} from "../../../src/lmp/ILMP.sol";
import {BookMock} from "./mocks/BookMock.sol";
import {DestinationMock} from "./mocks/DestinationMock.sol";
import {SignalsMock} from "./mocks/SignalsMock.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Test} from "forge-std/Test.sol";

/// @notice A vault of 1000, all idle, over three pools: `ab` of the asset and tokens A and B, `a` of the asset and A, `bc` of B and
/// C. Limits are as wide as they go, so that each test narrows the one it is about. `this` is the authority's admin.
abstract contract LimitsTestBase is Test {
    address internal constant IDLE = address(0);
    uint64 internal constant ALL = 1e18;
    uint96 internal constant ANY = type(uint96).max;

    AccessManager internal authority;
    SignalsMock internal signals;
    Limits internal limits;
    BookMock internal vault;
    DestinationMock internal ab;
    DestinationMock internal a;
    DestinationMock internal bc;

    address internal immutable asset = makeAddr("asset");
    address internal immutable tokenA = makeAddr("A");
    address internal immutable tokenB = makeAddr("B");
    address internal immutable tokenC = makeAddr("C");

    function setUp() public virtual {
        vm.warp(1_700_000_000);
        authority = new AccessManager(address(this));
        signals = new SignalsMock();
        limits = new Limits(address(authority), ISignals(address(signals)));
        vault = new BookMock(asset);
        vault.setIdle(1000e18);
        ab = _pool(asset, tokenA, tokenB);
        a = _pool(asset, tokenA, address(0));
        bc = _pool(tokenB, tokenC, address(0));
        address[3] memory tokens = [tokenA, tokenB, tokenC];
        for (uint256 i; i < 3; ++i) {
            limits.raiseCap(address(vault), limits.issuerId(tokens[i]), Cap(ALL, ANY));
        }
        limits.raiseMaxPoolShare(address(vault), ALL);
    }

    /// @dev One unit is worth one base unit. With room for everything, in the pool too.
    function _pool(address leg0, address leg1, address leg2) internal returns (DestinationMock destination) {
        address[] memory legs = new address[](leg2 == address(0) ? 2 : 3);
        (legs[0], legs[1]) = (leg0, leg1);
        if (leg2 != address(0)) legs[2] = leg2;
        destination = new DestinationMock();
        destination.setLegs(legs);
        vault.add(address(destination));
        signals.setDepth(address(destination), 1e27);
        limits.raiseCap(address(vault), limits.destinationId(address(destination)), Cap(ALL, ANY));
    }

    /* NARROWING */

    function _setCap(bytes32 id, uint256 share, uint256 amount) internal {
        // forge-lint: disable-next-line(unsafe-typecast)
        limits.lowerCap(address(vault), id, Cap(uint64(share), uint96(amount)));
    }

    function _capDestination(DestinationMock destination, uint256 share, uint256 amount) internal {
        _setCap(limits.destinationId(address(destination)), share, amount);
    }

    function _capIssuer(address token, uint256 share, uint256 amount) internal {
        _setCap(limits.issuerId(token), share, amount);
    }

    function _capPool(uint256 share) internal {
        limits.lowerMaxPoolShare(address(vault), share);
    }

    /* MOVES */

    function _legs(address destination, uint256 units) internal pure returns (Leg[] memory legs) {
        legs = new Leg[](1);
        legs[0] = Leg(destination, units);
    }

    /// @dev The book after a destination came to hold `value`, taken from idle.
    function _enter(DestinationMock destination, uint256 value) internal {
        uint256 held = vault.destinationState(address(destination)).safe;
        vault.setIdle(vault.idle() + held - value);
        vault.hold(address(destination), value, value);
    }

    function _check(DestinationMock destination) internal view {
        limits.check(address(vault), _legs(IDLE, 1), _legs(address(destination), 1));
    }

    function _expectRefused(DestinationMock destination, bytes memory reason) internal {
        vm.expectRevert(reason);
        _check(destination);
    }

    /// @dev Passes with `most`, is refused with one more.
    function _expectBound(DestinationMock destination, uint256 most, bytes memory reason) internal {
        _enter(destination, most);
        _check(destination);
        _enter(destination, most + 1);
        _expectRefused(destination, reason);
    }
}
