// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IDutchAuction} from "../../../src/auction/IDutchAuction.sol";
import {HostileTokenMock} from "../../mocks/auction/HostileTokenMock.sol";
import {NoReturnTokenMock} from "../../mocks/auction/NoReturnTokenMock.sol";
import {SellerMock} from "../../mocks/auction/SellerMock.sol";
import {TakerMock} from "../../mocks/auction/TakerMock.sol";
import {AssetMock} from "../../mocks/lmp/AssetMock.sol";
import {AuctionBase} from "./AuctionBase.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

/// @notice Takers, sellers and tokens that do what they should not.
contract HostileTest is AuctionBase {
    TakerMock private taker;
    HostileTokenMock private hostile;

    function setUp() public override {
        super.setUp();
        taker = new TakerMock();
        hostile = new HostileTokenMock();
    }

    /* TAKERS */

    function test_aTakerPaysFromWhatItBought() public {
        _list(4e18);
        _consign(10 * one);
        (uint256 bought, uint256 payment) = taker.take(auction, address(seller), address(token), 3 * one, "data");
        assertEq(bought, 3 * one);
        assertEq(payment, 12e18);
        assertEq(taker.delivered(), 3 * one);
        assertEq(taker.owed(), 12e18);
        assertEq(taker.leftSeen(), 7 * one);
        assertEq(taker.dataSeen(), "data");
        assertEq(auction.proceeds(address(seller)), 12e18);
        assertEq(asset.balanceOf(address(auction)), 12e18);
    }

    function test_aTakerThatDoesNotAskIsNotCalled() public {
        _list(4e18);
        _consign(10 * one);
        vm.expectRevert();
        taker.take(auction, address(seller), address(token), one, "");
        assertFalse(taker.called());
    }

    /// @dev Every function that writes is closed while a taker has the tokens and has not paid.
    function test_G8_aTakerCannotComeBackIn() public {
        _list(4e18);
        _consign(10 * one);
        _buy(2 * one);
        (address s, address t) = (address(seller), address(token));
        bytes[] memory attempts = new bytes[](4);
        attempts[0] = abi.encodeCall(auction.buy, (s, t, 1, 100, address(taker), block.timestamp, ""));
        attempts[1] = abi.encodeCall(auction.push, (s));
        attempts[2] = abi.encodeCall(auction.consign, (s, t, 1));
        attempts[3] = abi.encodeCall(auction.poke, (address(registry), t));
        bytes memory closed = abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        for (uint256 i; i < attempts.length; ++i) {
            taker.setAttempt(address(auction), attempts[i]);
            taker.take(auction, s, t, one, "x");
            assertFalse(taker.attemptPassed(), "came back in");
            assertEq(taker.answer(), closed);
        }
        assertEq(_lot().left, 4 * one);
        assertEq(auction.proceeds(s), 6 * 4e18);
        assertEq(asset.balanceOf(address(auction)), 6 * 4e18);
    }

    /// @dev Nor can those who may list, from inside somebody's purchase.
    function test_G8_norCanACurator() public {
        _list(4e18);
        _consign(10 * one);
        authority.grantRole(2, address(taker), 0);
        authority.grantRole(3, address(taker), 0);
        bytes[] memory attempts = new bytes[](2);
        attempts[0] = abi.encodeCall(auction.list, (address(seller), address(token), address(0), 1));
        attempts[1] = abi.encodeCall(auction.delist, (address(seller), address(token)));
        for (uint256 i; i < attempts.length; ++i) {
            taker.setAttempt(address(auction), attempts[i]);
            taker.take(auction, address(seller), address(token), one, "x");
            assertFalse(taker.attemptPassed());
        }
    }

    function test_G8_aTakerThatDoesNotPayGetsNothing() public {
        _list(4e18);
        _consign(10 * one);
        _buy(one);
        taker.setMode(TakerMock.Mode.KeepAll);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(auction), 0, 4e18)
        );
        taker.take(auction, address(seller), address(token), one, "x");
        // Sent instead of paid: a donation pays no debt.
        taker.setMode(TakerMock.Mode.DonateInstead);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(auction), 0, 4e18)
        );
        taker.take(auction, address(seller), address(token), one, "x");
        assertEq(_lot().left, 9 * one);
        assertEq(auction.proceeds(address(seller)), 4e18);
    }

    /// @dev An outsider cannot make the auction call somebody who did not buy.
    function test_G8_onlyTheBuyerIsCalled() public {
        _list(4e18);
        _consign(10 * one);
        asset.mint(buyer, 4e18);
        vm.startPrank(buyer);
        asset.approve(address(auction), 4e18);
        auction.buy(address(seller), address(token), one, 4e18, address(taker), block.timestamp, "");
        assertFalse(taker.called());
        assertEq(token.balanceOf(address(taker)), one);
    }

    /* PUSH */

    function test_pushGivesTheSellerItsProceeds() public {
        _list(4e18);
        _consign(10 * one);
        _buy(10 * one);
        vm.prank(makeAddr("anyone"));
        vm.expectEmit(address(auction));
        emit IDutchAuction.Pushed(address(seller), 40e18);
        assertEq(auction.push(address(seller)), 40e18);
        assertEq(seller.received(), 40e18);
        assertEq(auction.proceeds(address(seller)), 0);
        assertEq(asset.allowance(address(auction), address(seller)), 0, "an approval is left");
        vm.expectRevert(abi.encodeWithSelector(IDutchAuction.NothingToPush.selector, address(seller)));
        auction.push(address(seller));
    }

    function test_E5_aFailingPushChangesNothing() public {
        _list(4e18);
        _consign(10 * one);
        _buy(5 * one);
        // What others own of the same asset is there to be stolen.
        asset.mint(address(auction), 100e18);
        bytes4 inexact = IDutchAuction.InexactTransfer.selector;
        _pushFails(SellerMock.Mode.Less, abi.encodeWithSelector(inexact, asset, 20e18, 20e18 - 1));
        _pushFails(SellerMock.Mode.Nothing, abi.encodeWithSelector(inexact, asset, 20e18, 0));
        _pushFails(SellerMock.Mode.Reverting, abi.encodeWithSelector(SellerMock.NoThanks.selector));
        _pushFails(
            SellerMock.Mode.More,
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(seller), 20e18, 20e18 + 1)
        );
        _pushFails(
            SellerMock.Mode.Reenter,
            abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
        );
        // The lot goes on, and a seller that has recovered gets everything.
        _buy(5 * one);
        seller.setMode(SellerMock.Mode.Exact);
        auction.push(address(seller));
        assertEq(seller.received(), 40e18);
    }

    function _pushFails(SellerMock.Mode mode, bytes memory why) private {
        seller.setMode(mode);
        vm.expectRevert(why);
        auction.push(address(seller));
        assertEq(auction.proceeds(address(seller)), 20e18);
        assertEq(asset.balanceOf(address(auction)), 120e18);
        assertEq(asset.allowance(address(auction), address(seller)), 0);
    }

    /* TOKENS */

    function test_G7_tokensThatTakeFeesAreRefused() public {
        _list(4e18);
        token.setFee(100);
        token.mint(harvester, one);
        vm.startPrank(harvester);
        token.approve(address(auction), one);
        vm.expectRevert(abi.encodeWithSelector(IDutchAuction.InexactTransfer.selector, token, one, one - one / 100));
        auction.consign(address(seller), address(token), one);
        vm.stopPrank();
        token.setFee(0);
        _consign(10 * one);
        // An asset that begins to take one.
        asset.setFee(100);
        asset.mint(buyer, 4e18);
        vm.startPrank(buyer);
        asset.approve(address(auction), 4e18);
        vm.expectRevert(abi.encodeWithSelector(IDutchAuction.InexactTransfer.selector, asset, 4e18, 3.96e18));
        auction.buy(address(seller), address(token), one, 4e18, buyer, block.timestamp, "");
        vm.stopPrank();
        assertEq(_lot().left, 10 * one);
        assertEq(auction.proceeds(address(seller)), 0);
    }

    function _listHostile() private {
        vm.prank(curator);
        auction.list(address(seller), address(hostile), address(0), 4e18);
        hostile.mint(address(this), 100e18);
        hostile.approve(address(auction), 100e18);
        auction.consign(address(seller), address(hostile), 10e18);
        asset.mint(address(this), 100e18);
        asset.approve(address(auction), 100e18);
    }

    function _buyHostile() private {
        auction.buy(address(seller), address(hostile), 1e18, 4e18, address(this), block.timestamp, "");
    }

    /// @dev One bad token stops its own lot and nothing else.
    function test_E6_aRevertingTokenStopsItsOwnLotOnly() public {
        _listHostile();
        _list(4e18);
        _consign(10 * one);
        hostile.setMode(HostileTokenMock.Mode.Reverting);
        vm.expectRevert(HostileTokenMock.Frozen.selector);
        _buyHostile();
        vm.expectRevert(HostileTokenMock.Frozen.selector);
        auction.consign(address(seller), address(hostile), 1e18);
        _buy(10 * one);
        auction.push(address(seller));
        assertEq(seller.received(), 40e18);
        assertEq(auction.lot(address(seller), address(hostile)).left, 10e18);
    }

    function test_E6_aTokenThatMovesAnotherAmountIsRefused() public {
        _listHostile();
        bytes4 inexact = IDutchAuction.InexactTransfer.selector;
        hostile.setMode(HostileTokenMock.Mode.ChargesSender);
        vm.expectRevert(abi.encodeWithSelector(inexact, hostile, 1e18, 1e18 + 1));
        _buyHostile();
        hostile.setMode(HostileTokenMock.Mode.MovesNothing);
        vm.expectRevert(abi.encodeWithSelector(inexact, hostile, 1e18, 0));
        _buyHostile();
        vm.expectRevert(abi.encodeWithSelector(inexact, hostile, 1e18, 0));
        auction.consign(address(seller), address(hostile), 1e18);
        assertEq(asset.balanceOf(address(this)), 100e18);
        assertEq(auction.lot(address(seller), address(hostile)).left, 10e18);
        assertEq(auction.lot(address(seller), address(hostile)).waiting, 0);
    }

    /// @dev In the middle of a consignment its own tokens are not to be had yet.
    function test_B3_aTokenCannotComeBackInsideATransfer() public {
        _listHostile();
        hostile.setMode(HostileTokenMock.Mode.Hook);
        bytes memory attempt = abi.encodeCall(
            auction.buy, (address(seller), address(hostile), 1e18, 4e18, address(this), block.timestamp, "")
        );
        hostile.setAttempt(address(auction), attempt);
        auction.consign(address(seller), address(hostile), 1e18);
        assertFalse(hostile.attemptPassed());
        hostile.setAttempt(address(auction), abi.encodeCall(auction.consign, (address(seller), address(hostile), 1)));
        _buyHostile();
        assertFalse(hostile.attemptPassed());
        assertEq(
            hostile.answer(), abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
        );
        assertEq(auction.lot(address(seller), address(hostile)).waiting, 1e18);
    }

    /// @dev What a token sends along inside a transfer is neither counted as consigned nor as paid.
    function test_B3_aDonationInsideATransferIsNoPayment() public {
        _listHostile();
        hostile.mint(address(hostile), 10);
        hostile.setMode(HostileTokenMock.Mode.Hook);
        hostile.setAttempt(address(hostile), abi.encodeCall(hostile.mint, (address(auction), 7)));
        vm.expectRevert(abi.encodeWithSelector(IDutchAuction.InexactTransfer.selector, hostile, 1e18, 1e18 + 7));
        auction.consign(address(seller), address(hostile), 1e18);
    }

    /// @dev Returns nothing, refuses transfers of zero and changes of an allowance that is left: as token and as asset.
    function test_oldStyleTokens() public {
        NoReturnTokenMock old = new NoReturnTokenMock();
        SellerMock paidInOld = new SellerMock(address(old));
        vm.startPrank(curator);
        auction.list(address(seller), address(old), address(0), 4e18);
        vm.stopPrank();
        old.mint(address(this), 20e6);
        old.approve(address(auction), 10e6);
        auction.consign(address(seller), address(old), 10e6);
        asset.mint(address(this), 100e18);
        asset.approve(address(auction), 100e18);
        auction.buy(address(seller), address(old), 1e6, 4e18, address(this), block.timestamp, "");
        assertEq(old.balanceOf(address(this)), 11e6);

        vm.prank(curator);
        auction.list(address(paidInOld), address(token), address(0), 4e18);
        token.mint(address(this), 10 * one);
        token.approve(address(auction), 10 * one);
        auction.consign(address(paidInOld), address(token), 10 * one);
        // At price 0 it still pays a base unit: this asset moves no less.
        skip(2 days);
        old.approve(address(auction), 1);
        (, uint256 payment) =
            auction.buy(address(paidInOld), address(token), 10 * one, 1, address(this), block.timestamp, "");
        assertEq(payment, 1);
        assertEq(old.balanceOf(address(auction)), 9e6 + 1);
    }

    function test_E6_lotsOfOneHostileTokenLeaveAnotherSellersAlone() public {
        _listHostile();
        SellerMock other = new SellerMock(address(asset));
        vm.prank(curator);
        auction.list(address(other), address(hostile), address(0), 1e18);
        auction.consign(address(other), address(hostile), 5e18);
        hostile.setMode(HostileTokenMock.Mode.ChargesSender);
        vm.expectRevert();
        auction.buy(address(other), address(hostile), 5e18, 100e18, address(this), block.timestamp, "");
        hostile.setMode(HostileTokenMock.Mode.Plain);
        auction.buy(address(other), address(hostile), 5e18, 100e18, address(this), block.timestamp, "");
        auction.buy(address(seller), address(hostile), 10e18, 100e18, address(this), block.timestamp, "");
        assertEq(hostile.balanceOf(address(auction)), 0);
        assertEq(AssetMock(address(asset)).balanceOf(address(auction)), 45e18);
    }
}
