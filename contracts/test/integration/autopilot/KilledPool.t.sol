// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Call} from "../../../src/autopilot/SolverExecutor.sol";
import {ILMP} from "../../../src/lmp/ILMP.sol";
import {AutopilotTestBase} from "./AutopilotTestBase.sol";
import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";

/// @dev Of the pool's owner, within two months of its creation.
interface KillableLike {
    function kill_me() external;
}

/// @notice Curve's emergency stop: the pool trades no more and takes nobody in, and does not say so beforehand.
contract KilledPoolTest is AutopilotTestBase {
    uint256 private constant MOVED = 60e18;

    function setUp() public override {
        super.setUp();
        _live(30);
        _allInCurve(MOVED);
    }

    function _state() private view returns (bytes32) {
        return keccak256(
            abi.encode(
                lmp.book(),
                lmp.destinationState(address(curve)),
                lmp.balanceOf(address(this)),
                curve.balanceOf(address(lmp)),
                weth.balanceOf(address(this))
            )
        );
    }

    /// @dev Nothing can be sold: refused by name, everything where it was. In kind, and out of the pool with every leg, goes on.
    function test_aPausedPoolIsPassedOverAndLeftInKind() public {
        uint256 snapshot = vm.snapshotState();
        lmp.redeem(MOVED / 10, address(this), address(this));
        vm.revertToState(snapshot);

        KillableLike(address(venues.curve.pool)).kill_me();
        bytes32 before = _state();
        vm.expectPartialRevert(ILMP.InsufficientLiquidity.selector);
        lmp.redeem(MOVED / 10, address(this), address(this));
        assertEq(_state(), before);

        lmp.redeemInKind(MOVED / 10, address(this));
        uint256 units = curve.balanceOf(address(this));
        assertGt(units, 0);
        uint256[] memory paid = curve.remove(units, new uint256[](4), address(this));
        assertGt(paid[0] + paid[1] + paid[2] + paid[3], MOVED / 11);
    }

    function test_aPausedPoolIsNotEntered() public {
        weth.approve(address(lmp), MOVED);
        lmp.deposit(MOVED, address(this));
        (Call[] memory calls, uint256 units) = _idleToCurve(MOVED / 2);
        KillableLike(address(venues.curve.pool)).kill_me();
        _expectRefused(Errors.FailedCall.selector, _legs(address(0), MOVED / 2), _legs(address(curve), units), calls);
    }
}
