// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IDutchAuction} from "../../../src/auction/IDutchAuction.sol";
import {SellerMock} from "../../mocks/auction/SellerMock.sol";
import {AuctionBase} from "./AuctionBase.sol";

contract LotsTest is AuctionBase {
    function test_theFirstConsignmentIsALotTheNextWait() public {
        _list(1e18);
        token.mint(harvester, 10 * one);
        vm.startPrank(harvester);
        token.approve(address(auction), 10 * one);
        vm.expectEmit();
        emit IDutchAuction.Consigned(address(seller), address(token), harvester, 10 * one);
        vm.expectEmit();
        emit IDutchAuction.LotOpened(address(seller), address(token), 10 * one, address(0), 1e18);
        auction.consign(address(seller), address(token), 10 * one);
        vm.stopPrank();
        skip(1 hours);
        _consign(4 * one);
        _consign(5 * one);
        IDutchAuction.Lot memory l = _lot();
        assertEq(l.left, 10 * one);
        assertEq(l.size, 10 * one);
        assertEq(l.waiting, 9 * one);
        assertEq(l.openedAt, START);
        assertEq(token.balanceOf(address(auction)), 19 * one);
    }

    /// @dev The clock is the lot's: neither a fill nor what arrives meanwhile sets it back.
    function test_G6_partialFillsDoNotRestartTheLot() public {
        _list(1e18);
        _consign(10 * one);
        skip(6 hours);
        uint256 before = _price();
        _buy(4 * one);
        _consign(3 * one);
        assertEq(_price(), before);
        assertEq(_lot().left, 6 * one);
        assertEq(_lot().openedAt, START);
        skip(6 hours);
        assertEq(_price(), 0.5e18);
        // What is above the rest is not bought, and what waits is not sold.
        (uint256 bought, uint256 payment) = _buy(100 * one);
        assertEq(bought, 6 * one);
        assertEq(payment, 3e18);
        assertEq(token.balanceOf(buyer), 10 * one);
    }

    function test_theNextLotOpensWithThePurchaseThatEndsTheLast() public {
        _list(1e18);
        _consign(10 * one);
        _consign(3 * one);
        skip(12 hours);
        _buy(9 * one);
        assertEq(_lot().waiting, 3 * one);
        skip(1 hours);
        _buy(one);
        IDutchAuction.Lot memory l = _lot();
        assertEq(l.left, 3 * one);
        assertEq(l.size, 3 * one);
        assertEq(l.waiting, 0);
        assertEq(l.openedAt, block.timestamp);
        _buy(3 * one);
        assertEq(_lot().left, 0);
        assertEq(_lot().openedAt, 0);
        skip(1 days);
        _consign(one);
        assertEq(_lot().openedAt, block.timestamp);
    }

    function test_theNextLotStartsAtFourTimesTheVolumeWeightedPriceOfTheLast() public {
        _list(8e18);
        _consign(10 * one);
        skip(12 hours);
        _buy(4 * one);
        skip(3 hours);
        // 4 at 4 and 6 at 3.
        _buy(6 * one);
        IDutchAuction.Listing memory l = auction.listing(address(seller), address(token));
        assertEq(l.rememberedPrice, 3.4e18);
        assertEq(l.rememberedVolume, 10 * one);
        assertEq(l.weighedAt, block.timestamp);
        _consign(100 * one);
        assertEq(_lot().startPrice, 13.6e18);
        // Gone for next to nothing: the next starts at the listed price again.
        skip(1 days - 1);
        _buy(100 * one);
        _consign(one);
        assertEq(_lot().startPrice, 8e18);
    }

    function test_B5_amountsOfZeroAreRefused() public {
        _list(1e18);
        vm.expectRevert(IDutchAuction.ZeroAmount.selector);
        auction.consign(address(seller), address(token), 0);
        _consign(one);
        vm.expectRevert(IDutchAuction.ZeroAmount.selector);
        auction.buy(address(seller), address(token), 0, 1, buyer, block.timestamp, "");
        vm.expectRevert(IDutchAuction.ZeroAmount.selector);
        auction.quote(address(seller), address(token), 0);
    }

    function test_nothingForSaleWithoutALot() public {
        _list(1e18);
        bytes memory why =
            abi.encodeWithSelector(IDutchAuction.NothingForSale.selector, address(seller), address(token));
        vm.expectRevert(why);
        auction.price(address(seller), address(token));
        vm.expectRevert(why);
        auction.buy(address(seller), address(token), 1, 1, buyer, block.timestamp, "");
    }

    /// @dev Tokens sent here are in no lot, before and in the middle of one, and change no price and no proceeds.
    function testFuzz_B3_donationsChangeNothing(uint256 donation, uint256 amount) public {
        donation = bound(donation, 1, 1e30);
        amount = bound(amount, 1, 1e28);
        _list(1e18);
        token.mint(address(auction), donation);
        asset.mint(address(auction), donation);
        _consign(amount);
        assertEq(_lot().left, amount);
        (, uint256 payment) = _buy(amount);
        assertEq(_lot().left, 0);
        assertEq(auction.proceeds(address(seller)), payment);
        auction.push(address(seller));
        assertEq(seller.received(), payment);
        assertEq(token.balanceOf(address(auction)), donation);
        assertEq(asset.balanceOf(address(auction)), donation);
    }

    /// @dev Two sellers of one token, one of them paid in what the other sells.
    function test_G1_sellersNeverMix() public {
        _list(1e18);
        _consign(10 * one);
        SellerMock other = new SellerMock(address(asset));
        SellerMock third = new SellerMock(address(token));
        vm.startPrank(curator);
        auction.list(address(other), address(token), address(0), 2e18);
        auction.list(address(third), address(asset), address(0), 3e18);
        vm.stopPrank();
        asset.mint(harvester, 7e18);
        token.mint(harvester, 5 * one);
        vm.startPrank(harvester);
        token.approve(address(auction), 5 * one);
        auction.consign(address(other), address(token), 5 * one);
        asset.approve(address(auction), 7e18);
        auction.consign(address(third), address(asset), 7e18);
        vm.stopPrank();

        (uint256 bought,) = _buy(100 * one);
        assertEq(bought, 10 * one, "of its own lot only");
        assertEq(auction.lot(address(other), address(token)).left, 5 * one);
        assertEq(auction.lot(address(third), address(asset)).left, 7e18);
        assertEq(auction.proceeds(address(other)), 0);
        auction.push(address(seller));
        assertEq(seller.received(), 10e18);
        assertEq(asset.balanceOf(address(auction)), 7e18, "the third's lot is the seller's asset");
        vm.expectRevert(abi.encodeWithSelector(IDutchAuction.NothingForSale.selector, address(seller), address(asset)));
        auction.price(address(seller), address(asset));
    }

    function test_G1_anUnlistedTokenIsNotTaken() public {
        token.mint(harvester, one);
        vm.startPrank(harvester);
        token.approve(address(auction), one);
        vm.expectRevert(abi.encodeWithSelector(IDutchAuction.NotListed.selector, address(seller), address(token)));
        auction.consign(address(seller), address(token), one);
    }
}
