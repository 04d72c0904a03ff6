// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

import {World} from "../../unit/reactors/World.sol";

/// @dev Gas of each step, steady state (second rollover and later) and worst case. Whole-transaction figures with --isolate.
contract CycleGasTest is World {
    uint256 private constant BOUND = 600_000;
    /// @dev A Uniswap V2 mint or burn with its transfers, and the readings of the pool.
    uint256 private constant VENUE = 350_000;

    function _measure(string memory name, uint256 bound_) private {
        uint256 used = vm.snapshotGasLastCall("reactors", name);
        assertLe(used, bound_, name);
    }

    function test_gas_stepsAreBounded() public {
        setUpWorld();
        fund();
        rollover();
        movePrice(abc, ABC_PRICE * 5 / 4);
        contribute(ABC_ID, 50_000e18);
        contribute(ETH_ID, 500e18);
        request(ABC_ID, makeAddr("abcLp"), 50_000e18);
        vm.warp(manager.state().end);
        manager.startRollover();
        _measure("startRollover", BOUND);
        manager.mark(0);
        _measure("mark, first of its assets", BOUND);
        manager.mark(1);
        _measure("mark", BOUND);
        manager.mark(2);
        manager.balance(ABC_ID);
        _measure("balance", BOUND);
        manager.balance(ETH_ID);
        manager.balance(XYZ_ID);
        manager.plan(ABC_ID);
        _measure("plan of a token reactor, 2 venues", BOUND);
        manager.plan(XYZ_ID);
        manager.plan(ETH_ID);
        _measure("plan of a pair reactor", BOUND);
        manager.move(0);
        _measure("move, Uniswap V2", BOUND + VENUE);
        manager.move(1);
        manager.move(2);
        manager.fill(ABC_ID);
        _measure("fill of one cohort", BOUND);
        manager.fill(ETH_ID);
        manager.fill(XYZ_ID);
        manager.complete();
        _measure("complete", BOUND);
    }

    /// @dev As many venues as a token reactor may have, all targets new.
    function test_gas_planOfAllVenues() public {
        setUpManager();
        fund();
        for (uint256 i; i < 10; ++i) {
            addVenue(abc, 1_000_000e18, ABC_ID, false);
        }
        vm.expectRevert();
        this.addOneMore();
        toPlan();
        manager.plan(ABC_ID);
        _measure("plan of a token reactor, all venues, first time", BOUND);
    }

    function addOneMore() external {
        addVenue(abc, 1_000_000e18, ABC_ID, false);
    }

    function test_gas_users() public {
        setUpWorld();
        fund();
        address user = makeAddr("user");
        abc.mint(user, 10e18);
        vm.startPrank(user);
        abc.approve(address(tAbc), 10e18);
        tAbc.deposit(10e18, user);
        _measure("deposit", 200_000);
        tAbc.requestRedeem(5e18, user, user);
        _measure("requestRedeem", 300_000);
        tAbc.cancelRedeem(0, 1e18, user, user);
        _measure("cancelRedeem", 150_000);
        vm.stopPrank();
        rollover();
        vm.prank(user);
        tAbc.redeem(4e18, user, user);
        _measure("redeem", 150_000);
    }
}
