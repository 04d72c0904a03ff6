// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Call} from "../../../src/autopilot/SolverExecutor.sol";
import {IDestination} from "../../../src/destinations/IDestination.sol";
import {ILMP} from "../../../src/lmp/ILMP.sol";
import {AutopilotTestBase} from "../../integration/autopilot/AutopilotTestBase.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice The same venue calls without a vault, gate and ledger around them.
contract BareHelper {
    function run(Call[] calldata calls) external {
        for (uint256 i; i < calls.length; ++i) {
            for (uint256 j; j < calls[i].approvals.length; ++j) {
                IERC20(calls[i].approvals[j].token).approve(calls[i].target, calls[i].approvals[j].amount);
            }
            Address.functionCall(calls[i].target, calls[i].data);
        }
    }

    function sell(IDestination destination, uint256 units) external {
        destination.sell(units, 0, address(this));
    }
}

/// @notice What the vault adds to the venue's own gas: whole transactions on real Curve and Balancer contracts less those of a
/// bare helper that makes the same venue calls from the same state.
/// forge-config: default.isolate = true
contract VenueGasTest is AutopilotTestBase {
    uint256 private constant MOVED = 60e18;

    function setUp() public override {
        super.setUp();
        _live(30);
    }

    function test_rebalance() public {
        (Call[] memory calls, uint256 units) = _idleToCurve(MOVED);
        BareHelper helper = new BareHelper();
        require(weth.transfer(address(helper), MOVED));
        uint256 start = vm.snapshotState();
        helper.run(calls);
        uint256 bare = vm.lastCallGas().gasTotalUsed;
        assertTrue(vm.revertToState(start));

        _execute(_legs(address(0), MOVED), _legs(address(curve), units), calls);
        uint256 whole = vm.snapshotGasLastCall("LMP", "rebalance into Curve, 2 destinations");
        vm.snapshotValue("LMP", "rebalance into Curve, 2 destinations, net of the venue's calls", whole - bare);
        assertEq(lmp.destinationState(address(curve)).units, units);
    }

    function test_exitThroughOneDestination() public {
        _allInCurve(MOVED);
        BareHelper helper = new BareHelper();
        uint256 start = vm.snapshotState();

        vm.recordLogs();
        lmp.redeem(MOVED / 10, address(this), address(this));
        uint256 whole = vm.snapshotGasLastCall("LMP", "redeem through one destination, Curve");
        uint256 sold = _sold(vm.getRecordedLogs());
        assertTrue(vm.revertToState(start));

        vm.prank(address(lmp));
        require(curve.transfer(address(helper), sold));
        helper.sell(curve, sold);
        uint256 bare = vm.lastCallGas().gasTotalUsed;
        vm.snapshotValue("LMP", "redeem through one destination, Curve, net of the venue's calls", whole - bare);
    }

    /// @return units of the one sale
    function _sold(Vm.Log[] memory logs) private pure returns (uint256 units) {
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] != ILMP.SoldForExit.selector) continue;
            require(units == 0, "one destination");
            (units,,) = abi.decode(logs[i].data, (uint256, uint256, uint256));
        }
        require(units != 0, "sold nothing");
    }
}
