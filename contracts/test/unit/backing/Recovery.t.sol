// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IBackingPool} from "../../../src/backing/IBackingPool.sol";
import {IRecovery} from "../../../src/backing/IRecovery.sol";
import {Recovery} from "../../../src/backing/Recovery.sol";
import {Roles} from "../../../src/governance/Roles.sol";
import {ILossLedger} from "../../../src/loss/ILossLedger.sol";
import {TOKE} from "../../../src/token/TOKE.sol";
import {LossLedgerMock} from "../../mocks/oracle/LossLedgerMock.sol";
import {PoolMock} from "../../mocks/oracle/PoolMock.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Test} from "forge-std/Test.sol";

contract RecoveryTest is Test {
    uint256 private constant AMOUNT = 300_000e18;
    uint256 private constant COVERAGE = 30e18;
    uint256 private constant MARK = 1.01e18;
    uint256 private constant SINCE = 10;

    AccessManager private access;
    TOKE private toke;
    LossLedgerMock private ledger;
    PoolMock private pool;
    Recovery private recovery;
    address private immutable lmp = makeAddr("lmp");
    address private immutable stranger = makeAddr("stranger");

    function setUp() public {
        vm.warp(1_700_000_000);
        access = new AccessManager(address(this));
        toke = new TOKE(address(this));
        ledger = new LossLedgerMock();
        pool = new PoolMock(address(toke), lmp, address(ledger), IBackingPool.Mode.Slashing);
        recovery = new Recovery(address(access), ILossLedger(address(ledger)), address(toke));
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = IRecovery.open.selector;
        access.setTargetFunctionRole(address(recovery), selectors, Roles.LOSS);
        access.grantRole(Roles.LOSS, address(this), 0);
    }

    function _open(uint256 caseId, uint256 amount, uint256 mark) private returns (uint256) {
        toke.transfer(address(recovery), amount);
        return recovery.open(lmp, address(pool), caseId, amount, COVERAGE, mark, SINCE);
    }

    function test_constructor() public {
        vm.expectRevert(IRecovery.ZeroAddress.selector);
        new Recovery(address(0), ILossLedger(address(ledger)), address(toke));
        vm.expectRevert(IRecovery.ZeroAddress.selector);
        new Recovery(address(access), ILossLedger(address(0)), address(toke));
        vm.expectRevert(IRecovery.ZeroAddress.selector);
        new Recovery(address(access), ILossLedger(address(ledger)), address(0));
        assertEq(recovery.ledger(), address(ledger));
        assertEq(recovery.toke(), address(toke));
    }

    /* OPEN */

    function test_open() public {
        toke.transfer(address(recovery), AMOUNT);
        uint256 start = block.timestamp;
        vm.expectEmit(address(recovery));
        emit IRecovery.RecoveryOpened(0, lmp, address(pool), 5, AMOUNT, start, start + 180 days, COVERAGE, MARK, SINCE);
        assertEq(recovery.open(lmp, address(pool), 5, AMOUNT, COVERAGE, MARK, SINCE), 0);
        IRecovery.Entry memory entry = recovery.entry(0);
        assertEq(entry.lmp, lmp);
        assertEq(entry.pool, address(pool));
        assertEq(entry.caseId, 5);
        assertEq(entry.toke, AMOUNT);
        assertEq(entry.start, start);
        assertEq(entry.end, start + 180 days);
        assertEq(entry.coverage, COVERAGE);
        assertEq(entry.mark, MARK);
        assertEq(entry.since, SINCE);
        assertFalse(entry.ended);
        assertEq(recovery.count(), 1);
        assertEq(recovery.held(), AMOUNT);
    }

    function testFuzz_everyValueThatFitsIsKept(uint256 amount, uint256 coverage, uint256 mark, uint256 since) public {
        amount = bound(amount, 1, toke.SUPPLY());
        coverage = bound(coverage, 1, type(uint96).max);
        mark = bound(mark, 0, type(uint80).max);
        since = bound(since, 0, type(uint24).max);
        toke.transfer(address(recovery), amount);
        uint256 id = recovery.open(lmp, address(pool), type(uint16).max, amount, coverage, mark, since);
        IRecovery.Entry memory entry = recovery.entry(id);
        assertEq(entry.caseId, type(uint16).max);
        assertEq(entry.toke, amount);
        assertEq(entry.coverage, coverage);
        assertEq(entry.mark, mark);
        assertEq(entry.since, since);
    }

    function test_whatDoesNotFitIsRefused() public {
        toke.transfer(address(recovery), 1);
        vm.expectPartialRevert(SafeCast.SafeCastOverflowedUintDowncast.selector);
        recovery.open(lmp, address(pool), 0, 1, uint256(type(uint96).max) + 1, MARK, SINCE);
        vm.expectPartialRevert(SafeCast.SafeCastOverflowedUintDowncast.selector);
        recovery.open(lmp, address(pool), 0, 1, 1, uint256(type(uint80).max) + 1, SINCE);
    }

    function test_openRefusesNonsense() public {
        toke.transfer(address(recovery), AMOUNT);
        vm.expectRevert(IRecovery.ZeroAddress.selector);
        recovery.open(address(0), address(pool), 0, AMOUNT, COVERAGE, MARK, SINCE);
        vm.expectRevert(IRecovery.ZeroAddress.selector);
        recovery.open(lmp, address(0), 0, AMOUNT, COVERAGE, MARK, SINCE);
        vm.expectRevert(IRecovery.ZeroAmount.selector);
        recovery.open(lmp, address(pool), 0, 0, COVERAGE, MARK, SINCE);
        vm.expectRevert(IRecovery.ZeroAmount.selector);
        recovery.open(lmp, address(pool), 0, AMOUNT, 0, MARK, SINCE);
        assertEq(recovery.count(), 0);
    }

    function test_tokeMustHaveArrived() public {
        _open(0, AMOUNT, MARK);
        vm.expectRevert(abi.encodeWithSelector(IRecovery.NotReceived.selector, 1));
        recovery.open(lmp, address(pool), 1, 1, COVERAGE, MARK, SINCE);
        toke.transfer(address(recovery), AMOUNT - 1);
        vm.expectRevert(abi.encodeWithSelector(IRecovery.NotReceived.selector, AMOUNT));
        recovery.open(lmp, address(pool), 1, AMOUNT, COVERAGE, MARK, SINCE);
        assertEq(recovery.count(), 1);
        assertEq(recovery.held(), AMOUNT);
    }

    function test_onlyTheOracleOpens() public {
        toke.transfer(address(recovery), AMOUNT);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger));
        recovery.open(lmp, address(pool), 0, AMOUNT, COVERAGE, MARK, SINCE);
    }

    /* VESTING */

    function test_vests() public {
        uint256 id = _open(0, AMOUNT, MARK);
        assertEq(recovery.vested(id), 0);
        skip(45 days);
        assertEq(recovery.vested(id), AMOUNT / 4);
        skip(135 days - 1);
        assertLt(recovery.vested(id), AMOUNT);
        skip(1);
        assertEq(recovery.vested(id), AMOUNT);
        skip(1000 days);
        assertEq(recovery.vested(id), AMOUNT);
    }

    /* END */

    function test_end() public {
        uint256 id = _open(5, AMOUNT, MARK);
        ledger.setRecovered(MARK, SINCE);
        vm.expectEmit(address(recovery));
        emit IRecovery.RecoveryEnded(id, AMOUNT, COVERAGE);
        vm.prank(stranger);
        recovery.end(id);
        assertTrue(recovery.entry(id).ended);
        assertEq(pool.returned(5), AMOUNT);
        assertEq(toke.balanceOf(address(pool)), AMOUNT);
        assertEq(toke.balanceOf(address(recovery)), 0);
        assertEq(toke.allowance(address(recovery), address(pool)), 0);
        assertEq(recovery.held(), 0);
        assertEq(ledger.reduced(), COVERAGE);
        assertEq(ledger.proceeds(), 0, "nothing was sold");
        vm.expectRevert(abi.encodeWithSelector(IRecovery.AlreadyEnded.selector, id));
        recovery.end(id);
    }

    /// @dev Also when all has vested: without a sale the recovery goes on.
    function test_endsOnlyWhenRecovered() public {
        uint256 id = _open(5, AMOUNT, MARK);
        bytes memory refused = abi.encodeWithSelector(IRecovery.NotRecovered.selector, id);
        vm.expectRevert(refused);
        recovery.end(id);
        ledger.setRecovered(MARK - 1, SINCE);
        skip(200 days);
        vm.expectRevert(refused);
        recovery.end(id);
        ledger.setRecovered(MARK, SINCE - 1);
        vm.expectRevert(refused);
        recovery.end(id);
        assertEq(recovery.held(), AMOUNT);
        assertEq(ledger.reduced(), 0);
    }

    function test_recoveriesEndEachByItsOwnMark() public {
        uint256 high = _open(0, AMOUNT, MARK);
        uint256 low = _open(1, 7, MARK - 0.1e18);
        ledger.setRecovered(MARK - 0.05e18, SINCE);
        recovery.end(low);
        vm.expectRevert(abi.encodeWithSelector(IRecovery.NotRecovered.selector, high));
        recovery.end(high);
        assertEq(pool.returned(1), 7);
        assertEq(recovery.held(), AMOUNT);
        ledger.setRecovered(MARK, SINCE);
        recovery.end(high);
        assertEq(pool.returned(0), AMOUNT);
        assertEq(ledger.reduced(), 2 * COVERAGE);
    }

    /// @dev Given away to nobody in particular, it neither pays for an entry nor leaves with one.
    function test_M1_donationStays() public {
        uint256 id = _open(0, AMOUNT, MARK);
        toke.transfer(address(recovery), 1e18);
        ledger.setRecovered(MARK, SINCE);
        recovery.end(id);
        assertEq(toke.balanceOf(address(recovery)), 1e18);
        assertEq(recovery.held(), 0);
    }

    function test_unknownRecovery() public {
        bytes memory unknown = abi.encodeWithSelector(IRecovery.UnknownRecovery.selector, 0);
        vm.expectRevert(unknown);
        recovery.end(0);
        vm.expectRevert(unknown);
        recovery.entry(0);
        vm.expectRevert(unknown);
        recovery.vested(0);
    }
}
