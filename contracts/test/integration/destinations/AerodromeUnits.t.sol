// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {AerodromeStableDestination} from "../../../src/destinations/AerodromeStableDestination.sol";
import {IDestination} from "../../../src/destinations/IDestination.sol";
import {IAerodromeFactory} from "../../../src/destinations/interfaces/IAerodrome.sol";
import {TokenFixture} from "../../fixtures/TokenFixture.sol";
import {Aerodrome, AerodromeCore} from "../../venues/Aerodrome.sol";
import {AerodromePoolLike} from "../../venues/interfaces/AerodromeLike.sol";
import {AerodromeFixture} from "./AerodromeFixture.sol";
import {VaultOf} from "./DestinationTest.sol";

/// @notice Units, liquidity, rewards and failures of a destination over a real Aerodrome pool and gauge, for each combination of
/// decimals below.
abstract contract AerodromeUnitsTest is AerodromeFixture {
    /* UNITS */

    function testFuzz_B1_unitsAreTheStakedLpTokens(uint256 amount, uint256 out, uint256 elapsed) public {
        amount = bound(amount, 1, pool.balanceOf(address(this)));
        out = bound(out, 1, amount);
        assertEq(destination.wrap(amount, holder), amount);
        assertEq(gauge.balanceOf(address(destination)), amount);
        Aerodrome.fund(venue, gauge, 700e18, address(this));
        skip(bound(elapsed, 0, 30 days));
        uint256 before = pool.balanceOf(address(this));
        vm.prank(holder);
        assertEq(destination.unwrap(out, address(this)), out);
        assertEq(pool.balanceOf(address(this)) - before, out, "exactly the LP tokens");
        assertEq(gauge.balanceOf(address(destination)), destination.totalSupply(), "units == staked");
        assertEq(pool.balanceOf(address(destination)), 0);
        assertEq(pool.allowance(address(destination), address(gauge)), 0);
    }

    /* LIQUIDITY */

    function testFuzz_addTakesWhatFitsAndGivesTheRestBack(bool baseIn, uint256 skew, uint256 a, uint256 b) public {
        _swapBase(baseIn, bound(skew, 1e18, 1500e18));
        a = bound(a, baseUnit, 50_000 * baseUnit);
        b = bound(b, otherUnit, 50_000 * otherUnit);
        (uint256 heldBase, uint256 heldOther) = (base.balanceOf(address(this)), other.balanceOf(address(this)));
        (uint256 reserveBase, uint256 reserveOther) = (base.balanceOf(address(pool)), other.balanceOf(address(pool)));
        uint256 supply = pool.totalSupply();
        uint256 units = destination.add(_amounts(a, b), 1, holder);

        uint256 paidBase = heldBase - base.balanceOf(address(this));
        uint256 paidOther = heldOther - other.balanceOf(address(this));
        assertTrue(paidBase == a || paidOther == b, "all of the scarcer leg");
        assertLe(paidBase, a);
        assertLe(paidOther, b);
        assertEq(base.balanceOf(address(destination)) + other.balanceOf(address(destination)), 0);
        assertEq(destination.balanceOf(holder), units);
        assertEq(gauge.balanceOf(address(destination)), units);
        // The pool got no more than a base unit of either leg above the share it issued.
        assertLe(paidBase, units * reserveBase / supply + reserveBase / supply + 2);
        assertLe(paidOther, units * reserveOther / supply + reserveOther / supply + 2);
    }

    function test_addKeepsItsMinimumAndNeedsBothLegs() public {
        uint256 expected = _lpOfTest() / 10;
        uint256[] memory amounts = _amounts(100 * baseUnit, 100 * otherUnit);
        vm.expectRevert(abi.encodeWithSelector(IDestination.TooLittle.selector, expected, expected + 1));
        destination.add(amounts, expected + 1, holder);
        assertEq(destination.add(amounts, expected, holder), expected);

        amounts = _amounts(100 * baseUnit, 0);
        vm.expectRevert(abi.encodeWithSelector(IDestination.TooLittle.selector, 0, 1));
        destination.add(amounts, 1, holder);
        amounts = _amounts(0, 100 * otherUnit);
        vm.expectRevert(abi.encodeWithSelector(IDestination.TooLittle.selector, 0, 0));
        destination.add(amounts, 0, holder);
        vm.expectRevert(IDestination.InvalidAmounts.selector);
        destination.add(new uint256[](3), 0, holder);
    }

    function testFuzz_removeGivesTheShareOfEachLeg(uint256 skew, uint256 units) public {
        _swapBase(skew % 2 == 0, bound(skew, 1e18, 1500e18));
        units = bound(units, _lpOfTest() / 1e5, _lpOfTest());
        destination.wrap(units, address(this));
        uint256 shareBase = base.balanceOf(address(pool)) * units / pool.totalSupply();
        uint256 shareOther = other.balanceOf(address(pool)) * units / pool.totalSupply();
        uint256[] memory minimums = _amounts(shareBase, shareOther + 1);
        vm.expectRevert(abi.encodeWithSelector(IDestination.TooLittle.selector, shareOther, shareOther + 1));
        destination.remove(units, minimums, holder);
        destination.remove(units, _amounts(shareBase, shareOther), holder);
        assertEq(base.balanceOf(holder), shareBase);
        assertEq(other.balanceOf(holder), shareOther);
        assertEq(destination.totalSupply() + gauge.balanceOf(address(destination)), 0);
    }

    function testFuzz_removeSinglePaysOneLegOnly(uint256 units, bool inBase) public {
        units = bound(units, _lpOfTest() / 1e4, _lpOfTest());
        destination.wrap(units, address(this));
        uint256 safe = _valueOf(units);
        uint256 leg = inBase ? _baseLeg() : 1 - _baseLeg();
        uint256 snapshot = vm.snapshotState();
        uint256 amount = destination.removeSingle(units, leg, 0, holder);
        vm.revertToState(snapshot);
        vm.expectRevert(abi.encodeWithSelector(IDestination.TooLittle.selector, amount, amount + 1));
        destination.removeSingle(units, leg, amount + 1, holder);
        assertEq(destination.removeSingle(units, leg, amount, holder), amount);

        (IERC20 paid, IERC20 kept) = inBase ? (base, other) : (other, base);
        assertEq(paid.balanceOf(holder), amount);
        assertEq(
            kept.balanceOf(holder) + kept.balanceOf(address(destination)) + paid.balanceOf(address(destination)), 0
        );
        assertLe(amount * baseUnit / (inBase ? baseUnit : otherUnit), safe, "never more than the value");
    }

    function test_sellPaysTheAssetWithinTheFeeAndTheCurve() public {
        uint256 units = _lpOfTest() / 20;
        destination.wrap(units, address(this));
        uint256 safe = _valueOf(units);
        uint256 assets = destination.sell(units, 1, holder);
        assertEq(base.balanceOf(holder), assets);
        // 5 bp on half of it, and the curve.
        assertGe(assets, safe * 9990 / 10_000);
        assertLe(assets, safe);
        vm.expectPartialRevert(bytes4(keccak256("ERC20InsufficientBalance(address,uint256,uint256)")));
        destination.sell(1, 0, holder);
        vm.expectRevert(IDestination.ZeroAmount.selector);
        destination.sell(0, 0, holder);
    }

    /// @dev There and back never pays, in any order, at any balance of the pool, and the pool keeps what units stand for.
    function testFuzz_thereAndBackByAnyWayNeverPays(uint256 seed) public {
        uint256[2] memory start = [base.balanceOf(address(this)), other.balanceOf(address(this))];
        uint256 lp = pool.balanceOf(address(this));
        uint256 steps = 6;
        for (uint256 i; i < steps; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            uint256 units = destination.balanceOf(address(this));
            uint256 some = bound(random >> 8, _lpOfTest() / 1e4, _lpOfTest() / 10);
            if (random % 4 == 0 || units == 0) {
                destination.add(_amounts(50 * baseUnit, 50 * otherUnit), 0, address(this));
            } else if (random % 4 == 1) {
                destination.wrap(some, address(this));
            } else if (random % 4 == 2) {
                destination.remove(units / 2 + 1, new uint256[](2), address(this));
            } else {
                destination.unwrap(units / 3 + 1, address(this));
            }
            assertEq(gauge.balanceOf(address(destination)), destination.totalSupply(), "units == staked");
        }
        if (destination.balanceOf(address(this)) != 0) {
            destination.remove(destination.balanceOf(address(this)), new uint256[](2), address(this));
        }
        // LP tokens that were wrapped and then removed came back as legs: compare the whole.
        uint256 missing = lp - _min(lp, pool.balanceOf(address(this)));
        assertLe(base.balanceOf(address(this)), start[0] + LIQUIDITY * baseUnit / 2 * missing / _lpOfTest());
        assertLe(other.balanceOf(address(this)), start[1] + LIQUIDITY * otherUnit / 2 * missing / _lpOfTest());
    }

    function test_aPoolWithoutTheBaseAssetCannotBeSold() public {
        IERC20 third = _token(6);
        prices.setSource(address(third), address(otherFeed), MAX_AGE, address(0));
        AerodromePoolLike foreign =
            Aerodrome.createStablePool(venue, other, 1000 * otherUnit, third, 1000e6, address(this));
        AerodromeStableDestination clone = _clone();
        clone.initialize(vault, address(foreign), address(0), rewardList);
        foreign.approve(address(clone), type(uint256).max);
        uint256 units = foreign.balanceOf(address(this)) / 10;
        clone.wrap(units, address(this));
        vm.expectRevert(IDestination.NotSellable.selector);
        clone.sell(units, 0, address(this));
        assertGt(clone.removeSingle(units, 0, 1, address(this)), 0);
    }

    /* REWARDS */

    function test_rewardsGoToTheAuctionForTheVaultWhoeverHoldsUnits() public {
        destination.wrap(_lpOfTest(), holder);
        Aerodrome.fund(venue, gauge, 700e18, address(this));
        vm.warp(gauge.periodFinish());
        vm.prank(holder);
        destination.harvest();
        assertApproxEqRel(_consigned(), 700e18, 1e12, "the only staker gets all of it");
        assertEq(venue.aero.balanceOf(address(destination)) + venue.aero.balanceOf(holder), 0);
        assertEq(venue.aero.balanceOf(address(auction)), _consigned());
        destination.harvest();
    }

    function test_E1_whoEntersAndHarvestsAtOnceGetsNothing() public {
        destination.wrap(_lpOfTest() / 2, address(this));
        Aerodrome.fund(venue, gauge, 700e18, address(this));
        skip(1 days);
        pool.transfer(holder, _lpOfTest() / 2);
        vm.startPrank(holder);
        pool.approve(address(destination), type(uint256).max);
        destination.wrap(_lpOfTest() / 2, holder);
        destination.harvest();
        destination.unwrap(_lpOfTest() / 2, holder);
        vm.stopPrank();
        assertEq(venue.aero.balanceOf(holder), 0);
        assertGt(_consigned(), 0);
    }

    function test_E2_aThirdPartyCannotClaimAtTheSource() public {
        destination.wrap(_lpOfTest(), address(this));
        Aerodrome.fund(venue, gauge, 700e18, address(this));
        skip(1 days);
        vm.expectRevert();
        gauge.getReward(address(destination));
        address[] memory gauges = new address[](1);
        gauges[0] = address(gauge);
        venue.voter.claimRewards(gauges);
        assertEq(venue.aero.balanceOf(address(this)), 0, "the voter claims for its caller only");
        // The venue's own voter may; what it claims waits here for the next harvest.
        vm.prank(address(venue.voter));
        gauge.getReward(address(destination));
        uint256 claimed = venue.aero.balanceOf(address(destination));
        assertGt(claimed, 0);
        destination.harvest();
        assertEq(_consigned(), claimed);
    }

    function test_E6_aFailingClaimOrTokenIsSkippedAndComesLater() public {
        destination.wrap(_lpOfTest(), address(this));
        Aerodrome.fund(venue, gauge, 700e18, address(this));
        skip(1 days);
        bytes memory claim = abi.encodeCall(gauge.getReward, (address(destination)));
        vm.mockCallRevert(address(gauge), claim, "down");
        vm.expectEmit(address(destination));
        emit IDestination.ClaimSkipped(address(gauge));
        destination.harvest();
        vm.clearMockedCalls();

        auction.delist(vault, address(venue.aero));
        vm.expectEmit(address(destination));
        emit IDestination.RewardSkipped(address(venue.aero));
        destination.harvest();
        assertEq(_consigned(), 0);
        assertEq(venue.aero.allowance(address(destination), address(auction)), 0);
        _answerAero(AERO_PRICE);
        auction.list(vault, address(venue.aero), address(prices), 0);
        destination.harvest();
        assertGt(_consigned(), 0);
        assertEq(venue.aero.balanceOf(address(destination)), 0);
    }

    /// @dev Fees of staked LP tokens are the voters'; the destination has no claim on them.
    function test_feesOfStakedLpTokensAreNotOurs() public {
        destination.wrap(_lpOfTest(), address(this));
        uint256 safe = _safe();
        _swapBase(true, 1000e18);
        _swapBase(false, 1000e18);
        destination.harvest();
        _expectUnmoved(safe, _safe(), "no fees in it");
        vm.prank(address(destination));
        (uint256 claimed0, uint256 claimed1) = pool.claimFees();
        assertEq(claimed0 + claimed1, 0);
        vm.prank(address(gauge));
        (claimed0, claimed1) = pool.claimFees();
        assertGt(claimed0 + claimed1, 0);
    }

    function test_incentivesAreTheGaugesOwnRateAtTheMarketPrice() public {
        destination.wrap(_lpOfTest() / 2, address(this));
        Aerodrome.fund(venue, gauge, 700e18, address(this));
        (uint256 yearly, uint256 staked, uint256 end) = destination.incentives();
        assertEq(yearly, gauge.rewardRate() * 365 days * AERO_PRICE / WAD * baseUnit / WAD);
        assertEq(staked, _lpOfTest() / 2);
        assertEq(end, gauge.periodFinish());
        pool.approve(address(gauge), _lpOfTest() / 4);
        gauge.deposit(_lpOfTest() / 4);
        (, staked,) = destination.incentives();
        assertEq(staked, _lpOfTest() * 3 / 4, "the stakes of others count");

        vm.warp(end - 1);
        (yearly,, end) = destination.incentives();
        assertEq(yearly + end, 0, "no price, no value");
        _answerAero(0.001e18);
        (yearly,,) = destination.incentives();
        assertGt(yearly, 0);
        skip(1);
        (yearly, staked, end) = destination.incentives();
        assertEq(yearly + end, 0, "the period is over");
        assertEq(staked, _lpOfTest() * 3 / 4);
    }

    function test_anUnlistedRewardCountsNothing() public {
        AerodromeStableDestination clone = _clone();
        clone.initialize(vault, address(pool), address(gauge), new address[](0));
        Aerodrome.fund(venue, gauge, 700e18, address(this));
        (uint256 yearly,, uint256 end) = clone.incentives();
        assertEq(yearly + end, 0);
    }

    /* FAILURES */

    function test_L4_aKilledGaugeTakesNothingAndGivesEverythingBack() public {
        uint256 units = _lpOfTest() / 2;
        destination.wrap(units, address(this));
        Aerodrome.fund(venue, gauge, 700e18, address(this));
        skip(1 days);
        _answer(WAD);
        uint256 safe = _safe();
        venue.voter.killGauge(address(gauge));
        assertEq(_safe(), safe);
        vm.expectRevert(bytes4(keccak256("NotAlive()")));
        destination.wrap(1, address(this));
        destination.transfer(holder, units / 2);
        vm.startPrank(holder);
        destination.unwrap(units / 8, holder);
        destination.remove(units / 8, new uint256[](2), holder);
        destination.sell(units / 8, 1, holder);
        vm.stopPrank();
        destination.harvest();
        assertGt(_consigned(), 0, "what it owed it still pays");
        assertEq(gauge.balanceOf(address(destination)), destination.totalSupply());
    }

    function test_L4_aRevertingGaugeStopsExitsButNeitherValueNorUnits() public {
        uint256 units = _lpOfTest() / 2;
        destination.wrap(units, address(this));
        uint256 safe = _safe();
        vm.mockCallRevert(address(gauge), abi.encodeCall(gauge.withdraw, (units / 2)), "down");
        vm.mockCallRevert(address(gauge), abi.encodeCall(gauge.getReward, (address(destination))), "down");
        vm.expectRevert(bytes("down"));
        destination.unwrap(units / 2, address(this));
        assertEq(_safe(), safe);
        destination.transfer(holder, units / 2);
        destination.harvest();
        assertEq(destination.balanceOf(holder), units / 2);
        vm.clearMockedCalls();
        vm.prank(holder);
        assertEq(destination.unwrap(units / 2, holder), units / 2);
    }

    function test_whilePoolsArePausedLiquidityLeavesWithBothLegs() public {
        uint256 units = _lpOfTest() / 2;
        destination.wrap(units, address(this));
        venue.factory.setPauseState(true);
        vm.expectRevert(bytes4(keccak256("IsPaused()")));
        destination.sell(units, 0, address(this));
        assertEq(destination.balanceOf(address(this)), units, "nothing changed");
        assertGt(_safe(), 0);
        destination.remove(units, new uint256[](2), address(this));
    }

    /* CREATION */

    function test_creation() public {
        AerodromeStableDestination clone = _clone();
        vm.expectEmit(address(clone));
        emit IDestination.DestinationInitialized(
            vault, address(pool), address(pool), address(gauge), destination.legs(), rewardList
        );
        clone.initialize(vault, address(pool), address(gauge), rewardList);
        assertEq(clone.venue(), "aerodrome-stable");
        assertEq(clone.name(), string.concat("Units of ", pool.name()));
        assertEq(clone.symbol(), string.concat("u-", pool.symbol()));
        assertEq(clone.rewards(), rewardList);
        assertEq(clone.legs()[_baseLeg()], address(base));
        assertEq(clone.depth(), pool.totalSupply());
        vm.expectRevert(Initializable.InvalidInitialization.selector);
        clone.initialize(vault, address(pool), address(gauge), rewardList);
        vm.expectRevert(Initializable.InvalidInitialization.selector);
        implementation.initialize(vault, address(pool), address(gauge), rewardList);
        vm.expectRevert(IDestination.ZeroAddress.selector);
        new AerodromeStableDestination(prices, TOLERANCE, auction, IAerodromeFactory(address(0)));
    }

    function test_badCreationsAreRefused() public {
        (address p, address g) = (address(pool), address(gauge));
        _refuse(address(0), p, g, abi.encodeWithSelector(IDestination.ZeroAddress.selector));
        _refuse(vault, address(0), g, abi.encodeWithSelector(IDestination.ZeroAddress.selector));
        _refuse(holder, p, g, _with(IDestination.InvalidVault.selector, holder));
        address wrongVault = address(new VaultOf(address(other)));
        _refuse(wrongVault, p, g, _with(IDestination.InvalidVault.selector, wrongVault));
        _refuse(vault, holder, g, _with(IDestination.InvalidPool.selector, holder));
        _refuse(vault, p, holder, _with(IDestination.InvalidGauge.selector, holder));
    }

    function test_aVolatilePoolOrOneOfAnotherFactoryIsRefused() public {
        address volatilePool = venue.factory.createPool(address(base), address(other), false);
        _refuse(vault, volatilePool, address(0), _with(IDestination.InvalidPool.selector, volatilePool));
        AerodromeCore memory fork = Aerodrome.deploy();
        address foreign =
            address(Aerodrome.createStablePool(fork, base, 100 * baseUnit, other, 100 * otherUnit, address(this)));
        _refuse(vault, foreign, address(0), _with(IDestination.InvalidPool.selector, foreign));
    }

    function test_aKilledGaugeOrThatOfAnotherPoolIsRefused() public {
        IERC20 third = _token(6);
        AerodromePoolLike second = Aerodrome.createStablePool(venue, base, 100 * baseUnit, third, 100e6, address(this));
        address foreign = address(Aerodrome.createGauge(venue, second));
        _refuse(vault, address(pool), foreign, _with(IDestination.InvalidGauge.selector, foreign));
        venue.voter.killGauge(address(gauge));
        _refuse(vault, address(pool), address(gauge), _with(IDestination.InvalidGauge.selector, address(gauge)));
    }

    function test_pausedUnpricedUnsafeAndEmptyPoolsAreRefused() public {
        venue.factory.setPauseState(true);
        _refuse(vault, address(pool), address(gauge), _with(IDestination.PoolPaused.selector, address(pool)));
        venue.factory.setPauseState(false);
        IERC20 third = _token(6);
        address empty = venue.factory.createPool(address(base), address(third), true);
        _refuse(vault, empty, address(0), _with(IDestination.PriceUnavailable.selector, address(third)));
        prices.setSource(address(third), address(otherFeed), MAX_AGE, address(0));
        _refuse(vault, empty, address(0), abi.encodeWithSelector(IDestination.EmptyPool.selector));
        _swapBase(true, 1900e18);
        _refuse(vault, address(pool), address(gauge), _with(IDestination.UnsafePool.selector, address(pool)));
    }

    function test_rewardsThatAreNoRewardsAreRefused() public {
        address[5] memory wrong = [address(0), address(base), address(other), address(pool), address(gauge)];
        for (uint256 i; i < wrong.length; ++i) {
            rewardList = [wrong[i]];
            _refuse(vault, address(pool), address(gauge), _with(IDestination.InvalidReward.selector, wrong[i]));
        }
    }

    function test_aTokenWithTooManyDecimalsIsRefused() public {
        TokenFixture fine = new TokenFixture("Fine", "FINE", 24, address(this));
        fine.mint(address(this), 100e24);
        AerodromePoolLike fat = Aerodrome.createStablePool(venue, base, 100 * baseUnit, fine, 100e24, address(this));
        _refuse(vault, address(fat), address(0), _with(IDestination.InvalidPool.selector, address(fat)));
    }

    /* HELPERS */

    function _refuse(address vault_, address pool_, address gauge_, bytes memory why) private {
        AerodromeStableDestination clone = _clone();
        vm.expectRevert(why);
        clone.initialize(vault_, pool_, gauge_, rewardList);
    }

    function _with(bytes4 selector, address what) private pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, what);
    }

    function _valueOf(uint256 units) private view returns (uint256 safe) {
        (safe,,,) = destination.value(units);
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}

contract AerodromeUnitsTest18x18 is AerodromeUnitsTest {
    function setUp() public {
        _setUpAerodrome(18, 18);
    }
}

/// forge-config: default.fuzz.runs = 48
/// forge-config: ci.fuzz.runs = 48
contract AerodromeUnitsTest6x18 is AerodromeUnitsTest {
    function setUp() public {
        _setUpAerodrome(6, 18);
    }
}

/// forge-config: default.fuzz.runs = 48
/// forge-config: ci.fuzz.runs = 48
contract AerodromeUnitsTest8x6 is AerodromeUnitsTest {
    function setUp() public {
        _setUpAerodrome(8, 6);
    }
}
