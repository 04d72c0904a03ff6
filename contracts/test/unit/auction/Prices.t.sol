// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IDutchAuction} from "../../../src/auction/IDutchAuction.sol";
import {IPriceRegistry} from "../../../src/pricing/IPriceRegistry.sol";
import {AuctionBase} from "./AuctionBase.sol";

contract PricesTest is AuctionBase {
    function _feed() private view returns (IDutchAuction.Feed memory) {
        return auction.feed(address(registry), address(token));
    }

    function _poke() private {
        auction.poke(address(registry), address(token));
    }

    function test_theLotFollowsTheLivePrice() public {
        _listWithOracle(100e18);
        _consign(10 * one);
        assertEq(_price(), 110e18);
        skip(3 hours);
        assertEq(_price(), 100e18);
        registry.set(address(token), 50e18);
        assertEq(_price(), 50e18);
        skip(3 hours);
        assertEq(_price(), 45e18);
        skip(30 days);
        registry.set(address(token), 200e18);
        assertEq(_price(), 180e18);
        // The factor is that of the age of the lot, the next one starts at 1.1 again.
        _consign(one);
        _buy(10 * one);
        assertEq(_price(), 220e18);
    }

    function test_G9_aDeadFeedFallsFromItsLastGoodPrice() public {
        _listWithOracle(100e18);
        _consign(10 * one);
        skip(5 hours);
        registry.set(address(token), 80e18);
        vm.expectEmit();
        emit IDutchAuction.PriceSeen(address(registry), address(token), 80e18);
        _poke();
        skip(1 hours);
        registry.set(address(token), 300e18);
        registry.setStale(address(token), true);
        // The last price a call has seen, not the last the feed had. Nothing falls before a call has come by.
        assertEq(_price(), 88e18);
        skip(10 hours);
        assertEq(_price(), 88e18);

        vm.expectEmit();
        emit IDutchAuction.FeedFailed(address(registry), address(token));
        _poke();
        assertEq(_price(), 88e18);
        assertEq(_feed().failedAt, block.timestamp);
        assertEq(_feed().lastGood, 80e18);
        assertEq(_feed().seenAt, START + 5 hours);
        skip(12 hours);
        assertEq(_price(), 44e18);
        // Another look does not begin it anew, nor does a purchase.
        _poke();
        _buy(one);
        assertEq(_price(), 44e18);
        skip(12 hours);
        assertEq(_price(), 0);
        skip(1);
        (uint256 bought, uint256 payment) = _buy(9 * one);
        assertEq(bought, 9 * one);
        assertEq(payment, 1, "free, but for a base unit");
    }

    function test_G9_whoeverBuysFirstRecordsTheFailure() public {
        _listWithOracle(100e18);
        _consign(10 * one);
        skip(20 hours);
        registry.setStale(address(token), true);
        (, uint256 payment) = _buy(one);
        assertEq(payment, 110e18);
        assertEq(_feed().failedAt, START + 20 hours);
    }

    /// @dev A lot that opens in the middle of an outage has its own 24 hours.
    function test_G9_aLotOpenedAfterTheFailureIsNotFree() public {
        _listWithOracle(100e18);
        registry.setStale(address(token), true);
        _poke();
        skip(30 hours);
        _consign(10 * one);
        assertEq(_price(), 110e18);
        skip(6 hours);
        assertEq(_price(), 82.5e18);
    }

    function test_G9_theFeedIsBack() public {
        _listWithOracle(100e18);
        _consign(10 * one);
        skip(1 hours);
        registry.setStale(address(token), true);
        _poke();
        skip(23 hours);
        assertLt(_price(), 5e18);
        registry.setStale(address(token), false);
        registry.set(address(token), 70e18);
        // At the lot's age, without any call.
        assertEq(_price(), 63e18);
        _poke();
        assertEq(_feed().failedAt, 0);
        assertEq(_feed().lastGood, 70e18);
        skip(1 hours);
        registry.setStale(address(token), true);
        assertEq(_price(), 77e18, "a new failure, from the new last good price");
    }

    /// @dev Prices nobody can mean are none.
    function test_D1_zeroAndOverlargePricesAreNone() public {
        _listWithOracle(100e18);
        _consign(10 * one);
        registry.set(address(token), uint256(type(uint120).max) + 1);
        assertEq(_price(), 110e18);
        _poke();
        assertEq(_feed().failedAt, START);
        registry.set(address(token), 0);
        assertEq(_price(), 110e18);
        registry.set(address(token), 90e18);
        _poke();
        assertEq(_feed().failedAt, 0);
    }

    /// @dev A call that lacks the gas to ask is no failure of the feed.
    function test_D9_tooLittleGasIsNoDeadFeed() public {
        _listWithOracle(100e18);
        _consign(10 * one);
        bytes memory why = abi.encodeWithSelector(IPriceRegistry.NotEnoughGas.selector);
        vm.mockCallRevert(address(registry), abi.encodeWithSelector(IPriceRegistry.tryPrice.selector), why);
        vm.expectRevert(why);
        _poke();
        vm.expectRevert(why);
        auction.buy(address(seller), address(token), one, type(uint256).max, buyer, block.timestamp, "");
        vm.clearMockedCalls();
        assertEq(_feed().failedAt, 0);
    }

    /// @dev While the feed stands still, dead or alive, time only lowers the price, and within the bounds.
    function testFuzz_priceFallsWhileTheFeedStandsStill(uint256 market, uint256[8] memory steps, bool dies, bool oracle)
        public
    {
        market = bound(market, 1, 1e30);
        if (oracle) _listWithOracle(market);
        else _list(market);
        _consign(10 * one);
        if (oracle && dies) {
            registry.setStale(address(token), true);
            _poke();
        }
        uint256 last = _price();
        assertLe(last, oracle ? market * 11 / 10 + 1 : market);
        for (uint256 i; i < steps.length; ++i) {
            skip(bound(steps[i], 1, 6 hours));
            uint256 now_ = _price();
            assertLe(now_, last, "rose");
            if (oracle && !dies) assertGe(now_, market * 9 / 10, "below 0.9");
            last = now_;
        }
        skip(1 days);
        assertEq(_price(), oracle && !dies ? (market * 9 + 9) / 10 : 0);
    }

    /// @dev The price of the whole is that of the parts, but for the rounding of each part up.
    function testFuzz_G7_partsNeverCostLessThanTheWhole(uint256 price, uint256 a, uint256 b, uint8 i, uint8 k) public {
        uint8[3] memory decimals = [6, 8, 18];
        _tokens(decimals[i % 3], decimals[k % 3]);
        _listWithOracle(bound(price, 1e10, 1e24));
        (a, b) = (bound(a, 1, 1000 * one), bound(b, 1, 1000 * one));
        _consign(a + b);
        (, uint256 whole) = auction.quote(address(seller), address(token), a + b);
        (, uint256 first) = _buy(a);
        (, uint256 second) = _buy(b);
        assertGe(first + second, whole, "parts cost less");
        assertLe(first + second, whole + 1, "more than a rounding");
        assertEq(auction.proceeds(address(seller)), first + second);
    }
}
