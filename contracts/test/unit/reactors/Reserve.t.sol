// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ICycleManager, Phase} from "../../../src/reactors/ICycleManager.sol";
import {IReserve} from "../../../src/reserve/IReserve.sol";
import {Reserve} from "../../../src/reserve/Reserve.sol";
import {World} from "./World.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

contract ReserveTest is World {
    address private immutable treasury = makeAddr("treasury");

    function setUp() public {
        setUpWorld();
        fund();
        rollover();
    }

    function test_contributeRaisesTheReserveAndIsNoFlow() public {
        int256 before = manager.reserveOf(ABC_ID);
        address giver = makeAddr("giver");
        abc.mint(giver, 5e18);
        vm.startPrank(giver);
        abc.approve(address(reserve), 5e18);
        vm.expectEmit(true, true, true, true, address(reserve));
        emit IReserve.Contributed(giver, ABC_ID, 5e18);
        reserve.contribute(ABC_ID, 5e18);
        vm.stopPrank();
        assertEq(manager.reserveOf(ABC_ID), before + 5e18);
        startRollover();
        markAll();
        int256 flow = manager.reserveOf(ABC_ID) - manager.reactorState(ABC_ID).lastReserve - 5e18;
        vm.expectEmit(true, true, false, false, address(manager));
        emit ICycleManager.ReactorBalanced(1, ABC_ID, flow, 0, 0, 0);
        manager.balance(ABC_ID);
    }

    function test_contributeRefusesNonsense() public {
        vm.expectRevert(IReserve.ZeroAmount.selector);
        reserve.contribute(ABC_ID, 0);
        vm.expectRevert(abi.encodeWithSelector(ICycleManager.UnknownReactor.selector, 9));
        reserve.contribute(9, 1);
        vm.expectRevert();
        reserve.contribute(ABC_ID, 1);
        vm.expectRevert(IReserve.ZeroAddress.selector);
        new Reserve(address(access), ICycleManager(address(0)));
    }

    function test_withdrawOnlyByItsRoleAndOpen() public {
        vm.prank(treasury);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, treasury));
        reserve.withdraw(ABC_ID, 1, treasury);
        vm.expectRevert(IReserve.ZeroAmount.selector);
        reserve.withdraw(ABC_ID, 0, treasury);
        vm.expectRevert(IReserve.ZeroAddress.selector);
        reserve.withdraw(ABC_ID, 1, address(0));
        startRollover();
        vm.expectRevert(abi.encodeWithSelector(ICycleManager.WrongPhase.selector, Phase.Mark));
        reserve.withdraw(ABC_ID, 1, treasury);
    }

    function testFuzz_withdrawNeverBelowTheFloor(uint256 extra, uint256 amount) public {
        contribute(ABC_ID, bound(extra, 1, 1_000_000e18));
        uint256 floor = manager.reserveFloor(ABC_ID);
        uint256 free = uint256(manager.reserveOf(ABC_ID)) - floor;
        vm.expectRevert(abi.encodeWithSelector(ICycleManager.BelowReserveFloor.selector, floor));
        reserve.withdraw(ABC_ID, free + 1, treasury);
        amount = bound(amount, 1, free);
        vm.expectEmit(true, true, true, true, address(reserve));
        emit IReserve.Withdrawn(treasury, ABC_ID, amount);
        reserve.withdraw(ABC_ID, amount, treasury);
        assertEq(abc.balanceOf(treasury), amount);
        assertGe(manager.reserveOf(ABC_ID), int256(floor));
        assertBooks();
    }

    function test_withdrawOnlyWhatIsThere() public {
        manager.raiseMaxLpShare(ABC_ID, 1e18);
        contribute(ABC_ID, 40_000e18);
        contribute(ETH_ID, 2000e18);
        rollover();
        // A high V ties little reserve, but what is deployed cannot leave.
        manager.raiseMultiple(0, 100e18);
        manager.raiseMultiple(1, 100e18);
        uint256 idle = manager.reactorState(ABC_ID).idle;
        assertGt(uint256(manager.reserveOf(ABC_ID)) - manager.reserveFloor(ABC_ID), idle);
        vm.expectRevert(abi.encodeWithSelector(ICycleManager.NotLiquid.selector, idle));
        reserve.withdraw(ABC_ID, idle + 1, treasury);
    }
}
