// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Test} from "forge-std/Test.sol";

import {DutchAuction} from "../../../src/auction/DutchAuction.sol";
import {IDutchAuction} from "../../../src/auction/IDutchAuction.sol";
import {AerodromeStableDestination} from "../../../src/destinations/AerodromeStableDestination.sol";
import {IAerodromeFactory} from "../../../src/destinations/interfaces/IAerodrome.sol";
import {PriceRegistry} from "../../../src/pricing/PriceRegistry.sol";
import {LstFixture} from "../../fixtures/LstFixture.sol";
import {TokenFixture} from "../../fixtures/TokenFixture.sol";
import {Aerodrome, AerodromeCore} from "../../venues/Aerodrome.sol";
import {Chainlink} from "../../venues/Chainlink.sol";
import {AerodromeGaugeLike, AerodromePoolLike} from "../../venues/interfaces/AerodromeLike.sol";
import {AggregatorProxyLike} from "../../venues/interfaces/ChainlinkLike.sol";
import {VaultOf} from "./DestinationTest.sol";

/// @notice A destination over a real Aerodrome stable pool of the base asset and another token, with its real gauge. The test
/// contract is LP, issuer, oracle, team, emergency council and governor.
abstract contract AerodromeFixture is Test {
    uint256 internal constant WAD = 1e18;
    uint256 internal constant TOLERANCE = 0.005e18;
    /// @dev What the spec lets a swap, a donation or a callback move a value by, besides a base unit.
    uint256 internal constant MOVE = 1e12;
    uint32 internal constant MAX_AGE = 1 days;
    uint256 internal constant LIQUIDITY = 2000;
    /// @dev Of 1e4, as of the venue's factory.
    uint256 internal constant FEE = 5;
    uint256 internal constant AERO_PRICE = 0.002e18;

    AerodromeCore internal venue;
    AerodromePoolLike internal pool;
    AerodromeGaugeLike internal gauge;
    IERC20 internal base;
    IERC20 internal other;
    /// @dev Base units of one token.
    uint256 internal baseUnit;
    uint256 internal otherUnit;
    AggregatorProxyLike internal otherFeed;
    AggregatorProxyLike internal aeroFeed;
    PriceRegistry internal prices;
    DutchAuction internal auction;
    address internal vault;
    address[] internal rewardList;
    AerodromeStableDestination internal implementation;
    AerodromeStableDestination internal destination;
    address internal holder = makeAddr("holder");

    /// @dev With 18 decimals the other token has an issuer rate, else its backing is 1.
    function _setUpAerodrome(uint8 baseDecimals, uint8 otherDecimals) internal {
        vm.warp(1_700_000_000);
        TokenFixture asset = new TokenFixture("Base", "BASE", baseDecimals, address(this));
        (base, other) = (asset, _token(otherDecimals));
        (baseUnit, otherUnit) = (10 ** baseDecimals, 10 ** otherDecimals);
        asset.mint(address(this), 1_000_000 * baseUnit);

        venue = Aerodrome.deploy();
        pool =
            Aerodrome.createStablePool(venue, base, LIQUIDITY * baseUnit, other, LIQUIDITY * otherUnit, address(this));
        gauge = Aerodrome.createGauge(venue, pool);
        address manager = address(new AccessManager(address(this)));
        prices = new PriceRegistry(manager, address(base));
        otherFeed = _feed("OTHER / BASE", WAD);
        aeroFeed = _feed("AERO / BASE", AERO_PRICE);
        prices.setSource(address(other), address(otherFeed), MAX_AGE, otherDecimals == 18 ? address(other) : address(0));
        prices.setSource(address(venue.aero), address(aeroFeed), MAX_AGE, address(0));
        vault = address(new VaultOf(address(base)));
        auction = new DutchAuction(manager);
        auction.list(vault, address(venue.aero), address(prices), 0);
        rewardList.push(address(venue.aero));
        implementation =
            new AerodromeStableDestination(prices, TOLERANCE, auction, IAerodromeFactory(address(venue.factory)));
        destination = _clone();
        destination.initialize(vault, address(pool), address(gauge), rewardList);
        pool.approve(address(destination), type(uint256).max);
        base.approve(address(destination), type(uint256).max);
        other.approve(address(destination), type(uint256).max);
    }

    /// @dev Another clone, over the same pool, that holds its LP tokens unstaked.
    function _setUpWithoutGauge() internal {
        destination = _clone();
        destination.initialize(vault, address(pool), address(0), rewardList);
        pool.approve(address(destination), type(uint256).max);
        base.approve(address(destination), type(uint256).max);
        other.approve(address(destination), type(uint256).max);
    }

    /// @dev AERO in the auction for the vault.
    function _consigned() internal view returns (uint256) {
        IDutchAuction.Lot memory lot = auction.lot(vault, address(venue.aero));
        return lot.left + lot.waiting;
    }

    function _token(uint8 decimals) internal returns (IERC20) {
        if (decimals == 18) {
            LstFixture lst = new LstFixture("Liquid staked", "LST", address(this));
            lst.mint(address(this), 1_000_000e18);
            return lst;
        }
        TokenFixture stable = new TokenFixture("Stable", "STB", decimals, address(this));
        stable.mint(address(this), 1_000_000 * 10 ** decimals);
        return stable;
    }

    function _clone() internal returns (AerodromeStableDestination) {
        return AerodromeStableDestination(Clones.clone(address(implementation)));
    }

    // forge-lint: disable-next-item(unsafe-typecast) prices near 1
    function _feed(string memory name, uint256 price) private returns (AggregatorProxyLike) {
        address link = address(new TokenFixture("LINK stand-in", "LINK", 18, address(this)));
        return Chainlink.deployFeed(link, address(this), address(this), 18, name, int256(price));
    }

    // forge-lint: disable-next-item(unsafe-typecast) prices near 1
    function _answer(uint256 price) internal {
        Chainlink.submit(otherFeed, int256(price));
    }

    // forge-lint: disable-next-item(unsafe-typecast) prices near 1
    function _answerAero(uint256 price) internal {
        Chainlink.submit(aeroFeed, int256(price));
    }

    /// @return out base units of the other token; 0 where the venue's own rounding refuses dust
    function _swap(IERC20 tokenIn, uint256 amount) internal returns (uint256 out) {
        try pool.getAmountOut(amount, address(tokenIn)) returns (uint256 quoted) {
            out = quoted;
        } catch {}
        if (out == 0) return 0;
        require(tokenIn.transfer(address(pool), amount));
        bool zeroIn = address(tokenIn) == pool.token0();
        pool.swap(zeroIn ? 0 : out, zeroIn ? out : 0, address(this), "");
    }

    function _swapBase(bool baseIn, uint256 tokens18) internal returns (uint256) {
        return baseIn ? _swap(base, tokens18 * baseUnit / WAD) : _swap(other, tokens18 * otherUnit / WAD);
    }

    /// @dev Balanced legs straight into the pool.
    function _mintLp(uint256 amountBase, uint256 amountOther) internal returns (uint256) {
        require(base.transfer(address(pool), amountBase) && other.transfer(address(pool), amountOther));
        return pool.mint(address(this));
    }

    function _amounts(uint256 amountBase, uint256 amountOther) internal view returns (uint256[] memory amounts) {
        amounts = new uint256[](2);
        uint256 i = _baseLeg();
        (amounts[i], amounts[1 - i]) = (amountBase, amountOther);
    }

    function _baseLeg() internal view returns (uint256) {
        return address(base) == pool.token0() ? 0 : 1;
    }

    function _supplyShare(uint256 part) internal view returns (uint256) {
        return pool.totalSupply() * part / WAD;
    }

    /// @dev Of a fixed number of LP tokens, so that a move shows in many digits.
    function _safe() internal view returns (uint256 safe) {
        (safe,,,) = destination.value(_lpOfTest());
    }

    function _ok() internal view returns (bool ok) {
        (,,, ok) = destination.value(_lpOfTest());
    }

    /// @dev Half of the first liquidity.
    function _lpOfTest() internal view returns (uint256) {
        uint256 both = 10 ** (IERC20Metadata(address(base)).decimals() + IERC20Metadata(address(other)).decimals());
        return LIQUIDITY / 2 * _sqrt(both);
    }

    function _sqrt(uint256 x) private pure returns (uint256 r) {
        while (r * r < x) r = r == 0 ? 1 : r * 10;
    }

    function _sets(uint256 priceBase, uint256 priceOther) internal view returns (uint256[][] memory sets) {
        sets = new uint256[][](1);
        sets[0] = _amounts(priceBase, priceOther);
    }

    /// @dev Not more than 1e-6 and a base unit either way.
    function _expectUnmoved(uint256 beforeValue, uint256 afterValue, string memory what) internal pure {
        assertApproxEqAbs(afterValue, beforeValue, beforeValue * MOVE / WAD + 1, what);
    }
}
