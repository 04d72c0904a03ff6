// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {DutchAuction} from "../../../src/auction/DutchAuction.sol";
import {LMP} from "../../../src/lmp/LMP.sol";
import {PriceRegistry} from "../../../src/pricing/PriceRegistry.sol";
import {TokenFixture} from "../../fixtures/TokenFixture.sol";
import {LmpBase} from "../../unit/lmp/LmpBase.sol";
import {Artifacts} from "../../venues/Artifacts.sol";
import {Chainlink} from "../../venues/Chainlink.sol";
import {WETH9Like} from "../../venues/interfaces/WETH9Like.sol";

/// @notice Whole transactions on the real WETH, LMP and Chainlink feed; the lot of a token with an oracle and one without.
/// forge-config: default.isolate = true
contract AuctionGasTest is LmpBase {
    uint256 private constant BUY = 125_000;

    DutchAuction private auction;
    TokenFixture private token;
    TokenFixture private unpriced;

    function setUp() public {
        _setUp(18, 2000);
        WETH9Like weth = WETH9Like(Artifacts.create("WETH9"));
        lmp = new LMP(_params(address(weth), 2000, 1e27));
        lmp.report();
        vm.deal(address(this), 1e24);
        weth.deposit{value: 1e24}();
        weth.approve(address(lmp), type(uint256).max);
        lmp.deposit(1000e18, address(this));
        lmp.addProfit(1e18);

        auction = new DutchAuction(address(authority));
        PriceRegistry prices = new PriceRegistry(address(authority), address(weth));
        token = new TokenFixture("Reward", "RWD", 18, address(this));
        unpriced = new TokenFixture("Unpriced", "UNP", 18, address(this));
        address feed =
            address(Chainlink.deployFeed(address(token), address(this), address(this), 18, "RWD / ETH", 0.001e18));
        prices.setSource(address(token), feed, 1 days, address(0));
        auction.list(address(lmp), address(token), address(prices), 0);
        auction.list(address(lmp), address(unpriced), address(0), 0.001e18);
        token.mint(address(this), 1e24);
        unpriced.mint(address(this), 1e24);
        token.approve(address(auction), type(uint256).max);
        unpriced.approve(address(auction), type(uint256).max);
        weth.approve(address(auction), type(uint256).max);
        // A buyer who holds some of either, and proceeds that were there before.
        _consign(address(unpriced));
        _consign(address(token));
        _buy(address(unpriced), 10e18);
        _buy(address(token), 10e18);
    }

    function test_gas() public {
        skip(1 hours);
        _consign(address(token));
        vm.snapshotGasLastCall("auction", "consign, the first that waits");
        skip(1 hours);
        _consign(address(token));
        vm.snapshotGasLastCall("auction", "consign, more that waits");

        skip(1 hours);
        _buy(address(token), 10e18);
        uint256 used = vm.snapshotGasLastCall("auction", "buy a part, with an oracle");
        assertLe(used, BUY, "buy");
        skip(1 hours);
        _buy(address(unpriced), 10e18);
        used = vm.snapshotGasLastCall("auction", "buy a part, without an oracle");
        assertLe(used, BUY, "buy");
        skip(1 hours);
        _buy(address(token), 1000e18);
        vm.snapshotGasLastCall("auction", "buy the rest and open the next lot");

        skip(1 hours);
        auction.push(address(lmp));
        vm.snapshotGasLastCall("auction", "push to an LMP");
        _buy(address(unpriced), 1000e18);
        skip(1 hours);
        _consign(address(unpriced));
        vm.snapshotGasLastCall("auction", "consign and open a lot");
    }

    function _consign(address token_) private {
        auction.consign(address(lmp), token_, 100e18);
    }

    function _buy(address token_, uint256 amount) private {
        auction.buy(address(lmp), token_, amount, 10_000e18, alice, block.timestamp, "");
    }
}
