// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Book, ILMP, Leg} from "../../../src/lmp/ILMP.sol";
import {LMP} from "../../../src/lmp/LMP.sol";
import {LmpConfigurator} from "../../../src/lmp/LmpConfigurator.sol";
import {AssetMock} from "../../mocks/lmp/AssetMock.sol";
import {DestinationMock} from "../../mocks/lmp/DestinationMock.sol";
import {LossLedgerMock} from "../../mocks/lmp/LossLedgerMock.sol";
import {SolverMock} from "../../mocks/lmp/SolverMock.sol";
import {LmpGhost} from "./LmpGhost.sol";
import {LogReplay} from "./LogReplay.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice Everything that can happen to a vault, by several actors, over failing and recovering destinations.
/// No action may revert; one that finds nothing to do is not counted as effective.
contract LmpHandler is LmpGhost {
    AssetMock public immutable asset;
    SolverMock private immutable SOLVER;
    LossLedgerMock private immutable LEDGER;
    uint256 private immutable ONE;
    DestinationMock[] public destinations;
    address[] public actors;

    uint256 private immutable LOSS_START;
    uint256 private lossAt;
    /// @notice What rebalances cost by the vault's own measure, WAD of V, and what they may have cost since the start: LMP-5.
    uint256 public lost;

    uint256 public donatedAssets;
    mapping(address destination => uint256) public donatedUnits;

    string[] public names;
    mapping(string name => uint256) public calls;
    mapping(string name => uint256) public effective;

    constructor(
        LMP lmp_,
        AssetMock asset_,
        SolverMock solver_,
        LossLedgerMock ledger_,
        LogReplay replay_,
        DestinationMock[] memory destinations_,
        address[] memory actors_
    ) {
        (lmp, asset, SOLVER, LEDGER, replay) = (lmp_, asset_, solver_, ledger_, replay_);
        ONE = 10 ** asset_.decimals();
        (destinations, actors) = (destinations_, actors_);
        names = [
            "deposit",
            "mint",
            "withdraw",
            "redeem",
            "redeemInKind",
            "report",
            "addProfit",
            "movePrice",
            "setAnswer",
            "invest",
            "divest",
            "passTime",
            "donate",
            "roundTrip",
            "sync",
            "redeemThroughQueue",
            "close",
            "pause"
        ];
        (LOSS_START, lossAt) = (block.timestamp, block.timestamp);
        _startSegment();
    }

    /// @dev Counts, and hands the logs of the action to the replay. The action returns whether it did something.
    modifier counted(string memory name) {
        ++calls[name];
        vm.recordLogs();
        _;
    }

    function _done(string memory name) private {
        ++effective[name];
        replay.read(vm.getRecordedLogs());
    }

    /* FLOWS */

    function deposit(uint256 who, uint256 assets) external counted("deposit") {
        uint256 max = Math.min(lmp.maxDeposit(address(0)), 1000 * ONE);
        if (max == 0) return;
        assets = _bound(assets, 1, max);
        uint256 preview = lmp.previewDeposit(assets);
        if (preview == 0) return;
        Before memory x = _before();
        address actor = _fund(who, assets);
        vm.prank(actor);
        uint256 shares = lmp.deposit(assets, actor);
        _done("deposit");
        assertEq(shares, preview, "previewDeposit is exact");
        _afterEntry(x, assets, shares);
    }

    function mint(uint256 who, uint256 shares) external counted("mint") {
        uint256 max = Math.min(lmp.maxMint(address(0)), 1000 * ONE);
        if (max == 0) return;
        shares = _bound(shares, 1, max);
        uint256 preview = lmp.previewMint(shares);
        Before memory x = _before();
        address actor = _fund(who, preview);
        vm.prank(actor);
        uint256 assets = lmp.mint(shares, actor);
        _done("mint");
        assertEq(assets, preview, "previewMint is exact");
        _afterEntry(x, assets, shares);
    }

    function withdraw(uint256 who, uint256 assets) external counted("withdraw") {
        address actor = _holder(who);
        uint256 max = lmp.maxWithdraw(actor);
        if (max == 0) return;
        assets = _bound(assets, 1, max);
        uint256 preview = lmp.previewWithdraw(assets);
        Before memory x = _before();
        vm.prank(actor);
        uint256 shares = lmp.withdraw(assets, actor, actor);
        _done("withdraw");
        assertEq(shares, preview, "previewWithdraw is exact");
        _afterExit(x, shares, assets > x.book.mark);
    }

    function redeem(uint256 who, uint256 shares) external counted("redeem") {
        address actor = _holder(who);
        uint256 max = lmp.maxRedeem(actor);
        if (max == 0) return;
        shares = _bound(shares, 1, max);
        uint256 preview = lmp.previewRedeem(shares);
        if (preview == 0) return;
        Before memory x = _before();
        vm.prank(actor);
        uint256 assets = lmp.redeem(shares, actor, actor);
        _done("redeem");
        assertEq(assets, preview, "previewRedeem is exact");
        _afterExit(x, shares, assets > x.book.mark);
    }

    /// @dev More than idle pays, in the block of a report, by destinations that sell at up to 2% below their safe value.
    function redeemThroughQueue(uint256 who, uint256 shares, uint256 bps) external counted("redeemThroughQueue") {
        Before memory x = _before();
        lmp.report();
        replay.read(vm.getRecordedLogs());
        _afterReport(x);
        address actor = _holder(who);
        uint256 held = lmp.balanceOf(actor);
        (x.book) = lmp.book();
        if (held == 0 || block.timestamp < x.book.pausedUntil || lmp.previewRedeem(held) <= x.book.idle) return;
        // Some keep old values: exits have their budget, and the queue is for more.
        if (x.book.expiry != 0) return;
        shares = _bound(shares, 1, held);
        for (uint256 i; i < destinations.length; ++i) {
            destinations[i].setSale(asset, _bound(bps >> i, 9800, 10_020));
        }
        x = _before();
        uint256 preview = lmp.previewRedeem(shares);
        uint256 owed = Math.mulDiv(shares, x.exit + 1, x.supply + 1);
        if (preview == 0 || owed <= x.book.idle) return;
        vm.prank(actor);
        try lmp.redeem(shares, actor, actor) returns (uint256 assets) {
            _done("redeemThroughQueue");
            assertGe(assets, preview, "the preview is a floor");
            assertLe(assets, owed, "more than was owed");
            _afterQueueExit(x, shares, assets);
        } catch (bytes memory reason) {
            // Nobody buys what is unsafe, or at such a price.
            assertEq(bytes4(reason), ILMP.InsufficientLiquidity.selector, "an exit through the queue failed");
        }
    }

    function redeemInKind(uint256 who, uint256 shares) external counted("redeemInKind") {
        address actor = _holder(who);
        uint256 held = lmp.balanceOf(actor);
        if (held == 0) return;
        shares = _bound(shares, 1, held);
        // Enough of the whole for at least one base unit of idle or of units.
        if (shares <= lmp.totalSupply() / 1e6) return;
        Before memory x = _before();
        uint256 idleBefore = asset.balanceOf(actor);
        vm.prank(actor);
        try lmp.redeemInKind(shares, actor) returns (uint256 assets, address[] memory, uint256[] memory) {
            _done("redeemInKind");
            assertEq(asset.balanceOf(actor) - idleBefore, assets, "idle slice paid");
            _afterExit(x, shares, true);
            _inKindTermsWere(x, shares, assets);
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), ILMP.ZeroAmount.selector, "in-kind never stops, but for dust");
        }
    }

    /// @dev k = min(L/X, 1%) rounded up with X = idle + sumMin, T = (L - k*X)+ * shares/(supply + 1) rounded up.
    function _inKindTermsWere(Before memory x, uint256 shares, uint256 assets) private view {
        // The earned fee was minted before: supply is what is left and the leaver's.
        uint256 whole = lmp.totalSupply() + shares + 1;
        (uint256 l, uint256 base) = (x.book.locked, x.book.idle + x.book.sumMin);
        uint256 k = base == 0 ? 0.01e18 : Math.min(Math.ceilDiv(l * 1e18, base), 0.01e18);
        uint256 excess = l > base * k / 1e18 ? l - base * k / 1e18 : 0;
        assertEq(x.book.locked - lmp.book().locked, Math.ceilDiv(excess * shares, whole), "T");
        assertEq(assets, Math.mulDiv(x.book.idle, shares * (1e18 - k), whole * 1e18), "slice of idle");
    }

    /// @dev LMP-1: nothing done inside one transaction on a clean book pays out more, at safe, than was put in.
    function roundTrip(uint256 who, uint256 amount, uint256 kind) external counted("roundTrip") {
        Before memory x = _before();
        lmp.report();
        replay.read(vm.getRecordedLogs());
        _afterReport(x);
        uint256 max = Math.min(lmp.maxDeposit(address(0)), 1000 * ONE);
        if (max == 0) return;
        if (kind % 3 == 2) _inKindThenMint(_holder(who), amount);
        else _enterThenLeave(who, _bound(amount, 1, max), kind % 3 == 0);
    }

    function _enterThenLeave(uint256 who, uint256 assets, bool byRedeem) private {
        if (lmp.previewDeposit(assets) == 0) return;
        address actor = _fund(who, assets);
        Before memory x = _before();
        vm.prank(actor);
        uint256 shares = lmp.deposit(assets, actor);
        replay.read(vm.getRecordedLogs());
        _afterEntry(x, assets, shares);

        x = _before();
        uint256 got = byRedeem ? lmp.previewRedeem(shares) : Math.min(assets, lmp.maxWithdraw(actor));
        if (got == 0 || got > x.book.idle || lmp.maxRedeem(actor) < shares) return;
        vm.prank(actor);
        uint256 burnt = shares;
        if (byRedeem) got = lmp.redeem(shares, actor, actor);
        else burnt = lmp.withdraw(got, actor, actor);
        _done("roundTrip");
        _afterExit(x, burnt, got > x.book.mark);
        if (byRedeem) assertLe(got, assets, "LMP-1: entry and exit in one transaction profit");
        else assertTrue(got < assets || burnt >= shares, "LMP-1: entry and exit in one transaction profit");

        if (lmp.balanceOf(actor) == 0) return;
        uint256 all = lmp.balanceOf(actor);
        vm.expectRevert(ILMP.DepositedInThisTransaction.selector);
        vm.prank(actor);
        lmp.redeemInKind(all, actor);
    }

    function _inKindThenMint(address actor, uint256 shares) private {
        uint256 held = lmp.balanceOf(actor);
        if (held <= lmp.totalSupply() / 1e6) return;
        shares = _bound(shares, lmp.totalSupply() / 1e6 + 1, held);
        Before memory x = _before();
        vm.prank(actor);
        try lmp.redeemInKind(shares, actor) {}
        catch (bytes memory reason) {
            assertEq(bytes4(reason), ILMP.ZeroAmount.selector, "in-kind never stops, but for dust");
            return;
        }
        replay.read(vm.getRecordedLogs());
        _afterExit(x, shares, true);
        Book memory b = lmp.book();
        uint256 taken = x.gross - _gross(b);
        // The fee on locked profit is not earned yet: what leaves in kind leaves without it.
        uint256 untaxed = Math.ceilDiv((x.book.locked - b.locked) * lmp.feeBps(), 10_000);
        if (lmp.maxMint(actor) < shares) return;
        x = _before();
        _fundActor(actor, lmp.previewMint(shares));
        vm.prank(actor);
        uint256 paid = lmp.mint(shares, actor);
        _done("roundTrip");
        _afterEntry(x, paid, shares);
        assertLe(taken, paid + untaxed, "LMP-1: in-kind exit and entry in one transaction profit");
    }

    /* VALUE */

    function report(uint256 who) external counted("report") {
        Before memory x = _before();
        vm.prank(actors[who % actors.length]);
        lmp.report();
        _done("report");
        _afterReport(x);

        bytes32 once = _perShare();
        vm.prank(actors[(who / 2) % actors.length]);
        lmp.report();
        replay.read(vm.getRecordedLogs());
        assertEq(_perShare(), once, "LMP-2: a second report, by anyone, changes nothing");
    }

    function addProfit(uint256 who, uint256 assets) external counted("addProfit") {
        // Now and then more than everything, so that exits of more than the mark happen.
        assets = _bound(assets, 1, (assets % 4 == 0 ? 3000 : 10) * ONE);
        if (lmp.book().idle + assets > 1e9 * ONE) return;
        Before memory x = _before();
        address actor = _fund(who, assets);
        vm.prank(actor);
        lmp.addProfit(assets);
        _done("addProfit");
        _afterValueChange(x);
    }

    function donate(uint256 which, uint256 amount, bool units) external counted("donate") {
        amount = _bound(amount, 1, 100 * ONE);
        DestinationMock destination = destinations[which % destinations.length];
        bytes32 before = _perShare();
        if (units) {
            destination.mint(address(lmp), amount);
            donatedUnits[address(destination)] += amount;
        } else {
            asset.mint(address(lmp), amount);
            donatedAssets += amount;
            asset.mint(address(destination), amount);
        }
        _done("donate");
        assertEq(_perShare(), before, "LMP-2: a transfer changes a price");
    }

    function movePrice(uint256 which, uint256 permille, uint256 spotBps) external counted("movePrice") {
        DestinationMock destination = destinations[which % destinations.length];
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
        DestinationMock destination = destinations[which % destinations.length];
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
        LEDGER.say(lmp, LossLedgerMock.Sync(mark, kind % 8 == 7, cover, int256(lmp.cover()) - int256(cover)));
        _done("sync");
        _afterSync();
    }

    function lossAllowed() external view returns (uint256) {
        return 0.001e18 + 0.00005e18 * (lossAt - LOSS_START) / 1 days;
    }

    /* ROLES */

    /// @dev Three times out of four it is opened again: a vault of closing destinations does little.
    function close(uint256 which, uint256 kind) external counted("close") {
        address destination = address(destinations[which % destinations.length]);
        LmpConfigurator configurator = LmpConfigurator(lmp.configurator());
        if (lmp.destinationState(destination).closingAt != 0) configurator.reopenDestination(lmp, destination);
        else if (kind % 4 == 0) configurator.closeDestination(lmp, destination);
        else return;
        _done("close");
    }

    function pause(uint256 kind) external counted("pause") {
        Book memory b = lmp.book();
        LmpConfigurator configurator = LmpConfigurator(lmp.configurator());
        if (block.timestamp < b.pausedUntil) configurator.unpause(lmp);
        else if (kind % 4 == 0 && block.timestamp >= b.pausedUntil + 7 days) configurator.pause(lmp);
        else return;
        _done("pause");
    }

    /* REBALANCES: the solver delivers between 0.3% less and 0.1% more than the safe value of what it takes */

    function invest(uint256 which, uint256 assets, uint256 bps) external counted("invest") {
        DestinationMock destination = destinations[which % destinations.length];
        uint256 idle = lmp.book().idle;
        if (idle < ONE / 1e3 || destination.answer() != DestinationMock.Answer.Good) return;
        assets = _bound(assets, ONE / 1e3, idle);
        uint256 units = assets * 1e18 / destination.safePrice() * _bound(bps, 9970, 10_010) / 10_000;
        if (_rebalance(address(0), assets, address(destination), units)) ++effective["invest"];
    }

    function divest(uint256 which, uint256 units, uint256 bps) external counted("divest") {
        DestinationMock destination = destinations[which % destinations.length];
        uint256 held = lmp.destinationState(address(destination)).units;
        if (held < 1e15) return;
        units = _bound(units, 1e15, held);
        uint256 assets = units * destination.safePrice() / 1e18 * _bound(bps, 9970, 10_010) / 10_000;
        if (_rebalance(address(destination), units, address(0), assets)) ++effective["divest"];
    }

    function _rebalance(address from, uint256 out, address to, uint256 units) private returns (bool) {
        Leg[] memory outs = new Leg[](1);
        Leg[] memory ins = new Leg[](1);
        (outs[0], ins[0]) = (Leg(from, out), Leg(to, units));
        Before memory x = _before();
        uint256 room = lmp.lossRoom();
        try SOLVER.run(lmp, outs, ins) {}
        catch (bytes memory reason) {
            bytes4 why = bytes4(reason);
            bool closing = why == ILMP.DestinationIsClosing.selector || why == ILMP.TooLittle.selector;
            assertTrue(why == ILMP.LossExceeded.selector || closing, "a fair move was refused");
            if (!closing) assertLt(room, _gross(x.book) / 100, "LMP-5: refused though there was room");
            return false;
        }
        uint256 used = replay.lossUsed();
        uint256 decayed = 0.00005e18 * (block.timestamp - lossAt) / 1 days;
        replay.read(vm.getRecordedLogs());
        if (replay.lossUsed() != used) {
            lost += replay.lossUsed() - (used > decayed ? used - decayed : 0);
            lossAt = block.timestamp;
        }
        // Valued and settled before the trade, and again after it.
        _afterSettlements(x, SOLVER.seen());
        return true;
    }

    /* HELPERS */

    /// @dev Everything a holder can see per share.
    function _perShare() private view returns (bytes32) {
        return keccak256(
            abi.encode(
                lmp.book(), lmp.totalSupply(), lmp.totalAssets(), lmp.entryAssets(), lmp.exitAssets(), lmp.isFresh()
            )
        );
    }

    function _fund(uint256 who, uint256 assets) private returns (address actor) {
        actor = actors[who % actors.length];
        _fundActor(actor, assets);
    }

    function _fundActor(address actor, uint256 assets) private {
        asset.mint(actor, assets);
        vm.prank(actor);
        asset.approve(address(lmp), assets);
    }

    /// @dev The first holder from a drawn actor on.
    function _holder(uint256 who) private view returns (address actor) {
        for (uint256 i; i < actors.length; ++i) {
            actor = actors[(who % actors.length + i) % actors.length];
            if (lmp.balanceOf(actor) != 0) return actor;
        }
    }

    function destinationCount() external view returns (uint256) {
        return destinations.length;
    }

    function actorCount() external view returns (uint256) {
        return actors.length;
    }

    function nameCount() external view returns (uint256) {
        return names.length;
    }
}
