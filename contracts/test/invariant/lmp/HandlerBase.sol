// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Book, DestinationState, ILMP} from "../../../src/lmp/ILMP.sol";
import {LMP} from "../../../src/lmp/LMP.sol";
import {LmpConfigurator} from "../../../src/lmp/LmpConfigurator.sol";
import {LmpViews} from "../../../src/lmp/LmpViews.sol";
import {AssetMock} from "../../mocks/lmp/AssetMock.sol";
import {DestinationMock} from "../../mocks/lmp/DestinationMock.sol";
import {LossLedgerMock} from "../../mocks/lmp/LossLedgerMock.sol";
import {ReentrantMock} from "../../mocks/lmp/ReentrantMock.sol";
import {SolverMock} from "../../mocks/lmp/SolverMock.sol";
import {LmpGhost} from "./LmpGhost.sol";
import {LogReplay} from "./LogReplay.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

using LmpViews for LMP;

/// @dev What a handler acts upon.
struct World {
    LMP lmp;
    AssetMock asset;
    SolverMock solver;
    LossLedgerMock ledger;
    LogReplay replay;
    ReentrantMock attacker;
    DestinationMock[] destinations;
    address[] actors;
}

/// @notice State and helpers of the handler. No action may revert; one that finds nothing to do is not counted as effective; what the
/// vault refuses is counted by the error it names.
abstract contract HandlerBase is LmpGhost {
    AssetMock public immutable asset;
    ReentrantMock public immutable attacker;
    SolverMock internal immutable SOLVER;
    LossLedgerMock internal immutable LEDGER;
    LmpConfigurator internal immutable CONFIGURATOR;
    uint256 internal immutable ONE;
    DestinationMock[] public destinations;
    address[] public actors;

    uint256 public donatedAssets;
    mapping(address destination => uint256) public donatedUnits;

    string[] public names;
    mapping(string name => uint256) public calls;
    mapping(string name => uint256) public effective;
    string[] public refusalNames;
    mapping(string refusal => uint256) public refusals;

    constructor(World memory w) {
        (lmp, asset, SOLVER, LEDGER, replay, attacker) = (w.lmp, w.asset, w.solver, w.ledger, w.replay, w.attacker);
        CONFIGURATOR = LmpConfigurator(w.lmp.configurator());
        ONE = 10 ** w.asset.decimals();
        (destinations, actors) = (w.destinations, w.actors);
        _startSegment();
    }

    /// @dev Counts, and records the logs of the action for the replay.
    modifier counted(string memory name) {
        ++calls[name];
        vm.recordLogs();
        _;
    }

    function _done(string memory name) internal {
        ++effective[name];
    }

    /// @dev Hands the logs since the last time to the replay: after every call of the vault, before its effects are judged.
    function _read() internal {
        replay.read(vm.getRecordedLogs());
    }

    function _refused(string memory action, bytes memory reason) internal {
        string memory refusal = string.concat(action, " ", _named(bytes4(reason)));
        if (refusals[refusal]++ == 0) refusalNames.push(refusal);
    }

    /// @dev The errors with which anything here may be refused.
    function _named(bytes4 e) private pure returns (string memory) {
        if (e == ILMP.ZeroAmount.selector) return "ZeroAmount";
        if (e == ILMP.NotFresh.selector) return "NotFresh";
        if (e == ILMP.Paused.selector) return "Paused";
        if (e == ILMP.Frozen.selector) return "Frozen";
        if (e == ILMP.FlowExceeded.selector) return "FlowExceeded";
        if (e == ILMP.CapExceeded.selector) return "CapExceeded";
        if (e == ILMP.PriceTooLow.selector) return "PriceTooLow";
        if (e == ILMP.InsufficientIdle.selector) return "InsufficientIdle";
        if (e == ILMP.InsufficientLiquidity.selector) return "InsufficientLiquidity";
        if (e == ILMP.TooLittle.selector) return "TooLittle";
        if (e == ILMP.LossExceeded.selector) return "LossExceeded";
        if (e == ILMP.NotValued.selector) return "NotValued";
        if (e == ILMP.DestinationIsClosing.selector) return "DestinationIsClosing";
        if (e == ILMP.DepositedInThisTransaction.selector) return "DepositedInThisTransaction";
        if (e == ILMP.InexactTransfer.selector) return "InexactTransfer";
        if (e == IERC20Errors.ERC20InsufficientBalance.selector) return "ERC20InsufficientBalance";
        revert(string.concat("refused for no expected reason: ", vm.toString(bytes32(e))));
    }

    /// @dev Everything a holder can see per share.
    function _perShare() internal view returns (bytes32) {
        return keccak256(
            abi.encode(
                lmp.book(), lmp.totalSupply(), lmp.totalAssets(), lmp.entryAssets(), lmp.exitAssets(), lmp.isFresh()
            )
        );
    }

    function _destination(uint256 which) internal view returns (DestinationMock) {
        return destinations[which % destinations.length];
    }

    function _actor(uint256 who) internal view returns (address) {
        return actors[who % actors.length];
    }

    /// @dev The first holder from a drawn actor on.
    function _holder(uint256 who) internal view returns (address actor) {
        for (uint256 i; i < actors.length; ++i) {
            actor = actors[(who % actors.length + i) % actors.length];
            if (lmp.balanceOf(actor) != 0) return actor;
        }
    }

    function _fund(address actor, uint256 assets) internal {
        asset.mint(actor, assets);
        vm.prank(actor);
        asset.approve(address(lmp), assets);
    }

    /// @dev Settled like any report, and every destination was judged by what it answers.
    function _report(address who) internal {
        Before memory x = _before();
        vm.prank(who);
        lmp.report();
        _read();
        _afterReport(x);
        for (uint256 i; i < destinations.length; ++i) {
            DestinationState memory d = lmp.destinationState(address(destinations[i]));
            bool good = destinations[i].answer() == DestinationMock.Answer.Good;
            assertEq(d.ok, good, "LMP-6: a destination was misjudged");
            if (good) assertEq(d.valuedAt, block.timestamp);
        }
    }

    function _isPaused() internal view returns (bool) {
        return block.timestamp < lmp.book().pausedUntil;
    }

    function nameCount() external view returns (uint256) {
        return names.length;
    }

    function refusalCount() external view returns (uint256) {
        return refusalNames.length;
    }
}
