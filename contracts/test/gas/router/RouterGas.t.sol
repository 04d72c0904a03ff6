// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {RouterBase} from "../../unit/router/RouterBase.sol";

/// @notice Whole transactions through the router on the real WETH, by a holder who deposited before, into a vault that takes the amount without
/// a report. The vault's own part is in LMP.json.
/// forge-config: default.isolate = true
contract RouterGasTest is RouterBase {
    function setUp() public {
        _setUpRouter(18);
        weth.deposit{value: 900 ether}();
        weth.approve(address(wethLmp), 900 ether);
        wethLmp.deposit(900 ether, address(this));
        vm.deal(alice, 100 ether);
        vm.startPrank(alice);
        weth.deposit{value: 10 ether}();
        weth.approve(address(router), type(uint256).max);
        wethLmp.approve(address(router), type(uint256).max);
        router.depositETH{value: 5 ether}(address(wethLmp), 5 ether, alice, 0, LATER);
        vm.stopPrank();
        skip(1 minutes);
    }

    function test_flows() public {
        vm.startPrank(alice);
        router.depositETH{value: 1 ether}(address(wethLmp), 1 ether, alice, 1 ether, LATER);
        vm.snapshotGasLastCall("Router", "depositETH");
        skip(1 minutes);
        router.deposit(address(wethLmp), 1 ether, alice, 1 ether, LATER);
        vm.snapshotGasLastCall("Router", "deposit");
        skip(1 minutes);
        router.redeem(address(wethLmp), 1 ether, alice, 1 ether, LATER);
        vm.snapshotGasLastCall("Router", "redeem");
        skip(1 minutes);
        router.redeemETH(address(wethLmp), 1 ether, alice, 1 ether, LATER);
        vm.snapshotGasLastCall("Router", "redeemETH");
        skip(25 hours);
        router.depositETH{value: 1 ether}(address(wethLmp), 1 ether, alice, 1 ether, LATER);
        vm.snapshotGasLastCall("Router", "depositETH with a report, no destinations");
    }
}
