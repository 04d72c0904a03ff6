// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IPriceRegistry} from "../pricing/IPriceRegistry.sol";
import {AuctionPrice} from "./AuctionPrice.sol";
import {IAuctionSeller, IAuctionTaker, IDutchAuction} from "./IDutchAuction.sol";
import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @title Dutch auction of what vaults earn in other tokens
/// @notice LOTS: what is consigned for a pair (seller, token) waits while a lot of the pair runs. When none does and the pair is
/// listed, all that waits becomes the next lot: at a consignment, in the purchase that ends the lot before, or at a listing. A lot
/// is never restarted and never called off; there is no way to take a token out but to buy it.
///
/// PRICE: AuctionPrice has the three curves. With an oracle the live one, on the price at the call. A feed fails when a
/// call first finds no price: that time is recorded and the price falls from then on, or from the opening of a lot that opened
/// later. Until a call has come by, the feed has not failed: nobody buys at a price that fell while nobody could know.
/// The last good price is the one the last call before found; every consign and buy looks, and anyone may `poke`.
/// When the feed is back, the first look ends the failure and the lot costs the live factor of its own age; a return that nobody
/// looked at does not.
///
/// MONEY: each pair has its own amounts and each seller its own proceeds, none of them read from a balance. What is sent
/// here otherwise belongs to nobody and changes nothing. Every transfer is measured; one that moves another amount reverts. Tokens
/// whose balances change by themselves must not be listed.
///
/// PURCHASE: all state is written first, then the tokens are delivered, the buyer is called if he asked for it, and the payment
/// is pulled. Nothing else that writes can be called meanwhile.
///
/// TRUST: a listing says which token is sold at which registry's price, so it waits in the timelock; delisting is immediate and
/// keeps what waits from being opened. A seller is only ever given its own proceeds.
contract DutchAuction is IDutchAuction, AccessManaged, ReentrancyGuardTransient {
    using FixedPointMathLib for uint256;
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    struct Account {
        address asset;
        uint96 proceeds;
    }

    struct Pair {
        address registry;
        bool listed;
        uint8 tokenDecimals;
        uint8 assetDecimals;
        uint40 weighedAt;
        uint120 startPrice;
        uint120 rememberedPrice;
        uint128 rememberedVolume;
        uint128 waiting;
    }

    struct Running {
        uint128 left;
        uint128 size;
        address registry;
        uint40 openedAt;
        uint120 startPrice;
        /// @dev Sum of amount x price of what was sold, without an oracle.
        uint256 cost;
    }

    struct Observation {
        uint120 lastGood;
        uint40 seenAt;
        uint40 failedAt;
    }

    mapping(address seller => Account) private _accounts;
    mapping(address seller => mapping(address token => Pair)) private _pairs;
    mapping(address seller => mapping(address token => Running)) private _lots;
    mapping(address registry => mapping(address token => Observation)) private _feeds;

    /// @param authority AccessManager of the protocol
    constructor(address authority) AccessManaged(authority) {
        require(authority != address(0), ZeroAddress());
    }

    /* LISTING */

    /// @inheritdoc IDutchAuction
    function list(address seller, address token, address registry, uint256 startPrice)
        external
        restricted
        nonReentrant
    {
        require(seller.code.length != 0, InvalidSeller(seller));
        Account storage account = _accounts[seller];
        address asset = IAuctionSeller(seller).asset();
        require(asset != address(0) && (account.asset == address(0) || account.asset == asset), InvalidSeller(seller));
        require(token != asset && token != seller && token.code.length != 0, InvalidToken(token));
        account.asset = asset;

        require(startPrice <= AuctionPrice.MAX_PRICE, InvalidStartPrice(startPrice));
        // One of the two says what the token is worth.
        require((startPrice == 0) == (registry != address(0)), InvalidStartPrice(startPrice));
        Pair storage pair = _pairs[seller][token];
        (pair.tokenDecimals, pair.assetDecimals) = (_decimals(token), _decimals(asset));
        (pair.registry, pair.listed, pair.startPrice) = (registry, true, startPrice.toUint120());
        emit Listed(seller, token, asset, registry, startPrice);
        if (registry == address(0)) {
            (uint256 price_, uint256 volume) = AuctionPrice.first(startPrice, pair.tokenDecimals);
            _remember(seller, token, price_, volume, block.timestamp);
        } else {
            require(IPriceRegistry(registry).quote() == asset, InvalidRegistry(registry));
            require(_observe(registry, token).failedAt == 0, InvalidRegistry(registry));
        }
        _openNext(seller, token);
    }

    /// @inheritdoc IDutchAuction
    function delist(address seller, address token) external restricted nonReentrant {
        Pair storage pair = _pairs[seller][token];
        require(pair.listed, NotListed(seller, token));
        pair.listed = false;
        emit Delisted(seller, token);
    }

    /* SELLING */

    /// @inheritdoc IDutchAuction
    function consign(address seller, address token, uint256 amount) external nonReentrant {
        require(amount != 0, ZeroAmount());
        Pair storage pair = _pairs[seller][token];
        require(pair.listed, NotListed(seller, token));
        if (pair.registry != address(0)) _observe(pair.registry, token);
        pair.waiting = (pair.waiting + amount).toUint128();
        emit Consigned(seller, token, msg.sender, amount);
        _openNext(seller, token);
        _pullExact(token, msg.sender, amount);
    }

    /// @inheritdoc IDutchAuction
    function push(address seller) external nonReentrant returns (uint256 assets) {
        Account storage account = _accounts[seller];
        assets = account.proceeds;
        require(assets != 0, NothingToPush(seller));
        account.proceeds = 0;
        emit Pushed(seller, assets);

        IERC20 asset = IERC20(account.asset);
        uint256 before = asset.balanceOf(address(this));
        asset.forceApprove(seller, assets);
        IAuctionSeller(seller).addProfit(assets);
        _requireExact(address(asset), assets, before, asset.balanceOf(address(this)));
    }

    /* BUYING */

    /// @inheritdoc IDutchAuction
    function buy(
        address seller,
        address token,
        uint256 amount,
        uint256 maxPayment,
        address receiver,
        uint256 deadline,
        bytes calldata data
    ) external nonReentrant returns (uint256 bought, uint256 payment) {
        require(block.timestamp <= deadline, DeadlinePassed(deadline));
        require(receiver != address(0) && receiver != address(this), InvalidReceiver(receiver));
        require(data.length == 0 || msg.sender.code.length != 0, NotATaker(msg.sender));
        uint256 price_;
        (bought, payment, price_) = _fill(seller, token, amount);
        uint256 maximum = maxPayment.fullMulDivUp(bought, amount);
        require(payment <= maximum, TooExpensive(payment, maximum));
        emit Bought(seller, token, msg.sender, receiver, bought, payment, price_);
        if (_lots[seller][token].left == 0) _close(seller, token);

        _sendExact(token, receiver, bought);
        address asset = _accounts[seller].asset;
        if (data.length != 0) {
            IAuctionTaker(msg.sender).onAuctionTaken(seller, token, bought, asset, payment, data);
        }
        _pullExact(asset, msg.sender, payment);
    }

    /// @inheritdoc IDutchAuction
    function poke(address registry, address token) external nonReentrant {
        require(_feeds[registry][token].seenAt != 0, UnknownFeed(registry, token));
        _observe(registry, token);
    }

    /* VIEWS */

    /// @inheritdoc IDutchAuction
    function listing(address seller, address token) external view returns (Listing memory) {
        Pair storage pair = _pairs[seller][token];
        return Listing({
            listed: pair.listed,
            registry: pair.registry,
            startPrice: pair.startPrice,
            rememberedPrice: pair.rememberedPrice,
            rememberedVolume: pair.rememberedVolume,
            weighedAt: pair.weighedAt
        });
    }

    /// @inheritdoc IDutchAuction
    function lot(address seller, address token) external view returns (Lot memory l) {
        Running storage running = _lots[seller][token];
        l.waiting = _pairs[seller][token].waiting;
        if (running.left == 0) return l;
        (l.left, l.size, l.openedAt) = (running.left, running.size, running.openedAt);
        (l.registry, l.startPrice) = (running.registry, running.startPrice);
    }

    /// @inheritdoc IDutchAuction
    function price(address seller, address token) public view returns (uint256) {
        Running storage running = _lots[seller][token];
        require(running.left != 0, NothingForSale(seller, token));
        Observation memory seen;
        if (running.registry != address(0)) seen = _look(running.registry, token);
        return _price(running, seen);
    }

    /// @inheritdoc IDutchAuction
    function quote(address seller, address token, uint256 amount)
        external
        view
        returns (uint256 bought, uint256 payment)
    {
        require(amount != 0, ZeroAmount());
        uint256 price_ = price(seller, token);
        bought = amount.min(_lots[seller][token].left);
        payment = _payment(seller, token, bought, price_);
    }

    /// @inheritdoc IDutchAuction
    function feed(address registry, address token) external view returns (Feed memory) {
        Observation storage seen = _feeds[registry][token];
        return Feed(seen.lastGood, seen.seenAt, seen.failedAt);
    }

    /// @inheritdoc IDutchAuction
    function proceeds(address seller) external view returns (uint256) {
        return _accounts[seller].proceeds;
    }

    /// @inheritdoc IDutchAuction
    function assetOf(address seller) external view returns (address) {
        return _accounts[seller].asset;
    }

    /* LOTS */

    /// @dev Everything that waits becomes the lot, if none runs.
    function _openNext(address seller, address token) private {
        Pair storage pair = _pairs[seller][token];
        Running storage running = _lots[seller][token];
        uint128 size = pair.waiting;
        if (running.left != 0 || size == 0 || !pair.listed) return;
        (address registry, uint256 start) = (pair.registry, 0);
        if (registry == address(0)) start = AuctionPrice.start(pair.rememberedPrice, pair.startPrice);
        pair.waiting = 0;
        (running.left, running.size, running.cost) = (size, size, 0);
        (running.registry, running.openedAt, running.startPrice) =
        (registry, block.timestamp.toUint40(), start.toUint120());
        emit LotOpened(seller, token, size, registry, start);
    }

    /// @dev Takes up to `amount` out of the lot and credits the seller with what it costs now.
    function _fill(address seller, address token, uint256 amount)
        private
        returns (uint256 bought, uint256 payment, uint256 price_)
    {
        require(amount != 0, ZeroAmount());
        Running storage running = _lots[seller][token];
        uint256 left = running.left;
        require(left != 0, NothingForSale(seller, token));
        Observation memory seen;
        if (running.registry != address(0)) seen = _observe(running.registry, token);
        price_ = _price(running, seen);
        bought = amount.min(left);
        payment = _payment(seller, token, bought, price_);

        running.left = (left - bought).toUint128();
        if (running.registry == address(0)) running.cost += bought * price_;
        Account storage account = _accounts[seller];
        account.proceeds = (account.proceeds + payment).toUint96();
    }

    /// @dev The lot is sold: what it went for is remembered and the next one opens.
    function _close(address seller, address token) private {
        Pair storage pair = _pairs[seller][token];
        Running storage running = _lots[seller][token];
        // A lot opened without an oracle says nothing to a pair that has one now.
        if (running.registry == address(0) && pair.registry == address(0)) {
            uint256 size = running.size;
            (uint256 price_, uint256 volume, uint256 weighedAt) = AuctionPrice.remember(
                pair.rememberedPrice,
                pair.rememberedVolume,
                pair.weighedAt,
                running.cost.divUp(size),
                size,
                AuctionPrice.leastVolume(pair.startPrice, pair.tokenDecimals),
                block.timestamp
            );
            _remember(seller, token, price_, volume, weighedAt);
        }
        _openNext(seller, token);
    }

    function _remember(address seller, address token, uint256 price_, uint256 volume, uint256 weighedAt) private {
        Pair storage pair = _pairs[seller][token];
        pair.rememberedPrice = price_.toUint120();
        pair.rememberedVolume = volume.toUint128();
        pair.weighedAt = weighedAt.toUint40();
        emit PriceRemembered(seller, token, price_, volume, weighedAt);
    }

    /* PRICES */

    /// @dev Price of a lot; `seen` is what its feed says now, unused without one.
    function _price(Running storage running, Observation memory seen) private view returns (uint256) {
        uint256 openedAt = running.openedAt;
        if (running.registry == address(0)) {
            return AuctionPrice.blind(running.startPrice, block.timestamp - openedAt);
        }
        if (seen.failedAt == 0) return AuctionPrice.live(seen.lastGood, block.timestamp - openedAt);
        return AuctionPrice.dead(seen.lastGood, block.timestamp - openedAt.max(seen.failedAt));
    }

    function _payment(address seller, address token, uint256 amount, uint256 price_) private view returns (uint256) {
        Pair storage pair = _pairs[seller][token];
        return AuctionPrice.payment(amount, price_, pair.tokenDecimals, pair.assetDecimals);
    }

    /// @dev What a call records that looks now. The registry's `NotEnoughGas` is passed on: a price that was only not asked for
    /// is not a dead feed.
    function _look(address registry, address token) private view returns (Observation memory seen) {
        (uint256 market, bool ok) = IPriceRegistry(registry).tryPrice(token);
        uint40 time = block.timestamp.toUint40();
        if (ok && market != 0 && market <= AuctionPrice.MAX_PRICE) return Observation(market.toUint120(), time, 0);
        seen = _feeds[registry][token];
        if (seen.failedAt == 0) seen.failedAt = time;
    }

    function _observe(address registry, address token) private returns (Observation memory seen) {
        seen = _look(registry, token);
        Observation storage stored = _feeds[registry][token];
        if (seen.failedAt == 0) {
            emit PriceSeen(registry, token, seen.lastGood);
        } else {
            if (stored.failedAt != 0) return seen;
            emit FeedFailed(registry, token);
        }
        (stored.lastGood, stored.seenAt, stored.failedAt) = (seen.lastGood, seen.seenAt, seen.failedAt);
    }

    /* TRANSFERS */

    function _decimals(address token) private view returns (uint8 decimals) {
        decimals = IERC20Metadata(token).decimals();
        require(decimals <= AuctionPrice.MAX_DECIMALS, TooManyDecimals(token, decimals));
    }

    function _pullExact(address token, address from, uint256 amount) private {
        uint256 before = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransferFrom(from, address(this), amount);
        _requireExact(token, amount, IERC20(token).balanceOf(address(this)), before);
    }

    function _sendExact(address token, address to, uint256 amount) private {
        uint256 before = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransfer(to, amount);
        _requireExact(token, amount, before, IERC20(token).balanceOf(address(this)));
    }

    /// @dev A move in the wrong direction counts as none.
    function _requireExact(address token, uint256 expected, uint256 larger, uint256 smaller) private pure {
        uint256 actual = larger.zeroFloorSub(smaller);
        require(actual == expected, InexactTransfer(token, expected, actual));
    }
}
