// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IPriceRegistry} from "../pricing/IPriceRegistry.sol";
import {Reserve} from "../reserve/Reserve.sol";
import {CycleMath, WAD} from "./CycleMath.sol";
import {Guardrails} from "./Guardrails.sol";
import {CycleState, ICycleManager, Phase, PositionState, ReactorState} from "./ICycleManager.sol";
import {IPairVenue} from "./IPairVenue.sol";
import {IReactor} from "./IReactor.sol";
import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Books of all reactors
/// @notice Per reactor: idle (tokens here, free), dep (its side of all positions, at their marks), withheld (tokens here that
/// belong to filled redemptions, untouchable), T (the tAsset's live supply). The reserve is the residual R = idle + dep - T.
/// Tokens that nobody booked (donations) count for nothing: nothing here reads a balance as a value.
///
/// Listing of reactors and positions, their limits, and what enters or leaves the books outside of the rollover.
abstract contract CycleLedger is ICycleManager, AccessManaged, ReentrancyGuardTransient {
    using SafeCast for uint256;
    using SafeCast for int256;
    using SafeERC20 for IERC20;

    struct Cycle {
        uint32 cycle;
        Phase phase;
        uint16 left;
        /// @dev Token reactors still to plan.
        uint16 tokensLeft;
        uint40 start;
        uint40 end;
        uint40 rolloverAt;
    }

    struct Book {
        IReactor reactor;
        bool isPair;
        uint8 decimals;
        uint16 shortCycles;
        uint64 maxLpShare;
        address asset;
        uint32 balancedIn;
        uint32 plannedIn;
        uint32 filledIn;
        uint128 idle;
        uint128 dep;
        uint128 withheld;
        uint128 dep0;
        int128 lastReserve;
        int128 external_;
        /// @dev sum over positions of dep_v / V_v, each rounded up.
        uint128 floor;
    }

    struct Position {
        IPairVenue adapter;
        uint16 tokenReactor;
        uint16 pairReactor;
        bool stale;
        uint32 markedIn;
        uint128 units;
        uint96 multiple;
        uint32 movedIn;
        uint128 tokenAmount;
        uint128 pairAmount;
        uint128 tokenTarget;
        /// @dev Until the move: what the pair side would have to hold for the token target.
        uint128 pairTarget;
        /// @dev Pair amount per token amount of the venue at the mark price, WAD.
        uint128 pairPerToken;
    }

    uint256 public constant MAX_REACTORS = 64;
    uint256 public constant MAX_POSITIONS = 256;
    /// @notice Venues of one token reactor; its plan loops over them.
    uint256 public constant MAX_VENUES = 16;
    uint256 public constant MIN_MULTIPLE = 0.01e18;
    uint256 public constant MAX_MULTIPLE = 100e18;
    uint256 private constant MAX_DECIMALS = 24;

    /// @notice Door of contributions and withdrawals.
    Reserve public immutable reserve;
    IPriceRegistry public immutable prices;
    uint256 public immutable cycleLength;

    Cycle internal _cycle;
    Book[] internal _books;
    Position[] internal _positions;
    mapping(address reactor => uint256 idPlusOne) private _reactorIds;
    mapping(address asset => bool) private _listedAsset;
    mapping(address adapter => bool) private _listedAdapter;
    mapping(uint256 reactorId => uint16[] positionIds) internal _venuesOf;
    uint16 internal _tokenReactors;

    /// @param length seconds from one scheduled end to the next
    /// @param firstEnd end of cycle 0
    constructor(address authority_, IPriceRegistry prices_, uint256 length, uint256 firstEnd) AccessManaged(authority_) {
        require(authority_ != address(0) && address(prices_) != address(0), ZeroAddress());
        require(length >= 1 hours && length <= 365 days, InvalidParameter());
        require(firstEnd > block.timestamp && firstEnd <= block.timestamp + 365 days, InvalidParameter());
        prices = prices_;
        cycleLength = length;
        _cycle.start = uint40(block.timestamp);
        _cycle.end = uint40(firstEnd);
        reserve = new Reserve(authority_, this);
    }

    /* VIEWS */

    function state() external view returns (CycleState memory) {
        Cycle memory c = _cycle;
        return CycleState(c.cycle, c.phase, c.left, c.start, c.end, c.rolloverAt);
    }

    function reactorCount() external view returns (uint256) {
        return _books.length;
    }

    function positionCount() external view returns (uint256) {
        return _positions.length;
    }

    function reactorState(uint256 id) external view returns (ReactorState memory) {
        Book memory b = _book(id);
        return ReactorState({
            reactor: address(b.reactor),
            asset: b.asset,
            isPair: b.isPair,
            idle: b.idle,
            dep: b.dep,
            withheld: b.withheld,
            lastReserve: b.lastReserve,
            external_: b.external_,
            dep0: b.dep0,
            maxLpShare: b.maxLpShare,
            shortCycles: b.shortCycles,
            balancedIn: b.balancedIn,
            plannedIn: b.plannedIn,
            filledIn: b.filledIn
        });
    }

    function positionState(uint256 id) external view returns (PositionState memory) {
        Position memory p = _position(id);
        return PositionState({
            adapter: address(p.adapter),
            tokenReactor: p.tokenReactor,
            pairReactor: p.pairReactor,
            multiple: p.multiple,
            units: p.units,
            tokenAmount: p.tokenAmount,
            pairAmount: p.pairAmount,
            tokenTarget: p.tokenTarget,
            pairTarget: p.pairTarget,
            stale: p.stale,
            markedIn: p.markedIn,
            movedIn: p.movedIn
        });
    }

    function reactorId(address reactor) public view returns (uint256) {
        uint256 idPlusOne = _reactorIds[reactor];
        require(idPlusOne != 0, OnlyReactor());
        return idPlusOne - 1;
    }

    /// @inheritdoc ICycleManager
    function reserveOf(uint256 id) external view returns (int256) {
        return _reserve(_book(id));
    }

    /// @inheritdoc ICycleManager
    function coverage(uint256 id) external view returns (uint256) {
        return _coverage(_book(id));
    }

    /// @inheritdoc ICycleManager
    function health(uint256 id) external view returns (int256) {
        Book storage book = _book(id);
        return CycleMath.health(_reserve(book), book.dep0);
    }

    /// @inheritdoc ICycleManager
    function reserveFloor(uint256 id) external view returns (uint256) {
        return _book(id).floor;
    }

    /* WHAT ENTERS AND LEAVES */

    /// @inheritdoc ICycleManager
    function onDeposit(uint256 assets) external nonReentrant {
        uint256 id = reactorId(msg.sender);
        require(assets != 0, ZeroAmount());
        Book storage book = _books[id];
        book.idle += assets.toUint128();
        _requireBacked(book);
        emit Deposited(id, assets);
    }

    /// @inheritdoc ICycleManager
    function pay(address receiver, uint256 assets) external nonReentrant {
        uint256 id = reactorId(msg.sender);
        require(assets != 0, ZeroAmount());
        require(receiver != address(0), ZeroAddress());
        Book storage book = _books[id];
        book.withheld -= assets.toUint128();
        emit Paid(id, receiver, assets);
        IERC20(book.asset).safeTransfer(receiver, assets);
    }

    /// @inheritdoc ICycleManager
    /// @dev Outflows: between rollovers only, never below the floor.
    function externalFlow(uint256 id, int256 amount, address counterparty) external nonReentrant {
        require(msg.sender == address(reserve), OnlyReserve());
        require(amount != 0, ZeroAmount());
        Book storage book = _book(id);
        if (amount > 0) {
            book.idle += uint256(amount).toUint128();
            book.external_ += amount.toInt128();
            _requireBacked(book);
            emit ExternalFlow(id, amount, Reason.Contribution);
        } else {
            require(counterparty != address(0), ZeroAddress());
            require(_cycle.phase == Phase.Open, WrongPhase(_cycle.phase));
            require(_reserve(book) + amount >= int256(uint256(book.floor)), BelowReserveFloor(book.floor));
            uint256 assets = uint256(-amount);
            require(assets <= book.idle, NotLiquid(book.idle));
            book.idle -= uint128(assets);
            book.external_ += amount.toInt128();
            emit ExternalFlow(id, amount, Reason.Withdrawal);
            IERC20(book.asset).safeTransfer(counterparty, assets);
        }
    }

    /* LISTING */

    /// @inheritdoc ICycleManager
    function addReactor(address reactor, bool isPair, uint256 maxLpShare) external restricted returns (uint256 id) {
        _requireOpen();
        require(reactor != address(0), ZeroAddress());
        id = _books.length;
        require(id < MAX_REACTORS && maxLpShare <= WAD, InvalidParameter());
        require(IReactor(reactor).manager() == address(this), InvalidParameter());
        address asset = IReactor(reactor).asset();
        require(!_listedAsset[asset], DuplicateAsset(asset));
        uint8 decimals = IERC20Metadata(asset).decimals();
        require(decimals <= MAX_DECIMALS, InvalidParameter());

        _listedAsset[asset] = true;
        _reactorIds[reactor] = id + 1;
        if (!isPair) ++_tokenReactors;
        Book storage book = _books.push();
        book.reactor = IReactor(reactor);
        book.asset = asset;
        book.isPair = isPair;
        book.decimals = decimals;
        book.maxLpShare = uint64(maxLpShare);
        emit ReactorAdded(id, reactor, asset, isPair);
        emit MaxLpShareSet(id, maxLpShare);
    }

    /// @inheritdoc ICycleManager
    function addPosition(address adapter, uint256 tokenReactor, uint256 pairReactor, uint256 multiple)
        external
        restricted
        returns (uint256 id)
    {
        _requireOpen();
        require(adapter != address(0), ZeroAddress());
        _requireMultiple(multiple);
        Book storage token = _book(tokenReactor);
        Book storage pair = _book(pairReactor);
        IPairVenue venue = IPairVenue(adapter);
        require(!token.isPair && pair.isPair && !_listedAdapter[adapter], InvalidParameter());
        require(venue.owner() == address(this), InvalidParameter());
        require(venue.token() == token.asset && venue.pair() == pair.asset, InvalidParameter());
        id = _positions.length;
        uint16[] storage venues = _venuesOf[tokenReactor];
        require(id < MAX_POSITIONS && venues.length < MAX_VENUES, InvalidParameter());

        _listedAdapter[adapter] = true;
        venues.push(uint16(id));
        Position storage position = _positions.push();
        position.adapter = venue;
        position.tokenReactor = uint16(tokenReactor);
        position.pairReactor = uint16(pairReactor);
        position.multiple = uint96(multiple);
        emit PositionAdded(id, tokenReactor, pairReactor, adapter);
        emit MultipleSet(id, multiple);
    }

    /* LIMITS: lowering works at once and at any time, from the next plan on */

    function raiseMultiple(uint256 positionId, uint256 multiple) external restricted {
        require(multiple > _position(positionId).multiple, InvalidParameter());
        _setMultiple(positionId, multiple);
    }

    function lowerMultiple(uint256 positionId, uint256 multiple) external restricted {
        require(multiple < _position(positionId).multiple, InvalidParameter());
        _setMultiple(positionId, multiple);
    }

    function raiseMaxLpShare(uint256 id, uint256 share) external restricted {
        require(share > _book(id).maxLpShare && share <= WAD, InvalidParameter());
        _setMaxLpShare(id, share);
    }

    function lowerMaxLpShare(uint256 id, uint256 share) external restricted {
        require(share < _book(id).maxLpShare, InvalidParameter());
        _setMaxLpShare(id, share);
    }

    function _setMultiple(uint256 positionId, uint256 multiple) private {
        _requireMultiple(multiple);
        Position storage position = _positions[positionId];
        uint256 old = position.multiple;
        position.multiple = uint96(multiple);
        _refloor(_books[position.tokenReactor], position.tokenAmount, old, position.tokenAmount, multiple);
        _refloor(_books[position.pairReactor], position.pairAmount, old, position.pairAmount, multiple);
        emit MultipleSet(positionId, multiple);
    }

    function _setMaxLpShare(uint256 id, uint256 share) private {
        _books[id].maxLpShare = uint64(share);
        emit MaxLpShareSet(id, share);
    }

    /* INTERNAL */

    /// @dev New marks of both sides.
    function _remark(Position storage position, uint256 tokenAmount, uint256 pairAmount) internal {
        uint256 multiple = position.multiple;
        Book storage token = _books[position.tokenReactor];
        token.dep = (token.dep - position.tokenAmount + tokenAmount).toUint128();
        _refloor(token, position.tokenAmount, multiple, tokenAmount, multiple);
        Book storage pair = _books[position.pairReactor];
        pair.dep = (pair.dep - position.pairAmount + pairAmount).toUint128();
        _refloor(pair, position.pairAmount, multiple, pairAmount, multiple);
        position.tokenAmount = tokenAmount.toUint128();
        position.pairAmount = pairAmount.toUint128();
    }

    function _refloor(Book storage book, uint256 amount, uint256 multiple, uint256 newAmount, uint256 newMultiple)
        private
    {
        uint256 floor = book.floor - Guardrails.reserveFor(amount, multiple);
        book.floor = (floor + Guardrails.reserveFor(newAmount, newMultiple)).toUint128();
    }

    function _book(uint256 id) internal view returns (Book storage) {
        require(id < _books.length, UnknownReactor(id));
        return _books[id];
    }

    function _position(uint256 id) internal view returns (Position storage) {
        require(id < _positions.length, UnknownPosition(id));
        return _positions[id];
    }

    function _reserve(Book storage book) internal view returns (int256) {
        return int256(uint256(book.idle) + book.dep) - book.reactor.totalSupply().toInt256();
    }

    function _coverage(Book storage book) internal view returns (uint256) {
        return CycleMath.coverage(uint256(book.idle) + book.dep, book.reactor.totalSupply());
    }

    /// @dev held >= idle + withheld.
    function _requireBacked(Book storage book) private view {
        uint256 held = IERC20(book.asset).balanceOf(address(this));
        require(held >= uint256(book.idle) + book.withheld, NotBacked());
    }

    function _requireOpen() private view {
        require(_cycle.phase == Phase.Open, WrongPhase(_cycle.phase));
    }

    function _requireMultiple(uint256 multiple) private pure {
        require(multiple >= MIN_MULTIPLE && multiple <= MAX_MULTIPLE, InvalidParameter());
    }
}
