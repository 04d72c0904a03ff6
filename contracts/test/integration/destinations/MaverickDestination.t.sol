// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Test} from "forge-std/Test.sol";

import {DutchAuction} from "../../../src/auction/DutchAuction.sol";
import {IDutchAuction} from "../../../src/auction/IDutchAuction.sol";
import {IDestination} from "../../../src/destinations/IDestination.sol";
import {MaverickDestination} from "../../../src/destinations/MaverickDestination.sol";
import {IMaverickV2Pool} from "../../../src/destinations/interfaces/IMaverickV2.sol";
import {PriceRegistry} from "../../../src/pricing/PriceRegistry.sol";
import {TokenFixture} from "../../fixtures/TokenFixture.sol";
import {MaverickFactoriesFixture} from "../../fixtures/maverick/MaverickFactoriesFixture.sol";
import {MaverickPoolFixture} from "../../fixtures/maverick/MaverickPoolFixture.sol";
import {MaverickPositionFixture} from "../../fixtures/maverick/MaverickPositionFixture.sol";
import {MaverickRewardFixture} from "../../fixtures/maverick/MaverickRewardFixture.sol";
import {Chainlink} from "../../venues/Chainlink.sol";
import {AggregatorProxyLike} from "../../venues/interfaces/ChainlinkLike.sol";
import {VaultOf} from "./DestinationTest.sol";

/// @dev A token that tells its receivers, which no listed one should.
contract HookedTokenFixture is TokenFixture {
    constructor(uint8 decimals_) TokenFixture("Hooked", "HOOK", decimals_, msg.sender) {}

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (to.code.length == 0) return;
        (bool ok,) = to.call(abi.encodeWithSignature("tokensReceived()"));
        ok; // Receivers without the hook are fine.
    }
}

/// @notice A destination over a static boosted position of three bins, ticks -1, 0 and 1 of 20 basis points each; the price stands
/// in tick 0. Pool, position and rewards are fixtures with Maverick's published interface, prices and auction are real. The
/// second token has a transfer hook.
abstract contract MaverickDestinationTest is Test {
    uint256 internal constant WAD = 1e18;
    uint256 internal constant TOLERANCE = 0.005e18;
    uint256 internal constant MOVE = 1e12;
    uint32 internal constant MAX_AGE = 1 days;
    uint256 internal constant SPACING = 20;
    uint256 internal constant FEE = 0.0004e18;
    uint256 internal constant REWARD_PRICE = 0.002e18;

    IERC20 private base;
    IERC20 private other;
    uint256 private baseUnit;
    uint256 private otherUnit;
    bool private baseIsA;
    MaverickFactoriesFixture private factories;
    MaverickPoolFixture private pool;
    MaverickPositionFixture private position;
    MaverickRewardFixture private reward;
    TokenFixture private mav;
    PriceRegistry private prices;
    AggregatorProxyLike private otherFeed;
    AggregatorProxyLike private mavFeed;
    DutchAuction private auction;
    address private vault;
    address[] private rewardList;
    MaverickDestination private implementation;
    MaverickDestination private destination;
    address private holder = makeAddr("holder");

    bool private attacking;
    uint256 private callbacks;
    bool private answered;
    bytes private answer;
    uint256 private supplyInside;
    uint128 private binInside;

    function _setUp(uint8 baseDecimals, uint8 otherDecimals, bool baseIsA_) internal {
        vm.warp(1_700_000_000);
        TokenFixture asset = new TokenFixture("Base", "BASE", baseDecimals, address(this));
        TokenFixture hooked = new HookedTokenFixture(otherDecimals);
        (base, other, baseIsA) = (asset, hooked, baseIsA_);
        (baseUnit, otherUnit) = (10 ** baseDecimals, 10 ** otherDecimals);
        asset.mint(address(this), 1e9 * baseUnit);
        hooked.mint(address(this), 1e9 * otherUnit);
        mav = new TokenFixture("MAV", "MAV", 18, address(this));
        mav.mint(address(this), 1e9 * WAD);

        factories = new MaverickFactoriesFixture();
        (address a, address b) = baseIsA_ ? (address(base), address(other)) : (address(other), address(base));
        pool = new MaverickPoolFixture(a, b, SPACING, FEE, 0);
        position = _fundedPosition(pool);
        rewardList.push(address(mav));
        reward = factories.createRewardsContract(address(position), rewardList);

        address manager = address(new AccessManager(address(this)));
        prices = new PriceRegistry(manager, address(base));
        otherFeed = _feed("OTHER / BASE", WAD);
        mavFeed = _feed("MAV / BASE", REWARD_PRICE);
        prices.setSource(address(other), address(otherFeed), MAX_AGE, address(0));
        prices.setSource(address(mav), address(mavFeed), MAX_AGE, address(0));
        vault = address(new VaultOf(address(base)));
        auction = new DutchAuction(manager);
        auction.list(vault, address(mav), address(prices), 0);
        implementation = new MaverickDestination(prices, TOLERANCE, auction, factories, factories);
        destination = _clone();
        destination.initialize(vault, address(position), address(reward), rewardList);
        position.approve(address(destination), type(uint256).max);
        base.approve(address(destination), type(uint256).max);
        other.approve(address(destination), type(uint256).max);
    }

    /* VALUE */

    /// @dev Beyond the fees the swap paid, all of which went to this liquidity.
    function testFuzz_D4_swapsMoveSafeAndBackingByFeesOnly(uint256 price, bool aIn, uint256 amount) public {
        _answer(bound(price, 0.98e18, 1.02e18));
        uint256 units = position.totalSupply() / 2;
        (uint256 safe,, uint256 backing,) = destination.value(units);
        amount = bound(amount, 1e15, 5000e18);
        _swap(aIn, amount);
        uint256 fees = amount * FEE / WAD * baseUnit / WAD;
        (uint256 safeAfter,, uint256 backingAfter,) = destination.value(units);
        _expectUnmoved(safe, safeAfter, fees, "safe");
        _expectUnmoved(backing, backingAfter, fees, "backing");
    }

    /// @dev Whatever the price in the pool, the position holds at least its value.
    function testFuzz_D4_holdingsAreWorthAtLeastTheValue(uint256 price, bool aIn, uint256 amount) public {
        price = bound(price, 0.98e18, 1e18);
        _answer(price);
        _swap(aIn, bound(amount, 1e15, 5000e18));
        uint256 units = position.totalSupply() / 4;
        (uint256 safe,,,) = destination.value(units);
        destination.wrap(units, address(this));
        uint256[] memory out = destination.remove(units, new uint256[](2), holder);
        (uint256 outBase, uint256 outOther) = _ordered(out);
        assertLe(safe, outBase + outOther * price / otherUnit * baseUnit / WAD + safe / 1e9 + 4);
    }

    function test_D2_atParWhatTheMiddleTickHoldsIsItsValue() public {
        // At 1 the price stands at the lower end of tick 0: all of tick -1 in A, all of the others in B.
        uint256 supply = position.totalSupply();
        (uint256 safe,, uint256 backing, bool ok) = destination.value(supply);
        assertTrue(ok);
        assertEq(safe, backing);
        // Three bins of 1000 tokens; the two swaps of the set-up paid fees.
        assertApproxEqRel(safe, 3000 * baseUnit, 0.002e18);
    }

    /// @dev spot is the price at which the pool really trades: the feed set to it agrees with it.
    function test_spotIsThePriceOfASmallSwap() public {
        _swap(!baseIsA, 900e18);
        uint256 out = _swap(!baseIsA, 0.1e18);
        _answer(out * WAD / baseUnit * WAD / (uint256(0.1e18) * (WAD - FEE) / WAD));
        (uint256 safe, uint256 spot,, bool ok) = destination.value(position.totalSupply());
        assertTrue(ok);
        assertApproxEqRel(spot, safe, 5e13);
    }

    function test_poolMovesSpotOutOfTheBandAndFlipsOk() public {
        assertTrue(_ok());
        // Three bins of 20 bp reach 40 bp: the feed does the rest.
        _answer(0.99e18);
        (uint256 safe, uint256 spot,, bool ok) = destination.value(WAD);
        assertFalse(ok);
        assertGt(spot, safe);
        assertLe(spot, safe * (WAD + TOLERANCE) / WAD + 1);
    }

    function test_D5_feedMovesSafeNeverBacking() public {
        uint256 supply = position.totalSupply();
        (uint256 safe,, uint256 backing,) = destination.value(supply);
        _answer(0.9e18);
        (uint256 safeAfter,, uint256 backingAfter,) = destination.value(supply);
        assertLt(safeAfter, safe);
        assertEq(backingAfter, backing);
        // All of it would be the cheaper token.
        assertApproxEqRel(safeAfter, safe * 9 / 10, 0.002e18);
    }

    function test_B3_donationsMoveNothing() public {
        uint256 supply = position.totalSupply();
        destination.wrap(supply / 10, address(this));
        (uint256 safe,,,) = destination.value(supply / 2);
        base.transfer(address(pool), 100 * baseUnit);
        base.transfer(address(destination), 100 * baseUnit);
        position.transfer(address(destination), supply / 20);
        _addTo(pool, address(position), 0, 100e18);
        (uint256 safeAfter,,,) = destination.value(supply / 2);
        // LP tokens in the same ticks share them, they do not add to ours but by rounding.
        _expectUnmoved(safe, safeAfter, 0, "donated");
        destination.unwrap(supply / 10, address(this));
        assertEq(position.balanceOf(address(destination)), supply / 20, "nobody's");
    }

    function test_depthIsTheActiveLiquidityInUnits() public {
        assertApproxEqRel(destination.depth(), position.totalSupply(), 1e7, "ours is nearly all");
        _addTo(pool, holder, 0, _liquidityOfTick(0));
        assertApproxEqRel(destination.depth(), 2 * position.totalSupply(), 1e6);
        _addTo(pool, holder, 2, 1_000_000e18);
        _swap(true, 5000e18);
        assertGt(pool.getState().activeTick, 1);
        assertEq(destination.depth(), 0, "outside of our bins");
        assertGt(_safe(), 0);
    }

    function test_valuesAtRefusesOtherSets() public {
        uint256[][] memory sets = new uint256[][](1);
        sets[0] = new uint256[](3);
        vm.expectRevert(IDestination.InvalidPrices.selector);
        destination.valuesAt(1e18, sets);
    }

    function test_D1_withoutAPriceThereIsNoValue() public {
        skip(MAX_AGE + 1);
        vm.expectRevert(abi.encodeWithSelector(IDestination.PriceUnavailable.selector, address(other)));
        destination.value(1e18);
    }

    function test_gasOfValue() public {
        vm.cool(address(pool));
        vm.cool(address(position));
        vm.cool(address(destination));
        destination.value(1e18);
        emit log_named_uint("gas of value(), Maverick, 3 bins", vm.lastCallGas().gasTotalUsed);
        assertLt(vm.lastCallGas().gasTotalUsed, 250_000);
    }

    /// @dev The largest position that is accepted stays well within an LMP's probe of 600,000.
    function test_D9_gasOfValueOfEightBins() public {
        uint32[] memory ids = new uint32[](8);
        uint128[] memory ratios = new uint128[](8);
        for (uint256 i; i < 8; ++i) {
            // forge-lint: disable-next-line(unsafe-typecast) -4 to 3
            (,, uint32[] memory id) = _add(pool, holder, int32(int256(i)) - 4, 1e18);
            (ids[i], ratios[i]) = (id[0], uint128(WAD));
        }
        MaverickPositionFixture wide = factories.createBoostedPosition(address(pool), ids, ratios, 0);
        for (uint256 i; i < 8; ++i) {
            // forge-lint: disable-next-line(unsafe-typecast) -4 to 3
            _add(pool, address(wide), int32(int256(i)) - 4, 1e24);
        }
        wide.mint(address(this));
        MaverickDestination clone = _clone();
        clone.initialize(vault, address(wide), address(0), rewardList);
        vm.cool(address(pool));
        vm.cool(address(wide));
        vm.cool(address(clone));
        vm.cool(address(prices));
        vm.cool(address(otherFeed));
        clone.value(1e18);
        emit log_named_uint("gas of value(), Maverick, 8 bins", vm.lastCallGas().gasTotalUsed);
        assertLt(vm.lastCallGas().gasTotalUsed, 400_000);
    }

    /* REENTRANCY */

    function tokensReceived() external {
        if (attacking && msg.sender == address(other)) _ask();
    }

    function maverickV2SwapCallback(address tokenIn, uint256 amountIn, uint256, bytes calldata) external {
        _ask();
        require(IERC20(tokenIn).transfer(address(pool), amountIn));
    }

    /// @dev The known attack: the pool has paid out, the position has not burned, so it shows too little per LP token.
    function test_D3_insideABurnThereIsNoValue() public {
        (uint256 supply, uint128 bin) = (position.totalSupply(), position.getBinBalances()[1]);
        (uint256 safe,,,) = destination.value(supply / 4);
        attacking = true;
        position.burn(address(this), supply / 4);
        attacking = false;
        _expectLocked();
        assertEq(supplyInside, supply, "the attack is real");
        assertLt(binInside, bin * 8 / 10);
        (uint256 safeAfter,,,) = destination.value(supply / 4);
        _expectUnmoved(safe, safeAfter, 0, "afterwards there is");
    }

    function test_D3_insideAFlashSwapThereIsNoValue() public {
        pool.swap(
            address(this),
            IMaverickV2Pool.SwapParams(baseIsA ? 100 * baseUnit : 100 * otherUnit, true, false, type(int32).max),
            "flash"
        );
        _expectLocked();
        assertGt(_safe(), 0);
    }

    function _ask() private {
        ++callbacks;
        (supplyInside, binInside) = (position.totalSupply(), position.getBinBalances()[1]);
        (answered, answer) = address(destination).staticcall(abi.encodeCall(IDestination.value, (1e18)));
        (bool also,) =
            address(destination).staticcall(abi.encodeCall(IDestination.valuesAt, (1e18, new uint256[][](0))));
        (bool depth,) = address(destination).staticcall(abi.encodeCall(IDestination.depth, ()));
        assertFalse(also || depth);
    }

    function _expectLocked() private view {
        assertEq(callbacks, 1);
        assertFalse(answered);
        assertEq(answer, abi.encodeWithSelector(IDestination.VenueLocked.selector));
    }

    /* LIQUIDITY */

    function testFuzz_B1_unitsAreTheStakedPositions(uint256 amount, uint256 out, uint256 elapsed) public {
        _notify(700e18);
        amount = bound(amount, 1, position.totalSupply());
        out = bound(out, 1, amount);
        destination.wrap(amount, holder);
        assertEq(reward.stakeBalanceOf(destination.stakeId()), amount);
        skip(bound(elapsed, 0, 30 days));
        uint256 before = position.balanceOf(address(this));
        vm.prank(holder);
        assertEq(destination.unwrap(out, address(this)), out);
        assertEq(position.balanceOf(address(this)) - before, out);
        assertEq(reward.stakeBalanceOf(destination.stakeId()), destination.totalSupply());
        assertEq(position.allowance(address(destination), address(reward)), 0);
    }

    function testFuzz_addAndRemoveNeverPay(bool aIn, uint256 skew, uint256 amountBase, uint256 amountOther) public {
        _swap(aIn, bound(skew, 1e15, 4000e18));
        amountBase = bound(amountBase, baseUnit, 10_000 * baseUnit);
        amountOther = bound(amountOther, otherUnit, 10_000 * otherUnit);
        (uint256 heldBase, uint256 heldOther) = (base.balanceOf(address(this)), other.balanceOf(address(this)));
        uint256[] memory amounts = _legs(amountBase, amountOther);
        uint256 units = destination.add(amounts, 1, address(this));
        uint256 paidBase = heldBase - base.balanceOf(address(this));
        uint256 paidOther = heldOther - other.balanceOf(address(this));
        assertLe(paidBase, amountBase);
        assertLe(paidOther, amountOther);
        assertTrue(
            paidBase + amountBase / 1e6 + 20 >= amountBase || paidOther + amountOther / 1e6 + 20 >= amountOther,
            "all of the scarcer leg"
        );
        assertEq(base.balanceOf(address(destination)) + other.balanceOf(address(destination)), 0);
        assertEq(destination.balanceOf(address(this)), units);

        destination.remove(units, new uint256[](2), address(this));
        assertLe(base.balanceOf(address(this)), heldBase);
        assertLe(other.balanceOf(address(this)), heldOther);
        assertApproxEqRel(base.balanceOf(address(this)) + 1e6, heldBase + 1e6, 1e9);
        assertApproxEqRel(other.balanceOf(address(this)) + 1e6, heldOther + 1e6, 1e9);
    }

    /// @dev Above its bins the position is all of one token, and one leg is enough.
    function test_oneLegIsEnoughOutsideTheBins() public {
        _addTo(pool, holder, 2, 1_000_000e18);
        _swap(true, 5000e18);
        uint256[] memory amounts = baseIsA ? _legs(100 * baseUnit, 0) : _legs(0, 100 * otherUnit);
        assertGt(destination.add(amounts, 1, holder), 0);
        amounts = baseIsA ? _legs(0, 100 * otherUnit) : _legs(100 * baseUnit, 0);
        vm.expectRevert(abi.encodeWithSelector(IDestination.TooLittle.selector, 0, 1));
        destination.add(amounts, 1, holder);
    }

    function test_minimumsHold() public {
        uint256[] memory amounts = _legs(100 * baseUnit, 100 * otherUnit);
        uint256 snapshot = vm.snapshotState();
        uint256 units = destination.add(amounts, 1, address(this));
        vm.revertToState(snapshot);
        vm.expectRevert(abi.encodeWithSelector(IDestination.TooLittle.selector, units, units + 1));
        destination.add(amounts, units + 1, address(this));
        destination.add(amounts, units, address(this));

        snapshot = vm.snapshotState();
        uint256[] memory out = destination.remove(units / 2, new uint256[](2), holder);
        vm.revertToState(snapshot);
        out[0] += 1;
        vm.expectRevert(abi.encodeWithSelector(IDestination.TooLittle.selector, out[0] - 1, out[0]));
        destination.remove(units / 2, out, holder);

        uint256 assets = destination.sell(units / 2, 1, holder);
        assertEq(base.balanceOf(holder), assets);
        assertEq(other.balanceOf(holder) + other.balanceOf(address(destination)), 0);
    }

    function testFuzz_aSaleNeverPaysMoreThanTheValue(uint256 units, bool inBase) public {
        units = bound(units, position.totalSupply() / 1e4, position.totalSupply() / 4);
        destination.wrap(units, address(this));
        (uint256 safe,,,) = destination.value(units);
        uint256 leg = inBase == baseIsA ? 0 : 1;
        uint256 amount = destination.removeSingle(units, leg, 1, holder);
        uint256 worth = inBase ? amount : amount * baseUnit / otherUnit;
        // The price stands 10 bp above par, and three bins are 60 bp wide.
        assertLe(worth, safe * 1003 / 1000);
        assertGe(worth, safe * 995 / 1000);
    }

    function test_aStrangerCannotMakeThePositionPay() public {
        base.transfer(address(destination), 100 * baseUnit);
        vm.expectRevert(abi.encodeWithSelector(MaverickDestination.NotThePool.selector, address(this)));
        destination.maverickV2AddLiquidityCallback(address(base), address(other), 1, 0, "");
        vm.prank(address(pool));
        vm.expectRevert(abi.encodeWithSelector(MaverickDestination.NotThePool.selector, address(pool)));
        destination.maverickV2AddLiquidityCallback(address(base), address(other), 1, 0, "");
    }

    /* REWARDS */

    function test_rewardsGoToTheAuctionForTheVault() public {
        destination.wrap(position.totalSupply() / 2, holder);
        _notify(700e18);
        skip(7 days);
        vm.prank(holder);
        destination.harvest();
        assertApproxEqRel(_consigned(), 700e18, 1e12, "the only stake gets all of it");
        assertEq(mav.balanceOf(address(destination)) + mav.balanceOf(holder), 0);
    }

    function test_E1_whoEntersAndHarvestsAtOnceGetsNothing() public {
        _notify(700e18);
        skip(1 days);
        destination.wrap(position.totalSupply() / 2, address(this));
        uint256 before = mav.balanceOf(address(this));
        destination.harvest();
        destination.unwrap(destination.totalSupply(), address(this));
        assertEq(mav.balanceOf(address(this)), before);
        assertEq(_consigned(), 0);
    }

    function test_E2_aThirdPartyCannotClaimAtTheSource() public {
        destination.wrap(position.totalSupply() / 2, address(this));
        _notify(700e18);
        skip(1 days);
        uint256 id = destination.stakeId();
        vm.expectRevert(abi.encodeWithSelector(MaverickRewardFixture.NotOwner.selector, address(this), id));
        reward.getRewardToOwner(id, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(MaverickRewardFixture.NotOwner.selector, address(this), id));
        reward.unstakeToOwner(id, 1);
    }

    function test_E6_aFailingRewardContractBlocksNeitherHarvestNorValueNorUnits() public {
        uint256 units = position.totalSupply() / 2;
        destination.wrap(units, address(this));
        uint256 id = destination.stakeId();
        vm.mockCallRevert(address(reward), abi.encodeCall(reward.getRewardToOwner, (id, 0, 0)), "down");
        vm.mockCallRevert(address(reward), abi.encodeCall(reward.unstakeToOwner, (id, units)), "down");
        vm.expectEmit(address(destination));
        emit IDestination.ClaimSkipped(address(reward));
        destination.harvest();
        assertGt(_safe(), 0);
        destination.transfer(holder, units);
        vm.prank(holder);
        vm.expectRevert(bytes("down"));
        destination.unwrap(units, holder);
    }

    function test_incentivesAreTheRewardsOwnRate() public {
        destination.wrap(position.totalSupply() / 2, address(this));
        _notify(700e18);
        (uint256 yearly, uint256 staked, uint256 end) = destination.incentives();
        uint256 full = uint256(700e18) / 7 days * 365 days * REWARD_PRICE / WAD * baseUnit / WAD;
        assertEq(yearly, full);
        assertEq(staked, destination.totalSupply());
        assertEq(end, block.timestamp + 7 days);
        reward.setVeToken(0, holder);
        (yearly,,) = destination.incentives();
        assertApproxEqAbs(yearly, full * 15 / 100, 1, "unlocked and without votes");
        skip(7 days);
        (yearly, staked, end) = destination.incentives();
        assertEq(yearly + end, 0);
    }

    function test_withoutARewardContractThePositionIsHeldHere() public {
        MaverickDestination bare = _clone();
        bare.initialize(vault, address(position), address(0), new address[](0));
        position.approve(address(bare), type(uint256).max);
        uint256 units = position.totalSupply() / 4;
        bare.wrap(units, address(this));
        bare.harvest();
        (uint256 yearly, uint256 staked, uint256 end) = bare.incentives();
        assertEq(yearly + staked + end, 0);
        bare.sell(units / 2, 1, holder);
        assertEq(position.balanceOf(address(bare)), units - units / 2);
    }

    /* CREATION */

    function test_creation() public view {
        assertEq(destination.venue(), "maverick-v2-static");
        assertEq(destination.pool(), address(pool));
        assertEq(destination.lpToken(), address(position));
        assertEq(destination.gauge(), address(reward));
        assertEq(destination.name(), "Units of Maverick BP");
        assertEq(destination.legs()[baseIsA ? 0 : 1], address(base));
        assertEq(reward.ownerOf(destination.stakeId()), address(destination));
    }

    function test_whatIsNoStaticPositionOfThisMaverickIsRefused() public {
        MaverickPositionFixture foreign =
            new MaverickPositionFixture(address(pool), 0, position.getBinIds(), new uint128[](3));
        _refuse(address(foreign), address(0), _with(IDestination.InvalidPool.selector, address(foreign)));
        address moving =
            address(factories.createBoostedPosition(address(pool), position.getBinIds(), new uint128[](3), 1));
        _refuse(moving, address(0), _with(IDestination.InvalidPool.selector, moving));
        address wide = address(factories.createBoostedPosition(address(pool), new uint32[](9), new uint128[](9), 0));
        _refuse(wide, address(0), _with(IDestination.InvalidPool.selector, wide));
        address empty =
            address(factories.createBoostedPosition(address(pool), position.getBinIds(), new uint128[](3), 0));
        _refuse(empty, address(0), abi.encodeWithSelector(IDestination.EmptyPool.selector));
        pool.setAccessor(holder);
        _refuse(address(position), address(0), _with(IDestination.InvalidPool.selector, address(position)));
    }

    function test_aRewardContractOfAnotherPositionOrFactoryIsRefused() public {
        address foreign = address(new MaverickRewardFixture(address(position), rewardList));
        _refuse(address(position), foreign, _with(IDestination.InvalidGauge.selector, foreign));
        address wrong = address(factories.createRewardsContract(address(base), rewardList));
        _refuse(address(position), wrong, _with(IDestination.InvalidGauge.selector, wrong));
    }

    function test_aPoolOutOfBalanceIsRefused() public {
        _answer(0.99e18);
        _refuse(address(position), address(0), _with(IDestination.UnsafePool.selector, address(pool)));
    }

    /* HELPERS */

    function maverickV2AddLiquidityCallback(
        address tokenA,
        address tokenB,
        uint256 amountA,
        uint256 amountB,
        bytes calldata
    ) external {
        require(IERC20(tokenA).transfer(msg.sender, amountA) && IERC20(tokenB).transfer(msg.sender, amountB));
    }

    /// @dev About 1000 tokens in each of three bins, then the price goes to the middle of tick 0.
    function _fundedPosition(MaverickPoolFixture target) private returns (MaverickPositionFixture funded) {
        uint128[] memory ratios = new uint128[](3);
        uint32[] memory ids = new uint32[](3);
        for (uint256 i; i < 3; ++i) {
            ratios[i] = uint128(WAD);
            // forge-lint: disable-next-line(unsafe-typecast) -1, 0, 1
            (,, uint32[] memory id) = _add(target, holder, int32(int256(i)) - 1, 1e12);
            ids[i] = id[0];
        }
        funded = factories.createBoostedPosition(address(target), ids, ratios, 0);
        for (uint256 i; i < 3; ++i) {
            // forge-lint: disable-next-line(unsafe-typecast) -1, 0, 1
            _add(target, address(funded), int32(int256(i)) - 1, 1_000_000e18);
        }
        funded.mint(address(this));
        uint256 half = 500e18 / (baseIsA ? 1e18 / baseUnit : 1e18 / otherUnit);
        require(IERC20(target.tokenA()).transfer(address(target), half));
        target.swap(address(this), IMaverickV2Pool.SwapParams(half, true, false, type(int32).max), "");
    }

    function _add(MaverickPoolFixture target, address to, int32 tick, uint256 amount)
        private
        returns (uint256, uint256, uint32[] memory)
    {
        int32[] memory ticks = new int32[](1);
        uint128[] memory amounts = new uint128[](1);
        // forge-lint: disable-next-line(unsafe-typecast) test amounts
        (ticks[0], amounts[0]) = (tick, uint128(amount));
        return target.addLiquidity(to, 0, IMaverickV2Pool.AddLiquidityParams(0, ticks, amounts), "");
    }

    function _addTo(MaverickPoolFixture target, address to, int32 tick, uint256 amount) private {
        _add(target, to, tick, amount);
    }

    function _liquidityOfTick(int32 tick) private view returns (uint256) {
        return pool.getTick(tick).totalSupply;
    }

    /// @param tokens WAD
    function _swap(bool aIn, uint256 tokens) private returns (uint256 out) {
        bool baseIn = aIn == baseIsA;
        uint256 amount = tokens / (1e18 / (baseIn ? baseUnit : otherUnit));
        // Beyond our bins there is dust, so that every swap ends somewhere.
        for (int32 t = 2; t < 6; ++t) {
            if (pool.getTick(t).totalSupply == 0) _add(pool, holder, t, 1e24);
            if (pool.getTick(-t).totalSupply == 0) _add(pool, holder, -t, 1e24);
        }
        require((baseIn ? base : other).transfer(address(pool), amount));
        (, out) = pool.swap(
            address(this), IMaverickV2Pool.SwapParams(amount, aIn, false, aIn ? type(int32).max : type(int32).min), ""
        );
    }

    function _legs(uint256 amountBase, uint256 amountOther) private view returns (uint256[] memory amounts) {
        amounts = new uint256[](2);
        (amounts[0], amounts[1]) = baseIsA ? (amountBase, amountOther) : (amountOther, amountBase);
    }

    function _ordered(uint256[] memory amounts) private view returns (uint256, uint256) {
        return baseIsA ? (amounts[0], amounts[1]) : (amounts[1], amounts[0]);
    }

    function _clone() private returns (MaverickDestination) {
        return MaverickDestination(Clones.clone(address(implementation)));
    }

    // forge-lint: disable-next-item(unsafe-typecast) prices near 1
    function _feed(string memory name, uint256 price) private returns (AggregatorProxyLike) {
        return Chainlink.deployFeed(address(mav), address(this), address(this), 18, name, int256(price));
    }

    // forge-lint: disable-next-item(unsafe-typecast) prices near 1
    function _answer(uint256 price) private {
        Chainlink.submit(otherFeed, int256(price));
    }

    function _notify(uint256 amount) private {
        mav.approve(address(reward), amount);
        reward.transferAndNotifyRewardAmount(0, 7 days, amount);
    }

    function _consigned() private view returns (uint256) {
        IDutchAuction.Lot memory lot = auction.lot(vault, address(mav));
        return lot.left + lot.waiting;
    }

    function _safe() private view returns (uint256 safe) {
        (safe,,,) = destination.value(position.totalSupply() / 2);
    }

    function _ok() private view returns (bool ok) {
        (,,, ok) = destination.value(WAD);
    }

    function _refuse(address position_, address reward_, bytes memory why) private {
        MaverickDestination clone = _clone();
        vm.expectRevert(why);
        clone.initialize(vault, position_, reward_, rewardList);
    }

    function _with(bytes4 selector, address what) private pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, what);
    }

    /// @param fees that may have been added to it
    function _expectUnmoved(uint256 beforeValue, uint256 afterValue, uint256 fees, string memory what) private pure {
        uint256 slack = beforeValue * MOVE / WAD + 1;
        assertGe(afterValue + slack, beforeValue, what);
        assertLe(afterValue, beforeValue + slack + fees + fees / 20, what);
    }
}

contract MaverickDestinationTest18x18 is MaverickDestinationTest {
    function setUp() public {
        _setUp(18, 18, true);
    }
}

/// forge-config: default.fuzz.runs = 48
/// forge-config: ci.fuzz.runs = 48
contract MaverickDestinationTest6x18 is MaverickDestinationTest {
    function setUp() public {
        _setUp(6, 18, true);
    }
}

/// @dev The base asset is token B.
///
/// forge-config: default.fuzz.runs = 48
/// forge-config: ci.fuzz.runs = 48
contract MaverickDestinationTest18x8 is MaverickDestinationTest {
    function setUp() public {
        _setUp(18, 8, false);
    }
}
