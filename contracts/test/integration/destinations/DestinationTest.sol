// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Test} from "forge-std/Test.sol";

import {IDestination} from "../../../src/destinations/IDestination.sol";
import {PriceRegistry} from "../../../src/pricing/PriceRegistry.sol";
import {LstFixture} from "../../fixtures/LstFixture.sol";
import {Chainlink} from "../../venues/Chainlink.sol";
import {VenueConfig, VenueSet, Venues} from "../../venues/Venues.sol";
import {AggregatorProxyLike} from "../../venues/interfaces/ChainlinkLike.sol";

/// @dev All a destination asks of its vault.
contract VaultOf {
    address public immutable asset;

    constructor(address asset_) {
        asset = asset_;
    }
}

/// @notice Real venues, real feeds, the registry; LST 0..2 registered with issuer and feed. The test contract is LP, issuer,
/// oracle, distributor and governor.
abstract contract DestinationTest is Test {
    uint256 internal constant WAD = 1e18;
    uint256 internal constant TOLERANCE = 0.005e18;
    /// @dev What the spec lets a swap, a donation or a callback move a value by, and a base unit.
    uint256 internal constant MOVE = 1e12;
    uint32 internal constant MAX_AGE = 1 days;

    VenueSet internal set;
    PriceRegistry internal prices;
    address internal vault;
    IERC20 internal weth;
    address internal holder = makeAddr("holder");

    function _setUpVenues(VenueConfig memory config) internal {
        vm.warp(1_700_000_000);
        vm.deal(address(this), Venues.wethNeeded(config) + 100_000e18);
        set = Venues.deploy(config);
        weth = set.weth;
        set.weth.deposit{value: 50_000e18}();
        for (uint256 i; i < 3; ++i) {
            set.lst[i].mint(address(this), 50_000e18);
        }
        prices = new PriceRegistry(address(new AccessManager(address(this))), address(weth));
        for (uint256 i; i < 3; ++i) {
            prices.setSource(address(set.lst[i]), address(set.lstFeed[i]), MAX_AGE, address(set.lst[i]));
        }
        prices.setSource(address(set.rewardToken), address(set.rewardFeed), MAX_AGE, address(0));
        vault = address(new VaultOf(address(weth)));
    }

    // forge-lint: disable-next-item(unsafe-typecast) prices near 1
    function _answer(uint256 lst, uint256 price) internal {
        Chainlink.submit(set.lstFeed[lst], int256(price));
    }

    function _safe(IDestination destination) internal view returns (uint256 safe) {
        (safe,,,) = destination.value(WAD * 100);
    }

    function _ok(IDestination destination) internal view returns (bool ok) {
        (,,, ok) = destination.value(WAD);
    }

    /// @dev Neither down by more than 1e-6 + 1, nor up by more than that and `fees`, a share of all liquidity in WAD.
    function _expectUnmoved(uint256 beforeValue, uint256 afterValue, uint256 fees, string memory what) internal pure {
        uint256 slack = beforeValue * MOVE / WAD + 1;
        assertGe(afterValue + slack, beforeValue, what);
        assertLe(afterValue, beforeValue + slack + beforeValue * fees / WAD, what);
    }

    receive() external payable virtual {}
}
