// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Book, DestinationState, ILMP, Leg} from "../../../src/lmp/ILMP.sol";
import {DestinationMock} from "../../mocks/lmp/DestinationMock.sol";
import {HandlerBase, World} from "./HandlerBase.sol";
import {ValueActions} from "./ValueActions.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice Everything that can happen to a vault, by several actors, over failing, recovering and hostile destinations. Here: rebalances, by
/// a solver that may try to come back in its callback, and what they may lose (LMP-5).
contract LmpHandler is ValueActions {
    uint256 private constant CAPACITY = 0.001e18;
    uint256 private constant REFILL = 0.00005e18;

    /// @dev What rebalances lost by the destinations' own prices, WAD of V, in a bucket that leaks what the specification refills: that it
    /// never holds more than the capacity is the bound over any time.
    uint256 public lossLevel;
    uint256 private lossAt;
    uint256 public closingExits;

    constructor(World memory w) HandlerBase(w) {
        lossAt = block.timestamp;
        names = [
            "deposit",
            "mint",
            "withdraw",
            "redeem",
            "redeemThroughQueue",
            "redeemInKind",
            "exceed",
            "sequence",
            "roundTrip",
            "report",
            "addProfit",
            "donate",
            "movePrice",
            "setAnswer",
            "passTime",
            "sync",
            "close",
            "pause",
            "setCap",
            "arm",
            "invest",
            "divest"
        ];
    }

    /// @dev Units are delivered for their lower price, up to 0.1% more; one time in eight 0.3% less.
    function invest(uint256 which, uint256 assets, uint256 bps) external counted("invest") {
        DestinationMock destination = _destination(which);
        uint256 idle = lmp.book().idle;
        if (idle < ONE / 1e3) return;
        assets = _bound(assets, ONE / 1e3, idle);
        uint256 price = Math.min(destination.safePrice(), destination.spotPrice());
        uint256 units = assets * 1e18 / price * _generosity(bps) / 10_000;
        if (_rebalance(address(0), assets, address(destination), units, bps)) _done("invest");
    }

    function divest(uint256 which, uint256 units, uint256 bps) external counted("divest") {
        DestinationMock destination = _destination(which);
        DestinationState memory d = lmp.destinationState(address(destination));
        if (d.units < 1e15) return;
        units = _bound(units, 1e15, d.units);
        uint256 price = Math.max(destination.safePrice(), destination.spotPrice());
        uint256 worth = units * price / 1e18;
        if (d.closingAt != 0) {
            _leave(address(destination), units, worth, bps);
        } else if (_rebalance(address(destination), units, address(0), worth * _generosity(bps) / 10_000, bps)) {
            _done("divest");
        }
    }

    function _generosity(uint256 draw) private pure returns (uint256) {
        return _bound(draw >> 8, draw % 8 == 0 ? 9970 : 10_000, 10_010);
    }

    /// @dev Out of a closing destination at up to 12% less: its booked value less the ramp must come.
    function _leave(address destination, uint256 units, uint256 worth, uint256 draw) private {
        DestinationState memory d = lmp.destinationState(destination);
        uint256 ramp = 0.002e18 + 0.098e18 * Math.min(block.timestamp - d.closingAt, 72 hours) / 72 hours;
        uint256 assets = worth * _bound(draw >> 8, 8800, 10_000) / 10_000;
        if (!_rebalance(destination, units, address(0), assets, draw)) return;
        _done("divest");
        ++closingExits;
        assertGe(assets * 1e18, d.safe * units / d.units * (1e18 - ramp), "LMP-5: left below the closing bound");
    }

    function _rebalance(address from, uint256 out, address to, uint256 amount, uint256 draw) private returns (bool) {
        if (amount == 0) return false;
        Leg[] memory outs = new Leg[](1);
        Leg[] memory ins = new Leg[](1);
        (outs[0], ins[0]) = (Leg(from, out), Leg(to, amount));
        bool returns_ = draw % 4 == 0;
        SOLVER.setAction(returns_ ? address(attacker) : address(0), abi.encodeCall(attacker.attack, ()));
        bool bounded = from == address(0) || lmp.destinationState(from).closingAt == 0;
        Before memory x = _before();
        bytes32 state = _perShare();
        try SOLVER.run(lmp, outs, ins) {}
        catch (bytes memory reason) {
            _refused("rebalance", reason);
            assertEq(_perShare(), state, "a refusal changed something");
            _wasRefusable(reason, bounded, to);
            return false;
        }
        _read();
        Book memory between = SOLVER.seen();
        if (bounded) _charge(outs[0], ins[0], _gross(between));
        // Valued and settled before the trade, and again after it.
        _afterSettlements(x, between);
        return true;
    }

    function _wasRefusable(bytes memory reason, bool bounded, address to) private view {
        bytes4 why = bytes4(reason);
        if (why == ILMP.DestinationIsClosing.selector) {
            assertGt(lmp.destinationState(to).closingAt, 0, "an open destination is closing");
        } else if (why == ILMP.NotValued.selector) {
            assertTrue(
                DestinationMock(to).answer() != DestinationMock.Answer.Good, "a good destination was not entered"
            );
        } else if (why == ILMP.TooLittle.selector) {
            assertFalse(bounded, "the ramp is for what is closing");
        } else {
            assertEq(why, ILMP.LossExceeded.selector, "a fair move was refused");
            (uint256 cost, uint256 room) = _pair(reason);
            assertGt(cost, room, "LMP-5: refused though there was room");
        }
    }

    /// @dev The two arguments of an error.
    function _pair(bytes memory reason) private pure returns (uint256 a, uint256 b) {
        assembly ("memory-safe") {
            a := mload(add(reason, 36))
            b := mload(add(reason, 68))
        }
    }

    /// @dev Two base units of a move are rounding.
    function _charge(Leg memory out, Leg memory in_, uint256 gross) private {
        uint256 decayed = REFILL * (block.timestamp - lossAt) / 1 days;
        lossLevel = lossLevel > decayed ? lossLevel - decayed : 0;
        lossAt = block.timestamp;
        uint256 left = _worth(out, true);
        uint256 came = _worth(in_, false) + 2;
        if (left > came) lossLevel += (left - came) * 1e18 / gross;
        assertLe(lossLevel, CAPACITY, "LMP-5: more was lost than capacity and refill");
    }

    function _worth(Leg memory leg, bool high) private view returns (uint256) {
        if (leg.destination == address(0)) return leg.units;
        DestinationMock d = DestinationMock(leg.destination);
        // What cannot be valued now is measured at its stored prices.
        if (d.answer() != DestinationMock.Answer.Good) return 0;
        (uint256 safe, uint256 spot) = (leg.units * d.safePrice() / 1e18, leg.units * d.spotPrice() / 1e18);
        return high ? Math.max(safe, spot) : Math.min(safe, spot);
    }
}
