// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {CurveStableDestination} from "../../../src/destinations/CurveStableDestination.sol";
import {Destination} from "../../../src/destinations/Destination.sol";
import {IDestination} from "../../../src/destinations/IDestination.sol";
import {CurveV1, CurveV1Pool} from "../../venues/CurveV1.sol";
import {VenueConfig, Venues} from "../../venues/Venues.sol";
import {DestinationTest, VaultOf} from "./DestinationTest.sol";

/// @dev A coin that tells its receiver, as ERC-777 does. No listed coin should; the guard does not depend on it.
contract HookedCoin is ERC20 {
    constructor() ERC20("Hooked", "HOOK") {
        _mint(msg.sender, 10_000e18);
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (to.code.length != 0) {
            (bool ok,) = to.call(abi.encodeWithSignature("tokensReceived()"));
            ok; // Receivers without the hook are fine.
        }
    }
}

/// @notice A destination over a real Curve pool of WETH and three LSTs, without fees: what moves a value is a fault.
contract CurveDestinationTest is DestinationTest {
    CurveStableDestination private implementation;
    CurveStableDestination private destination;

    bool private attacking;
    CurveStableDestination private target;
    uint256 private callGas = type(uint256).max;
    uint256 private callbacks;
    bool private answered;
    bytes private answer;

    function setUp() public {
        VenueConfig memory config = Venues.defaults(address(this));
        config.curveFee = 0;
        _setUpVenues(config);
        implementation = new CurveStableDestination(prices, TOLERANCE, auction);
        destination = _clone();
        destination.initialize(vault, address(set.curve.pool), address(set.curve.lpToken), address(0), new address[](0));
        set.curve.lpToken.approve(address(destination), type(uint256).max);
        set.curve.lpToken.approve(address(set.curve.pool), type(uint256).max);
        for (int128 i; i < 4; ++i) {
            IERC20(set.curve.pool.coins(i)).approve(address(set.curve.pool), type(uint256).max);
        }
    }

    /* VALUE */

    function test_atParAUnitIsWorthTheVirtualPrice() public {
        set.curve.pool.exchange(0, 1, 200e18, 0);
        (uint256 safe,, uint256 backing, bool ok) = destination.value(1e18);
        assertApproxEqAbs(safe, set.curve.pool.get_virtual_price(), 10);
        assertEq(backing, safe);
        assertTrue(ok);
    }

    function testFuzz_D4_swapsDoNotMoveSafeAndBacking(uint256 seed, uint256 amount) public {
        _randomPrices(seed);
        (uint256 safe,, uint256 backing,) = destination.value(100e18);
        (int128 i, int128 j) = (_index(seed % 4), _index((seed % 4 + 1 + seed / 4 % 3) % 4));
        amount = bound(amount, 1e6, 20_000e18);
        set.curve.pool.exchange(i, j, amount, 0);
        (uint256 safeAfter,, uint256 backingAfter,) = destination.value(100e18);
        _expectUnmoved(safe, safeAfter, 0, "safe");
        _expectUnmoved(backing, backingAfter, 0, "backing");
    }

    function testFuzz_liquidityInAndOutDoesNotMoveIt(uint256 seed, uint256[4] memory amounts, uint256 part) public {
        _randomPrices(seed);
        set.curve.pool.exchange(1, 2, 1500e18, 0);
        uint256 safe = _safe(destination);
        uint256 held = set.curve.lpToken.balanceOf(address(this));
        for (uint256 i; i < 4; ++i) {
            amounts[i] = seed >> (8 * i) & 1 == 0 ? 0 : bound(amounts[i], 0, 5000e18);
        }
        amounts[seed % 4] = bound(amounts[seed % 4], 1e15, 5000e18);
        set.curve.pool.add_liquidity(amounts, 0);
        uint256 afterJoin = _safe(destination);
        _expectUnmoved(safe, afterJoin, 0, "add");

        uint256 lp = (set.curve.lpToken.balanceOf(address(this)) - held) * bound(part, 0.01e18, 1e18) / WAD;
        set.curve.pool.remove_liquidity(lp / 2, [uint256(0), 0, 0, 0]);
        _expectUnmoved(afterJoin, _safe(destination), 0, "remove");
        uint256 out = lp / 4;
        if (out > set.curve.pool.balances(0) / 3) out = set.curve.pool.balances(0) / 3;
        set.curve.pool.remove_liquidity_imbalance([out, 0, 0, 0], type(uint256).max);
        _expectUnmoved(afterJoin, _safe(destination), 0, "remove in one coin");
    }

    function test_B3_donationsDoNotMoveIt() public {
        destination.wrap(100e18, address(this));
        uint256 safe = _safe(destination);
        deal(address(weth), address(set.curve.pool), 50_000e18);
        deal(address(weth), address(destination), 1000e18);
        set.curve.lpToken.transfer(address(destination), 500e18);
        assertEq(_safe(destination), safe);
        assertEq(destination.totalSupply(), 100e18);
    }

    /// @dev Never more than the reserves are worth, whatever the balance of the pool.
    function testFuzz_reservesAreWorthAtLeastTheValue(uint256 seed, uint256 amount) public {
        _randomPrices(seed);
        set.curve.pool.exchange(_index(seed % 3), 3, bound(amount, 1e6, 5000e18), 0);
        (uint256 safe,,,) = destination.value(set.curve.lpToken.totalSupply());
        uint256 worth;
        for (uint256 i; i < 4; ++i) {
            (uint256 backing, uint256 market,) = prices.legPrices(set.curve.pool.coins(_index(i)));
            uint256 price = backing < market ? backing : market;
            worth += set.curve.pool.balances(_index(i)) * price / WAD;
        }
        assertLe(safe, worth + worth / 1e8 + 4);
    }

    function test_valuesAtGivenPrices() public {
        _randomPrices(11);
        set.curve.pool.exchange(1, 2, 1500e18, 0);
        _checkValuesAt(destination);
    }

    function testFuzz_D4_swapsDoNotMoveValuesAt(uint256 seed, uint256 amount) public {
        _randomPrices(seed);
        (uint256[] memory backings, uint256[] memory safes) = _legPrices(destination);
        uint256 high = _valueAt(destination, 100e18, backings);
        uint256 low = _valueAt(destination, 100e18, safes);
        set.curve.pool.exchange(_index(seed % 3), 3, bound(amount, 1e6, 20_000e18), 0);
        _expectUnmoved(high, _valueAt(destination, 100e18, backings), 0, "issuer rates");
        _expectUnmoved(low, _valueAt(destination, 100e18, safes), 0, "lower of the two");
    }

    function test_aDrainedPoolIsWorthNothing() public {
        (uint256[] memory backings,) = _legPrices(destination);
        vm.mockCall(address(set.curve.pool), abi.encodeCall(set.curve.pool.balances, (2)), abi.encode(0));
        assertEq(_valueAt(destination, 100e18, backings), 0);
        vm.expectRevert(IDestination.EmptyPool.selector);
        destination.value(100e18);
    }

    function test_D5_issuerFeedAndPoolMoveOneValueEach() public {
        (uint256 safe, uint256 spot, uint256 backing, bool ok) = destination.value(100e18);
        set.lst[1].setRate(1.02e18);
        (uint256 safe1,, uint256 backing1,) = destination.value(100e18);
        assertEq(safe1, safe, "issuer above the market: backing only");
        assertGt(backing1, backing);

        _answer(1, 0.99e18);
        (uint256 safe2,, uint256 backing2, bool ok2) = destination.value(100e18);
        assertLt(safe2, safe1, "feed: safe only");
        assertEq(backing2, backing1);
        assertFalse(ok2);
        assertApproxEqAbs(destination.discount(), uint256(0.03e18) * 100 / 102, 1);

        _answer(1, 1e18);
        set.curve.pool.exchange(2, 0, 1000e18, 0);
        (uint256 safe3, uint256 spot3, uint256 backing3,) = destination.value(100e18);
        _expectUnmoved(safe1, safe3, 0, "pool: spot only");
        _expectUnmoved(backing1, backing3, 0, "pool: spot only");
        assertLt(spot3, spot);
        assertTrue(ok);
    }

    /// @dev Two legs lose a tenth in the market, the pool has not heard of it.
    function test_D8_twoLegsDepegTogether() public {
        (uint256 safe,, uint256 backing,) = destination.value(100e18);
        _answer(1, 0.9e18);
        _answer(2, 0.9e18);
        (uint256 safeAfter, uint256 spot, uint256 backingAfter, bool ok) = destination.value(100e18);
        assertFalse(ok);
        assertEq(backingAfter, backing, "the issuers still pay in full");
        assertLt(safeAfter, safe * 92 / 100, "arbitrage will leave little but the two");
        assertGe(safeAfter, safe * 90 / 100);
        assertLe(spot, safeAfter * (WAD + TOLERANCE) / WAD, "the pool's prices are clamped");
    }

    /// @dev LST 2 sold until the pool gives 3% less for it than the feed says.
    function test_anUnsafeLegFlipsOkAndSpotIsClamped() public {
        set.curve.pool.exchange(3, 0, 1800e18, 0);
        (uint256 safe, uint256 spot,, bool ok) = destination.value(100e18);
        assertFalse(ok);
        assertLt(spot, safe);
        assertGe(spot, safe * (WAD - TOLERANCE) / WAD);
        set.curve.pool.exchange(0, 3, set.curve.pool.balances(3) / 2, 0);
        assertTrue(_ok(destination));
    }

    function test_D1_withoutAPriceThereIsNoValue() public {
        skip(MAX_AGE + 1);
        for (uint256 i; i < 3; ++i) {
            if (i != 1) _answer(i, 1e18);
        }
        vm.expectRevert(abi.encodeWithSelector(IDestination.PriceUnavailable.selector, address(set.lst[1])));
        destination.value(1e18);
        _answer(1, 1e18);
        assertGt(_safe(destination), 0);
    }

    function test_issuerRateWeighsCoinsEquallyAndNothingIsPaid() public {
        set.lst[2].setRate(1.1e18);
        assertEq(destination.issuerRate(), 1.025e18);
        (uint256 yearly, uint256 staked, uint256 end) = destination.incentives();
        assertEq(yearly + staked + end, 0);
    }

    function test_gasOfValue() public {
        vm.cool(address(set.curve.pool));
        vm.cool(address(set.curve.lpToken));
        vm.cool(address(destination));
        vm.cool(address(prices));
        for (uint256 i; i < 3; ++i) {
            vm.cool(address(set.lst[i]));
            vm.cool(address(set.lstFeed[i]));
        }
        destination.value(1e18);
        emit log_named_uint("gas of value(), Curve, 4 legs at par", vm.lastCallGas().gasTotalUsed);
        _randomPrices(7);
        destination.value(1e18);
        emit log_named_uint("gas of value(), Curve, 4 legs at four prices", vm.lastCallGas().gasTotalUsed);
        assertLt(vm.lastCallGas().gasTotalUsed, 500_000);
    }

    /* UNITS */

    function testFuzz_unitsAreTheHeldLpTokens(uint256 amount, uint256 out) public {
        amount = bound(amount, 1, set.curve.lpToken.balanceOf(address(this)));
        out = bound(out, 1, amount);
        assertEq(destination.wrap(amount, holder), amount);
        assertEq(set.curve.lpToken.balanceOf(address(destination)), amount);
        uint256 before = set.curve.lpToken.balanceOf(address(this));
        vm.prank(holder);
        assertEq(destination.unwrap(out, address(this)), out);
        assertEq(set.curve.lpToken.balanceOf(address(this)) - before, out);
        assertEq(set.curve.lpToken.balanceOf(address(destination)), destination.totalSupply());
    }

    function test_wrapNeedsTheTokens() public {
        vm.prank(holder);
        vm.expectRevert();
        destination.wrap(1e18, holder);
        assertEq(destination.totalSupply(), 0);
    }

    /* CREATION */

    function test_creation() public {
        CurveStableDestination another = _clone();
        address[] memory coins = destination.legs();
        assertEq(coins.length, 4);
        for (uint256 i; i < 4; ++i) {
            assertEq(coins[i], set.curve.pool.coins(_index(i)));
        }
        vm.expectEmit(address(another));
        emit IDestination.DestinationInitialized(
            vault, address(set.curve.pool), address(set.curve.lpToken), address(0), coins, new address[](0)
        );
        another.initialize(vault, address(set.curve.pool), address(set.curve.lpToken), address(0), new address[](0));
        assertEq(another.venue(), "curve-stableswap");
        assertEq(another.name(), "Units of Curve LP");
        vm.expectRevert(Initializable.InvalidInitialization.selector);
        another.initialize(vault, address(set.curve.pool), address(set.curve.lpToken), address(0), new address[](0));
    }

    function test_badCreationsAreRefused() public {
        address pool = address(set.curve.pool);
        address lpToken = address(set.curve.lpToken);
        _refuse(holder, pool, lpToken, abi.encodeWithSelector(IDestination.InvalidVault.selector, holder));
        _refuse(address(0), pool, lpToken, abi.encodeWithSelector(IDestination.ZeroAddress.selector));
        _refuse(vault, address(0), lpToken, abi.encodeWithSelector(IDestination.ZeroAddress.selector));
        _refuse(vault, pool, address(0), abi.encodeWithSelector(IDestination.ZeroAddress.selector));
        _refuse(vault, holder, lpToken, abi.encodeWithSelector(IDestination.InvalidPool.selector, holder));
        bytes memory wrongPool = abi.encodeWithSelector(IDestination.InvalidPool.selector, address(set.stablePool));
        _refuse(vault, address(set.stablePool), lpToken, wrongPool);
        // Another token's supply does not explain the pool's virtual price.
        bytes memory wrongLp = abi.encodeWithSelector(IDestination.InvalidPool.selector, pool);
        _refuse(vault, pool, address(set.stablePool), wrongLp);

        IERC20[4] memory coins = [IERC20(weth), set.lst[0], set.lst[1], set.lst[2]];
        CurveV1Pool memory empty = CurveV1.deploy(coins, 200, 0);
        bytes memory noLiquidity = abi.encodeWithSelector(IDestination.EmptyPool.selector);
        _refuse(vault, address(empty.pool), address(empty.lpToken), noLiquidity);
        vm.expectRevert(abi.encodeWithSelector(Destination.InvalidTolerance.selector, 0));
        new CurveStableDestination(prices, 0, auction);
    }

    /* REENTRANCY */

    function tokensReceived() external {
        if (!attacking) return;
        ++callbacks;
        (answered, answer) = address(target).staticcall{gas: callGas}(abi.encodeCall(IDestination.value, (1e18)));
        (bool also, bytes memory other) =
            address(target).staticcall{gas: callGas}(abi.encodeCall(IDestination.valuesAt, (1e18, new uint256[][](0))));
        assertFalse(also, "valuesAt");
        if (callGas == type(uint256).max) assertEq(other, answer, "valuesAt");
    }

    function testFuzz_D3_insideACallOfThePoolThereIsNoValue(uint256 gas_) public {
        HookedCoin hooked = new HookedCoin();
        prices.setSource(address(hooked), address(set.lstFeed[0]), MAX_AGE, address(0));
        IERC20[4] memory coins = [IERC20(weth), hooked, set.lst[1], set.lst[2]];
        CurveV1Pool memory pool = CurveV1.deploy(coins, 200, 0);
        CurveV1.addLiquidity(pool, [uint256(1000e18), 1000e18, 1000e18, 1000e18]);
        target = _clone();
        target.initialize(vault, address(pool.pool), address(pool.lpToken), address(0), new address[](0));
        weth.approve(address(pool.pool), type(uint256).max);
        pool.lpToken.approve(address(pool.pool), type(uint256).max);

        attacking = true;
        pool.pool.exchange(0, 1, 100e18, 0);
        _expectLocked(1);
        pool.pool.remove_liquidity(1000e18, [uint256(0), 0, 0, 0]);
        _expectLocked(2);
        callGas = bound(gas_, 0, 600_000);
        pool.pool.remove_liquidity_imbalance([uint256(0), 10e18, 0, 0], type(uint256).max);
        assertEq(callbacks, 3);
        assertFalse(answered, "no amount of gas opens the guard");
        attacking = false;
        assertGt(_safe(target), 0, "afterwards there is a value");
    }

    function _expectLocked(uint256 count) private view {
        assertEq(callbacks, count);
        assertFalse(answered);
        assertEq(answer, abi.encodeWithSelector(IDestination.VenueLocked.selector));
    }

    /* HELPERS */

    function _clone() private returns (CurveStableDestination) {
        return CurveStableDestination(Clones.clone(address(implementation)));
    }

    function _refuse(address vault_, address pool, address lpToken, bytes memory why) private {
        CurveStableDestination clone = _clone();
        vm.expectRevert(why);
        clone.initialize(vault_, pool, lpToken, address(0), new address[](0));
    }

    // forge-lint: disable-next-item(unsafe-typecast) below 4
    function _index(uint256 i) private pure returns (int128) {
        return int128(uint128(i));
    }

    /// @dev Issuer rates 0.9..1.3, market 0.5..1.3.
    function _randomPrices(uint256 seed) private {
        for (uint256 i; i < 3; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            set.lst[i].setRate(bound(random, 0.9e18, 1.3e18));
            _answer(i, bound(random >> 128, 0.5e18, 1.3e18));
        }
    }
}
