// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {TickMath} from "@uniswap/v4-core/src/libraries/TickMath.sol";

import {IDestination} from "../../../src/destinations/IDestination.sol";
import {UniswapV3Destination} from "../../../src/destinations/UniswapV3Destination.sol";
import {IUniswapV3Factory} from "../../../src/destinations/interfaces/IUniswapV3.sol";
import {TokenFixture} from "../../fixtures/TokenFixture.sol";
import {FeeTokenMock} from "../../mocks/reactors/FeeTokenMock.sol";
import {UniswapV3} from "../../venues/UniswapV3.sol";
import {UniswapV3FactoryLike, UniswapV3PoolLike} from "../../venues/interfaces/UniswapV3Like.sol";
import {VaultOf} from "./DestinationTest.sol";
import {UniswapV3Fixture} from "./UniswapV3Fixture.sol";

/// @notice What a destination over Uniswap V3 is made of, what is refused at creation and at use.
contract UniswapV3CreationTest is UniswapV3Fixture {
    uint160 private constant PAR = 1 << 96;

    function setUp() public {
        _setUpPair(18, 18, true);
    }

    function test_creation() public {
        UniswapV3Destination another = _clone();
        address[] memory pair = new address[](2);
        (pair[0], pair[1]) = (address(base), address(leg));
        vm.expectEmit(address(another));
        emit UniswapV3Destination.RangeSet(-50, 60);
        vm.expectEmit(address(another));
        emit IDestination.DestinationInitialized(vault, address(pool), address(0), address(0), pair, new address[](0));
        another.initialize(vault, address(pool), -50, 60);
        assertEq(another.name(), "Units of a Uniswap V3 position");
        assertEq(another.symbol(), "u-UNI-V3");
        assertEq(another.venue(), "uniswap-v3");
        assertEq(another.vault(), vault);
        assertEq(another.pool(), address(pool));
        assertEq(another.lpToken(), address(0));
        assertEq(another.legs(), pair);
        assertEq(another.rewards().length, 0);
        assertEq(another.tickLower(), -50);
        assertEq(another.tickUpper(), 60);
        assertEq(another.decimals(), 18);
        (uint256 yearly, uint256 staked, uint256 end) = another.incentives();
        assertEq(yearly + staked + end, 0);
        vm.expectRevert(Initializable.InvalidInitialization.selector);
        another.initialize(vault, address(pool), -50, 60);
        vm.expectRevert(Initializable.InvalidInitialization.selector);
        implementation.initialize(vault, address(pool), -50, 60);
    }

    function test_wrongVaultsAndPoolsAreRefused() public {
        _refuse(holder, address(pool), abi.encodeWithSelector(IDestination.InvalidVault.selector, holder));
        address wrongAsset = address(new VaultOf(address(leg)));
        _refuse(wrongAsset, address(pool), abi.encodeWithSelector(IDestination.InvalidVault.selector, wrongAsset));
        _refuse(address(0), address(pool), abi.encodeWithSelector(IDestination.ZeroAddress.selector));
        _refuse(vault, address(0), abi.encodeWithSelector(IDestination.ZeroAddress.selector));
        _refuse(vault, holder, abi.encodeWithSelector(IDestination.InvalidPool.selector, holder));
        _refuse(vault, address(base), abi.encodeWithSelector(IDestination.InvalidPool.selector, address(base)));

        UniswapV3FactoryLike other = UniswapV3.deploy();
        address foreign = address(UniswapV3.createPool(other, address(base), address(leg), FEE, PAR));
        _refuse(vault, foreign, abi.encodeWithSelector(IDestination.InvalidPool.selector, foreign));

        address empty = factory.createPool(address(base), address(leg), 3000);
        lower = -60;
        upper = 60;
        // A pool without a price is locked.
        _refuse(vault, empty, abi.encodeWithSelector(IDestination.VenueLocked.selector));

        vm.expectRevert(IDestination.ZeroAddress.selector);
        new UniswapV3Destination(prices, TOLERANCE, IUniswapV3Factory(address(0)));
    }

    function test_legsWithoutPricesOrWithTooManyDecimalsAreRefused() public {
        TokenFixture unknown = new TokenFixture("Unknown", "UNK", 18, address(this));
        address other = address(UniswapV3.createPool(factory, address(base), address(unknown), FEE, PAR));
        _refuse(vault, other, abi.encodeWithSelector(IDestination.PriceUnavailable.selector, address(unknown)));

        TokenFixture fine = new TokenFixture("Fine", "FINE", 19, address(this));
        other = address(UniswapV3.createPool(factory, address(base), address(fine), FEE, PAR));
        _refuse(vault, other, abi.encodeWithSelector(IDestination.InvalidPool.selector, other));
    }

    function test_D4_aPoolOutOfBalanceIsRefused() public {
        _moveTo(80);
        _refuse(vault, address(pool), abi.encodeWithSelector(IDestination.UnsafePool.selector, address(pool)));
    }

    function test_H7_ranges() public {
        _refuseRange(-105, 100);
        _refuseRange(-100, 105);
        _refuseRange(100, 100);
        _refuseRange(100, -100);
        int24 most = TickMath.MAX_TICK / SPACING * SPACING;
        _refuseTicks(-most - SPACING, most, -most - SPACING);
        _refuseTicks(-most, most + SPACING, most + SPACING);
        // The fair price, at tick 0: the lower end belongs to the range, the upper one does not.
        _refuseRange(-100, 0);
        _refuseRange(SPACING, 100);
        _clone().initialize(vault, address(pool), 0, 100);
        _clone().initialize(vault, address(pool), -100, SPACING);
        _clone().initialize(vault, address(pool), -most, most);
    }

    /// @dev The fair price counts, not the pool's.
    function test_H7_theRangeIsAroundTheFairPrice() public {
        issuer.setRate(2e18);
        _price(uint256(1e18) * 1e18 / 1.0015e18);
        // Fair at tick 15, live at 0, within the tolerance.
        _refuseRange(-10, 10);
        _clone().initialize(vault, address(pool), 10, 20);
    }

    /* USE */

    function test_callbacksOfStrangersAreRefused() public {
        _enter(10);
        _earnFees(100);
        base.transfer(address(destination), 1e18);
        address[2] memory callers = [holder, address(pool)];
        for (uint256 i; i < 2; ++i) {
            bytes memory why = abi.encodeWithSelector(UniswapV3Destination.UnexpectedCallback.selector, callers[i]);
            vm.startPrank(callers[i]);
            vm.expectRevert(why);
            destination.uniswapV3MintCallback(1, 0, "");
            vm.expectRevert(why);
            destination.uniswapV3SwapCallback(1, 0, "");
            vm.stopPrank();
        }
    }

    function test_aTokenThatTakesAFeeIsRefusedAtUse() public {
        FeeTokenMock taker = new FeeTokenMock();
        taker.mint(address(this), 1000e18);
        prices.setSource(address(taker), address(feed), MAX_AGE, address(issuer));
        UniswapV3PoolLike other = UniswapV3.createPool(factory, address(base), address(taker), FEE, PAR);
        UniswapV3Destination over = _clone();
        over.initialize(vault, address(other), -100, 100);
        base.approve(address(over), type(uint256).max);
        taker.approve(address(over), type(uint256).max);
        uint256 held = taker.balanceOf(address(this));
        vm.expectPartialRevert(IDestination.WrongAmount.selector);
        over.wrap(100e18, address(this));
        vm.expectPartialRevert(IDestination.WrongAmount.selector);
        over.add(_pairOf(1e18, 1e18), 0, address(this));
        assertEq(taker.balanceOf(address(this)), held);
        assertEq(over.totalSupply(), 0);
    }

    function test_notSellableWithoutABaseLeg() public {
        TokenFixture second = new TokenFixture("Second", "TWO", 18, address(this));
        second.mint(address(this), 1e24);
        prices.setSource(address(second), address(feed), MAX_AGE, address(0));
        UniswapV3PoolLike other = UniswapV3.createPool(factory, address(second), address(leg), FEE, PAR);
        UniswapV3Destination over = _clone();
        over.initialize(vault, address(other), -100, 100);
        second.approve(address(over), type(uint256).max);
        leg.approve(address(over), type(uint256).max);
        over.wrap(100e18, address(this));
        (uint256 safe, uint256 spot,, bool ok) = over.value(100e18);
        assertTrue(ok);
        assertApproxEqRel(safe, spot, 1e9);
        vm.expectRevert(IDestination.NotSellable.selector);
        over.sell(100e18, 0, address(this));
        over.remove(100e18, _pairOf(0, 0), address(this));
    }

    /* HELPERS */

    function _refuse(address vault_, address pool_, bytes memory why) private {
        UniswapV3Destination clone = _clone();
        vm.expectRevert(why);
        clone.initialize(vault_, pool_, lower, upper);
    }

    function _refuseTicks(int24 lower_, int24 upper_, int24 wrong) private {
        UniswapV3Destination clone = _clone();
        vm.expectRevert(abi.encodeWithSelector(TickMath.InvalidTick.selector, wrong));
        clone.initialize(vault, address(pool), lower_, upper_);
    }

    function _refuseRange(int24 lower_, int24 upper_) private {
        UniswapV3Destination clone = _clone();
        vm.expectRevert(abi.encodeWithSelector(UniswapV3Destination.InvalidRange.selector, lower_, upper_));
        clone.initialize(vault, address(pool), lower_, upper_);
    }
}
