// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {CycleMath} from "../../../src/reactors/CycleMath.sol";
import {Guardrails} from "../../../src/reactors/Guardrails.sol";
import {MoveMath} from "../../../src/reactors/MoveMath.sol";
import {Test} from "forge-std/Test.sol";

/// @dev The pure parts, beyond what the vectors show.
contract ReactorMathTest is Test {
    uint256 private constant WAD = 1e18;

    function testFuzz_nextEnd(uint256 end, uint256 late, uint256 length) public pure {
        length = bound(length, 1 hours, 365 days);
        end = bound(end, 1, 1e10);
        uint256 completion = end + bound(late, 0, 1e10);
        uint256 next = CycleMath.nextEnd(end, completion, length);
        assertEq((next - end) % length, 0);
        assertGt(next, completion + length / 2);
        assertLe(next - length, completion + length / 2, "the first one");
    }

    function test_relativePriceRespectsDecimals() public pure {
        assertEq(CycleMath.relativePrice(0.005e18, 18, 1e18, 18), 0.005e18);
        assertEq(CycleMath.relativePrice(0.002e18, 6, 1e18, 18), 0.002e30);
        assertEq(CycleMath.relativePrice(2e18, 18, 0.5e18, 6), 4e6);
        assertEq(CycleMath.relativePrice(0, 18, 1e18, 18), 0);
        assertEq(CycleMath.relativePrice(1e18, 18, 0, 18), 0);
        assertEq(CycleMath.relativePrice(1e10, 18, 1e18, 6), 0, "too few digits");
        assertEq(CycleMath.relativePrice(uint256(type(uint96).max) + 1, 18, 1e18, 18), 0, "too large");
    }

    function testFuzz_relativePriceNeverReverts(uint256 a, uint8 da, uint256 b, uint8 db) public pure {
        CycleMath.relativePrice(a, da % 25, b, db % 25);
    }

    function testFuzz_coverageRoundsDown(uint256 assets, uint256 supply) public pure {
        supply = bound(supply, 1, 1e30);
        assets = bound(assets, 0, 1e30);
        uint256 q = CycleMath.coverage(assets, supply);
        assertLe(q, WAD);
        assertLe(q * supply, (assets < supply ? assets : supply) * WAD, "never more than there is");
        assertEq(CycleMath.coverage(0, 0), WAD);
    }

    /// @dev Targets keep the caps when everything is carried out, and no increase needs a decrease.
    function testFuzz_targetsKeepTheGuardrails(
        uint256[3] memory held,
        uint256[3] memory want,
        uint256[3] memory multiple,
        Guardrails.Books memory b
    ) public pure {
        // Nothing stuck, nothing stale: those are vectors of the cycle.
        Guardrails.Wants memory w;
        b.dep = 0;
        b.floor = 0;
        for (uint256 i; i < 3; ++i) {
            held[i] = bound(held[i], 0, 1e27);
            want[i] = bound(want[i], 0, 1e27);
            multiple[i] = bound(multiple[i], 0.01e18, 100e18);
            b.dep += held[i];
            b.floor += Guardrails.reserveFor(held[i], multiple[i]);
            uint256 growth = want[i] > held[i] ? want[i] - held[i] : 0;
            w.want += want[i];
            w.wantFloor += Guardrails.reserveFor(want[i], multiple[i]);
            w.growth += growth;
            w.growthFloor += Guardrails.reserveFor(growth, multiple[i]);
        }
        b.reserve = bound(b.reserve, -1e27, 3e27);
        b.idle = bound(b.idle, 0, 3e27);
        b.need = bound(b.need, 0, 3e27);
        b.supply = bound(b.supply, 0, 3e27);
        b.maxLpShare = bound(b.maxLpShare, 0, WAD);
        Sums memory s = _sums(held, want, multiple, b, w);
        (uint256 floorCap, uint256 depCap) = Guardrails.caps(b);
        assertLe(s.dep, depCap, "(1) M and cohorts");
        assertLe(s.floor, floorCap + 3, "(1) V");
        if (s.spent == 0) return;
        assertLe(s.spent * 101 / 100, b.idle - b.need, "increases fit into idle");
        assertLe(s.worstFloor, floorCap + 3, "without any decrease");
        assertLe(b.dep + s.spent, depCap, "without any decrease");
    }

    struct Sums {
        uint256 dep;
        uint256 floor;
        uint256 spent;
        uint256 worstFloor;
    }

    function _sums(
        uint256[3] memory held,
        uint256[3] memory want,
        uint256[3] memory multiple,
        Guardrails.Books memory b,
        Guardrails.Wants memory w
    ) private pure returns (Sums memory s) {
        (uint256 scale, uint256 grow) = Guardrails.factors(b, w, 0.01e18);
        for (uint256 i; i < 3; ++i) {
            uint256 target = Guardrails.target(want[i], held[i], scale, grow);
            assertLe(target, want[i]);
            s.dep += target;
            s.floor += Guardrails.reserveFor(target, multiple[i]);
            uint256 most = target > held[i] ? target : held[i];
            s.spent += most - held[i];
            s.worstFloor += Guardrails.reserveFor(most, multiple[i]);
        }
    }

    /// @dev The position ends within both targets, less V times what the move loses.
    function testFuzz_changeKeepsWithinTargets(
        uint256 units,
        uint256 multiple,
        MoveMath.Side memory token,
        MoveMath.Side memory pair,
        uint256 skew
    ) public pure {
        units = bound(units, 0, 1e26);
        multiple = bound(multiple, 0.01e18, 10e18);
        skew = bound(skew, 0.995e18, 1.005e18);
        _bind(token, units, skew);
        _bind(pair, units, WAD * WAD / skew);
        int256 change = MoveMath.change(units, multiple, token, pair);
        assertGe(int256(units) + change, 0);
        uint256 after_ = uint256(int256(units) + change);
        if (change == 0) return;
        if (after_ == 0) return;
        _within(units, after_, multiple, token);
        _within(units, after_, multiple, pair);
    }

    function _bind(MoveMath.Side memory side, uint256 units, uint256 skew) private pure {
        side.atOracle = bound(side.atOracle, 1e6, 1e30);
        side.atSpot = side.atOracle * skew / WAD;
        side.marked = units * side.atOracle / WAD * bound(side.marked, 0.9e18, 1.1e18) / WAD;
        side.target = bound(side.target, 0, 1e38);
    }

    function _within(uint256 units, uint256 after_, uint256 multiple, MoveMath.Side memory side) private pure {
        uint256 dep = after_ * side.atOracle / WAD;
        uint256 held = units * side.atOracle / WAD;
        uint256 lost = side.marked > held ? side.marked - held : 0;
        if (after_ > units && side.atSpot > side.atOracle) {
            lost += (after_ - units) * (side.atSpot - side.atOracle) / WAD;
        }
        if (after_ < units && side.atSpot < side.atOracle) {
            lost += (units - after_) * (side.atOracle - side.atSpot) / WAD;
        }
        uint256 weight = multiple > WAD ? multiple : WAD;
        assertLe(dep + lost * weight / WAD, side.target + 1, "dep + V * loss <= target");
    }
}
