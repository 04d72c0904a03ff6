// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ConcentratedCurve} from "../../../src/destinations/ConcentratedCurve.sol";
import {IDestination} from "../../../src/destinations/IDestination.sol";
import {UniswapV3Destination} from "../../../src/destinations/UniswapV3Destination.sol";
import {UniswapV3Fixture} from "./UniswapV3Fixture.sol";

/// @notice Ways in and out of a position in a real Uniswap V3 pool.
abstract contract UniswapV3Units is UniswapV3Fixture {
    function setUp() public {
        (uint8 baseDecimals, uint8 legDecimals, bool baseFirst) = _kind();
        _setUpPair(baseDecimals, legDecimals, baseFirst);
    }

    function _kind() internal pure virtual returns (uint8 baseDecimals, uint8 legDecimals, bool baseFirst);

    /* LIQUIDITY ITSELF */

    function testFuzz_unitsAreTheLiquidityOfThePosition(uint256 units, uint256 out, int24 ticks) public {
        _moveTo(int24(bound(ticks, -2 * WIDTH, 2 * WIDTH)));
        units = bound(units, 1, 1e7 * one);
        out = bound(out, 1, units);
        (uint256 before0, uint256 before1) = _balances(address(this));
        vm.expectEmit(address(destination));
        emit IDestination.Wrapped(address(this), holder, units);
        assertEq(destination.wrap(units, holder), units);
        (uint128 booked,,) = _booked();
        assertEq(booked, units);
        assertEq(destination.balanceOf(holder), units);
        (uint256 after0, uint256 after1) = _balances(address(this));

        vm.prank(holder);
        assertEq(destination.unwrap(out, address(this)), out);
        (booked,,) = _booked();
        assertEq(booked, units - out);
        assertEq(destination.totalSupply(), units - out);
        (uint256 back0, uint256 back1) = _balances(address(this));
        // The pool rounds up what comes in and down what goes out.
        assertApproxEqAbs(back0 - after0, (before0 - after0) * out / units, 2 + out / 1e30);
        assertApproxEqAbs(back1 - after1, (before1 - after1) * out / units, 2 + out / 1e30);
        _expectNothingHeld();
    }

    function test_badCallsChangeNothing() public {
        uint256 units = _enter(10);
        vm.expectRevert(IDestination.ZeroAmount.selector);
        destination.wrap(0, holder);
        vm.expectRevert(IDestination.ZeroAddress.selector);
        destination.wrap(1, address(0));
        vm.expectRevert(IDestination.ZeroAmount.selector);
        destination.unwrap(0, holder);
        vm.expectRevert(IDestination.ZeroAddress.selector);
        destination.unwrap(1, address(0));
        vm.expectPartialRevert(bytes4(keccak256("ERC20InsufficientBalance(address,uint256,uint256)")));
        destination.unwrap(units + 1, holder);
        vm.expectRevert(IDestination.InvalidAmounts.selector);
        destination.add(new uint256[](1), 0, holder);
        vm.expectRevert(IDestination.InvalidAmounts.selector);
        destination.remove(units, new uint256[](3), holder);
        vm.expectRevert(abi.encodeWithSelector(IDestination.InvalidLeg.selector, 2));
        destination.removeSingle(units, 2, 0, holder);
        // More liquidity than a position can have.
        vm.expectRevert();
        destination.wrap(1 << 128, holder);
        // Without an allowance.
        vm.prank(holder);
        vm.expectRevert();
        destination.wrap(one, holder);
        assertEq(destination.totalSupply(), units);
        (uint128 booked,,) = _booked();
        assertEq(booked, units);
    }

    function test_L1_leavesWithTheOracleDead() public {
        uint256 units = _enter(100);
        _earnFees(100);
        skip(MAX_AGE + 1);
        vm.mockCallRevert(address(feed), bytes(""), bytes("dead"));
        vm.mockCallRevert(address(issuer), bytes(""), bytes("dead"));
        destination.unwrap(units / 4, holder);
        destination.remove(units / 4, _pairOf(1, 1), holder);
        destination.removeSingle(units / 4, 0, 1, holder);
        destination.sell(units / 4, 1, holder);
        assertEq(destination.totalSupply(), 0);
    }

    function test_L3_leavesWhileUnsafe() public {
        uint256 units = _enter(100);
        _moveTo(-2 * WIDTH);
        (,,, bool ok) = destination.value(units);
        assertFalse(ok);
        destination.unwrap(units / 2, holder);
        destination.sell(units / 2, 1, holder);
        assertEq(destination.totalSupply(), 0);
    }

    /* LEGS */

    function testFuzz_addTakesWhatTheRangeTakesAndLeavesTheRest(uint256 amount0, uint256 amount1, int24 ticks) public {
        _moveTo(int24(bound(ticks, -WIDTH + 1, WIDTH - 1)));
        amount0 = bound(amount0, 10 ** _decimals(0), 1e6 * 10 ** _decimals(0));
        amount1 = bound(amount1, 10 ** _decimals(1), 1e6 * 10 ** _decimals(1));
        (uint256 before0, uint256 before1) = _balances(address(this));
        uint256 units = destination.add(_pairOf(amount0, amount1), 1, holder);
        (uint256 after0, uint256 after1) = _balances(address(this));
        assertLe(before0 - after0, amount0);
        assertLe(before1 - after1, amount1);
        // One of the two is used up.
        assertTrue(before0 - after0 >= amount0 - amount0 / 1e6 - 2 || before1 - after1 >= amount1 - amount1 / 1e6 - 2);
        (uint128 booked,,) = _booked();
        assertEq(booked, units);
        assertEq(destination.balanceOf(holder), units);
        _expectNothingHeld();
    }

    function test_N1_addHasAMinimum() public {
        uint256[] memory amounts = _whole(10, 10);
        uint256 snapshot = vm.snapshotState();
        uint256 units = destination.add(amounts, 0, holder);
        vm.revertToState(snapshot);
        vm.expectRevert(abi.encodeWithSelector(IDestination.TooLittle.selector, units, units + 1));
        destination.add(amounts, units + 1, holder);
        assertEq(destination.add(amounts, units, holder), units);
    }

    function test_oneSidedOnlyOutOfTheRange() public {
        bytes memory nothing = abi.encodeWithSelector(IDestination.TooLittle.selector, 0, 0);
        (uint256[] memory only0, uint256[] memory only1) = (_whole(10, 0), _whole(0, 10));
        vm.expectRevert(nothing);
        destination.add(only0, 0, holder);
        vm.expectRevert(nothing);
        destination.add(only1, 0, holder);

        _moveTo(-WIDTH);
        uint256 units = destination.add(only0, 0, holder);
        assertApproxEqRel(units, 1000 * one, 0.02e18, "10 over 2% of a range");
        vm.expectRevert(nothing);
        destination.add(only1, 0, holder);
        _moveTo(WIDTH);
        units = destination.add(_whole(7, 10), 0, holder);
        assertApproxEqRel(units, 1000 * one, 0.02e18);
        vm.prank(holder);
        uint256[] memory amounts = destination.remove(units, _pairOf(0, 0), holder);
        assertEq(amounts[0], 0);
        _expectNothingHeld();
    }

    function test_N1_removeHasAMinimumPerLeg() public {
        uint256 units = _enter(1000);
        uint256 snapshot = vm.snapshotState();
        uint256[] memory amounts = destination.remove(units, _pairOf(0, 0), holder);
        (uint256 paid0, uint256 paid1) = _balances(holder);
        assertEq(paid0, amounts[0]);
        assertEq(paid1, amounts[1]);
        vm.revertToState(snapshot);
        for (uint256 i; i < 2; ++i) {
            uint256[] memory least = _pairOf(amounts[0], amounts[1]);
            ++least[i];
            vm.expectRevert(abi.encodeWithSelector(IDestination.TooLittle.selector, amounts[i], least[i]));
            destination.remove(units, least, holder);
        }
        destination.remove(units, amounts, holder);
    }

    function testFuzz_N1_leavingWithOneLegIsLeavingAndSwapping(uint256 units, uint256 side, int24 ticks) public {
        side = bound(side, 0, 1);
        units = bound(units, one, 1e6 * one);
        destination.wrap(units, address(this));
        _moveTo(int24(bound(ticks, -2 * WIDTH, 2 * WIDTH)));
        uint256 snapshot = vm.snapshotState();
        uint256[] memory amounts = destination.remove(units, _pairOf(0, 0), address(this));
        uint256 expected = amounts[side];
        if (amounts[1 - side] != 0) expected += trader.swap(pool, side == 1, amounts[1 - side]);
        vm.revertToState(snapshot);

        vm.expectRevert(abi.encodeWithSelector(IDestination.TooLittle.selector, expected, expected + 1));
        destination.removeSingle(units, side, expected + 1, holder);
        assertEq(destination.removeSingle(units, side, expected, holder), expected);
        assertEq(_token(side).balanceOf(holder), expected);
        assertEq(_token(1 - side).balanceOf(holder), 0);
        _expectNothingHeld();
    }

    function test_N1_sellPaysInTheBaseAsset() public {
        uint256 units = _enter(1000);
        uint256 snapshot = vm.snapshotState();
        uint256 assets = destination.sell(units, 0, holder);
        assertEq(base.balanceOf(holder), assets);
        assertApproxEqRel(assets, 10 * 10 ** base.decimals(), 0.01e18);
        vm.revertToState(snapshot);
        vm.expectRevert(abi.encodeWithSelector(IDestination.TooLittle.selector, assets, assets + 1));
        destination.sell(units, assets + 1, holder);
        assertEq(destination.balanceOf(address(this)), units);
    }

    /// @dev Without other liquidity there is nobody to sell the other leg to: no partial sale, the units stay.
    function test_aPoolTooThinToSellInto() public {
        uint256 units = _enter(1000);
        trader.burn(pool, parTick - OTHERS_WIDTH, parTick + OTHERS_WIDTH, uint128(1e6 * one));
        vm.expectPartialRevert(UniswapV3Destination.PoolTooThin.selector);
        destination.sell(units, 0, holder);
        destination.unwrap(units, holder);
    }

    /* SEQUENCES */

    function test_B6_thousandSmallStepsDoNotLowerAUnit() public {
        _enter(100_000);
        _earnFees(1000);
        destination.harvest();
        skip(1 days);
        uint256 perUnit = _perUnit();
        assertGt(perUnit, 1e18);
        for (uint256 i; i < 1000; ++i) {
            if (i % 2 == 0) destination.wrap(1, address(this));
            else destination.unwrap(1, address(this));
        }
        assertGe(_perUnit(), perUnit);
        assertApproxEqRel(_perUnit(), perUnit, 1e9);
    }

    /// @dev Any order of entries, exits, trades, harvests and gifts: the pool books what we count (and what strangers gave),
    /// nobody's step lowers what a unit stands for, and the units can always leave.
    function testFuzz_B2_unitsAndLiquidityStayTogether(uint256 seed) public {
        uint256 gifts;
        for (uint256 i; i < 24; ++i) {
            uint256 perUnit = _perUnit();
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            gifts += _step(random % 9, random >> 8);
            // Down to the rounding of the 18th digit.
            if (destination.totalSupply() != 0) assertGe(_perUnit() + 1, perUnit, "a unit");
            (uint256 liquidity, uint256 locked) = _position();
            (uint128 booked,,) = _booked();
            assertEq(booked, liquidity + gifts, "the pool's books");
            assertGe(liquidity - locked, destination.totalSupply(), "at least one each");
            if (destination.totalSupply() == 0) assertEq(liquidity, 0);
            _expectNothingHeld();
        }
        uint256 rest = destination.balanceOf(address(this));
        if (rest != 0) destination.unwrap(rest, holder);
        (uint256 none,) = _position();
        assertEq(none, 0);
    }

    /// @return gift liquidity given to the position by a stranger
    function _step(uint256 action, uint256 random) private returns (uint256 gift) {
        uint256 amount = random % (1000 * one) + 1;
        uint256 units = destination.balanceOf(address(this));
        uint256 out = units == 0 ? 0 : random % 4 == 0 ? units : random % units + 1;
        if (action == 0) {
            destination.wrap(amount, address(this));
        } else if (action == 1) {
            // A refusal is a step too: what is asserted after each holds after it.
            try destination.add(_whole(random % 100, random / 100 % 100), 1, address(this)) {} catch {}
        } else if (action == 2 && out != 0) {
            destination.unwrap(out, holder);
        } else if (action == 3 && out != 0) {
            destination.remove(out, _pairOf(0, 0), holder);
        } else if (action == 4 && out > 1e9) {
            destination.removeSingle(out, random % 2, 0, holder);
        } else if (action == 5) {
            _moveTo(int24(int256(random % 161)) - 80);
        } else if (action == 6) {
            _earnFees(1000);
        } else if (action == 7) {
            destination.harvest();
            skip(random % 2 days);
            _price(1e18);
        } else if (action == 8) {
            gift = random % one + 1;
            trader.mintTo(pool, address(destination), lower, upper, uint128(gift));
        }
    }
}

contract UniswapV3Units18Test is UniswapV3Units {
    function _kind() internal pure override returns (uint8, uint8, bool) {
        return (18, 18, true);
    }
}

/// @notice USDC as the base asset.
contract UniswapV3Units6And18Test is UniswapV3Units {
    function _kind() internal pure override returns (uint8, uint8, bool) {
        return (6, 18, true);
    }
}

contract UniswapV3Units18And6Test is UniswapV3Units {
    function _kind() internal pure override returns (uint8, uint8, bool) {
        return (6, 18, false);
    }
}
