// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IDutchAuction} from "../../../src/auction/IDutchAuction.sol";
import {AuctionBase} from "./AuctionBase.sol";

contract BuyTest is AuctionBase {
    function _funded(uint256 assets) private {
        asset.mint(buyer, assets);
        vm.prank(buyer);
        asset.approve(address(auction), assets);
    }

    function _order(uint256 amount, uint256 maxPayment, uint256 deadline) private returns (uint256, uint256) {
        vm.prank(buyer);
        return auction.buy(address(seller), address(token), amount, maxPayment, buyer, deadline, "");
    }

    function test_aPurchase() public {
        _list(4e18);
        _consign(10 * one);
        _funded(100e18);
        address receiver = makeAddr("receiver");
        vm.prank(buyer);
        vm.expectEmit(address(auction));
        emit IDutchAuction.Bought(address(seller), address(token), buyer, receiver, 3 * one, 12e18, 4e18);
        (uint256 bought, uint256 payment) =
            auction.buy(address(seller), address(token), 3 * one, 12e18, receiver, block.timestamp, "");
        assertEq(bought, 3 * one);
        assertEq(payment, 12e18);
        assertEq(token.balanceOf(receiver), 3 * one);
        assertEq(asset.balanceOf(buyer), 88e18);
        assertEq(auction.proceeds(address(seller)), 12e18);
        assertEq(asset.balanceOf(address(auction)), 12e18);
    }

    function test_G3_theMostABuyerPays() public {
        _list(4e18);
        _consign(10 * one);
        _funded(100e18);
        vm.expectRevert(abi.encodeWithSelector(IDutchAuction.TooExpensive.selector, 12e18, 12e18 - 1));
        _order(3 * one, 12e18 - 1, block.timestamp);
        (, uint256 payment) = _order(3 * one, 12e18, block.timestamp);
        assertEq(payment, 12e18);
    }

    /// @dev Whoever was in front of him took most of the lot: the buyer does not pay the limit of the whole for the rest.
    function test_G3_theLimitOfASmallerFillIsItsPart() public {
        _list(4e18);
        _consign(10 * one);
        _buy(9 * one);
        _funded(100e18);
        vm.expectRevert(abi.encodeWithSelector(IDutchAuction.TooExpensive.selector, 4e18, 3.9e18));
        _order(10 * one, 39e18, block.timestamp);
        (uint256 bought, uint256 payment) = _order(10 * one, 40e18, block.timestamp);
        assertEq(bought, one);
        assertEq(payment, 4e18);
    }

    /// @dev A limit that the whole order keeps is kept by every part of it.
    function testFuzz_G3_aFairLimitRefusesNoPart(uint256 price, uint256 amount, uint256 taken) public {
        _tokens(6, 18);
        _list(bound(price, 1, 1e24));
        amount = bound(amount, 1, 1e24);
        taken = bound(taken, 0, amount - 1);
        _consign(amount);
        (, uint256 whole) = auction.quote(address(seller), address(token), amount);
        if (taken != 0) _buy(taken);
        _funded(whole);
        (uint256 bought,) = _order(amount, whole, block.timestamp);
        assertEq(bought, amount - taken);
    }

    function test_G4_theDeadlineIsTheLastSecond() public {
        _list(4e18);
        _consign(10 * one);
        _funded(100e18);
        uint256 deadline = block.timestamp + 60;
        skip(60);
        _order(one, 4e18, deadline);
        skip(1);
        vm.expectRevert(abi.encodeWithSelector(IDutchAuction.DeadlinePassed.selector, deadline));
        _order(one, 4e18, deadline);
    }

    function test_A6_theReceiverIsTheBuyersChoiceAlone() public {
        _list(4e18);
        _consign(10 * one);
        _funded(100e18);
        address[2] memory bad = [address(0), address(auction)];
        for (uint256 i; i < bad.length; ++i) {
            vm.prank(buyer);
            vm.expectRevert(abi.encodeWithSelector(IDutchAuction.InvalidReceiver.selector, bad[i]));
            auction.buy(address(seller), address(token), one, 4e18, bad[i], block.timestamp, "");
        }
    }

    /// @dev Another one's approval of the auction buys nothing: payment comes from the caller.
    function test_A4_anApprovalIsOfUseToItsOwnerOnly() public {
        _list(4e18);
        _consign(10 * one);
        _funded(100e18);
        vm.prank(harvester);
        vm.expectRevert();
        auction.buy(address(seller), address(token), one, 4e18, harvester, block.timestamp, "");
        assertEq(asset.balanceOf(buyer), 100e18);
    }

    function test_aBuyerWithoutCodeCannotBeCalled() public {
        _list(4e18);
        _consign(10 * one);
        _funded(100e18);
        vm.prank(buyer);
        vm.expectRevert(abi.encodeWithSelector(IDutchAuction.NotATaker.selector, buyer));
        auction.buy(address(seller), address(token), one, 4e18, buyer, block.timestamp, "x");
    }

    /// @dev 1000 purchases of a base unit cost a base unit each, however little they are worth.
    function test_G5_dustIsNeverFree() public {
        _tokens(6, 18);
        _list(4e18);
        _consign(one);
        for (uint256 i; i < 1000; ++i) {
            (, uint256 payment) = _buy(1);
            assertEq(payment, 1);
        }
        assertEq(auction.proceeds(address(seller)), 1000);
        assertEq(_lot().left, one - 1000);
    }

    /// @dev A base unit consigned and bought at four times the last price, forty times: 4^40 in the next lot's start, were the price of
    /// the last lot all that counts.
    function test_G5_lotsOfDustDoNotSetTheNextStart() public {
        _list(4e18);
        for (uint256 i; i < 40; ++i) {
            _consign(1);
            _buy(1);
        }
        _consign(10 * one);
        assertGe(_lot().startPrice, 4e18);
        assertLt(_lot().startPrice, 4e18 + 1e5);
        // Nor when it is left until it is free.
        skip(12 hours);
        _buy(10 * one);
        _consign(1);
        skip(1 days);
        _buy(1);
        _consign(10 * one);
        assertApproxEqAbs(_lot().startPrice, 8e18, 1e5);
    }

    function test_G5_aRestOfDustKeepsNobodyFromTheNextLot() public {
        _list(4e18);
        _consign(10 * one);
        _buy(10 * one - 1);
        _consign(5 * one);
        (, uint256 payment) = _buy(5 * one);
        assertEq(payment, 4);
        assertEq(_lot().left, 5 * one);
    }
}
