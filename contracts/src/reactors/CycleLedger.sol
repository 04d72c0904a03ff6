// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IPriceRegistry} from "../pricing/IPriceRegistry.sol";
import {Reserve} from "../reserve/Reserve.sol";
import {CycleMath, WAD} from "./CycleMath.sol";
import {Guardrails} from "./Guardrails.sol";
import {CycleState, ICycleManager, Phase, PositionState, ReactorState} from "./ICycleManager.sol";
import {IPairVenue} from "./IPairVenue.sol";
import {IReactor} from "./IReactor.sol";
import {VenueReader} from "./VenueReader.sol";
import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

/// @title Books of all reactors
/// @notice Per reactor: idle (tokens here, free), dep (its side of all positions, at their marks), withheld (tokens here that
/// belong to filled redemptions, untouchable), T (the tAsset's live supply). The reserve is the residual R = idle + dep - T.
/// Tokens that nobody booked (donations) count for nothing: nothing here reads a balance as a value.
///
/// Listing of reactors and positions, their limits, and what enters or leaves the books outside of the rollover.
abstract contract CycleLedger is ICycleManager, AccessManaged, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    uint256 private constant MAX_REACTORS = 64;
    uint256 private constant MAX_POSITIONS = 256;
    /// @notice Venues of one token reactor; its plan loops over them.
    uint256 private constant MAX_VENUES = 10;
    uint256 private constant MIN_MULTIPLE = 0.01e18;
    uint256 private constant MAX_MULTIPLE = 100e18;

    /// @notice Door of contributions and withdrawals.
    Reserve public immutable reserve;
    IPriceRegistry public immutable prices;
    VenueReader public immutable reader;
    uint256 public immutable cycleLength;

    CycleState internal _cycle;
    ReactorState[] internal _books;
    PositionState[] internal _positions;
    mapping(uint256 reactorId => uint256) internal _floors;
    mapping(uint256 reactorId => uint16[] positionIds) internal _venuesOf;
    /// @dev Pair amount beside a token amount at the mark price, WAD.
    mapping(uint256 positionId => uint256) internal _pairPerToken;
    uint256 internal _tokenReactors;
    mapping(address reactor => uint256 idPlusOne) private _reactorIds;
    /// @dev Assets and pools, each listed once.
    mapping(address => bool) private _listed;

    /// @param length seconds from one scheduled end to the next
    /// @param firstEnd end of cycle 0
    constructor(address authority_, IPriceRegistry prices_, uint256 length, uint256 firstEnd)
        AccessManaged(authority_)
    {
        require(authority_ != address(0) && address(prices_) != address(0), ZeroAddress());
        _requireValid(length >= 1 hours && length <= 365 days);
        _requireValid(firstEnd > block.timestamp && firstEnd <= block.timestamp + 365 days);
        prices = prices_;
        reader = new VenueReader(prices_);
        cycleLength = length;
        _cycle.start = block.timestamp;
        _cycle.end = firstEnd;
        reserve = new Reserve(authority_, this);
    }

    /* VIEWS */

    function state() external view returns (CycleState memory) {
        return _cycle;
    }

    function reactorCount() external view returns (uint256) {
        return _books.length;
    }

    function positionCount() external view returns (uint256) {
        return _positions.length;
    }

    function reactorState(uint256 id) external view returns (ReactorState memory) {
        return _book(id);
    }

    function positionState(uint256 id) external view returns (PositionState memory) {
        return _position(id);
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
        ReactorState storage book = _book(id);
        return CycleMath.health(_reserve(book), book.dep0);
    }

    /// @inheritdoc ICycleManager
    function reserveFloor(uint256 id) external view returns (uint256) {
        _book(id);
        return _floors[id];
    }

    /* WHAT ENTERS AND LEAVES */

    /// @inheritdoc ICycleManager
    function onDeposit(uint256 assets) external nonReentrant {
        uint256 id = reactorId(msg.sender);
        require(assets != 0, ZeroAmount());
        ReactorState storage book = _books[id];
        book.idle += assets;
        _requireBacked(book);
        emit Deposited(id, assets);
    }

    /// @inheritdoc ICycleManager
    function pay(address receiver, uint256 assets) external nonReentrant {
        uint256 id = reactorId(msg.sender);
        require(assets != 0, ZeroAmount());
        require(receiver != address(0), ZeroAddress());
        ReactorState storage book = _books[id];
        book.withheld -= assets;
        emit Paid(id, receiver, assets);
        IERC20(book.asset).safeTransfer(receiver, assets);
    }

    /// @inheritdoc ICycleManager
    /// @dev Outflows: between rollovers only, never below the floor.
    function externalFlow(uint256 id, int256 amount, address counterparty) external nonReentrant {
        require(msg.sender == address(reserve), OnlyReserve());
        require(amount != 0, ZeroAmount());
        _requireValid(amount <= type(int128).max);
        ReactorState storage book = _book(id);
        book.external_ += amount;
        if (amount > 0) {
            // The sign was looked at.
            // forge-lint: disable-next-line(unsafe-typecast)
            book.idle += uint256(amount);
            _requireBacked(book);
            emit ExternalFlow(id, amount, Reason.Contribution);
        } else {
            require(counterparty != address(0), ZeroAddress());
            _requireOpen();
            require(_reserve(book) + amount >= int256(_floors[id]), BelowReserveFloor(_floors[id]));
            // The sign was looked at.
            // forge-lint: disable-next-line(unsafe-typecast)
            uint256 assets = uint256(-amount);
            require(assets <= book.idle, NotLiquid(book.idle));
            book.idle -= assets;
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
        _requireValid(id < MAX_REACTORS && maxLpShare <= WAD);
        address asset = reader.assetOf(IReactor(reactor), address(this));
        _requireValid(asset != address(0));
        require(!_listed[asset], DuplicateAsset(asset));

        _listed[asset] = true;
        _reactorIds[reactor] = id + 1;
        if (!isPair) ++_tokenReactors;
        ReactorState storage book = _books.push();
        book.reactor = reactor;
        book.asset = asset;
        book.isPair = isPair;
        book.maxLpShare = maxLpShare;
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
        ReactorState storage token = _book(tokenReactor);
        ReactorState storage pair = _book(pairReactor);
        address pool = reader.poolOf(IPairVenue(adapter), address(this), token.asset, pair.asset);
        _requireValid(!token.isPair && pair.isPair && pool != address(0) && !_listed[pool]);
        id = _positions.length;
        uint16[] storage venues = _venuesOf[tokenReactor];
        _requireValid(id < MAX_POSITIONS && venues.length < MAX_VENUES);

        _listed[pool] = true;
        // Bounded by a check above.
        // forge-lint: disable-next-line(unsafe-typecast)
        venues.push(uint16(id));
        PositionState storage position = _positions.push();
        position.adapter = adapter;
        position.tokenReactor = tokenReactor;
        position.pairReactor = pairReactor;
        position.multiple = multiple;
        emit PositionAdded(id, tokenReactor, pairReactor, adapter);
        emit MultipleSet(id, multiple);
    }

    /* LIMITS: lowering works at once and at any time, from the next plan on */

    function raiseMultiple(uint256 positionId, uint256 multiple) external restricted {
        _requireValid(multiple > _position(positionId).multiple);
        _setMultiple(positionId, multiple);
    }

    function lowerMultiple(uint256 positionId, uint256 multiple) external restricted {
        _requireValid(multiple < _position(positionId).multiple);
        _setMultiple(positionId, multiple);
    }

    function raiseMaxLpShare(uint256 id, uint256 share) external restricted {
        _requireValid(share > _book(id).maxLpShare && share <= WAD);
        _setMaxLpShare(id, share);
    }

    function lowerMaxLpShare(uint256 id, uint256 share) external restricted {
        _requireValid(share < _book(id).maxLpShare);
        _setMaxLpShare(id, share);
    }

    function _setMultiple(uint256 positionId, uint256 multiple) private {
        _requireMultiple(multiple);
        PositionState storage position = _positions[positionId];
        uint256 old = position.multiple;
        position.multiple = multiple;
        _refloor(position.tokenReactor, position.tokenAmount, old, position.tokenAmount, multiple);
        _refloor(position.pairReactor, position.pairAmount, old, position.pairAmount, multiple);
        emit MultipleSet(positionId, multiple);
    }

    function _setMaxLpShare(uint256 id, uint256 share) private {
        _books[id].maxLpShare = share;
        emit MaxLpShareSet(id, share);
    }

    /* INTERNAL */

    /// @dev New marks of both sides.
    function _remark(PositionState storage position, uint256 tokenAmount, uint256 pairAmount) internal {
        _redeploy(position.tokenReactor, position.tokenAmount, tokenAmount, position.multiple);
        _redeploy(position.pairReactor, position.pairAmount, pairAmount, position.multiple);
        position.tokenAmount = tokenAmount;
        position.pairAmount = pairAmount;
    }

    function _redeploy(uint256 id, uint256 amount, uint256 newAmount, uint256 multiple) private {
        _books[id].dep = _books[id].dep - amount + newAmount;
        _refloor(id, amount, multiple, newAmount, multiple);
    }

    function _refloor(uint256 id, uint256 amount, uint256 multiple, uint256 newAmount, uint256 newMultiple) private {
        uint256 others = _floors[id] - Guardrails.reserveFor(amount, multiple);
        _floors[id] = others + Guardrails.reserveFor(newAmount, newMultiple);
    }

    function _book(uint256 id) internal view returns (ReactorState storage) {
        require(id < _books.length, UnknownReactor(id));
        return _books[id];
    }

    function _position(uint256 id) internal view returns (PositionState storage) {
        require(id < _positions.length, UnknownPosition(id));
        return _positions[id];
    }

    function _reserve(ReactorState storage book) internal view returns (int256) {
        return int256(book.idle + book.dep) - int256(IReactor(book.reactor).totalSupply());
    }

    function _coverage(ReactorState storage book) internal view returns (uint256) {
        return CycleMath.coverage(book.idle + book.dep, IReactor(book.reactor).totalSupply());
    }

    /// @dev held >= idle + withheld.
    function _requireBacked(ReactorState storage book) private view {
        require(_held(book) >= int256(book.idle + book.withheld), NotBacked());
    }

    function _held(ReactorState storage book) internal view returns (int256) {
        return int256(IERC20(book.asset).balanceOf(address(this)));
    }

    function _requireOpen() private view {
        require(_cycle.phase == Phase.Open, WrongPhase(_cycle.phase));
    }

    function _requireValid(bool valid) private pure {
        require(valid, InvalidParameter());
    }

    function _requireMultiple(uint256 multiple) private pure {
        _requireValid(multiple >= MIN_MULTIPLE && multiple <= MAX_MULTIPLE);
    }
}
