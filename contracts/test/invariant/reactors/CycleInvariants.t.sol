// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {CycleManager} from "../../../src/reactors/CycleManager.sol";
import {ReactorState} from "../../../src/reactors/ICycleManager.sol";
import {Reactor} from "../../../src/reactors/Reactor.sol";
import {CycleHandler} from "./CycleHandler.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Test, console} from "forge-std/Test.sol";

/// @dev Stateful suite of CycleManager, Reactor and Reserve over real Uniswap V2 pools. Few long runs: a rollover alone is
/// 17 steps. Ids as in spec 05; R5-3, R5-4, R5-5, R5-8 and R5-9 are asserted by the handler where they happen.
contract CycleInvariantsTest is Test {
    CycleHandler private handler;
    CycleManager private manager;

    function setUp() public {
        handler = new CycleHandler();
        handler.initialize();
        manager = handler.world();
        bytes4[] memory selectors = new bytes4[](15);
        selectors[0] = CycleHandler.depositAssets.selector;
        selectors[1] = CycleHandler.requestRedeem.selector;
        selectors[2] = CycleHandler.cancelRedeem.selector;
        selectors[3] = CycleHandler.claim.selector;
        selectors[4] = CycleHandler.transferShares.selector;
        selectors[5] = CycleHandler.contributeReserve.selector;
        selectors[6] = CycleHandler.withdrawReserve.selector;
        selectors[7] = CycleHandler.priceFollowed.selector;
        selectors[8] = CycleHandler.priceAlone.selector;
        selectors[9] = CycleHandler.staleFeed.selector;
        selectors[10] = CycleHandler.venueFailure.selector;
        selectors[11] = CycleHandler.manipulatedStep.selector;
        selectors[12] = CycleHandler.donate.selector;
        selectors[13] = CycleHandler.rolloverSteps.selector;
        selectors[14] = CycleHandler.passTime.selector;
        targetContract(address(handler));
        targetSelector(FuzzSelector(address(handler), selectors));
    }

    /// @dev R5-1, R5-2: held >= idle + withheld; claims are covered by what is withheld, so it was never deployed; the events
    /// alone rebuild the books.
    /// forge-config: default.invariant.runs = 2
    /// forge-config: default.invariant.depth = 2500
    /// forge-config: deep.invariant.runs = 1
    /// forge-config: deep.invariant.depth = 10000
    /// forge-config: default.invariant.fail-on-revert = true
    function invariant_books() public view {
        address[] memory actors = handler.actors();
        for (uint256 id; id < 3; ++id) {
            ReactorState memory s = manager.reactorState(id);
            Reactor reactor = Reactor(s.reactor);
            assertGe(IERC20(s.asset).balanceOf(address(manager)), s.idle + s.withheld, "R5-1: held >= idle + withheld");
            uint256 claimable;
            for (uint256 i; i < actors.length; ++i) {
                claimable += reactor.maxWithdraw(actors[i]);
            }
            assertLe(claimable, s.withheld, "R5-2: claims are covered by what is withheld");
            assertEq(reactor.balanceOf(address(reactor)), reactor.openShares(), "open shares are escrowed");
        }
        handler.replay().check();
    }

    function afterInvariant() public view {
        uint256 count = handler.HANDLERS();
        uint256 total;
        for (uint256 i; i < count; ++i) {
            total += handler.calls(i);
        }
        console.log("calls", total);
        console.log("rollovers completed", handler.completed());
        console.log("of them with guardrails checked", handler.guardedRollovers());
        for (uint256 i; i < count; ++i) {
            console.log(handler.names(i), handler.calls(i), handler.effective(i));
        }
        // A run that is being shrunk or replayed is too short to say anything.
        if (total < 1000) return;
        for (uint256 i; i < count; ++i) {
            assertGe(handler.calls(i) * 2 * count, total, "a handler below half its equal share");
            assertGt(handler.effective(i), 0, "a handler without effect");
        }
        assertGt(handler.completed(), 0, "no rollover completed");
    }
}
