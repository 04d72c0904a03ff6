// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Book, ILMP} from "../../../src/lmp/ILMP.sol";
import {ILmpConfigurator} from "../../../src/lmp/ILmpConfigurator.sol";
import {LMP} from "../../../src/lmp/LMP.sol";
import {LmpViews} from "../../../src/lmp/LmpViews.sol";
import {ILossLedger} from "../../../src/loss/ILossLedger.sol";
import {DestinationMock} from "../../mocks/lmp/DestinationMock.sol";
import {GateMock} from "../../mocks/lmp/GateMock.sol";
import {LossLedgerMock} from "../../mocks/lmp/LossLedgerMock.sol";
import {LmpBase} from "./LmpBase.sol";
import {Vm} from "forge-std/Vm.sol";

using LmpViews for LMP;

/// @notice What the vault does for the loss ledger, and what it lets the ledger do.
contract LmpLossTest is LmpBase {
    DestinationMock private a;

    function setUp() public {
        _setUp(18, 2000);
        a = _addDestination();
        lmp.report();
        _deposit(alice, 100e18 - seed);
        _invest(a, 40e18);
    }

    function _say(uint256 mark, bool frozen, uint256 cover, int256 delta) private {
        ledger.say(lmp, LossLedgerMock.Sync(mark, frozen, cover, delta));
    }

    /* CHECKPOINT */

    function test_everyReportEndsWithACheckpointOfTheStoredBook() public {
        uint256 before = ledger.checkpoints();
        a.setPrices(1.01e18, 1.01e18, 1.01e18);
        skip(1 hours);
        lmp.report();
        assertEq(ledger.checkpoints(), before + 1);
        assertEq(abi.encode(ledger.seen(2)), abi.encode(lmp.book()), "the ledger saw another book");

        configurator.setFee(lmp, 1000, sink);
        configurator.setManagementFee(lmp, 0, sink);
        configurator.setLossLedger(lmp, address(new LossLedgerMock()));
        assertEq(ledger.checkpoints(), before + 4, "a change of fees or ledger reports first");
        lmp.report();
        assertEq(ledger.checkpoints(), before + 4, "the old ledger is still called");
    }

    function test_theLedgerAnswersFromWithinTheReport() public {
        uint256 mark = lmp.book().mark;
        ledger.sayAtCheckpoint(LossLedgerMock.Sync(1.02e18, true, 3e18, -1e18));
        vm.expectEmit(address(lmp));
        emit ILMP.LossSynced(1.02e18, true, 3e18, -1e18, mark - 1e18);
        lmp.report();
        assertEq(lmp.lossMark(), 1.02e18);
        assertTrue(lmp.isFrozen());
        assertEq(lmp.cover(), 3e18);
        assertEq(lmp.book().mark, mark - 1e18);
        assertTrue(lmp.book().clean, "its flag lives beside");
    }

    function test_entrantsPayForTheLeastCover() public {
        uint256 shares = lmp.totalSupply() + 1;
        uint256 price = lmp.previewMint(shares);
        _say(0, false, 1, 0);
        assertEq(lmp.previewMint(shares), price + 1);
        _say(0, false, 0, 0);
        assertEq(lmp.previewMint(shares), price);
    }

    function test_aFailingLedgerIsAnEvent() public {
        LossLedgerMock.Answer[5] memory answers = [
            LossLedgerMock.Answer.Reverts,
            LossLedgerMock.Answer.RevertsEmpty,
            LossLedgerMock.Answer.NotEnoughGas,
            LossLedgerMock.Answer.Endless,
            LossLedgerMock.Answer.Bomb
        ];
        bytes[5] memory reasons = [
            abi.encodeWithSelector(LossLedgerMock.Broken.selector, 7),
            bytes(""),
            abi.encodeWithSelector(ILossLedger.NotEnoughGas.selector),
            bytes(""),
            new bytes(256)
        ];
        for (uint256 i; i < answers.length; ++i) {
            skip(1 hours);
            ledger.setAnswer(answers[i]);
            vm.expectEmit(address(lmp));
            emit ILMP.CheckpointFailed(reasons[i]);
            lmp.report{gas: 15_000_000}();
            assertEq(lmp.book().valuedAt, block.timestamp);
        }
    }

    /// @dev With less gas than any checkpoint may take, want of gas is the ledger's word, or silence after most of it is spent.
    function test_aLedgerThatWantsGas() public {
        ledger.setAnswer(LossLedgerMock.Answer.NotEnoughGas);
        vm.expectRevert(ILMP.NotEnoughGas.selector);
        lmp.report{gas: 5_000_000}();
        ledger.setAnswer(LossLedgerMock.Answer.Endless);
        vm.expectRevert(ILMP.NotEnoughGas.selector);
        lmp.report{gas: 5_000_000}();
        ledger.setAnswer(LossLedgerMock.Answer.RevertsEmpty);
        vm.expectEmit(address(lmp));
        emit ILMP.CheckpointFailed("");
        lmp.report{gas: 5_000_000}();
    }

    /// @dev 20 valuations of 600,000 gas and a million are its part, however much the report has.
    function test_anEndlessLedgerTakesItsPartAlone() public {
        ledger.setAnswer(LossLedgerMock.Answer.Endless);
        lmp.report{gas: 60_000_000}();
        uint256 used = vm.lastCallGas().gasTotalUsed;
        assertGt(used, 13_000_000);
        assertLt(used, 14_000_000);
    }

    /// @dev With any gas, and wherever in the ledger it runs out: no report without its checkpoint.
    function testFuzz_littleGasSuppressesNoCheckpoint(uint256 limit, uint256 work, uint256 depth) public {
        limit = bound(limit, 600_000, 6_000_000);
        work = bound(work, 1, 4_000_000);
        depth = bound(depth, 0, 6);
        ledger.setWork(work, depth);
        ledger.sayAtCheckpoint(LossLedgerMock.Sync(1e18, true, 0, 0));
        skip(1 hours);
        uint256 count = ledger.checkpoints();
        bytes memory before = abi.encode(lmp.book());
        (bool success, bytes memory reason) = address(lmp).call{gas: limit}(abi.encodeCall(lmp.report, ()));
        if (success) {
            assertEq(ledger.checkpoints(), count + 1, "a report without its checkpoint");
            assertTrue(lmp.isFrozen(), "the ledger's word got lost");
        } else {
            if (reason.length != 0) assertEq(bytes4(reason), ILMP.NotEnoughGas.selector);
            assertEq(abi.encode(lmp.book()), before);
        }
    }

    function test_aBrokenLedgerCanBeReplaced() public {
        ledger.setAnswer(LossLedgerMock.Answer.Endless);
        LossLedgerMock next = new LossLedgerMock();
        vm.expectEmit(address(lmp));
        emit ILMP.PolicySet(address(gate), address(next));
        configurator.setLossLedger{gas: 15_000_000}(lmp, address(next));
        assertEq(lmp.lossLedger(), address(next));
        vm.expectRevert(abi.encodeWithSelector(ILmpConfigurator.InvalidLossLedger.selector, alice));
        configurator.setLossLedger(lmp, alice);
    }

    /* REBALANCE */

    function test_theLedgerSeesTheBookBeforeAndAfterARebalance() public {
        a.setPrices(1.01e18, 1.01e18, 1.01e18);
        _rebalance(address(0), 10.1e18, address(a), 10e18);
        (Book memory x, Book memory y) = (ledger.seen(0), ledger.seen(1));
        assertEq(x.idle, 60e18);
        assertEq(x.sumSafe, 40.4e18, "revalued and settled before");
        assertEq(x.locked, 0.4e18);
        assertEq(y.idle, 49.9e18);
        assertEq(y.sumSafe, 50.5e18);
        assertEq(abi.encode(y), abi.encode(lmp.book()));
        assertEq(ledger.rebalances(), 2);
    }

    function test_theLedgerMayRefuseARebalance() public {
        bytes memory before = abi.encode(lmp.book());
        ledger.setNotValued(address(a));
        vm.expectRevert(abi.encodeWithSelector(ILossLedger.NotValued.selector, address(a)));
        _rebalance(address(0), 1e18, address(a), 1e18);
        assertEq(abi.encode(lmp.book()), before);
    }

    function test_theLedgerLowersTheMarkAfterARebalance() public {
        _say(1e18, false, 0, 0);
        ledger.sayAfterRebalance(LossLedgerMock.Sync(0.99e18, false, 0, 0));
        _rebalance(address(0), 10e18, address(a), 9.95e18);
        assertEq(lmp.lossMark(), 0.99e18);
        assertEq(lmp.book().idle, 50e18);
        assertEq(lmp.book().sumSafe, 49.95e18);
    }

    /// @dev A recovery may pay in while a solver holds the floor: the rebalance must not write the old mark over it.
    function test_theLedgerSpeaksInsideTheCallback() public {
        uint256 mark = lmp.book().mark;
        solver.setAction(
            address(ledger), abi.encodeCall(ledger.say, (lmp, LossLedgerMock.Sync(1.5e18, true, 2e18, 5e18)))
        );
        _rebalance(address(0), 10e18, address(a), 10e18);
        assertEq(lmp.book().mark, mark + 5e18);
        assertEq(lmp.lossMark(), 1.5e18);
        assertEq(lmp.cover(), 2e18);
        assertTrue(lmp.isFrozen());
        assertEq(lmp.book().idle, 50e18);
    }

    /* THE LEDGER'S WORD */

    function test_onlyTheLedgerSpeaks() public {
        vm.expectRevert(abi.encodeWithSelector(ILMP.NotLossLedger.selector, address(this)));
        lmp.syncLoss(1, true, 1, 1);
    }

    function testFuzz_syncSaturates(uint256 mark, bool frozen, uint256 cover, int256 delta) public {
        Book memory b = lmp.book();
        _say(mark, frozen, cover, delta);
        assertEq(lmp.lossMark(), mark > type(uint80).max ? type(uint80).max : mark);
        assertEq(lmp.cover(), cover > type(uint128).max ? type(uint128).max : cover);
        assertEq(lmp.isFrozen(), frozen);
        uint256 expected;
        if (delta < 0) {
            expected = delta > -int256(b.mark) ? uint256(int256(b.mark) + delta) : 0;
        } else {
            expected = uint256(delta) > type(uint96).max - b.mark ? type(uint96).max : b.mark + uint256(delta);
        }
        b.mark = expected;
        assertEq(abi.encode(lmp.book()), abi.encode(b), "only the mark of the book moves");
        assertEq(lmp.cap(), 1_000_000_000e18);
        assertEq(lmp.feeBps(), 2000);
    }

    /* FREEZE */

    function test_aFrozenVaultTakesNoDepositsAndPaysEverybody() public {
        _say(1e18, true, 0, 0);
        assertEq(lmp.maxDeposit(bob), 0);
        assertEq(lmp.maxMint(bob), 0);
        asset.mint(bob, 10e18);
        vm.startPrank(bob);
        asset.approve(address(lmp), 10e18);
        vm.expectRevert(ILMP.Frozen.selector);
        lmp.deposit(1e18, bob);
        vm.expectRevert(ILMP.Frozen.selector);
        lmp.mint(1e18, bob);
        vm.stopPrank();

        lmp.report();
        assertTrue(lmp.isFrozen(), "a report lifts no freeze");
        _addProfit(1e18);
        vm.startPrank(alice);
        lmp.withdraw(1e18, alice, alice);
        lmp.redeem(1e18, alice, alice);
        lmp.redeemInKind(1e18, alice);
        vm.stopPrank();
        _rebalance(address(0), 1e18, address(a), 1e18);

        _say(1e18, false, 0, 0);
        _deposit(bob, 1e18);
    }

    /* COVER */

    function test_entrantsPayForTheCoverLeaversGetNothingOfIt() public {
        uint256 exit = lmp.exitAssets();
        uint256 total = lmp.totalAssets();
        uint256 paid = lmp.previewRedeem(10e18);
        _say(1e18, false, 25e18, 0);
        assertEq(lmp.entryAssets(), 125e18);
        assertEq(lmp.exitAssets(), exit);
        assertEq(lmp.totalAssets(), total);
        assertEq(lmp.previewRedeem(10e18), paid);

        uint256 preview = lmp.previewDeposit(50e18);
        assertEq(preview, uint256(50e18) * (100e18 + 1) / (125e18 + 1));
        assertEq(_deposit(bob, 50e18), preview, "previewDeposit is exact");
        assertApproxEqAbs(lmp.lossMark(), 1e18, 0, "he paid more than the mark");
        // The cover arrives: the entrant has back what he paid for, to the rounding.
        _addProfit(25e18);
        _say(1e18, false, 0, 25e18);
        skip(1 days);
        lmp.report();
        assertApproxEqAbs(lmp.convertToAssets(preview), 50e18, 10);
        assertApproxEqAbs(lmp.convertToAssets(lmp.balanceOf(alice)), 125e18 * (100e18 - seed) / 100e18, 1e3);
    }

    function test_mintPaysForTheCoverToo() public {
        _say(1e18, false, 25e18, 0);
        assertEq(lmp.previewMint(40e18), _ceil(40e18 * (125e18 + 1), 100e18 + 1));
        asset.mint(bob, 100e18);
        vm.startPrank(bob);
        asset.approve(address(lmp), 100e18);
        uint256 preview = lmp.previewMint(40e18);
        assertEq(lmp.mint(40e18, bob), preview);
    }

    function _ceil(uint256 x, uint256 y) private pure returns (uint256) {
        return (x + y - 1) / y;
    }

    /* LOSS MARK */

    function test_anEntryBelowTheMarkBringsWhatItPaid() public {
        _say(1e18, false, 0, 0);
        a.setPrices(0.75e18, 0.75e18, 0.75e18);
        lmp.report();
        uint256 shares = lmp.previewDeposit(90e18);
        uint256 expected = (1e18 * 100e18 + 90e18 * 1e18) / (100e18 + shares);
        assertApproxEqAbs(expected, 0.95e18, 1);
        asset.mint(bob, 90e18);
        vm.startPrank(bob);
        asset.approve(address(lmp), 90e18);
        vm.expectEmit(address(lmp));
        emit ILMP.LossMarkMoved(expected);
        lmp.deposit(90e18, bob);
        assertEq(lmp.lossMark(), expected);
    }

    function test_aboveTheMarkNothingMoves() public {
        _say(1e18, false, 0, 0);
        bytes32 moved = ILMP.LossMarkMoved.selector;
        vm.recordLogs();
        vm.startPrank(alice);
        lmp.redeemInKind(1e18, alice);
        lmp.redeem(1e18, alice, alice);
        lmp.withdraw(1e18, alice, alice);
        vm.stopPrank();
        _deposit(bob, 10e18);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            assertTrue(logs[i].topics[0] != moved);
        }
        assertEq(lmp.lossMark(), 1e18);
    }

    /// @dev For any mark and price, by deposit or mint: loss = mark x supply less a value that rises by what is paid in.
    function testFuzz_noEntryRaisesALoss(uint256 mark, uint256 price, uint256 amount, bool byMint) public {
        _say(bound(mark, 0, 3e18), false, 0, 0);
        price = bound(price, 0.1e18, 2e18);
        a.setPrices(price, price, price);
        lmp.report();
        amount = bound(amount, 1e3, 1e26);
        uint256 supply = lmp.totalSupply();
        uint256 assets = byMint ? lmp.previewMint(amount) : amount;
        uint256 marked = lmp.lossMark() * supply;
        asset.mint(bob, assets);
        vm.startPrank(bob);
        asset.approve(address(lmp), assets);
        if (byMint) lmp.mint(amount, bob);
        else lmp.deposit(assets, bob);
        assertLe(lmp.lossMark() * lmp.totalSupply(), marked + assets * 1e18, "an entry raised the loss");
    }

    function test_feeSharesLowerTheMark() public {
        _say(1e18, false, 0, 0);
        _addProfit(10e18);
        skip(1 days);
        uint256 supply = lmp.totalSupply();
        lmp.report();
        uint256 minted = lmp.totalSupply() - supply;
        assertEq(minted, uint256(2e18) * (supply + 1) / (108e18 + 1));
        assertEq(lmp.lossMark(), 1e18 * supply / (supply + minted));
    }

    function test_theGateIsAskedAfterTheLedger() public {
        gate.setClosed(true);
        vm.expectRevert(GateMock.Refused.selector);
        _rebalance(address(0), 1e18, address(a), 1e18);
        ledger.setNotValued(address(a));
        vm.expectRevert(abi.encodeWithSelector(ILossLedger.NotValued.selector, address(a)));
        _rebalance(address(0), 1e18, address(a), 1e18);
    }
}
