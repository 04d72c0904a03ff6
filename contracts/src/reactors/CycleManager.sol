// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IPriceRegistry} from "../pricing/IPriceRegistry.sol";
import {CycleLedger} from "./CycleLedger.sol";
import {CycleMath, WAD} from "./CycleMath.sol";
import {Guardrails} from "./Guardrails.sol";
import {CycleState, Phase, PositionState, ReactorState} from "./ICycleManager.sol";
import {IPairVenue} from "./IPairVenue.sol";
import {IReactor} from "./IReactor.sol";
import {VenueReader} from "./VenueReader.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title The rollover of all reactors, one item per call
/// @notice
/// MARK      both sides of a position at what its units hold at the oracle price; the price of an asset is read once per
///           rollover. No fresh price or a failing venue: the previous mark stays, the position is stale: it is not moved and
///           both its reactors deploy nothing new.
/// BALANCE   flow = R - R(last balance) - external flows since. What moves and fills change of R is in the next flow.
/// PLAN      targets within the guardrails and beside what open cohorts need. Without votes a token reactor wants the same
///           amount in each of its venues; what that takes of the pair side is scaled by one factor where it is short.
/// MOVE      units to the smaller of both targets at the oracle price of the move. The pool must agree with it within
///           TOLERANCE. Positions that cannot be moved are passed over from PASS_OVER_AFTER on.
/// FILL      open cohorts from idle at min(1, q). While R < 0 nobody is filled for GRACE_CYCLES cycles, then all at q.
/// COMPLETE  the next cycle begins.
///
/// Every item depends on the plan and on itself, never on another item's move: any order gives the same books.
/// A venue or a feed cannot stop the cycle, and neither can a caller who sends too little gas: before each call whose
/// failure is forgiven there must be gas for it.
contract CycleManager is CycleLedger {
    using SafeERC20 for IERC20;

    /// @dev What an attempted move did.
    struct Moved {
        uint256 units;
        int256 tokenIdle;
        int256 pairIdle;
        uint256 tokenAmount;
        uint256 pairAmount;
    }

    /// @notice Seconds after startRollover from which a position that cannot be moved is passed over.
    uint256 public constant PASS_OVER_AFTER = 6 hours;
    /// @notice Cycles with R < 0 without fills.
    uint256 private constant GRACE_CYCLES = 2;
    /// @notice Gas given to a price or a quantity, and to a move that may be passed over.
    uint256 private constant READ_GAS = 400_000;
    uint256 public constant MOVE_GAS = 1_200_000;
    /// @dev Kept for the rest of the step.
    uint256 private constant REST_GAS = 150_000;
    /// @dev An increase may cost so much more than planned; as the venue reader allows.
    uint256 private constant TOLERANCE = 0.01e18;
    uint256 private constant MAX_AMOUNT = type(uint112).max;

    struct MarkPrice {
        uint256 price;
        uint256 stamp;
    }

    /// @dev A plan is these numbers, not a target per position: it costs the same however often it is the first one.
    struct Factors {
        /// @dev Token reactors: wanted in each position that can move.
        uint256 each;
        uint256 scale;
        uint256 grow;
    }

    mapping(uint256 reactorId => MarkPrice) private _markPrices;
    /// @dev Sums over the positions of a reactor, from mark to fill.
    mapping(uint256 reactorId => Guardrails.Wants) private _wants;
    mapping(uint256 reactorId => Factors) private _factors;
    /// @dev Token reactors still to plan in this rollover.
    uint256 private _tokensLeft;

    constructor(address authority_, IPriceRegistry prices_, uint256 length, uint256 firstEnd)
        CycleLedger(authority_, prices_, length, firstEnd)
    {}

    /* ROLLOVER */

    /// @notice Starts the rollover once the cycle's time is up. Does nothing while one is under way.
    function startRollover() external nonReentrant {
        if (_cycle.phase != Phase.Open) return;
        require(block.timestamp >= _cycle.end, CycleNotOver(_cycle.end));
        _cycle.rolloverAt = block.timestamp;
        _tokensLeft = _tokenReactors;
        emit RolloverStarted(_cycle.cycle, msg.sender);
        _enter(Phase.Mark);
    }

    function mark(uint256 positionId) external nonReentrant {
        PositionState storage position = _position(positionId);
        if (!_due(position.markedIn, Phase.Mark)) return;
        position.markedIn = _stamp();

        uint256 tokenPrice = _assetPrice(position.tokenReactor);
        uint256 pairPrice = _assetPrice(position.pairReactor);
        VenueReader.Mark memory reading;
        _requireGas(READ_GAS);
        try reader.mark{gas: READ_GAS}(positionId, tokenPrice, pairPrice) returns (VenueReader.Mark memory fresh) {
            reading = fresh;
            position.stale = false;
            _remark(position, reading.tokenAmount, reading.pairAmount);
            _pairPerToken[positionId] = reading.pairPerToken;
        } catch {
            position.stale = true;
            _stick(position.tokenReactor, position.tokenAmount, position.multiple);
            _stick(position.pairReactor, position.pairAmount, position.multiple);
        }
        emit PositionMarked(
            _cycle.cycle, positionId, position.tokenAmount, position.pairAmount, reading.price, position.stale
        );
        _itemDone();
    }

    function balance(uint256 id) external nonReentrant {
        ReactorState storage book = _book(id);
        if (!_due(book.balancedIn, Phase.Balance)) return;
        book.balancedIn = _stamp();

        uint256 supply = IReactor(book.reactor).totalSupply();
        uint256 assets = book.idle + book.dep;
        // Amounts of tokens stay far below 2^255.
        // forge-lint: disable-next-line(unsafe-typecast)
        int256 reserve_ = int256(assets) - int256(supply);
        int256 flow = reserve_ - book.lastReserve - book.external_;
        book.lastReserve = reserve_;
        book.external_ = 0;
        emit ReactorBalanced(_cycle.cycle, id, flow, reserve_, supply, Math.min(supply, assets));
        _itemDone();
    }

    /// @notice Token reactors before all pair reactors.
    function plan(uint256 id) external nonReentrant {
        ReactorState storage book = _book(id);
        if (!_due(book.plannedIn, Phase.Plan)) return;
        require(!book.isPair || _tokensLeft == 0, TokenReactorsFirst(id));
        book.plannedIn = _stamp();

        uint256 target = book.isPair ? _planPair(id, book) : _planToken(id, book);
        emit ReactorPlanned(_cycle.cycle, id, target);
        _itemDone();
    }

    function move(uint256 positionId) external nonReentrant {
        PositionState storage position = _position(positionId);
        if (!_due(position.movedIn, Phase.Move)) return;
        position.movedIn = _stamp();

        bool skipped = position.stale;
        Moved memory moved;
        if (!skipped) {
            _setTargets(positionId, position);
            (skipped, moved) = _tryMove(positionId);
        }
        uint256 unitsBefore = position.units;
        if (skipped) {
            moved = Moved(unitsBefore, 0, 0, position.tokenAmount, position.pairAmount);
        } else {
            position.units = moved.units;
            _remark(position, moved.tokenAmount, moved.pairAmount);
            _addIdle(_books[position.tokenReactor], moved.tokenIdle);
            _addIdle(_books[position.pairReactor], moved.pairIdle);
        }
        emit PositionMoved(
            _cycle.cycle,
            positionId,
            // Amounts of tokens stay far below 2^255.
            // forge-lint: disable-next-line(unsafe-typecast)
            int256(moved.units) - int256(unitsBefore),
            moved.tokenIdle,
            moved.pairIdle,
            moved.tokenAmount,
            moved.pairAmount,
            skipped
        );
        _itemDone();
    }

    function fill(uint256 id) external nonReentrant {
        ReactorState storage book = _book(id);
        if (!_due(book.filledIn, Phase.Fill)) return;
        book.filledIn = _stamp();

        uint256 shares;
        uint256 assets;
        bool short = _reserve(book) < 0;
        if (!short || book.shortCycles >= GRACE_CYCLES) {
            (shares, assets) = IReactor(book.reactor).fill(_cycle.cycle, book.idle, _coverage(book));
            book.idle -= assets;
            book.withheld += assets;
        }
        book.shortCycles = short ? book.shortCycles + 1 : 0;
        book.dep0 = book.dep;
        delete _wants[id];
        emit ReactorFilled(_cycle.cycle, id, shares, assets);
        if (shares > assets) {
            // Leavers bear this part of the shortfall: R rises without a surplus.
            // Amounts of tokens stay far below 2^255.
            // forge-lint: disable-next-line(unsafe-typecast)
            int256 haircut = int256(shares - assets);
            book.external_ += haircut;
            emit ExternalFlow(id, haircut, Reason.Haircut);
        }
        _itemDone();
    }

    function complete() external nonReentrant {
        CycleState storage c = _cycle;
        require(c.phase == Phase.Fill && c.left == 0, WrongPhase(c.phase));
        c.end = CycleMath.nextEnd(c.end, block.timestamp, cycleLength);
        c.start = block.timestamp;
        c.rolloverAt = 0;
        c.phase = Phase.Open;
        emit CycleCompleted(c.cycle, c.end);
        ++c.cycle;
    }

    /// @notice The part of a move that a venue or a feed can make fail. Only this contract calls it.
    function attemptMove(uint256 positionId) external returns (Moved memory) {
        require(msg.sender == address(this), OnlySelf());
        return _attempt(positionId);
    }

    /* MARK */

    /// @dev Market price of an asset, read once per rollover; 0: none.
    function _assetPrice(uint256 id) private returns (uint256) {
        MarkPrice storage stored = _markPrices[id];
        if (stored.stamp == _stamp()) return stored.price;
        uint256 price;
        _requireGas(READ_GAS);
        try prices.tryPrice{gas: READ_GAS}(_books[id].asset) returns (uint256 market, bool ok) {
            if (ok) price = market;
        } catch {}
        stored.price = price;
        stored.stamp = _stamp();
        return price;
    }

    /// @dev What a stale position holds stays where it is.
    function _stick(uint256 id, uint256 amount, uint256 multiple) private {
        Guardrails.Wants storage wants = _wants[id];
        wants.stuck += amount;
        wants.stuckFloor += Guardrails.reserveFor(amount, multiple);
        wants.stale = true;
    }

    /* PLAN */

    function _guardrailBooks(uint256 id, ReactorState storage book) private view returns (Guardrails.Books memory) {
        uint256 leaving = IReactor(book.reactor).openSharesUpTo(_cycle.cycle);
        return Guardrails.Books({
            reserve: _reserve(book),
            supply: IReactor(book.reactor).totalSupply() - leaving,
            idle: book.idle,
            dep: book.dep,
            floor: _floors[id],
            need: Math.mulDiv(leaving, _coverage(book), WAD, Math.Rounding.Ceil),
            maxLpShare: book.maxLpShare
        });
    }

    /// @dev Wants the same in each venue and asks the pair reactors for the other side.
    function _planToken(uint256 id, ReactorState storage book) private returns (uint256 planned) {
        --_tokensLeft;
        Guardrails.Books memory books = _guardrailBooks(id, book);
        uint16[] memory venues = _venuesOf[id];
        uint256 each = _wantEqually(id, books, venues);
        Guardrails.Wants memory wants = _wants[id];
        (, uint256 grow) = Guardrails.factors(books, wants, TOLERANCE);
        _factors[id] = Factors(each, WAD, grow);
        planned = wants.stuck;
        for (uint256 i; i < venues.length; ++i) {
            PositionState storage position = _positions[venues[i]];
            if (position.stale) continue;
            uint256 target = Guardrails.target(each, position.tokenAmount, WAD, grow);
            uint256 pairWant = _besides(venues[i], target);
            _want(position.pairReactor, pairWant, position.pairAmount, position.multiple);
            planned += target;
        }
    }

    /// @dev Pair amount that goes with a token target in the venue, at the mark price, rounded up.
    function _besides(uint256 positionId, uint256 target) private view returns (uint256) {
        return Math.min(Math.mulDiv(target, _pairPerToken[positionId], WAD, Math.Rounding.Ceil), MAX_AMOUNT);
    }

    function _setTargets(uint256 positionId, PositionState storage position) private {
        Factors memory f = _factors[position.tokenReactor];
        uint256 target = Guardrails.target(f.each, position.tokenAmount, WAD, f.grow);
        position.tokenTarget = target;
        f = _factors[position.pairReactor];
        position.pairTarget = Guardrails.target(_besides(positionId, target), position.pairAmount, f.scale, f.grow);
    }

    /// @dev Adds the wants of the positions that can move, the same amount each.
    function _wantEqually(uint256 id, Guardrails.Books memory books, uint16[] memory venues)
        private
        returns (uint256 each)
    {
        uint256 count;
        uint256 inverses;
        for (uint256 i; i < venues.length; ++i) {
            PositionState storage position = _positions[venues[i]];
            if (position.stale) continue;
            ++count;
            inverses += Guardrails.reserveFor(WAD, position.multiple);
        }
        each = Guardrails.equalShare(books, _wants[id], count, inverses);
        for (uint256 i; i < venues.length; ++i) {
            PositionState storage position = _positions[venues[i]];
            if (!position.stale) _want(id, each, position.tokenAmount, position.multiple);
        }
    }

    function _want(uint256 id, uint256 amount, uint256 held, uint256 multiple) private {
        Guardrails.Wants storage wants = _wants[id];
        uint256 growth = Math.saturatingSub(amount, held);
        wants.want += amount;
        wants.wantFloor += Guardrails.reserveFor(amount, multiple);
        wants.growth += growth;
        wants.growthFloor += Guardrails.reserveFor(growth, multiple);
    }

    function _planPair(uint256 id, ReactorState storage book) private returns (uint256 planned) {
        Guardrails.Wants memory wants = _wants[id];
        (uint256 scale, uint256 grow) = Guardrails.factors(_guardrailBooks(id, book), wants, TOLERANCE);
        _factors[id] = Factors(0, scale, grow);
        planned = wants.stuck + Math.mulDiv(wants.want, scale, WAD);
    }

    /* MOVE */

    function _tryMove(uint256 positionId) private returns (bool skipped, Moved memory moved) {
        PositionState storage position = _positions[positionId];
        // Nothing there and nothing wanted: no reason to touch the venue.
        if (position.units == 0 && (position.tokenTarget == 0 || position.pairTarget == 0)) return (false, moved);
        if (block.timestamp < _cycle.rolloverAt + PASS_OVER_AFTER) return (false, _attempt(positionId));
        _requireGas(MOVE_GAS);
        try this.attemptMove{gas: MOVE_GAS}(positionId) returns (Moved memory done) {
            return (false, done);
        } catch {
            return (true, moved);
        }
    }

    /// @dev Balances by delta.
    function _attempt(uint256 positionId) private returns (Moved memory moved) {
        PositionState storage position = _positions[positionId];
        IPairVenue adapter = IPairVenue(position.adapter);
        VenueReader.Order memory order = reader.order(positionId);
        moved.units = uint256(int256(position.units) + order.change);
        if (order.change != 0) {
            ReactorState storage token = _books[position.tokenReactor];
            ReactorState storage pair = _books[position.pairReactor];
            moved.tokenIdle = -_held(token);
            moved.pairIdle = -_held(pair);
            if (order.change > 0) {
                // The adapter may pull the limits, never more than is idle, and nothing afterwards.
                uint256 maxToken = Math.min(order.tokenLimit, token.idle);
                uint256 maxPair = Math.min(order.pairLimit, pair.idle);
                _approve(token, adapter, maxToken);
                _approve(pair, adapter, maxPair);
                adapter.add(uint256(order.change), maxToken, maxPair);
                _approve(token, adapter, 0);
                _approve(pair, adapter, 0);
            } else {
                adapter.remove(uint256(-order.change), order.tokenLimit, order.pairLimit);
            }
            moved.tokenIdle += _held(token);
            moved.pairIdle += _held(pair);
        }
        if (moved.units != 0) (moved.tokenAmount, moved.pairAmount) = adapter.quantities(moved.units, order.price);
    }

    function _approve(ReactorState storage book, IPairVenue adapter, uint256 amount) private {
        IERC20(book.asset).forceApprove(address(adapter), amount);
    }

    function _addIdle(ReactorState storage book, int256 amount) private {
        // The sign was looked at.
        // forge-lint: disable-next-line(unsafe-typecast)
        book.idle = amount < 0 ? book.idle - uint256(-amount) : book.idle + uint256(amount);
    }

    /* STEPS */

    /// @dev cycle + 1, so that 0 means never.
    function _stamp() private view returns (uint256) {
        return _cycle.cycle + 1;
    }

    /// @dev False: done in this cycle already, whatever the phase now.
    function _due(uint256 stamp, Phase phase) private view returns (bool) {
        if (stamp == _stamp()) return false;
        require(_cycle.phase == phase, WrongPhase(_cycle.phase));
        return true;
    }

    function _itemDone() private {
        if (--_cycle.left == 0 && _cycle.phase != Phase.Fill) _enter(Phase(uint8(_cycle.phase) + 1));
    }

    /// @dev Phases without items are passed.
    function _enter(Phase phase) private {
        bool ofPositions = phase == Phase.Mark || phase == Phase.Move;
        uint256 items = ofPositions ? _positions.length : _books.length;
        if (items == 0 && phase != Phase.Fill) return _enter(Phase(uint8(phase) + 1));
        _cycle.phase = phase;
        _cycle.left = items;
    }

    /// @dev A call gets at most 63/64 of what is left; `REST_GAS` finishes the step.
    function _requireGas(uint256 amount) private view {
        require(gasleft() >= amount * 64 / 63 + REST_GAS, NotEnoughGas());
    }
}
