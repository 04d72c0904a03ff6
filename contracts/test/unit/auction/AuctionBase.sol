// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {RoleTable} from "../../../script/deploy/RoleTable.sol";
import {DutchAuction} from "../../../src/auction/DutchAuction.sol";
import {IDutchAuction} from "../../../src/auction/IDutchAuction.sol";
import {Roles} from "../../../src/governance/Roles.sol";
import {SellerMock} from "../../mocks/auction/SellerMock.sol";
import {AssetMock} from "../../mocks/lmp/AssetMock.sol";
import {PriceRegistryMock} from "../../mocks/reactors/PriceRegistryMock.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Test} from "forge-std/Test.sol";

/// @notice An auction with the roles of the deployment, one seller and one token that is not listed yet.
abstract contract AuctionBase is Test {
    uint256 internal constant START = 1_700_000_000;

    AccessManager internal authority;
    DutchAuction internal auction;
    AssetMock internal asset;
    AssetMock internal token;
    PriceRegistryMock internal registry;
    SellerMock internal seller;
    /// @dev One whole token, base units.
    uint256 internal one;

    address internal immutable curator = makeAddr("curator");
    address internal immutable risk = makeAddr("risk");
    address internal immutable harvester = makeAddr("harvester");
    address internal immutable buyer = makeAddr("buyer");

    function setUp() public virtual {
        vm.warp(START);
        authority = new AccessManager(address(this));
        auction = new DutchAuction(address(authority));
        RoleTable.Entry[] memory entries = RoleTable.dutchAuction();
        for (uint256 i; i < entries.length; ++i) {
            bytes4[] memory selector = new bytes4[](1);
            selector[0] = entries[i].selector;
            authority.setTargetFunctionRole(address(auction), selector, entries[i].role);
        }
        authority.grantRole(Roles.CURATOR, curator, 0);
        authority.grantRole(Roles.RISK, risk, 0);
        _tokens(18, 18);
    }

    function _tokens(uint8 assetDecimals, uint8 tokenDecimals) internal {
        asset = new AssetMock(assetDecimals);
        token = new AssetMock(tokenDecimals);
        registry = new PriceRegistryMock(address(asset));
        seller = new SellerMock(address(asset));
        one = 10 ** tokenDecimals;
    }

    /// @dev Without an oracle.
    function _list(uint256 startPrice) internal {
        vm.prank(curator);
        auction.list(address(seller), address(token), address(0), startPrice);
    }

    function _listWithOracle(uint256 price) internal {
        registry.set(address(token), price);
        vm.prank(curator);
        auction.list(address(seller), address(token), address(registry), 0);
    }

    function _consign(uint256 amount) internal {
        token.mint(harvester, amount);
        vm.startPrank(harvester);
        token.approve(address(auction), amount);
        auction.consign(address(seller), address(token), amount);
        vm.stopPrank();
    }

    /// @dev Pays what is quoted and not a unit more.
    function _buy(uint256 amount) internal returns (uint256 bought, uint256 payment) {
        (uint256 quoted, uint256 owed) = auction.quote(address(seller), address(token), amount);
        asset.mint(buyer, owed);
        vm.startPrank(buyer);
        asset.approve(address(auction), owed);
        (bought, payment) =
            auction.buy(address(seller), address(token), amount, type(uint256).max, buyer, block.timestamp, "");
        vm.stopPrank();
        assertEq(bought, quoted, "bought as quoted");
        assertEq(payment, owed, "paid as quoted");
    }

    function _price() internal view returns (uint256) {
        return auction.price(address(seller), address(token));
    }

    function _lot() internal view returns (IDutchAuction.Lot memory) {
        return auction.lot(address(seller), address(token));
    }
}
