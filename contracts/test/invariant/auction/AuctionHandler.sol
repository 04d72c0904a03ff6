// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {DutchAuction} from "../../../src/auction/DutchAuction.sol";
import {IAuctionTaker, IDutchAuction} from "../../../src/auction/IDutchAuction.sol";
import {SellerMock} from "../../mocks/auction/SellerMock.sol";
import {AssetMock} from "../../mocks/lmp/AssetMock.sol";
import {PriceRegistryMock} from "../../mocks/reactors/PriceRegistryMock.sol";
import {AuctionGhost} from "./AuctionGhost.sol";
import {AuctionReplay} from "./AuctionReplay.sol";

/// @notice Everything that can happen to the lots of two sellers who share a token and are paid in what the other sells. It is the
/// harvester, the buyer, the taker and the curator. Nothing may revert but by a name it expects.
contract AuctionHandler is AuctionGhost, IAuctionTaker {
    DutchAuction private immutable AUCTION;
    AuctionReplay public immutable replay;
    PriceRegistryMock[] private registries;

    mapping(address token => uint256) public donated;
    uint256 public total;
    string[] public names;
    mapping(string name => uint256) public calls;
    mapping(string name => uint256) public effective;

    constructor(DutchAuction auction, AuctionReplay replay_) {
        (AUCTION, replay) = (auction, replay_);
        names = ["consign", "buy", "push", "poke", "setFeed", "warp", "donate", "list", "delist"];
    }

    /// @dev A pair of the campaign; every second one has no oracle at first.
    function add(SellerMock seller, AssetMock token, PriceRegistryMock registry, uint256 price) external {
        uint256 i = pairs.length;
        pairs.push();
        (pairs[i].seller, pairs[i].token, pairs[i].asset) = (address(seller), address(token), seller.asset());
        pairs[i].tokenDecimals = token.decimals();
        pairs[i].assetDecimals = AssetMock(seller.asset()).decimals();
        registries.push(registry);
        _setMarket(i, price);
        vm.recordLogs();
        _list(i, true);
        if (i % 2 == 1) _list(i, false);
        replay.read(vm.getRecordedLogs());
    }

    modifier counted(string memory name) {
        ++calls[name];
        ++total;
        vm.recordLogs();
        _;
        replay.read(vm.getRecordedLogs());
    }

    function pairCount() external view returns (uint256) {
        return pairs.length;
    }

    function nameCount() external view returns (uint256) {
        return names.length;
    }

    /* CALLS */

    function consign(uint256 i, uint256 kind, uint256 amount) external counted("consign") {
        i = i % pairs.length;
        Pair storage p = pairs[i];
        // A base unit, or up to a hundred whole tokens.
        amount = kind % 4 == 0 ? 1 : _bound(amount, 1, 100 * 10 ** p.tokenDecimals);
        AssetMock(p.token).mint(address(this), amount);
        AssetMock(p.token).approve(address(AUCTION), amount);
        if (!p.listed) {
            vm.expectRevert(abi.encodeWithSelector(IDutchAuction.NotListed.selector, p.seller, p.token));
            AUCTION.consign(p.seller, p.token, amount);
            AssetMock(p.token).burn(address(this), amount);
            return _forgetLogs();
        }
        AUCTION.consign(p.seller, p.token, amount);
        if (p.start == 0) _looked(i);
        p.consigned += amount;
        p.waiting += amount;
        _opened(i);
        ++effective["consign"];
    }

    function buy(uint256 i, uint256 kind, uint256 amount) external counted("buy") {
        i = _running(i);
        Pair storage p = pairs[i];
        if (p.left == 0) return;
        // All, half or anything up to twice of what is left; every third time paid from a callback.
        amount = kind % 3 == 0 ? p.left : kind % 3 == 1 ? (p.left + 1) / 2 : _bound(amount, 1, 2 * p.left);
        (uint256 bought, uint256 cost) = AUCTION.quote(p.seller, p.token, amount);
        assertEq(bought, amount < p.left ? amount : p.left, "bounded by what is left");
        uint256 price = _checkedPrice(i);
        _checkPayment(p, bought, price, cost);
        // Lots bought at four times the last price over and over: more than an account holds.
        if (paid[p.seller] - pushed[p.seller] + cost > type(uint96).max) return;
        if (p.lotOracle) _looked(i);

        bool flash = kind % 2 == 0;
        if (!flash) _fund(p.asset, cost);
        uint256 before = AssetMock(p.token).balanceOf(address(this));
        (uint256 got, uint256 payment) = AUCTION.buy(
            p.seller, p.token, amount, cost * 3, address(this), block.timestamp, flash ? bytes("x") : bytes("")
        );
        assertEq(got, bought, "bought as quoted");
        assertEq(payment, cost, "paid as quoted");
        assertEq(AssetMock(p.token).balanceOf(address(this)) - before, got, "delivered");
        AssetMock(p.token).burn(address(this), got);
        _sold(i, got, price, payment);
        ++effective["buy"];
    }

    function onAuctionTaken(address, address token, uint256 amount, address asset, uint256 payment, bytes calldata)
        external
    {
        assertGe(AssetMock(token).balanceOf(address(this)), amount, "delivered before it is paid");
        _fund(asset, payment);
    }

    function push(uint256 i) external counted("push") {
        address seller = pairs[i % pairs.length].seller;
        uint256 due = paid[seller] - pushed[seller];
        if (due == 0) return;
        assertEq(AUCTION.push(seller), due, "pushed");
        pushed[seller] += due;
        ++effective["push"];
    }

    function poke(uint256 i) external counted("poke") {
        i = i % pairs.length;
        AUCTION.poke(address(registries[i]), pairs[i].token);
        _looked(i);
        ++effective["poke"];
    }

    function setFeed(uint256 i, uint256 kind, uint256 price) external counted("setFeed") {
        i = i % pairs.length;
        dead[i] = kind % 2 == 0;
        registries[i].setStale(pairs[i].token, dead[i]);
        _setMarket(i, _bound(price, 1e12, 1e22));
        ++effective["setFeed"];
    }

    /// @dev While the feed stands still, time never raises a price.
    function warp(uint256 kind, uint256 time) external counted("warp") {
        uint256[] memory before = new uint256[](pairs.length);
        for (uint256 i; i < pairs.length; ++i) {
            if (pairs[i].left != 0) before[i] = AUCTION.price(pairs[i].seller, pairs[i].token);
        }
        skip(kind % 8 == 0 ? _bound(time, 1 days, 30 days) : _bound(time, 1, 4 hours));
        for (uint256 i; i < pairs.length; ++i) {
            if (pairs[i].left == 0) continue;
            assertLe(AUCTION.price(pairs[i].seller, pairs[i].token), before[i], "the price rose with time");
        }
        ++effective["warp"];
    }

    function donate(uint256 i, uint256 amount) external counted("donate") {
        address token = pairs[i % pairs.length].token;
        amount = _bound(amount, 1, 1e24);
        AssetMock(token).mint(address(AUCTION), amount);
        donated[token] += amount;
        ++effective["donate"];
    }

    function list(uint256 i, uint256 kind) external counted("list") {
        i = i % pairs.length;
        bool oracle = kind % 2 == 0;
        if (oracle && dead[i]) {
            vm.expectRevert(abi.encodeWithSelector(IDutchAuction.InvalidRegistry.selector, registries[i]));
            AUCTION.list(pairs[i].seller, pairs[i].token, address(registries[i]), 0);
            return _forgetLogs();
        }
        _list(i, oracle);
        ++effective["list"];
    }

    function delist(uint256 i, uint256 kind) external counted("delist") {
        i = i % pairs.length;
        // Rarer than listings, or nothing would be sold; of the first that is listed.
        for (uint256 k; k < pairs.length && !pairs[i].listed; ++k) {
            i = (i + 1) % pairs.length;
        }
        if (!pairs[i].listed || kind % 2 != 0) return;
        AUCTION.delist(pairs[i].seller, pairs[i].token);
        pairs[i].listed = false;
        ++effective["delist"];
    }

    /* CHECKS */

    /// @dev The auction's price is that of the ghost, rounded up, and within its bounds.
    function _checkedPrice(uint256 i) private view returns (uint256 price) {
        Pair storage p = pairs[i];
        price = AUCTION.price(p.seller, p.token);
        (uint256 n, uint256 d) = _fraction(i);
        assertEq(price, (n + d - 1) / d, "price");
        if (!p.lotOracle) {
            assertLe(price, p.lotStart, "above the start");
        } else if (!dead[i]) {
            assertLe(price * 10, market[i] * 11 + 9, "above 1.1");
            assertGe(price * 10, market[i] * 9, "below 0.9");
        } else {
            assertLe(price * 10, lastGood[i] * 11 + 9, "above 1.1 of the last good");
        }
    }

    function _checkPayment(Pair storage p, uint256 amount, uint256 price, uint256 payment) private view {
        uint256 exact = amount * price * 10 ** p.assetDecimals;
        uint256 unit = 10 ** (18 + p.tokenDecimals);
        assertGe(payment, 1, "free");
        assertGe(payment * unit, exact, "rounded down");
        if (payment > 1) assertLt((payment - 1) * unit, exact, "more than rounded up");
    }

    /// @dev Lots, listings, feeds and proceeds against the ghost, of one pair.
    function check(uint256 i) external view {
        Pair storage p = pairs[i];
        assertEq(AUCTION.lot(p.seller, p.token).left, p.left, "left");
        assertEq(AUCTION.lot(p.seller, p.token).waiting, p.waiting, "waiting");
        assertEq(AUCTION.lot(p.seller, p.token).openedAt, p.left == 0 ? 0 : p.openedAt, "opened");
        assertEq(AUCTION.lot(p.seller, p.token).startPrice, p.left == 0 ? 0 : p.lotStart, "start of the lot");
        assertEq(AUCTION.listing(p.seller, p.token).rememberedPrice, p.remembered, "remembered price");
        assertEq(AUCTION.listing(p.seller, p.token).rememberedVolume, p.volume, "remembered volume");
        assertTrue(p.waiting == 0 || p.left != 0 || !p.listed, "waits for nothing");
        assertEq(AUCTION.feed(address(registries[i]), p.token).lastGood, lastGood[i], "last good");
        assertEq(AUCTION.feed(address(registries[i]), p.token).failedAt, failedAt[i], "failed at");
        assertEq(AUCTION.proceeds(p.seller), paid[p.seller] - pushed[p.seller], "proceeds");
        assertEq(SellerMock(p.seller).received(), pushed[p.seller], "received");
        if (p.left != 0) _checkedPrice(i);
    }

    /// @dev The same from the logs alone.
    function checkReplay(uint256 i) external view {
        (address s, address t, address r) = (pairs[i].seller, pairs[i].token, address(registries[i]));
        assertEq(abi.encode(replay.lot(s, t)), abi.encode(AUCTION.lot(s, t)), "lot, by the logs");
        assertEq(abi.encode(replay.listing(s, t)), abi.encode(AUCTION.listing(s, t)), "listing, by the logs");
        assertEq(abi.encode(replay.feed(r, t)), abi.encode(AUCTION.feed(r, t)), "feed, by the logs");
        assertEq(replay.proceeds(s), AUCTION.proceeds(s), "proceeds, by the logs");
        assertEq(replay.assetOf(s), AUCTION.assetOf(s), "asset, by the logs");
    }

    /// @dev Lots and proceeds that must lie in the auction, in `token`.
    function owed(address token) external view returns (uint256 sum) {
        for (uint256 i; i < pairs.length; ++i) {
            Pair storage p = pairs[i];
            if (p.token == token) sum += p.left + p.waiting;
            // Each seller has two pairs; its first counts the proceeds.
            if (p.asset == token && i % 2 == 0) sum += paid[p.seller] - pushed[p.seller];
        }
    }

    /* HELPERS */

    /// @dev The recorder keeps the logs of a call that reverted.
    function _forgetLogs() private {
        vm.getRecordedLogs();
    }

    function _list(uint256 i, bool oracle) private {
        Pair storage p = pairs[i];
        p.start = oracle ? 0 : market[i];
        AUCTION.list(p.seller, p.token, oracle ? address(registries[i]) : address(0), p.start);
        p.listed = true;
        if (oracle) _looked(i);
        else (p.remembered, p.volume, p.weighedAt) = (p.start / 4, _least(p), block.timestamp);
        _opened(i);
    }

    function _setMarket(uint256 i, uint256 price) private {
        market[i] = price;
        registries[i].set(pairs[i].token, price);
    }

    /// @dev The first pair from `i` on whose lot runs.
    function _running(uint256 i) private view returns (uint256) {
        for (uint256 k; k < pairs.length; ++k) {
            if (pairs[(i % pairs.length + k) % pairs.length].left != 0) return (i % pairs.length + k) % pairs.length;
        }
        return 0;
    }

    function _fund(address asset, uint256 amount) private {
        AssetMock(asset).mint(address(this), amount);
        AssetMock(asset).approve(address(AUCTION), amount);
    }
}
