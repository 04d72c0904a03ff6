// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {DutchAuction} from "../../../src/auction/DutchAuction.sol";
import {IDutchAuction} from "../../../src/auction/IDutchAuction.sol";
import {PriceRegistry} from "../../../src/pricing/PriceRegistry.sol";
import {TokenFixture} from "../../fixtures/TokenFixture.sol";
import {TakerMock} from "../../mocks/auction/TakerMock.sol";
import {LmpBase} from "../../unit/lmp/LmpBase.sol";
import {Chainlink} from "../../venues/Chainlink.sol";
import {AggregatorProxyLike} from "../../venues/interfaces/ChainlinkLike.sol";

/// @notice Rewards of a real LMP sold at the price of a real Chainlink aggregator: 8 decimals, paid in 6.
contract LmpAuctionTest is LmpBase {
    uint32 private constant MAX_AGE = 1 days;

    DutchAuction private auction;
    PriceRegistry private prices;
    AggregatorProxyLike private feed;
    TokenFixture private reward;

    function setUp() public {
        _setUp(6, 2000);
        auction = new DutchAuction(address(authority));
        prices = new PriceRegistry(address(authority), address(asset));
        reward = new TokenFixture("Reward", "RWD", 8, address(this));
        // 2.50 USD.
        feed = Chainlink.deployFeed(address(reward), address(this), address(this), 8, "RWD / USD", 2.5e8);
        prices.setSource(address(reward), address(feed), MAX_AGE, address(0));
        auction.list(address(lmp), address(reward), address(prices), 0);
        _deposit(alice, 100_000 * one);
    }

    function _consign(uint256 amount) private {
        reward.mint(address(this), amount);
        reward.approve(address(auction), amount);
        auction.consign(address(lmp), address(reward), amount);
    }

    function _buy(uint256 amount) private returns (uint256 payment) {
        asset.mint(bob, 1e12);
        vm.startPrank(bob);
        asset.approve(address(auction), 1e12);
        (, payment) = auction.buy(address(lmp), address(reward), amount, 1e12, bob, block.timestamp, "");
        vm.stopPrank();
    }

    function _price() private view returns (uint256) {
        return auction.price(address(lmp), address(reward));
    }

    function test_rewardsBecomeProfitThatUnlocks() public {
        _consign(1000e8);
        assertEq(_price(), 2.75e18);
        skip(3 hours);
        assertEq(_buy(400e8), 1000e6);
        // A taker without a base unit of its own.
        TakerMock taker = new TakerMock();
        skip(3 hours);
        (uint256 bought, uint256 payment) = taker.take(auction, address(lmp), address(reward), 600e8, "x");
        assertEq(bought, 600e8);
        assertEq(payment, 1350e6);
        lmp.report();
        uint256 shareBefore = lmp.convertToAssets(one);
        (uint256 idle, uint256 held) = (lmp.book().idle, asset.balanceOf(address(lmp)));
        assertEq(auction.push(address(lmp)), 2350e6);
        assertEq(lmp.book().idle, idle + 2350e6);
        assertEq(asset.balanceOf(address(lmp)), held + 2350e6);
        assertEq(asset.balanceOf(address(auction)), 0);
        assertEq(asset.allowance(address(auction), address(lmp)), 0);
        // Locked first: nobody gains by being there at the push.
        assertEq(lmp.convertToAssets(one), shareBefore);
        skip(1 days);
        lmp.report();
        // 80% of it, the fee being 20%, over 100,000.
        assertApproxEqRel(lmp.convertToAssets(one) - shareBefore, 2350e6 * 80 / 100 * one / (100_000 * one), 0.01e18);
    }

    /// @dev The vault may refuse for now; what it is owed waits.
    function test_E5_whatTheVaultDoesNotTakeWaits() public {
        _consign(1000e8);
        uint256 payment = _buy(1000e8);
        bytes memory reason = "not now";
        vm.mockCallRevert(address(lmp), abi.encodeWithSelector(lmp.addProfit.selector), reason);
        vm.expectRevert(reason);
        auction.push(address(lmp));
        vm.clearMockedCalls();
        assertEq(auction.proceeds(address(lmp)), payment);
        auction.push(address(lmp));
    }

    function test_G9_theAggregatorStopsAndComesBack() public {
        _consign(1000e8);
        skip(12 hours);
        Chainlink.submit(feed, 2e8);
        assertEq(_price(), 1.8e18);
        auction.poke(address(prices), address(reward));
        // Without an answer for longer than its maxAge, dead when somebody looks.
        skip(MAX_AGE + 5 hours);
        assertEq(_price(), 2.2e18);
        auction.poke(address(prices), address(reward));
        IDutchAuction.Feed memory f = auction.feed(address(prices), address(reward));
        assertEq(f.failedAt, block.timestamp);
        assertEq(f.lastGood, 2e18);
        assertEq(f.seenAt, START + 12 hours);
        skip(12 hours);
        assertEq(_price(), 1.1e18);
        assertEq(_buy(100e8), 110e6);
        Chainlink.submit(feed, 3e8);
        assertEq(_price(), 2.7e18);
        assertEq(_buy(100e8), 270e6);
        assertEq(auction.feed(address(prices), address(reward)).failedAt, 0);
    }

    /// @dev A purchase with too little gas for the registry's probe of the feed is refused, and no failure is recorded.
    function test_D9_aStarvedFeedIsNotADeadOne() public {
        _consign(1000e8);
        asset.mint(address(this), 1e12);
        asset.approve(address(auction), 1e12);
        bytes memory order = abi.encodeCall(
            auction.buy, (address(lmp), address(reward), 100e8, 1e12, address(this), block.timestamp, "")
        );
        uint256 passed;
        for (uint256 gas_ = 30_000; gas_ <= 330_000; gas_ += 5000) {
            uint256 snapshot = vm.snapshotState();
            (bool ok,) = address(auction).call{gas: gas_}(order);
            if (ok) ++passed;
            assertEq(auction.feed(address(prices), address(reward)).failedAt, 0, "starved into a failure");
            vm.revertToState(snapshot);
        }
        assertGt(passed, 0, "never enough gas");
    }

    function test_theVaultsAssetCannotBeListed() public {
        vm.expectRevert(abi.encodeWithSelector(IDutchAuction.InvalidToken.selector, address(asset)));
        auction.list(address(lmp), address(asset), address(0), 1e18);
        vm.expectRevert(abi.encodeWithSelector(IDutchAuction.InvalidToken.selector, address(lmp)));
        auction.list(address(lmp), address(lmp), address(0), 1e18);
    }
}
