// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {SqrtPriceMath} from "@uniswap/v4-core/src/libraries/SqrtPriceMath.sol";
import {TickMath} from "@uniswap/v4-core/src/libraries/TickMath.sol";

import {IDestination} from "../../../src/destinations/IDestination.sol";
import {UniswapV3Destination} from "../../../src/destinations/UniswapV3Destination.sol";
import {UniswapV3Fixture} from "./UniswapV3Fixture.sol";

/// @notice Fees of a position in a real Uniswap V3 pool: kept apart from principal, collected and compounded by harvests.
abstract contract UniswapV3Fees is UniswapV3Fixture {
    uint256 private units;

    function setUp() public {
        (uint8 baseDecimals, uint8 legDecimals, bool baseFirst) = _kind();
        _setUpPair(baseDecimals, legDecimals, baseFirst);
        // A third of the active liquidity.
        units = _enter(500_000);
    }

    function _kind() internal pure virtual returns (uint8 baseDecimals, uint8 legDecimals, bool baseFirst);

    /* FEES AND PRINCIPAL */

    function testFuzz_B1_anExitNeverPaysOutFees(uint256 part, int24 ticks, bool single) public {
        _earnFees(1000);
        _moveTo(int24(bound(ticks, -WIDTH / 2, WIDTH / 2)));
        part = bound(part, units / 1e6, units);
        (uint256 principal0, uint256 principal1) = _principal(part);
        if (single) {
            destination.unwrap(part, holder);
        } else {
            destination.remove(part, _pairOf(0, 0), holder);
        }
        (uint256 paid0, uint256 paid1) = _balances(holder);
        assertEq(paid0, principal0);
        assertEq(paid1, principal1);
        (, uint128 owed0, uint128 owed1) = _booked();
        assertGt(owed0, 0, "still owed");
        assertGt(owed1, 0, "still owed");
        destination.harvest();
        _expectNothingHeld();
    }

    /// @dev After a harvest the position still pays out all of its principal.
    function test_B1_aHarvestTakesNoPrincipal() public {
        _earnFees(1000);
        (uint256 principal0, uint256 principal1) = _principal(units);
        destination.harvest();
        destination.unwrap(units, holder);
        (uint256 paid0, uint256 paid1) = _balances(holder);
        assertGe(paid0, principal0);
        assertGe(paid1, principal1);
    }

    /* COMPOUNDING */

    function test_aHarvestAddsFeesAndMintsNoUnits() public {
        _earnFees(1000);
        (uint256 safe,,,) = destination.value(units);
        destination.harvest();
        (uint256 liquidity, uint256 locked) = _position();
        assertEq(destination.totalSupply(), units);
        assertGt(locked, 0);
        assertEq(liquidity, units + locked);
        (uint128 booked,,) = _booked();
        assertEq(booked, liquidity);
        (uint256 sameBlock,,,) = destination.value(units);
        assertEq(sameBlock, safe, "not at once");

        skip(12 hours);
        (uint256 half,,,) = destination.value(units);
        assertApproxEqAbs(half - safe, (safe * locked / units) / 2, 2 + safe / 1e15);
        skip(12 hours);
        (uint256 all,,,) = destination.value(units);
        assertApproxEqAbs(all - safe, safe * locked / units, 2 + safe / 1e15);

        // Fees of a third of 0.05% of the 4,000 that were traded, nearly all added.
        uint256 fees = 4000 * 10 ** base.decimals() * 5 / 10_000 / 3;
        assertApproxEqRel(all - safe, fees, 0.1e18);
    }

    function test_whatDoesNotFitStaysOwedAndCountsNothing() public {
        // Fees of leg 0 only.
        uint160 start = _live();
        trader.swap(pool, true, 1000 * 10 ** _decimals(0));
        (uint256 safe,,,) = destination.value(units);
        destination.harvest();
        (, uint256 locked) = _position();
        assertEq(locked, 0, "one leg of a range is no liquidity");
        (uint256 counted,,,) = destination.value(units);
        assertEq(counted, safe);

        _tradeTo(start);
        destination.harvest();
        (, locked) = _position();
        assertGt(locked, 0);
        // Nearly all: 0.05% of 1,000 each way, a third of it ours.
        (, uint128 owed0, uint128 owed1) = _booked();
        assertLt(owed0, 10 ** _decimals(0) / 60);
        assertLt(owed1, 10 ** _decimals(1) / 60);
        _expectNothingHeld();
    }

    function test_whileUnsafeFeesStayOwed() public {
        _earnFees(1000);
        _price(0.99e18);
        vm.expectEmit(address(destination));
        emit IDestination.ClaimSkipped(address(destination));
        destination.harvest();
        (uint256 liquidity, uint256 locked) = _position();
        assertEq(liquidity, units);
        assertEq(locked, 0);
        skip(MAX_AGE + 1);
        destination.harvest();
        (liquidity,) = _position();
        assertEq(liquidity, units, "nor without a price");

        _price(1e18);
        destination.harvest();
        (liquidity,) = _position();
        assertGt(liquidity, units);
    }

    /// @dev 0.4% off the fair price, in the middle of a range of +-0.3%: within the tolerance, and adding one leg alone at the end
    /// of the range is worth 0.075% less than given.
    function test_N1_feesAreNotAddedAtABadPrice() public {
        (lower, upper) = (parTick - 3 * SPACING, parTick + 3 * SPACING);
        destination = _clone();
        destination.initialize(vault, address(pool), lower, upper);
        base.approve(address(destination), type(uint256).max);
        leg.approve(address(destination), type(uint256).max);
        _enter(500_000);
        _earnFees(1000);
        _moveTo(40);
        destination.harvest();
        (uint256 liquidity,) = _position();
        assertEq(liquidity, 500_000 * one);
        (,,, bool ok) = destination.value(1);
        assertTrue(ok);
        _moveTo(0);
        destination.harvest();
        (liquidity,) = _position();
        assertGt(liquidity, 500_000 * one);
    }

    function test_dustWaits() public {
        trader.swap(pool, true, 1e5);
        trader.swap(pool, false, 1e5);
        destination.harvest();
        (uint256 liquidity,) = _position();
        assertEq(liquidity, units);
    }

    /* WHO GETS THEM */

    /// @dev A flash entry around somebody else's harvest.
    function test_E1_whoEntersForAHarvestGetsNothingOfIt() public {
        _earnFees(10_000);
        (uint256 perUnit) = _perUnit();
        destination.wrap(100 * units, address(this));
        destination.harvest();
        (, uint256 locked) = _position();
        assertGt(locked, 0);
        destination.transfer(holder, units);
        destination.unwrap(100 * units, address(this));
        assertLe(_perUnit(), perUnit + 1);
        skip(1 days);
        assertApproxEqRel(_perUnit(), 1e18 * (units + locked) / units, 1e6, "all of it is with those who stayed");
    }

    function test_theSecondHarvestJoinsTheLock() public {
        _earnFees(1000);
        destination.harvest();
        (, uint256 first) = _position();
        skip(12 hours);
        _earnFees(1000);
        (, uint256 left) = _position();
        assertApproxEqAbs(left, first / 2, 1);
        destination.harvest();
        (, uint256 both) = _position();
        assertGt(both, left);
        skip(18 hours);
        (, uint256 late) = _position();
        assertGt(late, 0, "a weighted mean of both ends");
        skip(6 hours);
        (, late) = _position();
        assertEq(late, 0);
    }

    function test_B4_theLastUnitsTakeAllAndTheNextBeginAtOne() public {
        _earnFees(1000);
        destination.harvest();
        destination.unwrap(units / 2, holder);
        destination.unwrap(units - units / 2, holder);
        (uint256 liquidity, uint256 locked) = _position();
        assertEq(liquidity + locked, 0);
        (uint128 booked,,) = _booked();
        assertEq(booked, 0);
        (uint256 safe,,,) = destination.value(units);
        assertGt(safe, 0, "what a unit would be worth");
        destination.harvest();
        assertEq(_enter(10), 10 * one);
        assertEq(_perUnit(), 1e18);
        // What it earned before and was never added belongs to the next ones.
        destination.harvest();
        (liquidity, locked) = _position();
        assertEq(liquidity, 10 * one + locked);
    }

    function test_B3_donationsAreNobodys() public {
        _earnFees(1000);
        base.transfer(address(destination), 1000 * 10 ** base.decimals());
        leg.transfer(address(destination), 1000 * 10 ** leg.decimals());
        trader.mintTo(pool, address(destination), lower, upper, uint128(1e5 * one));
        uint256 snapshot = vm.snapshotState();
        destination.harvest();
        (uint256 liquidity, uint256 locked) = _position();
        assertEq(liquidity, units + locked);
        assertLt(locked, units / 1000, "fees of the time before, not thousands");
        (uint128 booked,,) = _booked();
        assertEq(booked, liquidity + 1e5 * one);
        vm.revertToState(snapshot);

        (uint256 principal0, uint256 principal1) = _principal(units);
        destination.unwrap(units, holder);
        (uint256 paid0, uint256 paid1) = _balances(holder);
        assertEq(paid0, principal0);
        assertEq(paid1, principal1);
    }

    function test_harvestsAreAnnouncedAndOpenToAll() public {
        _earnFees(1000);
        vm.expectEmit(true, true, true, false, address(destination));
        emit UniswapV3Destination.PositionChanged(0, 0, 0, 0);
        vm.expectEmit(true, true, true, false, address(destination));
        emit UniswapV3Destination.FeesCompounded(0, 0, 0);
        vm.prank(makeAddr("anyone"));
        destination.harvest();
        vm.expectRevert(IDestination.OnlyItself.selector);
        destination.compound();

        (uint256 liquidity, uint256 locked) = _position();
        vm.expectEmit(address(destination));
        emit IDestination.ClaimSkipped(address(destination));
        destination.harvest();
        (uint256 again, uint256 stillLocked) = _position();
        assertEq(again, liquidity, "a second one finds nothing");
        assertEq(stillLocked, locked);
    }

    function test_harvestWithTooLittleGasSkipsNothing() public {
        _earnFees(1000);
        (bool done, bytes memory why) =
            address(destination).call{gas: 1_500_000}(abi.encodeCall(IDestination.harvest, ()));
        assertFalse(done);
        assertEq(why, abi.encodeWithSelector(IDestination.NotEnoughGas.selector));
    }

    /* HELPERS */

    /// @dev What `u` units are worth in legs at the pool's price, rounded down, as long as nothing was compounded.
    function _principal(uint256 u) private view returns (uint256 amount0, uint256 amount1) {
        (uint160 a, uint160 b) = (TickMath.getSqrtPriceAtTick(lower), TickMath.getSqrtPriceAtTick(upper));
        amount0 = SqrtPriceMath.getAmount0Delta(_live(), b, uint128(u), false);
        amount1 = SqrtPriceMath.getAmount1Delta(a, _live(), uint128(u), false);
    }
}

contract UniswapV3Fees18Test is UniswapV3Fees {
    function _kind() internal pure override returns (uint8, uint8, bool) {
        return (18, 18, true);
    }
}

/// @notice USDC as the base asset.
contract UniswapV3Fees6And18Test is UniswapV3Fees {
    function _kind() internal pure override returns (uint8, uint8, bool) {
        return (6, 18, false);
    }
}
