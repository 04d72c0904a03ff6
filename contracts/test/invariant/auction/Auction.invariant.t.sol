// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Roles} from "../../../src/governance/Roles.sol";
import {SellerMock} from "../../mocks/auction/SellerMock.sol";
import {AssetMock} from "../../mocks/lmp/AssetMock.sol";
import {PriceRegistryMock} from "../../mocks/reactors/PriceRegistryMock.sol";
import {AuctionBase} from "../../unit/auction/AuctionBase.sol";
import {AuctionHandler} from "./AuctionHandler.sol";
import {AuctionReplay} from "./AuctionReplay.sol";
import {console} from "forge-std/console.sol";

/// @notice Two sellers, four pairs: one token is sold for both, and each is paid in what the other sells. What holds of a single
/// call (prices and their bounds, payments to the base unit) is asserted in the handler as the call is made.
/// forge-config: default.invariant.runs = 8
/// forge-config: default.invariant.depth = 200
/// forge-config: deep.invariant.runs = 1
/// forge-config: deep.invariant.depth = 10000
contract AuctionInvariants is AuctionBase {
    AuctionHandler private handler;
    AssetMock private usd;

    function setUp() public override {
        super.setUp();
        usd = new AssetMock(6);
        token = new AssetMock(8);
        SellerMock other = new SellerMock(address(usd));
        PriceRegistryMock inUsd = new PriceRegistryMock(address(usd));
        AuctionReplay replay = new AuctionReplay(address(auction));
        handler = new AuctionHandler(auction, replay);
        authority.grantRole(Roles.CURATOR, address(handler), 0);
        authority.grantRole(Roles.RISK, address(handler), 0);
        handler.add(seller, token, registry, 0.05e18);
        handler.add(seller, usd, registry, 0.0005e18);
        handler.add(other, token, inUsd, 100e18);
        handler.add(other, asset, inUsd, 2000e18);
        bytes4[] memory selectors = new bytes4[](9);
        selectors[0] = handler.consign.selector;
        selectors[1] = handler.buy.selector;
        selectors[2] = handler.push.selector;
        selectors[3] = handler.poke.selector;
        selectors[4] = handler.setFeed.selector;
        selectors[5] = handler.warp.selector;
        selectors[6] = handler.donate.selector;
        selectors[7] = handler.list.selector;
        selectors[8] = handler.delist.selector;
        targetSelector(FuzzSelector(address(handler), selectors));
        targetContract(address(handler));
    }

    function invariant_tokensAndProceedsAreConservedToTheWei() public view {
        for (uint256 i; i < handler.pairCount(); ++i) {
            assertEq(handler.consigned(i), handler.accounted(i), "in = sold + left + waiting");
        }
        AssetMock[3] memory tokens = [asset, usd, token];
        for (uint256 i; i < tokens.length; ++i) {
            uint256 held = handler.owed(address(tokens[i])) + handler.donated(address(tokens[i]));
            assertEq(tokens[i].balanceOf(address(auction)), held, "held = lots + proceeds + donations");
        }
    }

    function invariant_stateIsThatOfTheGhostAndOfTheLogs() public view {
        for (uint256 i; i < handler.pairCount(); ++i) {
            handler.check(i);
            handler.checkReplay(i);
        }
    }

    function afterInvariant() public view {
        uint256 total = handler.total();
        console.log("calls", total);
        for (uint256 i; i < handler.nameCount(); ++i) {
            string memory name = handler.names(i);
            console.log(name, handler.calls(name), "effective", handler.effective(name));
            // A shrunk or aborted run says nothing about shares.
            if (total < 150) continue;
            assertGt(handler.effective(name), 0, string.concat(name, ": never effective"));
        }
    }
}
