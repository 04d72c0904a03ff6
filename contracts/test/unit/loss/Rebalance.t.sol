// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IDestination} from "../../../src/destinations/IDestination.sol";
import {Leg} from "../../../src/lmp/ILMP.sol";
import {ILossLedger} from "../../../src/loss/ILossLedger.sol";
import {LossMath} from "../../../src/loss/LossMath.sol";
import {LossDestinationMock} from "../../mocks/loss/LossDestinationMock.sol";
import {LossVaultMock} from "../../mocks/loss/LossVaultMock.sol";
import {LossBase} from "./LossBase.sol";

/// @notice What rebalances do to the mark: their costs are no loss, but those of leaving a closing destination beyond 5%.
contract LossRebalanceTest is LossBase {
    LossDestinationMock private other;
    address private immutable lst2 = makeAddr("lst2");

    function setUp() public override {
        super.setUp();
        registry.set(lst2, WAD, WAD);
        other = _destination(lst2);
        vault.setUnits(address(other), 0);
        _confirmMark();
    }

    /* MARK */

    function test_aCostLowersTheMark() public {
        vm.expectEmit(address(ledger));
        emit ILossLedger.MarkLowered(address(vault), 0.99e18);
        _sell(100e18, 90e18, false);
        assertEq(vault.lossMark(), 0.99e18);
        assertEq(_loss(), 0);
    }

    function test_aGainMovesNothing() public {
        uint256 syncs = vault.syncs();
        _sell(100e18, 101e18, false);
        _sell(1e18, 1e18, false);
        assertEq(vault.lossMark(), WAD);
        assertEq(vault.syncs(), syncs);
    }

    /// @dev high 1.03, mark 1: the first 30 of costs are not yet below the mark.
    function test_aCostAboveTheMarkMovesNothing() public {
        registry.set(lst, 1.05e18, 1.05e18);
        _sell(100e18, 85e18, false);
        assertEq(vault.lossMark(), WAD);
        _sell(100e18, 85e18, false);
        assertEq(vault.lossMark(), 0.99e18);
    }

    function test_aLossBeforeStaysAsItIs() public {
        registry.set(lst, 0.95e18, 0.95e18);
        assertEq(_loss(), 30e18);
        _sell(100e18, 90e18, false);
        assertEq(_loss(), 30e18);
        assertEq(vault.lossMark(), 0.995e18);
    }

    /// @dev The lock is no value yet: what a trade costs eats it first.
    function test_theLockIsLeftOut() public {
        vault.set(410e18, 10e18, SUPPLY);
        vault.move(_leg(address(destination), 100e18), _leg(address(0), 90e18), false, 0, 0);
        assertEq(vault.lossMark(), WAD);
        vault.move(_leg(address(destination), 100e18), _leg(address(0), 101e18), false, 1e18, 0);
        assertEq(vault.lossMark(), WAD);
    }

    /// @dev Fee shares in the middle: the vault has lowered the mark for them; the cost comes on top.
    function test_feeSharesInTheMiddle() public {
        registry.set(lst, 0.95e18, 0.95e18);
        vault.move(_leg(address(destination), 100e18), _leg(address(0), 90e18), false, 0, 5e18);
        assertApproxEqAbs(_loss(), 30e18, 2000);
        assertLe(_loss(), 30e18);
    }

    function test_betweenDestinations() public {
        Leg[] memory ins = new Leg[](2);
        (ins[0], ins[1]) = (Leg(address(other), 60e18), Leg(address(0), 30e18));
        vault.move(_leg(address(destination), 100e18), ins, false, 0, 0);
        assertEq(vault.lossMark(), 0.99e18);
    }

    /// @dev A destination on both sides, and twice on one, is one.
    function test_aDestinationOnBothSides() public {
        Leg[] memory outs = new Leg[](2);
        (outs[0], outs[1]) = (Leg(address(destination), 50e18), Leg(address(destination), 50e18));
        vault.move(outs, _leg(address(destination), 90e18), false, 0, 0);
        assertEq(vault.lossMark(), 0.99e18);
    }

    function test_aFrozenVaultStaysFrozen() public {
        registry.set(lst, 0.95e18, 0.95e18);
        _reports(2, 6 hours);
        _sell(100e18, 90e18, false);
        assertTrue(vault.isFrozen());
        assertEq(_loss(), 30e18);
    }

    /// @dev Without a record of its own a day counts as one without a discount. A solver who makes the first one in the middle of a
    /// trade would let the loss of the whole destination pass for a cost of that trade.
    function test_aDiscountRecordedInTheMiddleHidesNoLoss() public {
        for (uint256 i; i < 14; ++i) {
            registry.set(lst, WAD, 0.88e18);
            _next(1 days);
        }
        assertEq(_loss(), 42e18);
        skip(1 days);
        vault.setAction(address(prices), abi.encodeCall(prices.record, (lst)));
        _sell(1e18, 1e18, false);
        // Of the unit that was sold nothing is counted.
        assertApproxEqAbs(_loss(), 41.93e18, 1e12);
    }

    /// @dev Who may make an issuer or a venue show its loss does so in the middle of a trade of next to nothing.
    function test_aLossThatShowsInTheMiddleIsNoCost() public {
        vault.setAction(address(registry), abi.encodeCall(registry.set, (lst, 0.95e18, 0.95e18)));
        _sell(1e18, 1e18, false);
        assertApproxEqAbs(_loss(), 29.95e18, 1e12);

        vault.setAction(address(destination), abi.encodeCall(destination.setPerUnit, (0.9e18)));
        _buy(1e18, 1e18);
        // 599 of the LST at 0.95 fell by a tenth.
        assertApproxEqAbs(_loss(), 29.95e18 + 56.905e18, 1e13);
    }

    /* CLOSING */

    function test_leavingAClosingDestinationCountsBeyond5Percent() public {
        _sell(100e18, 93e18, true);
        assertEq(_loss(), 2e18);
        _sell(100e18, 95e18, true);
        assertEq(_loss(), 2e18, "5% are no loss");
        _sell(100e18, 100e18, true);
        assertEq(_loss(), 2e18);
        _sell(100e18, 0, true);
        assertEq(_loss(), 97e18, "all but the 5%");
    }

    /// @dev What comes in counts at high, what goes out at issuer rates: a lower high of what leaves is no less loss.
    function test_closingIsMeasuredAtIssuerRates() public {
        for (uint256 i; i < 14; ++i) {
            skip(1 days);
            registry.set(lst, WAD, 0.88e18);
            prices.record(lst);
        }
        // High of the LST is now 0.93: 7% are counted already.
        assertEq(_loss(), 42e18);
        vault.move(_leg(address(destination), 100e18), _leg(address(other), 90e18), true, 0, 0);
        // c = 5 on a cost of 3: the mark does not rise, but 3 more are counted, which the sale made.
        assertEq(_loss(), 45e18);
        assertEq(vault.lossMark(), WAD);
    }

    /* VALUATION */

    function test_untouchedDestinationsAreValuedOnlyWhenTheTouchedFell() public {
        vault.setUnits(address(other), 100e18);
        vm.expectCall(address(other), abi.encodeWithSelector(IDestination.valuesAt.selector), 0);
        _sell(100e18, 100e18, false);
    }

    function test_andThenOnce() public {
        vault.setUnits(address(other), 100e18);
        vm.expectCall(address(other), abi.encodeWithSelector(IDestination.valuesAt.selector), 1);
        vm.expectCall(address(destination), abi.encodeWithSelector(IDestination.valuesAt.selector), 2);
        _sell(100e18, 90e18, false);
        // high before 1.1.
        assertEq(vault.lossMark(), WAD);
    }

    function test_aTouchedDestinationMustBeValued() public {
        bytes memory notValued = abi.encodeWithSelector(ILossLedger.NotValued.selector, address(destination));
        destination.setAnswers(LossDestinationMock.Answer.Good, LossDestinationMock.Answer.Reverts);
        vm.expectRevert(notValued);
        this.sell(100e18, 100e18);
        vm.expectRevert(notValued);
        this.buy(100e18, 100e18);
        destination.setAnswers(LossDestinationMock.Answer.Endless, LossDestinationMock.Answer.Good);
        vm.expectRevert(notValued);
        this.sell(100e18, 100e18);
        destination.setAnswers(LossDestinationMock.Answer.Good, LossDestinationMock.Answer.Good);
        // Only afterwards.
        bytes memory breaks = abi.encodeCall(
            destination.setAnswers, (LossDestinationMock.Answer.Good, LossDestinationMock.Answer.Reverts)
        );
        vault.setAction(address(destination), breaks);
        vm.expectRevert(notValued);
        this.sell(100e18, 100e18);
    }

    /// @dev Against counting a loss: the mark falls by all the trade cost, as if nothing had been above it.
    function test_anUntouchedOneThatCannotBeValuedStopsNoTrade() public {
        vault.setUnits(address(other), 100e18);
        other.setAnswers(LossDestinationMock.Answer.Good, LossDestinationMock.Answer.Endless);
        _sell(100e18, 90e18, false);
        assertApproxEqAbs(vault.lossMark(), 0.99e18, 2);
        _sell(100e18, 90e18, true);
        assertApproxEqAbs(vault.lossMark(), 0.985e18, 4);
    }

    /// @dev A solver may rebalance one vault from inside the rebalance of another.
    function test_nestedRebalancesOfTwoVaults() public {
        LossVaultMock inner = new LossVaultMock(ledger);
        inner.set(0, 0, 100e18);
        inner.setUnits(address(destination), 100e18);
        inner.setLossMark(WAD);
        bytes memory innerMove =
            abi.encodeCall(inner.move, (_leg(address(destination), 50e18), _leg(address(0), 40e18), false, 0, 0));
        vault.setAction(address(inner), innerMove);
        _sell(100e18, 90e18, false);
        assertEq(vault.lossMark(), 0.99e18);
        assertEq(inner.lossMark(), 0.9e18);
    }

    function test_anEmptyVaultCanRebalance() public {
        vault.set(400e18, 0, 0);
        _sell(100e18, 90e18, false);
    }

    /* PROPERTIES */

    struct World {
        uint256 rate;
        uint256 rate2;
        uint256 market;
        uint256 lasting;
        uint256 mark;
        uint256 locked;
        uint256 idle;
        uint256 units2;
        uint256 out;
        uint256 paid;
        uint256 feeShares;
        bool closing;
        bool toOther;
    }

    /// @dev Whatever is traded at whatever prices: no loss beyond the one before and what a closing destination costs, the mark
    /// never rises, and it is exactly what the definition says.
    function testFuzz_aRebalanceNeverCreatesALoss(World memory w) public {
        _build(w);
        uint256 lossBefore = _loss();
        uint256 highBefore = _high();
        uint256 mark = vault.lossMark();
        uint256 valueOut = w.out * w.rate / WAD;

        Leg[] memory outs = _leg(address(destination), w.out);
        vault.move(outs, _leg(w.toOther ? address(other) : address(0), w.paid), w.closing, w.locked / 2, w.feeShares);

        uint256 came = w.toOther ? w.paid * w.rate2 / WAD + 1 : w.paid;
        uint256 counted = w.closing && valueOut * 19 / 20 > came ? valueOut * 19 / 20 - came : 0;
        assertLe(vault.lossMark(), mark, "the mark");
        uint256 supply = vault.totalSupply();
        uint256 diluted = mark * SUPPLY / supply;
        uint256 expected = _high() + (lossBefore + counted) * WAD / supply;
        if (expected > diluted) expected = diluted;
        if (vault.lossMark() != diluted) {
            assertApproxEqAbs(vault.lossMark(), expected, 50, "exact");
            assertLe(_loss(), lossBefore + counted + 1, "no loss");
        } else {
            // Where the touched part did not fall the mark stays, and need not fall; high is rounded anew, by a wei per share.
            assertGe(expected + 50, diluted, "not lowered");
            assertLe(_loss(), lossBefore + counted + supply / WAD + 2, "no loss");
        }
        if (lossBefore == 0) assertGe(highBefore + 1, mark, "consistent");
    }

    /// @dev Without the untouched part the mark falls at least as far as with it.
    function testFuzz_floorIsNeverAboveCeiling(LossMath.Rebalance memory r, uint256 untouched) public pure {
        r.highBefore = bound(r.highBefore, 0, 1e30);
        r.highAfter = bound(r.highAfter, 0, r.highBefore);
        r.markBefore = bound(r.markBefore, 0, 1e24);
        r.supplyBefore = bound(r.supplyBefore, 1, 1e30);
        r.supplyAfter = bound(r.supplyAfter, r.supplyBefore, 2 * r.supplyBefore);
        r.counted = bound(r.counted, 0, 1e30);
        assertLe(LossMath.floorDown(r), LossMath.ceilingDown(r, bound(untouched, 0, 1e30)));
    }

    function _build(World memory w) private {
        w.rate = bound(w.rate, 0.5e18, 1.5e18);
        w.rate2 = bound(w.rate2, 0.5e18, 1.5e18);
        w.lasting = bound(w.lasting, 0, 0.3e18);
        for (uint256 i; i < 14; ++i) {
            skip(1 days);
            registry.set(lst, WAD, WAD - w.lasting);
            prices.record(lst);
        }
        registry.set(lst, w.rate, bound(w.market, 0, 2e18));
        registry.set(lst2, w.rate2, w.rate2);
        w.mark = bound(w.mark, 0.3e18, 2e18);
        w.locked = bound(w.locked, 0, 50e18);
        w.idle = bound(w.idle, 0, 1000e18);
        w.units2 = bound(w.units2, 0, 500e18);
        w.out = bound(w.out, 1, 600e18);
        w.paid = bound(w.paid, 1, 1000e18);
        w.feeShares = w.feeShares % 2 == 0 ? 0 : bound(w.feeShares, 0, 20e18);
        vault.set(w.idle, w.locked, SUPPLY);
        vault.setUnits(address(other), w.units2);
        vault.setLossMark(w.mark);
    }

    function _high() private view returns (uint256 high) {
        (, high,) = ledger.measure(address(vault));
    }

    function sell(uint256 units, uint256 assets) external {
        _sell(units, assets, false);
    }

    function buy(uint256 assets, uint256 units) external {
        _buy(assets, units);
    }
}
