// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IDestination} from "../../../src/destinations/IDestination.sol";
import {LstFixture} from "../../fixtures/LstFixture.sol";
import {Chainlink} from "../../venues/Chainlink.sol";
import {BalancerFixture} from "./BalancerFixture.sol";

/// @dev What tests set of Balancer's protocol fees.
interface FeesLike {
    function getProtocolFeesCollector() external view returns (address);
    function getProtocolFeePercentagesProvider() external view returns (address);
    function getActionId(bytes4 selector) external view returns (bytes32);
    function setSwapFeePercentage(uint256 percentage) external;
    function setFeeTypePercentage(uint256 feeType, uint256 percentage) external;
    function updateProtocolFeePercentageCache() external;
}

/// @notice Value of a position in a real ComposableStable pool.
contract BalancerValueTest is BalancerFixture {
    /// @dev The smallest fee the pool accepts: what fees add hides nothing.
    uint256 private constant SWAP_FEE = 1e12;
    uint256 private constant YIELD_FEE_TYPE = 2;

    LstFixture private lst;

    function setUp() public {
        _setUpBalancer(SWAP_FEE);
        lst = set.lst[0];
    }

    function test_atParAUnitIsWorthOne() public view {
        (uint256 safe, uint256 spot, uint256 backing, bool ok) = destination.value(100e18);
        assertApproxEqAbs(safe, 100e18, 1e3);
        assertApproxEqAbs(spot, 100e18, 1e3);
        assertApproxEqAbs(backing, 100e18, 1e3);
        assertTrue(ok);
        (safe,,,) = destination.value(0);
        assertEq(safe, 0);
    }

    /* NOTHING MOVES IT */

    function testFuzz_D4_swapsDoNotMoveSafeAndBacking(bool wethIn, uint256 amount, uint256 rate, uint256 price) public {
        _warpRate(bound(rate, 1e18, 1.3e18), bound(price, 0.9e18, 1.3e18));
        (uint256 safe,, uint256 backing,) = destination.value(100e18);
        amount = bound(amount, 1e12, 5000e18);
        uint256 supply = set.stablePool.getActualSupply();

        _swap(wethIn, amount);
        (uint256 safeAfter,, uint256 backingAfter,) = destination.value(100e18);
        uint256 fees = amount * 2 * SWAP_FEE / supply;
        _expectUnmoved(safe, safeAfter, fees, "safe");
        _expectUnmoved(backing, backingAfter, fees, "backing");

        // There and back again.
        _swap(!wethIn, amount / 2);
        (safeAfter,, backingAfter,) = destination.value(100e18);
        _expectUnmoved(safe, safeAfter, 2 * fees, "safe, back");
        _expectUnmoved(backing, backingAfter, 2 * fees, "backing, back");
    }

    function testFuzz_joinsAndExitsDoNotMoveIt(uint256 wethIn, uint256 lstIn, uint256 part, bool wethOut) public {
        _warpRate(1.07e18, 1.05e18);
        _protocolFees();
        _swap(true, 300e18);
        // Dust is refused by the pool's own rounding. Small enough that no leg runs out: fees are kept in the leg that
        // leaves, and count at its price.
        wethIn = bound(wethIn, 0, 1000e18);
        lstIn = bound(lstIn, wethIn < 1e15 ? 1e15 : 0, 1000e18);
        uint256 safe = _safe(destination);
        uint256 held = set.stablePool.balanceOf(address(this));

        _join(wethIn, lstIn);
        uint256 afterJoin = _safe(destination);
        _expectUnmoved(safe, afterJoin, 3 * SWAP_FEE, "join");

        uint256 bpt = (set.stablePool.balanceOf(address(this)) - held) * bound(part, 0.01e18, 1e18) / WAD;
        _exit(abi.encode(EXIT_ONE_TOKEN, bpt, _legIndex(wethOut ? address(weth) : address(lst))));
        _expectUnmoved(afterJoin, _safe(destination), 3 * SWAP_FEE, "exit in one token");
    }

    /// @dev Fees owed to the protocol are out of the value when they arise, not when a join or exit mints them.
    function test_payingTheProtocolsFeesMovesNothing() public {
        set.stablePool.updateTokenRateCache(address(lst));
        _protocolFees();
        uint256 atFirst = _safe(destination);
        _warpRate(1.05e18, 1.05e18);
        for (uint256 i; i < 10; ++i) {
            _swap(true, 500e18);
            _swap(false, 450e18);
        }
        uint256 owed = set.stablePool.getActualSupply();
        uint256 safe = _safe(destination);
        assertGt(safe, atFirst);

        _join(1e12, 0);
        assertApproxEqRel(set.stablePool.getActualSupply(), owed, 1e10, "the debt is minted, the supply stays");
        assertLt(_yieldShare(atFirst, safe), 0.6e18, "half of the yield is the protocol's");
        _expectUnmoved(safe, _safe(destination), 0, "payment of fees");
    }

    function test_B3_donationsDoNotMoveIt() public {
        destination.wrap(100e18, address(this));
        uint256 safe = _safe(destination);
        deal(address(weth), address(set.balancer.vault), 50_000e18);
        deal(address(weth), address(set.stablePool), 1000e18);
        deal(address(weth), address(destination), 1000e18);
        set.stablePool.transfer(address(destination), 500e18);
        assertEq(_safe(destination), safe);
        assertEq(destination.totalSupply(), 100e18);
    }

    /* AT GIVEN PRICES */

    function test_valuesAtGivenPrices() public {
        _warpRate(1.1e18, 1.04e18);
        _swap(true, 800e18);
        _checkValuesAt(destination);
    }

    /// @dev Half of the liquidity is enough to make the swap large.
    function testFuzz_D4_swapsDoNotMoveValuesAt(bool wethIn, uint256 amount, uint256 price0, uint256 price1) public {
        uint256[] memory legPrices = new uint256[](2);
        (legPrices[0], legPrices[1]) = (bound(price0, 0.5e18, 1.3e18), bound(price1, 0.5e18, 1.3e18));
        uint256 worth = _valueAt(destination, 100e18, legPrices);
        amount = bound(amount, 1e12, 5000e18);
        uint256 supply = set.stablePool.getActualSupply();
        _swap(wethIn, amount);
        _expectUnmoved(worth, _valueAt(destination, 100e18, legPrices), amount * 2 * SWAP_FEE / supply, "swap");
    }

    /// @dev A venue that has lost a whole leg: the pool itself can no longer say what its supply is.
    function test_aDrainedPoolIsWorthNothing() public {
        (uint256[] memory backings,) = _legPrices(destination);
        (address[] memory tokens, uint256[] memory balances, uint256 block_) = set.balancer.vault.getPoolTokens(poolId);
        for (uint256 i; i < tokens.length; ++i) {
            if (tokens[i] == address(lst)) balances[i] = 0;
        }
        vm.mockCall(
            address(set.balancer.vault),
            abi.encodeCall(set.balancer.vault.getPoolTokens, (poolId)),
            abi.encode(tokens, balances, block_)
        );
        assertEq(_valueAt(destination, 100e18, backings), 0);
        vm.expectRevert(IDestination.EmptyPool.selector);
        destination.value(100e18);
    }

    /* WHAT MOVES IT */

    function test_D6_issuerRateMovesBackingAndCapsSafe() public {
        (uint256 safe,, uint256 backing,) = destination.value(100e18);
        lst.setRate(1.02e18);
        (uint256 safeUp,, uint256 backingUp,) = destination.value(100e18);
        assertEq(safeUp, safe, "the market has not followed");
        // The pool still trades at par, so arbitrage would take most of the LST: far less than half of 2%.
        assertGt(backingUp, backing);
        assertLt(backingUp, backing + 1e18);

        set.stablePool.updateTokenRateCache(address(lst));
        (,, backingUp,) = destination.value(100e18);
        assertApproxEqRel(backingUp, 101e18, 0.0001e18, "half the pool gained 2%");

        lst.setRate(0.9e18);
        (uint256 safeDown,, uint256 backingDown,) = destination.value(100e18);
        assertEq(safeDown, backingDown, "below the market: the issuer rules");
        assertLt(backingDown, backing);
    }

    function test_D5_feedMovesSafeNeverBacking() public {
        (uint256 safe,, uint256 backing,) = destination.value(100e18);
        _answer(0, 0.97e18);
        (uint256 safeAfter,, uint256 backingAfter, bool ok) = destination.value(100e18);
        assertLt(safeAfter, safe);
        assertEq(backingAfter, backing);
        assertFalse(ok, "3% between pool and feed");
        assertEq(destination.discount(), 0.03e18);

        _answer(0, 1.03e18);
        (safeAfter,, backingAfter, ok) = destination.value(100e18);
        assertEq(safeAfter, safe, "not above the issuer");
        assertTrue(ok);
        assertEq(destination.discount(), 0);
    }

    function test_poolMovesSpotWithinTheBandAndFlipsOk() public {
        (uint256 safe,,,) = destination.value(100e18);
        _swap(false, 400e18);
        (, uint256 spot,, bool ok) = destination.value(100e18);
        assertTrue(ok, "20% of the pool at A = 200 is a few basis points");
        assertLt(spot, safe);

        _swap(false, 1500e18);
        (, spot,, ok) = destination.value(100e18);
        assertFalse(ok);
        assertGe(spot, safe * (WAD - TOLERANCE) / WAD, "clamped");

        _swap(true, 3700e18);
        (, spot,, ok) = destination.value(100e18);
        assertFalse(ok);
        assertGt(spot, safe);
        assertLe(spot, safe * (WAD + TOLERANCE) / WAD, "clamped");
    }

    /// @dev spot is the price at which the pool really trades.
    function test_spotIsThePriceOfASmallSwap() public {
        _warpRate(1.1e18, 1.1e18);
        _swap(false, 300e18);
        uint256 before = weth.balanceOf(address(this));
        _swap(false, 1e15);
        uint256 price = weth.balanceOf(address(this)) - before;
        // At this feed price the LST leg's safe price equals the pool's, so spot and safe agree.
        _answer(0, price * 1e3);
        (uint256 safe, uint256 spot,, bool ok) = destination.value(100e18);
        assertTrue(ok);
        assertApproxEqRel(spot, safe, 2e12);
    }

    function test_issuerRateOfThePoolWeighsLegsEqually() public {
        assertEq(destination.issuerRate(), 1e18);
        lst.setRate(1.3e18);
        assertEq(destination.issuerRate(), 1.15e18);
    }

    /* FAILURES */

    function test_D1_withoutAPriceThereIsNoValue() public {
        bytes memory unavailable = abi.encodeWithSelector(IDestination.PriceUnavailable.selector, address(lst));
        skip(MAX_AGE + 1);
        vm.expectRevert(unavailable);
        destination.value(1e18);
        vm.expectRevert(unavailable);
        destination.discount();
        assertEq(destination.issuerRate(), 1e18, "the issuer still answers");

        _answer(0, 1e18);
        assertGt(_safe(destination), 0);
        vm.mockCallRevert(address(lst), abi.encodeCall(LstFixture.getRate, ()), "down");
        vm.expectRevert(unavailable);
        destination.value(1e18);
        vm.expectRevert(unavailable);
        destination.issuerRate();
    }

    function test_gasOfValue() public {
        vm.cool(address(set.stablePool));
        vm.cool(address(set.balancer.vault));
        vm.cool(address(destination));
        vm.cool(address(prices));
        vm.cool(address(lst));
        vm.cool(address(set.lstFeed[0]));
        destination.value(1e18);
        emit log_named_uint("gas of value(), Balancer, 2 legs", vm.lastCallGas().gasTotalUsed);
        assertLt(vm.lastCallGas().gasTotalUsed, 400_000);
    }

    /* HELPERS */

    function _warpRate(uint256 rate, uint256 price) private {
        lst.setRate(rate);
        set.stablePool.updateTokenRateCache(address(lst));
        _answer(0, price);
    }

    /// @dev Half of swap fees and half of yield go to Balancer.
    function _protocolFees() private {
        FeesLike collector = FeesLike(FeesLike(address(set.stablePool)).getProtocolFeesCollector());
        FeesLike provider = FeesLike(FeesLike(address(set.balancer.stableFactory)).getProtocolFeePercentagesProvider());
        set.balancer.authorizer.grantRole(collector.getActionId(FeesLike.setSwapFeePercentage.selector), address(this));
        set.balancer.authorizer
            .grantRole(collector.getActionId(FeesLike.setSwapFeePercentage.selector), address(provider));
        set.balancer.authorizer.grantRole(provider.getActionId(FeesLike.setFeeTypePercentage.selector), address(this));
        collector.setSwapFeePercentage(0.5e18);
        provider.setFeeTypePercentage(YIELD_FEE_TYPE, 0.5e18);
        FeesLike(address(set.stablePool)).updateProtocolFeePercentageCache();
    }

    /// @dev Share of a 2.5% gross gain (5% on half the pool) that arrived.
    function _yieldShare(uint256 start, uint256 end) private pure returns (uint256) {
        return (end - start) * WAD / (start * 25 / 1000);
    }
}
