// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IBackingPool} from "../../../src/backing/IBackingPool.sol";
import {BackingBase} from "../../unit/backing/BackingBase.sol";
import {BackingHandler} from "./BackingHandler.sol";
import {BackingReplay} from "./BackingReplay.sol";
import {console} from "forge-std/console.sol";

/// @notice The invariants of the backing pool against a ghost that deals everything out one by one. What holds of a single call (a
/// slash of at most 30%, A/H that no stake raises, what a claim pays) is asserted in the handler as the call is made.
/// forge-config: default.invariant.runs = 2
/// forge-config: default.invariant.depth = 600
/// forge-config: deep.invariant.runs = 1
/// forge-config: deep.invariant.depth = 10000
contract BackingInvariants is BackingBase {
    BackingHandler private handler;
    BackingReplay private replay;
    address[] private actors;

    function setUp() public override {
        super.setUp();
        for (uint256 i; i < 4; ++i) {
            actors.push(makeAddr(string.concat("actor ", vm.toString(i))));
        }
        replay = new BackingReplay(address(pool));
        handler = new BackingHandler(pool, lmp, replay, oracle, recovery, actors);
        toke.transfer(address(handler), toke.totalSupply());
        bytes4[] memory selectors = new bytes4[](14);
        selectors[0] = handler.stake.selector;
        selectors[1] = handler.requestExit.selector;
        selectors[2] = handler.cancelExit.selector;
        selectors[3] = handler.withdraw.selector;
        selectors[4] = handler.claim.selector;
        selectors[5] = handler.claimReturned.selector;
        selectors[6] = handler.notify.selector;
        selectors[7] = handler.returnToSlashed.selector;
        selectors[8] = handler.slash.selector;
        selectors[9] = handler.roll.selector;
        selectors[10] = handler.sync.selector;
        selectors[11] = handler.freeze.selector;
        selectors[12] = handler.warp.selector;
        selectors[13] = handler.donate.selector;
        targetSelector(FuzzSelector(address(handler), selectors));
        targetContract(address(handler));
    }

    function invariant_tokeAndFeesAreConservedToTheWei() public view {
        uint256 unclaimed = handler.unclaimed();
        assertEq(
            handler.deposited(),
            handler.withdrawn() + handler.tokeAtRisk() + unclaimed + handler.slashedOut(),
            "deposited = withdrawn + active + cooling + left + slashed"
        );
        uint256 held = handler.tokeAtRisk() + unclaimed + handler.returnedIn() - handler.returnedOut();
        assertEq(toke.balanceOf(address(pool)), held + handler.donatedToke(), "TOKE held");
        assertEq(replay.heldToke(), held, "TOKE held, by the logs");
        assertGe(handler.sharesAtRisk(), handler.tokeAtRisk(), "a share is worth at most one wei");
        held = handler.notified() - handler.feesOut();
        assertEq(asset.balanceOf(address(pool)), held + handler.donatedAssets(), "fees held");
        assertEq(replay.heldFees(), held, "fees held, by the logs");
    }

    /// @dev A settled pool against the ghost and against what the logs say; after every eighth call, as it looks at everything. What
    /// it settles is not kept, so the calls go on lazily.
    function invariant_everybodyHasWhatTheGhostHas() public {
        if (handler.total() % 8 != 0) return;
        IBackingPool.Totals memory before = pool.totals();
        handler.settleAll();
        IBackingPool.Totals memory t = pool.totals();
        assertEq(keccak256(abi.encode(before)), keccak256(abi.encode(t)), "totals are those after everything due");
        assertEq(t.toke, handler.tokeAtRisk(), "A");
        assertEq(t.shares, handler.sharesAtRisk(), "H");
        assertEq(t.cases, handler.caseCount(), "cases");
        assertEq(t.rate, handler.rateOf(), "rate");
        assertEq(t.end, handler.end(), "end");
        assertEq(replay.toke(), t.toke, "A, by the logs");
        assertEq(replay.shares(), t.shares, "H, by the logs");
        assertEq(replay.cases(), t.cases, "cases, by the logs");
        assertEq(replay.rate(), t.rate, "rate, by the logs");
        assertEq(replay.end(), t.end, "end, by the logs");

        uint256 due;
        for (uint256 i; i < actors.length; ++i) {
            _assertStake(i);
            due += _assertFees(i);
            for (uint256 k; k < t.cases; ++k) {
                assertEq(pool.returnable(actors[i], k), handler.dueBack(i, k), "returned of a case");
            }
        }
        // Fees in = claimable + claimed + left in the stream + dust.
        uint256 accounted = due + handler.feesOut() + handler.streaming() / 1000;
        assertLe(accounted, handler.notified(), "more fees than came in");
        assertGe(accounted + 1 + actors.length * handler.slack(), handler.notified(), "fees lost");
    }

    function _assertStake(uint256 i) private view {
        assertEq(pool.sharesOf(actors[i]), handler.active(i), "active shares");
        assertEq(replay.active(actors[i]), handler.active(i), "active shares, by the logs");
        uint256[] memory list = handler.daysOf(i);
        for (uint256 j; j < list.length; ++j) {
            uint256 shares = handler.cooling(i, list[j]);
            assertEq(pool.exitOf(actors[i], list[j]), shares, "shares in a bucket");
            assertEq(replay.exits(actors[i], list[j]), shares, "shares in a bucket, by the logs");
        }
    }

    function _assertFees(uint256 i) private view returns (uint256 due) {
        due = pool.claimable(actors[i]);
        uint256 total = due + handler.claimed(i);
        uint256 exact = handler.earned(i) / 1e18;
        assertLe(total, exact + 1, "fees of an account: too many");
        assertGe(total + handler.slack(), exact, "fees of an account: too few");
    }

    /// @dev At the end of a run everybody leaves with everything; only rounding stays.
    function afterInvariant() public {
        // Of the campaign: leaving is no call of it.
        uint256 calls = handler.total();
        handler.leaveAll();
        assertEq(pool.totals().shares, 0, "shares left");
        assertEq(pool.totals().toke, 0, "TOKE at risk left");
        uint256 rest = handler.returnedIn() - handler.returnedOut();
        assertLe(rest, handler.returnedIn(), "returned twice");
        assertEq(toke.balanceOf(address(pool)), rest + handler.donatedToke(), "TOKE left");
        for (uint256 i; i < actors.length; ++i) {
            for (uint256 k; k < handler.caseCount(); ++k) {
                assertEq(handler.dueBack(i, k), 0, "somebody could not take what was returned");
            }
        }
        assertLe(
            asset.balanceOf(address(pool)),
            handler.donatedAssets() + handler.streaming() / 1000 + 1 + actors.length * handler.slack(),
            "fees left"
        );
        _print(calls);
    }

    function _print(uint256 total) private view {
        uint256 n = handler.nameCount();
        console.log("calls", total, "slack, base units", handler.slack());
        console.log("cases", handler.caseCount(), "stakes refused as exhausted", handler.exhausted());
        for (uint256 i; i < n; ++i) {
            string memory name = handler.names(i);
            console.log(name, handler.calls(name), "effective", handler.effective(name));
            // A shrunk or aborted run says nothing about shares.
            if (total < 400) continue;
            assertGe(handler.calls(name) * n * 2, total, string.concat(name, ": below half its equal share of calls"));
            assertGt(handler.effective(name), 0, string.concat(name, ": never effective"));
        }
    }
}
