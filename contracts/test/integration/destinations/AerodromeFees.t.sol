// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {AerodromeStableDestination} from "../../../src/destinations/AerodromeStableDestination.sol";
import {IDestination} from "../../../src/destinations/IDestination.sol";
import {AerodromeFixture} from "./AerodromeFixture.sol";

/// @notice A position without a gauge earns the pool's fees as legs, and adds them to itself.
abstract contract AerodromeFeesTest is AerodromeFixture {
    function _setUpFees(uint8 baseDecimals, uint8 otherDecimals) internal {
        _setUpAerodrome(baseDecimals, otherDecimals);
        _setUpWithoutGauge();
        pool.transfer(holder, _lpOfTest() / 4);
        vm.startPrank(holder);
        pool.approve(address(destination), type(uint256).max);
        base.approve(address(destination), type(uint256).max);
        other.approve(address(destination), type(uint256).max);
        vm.stopPrank();
    }

    function test_feesAreAddedWithoutMintingUnits() public {
        uint256 units = _lpOfTest() / 2;
        destination.wrap(units, address(this));
        assertEq(_position(), units);
        _trade();
        uint256 safe = _valueOf(units);
        uint256 depth = destination.depth();
        vm.prank(holder);
        destination.harvest();
        assertApproxEqAbs(_valueOf(units), safe, 1, "locked at first");
        skip(12 hours);
        uint256 half = _valueOf(units) - safe;
        skip(12 hours);

        assertEq(destination.totalSupply(), units, "no units");
        assertGt(_position(), units);
        assertEq(_position(), pool.balanceOf(address(destination)));
        uint256 gain = _valueOf(units) - safe;
        assertApproxEqAbs(half, gain / 2, gain / 1e4 + 1);
        // A quarter of all LP tokens; 5 bp of what was traded; the fees of one direction were a little more.
        uint256 earned = 4 * 1000 * baseUnit * FEE / 10_000 / 4;
        assertApproxEqRel(gain, earned, 0.1e18);
        assertLt(destination.depth(), depth, "a unit is more of the pool");
        uint256 left =
            base.balanceOf(address(destination)) * otherUnit + other.balanceOf(address(destination)) * baseUnit;
        assertLt(left, earned * otherUnit / 10, "the rest of the longer leg");

        uint256 lp = _position();
        safe = _valueOf(units);
        destination.harvest();
        assertEq(_position(), lp, "nothing is added twice");
        destination.unwrap(units, address(this));
        assertEq(_position(), 0, "the last to leave takes all");
    }

    function test_whileUnsafeFeesWaitAndCountNothing() public {
        uint256 units = _lpOfTest() / 2;
        destination.wrap(units, address(this));
        _trade();
        uint256 safe = _valueOf(units);
        uint256 out = _swapBase(true, 1900e18);
        vm.expectEmit(address(destination));
        emit AerodromeStableDestination.FeesKept();
        destination.harvest();
        assertEq(_position(), units);
        _expectUnmoved(safe, _valueOf(units), "legs held count nothing");
        (uint256 keptBase, uint256 keptOther) =
            (base.balanceOf(address(destination)), other.balanceOf(address(destination)));
        assertTrue(keptBase != 0 && keptOther != 0);
        // Who leaves gets his LP tokens and none of the legs.
        destination.removeSingle(units / 4, _baseLeg(), 1, holder);
        assertEq(base.balanceOf(address(destination)), keptBase);
        assertEq(other.balanceOf(address(destination)), keptOther);

        _swap(other, out);
        vm.expectEmit(false, false, false, false, address(destination));
        emit AerodromeStableDestination.FeesAdded(0, 0, 0, 0, 0);
        destination.harvest();
        assertGt(_position(), units * 3 / 4);
    }

    /// @dev The feed says otherwise than the pool: added back would be at a price nobody vouches for.
    function test_D4_fromASkewedPoolNothingIsAdded() public {
        destination.wrap(_lpOfTest() / 2, address(this));
        _trade();
        _answer(0.98e18);
        destination.harvest();
        assertEq(_position(), _lpOfTest() / 2);
        skip(MAX_AGE + 1);
        destination.harvest();
        assertEq(_position(), _lpOfTest() / 2, "nor without a price");
        _answer(WAD);
        destination.harvest();
        assertGt(_position(), _lpOfTest() / 2);
    }

    /// @dev A sandwich of the harvest, within the tolerance where it is not refused, costs next to nothing and earns nothing.
    function testFuzz_aSandwichedHarvestIsWorthWhatItCosts(uint256 amount, bool baseIn) public {
        uint256 units = _lpOfTest() / 2;
        destination.wrap(units, address(this));
        _trade();
        uint256 out = _swapBase(baseIn, bound(amount, 1e18, 1500e18));
        uint256 safe = _valueOf(units);
        uint256 legs = _legsWorth();
        vm.prank(address(destination));
        (uint256 claimed0, uint256 claimed1) = pool.claimFees();
        uint256 lp = _position();
        destination.harvest();
        uint256 spent = legs + claimed0 * baseUnit / _unit(0) + claimed1 * baseUnit / _unit(1) - _legsWorth();
        _swap(baseIn ? other : base, out);
        if (_position() == lp) return;
        skip(1 days);
        assertGe(_valueOf(units) + 2, safe + spent * 9990 / 10_000, "at least what was put in, less 10 bp");
    }

    function test_E7_rewardsListedWithoutAGaugeAreHarvestedToo() public {
        destination.wrap(_lpOfTest() / 2, address(this));
        venue.aero.mint(address(destination), 5e18);
        destination.harvest();
        assertEq(_consigned(), 5e18, "an airdrop is the vault's");
        (uint256 yearly, uint256 staked, uint256 end) = destination.incentives();
        assertEq(yearly + staked + end, 0);
    }

    function test_onlyTheDestinationAddsItsFees() public {
        vm.expectRevert(IDestination.OnlyItself.selector);
        destination.addFees();
    }

    function test_harvestNeedsItsStipends() public {
        destination.wrap(_lpOfTest() / 2, address(this));
        _trade();
        (bool done, bytes memory why) =
            address(destination).call{gas: 1_400_000}(abi.encodeCall(IDestination.harvest, ()));
        assertFalse(done);
        assertEq(why, abi.encodeWithSelector(IDestination.NotEnoughGas.selector));
        assertEq(_position(), _lpOfTest() / 2);
    }

    /* UNITS */

    /// @dev After fees: in and out by any way never pays, and the position never stands for fewer LP tokens than units.
    function testFuzz_unitsNeverPayMoreThanTheirLpTokens(uint256 seed) public {
        destination.wrap(_lpOfTest() / 2, address(this));
        _trade();
        destination.harvest();
        for (uint256 i; i < 6; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            skip(random % 6 hours);
            uint256 perUnit = _lpPerUnit();
            uint256 some = bound(random >> 8, 1e3, _lpOfTest() / 10);
            uint256 held = destination.balanceOf(holder);
            vm.startPrank(holder);
            if (random % 4 == 0 && pool.balanceOf(holder) > some * 2) destination.wrap(some, holder);
            else if (random % 4 == 1 && held != 0) destination.unwrap(bound(some, 1, held), holder);
            vm.stopPrank();
            if (random % 4 == 2) destination.add(_amounts(20 * baseUnit, 20 * otherUnit), 0, holder);
            if (random % 4 == 3) {
                vm.prank(holder);
                if (held > _lpOfTest() / 1e3) destination.remove(held / 2, new uint256[](2), holder);
            }
            assertGe(_lpPerUnit(), perUnit, "nobody loses by another's coming and going");
            assertEq(pool.balanceOf(address(destination)), _position());
            assertGe(_position(), destination.totalSupply());
        }
    }

    function testFuzz_thereAndBackNeverPays(uint256 amount) public {
        destination.wrap(_lpOfTest() / 2, address(this));
        _trade();
        destination.harvest();
        skip(18 hours);
        uint256 lp = pool.balanceOf(holder);
        amount = bound(amount, 1, lp * 9 / 10);
        vm.startPrank(holder);
        destination.wrap(amount, holder);
        assertGe(lp - pool.balanceOf(holder), amount, "a unit is more than an LP token by now");
        destination.unwrap(amount, holder);
        vm.stopPrank();
        assertLe(pool.balanceOf(holder), lp);
        assertLe(lp - pool.balanceOf(holder), 3, "and costs the rounding");
    }

    /// @dev The first holder drives the price of a unit up by a gift, so that the next one's units are rounded away.
    function test_B3_aUnitCannotBeMadeDear() public {
        vm.prank(holder);
        destination.wrap(1, holder);
        base.transfer(address(destination), 100 * baseUnit);
        other.transfer(address(destination), 100 * otherUnit);
        destination.harvest();
        skip(1 days);
        uint256 gift = _position();
        assertGt(gift, _lpOfTest() / 20, "the gift is in");

        _answer(WAD);
        uint256 minted = destination.add(_amounts(100 * baseUnit, 100 * otherUnit), 1, address(this));
        uint256[] memory amounts = destination.remove(minted, new uint256[](2), address(this));
        uint256 back = amounts[0] * baseUnit / _unit(0) + amounts[1] * baseUnit / _unit(1);
        assertGe(back, 2 * 100 * baseUnit * 999 / 1000, "the next one loses next to nothing");
        destination.add(_amounts(100 * baseUnit, 100 * otherUnit), 1, address(this));
        vm.prank(holder);
        destination.unwrap(1, holder);
        assertLe(pool.balanceOf(holder), _lpOfTest() / 4 + gift / 1e5, "and the giver his gift");
    }

    /// @dev Whoever enters for a harvest and leaves gets none of it.
    function test_E1_whoEntersForAHarvestGetsNoneOfIt() public {
        destination.wrap(_lpOfTest() / 8, address(this));
        _trade();
        uint256 lp = pool.balanceOf(holder);
        vm.startPrank(holder);
        destination.wrap(lp, holder);
        destination.harvest();
        destination.unwrap(lp, holder);
        vm.stopPrank();
        assertLe(pool.balanceOf(holder), lp);
        assertGt(_position(), _lpOfTest() / 8);
        skip(1 days);
        destination.unwrap(_lpOfTest() / 16, address(this));
        assertGt(pool.balanceOf(address(this)), _lpOfTest() / 16, "it is those who stayed that have it");
    }

    function test_aPositionWithoutAGaugeGivesLpTokensBackWhateverThePoolDoes() public {
        destination.wrap(_lpOfTest() / 2, address(this));
        _trade();
        destination.harvest();
        skip(1 days);
        venue.factory.setPauseState(true);
        vm.mockCallRevert(address(pool), abi.encodeCall(pool.claimFees, ()), "down");
        destination.harvest();
        uint256 before = pool.balanceOf(address(this));
        destination.unwrap(_lpOfTest() / 4, address(this));
        assertGt(pool.balanceOf(address(this)) - before, _lpOfTest() / 4);
    }

    /* HELPERS */

    /// @dev 1000 tokens back and forth, twice: nearly balanced fees.
    function _trade() internal {
        for (uint256 i; i < 2; ++i) {
            uint256 out = _swap(base, 1000 * baseUnit);
            _swap(other, out);
        }
    }

    function _valueOf(uint256 units) internal view returns (uint256 safe) {
        uint256[][] memory sets = _sets(WAD, WAD);
        safe = destination.valuesAt(units, sets)[0];
    }

    function _position() internal view returns (uint256 lpAmount) {
        (lpAmount,,,) = destination.position();
    }

    /// @dev Of what is not locked, VIRTUAL included.
    function _lpPerUnit() private view returns (uint256) {
        (uint256 lpAmount, uint256 locked, uint256 start, uint256 end) = destination.position();
        if (block.timestamp < end) lpAmount -= (locked * (end - block.timestamp) + end - start - 1) / (end - start);
        return (lpAmount + 1e6) * 1e24 / (destination.totalSupply() + 1e6);
    }

    function _unit(uint256 leg) private view returns (uint256) {
        return leg == _baseLeg() ? baseUnit : otherUnit;
    }

    /// @dev Of the legs held by the destination, at 1, base units.
    function _legsWorth() private view returns (uint256) {
        return base.balanceOf(address(destination)) + other.balanceOf(address(destination)) * baseUnit / otherUnit;
    }
}

contract AerodromeFeesTest18x18 is AerodromeFeesTest {
    function setUp() public {
        _setUpFees(18, 18);
    }
}

/// forge-config: default.fuzz.runs = 48
/// forge-config: ci.fuzz.runs = 48
contract AerodromeFeesTest6x18 is AerodromeFeesTest {
    function setUp() public {
        _setUpFees(6, 18);
    }
}
