// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Roles} from "../../../src/governance/Roles.sol";
import {Book, DestinationState} from "../../../src/lmp/ILMP.sol";
import {LMP} from "../../../src/lmp/LMP.sol";
import {LmpViews} from "../../../src/lmp/LmpViews.sol";
import {DestinationMock} from "../../mocks/lmp/DestinationMock.sol";
import {ReentrantMock} from "../../mocks/lmp/ReentrantMock.sol";
import {LmpBase} from "../../unit/lmp/LmpBase.sol";
import {World} from "./HandlerBase.sol";
import {LmpHandler} from "./LmpHandler.sol";
import {LogReplay} from "./LogReplay.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {console} from "forge-std/console.sol";

using LmpViews for LMP;

/// @notice The invariants of the vault by the ids of its specification, over long random histories. What holds of a single call
/// (LMP-1, LMP-2, LMP-7, the marks under flows and fees) is asserted in the handler as the call is made.
abstract contract LmpInvariants is LmpBase {
    LmpHandler internal handler;
    LogReplay internal replay;
    ReentrantMock internal attacker;
    DestinationMock[] internal list;
    address[] internal actors;

    function _decimals() internal pure virtual returns (uint8);

    function setUp() public {
        vm.recordLogs();
        _setUp(_decimals(), 2000);
        replay = new LogReplay(address(lmp));
        for (uint256 i; i < 3; ++i) {
            list.push(_addDestination());
        }
        lmp.report();
        configurator.setManagementFee(lmp, 200, sink);
        for (uint256 i; i < 4; ++i) {
            actors.push(makeAddr(string.concat("actor ", vm.toString(i))));
            _deposit(actors[i], 50 * one);
        }
        attacker = new ReentrantMock(lmp);
        asset.mint(address(attacker), 5 * one);
        _deposit(address(attacker), 5 * one);
        replay.read(vm.getRecordedLogs());
        handler = new LmpHandler(World(lmp, asset, solver, ledger, replay, attacker, list, actors));
        authority.grantRole(Roles.GUARDIAN, address(handler), 0);
        authority.grantRole(Roles.CURATOR, address(handler), 0);
        authority.grantRole(Roles.RISK, address(handler), 0);
        _target();
    }

    function _target() private {
        bytes4[] memory selectors = new bytes4[](23);
        (selectors[0], selectors[1]) = (handler.deposit.selector, handler.mint.selector);
        (selectors[2], selectors[3]) = (handler.withdraw.selector, handler.redeem.selector);
        (selectors[4], selectors[5]) = (handler.redeemThroughQueue.selector, handler.redeemInKind.selector);
        (selectors[6], selectors[7]) = (handler.exceed.selector, handler.sequence.selector);
        (selectors[8], selectors[9]) = (handler.roundTrip.selector, handler.report.selector);
        (selectors[10], selectors[11]) = (handler.addProfit.selector, handler.donate.selector);
        (selectors[12], selectors[13]) = (handler.movePrice.selector, handler.setAnswer.selector);
        (selectors[14], selectors[15]) = (handler.passTime.selector, handler.sync.selector);
        (selectors[16], selectors[17]) = (handler.close.selector, handler.pause.selector);
        (selectors[18], selectors[19]) = (handler.setCap.selector, handler.arm.selector);
        (selectors[20], selectors[21]) = (handler.invest.selector, handler.divest.selector);
        // It takes much to come about.
        selectors[22] = handler.redeemThroughQueue.selector;
        targetSelector(FuzzSelector(address(handler), selectors));
        targetContract(address(handler));
    }

    /// @dev One campaign for all: a campaign of its own for each would be one of the same calls each time. The exits in kind come last, since
    /// they empty the vault.
    function invariant_LMP1_LMP2_LMP3_LMP4_LMP5_LMP6() public {
        _LMP1_entryIsAboveExitAndSumsAreThoseOfThePositions();
        _LMP1_nobodyComesBackIn();
        _LMP2_logsAloneRebuildTheState();
        _LMP3_feesDependOnTheEvaluatedPeakOnly();
        _LMP5_lossesStayInTheBucket();
        _LMP5_whatIsCountedIsHeld();
        _LMP6_noEntryOnAnOldOrDirtyBook();
        _LMP4_everybodyLeavesInKind();
    }

    function _LMP1_entryIsAboveExitAndSumsAreThoseOfThePositions() private view {
        assertGe(lmp.entryAssets(), lmp.exitAssets(), "ENTRY below EXIT");
        uint256 safe;
        uint256 min;
        uint256 max;
        for (uint256 i; i < list.length; ++i) {
            DestinationState memory d = lmp.destinationState(address(list[i]));
            safe += d.safe;
            max += Math.max(d.safe, d.spot);
            min += Math.min(d.safe, d.spot);
        }
        Book memory b = lmp.book();
        assertEq(b.sumSafe, safe, "sumSafe");
        assertEq(b.sumMax, max, "sumMax");
        assertLe(b.sumMin, min, "sumMin");
    }

    function _LMP2_logsAloneRebuildTheState() private view {
        (Book memory b, Book memory told) = (lmp.book(), replay.book());
        // It decays by the clock alone.
        told.locked = b.locked;
        assertEq(keccak256(abi.encode(told)), keccak256(abi.encode(b)), "book");
        assertEq(replay.supply(), lmp.totalSupply(), "supply");
        assertEq(replay.lossMark(), lmp.lossMark(), "lossMark");
        assertEq(replay.frozen(), lmp.isFrozen(), "frozen");
        assertEq(replay.cover(), lmp.cover(), "cover");
        assertEq(replay.lossLedger(), lmp.lossLedger(), "lossLedger");
        assertEq(replay.managementFeeBps(), lmp.managementFeeBps(), "managementFeeBps");
        assertEq(replay.shares(sink), lmp.balanceOf(sink), "fee shares");
        for (uint256 i; i < list.length; ++i) {
            DestinationState memory d = lmp.destinationState(address(list[i]));
            assertEq(replay.units(address(list[i])), d.units, "units");
            assertEq(replay.safe(address(list[i])), d.safe, "safe");
        }
    }

    function _LMP3_feesDependOnTheEvaluatedPeakOnly() private view {
        assertEq(int256(lmp.book().mark), handler.peak() + handler.netFlows(), "the mark moves by flows and to R only");
        uint256 profit = uint256(handler.peak() - handler.segmentStart());
        assertLe(handler.segmentFees(), profit * 2000 / 10_000, "more than phi of the profit");
        assertGe(
            handler.segmentFees() + handler.segmentEvaluations(),
            profit * 2000 / 10_000,
            "less than phi of the profit by more than one unit an evaluation"
        );
    }

    /// @dev With every destination dead, so that nothing could be valued.
    function _LMP4_everybodyLeavesInKind() private {
        uint256 n = list.length + 1;
        uint256[] memory before = _balances();
        uint256 supply = lmp.totalSupply();
        for (uint256 i; i < list.length; ++i) {
            list[i].setAnswer(DestinationMock.Answer.Endless);
        }
        for (uint256 i; i <= actors.length; ++i) {
            address holder = i < actors.length ? actors[i] : sink;
            uint256 shares = lmp.balanceOf(holder);
            vm.prank(holder);
            if (shares != 0) {
                try lmp.redeemInKind(shares, holder) {}
                catch {
                    _assertDust(shares);
                }
            }
        }
        uint256[] memory left = _balances();
        uint256 staying = lmp.totalSupply() + 1;
        for (uint256 i; i < n; ++i) {
            // The part of those who stay, 1%, and one unit of rounding per leaver.
            uint256 most = Math.mulDiv(before[i], staying, supply + 1, Math.Rounding.Ceil) + before[i] / 100 + n + 3;
            assertLe(left[i], most, "LMP-4");
        }
    }

    /// @dev Who cannot leave holds shares that, less the 1%, buy not one base unit of anything.
    function _assertDust(uint256 shares) private view {
        uint256[] memory held = _balances();
        uint256 supply = lmp.totalSupply();
        for (uint256 i; i < held.length; ++i) {
            assertEq(Math.mulDiv(held[i], shares * 99, (supply + 1) * 100), 0, "LMP-4: somebody could not leave");
        }
    }

    function _balances() private view returns (uint256[] memory b) {
        b = new uint256[](list.length + 1);
        b[0] = lmp.book().idle;
        for (uint256 i; i < list.length; ++i) {
            b[i + 1] = lmp.destinationState(address(list[i])).units;
        }
    }

    /// @dev The ghost's bucket is filled by the destinations' own prices; the vault's measure is never below it.
    function _LMP5_lossesStayInTheBucket() private view {
        assertLe(replay.lossUsed(), 0.001e18, "LMP-5: more than 10 bp");
        assertLe(handler.lossLevel(), 0.001e18, "LMP-5: more than capacity and refill");
    }

    function _LMP5_whatIsCountedIsHeld() private view {
        assertEq(asset.balanceOf(address(lmp)), lmp.book().idle + handler.donatedAssets(), "idle");
        for (uint256 i; i < list.length; ++i) {
            address d = address(list[i]);
            assertEq(list[i].balanceOf(address(lmp)), lmp.destinationState(d).units + handler.donatedUnits(d), "units");
        }
    }

    /// @dev Whom the vault calls can open none of its doors.
    function _LMP1_nobodyComesBackIn() private view {
        assertEq(attacker.breaches(), 0, "a callback came in or changed something");
        assertEq(lmp.balanceOf(address(attacker)), 5 * one);
    }

    function _LMP6_noEntryOnAnOldOrDirtyBook() private view {
        Book memory b = lmp.book();
        bool reported = block.timestamp < b.valuedAt + 24 hours;
        assertEq(lmp.isFresh(), reported && b.clean, "isFresh");
        bool paused = block.timestamp < b.pausedUntil;
        bool stale;
        bool keeping;
        for (uint256 i; i < list.length; ++i) {
            DestinationState memory d = lmp.destinationState(address(list[i]));
            if (d.units == 0 || d.ok) continue;
            assertFalse(b.clean, "a failing destination in a clean book");
            if (block.timestamp >= d.valuedAt + 24 hours) stale = true;
            else keeping = true;
        }
        uint256 entries = lmp.maxDeposit(address(0)) + lmp.maxMint(address(0));
        if (!reported || paused || stale || lmp.isFrozen()) assertEq(entries, 0, "LMP-6: entries open");
        uint256 budget = (b.idle + b.sumSafe) / 200;
        assertLe(lmp.flowRoom(), budget, "LMP-6: the budget is 0.5% of V");
        bool now_ = block.timestamp == b.valuedAt;
        if (!now_ || !b.clean) assertLe(lmp.maxDeposit(address(0)), budget, "LMP-6: entries beyond the budget");
        for (uint256 i; i < actors.length; ++i) {
            uint256 exits = lmp.maxWithdraw(actors[i]);
            if (!reported || paused) assertEq(exits + lmp.maxRedeem(actors[i]), 0, "LMP-6: exits open");
            if (!now_ || keeping) assertLe(exits, budget, "LMP-6: exits beyond the budget");
        }
    }

    function afterInvariant() public view {
        uint256 n = handler.nameCount();
        uint256 total;
        for (uint256 i; i < n; ++i) {
            total += handler.calls(handler.names(i));
        }
        console.log("calls", total, "fee segments", handler.segments());
        console.log("entries below the loss mark", handler.entriesBelow(), "dilutions", handler.dilutions());
        console.log("callbacks refused", attacker.attempts(), "exits of closing ones", handler.closingExits());
        for (uint256 i; i < n; ++i) {
            string memory name = handler.names(i);
            console.log(name, handler.calls(name), "effective", handler.effective(name));
        }
        for (uint256 i; i < handler.refusalCount(); ++i) {
            console.log("refused", handler.refusalNames(i), handler.refusals(handler.refusalNames(i)));
        }
        // A shrunk or aborted run says nothing about shares.
        if (total < 1000) return;
        assertGt(handler.entriesBelow() * handler.dilutions(), 0, "LMP-7 was never put to the test");
        assertGt(attacker.attempts(), 0, "nobody tried to come back in");
        for (uint256 i; i < n; ++i) {
            string memory name = handler.names(i);
            assertGe(handler.calls(name) * n * 4, total, string.concat(name, ": below a quarter of its equal share"));
            assertGt(handler.effective(name), 0, string.concat(name, ": never effective"));
        }
    }
}

/// @dev A call of the handler is one transaction.
/// forge-config: default.isolate = false
/// forge-config: default.invariant.runs = 1
/// forge-config: default.invariant.depth = 2500
/// forge-config: default.invariant.shrink-run-limit = 200
/// forge-config: deep.invariant.runs = 1
/// forge-config: deep.invariant.depth = 10000
/// forge-config: deep.invariant.shrink-run-limit = 1
contract Lmp18Invariants is LmpInvariants {
    function _decimals() internal pure override returns (uint8) {
        return 18;
    }
}

/// @dev A call of the handler is one transaction.
/// forge-config: default.isolate = false
/// forge-config: default.invariant.runs = 1
/// forge-config: default.invariant.depth = 2500
/// forge-config: default.invariant.shrink-run-limit = 200
/// forge-config: deep.invariant.runs = 1
/// forge-config: deep.invariant.depth = 10000
/// forge-config: deep.invariant.shrink-run-limit = 1
contract Lmp8Invariants is LmpInvariants {
    function _decimals() internal pure override returns (uint8) {
        return 8;
    }
}

/// @dev A call of the handler is one transaction.
/// forge-config: default.isolate = false
/// forge-config: default.invariant.runs = 1
/// forge-config: default.invariant.depth = 2500
/// forge-config: default.invariant.shrink-run-limit = 200
/// forge-config: deep.invariant.runs = 1
/// forge-config: deep.invariant.depth = 10000
/// forge-config: deep.invariant.shrink-run-limit = 1
contract Lmp6Invariants is LmpInvariants {
    function _decimals() internal pure override returns (uint8) {
        return 6;
    }
}
