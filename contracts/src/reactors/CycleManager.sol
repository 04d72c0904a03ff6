// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IPriceRegistry} from "../pricing/IPriceRegistry.sol";
import {CycleLedger} from "./CycleLedger.sol";
import {CycleMath, WAD} from "./CycleMath.sol";
import {Guardrails} from "./Guardrails.sol";
import {Phase} from "./ICycleManager.sol";
import {IPairVenue} from "./IPairVenue.sol";
import {MoveMath} from "./MoveMath.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

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
    using SafeCast for uint256;
    using SafeCast for int256;
    using SafeERC20 for IERC20;

    /// @dev What an attempted move did.
    struct Moved {
        uint256 units;
        int256 tokenIdle;
        int256 pairIdle;
        uint256 tokenAmount;
        uint256 pairAmount;
    }

    /// @notice Largest |spot / oracle - 1| a position is moved at, and most that a move may cost beyond the oracle, WAD.
    uint256 public constant TOLERANCE = 0.01e18;
    /// @notice Seconds after startRollover from which a position that cannot be moved is passed over.
    uint256 public constant PASS_OVER_AFTER = 6 hours;
    /// @notice Cycles with R < 0 without fills.
    uint256 public constant GRACE_CYCLES = 2;
    /// @notice Gas given to a price or a quantity, and to a move that may be passed over.
    uint256 public constant READ_GAS = 250_000;
    uint256 public constant MOVE_GAS = 1_200_000;
    /// @dev Kept for the rest of the step.
    uint256 private constant REST_GAS = 150_000;
    /// @dev Largest amount a venue may report: Uniswap's own bound; sums over all positions stay far below 2^128.
    uint256 private constant MAX_AMOUNT = type(uint112).max;

    struct MarkPrice {
        uint128 price;
        uint32 stamp;
    }

    mapping(uint256 reactorId => MarkPrice) private _markPrices;
    /// @dev Sums over the positions of a reactor, from mark to fill.
    mapping(uint256 reactorId => Guardrails.Wants) private _wants;
    /// @dev Factors of a planned pair reactor.
    mapping(uint256 reactorId => Factors) private _factors;

    struct Factors {
        uint128 scale;
        uint128 grow;
    }

    constructor(address authority_, IPriceRegistry prices_, uint256 length, uint256 firstEnd)
        CycleLedger(authority_, prices_, length, firstEnd)
    {}

    /* ROLLOVER */

    /// @notice Starts the rollover once the cycle's time is up. Does nothing while one is under way.
    function startRollover() external nonReentrant {
        if (_cycle.phase != Phase.Open) return;
        require(block.timestamp >= _cycle.end, CycleNotOver(_cycle.end));
        _cycle.rolloverAt = uint40(block.timestamp);
        _cycle.tokensLeft = _tokenReactors;
        emit RolloverStarted(_cycle.cycle, msg.sender);
        _enter(Phase.Mark);
    }

    function mark(uint256 positionId) external nonReentrant {
        Position storage position = _position(positionId);
        if (!_due(position.markedIn, Phase.Mark)) return;
        position.markedIn = _stamp();

        uint256 price = _markPrice(position);
        (bool ok, uint256 tokenAmount, uint256 pairAmount, uint256 pairPerToken) = _quantities(position, price);
        position.stale = !ok;
        if (ok) {
            _remark(position, tokenAmount, pairAmount);
            position.pairPerToken = uint128(pairPerToken);
        } else {
            _stick(position.tokenReactor, position.tokenAmount, position.multiple);
            _stick(position.pairReactor, position.pairAmount, position.multiple);
        }
        emit PositionMarked(
            _cycle.cycle, positionId, position.tokenAmount, position.pairAmount, ok ? price : 0, position.stale
        );
        _itemDone();
    }

    function balance(uint256 id) external nonReentrant {
        Book storage book = _book(id);
        if (!_due(book.balancedIn, Phase.Balance)) return;
        book.balancedIn = _stamp();

        uint256 supply = book.reactor.totalSupply();
        uint256 assets = uint256(book.idle) + book.dep;
        int256 reserve_ = int256(assets) - supply.toInt256();
        int256 flow = reserve_ - book.lastReserve - book.external_;
        book.lastReserve = reserve_.toInt128();
        book.external_ = 0;
        emit ReactorBalanced(_cycle.cycle, id, flow, reserve_, supply, Math.min(supply, assets));
        _itemDone();
    }

    /// @notice Token reactors before all pair reactors.
    function plan(uint256 id) external nonReentrant {
        Book storage book = _book(id);
        if (!_due(book.plannedIn, Phase.Plan)) return;
        require(!book.isPair || _cycle.tokensLeft == 0, TokenReactorsFirst(id));
        book.plannedIn = _stamp();

        uint256 target = book.isPair ? _planPair(id, book) : _planToken(id, book);
        emit ReactorPlanned(_cycle.cycle, id, target);
        _itemDone();
    }

    function move(uint256 positionId) external nonReentrant {
        Position storage position = _position(positionId);
        if (!_due(position.movedIn, Phase.Move)) return;
        position.movedIn = _stamp();

        bool skipped = position.stale;
        Moved memory moved;
        if (!skipped) {
            Factors memory factors = _factors[position.pairReactor];
            uint256 target =
                Guardrails.target(position.pairTarget, position.pairAmount, factors.scale, factors.grow);
            position.pairTarget = uint128(target);
            (skipped, moved) = _tryMove(positionId);
        }
        uint256 unitsBefore = position.units;
        if (skipped) {
            moved = Moved(unitsBefore, 0, 0, position.tokenAmount, position.pairAmount);
        } else {
            position.units = moved.units.toUint128();
            _remark(position, moved.tokenAmount, moved.pairAmount);
            _addIdle(_books[position.tokenReactor], moved.tokenIdle);
            _addIdle(_books[position.pairReactor], moved.pairIdle);
        }
        emit PositionMoved(
            _cycle.cycle,
            positionId,
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
        Book storage book = _book(id);
        if (!_due(book.filledIn, Phase.Fill)) return;
        book.filledIn = _stamp();

        uint256 shares;
        uint256 assets;
        bool short = _reserve(book) < 0;
        if (!short || book.shortCycles >= GRACE_CYCLES) {
            (shares, assets) = book.reactor.fill(_cycle.cycle, book.idle, _coverage(book));
            book.idle -= assets.toUint128();
            book.withheld += assets.toUint128();
        }
        // Saturates: only `>= GRACE_CYCLES` is asked.
        book.shortCycles = short ? uint16(Math.min(uint256(book.shortCycles) + 1, type(uint16).max)) : 0;
        book.dep0 = book.dep;
        delete _wants[id];
        emit ReactorFilled(_cycle.cycle, id, shares, assets);
        if (shares > assets) {
            // Leavers bear this part of the shortfall: R rises without a surplus.
            int256 haircut = int256(shares - assets);
            book.external_ += haircut.toInt128();
            emit ExternalFlow(id, haircut, Reason.Haircut);
        }
        _itemDone();
    }

    function complete() external nonReentrant {
        Cycle memory c = _cycle;
        require(c.phase == Phase.Fill && c.left == 0, WrongPhase(c.phase));
        uint256 nextEnd = CycleMath.nextEnd(c.end, block.timestamp, cycleLength);
        _cycle = Cycle({
            cycle: c.cycle + 1,
            phase: Phase.Open,
            left: 0,
            tokensLeft: 0,
            start: uint40(block.timestamp),
            end: uint40(nextEnd),
            rolloverAt: 0
        });
        emit CycleCompleted(c.cycle, nextEnd);
    }

    /// @notice The part of a move that a venue or a feed can make fail. Only this contract calls it.
    function attemptMove(uint256 positionId) external returns (Moved memory) {
        require(msg.sender == address(this), OnlySelf());
        return _attempt(_positions[positionId]);
    }

    /* MARK */

    /// @dev 0: no usable price.
    function _markPrice(Position storage position) private returns (uint256) {
        uint256 tokenPrice = _assetPrice(position.tokenReactor);
        uint256 pairPrice = _assetPrice(position.pairReactor);
        return CycleMath.relativePrice(
            tokenPrice, _books[position.tokenReactor].decimals, pairPrice, _books[position.pairReactor].decimals
        );
    }

    /// @dev Market price of an asset, read once per rollover; 0: none.
    function _assetPrice(uint256 id) private returns (uint256) {
        MarkPrice storage stored = _markPrices[id];
        if (stored.stamp == _stamp()) return stored.price;
        uint256 price;
        _requireGas(READ_GAS);
        try prices.tryPrice{gas: READ_GAS}(_books[id].asset) returns (uint256 market, bool ok) {
            if (ok && market <= type(uint128).max) price = market;
        } catch {}
        stored.price = uint128(price);
        stored.stamp = _stamp();
        return price;
    }

    function _quantities(Position storage position, uint256 price)
        private
        view
        returns (bool ok, uint256 tokenAmount, uint256 pairAmount, uint256 pairPerToken)
    {
        if (price == 0) return (false, 0, 0, 0);
        uint256 tokenProbe;
        uint256 pairProbe;
        (ok, tokenProbe, pairProbe) = _read(position.adapter, MoveMath.PROBE, price);
        if (!ok || tokenProbe == 0) return (false, 0, 0, 0);
        pairPerToken = Math.mulDiv(pairProbe, WAD, tokenProbe);
        ok = pairPerToken != 0 && pairPerToken <= type(uint128).max;
        if (ok && position.units != 0) (ok, tokenAmount, pairAmount) = _read(position.adapter, position.units, price);
    }

    function _read(IPairVenue adapter, uint256 units, uint256 price) private view returns (bool, uint256, uint256) {
        _requireGas(READ_GAS);
        try adapter.quantities{gas: READ_GAS}(units, price) returns (uint256 tokenAmount, uint256 pairAmount) {
            return (tokenAmount <= MAX_AMOUNT && pairAmount <= MAX_AMOUNT, tokenAmount, pairAmount);
        } catch {
            return (false, 0, 0);
        }
    }

    /// @dev What a stale position holds stays where it is.
    function _stick(uint256 id, uint256 amount, uint256 multiple) private {
        Guardrails.Wants storage wants = _wants[id];
        wants.stuck += amount;
        wants.stuckFloor += Guardrails.reserveFor(amount, multiple);
        wants.stale = true;
    }

    /* PLAN */

    function _guardrailBooks(Book storage book) private view returns (Guardrails.Books memory) {
        uint256 leaving = book.reactor.openSharesUpTo(_cycle.cycle);
        return Guardrails.Books({
            reserve: _reserve(book),
            supply: book.reactor.totalSupply() - leaving,
            idle: book.idle,
            dep: book.dep,
            floor: book.floor,
            need: Math.mulDiv(leaving, _coverage(book), WAD, Math.Rounding.Ceil),
            maxLpShare: book.maxLpShare
        });
    }

    /// @dev Sets the token targets and asks the pair reactors for the other side.
    function _planToken(uint256 id, Book storage book) private returns (uint256 planned) {
        --_cycle.tokensLeft;
        Guardrails.Books memory books = _guardrailBooks(book);
        Guardrails.Wants memory wants = _wants[id];
        uint16[] memory venues = _venuesOf[id];
        uint256 each = _wantEqually(books, wants, venues);
        (, uint256 grow) = Guardrails.factors(books, wants, TOLERANCE);
        planned = wants.stuck;
        for (uint256 i; i < venues.length; ++i) {
            Position storage position = _positions[venues[i]];
            if (position.stale) {
                (position.tokenTarget, position.pairTarget) = (position.tokenAmount, position.pairAmount);
                continue;
            }
            uint256 target = Guardrails.target(each, position.tokenAmount, WAD, grow);
            uint256 pairWant =
                Math.min(Math.mulDiv(target, position.pairPerToken, WAD, Math.Rounding.Ceil), MAX_AMOUNT);
            (position.tokenTarget, position.pairTarget) = (target.toUint128(), uint128(pairWant));
            Guardrails.Wants memory pairWants = _wants[position.pairReactor];
            _want(pairWants, pairWant, position.pairAmount, position.multiple);
            _wants[position.pairReactor] = pairWants;
            planned += target;
        }
    }

    /// @dev Adds the wants of the positions that can move, the same amount each.
    function _wantEqually(Guardrails.Books memory books, Guardrails.Wants memory wants, uint16[] memory venues)
        private
        view
        returns (uint256 each)
    {
        uint256 count;
        uint256 inverses;
        for (uint256 i; i < venues.length; ++i) {
            Position storage position = _positions[venues[i]];
            if (position.stale) continue;
            ++count;
            inverses += Guardrails.reserveFor(WAD, position.multiple);
        }
        each = Guardrails.equalShare(books, wants, count, inverses);
        for (uint256 i; i < venues.length; ++i) {
            Position storage position = _positions[venues[i]];
            if (!position.stale) _want(wants, each, position.tokenAmount, position.multiple);
        }
    }

    function _want(Guardrails.Wants memory wants, uint256 amount, uint256 held, uint256 multiple) private pure {
        wants.want += amount;
        wants.wantFloor += Guardrails.reserveFor(amount, multiple);
        uint256 growth = Math.saturatingSub(amount, held);
        wants.growth += growth;
        wants.growthFloor += Guardrails.reserveFor(growth, multiple);
    }

    function _planPair(uint256 id, Book storage book) private returns (uint256 planned) {
        Guardrails.Wants memory wants = _wants[id];
        (uint256 scale, uint256 grow) = Guardrails.factors(_guardrailBooks(book), wants, TOLERANCE);
        _factors[id] = Factors(uint128(scale), uint128(grow));
        planned = wants.stuck + Math.mulDiv(wants.want, scale, WAD);
    }

    /* MOVE */

    function _tryMove(uint256 positionId) private returns (bool skipped, Moved memory moved) {
        Position storage position = _positions[positionId];
        // Nothing there and nothing wanted: no reason to touch the venue.
        if (position.units == 0 && (position.tokenTarget == 0 || position.pairTarget == 0)) return (false, moved);
        if (block.timestamp < _cycle.rolloverAt + PASS_OVER_AFTER) return (false, _attempt(position));
        _requireGas(MOVE_GAS);
        try this.attemptMove{gas: MOVE_GAS}(positionId) returns (Moved memory done) {
            return (false, done);
        } catch {
            return (true, moved);
        }
    }

    function _attempt(Position storage position) private returns (Moved memory moved) {
        IPairVenue adapter = position.adapter;
        uint256 oracle = _currentPrice(position);
        uint256 spot = adapter.spotPrice();
        MoveMath.Side memory token = MoveMath.Side(position.tokenTarget, position.tokenAmount, 0, 0);
        MoveMath.Side memory pair = MoveMath.Side(position.pairTarget, position.pairAmount, 0, 0);
        (token.atOracle, pair.atOracle) = adapter.quantities(MoveMath.PROBE, oracle);
        (token.atSpot, pair.atSpot) = (token.atOracle, pair.atOracle);
        int256 change = MoveMath.change(position.units, position.multiple, token, pair);
        if (change != 0) {
            require(CycleMath.inBand(spot, oracle, TOLERANCE), PriceOutOfBand(spot, oracle));
            (token.atSpot, pair.atSpot) = adapter.quantities(MoveMath.PROBE, spot);
            change = MoveMath.change(position.units, position.multiple, token, pair);
        }
        (moved.tokenIdle, moved.pairIdle) = _execute(position, change, token.atOracle, pair.atOracle);
        moved.units = uint256(int256(uint256(position.units)) + change);
        if (moved.units != 0) (moved.tokenAmount, moved.pairAmount) = adapter.quantities(moved.units, oracle);
    }

    /// @dev The feeds now; reverts when one of them is stale.
    function _currentPrice(Position storage position) private view returns (uint256 price) {
        Book storage token = _books[position.tokenReactor];
        Book storage pair = _books[position.pairReactor];
        price = CycleMath.relativePrice(
            prices.price(token.asset), token.decimals, prices.price(pair.asset), pair.decimals
        );
        require(price != 0, PriceOutOfBand(0, 0));
    }

    /// @dev Adds or removes units within TOLERANCE of what they are worth at the oracle price. Balances by delta.
    function _execute(Position storage position, int256 change, uint256 tokenPerProbe, uint256 pairPerProbe)
        private
        returns (int256 tokenIdle, int256 pairIdle)
    {
        if (change == 0) return (0, 0);
        Book storage token = _books[position.tokenReactor];
        Book storage pair = _books[position.pairReactor];
        uint256 tokenBefore = IERC20(token.asset).balanceOf(address(this));
        uint256 pairBefore = IERC20(pair.asset).balanceOf(address(this));
        if (change > 0) {
            _add(position.adapter, uint256(change), token, tokenPerProbe, pair, pairPerProbe);
        } else {
            uint256 units = uint256(-change);
            position.adapter.remove(units, _least(units, tokenPerProbe), _least(units, pairPerProbe));
        }
        tokenIdle = IERC20(token.asset).balanceOf(address(this)).toInt256() - tokenBefore.toInt256();
        pairIdle = IERC20(pair.asset).balanceOf(address(this)).toInt256() - pairBefore.toInt256();
    }

    /// @dev The adapter may pull the maxima, never more than is idle, and nothing afterwards.
    function _add(
        IPairVenue adapter,
        uint256 units,
        Book storage token,
        uint256 tokenPerProbe,
        Book storage pair,
        uint256 pairPerProbe
    ) private {
        uint256 maxToken = Math.min(_most(units, tokenPerProbe), token.idle);
        uint256 maxPair = Math.min(_most(units, pairPerProbe), pair.idle);
        IERC20(token.asset).forceApprove(address(adapter), maxToken);
        IERC20(pair.asset).forceApprove(address(adapter), maxPair);
        adapter.add(units, maxToken, maxPair);
        IERC20(token.asset).forceApprove(address(adapter), 0);
        IERC20(pair.asset).forceApprove(address(adapter), 0);
    }

    function _most(uint256 units, uint256 perProbe) private pure returns (uint256) {
        uint256 fair = Math.mulDiv(units, perProbe, MoveMath.PROBE, Math.Rounding.Ceil);
        return Math.mulDiv(fair, WAD + TOLERANCE, WAD, Math.Rounding.Ceil);
    }

    function _least(uint256 units, uint256 perProbe) private pure returns (uint256) {
        return Math.mulDiv(Math.mulDiv(units, perProbe, MoveMath.PROBE), WAD - TOLERANCE, WAD);
    }

    function _addIdle(Book storage book, int256 amount) private {
        book.idle = (int256(uint256(book.idle)) + amount).toUint256().toUint128();
    }

    /* STEPS */

    /// @dev cycle + 1, so that 0 means never.
    function _stamp() private view returns (uint32) {
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
        _cycle.left = uint16(items);
    }

    /// @dev A call gets at most 63/64 of what is left; `REST_GAS` finishes the step.
    function _requireGas(uint256 amount) private view {
        require(gasleft() >= amount * 64 / 63 + REST_GAS, NotEnoughGas());
    }
}
