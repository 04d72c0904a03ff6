// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {CycleManager} from "../../../src/reactors/CycleManager.sol";
import {ICycleManager, ReactorState} from "../../../src/reactors/ICycleManager.sol";
import {IReactor} from "../../../src/reactors/IReactor.sol";
import {Test} from "forge-std/Test.sol";
import {Vm} from "forge-std/Vm.sol";

/// @dev Rebuilds the ledger from the manager's events alone and compares it with the manager.
contract LedgerReplay is Test {
    struct Ledger {
        uint256 supply;
        uint256 idle;
        uint256 dep;
        uint256 withheld;
        /// @dev R from flows, external flows and what moves and marks changed since the last balance.
        int256 reserve;
        /// @dev R at the last balance, and external flows since.
        int256 balanced;
        int256 external_;
        int256 unbalanced;
        uint256 balances;
    }

    struct Position {
        uint256 tokenReactor;
        uint256 pairReactor;
        uint256 tokenAmount;
        uint256 pairAmount;
        int256 units;
    }

    CycleManager public immutable manager;
    Ledger[] public ledgers;
    Position[] public positions;

    constructor(CycleManager manager_) {
        manager = manager_;
    }

    function replay(Vm.Log[] memory logs) external {
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].emitter == address(manager)) _apply(logs[i]);
        }
    }

    function _apply(Vm.Log memory entry) private {
        bytes32 kind = entry.topics[0];
        if (kind == ICycleManager.ReactorAdded.selector) {
            ledgers.push();
        } else if (kind == ICycleManager.PositionAdded.selector) {
            positions.push(Position(uint256(entry.topics[2]), uint256(entry.topics[3]), 0, 0, 0));
        } else if (kind == ICycleManager.Deposited.selector) {
            uint256 assets = abi.decode(entry.data, (uint256));
            Ledger storage ledger = ledgers[uint256(entry.topics[1])];
            ledger.supply += assets;
            ledger.idle += assets;
        } else if (kind == ICycleManager.ExternalFlow.selector) {
            _external(entry);
        } else if (kind == ICycleManager.PositionMarked.selector) {
            (uint256 token, uint256 pair,,) = abi.decode(entry.data, (uint256, uint256, uint256, bool));
            _mark(uint256(entry.topics[2]), token, pair);
        } else if (kind == ICycleManager.PositionMoved.selector) {
            _moved(entry);
        } else if (kind == ICycleManager.ReactorBalanced.selector) {
            _balanced(entry);
        } else if (kind == ICycleManager.ReactorFilled.selector) {
            (uint256 shares, uint256 assets) = abi.decode(entry.data, (uint256, uint256));
            Ledger storage ledger = ledgers[uint256(entry.topics[2])];
            ledger.supply -= shares;
            ledger.idle -= assets;
            ledger.withheld += assets;
        } else if (kind == ICycleManager.Paid.selector) {
            ledgers[uint256(entry.topics[1])].withheld -= abi.decode(entry.data, (uint256));
        }
    }

    function _external(Vm.Log memory entry) private {
        (int256 amount, ICycleManager.Reason reason) = abi.decode(entry.data, (int256, ICycleManager.Reason));
        Ledger storage ledger = ledgers[uint256(entry.topics[1])];
        ledger.external_ += amount;
        ledger.reserve += amount;
        if (reason != ICycleManager.Reason.Haircut) ledger.idle = uint256(int256(ledger.idle) + amount);
    }

    function _moved(Vm.Log memory entry) private {
        (int256 units, int256 tokenIdle, int256 pairIdle, uint256 token, uint256 pair,) =
            abi.decode(entry.data, (int256, int256, int256, uint256, uint256, bool));
        Position storage position = positions[uint256(entry.topics[2])];
        position.units += units;
        _addIdle(ledgers[position.tokenReactor], tokenIdle);
        _addIdle(ledgers[position.pairReactor], pairIdle);
        _mark(uint256(entry.topics[2]), token, pair);
    }

    function _addIdle(Ledger storage ledger, int256 amount) private {
        ledger.idle = uint256(int256(ledger.idle) + amount);
        ledger.reserve += amount;
        ledger.unbalanced += amount;
    }

    function _mark(uint256 id, uint256 token, uint256 pair) private {
        Position storage position = positions[id];
        _redeploy(ledgers[position.tokenReactor], position.tokenAmount, token);
        _redeploy(ledgers[position.pairReactor], position.pairAmount, pair);
        (position.tokenAmount, position.pairAmount) = (token, pair);
    }

    function _redeploy(Ledger storage ledger, uint256 old, uint256 fresh) private {
        ledger.dep = ledger.dep - old + fresh;
        ledger.reserve += int256(fresh) - int256(old);
        ledger.unbalanced += int256(fresh) - int256(old);
    }

    /// @dev R5-4: the flow is the change of R since the last balance less external flows, and that is marks and moves.
    function _balanced(Vm.Log memory entry) private {
        (int256 flow, int256 reserve, uint256 supply, uint256 lpAssets) =
            abi.decode(entry.data, (int256, int256, uint256, uint256));
        Ledger storage ledger = ledgers[uint256(entry.topics[2])];
        assertEq(ledger.balanced + flow + ledger.external_, reserve, "R5-4: flows and external flows = change of R");
        assertEq(flow, ledger.unbalanced, "R5-4: flow = marks and moves since the last balance");
        assertEq(reserve, ledger.reserve, "R5-4: R replayed");
        assertEq(supply, ledger.supply, "T replayed");
        uint256 assets = ledger.idle + ledger.dep;
        assertEq(lpAssets, supply < assets ? supply : assets, "L = min(T, idle + dep)");
        ledger.balanced = reserve;
        (ledger.external_, ledger.unbalanced) = (0, 0);
        ++ledger.balances;
    }

    /// @dev The replayed ledger is the manager's.
    function check() external view {
        assertEq(ledgers.length, manager.reactorCount(), "reactors replayed");
        for (uint256 i; i < ledgers.length; ++i) {
            Ledger memory ledger = ledgers[i];
            ReactorState memory s = manager.reactorState(i);
            assertEq(ledger.idle, s.idle, "idle replayed");
            assertEq(ledger.dep, s.dep, "dep replayed");
            assertEq(ledger.withheld, s.withheld, "withheld replayed");
            assertEq(ledger.supply, IReactor(s.reactor).totalSupply(), "T replayed");
            assertEq(ledger.reserve, manager.reserveOf(i), "R replayed");
            assertEq(int256(ledger.idle + ledger.dep), int256(ledger.supply) + ledger.reserve, "R5-1 replayed");
        }
        for (uint256 i; i < positions.length; ++i) {
            assertEq(uint256(positions[i].units), manager.positionState(i).units, "units replayed");
        }
    }
}
