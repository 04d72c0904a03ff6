// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IDestination} from "../../../src/destinations/IDestination.sol";
import {TokenFixture} from "../../fixtures/TokenFixture.sol";
import {DestinationTest} from "./DestinationTest.sol";

/// @notice What entering and leaving by legs owes on every venue: exact units, measured amounts, minimums, nothing left behind.
abstract contract LiquidityTest is DestinationTest {
    IDestination internal subject;
    /// @dev Contracts that legs were approved for.
    address[] internal spenders;
    address[] internal legTokens;

    /// @dev LP tokens that stand for units.
    function _staked() internal view virtual returns (uint256);

    /// @dev Of this contract, by which it enters.
    function _setUpSubject(IDestination subject_) internal {
        subject = subject_;
        legTokens = subject.legs();
        for (uint256 i; i < legTokens.length; ++i) {
            IERC20(legTokens[i]).approve(address(subject), type(uint256).max);
        }
        spenders.push(subject.pool());
    }

    /* IN */

    function testFuzz_N1_addTakesTheLegsAndMintsWhatThePoolGave(uint256 seed) public {
        uint256[] memory amounts = _amounts(seed);
        uint256[] memory before = _balances(address(this));
        uint256 snapshot = vm.snapshotState();
        uint256 units = subject.add(amounts, 0, holder);
        assertGt(units, 0);
        assertEq(subject.balanceOf(holder), units);
        assertEq(subject.totalSupply(), units);
        assertEq(_staked(), units, "units == staked");
        uint256[] memory afterwards = _balances(address(this));
        for (uint256 i; i < amounts.length; ++i) {
            assertEq(before[i] - afterwards[i], amounts[i], "exactly what was offered");
        }
        _expectClean();

        vm.revertToState(snapshot);
        vm.expectRevert(abi.encodeWithSelector(IDestination.TooLittle.selector, units, units + 1));
        subject.add(amounts, units + 1, holder);
        assertEq(subject.add(amounts, units, holder), units, "the minimum itself passes");
    }

    function test_addIsAnnounced() public {
        uint256[] memory amounts = _amounts(1);
        uint256 snapshot = vm.snapshotState();
        uint256 units = subject.add(amounts, 0, holder);
        vm.revertToState(snapshot);
        vm.expectEmit(address(subject));
        emit IDestination.Added(address(this), holder, amounts, units);
        subject.add(amounts, 0, holder);
    }

    /* OUT */

    function testFuzz_N1_removeBurnsTheUnitsAndPaysWhatIsMeasured(uint256 seed, uint256 part) public {
        uint256 units = _enter(seed) * bound(part, 0.01e18, 1e18) / WAD;
        (uint256 supply, uint256 staked) = (subject.totalSupply(), _staked());
        uint256[] memory none = new uint256[](legTokens.length);
        uint256 snapshot = vm.snapshotState();
        uint256[] memory amounts = subject.remove(units, none, holder);
        uint256[] memory received = _balances(holder);
        for (uint256 i; i < amounts.length; ++i) {
            assertEq(amounts[i], received[i]);
            assertGt(amounts[i], 0);
        }
        assertEq(supply - subject.totalSupply(), units);
        assertEq(staked - _staked(), units);
        _expectClean();

        vm.revertToState(snapshot);
        vm.expectEmit(address(subject));
        emit IDestination.Removed(address(this), holder, units, amounts);
        subject.remove(units, amounts, holder);
        vm.revertToState(snapshot);
        uint256 leg = seed % amounts.length;
        amounts[leg] += 1;
        vm.expectRevert(abi.encodeWithSelector(IDestination.TooLittle.selector, amounts[leg] - 1, amounts[leg]));
        subject.remove(units, amounts, holder);
    }

    function testFuzz_N1_oneLegBurnsTheUnitsAndPaysWhatIsMeasured(uint256 seed, uint256 part) public {
        uint256 units = _enter(seed) * bound(part, 0.01e18, 0.5e18) / WAD;
        (uint256 supply, uint256 staked) = (subject.totalSupply(), _staked());
        uint256 leg = seed % legTokens.length;
        uint256 snapshot = vm.snapshotState();
        uint256 amount = subject.removeSingle(units, leg, 0, holder);
        assertEq(amount, IERC20(legTokens[leg]).balanceOf(holder));
        (uint256 safe,,,) = subject.value(units);
        assertGt(amount, safe * 98 / 100, "worth what it was");
        assertEq(supply - subject.totalSupply(), units, "exactly the units");
        assertEq(staked - _staked(), units);
        _expectClean();

        vm.revertToState(snapshot);
        vm.expectEmit(address(subject));
        emit IDestination.RemovedSingle(address(this), holder, units, leg, amount);
        subject.removeSingle(units, leg, amount, holder);
        vm.revertToState(snapshot);
        vm.expectRevert(abi.encodeWithSelector(IDestination.TooLittle.selector, amount, amount + 1));
        subject.removeSingle(units, leg, amount + 1, holder);
    }

    function testFuzz_N1_sellPaysTheAsset(uint256 seed, uint256 part) public {
        uint256 units = _enter(seed) * bound(part, 0.01e18, 0.5e18) / WAD;
        (uint256 supply, uint256 held) = (subject.totalSupply(), subject.balanceOf(address(this)));
        uint256 snapshot = vm.snapshotState();
        uint256 assets = subject.sell(units, 0, holder);
        assertEq(weth.balanceOf(holder), assets, "measured");
        assertEq(supply - subject.totalSupply(), units, "exactly the units");
        assertEq(held - subject.balanceOf(address(this)), units, "of the caller");
        assertEq(_staked(), subject.totalSupply());
        (uint256 safe,,,) = subject.value(units);
        assertGt(assets, safe * 98 / 100);
        _expectClean();

        vm.revertToState(snapshot);
        vm.expectRevert(abi.encodeWithSelector(IDestination.TooLittle.selector, assets, assets + 1));
        subject.sell(units, assets + 1, holder);
        assertEq(subject.sell(units, assets, holder), assets);
    }

    function test_B2_inAndOutGainsNothing() public {
        uint256[] memory before = _balances(address(this));
        uint256 units = subject.add(_amounts(1), 0, address(this));
        subject.remove(units, new uint256[](legTokens.length), address(this));
        uint256[] memory afterwards = _balances(address(this));
        uint256 worthBefore;
        uint256 worthAfter;
        for (uint256 i; i < before.length; ++i) {
            (worthBefore, worthAfter) = (worthBefore + before[i], worthAfter + afterwards[i]);
        }
        assertLe(worthAfter, worthBefore, "all prices are 1");
    }

    /* WHAT IS NOBODY'S */

    /// @dev Legs, base asset and LP tokens sent here are paid out to nobody and change no amount.
    function test_B3_donationsAreNotPaidOut() public {
        uint256 units = _enter(2);
        uint256 snapshot = vm.snapshotState();
        uint256 added = subject.add(_amounts(1), 0, holder);
        uint256[] memory amounts = subject.remove(units / 4, new uint256[](legTokens.length), holder);
        uint256 assets = subject.sell(units / 4, 0, holder);

        vm.revertToState(snapshot);
        uint256[] memory gifts = new uint256[](legTokens.length);
        for (uint256 i; i < gifts.length; ++i) {
            gifts[i] = (i + 1) * 1e18;
            IERC20(legTokens[i]).transfer(address(subject), gifts[i]);
        }
        IERC20(subject.lpToken()).transfer(address(subject), 3e18);
        assertEq(subject.add(_amounts(1), 0, holder), added);
        assertEq(subject.remove(units / 4, new uint256[](legTokens.length), holder), amounts);
        assertEq(subject.sell(units / 4, 0, holder), assets);
        assertEq(_balances(address(subject)), gifts, "still here");
        assertEq(IERC20(subject.lpToken()).balanceOf(address(subject)), 3e18, "still here");
    }

    /* BAD CALLS */

    function test_badCallsChangeNothing() public {
        uint256 units = _enter(3);
        uint256 n = legTokens.length;
        uint256[] memory amounts = new uint256[](n);
        bytes4 zero = IDestination.ZeroAmount.selector;
        bytes4 zeroAddress = IDestination.ZeroAddress.selector;
        vm.expectRevert(IDestination.InvalidAmounts.selector);
        subject.add(new uint256[](n - 1), 0, holder);
        vm.expectRevert(zeroAddress);
        subject.add(amounts, 0, address(0));
        vm.expectRevert(IDestination.InvalidAmounts.selector);
        subject.remove(units, new uint256[](n + 1), holder);
        vm.expectRevert(zero);
        subject.remove(0, amounts, holder);
        vm.expectRevert(zeroAddress);
        subject.remove(units, amounts, address(0));
        vm.expectRevert(abi.encodeWithSelector(IDestination.InvalidLeg.selector, n));
        subject.removeSingle(units, n, 0, holder);
        vm.expectRevert(zero);
        subject.removeSingle(0, 0, 0, holder);
        vm.expectRevert(zeroAddress);
        subject.removeSingle(units, 0, 0, address(0));
        vm.expectRevert(zero);
        subject.sell(0, 0, holder);
        vm.expectRevert(zeroAddress);
        subject.sell(units, 0, address(0));
        vm.expectPartialRevert(bytes4(keccak256("ERC20InsufficientBalance(address,uint256,uint256)")));
        subject.sell(units + 1, 0, holder);
        vm.prank(holder);
        vm.expectPartialRevert(bytes4(keccak256("ERC20InsufficientBalance(address,uint256,uint256)")));
        subject.sell(1, 0, holder);
        assertEq(subject.totalSupply(), units);
        assertEq(_staked(), units);
    }

    /// @dev Leaving asks no oracle.
    function test_L1_exitsWorkWithoutPrices() public {
        uint256 units = _enter(4);
        skip(MAX_AGE + 1);
        vm.expectPartialRevert(IDestination.PriceUnavailable.selector);
        subject.value(units);
        subject.sell(units / 4, 0, holder);
        subject.removeSingle(units / 4, 1, 0, holder);
        subject.remove(units / 4, new uint256[](legTokens.length), holder);
        subject.unwrap(units / 4, holder);
    }

    function test_depthIsAllOfThePool() public {
        uint256 depth = subject.depth();
        uint256 units = subject.add(_amounts(1), 0, holder);
        assertApproxEqAbs(subject.depth(), depth + units, 1e3);
        assertGt(depth, units);
    }

    /* REWARDS */

    /// @dev The whole balance of what is listed, gifts included; nothing else.
    function test_E7_harvestSendsListedRewardsAndNothingElse() public {
        uint256 units = _enter(5);
        address reward = subject.rewards()[0];
        TokenFixture unlisted = new TokenFixture("Airdrop", "AIR", 18, address(this));
        unlisted.mint(address(subject), 5e18);
        for (uint256 i; i < legTokens.length; ++i) {
            IERC20(legTokens[i]).transfer(address(subject), 1e18);
        }
        IERC20(subject.lpToken()).transfer(address(subject), 1e18);
        uint256[] memory legsHeld = _balances(address(subject));
        uint256 lpHeld = IERC20(subject.lpToken()).balanceOf(address(subject));
        deal(reward, address(subject), 7e18);
        vm.prank(holder);
        subject.harvest();
        assertGe(_waiting(reward), 7e18);
        assertEq(IERC20(reward).balanceOf(address(subject)), 0);
        assertEq(IERC20(reward).allowance(address(subject), address(auction)), 0);
        assertEq(unlisted.balanceOf(address(subject)), 5e18);
        assertEq(_balances(address(subject)), legsHeld);
        assertEq(IERC20(subject.lpToken()).balanceOf(address(subject)), lpHeld);
        assertEq(subject.totalSupply(), units);
        assertEq(_staked(), units);
    }

    /// @dev Nobody has a unit: nothing to claim, nothing fails.
    function test_E3_harvestWithoutUnits() public {
        subject.harvest();
        assertEq(_waiting(subject.rewards()[0]), 0);
    }

    function testFuzz_E6_harvestIsNotCutShortByLittleGas(uint256 gas_) public {
        _enter(6);
        address reward = subject.rewards()[0];
        deal(reward, address(subject), 7e18);
        uint256 snapshot = vm.snapshotState();
        (bool done,) = address(subject).call{gas: bound(gas_, 50_000, 3_000_000)}(abi.encodeCall(subject.harvest, ()));
        if (done) assertGe(_waiting(reward), 7e18, "all or nothing");
        vm.revertToState(snapshot);
        (done,) = address(subject).call{gas: 3_000_000}(abi.encodeCall(subject.harvest, ()));
        assertTrue(done);
    }

    function test_onlyTheDestinationConsigns() public {
        address reward = subject.rewards()[0];
        vm.expectRevert(IDestination.OnlyItself.selector);
        (bool asExpected,) = address(subject).call(abi.encodeWithSignature("consign(address)", reward));
        assertTrue(asExpected, "not refused, or for another reason");
    }

    /* HELPERS */

    function _enter(uint256 seed) internal returns (uint256 units) {
        units = subject.add(_amounts(seed), 0, address(this));
    }

    /// @dev 0.01 to 100 of each leg, at times nothing of all but one.
    function _amounts(uint256 seed) internal view returns (uint256[] memory amounts) {
        amounts = new uint256[](legTokens.length);
        for (uint256 i; i < amounts.length; ++i) {
            uint256 draw = uint256(keccak256(abi.encode(seed, i)));
            if (draw % 3 != 0 || i == seed % amounts.length) amounts[i] = bound(draw >> 8, 0.01e18, 100e18);
        }
    }

    function _balances(address account) internal view returns (uint256[] memory balances) {
        balances = new uint256[](legTokens.length);
        for (uint256 i; i < balances.length; ++i) {
            balances[i] = IERC20(legTokens[i]).balanceOf(account);
        }
    }

    /// @dev Holds no leg, approves nobody.
    function _expectClean() internal view {
        assertEq(_balances(address(subject)), new uint256[](legTokens.length), "no leg stays");
        _expectNoApprovals(subject, spenders);
    }
}
