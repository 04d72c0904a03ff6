// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Cap} from "../../../src/autopilot/ILimits.sol";
import {ISignals} from "../../../src/autopilot/ISignals.sol";
import {Limits} from "../../../src/autopilot/Limits.sol";
import {PoolMock} from "../../mocks/limits/PoolMock.sol";
import {SignalsMock} from "../../unit/autopilot/mocks/SignalsMock.sol";
import {LmpBase} from "../../unit/lmp/LmpBase.sol";

/// @notice What a check costs as a transaction of its own, of the real vault: pools of four legs, all with value and all with the
/// same issuers, one of them entered from idle.
/// forge-config: default.isolate = true
contract LimitsGasTest is LmpBase {
    Limits private limits;
    address private last;

    function _prepare(uint256 destinations) private {
        _setUp(18, 2000);
        SignalsMock signals = new SignalsMock();
        limits = new Limits(address(authority), ISignals(address(signals)));
        address[] memory legs = new address[](4);
        legs[0] = address(asset);
        for (uint256 i = 1; i < 4; ++i) {
            legs[i] = makeAddr(string.concat("token ", vm.toString(i)));
            limits.raiseCap(address(lmp), limits.issuerId(legs[i]), Cap(0.8e18, type(uint96).max));
        }
        limits.raiseMaxPoolShare(address(lmp), 0.5e18);
        limits.raiseIdleFloor(address(lmp), 0.05e18);
        _deposit(alice, 1000e18);
        for (uint256 i; i < destinations; ++i) {
            PoolMock pool = new PoolMock(address(lmp), 1e18);
            pool.setLegs(legs);
            pool.setOthers(1000e18);
            signals.setDepth(address(pool), 1000e18);
            last = address(pool);
            configurator.addDestination(lmp, last);
            limits.raiseCap(address(lmp), limits.destinationId(last), Cap(0.8e18, type(uint96).max));
            _invest(pool, 10e18);
        }
    }

    function _measure(uint256 destinations) private returns (uint256 used) {
        _prepare(destinations);
        limits.check(address(lmp), _leg(address(0), 10e18), _leg(last, 10e18));
        used = vm.snapshotGasLastCall("Limits", string.concat("check, destinations: ", vm.toString(destinations)));
    }

    function test_check1() public {
        _measure(1);
    }

    /// At the most a vault can have it stays a fraction of what a rebalance costs.
    function test_H3_check20() public {
        assertLe(_measure(20), 670_000);
    }
}
