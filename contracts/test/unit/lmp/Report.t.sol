// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Book, DestinationState, ILMP} from "../../../src/lmp/ILMP.sol";
import {LMP} from "../../../src/lmp/LMP.sol";
import {LmpViews} from "../../../src/lmp/LmpViews.sol";
import {Positions} from "../../../src/lmp/Positions.sol";
import {DestinationMock} from "../../mocks/lmp/DestinationMock.sol";
import {LmpBase} from "./LmpBase.sol";

using LmpViews for LMP;

contract LmpReportTest is LmpBase {
    DestinationMock private a;
    DestinationMock private b;

    function setUp() public {
        _setUp(18, 2000);
        (a, b) = (_addDestination(), _addDestination());
        lmp.report();
        _deposit(alice, 100e18);
        _invest(a, 40e18);
        _invest(b, 40e18);
    }

    function test_goodValuesAreStored() public {
        a.setPrices(1.01e18, 1.005e18, 1.02e18);
        skip(1 hours);
        vm.prank(bob);
        lmp.report();
        DestinationState memory d = lmp.destinationState(address(a));
        assertEq(d.safe, 40.4e18);
        assertEq(d.spot, 40.2e18);
        assertEq(d.backing, 40.8e18);
        assertEq(d.valuedAt, block.timestamp);
        assertEq(d.unsafeAt, 0);
        assertTrue(d.ok);
        Book memory book = lmp.book();
        assertEq(book.sumSafe, 80.4e18);
        assertEq(book.sumMin, 80.2e18);
        assertEq(book.sumMax, 80.4e18);
        assertEq(book.locked, 0.4e18);
        assertEq(book.valuedAt, block.timestamp);
        assertTrue(book.clean);
    }

    /// @dev LMP-6: whatever the failure, it costs the flows for a day, then the entries alone, and never the report.
    function test_H4_aFailingDestinationKeepsItsValuesForADay() public {
        for (uint8 i = 1; i < 8; ++i) {
            uint256 snapshot = vm.snapshotState();
            a.setPrices(2e18, 2e18, 2e18);
            a.setAnswer(DestinationMock.Answer(i));
            skip(1 hours);
            lmp.report();
            DestinationState memory d = lmp.destinationState(address(a));
            assertEq(d.safe, 40e18, "keeps its value");
            assertEq(d.unsafeAt, block.timestamp);
            assertEq(d.valuedAt, block.timestamp - 1 hours);
            assertFalse(d.ok);
            assertFalse(lmp.isFresh());
            assertEq(lmp.book().sumMin, 80e18);
            assertEq(lmp.maxWithdraw(alice), lmp.flowRoom(), "the budget alone leaves at the values it keeps");
            assertEq(lmp.maxDeposit(alice), lmp.flowRoom());
            assertEq(lmp.book().expiry, d.valuedAt + 24 hours);

            skip(23 hours - 1);
            lmp.report();
            assertEq(lmp.book().sumMin, 80e18);
            skip(1);
            lmp.report();
            assertEq(lmp.book().sumMin, 40e18, "after a day its min is 0");
            assertEq(lmp.book().sumSafe, 80e18);
            assertEq(lmp.book().sumMax, 80e18);
            assertGt(lmp.maxWithdraw(alice), lmp.flowRoom(), "exits go on, it counts 0");
            assertEq(lmp.maxDeposit(alice), 0, "nobody enters");

            a.setAnswer(DestinationMock.Answer.Good);
            a.setPrices(1e18, 1e18, 1e18);
            lmp.report();
            assertEq(lmp.book().sumMin, 80e18, "recovered");
            assertTrue(lmp.isFresh());
            vm.revertToState(snapshot);
        }
    }

    /// @dev The destination lost a quarter of its value. Whoever pushes its pool out of the band before the report would be paid
    /// from idle at the value of before.
    function test_C2_nobodyLeavesAtValuesThatAReportCouldNotRenew() public {
        a.setPrices(0.75e18, 0.75e18, 1e18);
        a.setAnswer(DestinationMock.Answer.Unsafe);
        lmp.report();
        assertEq(lmp.destinationState(address(a)).safe, 40e18);
        vm.startPrank(alice);
        vm.expectRevert(ILMP.FlowExceeded.selector);
        lmp.redeem(10e18, alice, alice);
        vm.expectRevert(ILMP.FlowExceeded.selector);
        lmp.withdraw(10e18, alice, alice);
        vm.stopPrank();
        assertLe(lmp.maxWithdraw(alice), lmp.flowRoom(), "0.5% of V may");

        a.setAnswer(DestinationMock.Answer.Good);
        lmp.report();
        vm.prank(alice);
        assertApproxEqRel(lmp.redeem(10e18, alice, alice), 9e18, 0.0001e18, "the leaver bears his part of the loss");
    }

    function test_aDestinationWithoutUnitsDoesNotSoilTheBook() public {
        DestinationMock empty = _addDestination();
        empty.setAnswer(DestinationMock.Answer.Reverts);
        lmp.report();
        assertTrue(lmp.isFresh());
        assertGt(lmp.maxRedeem(alice), 0);
        assertEq(lmp.destinationState(address(empty)).unsafeAt, block.timestamp);
    }

    function test_theGreatestValueIsOneAndNothingAboveIt() public {
        DestinationMock large = _addDestination();
        _invest(large, 1e18);
        uint256 greatest = Positions.MAX_VALUE;
        large.setPrices(greatest, greatest, greatest);
        lmp.report();
        assertTrue(lmp.destinationState(address(large)).ok);
        assertEq(lmp.destinationState(address(large)).safe, greatest);
        large.setPrices(greatest + 1, greatest, greatest);
        lmp.report();
        assertFalse(lmp.destinationState(address(large)).ok);
        large.setPrices(greatest, greatest + 1, greatest);
        lmp.report();
        assertFalse(lmp.destinationState(address(large)).ok);
        large.setPrices(greatest, greatest, greatest + 1);
        lmp.report();
        assertFalse(lmp.destinationState(address(large)).ok);
    }

    /// @dev With any amount of gas: it reverts and marks nothing, or every destination was really asked.
    function testFuzz_D9_littleGasMarksNothing(uint256 limit) public {
        limit = bound(limit, 30_000, 3_000_000);
        skip(1 hours);
        Book memory before = lmp.book();
        (bool success, bytes memory reason) = address(lmp).call{gas: limit}(abi.encodeCall(lmp.report, ()));
        if (success) {
            assertTrue(lmp.book().clean, "little gas made a destination fail");
            assertEq(lmp.destinationState(address(a)).unsafeAt, 0);
        } else {
            if (reason.length != 0) assertEq(bytes4(reason), ILMP.NotEnoughGas.selector);
            assertEq(keccak256(abi.encode(lmp.book())), keccak256(abi.encode(before)));
        }
    }

    function test_D9_notEnoughGas() public {
        vm.expectRevert(ILMP.NotEnoughGas.selector);
        lmp.report{gas: 500_000}();
        // A destination that burns its stipend takes nothing from the next one.
        a.setAnswer(DestinationMock.Answer.Endless);
        lmp.report{gas: 2_000_000}();
        assertFalse(lmp.destinationState(address(a)).ok);
        assertTrue(lmp.destinationState(address(b)).ok);
    }

    function testFuzz_B3_donationsChangeNoPrice(uint256 amount) public {
        amount = bound(amount, 1, 1e27);
        uint256 assets = lmp.totalAssets();
        uint256 entry = lmp.entryAssets();
        uint256 exit = lmp.exitAssets();
        asset.mint(address(lmp), amount);
        asset.mint(address(a), amount);
        a.mint(address(lmp), amount);
        lmp.report();
        assertEq(lmp.totalAssets(), assets);
        assertEq(lmp.entryAssets(), entry);
        assertEq(lmp.exitAssets(), exit);
    }
}
