// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IPriceRegistry} from "../../../src/pricing/IPriceRegistry.sol";
import {CycleManager} from "../../../src/reactors/CycleManager.sol";
import {CycleState, ICycleManager, Phase, PositionState, ReactorState} from "../../../src/reactors/ICycleManager.sol";
import {Reactor} from "../../../src/reactors/Reactor.sol";
import {TokenFixture} from "../../fixtures/TokenFixture.sol";
import {FailingVenueMock} from "../../mocks/reactors/FailingVenueMock.sol";
import {LedgerReplay} from "../../mocks/reactors/LedgerReplay.sol";
import {World} from "../../unit/reactors/World.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @dev Everything users, markets and keepers do, in any order. Owns the whole world.
contract CycleHandler is World {
    uint256 public constant HANDLERS = 15;

    LedgerReplay public replay;
    string[HANDLERS] public names;
    uint256[HANDLERS] public calls;
    uint256[HANDLERS] public effective;
    uint256 public completed;
    uint256 public guardedRollovers;
    address[] private _actors;
    uint256[2] private _initialPrice = [ABC_PRICE, XYZ_PRICE];
    /// @dev Prices at startRollover; they move little while it lasts.
    uint256[2] private _rolloverPrice;
    uint256[] private _marked;

    function initialize() external {
        vm.recordLogs();
        setUpWorld();
        replay = new LedgerReplay(manager);
        for (uint256 i; i < 4; ++i) {
            _actors.push(makeAddr(string.concat("actor", vm.toString(i))));
        }
        fund();
        replay.replay(vm.getRecordedLogs());
    }

    function world() external view returns (CycleManager) {
        return manager;
    }

    function actors() external view returns (address[] memory) {
        return _actors;
    }

    /// @dev Counts, and replays the events of the call.
    modifier counted(uint256 index, string memory name) {
        ++calls[index];
        if (bytes(names[index]).length == 0) names[index] = name;
        vm.recordLogs();
        _;
        replay.replay(vm.getRecordedLogs());
    }

    /* USERS */

    function depositAssets(uint256 actor, uint256 reactor, uint256 amount) external counted(0, "deposit") {
        reactor = reactor % 3;
        address user = _actor(actor);
        if (reactorOf(reactor).maxDeposit(user) == 0) return;
        deposit(reactor, user, _bound(amount, 1, _scale(reactor, 100)));
        ++effective[0];
    }

    function requestRedeem(uint256 actor, uint256 reactor, uint256 shares) external counted(1, "requestRedeem") {
        Reactor r = reactorOf(reactor % 3);
        address user = _holder(r, actor);
        if (user == address(0) || r.requestsOf(user).length == 8) return;
        request(reactor % 3, user, _bound(shares, 1, r.balanceOf(user)));
        ++effective[1];
    }

    function cancelRedeem(uint256 actor, uint256 reactor, uint256 shares) external counted(2, "cancelRedeem") {
        CycleState memory c = manager.state();
        uint256 id = c.phase == Phase.Open ? c.cycle : c.cycle + 1;
        // Look for somebody with an open request, from a random start.
        for (uint256 i; i < 12; ++i) {
            Reactor r = reactorOf((reactor % 3 + i) % 3);
            address user = _actor(actor % 4 + i / 3);
            uint256 pending = r.pendingRedeemRequest(id, user);
            if (pending == 0) continue;
            uint256 before = r.balanceOf(user);
            shares = _bound(shares, 1, pending);
            vm.prank(user);
            r.cancelRedeem(id, shares, user, user);
            assertEq(r.balanceOf(user), before + shares, "cancelled shares are back");
            ++effective[2];
            return;
        }
    }

    function claim(uint256 actor, uint256 reactor, uint256 amount, bool byAssets) external counted(3, "claim") {
        for (uint256 i; i < 12; ++i) {
            uint256 id = (reactor % 3 + i) % 3;
            Reactor r = reactorOf(id);
            address user = _actor(actor % 4 + i / 3);
            uint256 shares = r.maxRedeem(user);
            uint256 assets = r.maxWithdraw(user);
            if (shares == 0 || assets == 0) continue;
            uint256 before = tokenOf(id).balanceOf(user);
            vm.prank(user);
            if (byAssets) r.withdraw(_bound(amount, 1, assets), user, user);
            else r.redeem(_bound(amount, 1, shares), user, user);
            assertLe(tokenOf(id).balanceOf(user) - before, assets, "no more than was set aside");
            ++effective[3];
            return;
        }
    }

    function transferShares(uint256 actor, uint256 reactor, uint256 amount) external counted(4, "transfer") {
        Reactor r = reactorOf(reactor % 3);
        address user = _holder(r, actor);
        if (user == address(0)) return;
        amount = _bound(amount, 1, r.balanceOf(user));
        vm.prank(user);
        r.transfer(_actor(actor / 7 + 1), amount);
        ++effective[4];
    }

    /* RESERVE */

    function contributeReserve(uint256 reactor, uint256 amount) external counted(5, "contribute") {
        contribute(reactor % 3, _bound(amount, 1, _scale(reactor % 3, 20)));
        ++effective[5];
    }

    function withdrawReserve(uint256 reactor, uint256 amount) external counted(6, "withdraw") {
        uint256 id = reactor % 3;
        ReactorState memory s = manager.reactorState(id);
        int256 free = manager.reserveOf(id) - int256(manager.reserveFloor(id));
        if (manager.state().phase != Phase.Open || free <= 0 || s.idle == 0) return;
        // A third of what may go: the reserve is also what the next rollovers live on.
        uint256 most = Math.ceilDiv(Math.min(uint256(free), s.idle), 3);
        reserve.withdraw(id, _bound(amount, 1, most), makeAddr("treasury"));
        assertGe(manager.reserveOf(id), int256(manager.reserveFloor(id)), "nothing leaves below sum dep/V");
        ++effective[6];
    }

    /* MARKETS */

    function priceFollowed(uint256 token, uint256 change) external counted(7, "price, pools follow") {
        TokenFixture t = token % 2 == 0 ? abc : xyz;
        uint256 price = _nextPrice(token % 2, change);
        prices.set(address(t), price);
        for (uint256 i; i < 3; ++i) {
            if ((i == 2) == (token % 2 == 1)) tradeTo(i, relative(t));
        }
        ++effective[7];
    }

    function priceAlone(uint256 token, uint256 change) external counted(8, "price, pools do not follow") {
        prices.set(token % 2 == 0 ? address(abc) : address(xyz), _nextPrice(token % 2, change));
        ++effective[8];
    }

    function staleFeed(uint256 which) external counted(9, "stale feed") {
        address[3] memory assets = [address(abc), address(xyz), address(eth)];
        for (uint256 i; i < 3; ++i) {
            if (prices.stale(assets[i])) {
                prices.setStale(assets[i], false);
                ++effective[9];
                return;
            }
        }
        // Working markets are the rule.
        if (which % 4 != 0) return;
        prices.setStale(assets[(which / 4) % 3], true);
        ++effective[9];
    }

    function venueFailure(uint256 read_, uint256 move_) external counted(10, "venue fails or recovers") {
        bool failed =
            failing.onRead() != FailingVenueMock.Failure.None || failing.onMove() != FailingVenueMock.Failure.None;
        if (!failed && read_ % 3 != 0) return;
        if (failed) failing.fail(FailingVenueMock.Failure.None, FailingVenueMock.Failure.None);
        else failing.fail(FailingVenueMock.Failure((read_ / 3) % 4), FailingVenueMock.Failure(move_ % 3));
        ++effective[10];
    }

    /// @dev Moves a pool away, takes a step, moves it back.
    function manipulatedStep(uint256 seed, uint256 change) external counted(11, "step in a moved pool") {
        uint256 position = seed % 3;
        uint256 price = relative(position == 2 ? xyz : abc, false);
        tradeTo(position, Math.mulDiv(price, _bound(change, 0.5e18, 2e18), WAD));
        bool done = _step(uint256(keccak256(abi.encode(seed))));
        tradeTo(position, price);
        if (done) ++effective[11];
    }

    /// @dev R5-9: tokens that nobody booked change nothing.
    function donate(uint256 reactor, uint256 amount) external counted(12, "donation") {
        bytes32 books = _books();
        tokenOf(reactor % 3).mint(address(manager), _bound(amount, 1, _scale(reactor % 3, 100)));
        assertEq(_books(), books, "R5-9: a donation changes nothing");
        ++effective[12];
    }

    /* KEEPERS AND TIME */

    function rolloverSteps(uint256 seed, uint256 count) external counted(13, "rollover steps") {
        bool any;
        count = _bound(count, 1, 9);
        for (uint256 i; i < count; ++i) {
            any = _step(uint256(keccak256(abi.encode(seed, i)))) || any;
        }
        if (any) ++effective[13];
    }

    function passTime(uint256 elapsed) external counted(14, "time") {
        skip(_bound(elapsed, 1 hours, 3 days));
        ++effective[14];
    }

    /* STEPS */

    /// @dev One undone item of the phase, at random; returns whether it was done. Every item is then called again.
    function _step(uint256 seed) private returns (bool) {
        CycleState memory c = manager.state();
        if (c.phase == Phase.Open) return _start(c);
        if (c.phase == Phase.Fill && c.left == 0) {
            manager.complete();
            assertBooks();
            ++completed;
            return true;
        }
        bool ofPositions = c.phase == Phase.Mark || c.phase == Phase.Move;
        uint256 count = 3;
        for (uint256 i; i < count; ++i) {
            uint256 id = (seed % count + i) % count;
            if (_stampOf(c.phase, ofPositions, id) == c.cycle + 1) continue;
            (bool ok, bytes memory reason) = _call(c.phase, id);
            if (!ok) {
                _assertExpected(bytes4(reason), c);
                continue;
            }
            bytes32 books = _books();
            (ok,) = _call(c.phase, id);
            assertTrue(ok && books == _books(), "R5-5: twice = once");
            _afterStep(c);
            return true;
        }
        return false;
    }

    function _start(CycleState memory c) private returns (bool) {
        if (block.timestamp < c.end) return false;
        manager.startRollover();
        manager.startRollover();
        _rolloverPrice = [relativeOf(0), relativeOf(1)];
        return true;
    }

    function _call(Phase phase, uint256 id) private returns (bool, bytes memory) {
        bytes4[6] memory steps = [
            bytes4(0),
            ICycleManager.mark.selector,
            ICycleManager.balance.selector,
            ICycleManager.plan.selector,
            ICycleManager.move.selector,
            ICycleManager.fill.selector
        ];
        return address(manager).call{gas: 5_000_000}(abi.encodeWithSelector(steps[uint256(phase)], id));
    }

    function _stampOf(Phase phase, bool ofPositions, uint256 id) private view returns (uint256) {
        if (ofPositions) {
            PositionState memory p = manager.positionState(id);
            return phase == Phase.Mark ? p.markedIn : p.movedIn;
        }
        ReactorState memory r = manager.reactorState(id);
        return phase == Phase.Balance ? r.balancedIn : phase == Phase.Plan ? r.plannedIn : r.filledIn;
    }

    /// @dev Only these may stop an item, and nothing stops a move from six hours on.
    function _assertExpected(bytes4 reason, CycleState memory c) private view {
        if (c.phase == Phase.Plan) {
            assertEq(reason, ICycleManager.TokenReactorsFirst.selector);
            return;
        }
        assertTrue(c.phase == Phase.Move, "R5-8: only a move may be refused");
        assertLt(block.timestamp, c.rolloverAt + manager.PASS_OVER_AFTER(), "R5-8: nothing stops a cycle");
    }

    function _afterStep(CycleState memory before) private {
        Phase phase = manager.state().phase;
        if (before.phase != Phase.Move && phase == Phase.Move) _rememberMarks();
        if (before.phase == Phase.Move && phase == Phase.Fill) _assertGuardrailsAfterMoves();
    }

    function _rememberMarks() private {
        delete _marked;
        for (uint256 i; i < 3; ++i) {
            PositionState memory p = manager.positionState(i);
            _marked.push(p.tokenAmount);
            _marked.push(p.pairAmount);
        }
    }

    /// @dev R5-3 after the moves. What is withdrawn loses at most 2% against its mark here (prices move little during a
    /// rollover); positions that grow or stay pay for their own losses, to the base unit. A rollover with a position
    /// that could not be moved proves nothing new here.
    function _assertGuardrailsAfterMoves() private {
        uint256[3] memory slack;
        for (uint256 i; i < 3; ++i) {
            PositionState memory p = manager.positionState(i);
            bool moved = p.tokenAmount <= p.tokenTarget && p.pairAmount <= p.pairTarget;
            if (p.stale || !moved) return;
            if (p.tokenTarget < _marked[2 * i]) slack[p.tokenReactor] += _marked[2 * i] / 50 + 3;
            if (p.pairTarget < _marked[2 * i + 1]) slack[p.pairReactor] += _marked[2 * i + 1] / 50 + 3;
        }
        for (uint256 id; id < 3; ++id) {
            ReactorState memory s = manager.reactorState(id);
            if (s.dep == 0) continue;
            int256 r = manager.reserveOf(id) + int256(slack[id]);
            assertGe(r, int256(manager.reserveFloor(id)), "R5-3: sum dep/V <= R");
            Reactor reactor = Reactor(s.reactor);
            uint256 staying = reactor.totalSupply() - reactor.openSharesUpTo(manager.state().cycle);
            assertLe(int256(s.dep) - r, int256(staying * s.maxLpShare / WAD), "R5-3: LP part <= M * T");
        }
        ++guardedRollovers;
    }

    /* HELP */

    function _books() private view returns (bytes32 hash) {
        for (uint256 i; i < 3; ++i) {
            hash = keccak256(abi.encode(hash, manager.reactorState(i), manager.positionState(i), manager.reserveOf(i)));
        }
        return keccak256(abi.encode(hash, manager.state()));
    }

    function _actor(uint256 seed) private view returns (address) {
        return _actors[seed % _actors.length];
    }

    /// @dev Somebody with shares, from a random start; the first depositors count too.
    function _holder(Reactor r, uint256 seed) private view returns (address) {
        for (uint256 i; i < _actors.length; ++i) {
            address user = _actors[(seed % _actors.length + i) % _actors.length];
            if (r.balanceOf(user) != 0) return user;
        }
        return address(0);
    }

    /// @dev One ABC-value scale for all reactors: about `eths` ETH.
    function _scale(uint256 reactor, uint256 eths) private pure returns (uint256) {
        if (reactor == ETH_ID) return eths * 1e18;
        return reactor == ABC_ID ? eths * 200e18 : eths * 500e6;
    }

    function relativeOf(uint256 token) private view returns (uint256) {
        return relative(token == 0 ? abc : xyz, true);
    }

    /// @dev In World the price of a stale asset cannot be read; here it can.
    function relative(TokenFixture token, bool raw) private view returns (uint256) {
        (, uint256 price,) = prices.legPrices(address(token));
        return raw ? price : price * 10 ** (18 - token.decimals());
    }

    function relative(TokenFixture token) internal view override returns (uint256) {
        return relative(token, false);
    }

    /// @dev Between rollovers by a third down or a half up, within 20 times of the start; in one by at most 2% in all.
    function _nextPrice(uint256 token, uint256 change) private view returns (uint256 price) {
        price = relativeOf(token) * _bound(change, 0.67e18, 1.5e18) / WAD;
        price = Math.max(Math.min(price, _initialPrice[token] * 20), _initialPrice[token] / 20);
        if (manager.state().phase == Phase.Open) return price;
        uint256 base = _rolloverPrice[token];
        return Math.max(Math.min(price, base * 101 / 100), base * 99 / 100);
    }
}
