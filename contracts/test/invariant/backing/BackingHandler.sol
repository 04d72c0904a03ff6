// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {BackingPool} from "../../../src/backing/BackingPool.sol";
import {IBackingPool} from "../../../src/backing/IBackingPool.sol";
import {TOKE} from "../../../src/token/TOKE.sol";
import {BackedLmpMock} from "../../mocks/backing/BackedLmpMock.sol";
import {AssetMock} from "../../mocks/lmp/AssetMock.sol";
import {BackingGhost} from "./BackingGhost.sol";
import {BackingReplay} from "./BackingReplay.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice Everything that can happen to a backing pool, by several accounts, with amounts of wei and of millions. No action may
/// revert but by a name it expects; one that finds nothing to do is not counted as effective.
contract BackingHandler is BackingGhost {
    BackingPool private immutable POOL;
    TOKE private immutable STAKE;
    AssetMock private immutable ASSET;
    BackedLmpMock private immutable LMP;
    BackingReplay public immutable replay;
    address public immutable oracle;
    address public immutable recovery;
    address[] public actors;

    uint256 public donatedToke;
    uint256 public donatedAssets;
    uint256 public exhausted;
    /// @dev Cases the active stake of an account is credited with, at the least.
    mapping(uint256 who => uint256) private seen;

    uint256 public total;
    string[] public names;
    mapping(string name => uint256) public calls;
    mapping(string name => uint256) public effective;

    constructor(
        BackingPool pool,
        BackedLmpMock lmp,
        BackingReplay replay_,
        address oracle_,
        address recovery_,
        address[] memory actors_
    ) BackingGhost(actors_.length) {
        (POOL, LMP, replay, oracle, recovery) = (pool, lmp, replay_, oracle_, recovery_);
        (STAKE, ASSET) = (TOKE(pool.toke()), AssetMock(pool.asset()));
        actors = actors_;
        names = [
            "stake",
            "requestExit",
            "cancelExit",
            "withdraw",
            "claim",
            "claimReturned",
            "notify",
            "returnToSlashed",
            "slash",
            "roll",
            "sync",
            "freeze",
            "warp",
            "donate"
        ];
    }

    modifier counted(string memory name) {
        ++calls[name];
        ++total;
        vm.recordLogs();
        _;
        replay.read(vm.getRecordedLogs());
    }

    /* STAKE AND EXIT */

    function stake(uint256 who, uint256 kind, uint256 toke) external counted("stake") {
        if (frozenSince != 0) {
            _expectRefusal(abi.encodeWithSelector(IBackingPool.Frozen.selector));
            POOL.stake(1);
            return _forgetLogs();
        }
        who = _ready(who);
        // Of wei, of about the least that earns, of millions.
        toke = _amount(toke, kind, [uint256(1000), 3e18, 1e24]);
        if (STAKE.balanceOf(address(this)) < toke) return;
        STAKE.transfer(actors[who], toke);
        vm.prank(actors[who]);
        STAKE.approve(address(POOL), toke);
        _touch(type(uint256).max);
        uint256 shares = _sharesFor(toke);
        if (shares > type(uint128).max - sharesAtRisk) {
            ++exhausted;
            _expectRefusal(abi.encodeWithSelector(IBackingPool.PoolExhausted.selector));
            vm.prank(actors[who]);
            POOL.stake(toke);
            _rollAfterARevert();
            return;
        }
        (uint256 a, uint256 h) = (tokeAtRisk, sharesAtRisk);
        _staked(who, toke);
        vm.prank(actors[who]);
        assertEq(POOL.stake(toke), shares, "shares of a stake");
        assertGe(shares, toke, "a share is worth more than a wei");
        // The product A/H rises by less than one share of the newcomer.
        if (h != 0) assertLe(_cross(tokeAtRisk, h), _cross(a, sharesAtRisk + 1), "A/H rises");
        seen[who] = caseCount();
        ++effective["stake"];
    }

    function requestExit(uint256 who, uint256 shares) external counted("requestExit") {
        who = _ready(_holder(who % ACTORS));
        if (active[who] == 0) return;
        // Every third time all of it, so that everybody may be cooling.
        shares = shares % 3 == 0 ? active[who] : _bound(shares, 1, active[who]);
        _touch(type(uint256).max);
        vm.prank(actors[who]);
        assertEq(POOL.requestExit(shares), _requested(who, shares), "day of an exit");
        seen[who] = caseCount();
        ++effective["requestExit"];
    }

    function cancelExit(uint256 who, uint256 which, uint256 shares) external counted("cancelExit") {
        uint256 day;
        (who, day) = _exitOf(who % ACTORS, which);
        if (day == 0) return;
        _ready(who);
        _syncExit(who, day);
        _touch(type(uint256).max);
        shares = _bound(shares, 1, cooling[who][day]);
        bool gone = hasLeft(day);
        if (gone) _expectRefusal(abi.encodeWithSelector(IBackingPool.BucketGone.selector, day));
        else _cancelled(who, day, shares);
        vm.prank(actors[who]);
        POOL.cancelExit(day, shares);
        if (gone) return _rollAfterARevert();
        seen[who] = caseCount();
        ++effective["cancelExit"];
    }

    function withdraw(uint256 who, uint256 which) external counted("withdraw") {
        uint256 day;
        (who, day) = _exitOf(who % ACTORS, which % 2 == 0 ? 0 : which);
        if (day == 0) return;
        _ready(who);
        _syncExit(who, day);
        _touch(type(uint256).max);
        if (hasLeft(day)) {
            vm.prank(actors[who]);
            assertEq(POOL.withdraw(day, actors[who]), _withdrew(who, day), "TOKE of an exit");
            ++effective["withdraw"];
        } else {
            _expectRefusal(abi.encodeWithSelector(IBackingPool.StillCooling.selector, day));
            vm.prank(actors[who]);
            POOL.withdraw(day, actors[who]);
            _rollAfterARevert();
        }
    }

    /* FEES */

    function claim(uint256 who) external counted("claim") {
        who = _ready(who);
        _touch(type(uint256).max);
        uint256 due = POOL.claimable(actors[who]);
        if (due == 0) _expectRefusal(abi.encodeWithSelector(IBackingPool.ZeroAmount.selector));
        vm.prank(actors[who]);
        uint256 assets = POOL.claim(actors[who]);
        if (due == 0) return _rollAfterARevert();
        assertEq(assets, due, "claimable");
        seen[who] = caseCount();
        _claimed(who, assets);
        ++effective["claim"];
    }

    function notify(uint256 kind, uint256 assets) external counted("notify") {
        _ready(0);
        assets = _amount(assets, kind, [uint256(1000), 1e12, 1e21]);
        _touch(type(uint256).max);
        _notified(assets);
        ASSET.mint(address(this), assets);
        ASSET.approve(address(POOL), assets);
        POOL.notify(assets);
        ++effective["notify"];
    }

    /* SLASH AND RETURN */

    function slash(uint256 kind, uint256 toke) external counted("slash") {
        // A case a week or so: more, and hardly a wei is left to be slashed.
        if (kind % 4 != 0) return;
        _ready(0);
        _touch(type(uint256).max);
        uint256 before = tokeAtRisk;
        toke = kind % 16 == 0 ? type(uint256).max : _bound(toke, 1, before / 20 + 1);
        uint256 caseId = caseCount();
        uint256 taken = _slashed(toke);
        vm.prank(oracle);
        (uint256 slashed, uint256 id) = POOL.slash(toke, recovery);
        assertEq(slashed, taken, "slashed");
        assertEq(id, caseId, "case");
        assertLe(slashed * 10, before * 3 + 9, "more than 30% of A, rounded up");
        if (slashed != 0) ++effective["slash"];
    }

    function returnToSlashed(uint256 which, uint256 toke) external counted("returnToSlashed") {
        uint256 held = STAKE.balanceOf(recovery);
        if (held == 0) return;
        uint256 caseId = which % caseCount();
        toke = _bound(toke, 1, held);
        _returned(caseId, toke);
        vm.startPrank(recovery);
        STAKE.approve(address(POOL), toke);
        POOL.returnToSlashed(caseId, toke);
        vm.stopPrank();
        ++effective["returnToSlashed"];
    }

    function claimReturned(uint256 who, uint256 which) external counted("claimReturned") {
        if (caseCount() == 0) return;
        who = _ready(who);
        uint256 caseId = which % caseCount();
        _touch(type(uint256).max);
        uint256 due = POOL.returnable(actors[who], caseId);
        assertLe(due, dueBack(who, caseId), "more returned than is due");
        if (due == 0) _expectRefusal(abi.encodeWithSelector(IBackingPool.ZeroAmount.selector));
        vm.prank(actors[who]);
        uint256 toke = POOL.claimReturned(caseId, actors[who]);
        if (due == 0) return _rollAfterARevert();
        assertEq(toke, due, "returnable");
        seen[who] = caseCount();
        _paidBack(who, caseId, toke);
        ++effective["claimReturned"];
    }

    /* UPKEEP AND TIME */

    /// @dev Every other time of days that are due: the next bucket's, or some later.
    function roll(uint256 time, uint256 maxDays) external counted("roll") {
        if (time % 2 == 0 && frozenSince == 0 && next < queue.length) {
            vm.warp(Math.max(block.timestamp, queue[next].day * 1 days + _bound(time, 0, 4 days)));
        }
        maxDays = maxDays % 4;
        if (_dueDays() != 0) ++effective["roll"];
        _touch(maxDays);
        POOL.roll(maxDays);
    }

    function sync(uint256 who, uint256 which, uint256 maxCases) external counted("sync") {
        _ready(0);
        uint256 day;
        (who, day) = _exitOf(who % ACTORS, which);
        _touch(type(uint256).max);
        uint256 credited = Math.min(maxCases % 4, caseCount() - seen[who]);
        POOL.sync(actors[who], credited);
        seen[who] += credited;
        if (day != 0) POOL.syncExit(actors[who], day, maxCases % 4);
        ++effective["sync"];
    }

    /// @dev A freeze lasts three weeks at most, as the ledger's. Every other one begins shortly before a bucket is due, and the next
    /// call comes when it is overdue.
    function freeze(uint256 kind, uint256 time) external counted("freeze") {
        if (frozenSince == 0) {
            if (kind % 3 == 0) return;
            uint256 due = next < queue.length ? queue[next].day * 1 days : 0;
            bool before = kind % 3 == 1 && due > block.timestamp;
            if (before) vm.warp(due - _bound(time, 0, Math.min(1 days, due - block.timestamp - 1)) - 1);
            frozenSince = block.timestamp;
            LMP.freeze();
            if (before) vm.warp(due + _bound(time, 0, 2 days));
        } else {
            frozenSince = 0;
            LMP.thaw();
        }
        ++effective["freeze"];
    }

    /// @dev Of seconds, of hours, of days, of months: many days may pass without a call.
    function warp(uint256 kind, uint256 time) external counted("warp") {
        uint256 most = [uint256(1 minutes), 12 hours, 6 days, 90 days][kind % 4];
        if (frozenSince != 0) most = Math.min(most, 6 days);
        skip(_bound(time, 1, most));
        if (frozenSince != 0 && block.timestamp > frozenSince + 21 days) {
            frozenSince = 0;
            LMP.thaw();
        }
        ++effective["warp"];
    }

    function donate(uint256 toke, uint256 assets) external counted("donate") {
        toke = _bound(toke, 1, 1e18);
        assets = _bound(assets, 1, 1e18);
        bytes32 before = keccak256(abi.encode(POOL.totals(), POOL.yearlyFeesPerToke()));
        STAKE.transfer(address(POOL), toke);
        ASSET.mint(address(POOL), assets);
        (donatedToke, donatedAssets) = (donatedToke + toke, donatedAssets + assets);
        assertEq(keccak256(abi.encode(POOL.totals(), POOL.yearlyFeesPerToke())), before, "a donation changes something");
        ++effective["donate"];
    }

    /// @notice Everything due is settled: nothing is left out of the figures of an account.
    function settleAll() external counted("settleAll") {
        _settleAll();
    }

    /// @notice Everybody takes everything, after all cooldowns.
    function leaveAll() external counted("leaveAll") {
        frozenSince = 0;
        LMP.thaw();
        _settleAll();
        for (uint256 i; i < ACTORS; ++i) {
            uint256 shares = active[i];
            if (shares == 0) continue;
            _requested(i, shares);
            vm.prank(actors[i]);
            POOL.requestExit(shares);
        }
        skip(60 days);
        _settleAll();
        for (uint256 i; i < ACTORS; ++i) {
            uint256[] memory list = daysOf(i);
            vm.startPrank(actors[i]);
            for (uint256 j; j < list.length; ++j) {
                assertEq(POOL.withdraw(list[j], actors[i]), _withdrew(i, list[j]), "last withdrawal");
            }
            if (POOL.claimable(actors[i]) != 0) _claimed(i, POOL.claim(actors[i]));
            for (uint256 k; k < caseCount(); ++k) {
                if (dueBack(i, k) != 0) _paidBack(i, k, POOL.claimReturned(k, actors[i]));
            }
            vm.stopPrank();
        }
    }

    function _settleAll() private {
        _touch(type(uint256).max);
        POOL.roll(type(uint256).max);
        for (uint256 i; i < ACTORS; ++i) {
            POOL.sync(actors[i], type(uint256).max);
            seen[i] = caseCount();
            uint256[] memory list = daysOf(i);
            for (uint256 j; j < list.length; ++j) {
                POOL.syncExit(actors[i], list[j], type(uint256).max);
            }
            slack += list.length + 1;
        }
    }

    /* HELPERS */

    function _amount(uint256 amount, uint256 kind, uint256[3] memory most) private pure returns (uint256) {
        return _bound(amount, 1, most[kind % 3]);
    }

    function _cross(uint256 a, uint256 h) private pure returns (uint256) {
        return a * h;
    }

    /// @dev A chosen account that no call will refuse for what nobody has rolled or synced.
    function _ready(uint256 who) private returns (uint256) {
        who %= ACTORS;
        if (_dueDays() > POOL.MAX_DAYS()) {
            _expectRefusal(abi.encodeWithSelector(IBackingPool.NotRolled.selector));
            POOL.sync(actors[who], 0);
            _forgetLogs();
            _touch(type(uint256).max);
            POOL.roll(type(uint256).max);
        }
        uint256 unseen = caseCount() - seen[who];
        if (active[who] != 0 && unseen > POOL.MAX_CASES()) {
            _expectRefusal(abi.encodeWithSelector(IBackingPool.NotRolled.selector));
            vm.prank(actors[who]);
            POOL.claim(actors[who]);
            _forgetLogs();
            _touch(type(uint256).max);
            POOL.sync(actors[who], unseen - POOL.MAX_CASES());
            seen[who] += unseen - POOL.MAX_CASES();
        }
        return who;
    }

    /// @dev The same for a stake in a bucket: it may have seen no case yet.
    function _syncExit(uint256 who, uint256 day) private {
        if (caseCount() <= POOL.MAX_CASES()) return;
        _touch(type(uint256).max);
        POOL.syncExit(actors[who], day, caseCount() - POOL.MAX_CASES());
    }

    /// @dev Recorded logs contain those of calls that were reverted: what is there is read before, what comes is dropped.
    function _expectRefusal(bytes memory reason) private {
        replay.read(vm.getRecordedLogs());
        vm.expectRevert(reason);
    }

    function _forgetLogs() private {
        vm.getRecordedLogs();
    }

    /// @dev A call that was refused has not touched the pool, but the ghost.
    function _rollAfterARevert() private {
        _forgetLogs();
        POOL.roll(type(uint256).max);
    }

    /// @dev The first with active stake from a drawn account on.
    function _holder(uint256 who) private view returns (uint256) {
        for (uint256 i; i < ACTORS; ++i) {
            if (active[(who + i) % ACTORS] != 0) return (who + i) % ACTORS;
        }
        return who;
    }

    /// @dev The first account with an exit from a drawn one on, and one of its days; 0: there is none.
    function _exitOf(uint256 who, uint256 which) private view returns (uint256, uint256) {
        for (uint256 i; i < ACTORS; ++i) {
            uint256[] memory list = daysOf((who + i) % ACTORS);
            if (list.length != 0) return ((who + i) % ACTORS, list[which % list.length]);
        }
        return (who, 0);
    }

    function actorCount() external view returns (uint256) {
        return ACTORS;
    }

    function nameCount() external view returns (uint256) {
        return names.length;
    }
}
