// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IRebalancer} from "../../../src/autopilot/IRebalanceGate.sol";
import {ILMP, Leg} from "../../../src/lmp/ILMP.sol";
import {LMP} from "../../../src/lmp/LMP.sol";
import {DestinationMock} from "../../mocks/lmp/DestinationMock.sol";
import {LossLedgerMock} from "../../mocks/lmp/LossLedgerMock.sol";
import {LmpBase} from "../../unit/lmp/LmpBase.sol";
import {Artifacts} from "../../venues/Artifacts.sol";
import {WETH9Like} from "../../venues/interfaces/WETH9Like.sol";

/// @dev Enters one destination with idle.
contract WethSolver is IRebalancer {
    function run(ILMP lmp, Leg[] calldata outs, Leg[] calldata ins) external {
        lmp.rebalance(outs, ins, "");
    }

    function onRebalance(Leg[] calldata, Leg[] calldata ins, bytes calldata) external {
        DestinationMock destination = DestinationMock(ins[0].destination);
        destination.mint(address(this), ins[0].units);
        destination.approve(msg.sender, ins[0].units);
    }
}

/// @notice Whole transactions on the real WETH, by a holder who deposited before; each of its own. The book holds locked
/// profit, which has unlocked for an hour, and every destination has units. There is a loss mark, at the price of the shares, and a
/// management fee. A report's figure is without the work of the loss ledger, which here only answers.
/// forge-config: default.isolate = true
contract LmpGasTest is LmpBase {
    /// @dev Flows cost the same with any number of destinations, so one target holds for all.
    uint256 private constant TARGET = 73_000;

    WETH9Like private weth;

    function setUp() public {
        _setUp(18, 2000);
    }

    /// @dev A vault over WETH as LmpBase makes it over the mock.
    function _prepare(uint256 destinations) private {
        weth = WETH9Like(Artifacts.create("WETH9"));
        lmp = new LMP(_params(address(weth), 2000, 1e27));
        configurator.setManagementFee(lmp, 20, makeAddr("manager"));
        ledger.setWatching(false);
        vm.deal(address(this), 1e24);
        weth.deposit{value: 1e24}();
        weth.transfer(alice, 1e21);
        lmp.report();
        vm.prank(alice);
        weth.approve(address(lmp), type(uint256).max);
        vm.prank(alice);
        lmp.deposit(500e18, alice);
        weth.approve(address(lmp), type(uint256).max);
        lmp.deposit(10_000e18, address(this));
        WethSolver wethSolver = new WethSolver();
        for (uint256 i; i < destinations; ++i) {
            address destination = address(_addDestination());
            wethSolver.run(lmp, _leg(address(0), 10e18), _leg(destination, 10e18));
        }
        lmp.addProfit(5e18);
        ledger.sayAtCheckpoint(LossLedgerMock.Sync(1e18, false, 0, 0));
        lmp.report();
        skip(1 hours);
    }

    function test_flows1() public {
        _measure(1);
    }

    function test_flows20() public {
        _measure(20);
    }

    /// @dev What depends on the number of destinations, in between.
    function test_inKind5() public {
        _prepare(5);
        vm.prank(alice);
        lmp.redeemInKind(1e18, alice);
        vm.snapshotGasLastCall("LMP", "redeemInKind, destinations: 5");
        _report(5);
    }

    function _measure(uint256 destinations) private {
        _prepare(destinations);
        string memory suffix = vm.toString(destinations);
        vm.prank(alice);
        lmp.deposit(1e18, alice);
        uint256 used = vm.snapshotGasLastCall("LMP", string.concat("deposit, destinations: ", suffix));
        assertLe(used, TARGET, "deposit");

        skip(1 minutes);
        vm.prank(alice);
        lmp.redeem(1e18, alice, alice);
        used = vm.snapshotGasLastCall("LMP", string.concat("redeem, destinations: ", suffix));
        assertLe(used, TARGET, "redeem");

        skip(1 minutes);
        vm.prank(alice);
        lmp.withdraw(1e18, alice, alice);
        vm.snapshotGasLastCall("LMP", string.concat("withdraw, destinations: ", suffix));

        skip(1 minutes);
        vm.prank(alice);
        lmp.redeemInKind(1e18, alice);
        vm.snapshotGasLastCall("LMP", string.concat("redeemInKind, destinations: ", suffix));

        _report(destinations);
    }

    function _report(uint256 destinations) private {
        skip(1 minutes);
        ledger.sayAtCheckpoint(LossLedgerMock.Sync(1.0001e18, false, 0, 0));
        lmp.report();
        vm.snapshotGasLastCall("LMP", string.concat("report, destinations: ", vm.toString(destinations)));
    }

    /// @dev What a loss costs those who enter during it.
    function test_entriesAfterALoss() public {
        _prepare(1);
        ledger.say(lmp, LossLedgerMock.Sync(1.1e18, false, 0, 0));
        vm.prank(alice);
        lmp.deposit(1e18, alice);
        vm.snapshotGasLastCall("LMP", "deposit below the loss mark");
        assertLt(lmp.lossMark(), 1.1e18);

        ledger.say(lmp, LossLedgerMock.Sync(1e18, false, 5e18, -5e18));
        skip(1 minutes);
        vm.prank(alice);
        lmp.deposit(1e18, alice);
        vm.snapshotGasLastCall("LMP", "deposit, cover outstanding");
    }
}
