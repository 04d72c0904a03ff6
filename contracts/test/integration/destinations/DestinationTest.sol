// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {DutchAuction} from "../../../src/auction/DutchAuction.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Test} from "forge-std/Test.sol";

import {IDutchAuction} from "../../../src/auction/IDutchAuction.sol";
import {IDestination} from "../../../src/destinations/IDestination.sol";
import {StableCurve} from "../../../src/destinations/StableCurve.sol";
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
    DutchAuction internal auction;
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
        address authority = address(new AccessManager(address(this)));
        prices = new PriceRegistry(authority, address(weth));
        auction = new DutchAuction(authority);
        for (uint256 i; i < 3; ++i) {
            prices.setSource(address(set.lst[i]), address(set.lstFeed[i]), MAX_AGE, address(set.lst[i]));
        }
        prices.setSource(address(set.rewardToken), address(set.rewardFeed), MAX_AGE, address(0));
        vault = address(new VaultOf(address(weth)));
        auction.list(vault, address(set.rewardToken), address(prices), 0);
    }

    function _waiting(address token) internal view returns (uint256) {
        IDutchAuction.Lot memory lot = auction.lot(vault, token);
        return lot.left + lot.waiting;
    }

    /// @dev Nothing of what the destination holds may be taken by anyone.
    function _expectNoApprovals(IDestination destination, address[] memory spenders) internal view {
        address[] memory legs = destination.legs();
        for (uint256 i; i < spenders.length; ++i) {
            for (uint256 j; j < legs.length; ++j) {
                assertEq(IERC20(legs[j]).allowance(address(destination), spenders[i]), 0, "leg");
            }
        }
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

    /// @dev One value, with a price per leg.
    function _valueAt(IDestination destination, uint256 units, uint256[] memory legPrices)
        internal
        view
        returns (uint256)
    {
        uint256[][] memory sets = new uint256[][](1);
        sets[0] = legPrices;
        return destination.valuesAt(units, sets)[0];
    }

    /// @dev Issuer rate and min(issuer rate, market) of each leg.
    function _legPrices(IDestination destination)
        internal
        view
        returns (uint256[] memory backings, uint256[] memory safes)
    {
        address[] memory legs = destination.legs();
        (backings, safes) = (new uint256[](legs.length), new uint256[](legs.length));
        for (uint256 i; i < legs.length; ++i) {
            uint256 market;
            (backings[i], market,) = prices.legPrices(legs[i]);
            safes[i] = backings[i] < market ? backings[i] : market;
        }
    }

    /// @dev `valuesAt` says what `value` says, needs no feed, scales with the prices and refuses sets of another size.
    function _checkValuesAt(IDestination destination) internal {
        uint256[][] memory sets = new uint256[][](3);
        (sets[0], sets[1]) = _legPrices(destination);
        sets[2] = new uint256[](sets[0].length);
        for (uint256 i; i < sets[0].length; ++i) {
            sets[2][i] = sets[0][i] * 2;
        }
        (uint256 safe,, uint256 backing,) = destination.value(100e18);
        skip(MAX_AGE + 1);
        uint256[] memory values = destination.valuesAt(100e18, sets);
        assertEq(values[0], backing, "issuer rates");
        assertEq(values[1], safe, "lower of the two");
        assertApproxEqRel(values[2], 2 * backing, 1e9, "linear in the prices");
        assertEq(destination.valuesAt(1e18, new uint256[][](0)).length, 0);

        sets[1] = new uint256[](sets[0].length - 1);
        vm.expectRevert(StableCurve.InvalidPrices.selector);
        destination.valuesAt(1e18, sets);
        sets[1] = new uint256[](sets[0].length + 1);
        vm.expectRevert(StableCurve.InvalidPrices.selector);
        destination.valuesAt(1e18, sets);
    }

    /// @dev Neither down by more than 1e-6 + 1, nor up by more than that and `fees`, a share of all liquidity in WAD.
    function _expectUnmoved(uint256 beforeValue, uint256 afterValue, uint256 fees, string memory what) internal pure {
        uint256 slack = beforeValue * MOVE / WAD + 1;
        assertGe(afterValue + slack, beforeValue, what);
        assertLe(afterValue, beforeValue + slack + beforeValue * fees / WAD, what);
    }

    receive() external payable virtual {}
}
