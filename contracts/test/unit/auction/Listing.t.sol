// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {DutchAuction} from "../../../src/auction/DutchAuction.sol";
import {IDutchAuction} from "../../../src/auction/IDutchAuction.sol";
import {SellerMock} from "../../mocks/auction/SellerMock.sol";
import {AssetMock} from "../../mocks/lmp/AssetMock.sol";
import {PriceRegistryMock} from "../../mocks/reactors/PriceRegistryMock.sol";
import {AuctionBase} from "./AuctionBase.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

contract ListingTest is AuctionBase {
    function _refusedTo(address caller) private {
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
    }

    function _listing() private view returns (IDutchAuction.Listing memory) {
        return auction.listing(address(seller), address(token));
    }

    function test_anAuthorityIsNeeded() public {
        vm.expectRevert(IDutchAuction.ZeroAddress.selector);
        new DutchAuction(address(0));
    }

    function test_onlyTheCuratorListsAndOnlyRiskDelists() public {
        _list(1e18);
        address[4] memory others = [risk, address(seller), harvester, address(this)];
        for (uint256 i; i < others.length; ++i) {
            _refusedTo(others[i]);
            auction.list(address(seller), address(token), address(0), 1e18);
        }
        others[0] = curator;
        for (uint256 i; i < others.length; ++i) {
            _refusedTo(others[i]);
            auction.delist(address(seller), address(token));
        }
        assertTrue(_listing().listed);
        vm.prank(risk);
        auction.delist(address(seller), address(token));
        assertFalse(_listing().listed);
    }

    /// @dev Who can list or delist cannot take tokens or proceeds, and nobody can push them elsewhere.
    function test_noRoleTakesProceedsOrTokens() public {
        _list(1e18);
        _consign(10 * one);
        _buy(5 * one);
        (uint256 left, uint256 due) = (_lot().left, auction.proceeds(address(seller)));
        vm.prank(risk);
        auction.delist(address(seller), address(token));
        SellerMock other = new SellerMock(address(asset));
        vm.prank(curator);
        auction.list(address(other), address(token), address(0), 1e18);
        vm.expectRevert(abi.encodeWithSelector(IDutchAuction.NothingToPush.selector, address(other)));
        auction.push(address(other));
        assertEq(_lot().left, left);
        assertEq(auction.proceeds(address(seller)), due);
    }

    function test_listingWithoutAnOracle() public {
        vm.expectEmit();
        emit IDutchAuction.Listed(address(seller), address(token), address(asset), address(0), 4e18);
        vm.expectEmit();
        emit IDutchAuction.PriceRemembered(address(seller), address(token), 1e18, 0.25e18, START);
        _list(4e18);
        IDutchAuction.Listing memory l = _listing();
        assertTrue(l.listed);
        assertEq(l.registry, address(0));
        assertEq(l.startPrice, 4e18);
        assertEq(l.rememberedPrice, 1e18);
        assertEq(l.rememberedVolume, 0.25e18);
        assertEq(l.weighedAt, START);
        assertEq(auction.assetOf(address(seller)), address(asset));
    }

    function test_listingWithAnOracleSeesItsPrice() public {
        registry.set(address(token), 2e18);
        vm.prank(curator);
        vm.expectEmit();
        emit IDutchAuction.Listed(address(seller), address(token), address(asset), address(registry), 0);
        vm.expectEmit();
        emit IDutchAuction.PriceSeen(address(registry), address(token), 2e18);
        auction.list(address(seller), address(token), address(registry), 0);
        IDutchAuction.Feed memory f = auction.feed(address(registry), address(token));
        assertEq(f.lastGood, 2e18);
        assertEq(f.seenAt, START);
        assertEq(f.failedAt, 0);
    }

    function _refuse(address seller_, address token_, address registry_, uint256 start, bytes memory why) private {
        vm.prank(curator);
        vm.expectRevert(why);
        auction.list(seller_, token_, registry_, start);
    }

    function test_G1_theSellersAssetAndTheSellerItselfAreNoTokens() public {
        bytes4 invalid = IDutchAuction.InvalidToken.selector;
        address[4] memory tokens = [address(asset), address(seller), address(0), makeAddr("no contract")];
        for (uint256 i; i < tokens.length; ++i) {
            _refuse(address(seller), tokens[i], address(0), 1e18, abi.encodeWithSelector(invalid, tokens[i]));
        }
    }

    function test_H5_badListingsAreRefused() public {
        bytes4 bad = IDutchAuction.InvalidStartPrice.selector;
        _refuse(address(seller), address(token), address(0), 0, abi.encodeWithSelector(bad, 0));
        uint256 tooLarge = uint256(type(uint120).max) + 1;
        _refuse(address(seller), address(token), address(0), tooLarge, abi.encodeWithSelector(bad, tooLarge));
        _refuse(address(seller), address(token), address(registry), 1, abi.encodeWithSelector(bad, 1));

        bad = IDutchAuction.InvalidRegistry.selector;
        bytes memory why = abi.encodeWithSelector(bad, address(registry));
        _refuse(address(seller), address(token), address(registry), 0, why);
        registry.set(address(token), 1e18);
        registry.setStale(address(token), true);
        _refuse(address(seller), address(token), address(registry), 0, why);
        registry.setStale(address(token), false);
        registry.set(address(token), tooLarge);
        _refuse(address(seller), address(token), address(registry), 0, why);
        PriceRegistryMock other = new PriceRegistryMock(address(new AssetMock(18)));
        other.set(address(token), 1e18);
        why = abi.encodeWithSelector(bad, address(other));
        _refuse(address(seller), address(token), address(other), 0, why);

        bad = IDutchAuction.InvalidSeller.selector;
        _refuse(buyer, address(token), address(0), 1e18, abi.encodeWithSelector(bad, buyer));
        seller.setAsset(address(0));
        why = abi.encodeWithSelector(bad, address(seller));
        _refuse(address(seller), address(token), address(0), 1e18, why);
    }

    function test_G2_tooManyDecimalsAreRefused() public {
        _tokens(18, 25);
        bytes4 selector = IDutchAuction.TooManyDecimals.selector;
        _refuse(address(seller), address(token), address(0), 1e18, abi.encodeWithSelector(selector, token, 25));
        _tokens(25, 18);
        _refuse(address(seller), address(token), address(0), 1e18, abi.encodeWithSelector(selector, asset, 25));
        _tokens(24, 24);
        _list(1e18);
    }

    /// @dev Proceeds are in the asset of the first listing; a seller cannot turn them into another token.
    function test_aSellerCannotChangeItsAsset() public {
        _list(1e18);
        seller.setAsset(address(new AssetMock(18)));
        bytes memory why = abi.encodeWithSelector(IDutchAuction.InvalidSeller.selector, address(seller));
        _refuse(address(seller), address(token), address(0), 1e18, why);
    }

    function test_H1_delistedThenListedAgain() public {
        _list(1e18);
        _consign(10 * one);
        _consign(3 * one);
        vm.prank(risk);
        vm.expectEmit();
        emit IDutchAuction.Delisted(address(seller), address(token));
        auction.delist(address(seller), address(token));
        // Nothing more comes in, the running lot is sold, what waits stays.
        vm.expectRevert(abi.encodeWithSelector(IDutchAuction.NotListed.selector, address(seller), address(token)));
        auction.consign(address(seller), address(token), 1);
        _buy(10 * one);
        assertEq(_lot().left, 0);
        assertEq(_lot().waiting, 3 * one);
        vm.expectRevert(abi.encodeWithSelector(IDutchAuction.NothingForSale.selector, address(seller), address(token)));
        auction.quote(address(seller), address(token), 1);

        _list(2e18);
        assertEq(_lot().left, 3 * one);
        assertEq(_lot().waiting, 0);
        assertEq(_lot().startPrice, 2e18);
        vm.startPrank(risk);
        auction.delist(address(seller), address(token));
        vm.expectRevert(abi.encodeWithSelector(IDutchAuction.NotListed.selector, address(seller), address(token)));
        auction.delist(address(seller), address(token));
    }

    function test_H2_listingTwiceChangesTheNextLotsOnly() public {
        _list(1e18);
        _consign(10 * one);
        _consign(3 * one);
        _listWithOracle(5e18);
        assertEq(_lot().registry, address(0));
        assertEq(_lot().startPrice, 1e18);
        assertEq(_price(), 1e18);
        _buy(10 * one);
        assertEq(_lot().left, 3 * one);
        assertEq(_lot().registry, address(registry));
        assertEq(_price(), 5.5e18);
        // What was sold without an oracle before says nothing about a listing with one.
        assertEq(_listing().rememberedPrice, 0.25e18);
    }

    function test_H5_theAuctionKnowsItsFeedsOnly() public {
        vm.expectRevert(abi.encodeWithSelector(IDutchAuction.UnknownFeed.selector, address(registry), address(token)));
        auction.poke(address(registry), address(token));
    }
}
