// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ILMP} from "../../../src/lmp/ILMP.sol";
import {EndToEndBase} from "./EndToEndBase.sol";

/// @notice An entry below the mark lowers it, an exit does not raise it again: in a loop they would wash a loss away. So nobody
/// enters from the first report that shows one.
contract ChurnTest is EndToEndBase {
    function setUp() public override {
        super.setUp();
        _reports(3, 6 hours);
        _setRate(FELL_TO);
    }

    /// @dev The book still has its old values: who enters pays the mark.
    function test_beforeAReportAChurnWashesNothing() public {
        _churn(10, 400e18);
        lmp.report();
        _expectALoss();
    }

    /// @dev A report that is too early for a checkpoint.
    function test_theFirstReportThatShowsALossClosesEntries() public {
        _setRate(1e18);
        lmp.report();
        uint256 count = ledger.state(address(lmp)).count;
        _setRate(FELL_TO);
        lmp.report();
        assertEq(ledger.state(address(lmp)).count, count, "no checkpoint");
        assertTrue(lmp.isFrozen());
        assertEq(ledger.frozenAt(address(lmp)), 0, "stakers are free");
        assertEq(lmp.maxDeposit(address(this)), 0);
        vm.expectRevert(ILMP.Frozen.selector);
        lmp.deposit(1e18, address(this));
        _expectALoss();
    }

    function test_theFirstCheckpointThatShowsALossClosesEntries() public {
        lmp.report();
        vm.expectRevert(ILMP.Frozen.selector);
        lmp.deposit(400e18, address(this));
        _expectALoss();
    }

    function test_entriesOpenWhenTheLossIsGone() public {
        lmp.report();
        assertTrue(lmp.isFrozen());
        _setRate(1e18);
        _reports(1, 1 hours);
        assertFalse(lmp.isFrozen());
    }

    function _churn(uint256 rounds, uint256 amount) private {
        for (uint256 i; i < rounds; ++i) {
            lmp.redeem(lmp.deposit(amount, address(this)), address(this), address(this));
        }
    }

    function _expectALoss() private view {
        (uint256 loss,, uint256 threshold) = ledger.measure(address(lmp));
        assertGe(loss, threshold);
        assertNotEq(loss, 0);
    }
}
