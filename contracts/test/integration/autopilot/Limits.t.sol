// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Cap, ILimits} from "../../../src/autopilot/ILimits.sol";
import {Call} from "../../../src/autopilot/SolverExecutor.sol";
import {Leg} from "../../../src/lmp/ILMP.sol";
import {AutopilotTestBase} from "./AutopilotTestBase.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @notice Limits behind the real gate, on the real venues: 400 WETH, a Curve pool of 8000, LST 0 in both pools.
contract LimitsIntegrationTest is AutopilotTestBase {
    function setUp() public override {
        super.setUp();
        signals.snapshot(address(balancer));
        signals.snapshot(address(curve));
        _live(30);
    }

    function _enterCurve(uint256 amount) private returns (uint256 units) {
        Call[] memory calls;
        (calls, units) = _idleToCurve(amount);
        _execute(_legs(address(0), amount), _legs(address(curve), units), calls);
    }

    function _expectCurveRefused(bytes4 reason, uint256 amount) private {
        (Call[] memory calls, uint256 units) = _idleToCurve(amount);
        _expectRefused(reason, _legs(address(0), amount), _legs(address(curve), units), calls);
    }

    function _cap(bytes32 id, uint96 amount) private {
        limits.lowerCap(address(lmp), id, Cap(1e18, amount));
    }

    /// To the base unit, by the value the vault books; what was there before counts.
    function test_K2_destinationCapBehindTheGate() public {
        uint256 snapshot = vm.snapshotState();
        _enterCurve(20e18);
        _enterCurve(40e18);
        uint256 value = lmp.destinationState(address(curve)).safe;
        vm.revertToState(snapshot);

        bytes32 id = limits.destinationId(address(curve));
        // forge-lint: disable-next-line(unsafe-typecast)
        _cap(id, uint96(value));
        _enterCurve(20e18);
        snapshot = vm.snapshotState();
        _enterCurve(40e18);
        vm.revertToState(snapshot);
        // forge-lint: disable-next-line(unsafe-typecast)
        _cap(id, uint96(value - 1));
        _expectCurveRefused(ILimits.DestinationCapExceeded.selector, 40e18);
    }

    function test_K1_issuerCapBehindTheGate() public {
        _cap(limits.issuerId(address(venues.lst[2])), 39e18);
        _expectCurveRefused(ILimits.IssuerCapExceeded.selector, 40e18);
        _enterCurve(38e18);
    }

    function test_K1_idleFloorBehindTheGate() public {
        limits.raiseIdleFloor(address(lmp), 0.9e18);
        _expectCurveRefused(ILimits.IdleBelowFloor.selector, 41e18);
        _enterCurve(39e18);
    }

    function test_K1_poolShareBehindTheGate() public {
        // 40 of 8040.
        limits.lowerMaxPoolShare(address(lmp), 0.0049e18);
        _expectCurveRefused(ILimits.PoolShareExceeded.selector, 40e18);
        limits.raiseMaxPoolShare(address(lmp), 0.0051e18);
        _enterCurve(40e18);
    }

    /// Liquidity that comes for the proposal is not at the snapshot; liquidity that has gone since is not there now.
    function test_K1_M4_lentLiquidityMakesNoExit() public {
        limits.lowerMaxPoolShare(address(lmp), 0.0049e18);
        uint256[4] memory amounts;
        amounts[0] = 1000e18;
        weth.approve(address(venues.curve.pool), type(uint256).max);
        for (uint256 i; i < 3; ++i) {
            venues.lst[i].mint(address(this), 1000e18);
            venues.lst[i].approve(address(venues.curve.pool), type(uint256).max);
            amounts[i + 1] = 1000e18;
        }
        venues.curve.pool.add_liquidity(amounts, 0);
        assertGt(curve.depth(), 11_000e18);
        _expectCurveRefused(ILimits.PoolShareExceeded.selector, 40e18);

        _live(1);
        _enterCurve(20e18);
        IERC20 lp = IERC20(curve.lpToken());
        lp.approve(address(venues.curve.pool), type(uint256).max);
        venues.curve.pool.remove_liquidity(lp.balanceOf(address(this)) - 2000e18, [uint256(0), 0, 0, 0]);
        assertLt(curve.depth(), 3000e18);
        _expectCurveRefused(ILimits.PoolShareExceeded.selector, 10e18);
    }

    /// Assets, LP tokens and units given to the vault, the pool or the destination open and close nothing.
    function test_B3_donationsMoveNoLimit() public {
        _enterCurve(20e18);
        (uint256 room,,) = limits.headroom(address(lmp), address(0), address(curve));
        limits.lowerMaxPoolShare(address(lmp), 0.005e18);
        (uint256 poolRoom, ILimits.Limit limit,) = limits.headroom(address(lmp), address(0), address(curve));
        assertEq(uint8(limit), uint8(ILimits.Limit.PoolShare));

        IERC20 lp = IERC20(curve.lpToken());
        lp.approve(address(curve), 30e18);
        curve.wrap(30e18, address(lmp));
        lp.transfer(address(curve), 30e18);
        lp.transfer(address(lmp), 30e18);
        weth.transfer(address(lmp), 100e18);
        weth.transfer(address(venues.curve.pool), 10e18);

        (uint256 poolRoomAfter,,) = limits.headroom(address(lmp), address(0), address(curve));
        assertEq(poolRoomAfter, poolRoom);
        limits.raiseMaxPoolShare(address(lmp), 1e18);
        (uint256 roomAfter,,) = limits.headroom(address(lmp), address(0), address(curve));
        assertEq(roomAfter, room);
    }

    /// What the solver is told fits, on real pools: nearly all of it does, and hardly more.
    function test_headroomOfARealPool() public {
        limits.lowerMaxPoolShare(address(lmp), 0.005e18);
        (uint256 room,, address subject) = limits.headroom(address(lmp), address(0), address(curve));
        assertEq(subject, address(curve));
        assertApproxEqRel(room, 40e18, 0.05e18);
        _expectCurveRefused(ILimits.PoolShareExceeded.selector, room * 1005 / 1000);
        _enterCurve(room * 995 / 1000);
    }

    /// LST 0 at its cap: out of the one pool into the other is no more of it.
    function test_K3_fromPoolToPoolOfOneIssuer() public {
        uint256 units = _enterCurve(60e18);
        bytes32 id = limits.issuerId(address(venues.lst[0]));
        // forge-lint: disable-next-line(unsafe-typecast)
        _cap(id, uint96(lmp.destinationState(address(curve)).safe * 10_010 / 10_000));
        _expectCurveRefused(ILimits.IssuerCapExceeded.selector, 5e18);
        _fundGauge(8e18);
        _live(1);
        (uint256 room,,) = limits.headroom(address(lmp), address(curve), address(balancer));
        assertGt(room, 300e18);
        (Call[] memory calls, uint256 inUnits) = _curveToBalancer(units);
        Leg[] memory outs = _legs(address(curve), units);
        _execute(outs, _legs(address(balancer), inUnits), calls);
        assertEq(lmp.destinationState(address(curve)).units, 0);
    }
}
