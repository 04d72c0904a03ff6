// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Book} from "../../../src/lmp/ILMP.sol";
import {DestinationMock} from "../../mocks/lmp/DestinationMock.sol";
import {LossLedgerMock} from "../../mocks/lmp/LossLedgerMock.sol";
import {FlowActions} from "./FlowActions.sol";

/// @notice What happens to a vault besides flows: value, time, its roles and its ledger, and hostile tokens.
abstract contract ValueActions is FlowActions {
    /* VALUE */

    function report(uint256 who) external counted("report") {
        _report(_actor(who));
        bytes32 once = _perShare();
        vm.prank(_actor(who / 2));
        lmp.report();
        _read();
        _done("report");
        assertEq(_perShare(), once, "LMP-2: a second report, by anyone, changes nothing");
    }

    function addProfit(uint256 who, uint256 assets) external counted("addProfit") {
        // Now and then more than everything, so that exits of more than the mark happen.
        if (_gift(_actor(who), _bound(assets, 1, (assets % 8 == 0 ? 1000 : 10) * ONE)) != 0) _done("addProfit");
    }

    function donate(uint256 which, uint256 amount, uint256 kind) external counted("donate") {
        amount = _bound(amount, 1, 100 * ONE);
        DestinationMock destination = _destination(which);
        bytes32 before = _perShare();
        if (kind % 3 == 0) {
            destination.mint(address(lmp), amount);
            donatedUnits[address(destination)] += amount;
        } else if (kind % 3 == 1) {
            asset.mint(address(lmp), amount);
            donatedAssets += amount;
        } else {
            asset.mint(address(destination), amount);
            destination.mint(address(destination), amount);
        }
        _done("donate");
        assertEq(_perShare(), before, "LMP-2: a transfer changes a price");
    }

    function movePrice(uint256 which, uint256 permille, uint256 spotBps) external counted("movePrice") {
        DestinationMock destination = _destination(which);
        uint256 safe = destination.safePrice() * _bound(permille, 970, 1032) / 1000;
        safe = _bound(safe, ONE / 5, ONE * 5);
        // Now and then a discount of 4%, which is no loss.
        uint256 backing = permille % 4 == 0 ? safe * 100 / 96 + 1 : safe * 101 / 100;
        destination.setPrices(safe, safe * _bound(spotBps, 9950, 10_050) / 10_000, backing);
        _done("movePrice");
    }

    /// @dev Three times out of four the destination recovers, else it fails in one of the ways it can.
    function setAnswer(uint256 which, uint256 answer) external counted("setAnswer") {
        DestinationMock.Answer next =
            answer % 4 != 0 ? DestinationMock.Answer.Good : DestinationMock.Answer((answer / 4) % 8);
        DestinationMock destination = _destination(which);
        if (next == destination.answer()) return;
        destination.setAnswer(next);
        _done("setAnswer");
    }

    function passTime(uint256 time) external counted("passTime") {
        skip(time % 16 == 0 ? 25 hours : _bound(time, 1 minutes, 8 hours));
        _done("passTime");
    }

    /// @dev The ledger speaks: the mark is the released value at safe prices per share, or a few percent from it; now and then it
    /// freezes, or slashes or recovers something.
    function sync(uint256 bps, uint256 kind, uint256 cover) external counted("sync") {
        Book memory b = lmp.book();
        uint256 mark = _released(b) * 1e18 / lmp.totalSupply() * _bound(bps, 9800, 10_300) / 10_000;
        cover = kind % 4 == 0 ? _bound(cover, 1, _gross(b) / 20 + 1) : 0;
        LEDGER.say(lmp, LossLedgerMock.Sync(mark, kind % 16 == 7, cover, int256(lmp.cover()) - int256(cover)));
        _read();
        _done("sync");
        _afterSync();
    }

    /* ROLES */

    /// @dev Three times out of four it is opened again: a vault of closing destinations does little.
    function close(uint256 which, uint256 kind) external counted("close") {
        address destination = address(_destination(which));
        if (lmp.destinationState(destination).closingAt != 0) CONFIGURATOR.reopenDestination(lmp, destination);
        else if (kind % 4 == 0) CONFIGURATOR.closeDestination(lmp, destination);
        else return;
        _read();
        _done("close");
    }

    function pause(uint256 kind) external counted("pause") {
        if (_isPaused()) CONFIGURATOR.unpause(lmp);
        else if (kind % 2 == 0 && block.timestamp >= lmp.book().pausedUntil + 7 days) CONFIGURATOR.pause(lmp);
        else return;
        _read();
        _done("pause");
    }

    /// @dev Around what the vault holds, so that it binds; then far above again.
    function setCap(uint256 bps) external counted("setCap") {
        uint256 high = 1e9 * ONE;
        if (lmp.cap() < high) CONFIGURATOR.raiseCap(lmp, high);
        else if (bps % 4 == 0) CONFIGURATOR.lowerCap(lmp, _gross(lmp.book()) * _bound(bps, 9900, 10_200) / 10_000);
        else return;
        _read();
        _done("setCap");
    }

    /* HOSTILE TOKENS */

    /// @dev From now on the asset or the units call back into the vault in every transfer, sale and valuation; or no longer.
    function arm(uint256 which, uint256 kind) external counted("arm") {
        address hook = kind % 2 == 0 ? address(attacker) : address(0);
        if (which % (destinations.length + 1) == 0) asset.setHook(hook, address(lmp));
        else _destination(which).setHook(hook);
        _done("arm");
    }
}
