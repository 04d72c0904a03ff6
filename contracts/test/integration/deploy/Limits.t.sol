// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {CapConfig, DeployConfig, IssuerConfig} from "../../../script/deploy/DeployConfig.sol";
import {Deployer} from "../../../script/deploy/Deployer.sol";
import {LimitsDeployer} from "../../../script/deploy/LimitsDeployer.sol";
import {Cap, ILimits} from "../../../src/autopilot/ILimits.sol";
import {DeployedBase} from "./DeployedBase.sol";

/// @notice A deployed vault has its limits from the first block on; a config that cannot be meant is refused.
contract DeployedLimitsTest is DeployedBase {
    /// @dev External, so that its revert can be expected.
    function deploy(DeployConfig memory config) external {
        Deployer.deployAll(config, deployer);
    }

    function _expectRefused(DeployConfig memory config, bytes memory reason) private {
        vm.expectRevert(reason);
        this.deploy(config);
    }

    function _invalid(string memory what, uint256 value) private pure returns (bytes memory) {
        return abi.encodeWithSelector(LimitsDeployer.InvalidLimit.selector, what, value);
    }

    function test_limitsAreThoseOfTheConfig() public view {
        address lmp = address(protocol.lmps[0]);
        ILimits limits = protocol.limits;
        assertEq(address(protocol.rebalanceGate.limits()), address(limits));
        assertEq(limits.maxPoolShare(lmp), 0.5e18);
        assertEq(limits.idleFloor(lmp), 0.02e18);
        for (uint256 i; i < 3; ++i) {
            _expectCap(limits.cap(lmp, limits.issuerId(address(venues.lst[i]))));
        }
        for (uint256 i; i < 2; ++i) {
            _expectCap(limits.cap(lmp, limits.destinationId(address(protocol.destinations[0][i]))));
        }
        assertEq(limits.ids(lmp).length, 5);
    }

    /// Nobody has seen how deep a new destination is: the first snapshot opens it.
    function test_firstSnapshotOpensADestination() public {
        address lmp = address(protocol.lmps[0]);
        address curve = address(protocol.destinations[0][1]);
        (uint256 room, ILimits.Limit limit,) = protocol.limits.headroom(lmp, address(0), curve);
        assertEq(room, 0);
        assertEq(uint8(limit), uint8(ILimits.Limit.PoolShare));
        protocol.signals.snapshot(curve);
        (room, limit,) = protocol.limits.headroom(lmp, address(0), curve);
        assertEq(room, protocol.lmps[0].book().idle * 8 / 10);
        assertEq(uint8(limit), uint8(ILimits.Limit.Destination));
    }

    function _expectCap(Cap memory cap) private pure {
        assertEq(cap.share, 0.8e18);
        assertEq(cap.amount, 8000e18);
    }

    function test_H7_limitsOutOfRangeAreRefused() public {
        DeployConfig memory config = deployConfig();
        config.lmps[0].limits.maxPoolShare = 0;
        _expectRefused(config, _invalid("maxPoolShare", 0));
        config.lmps[0].limits.maxPoolShare = 1e18 + 1;
        _expectRefused(config, _invalid("maxPoolShare", 1e18 + 1));
        config.lmps[0].limits.maxPoolShare = 1e18;
        config.lmps[0].limits.idleFloor = 1e18;
        _expectRefused(config, _invalid("idleFloor", 1e18));
        config.lmps[0].limits.idleFloor = 0;
        config.lmps[0].destinations[1].cap.share = 0;
        _expectRefused(config, _invalid("share", 0));
        config.lmps[0].destinations[1].cap.share = 1e18 + 1;
        _expectRefused(config, _invalid("share", 1e18 + 1));
        config.lmps[0].destinations[1].cap = CapConfig(1e18, 0);
        _expectRefused(config, _invalid("amount", 0));
        config.lmps[0].destinations[1].cap.amount = 2 ** 96;
        _expectRefused(config, _invalid("amount", 2 ** 96));
        config.lmps[0].destinations[1].cap.amount = 2 ** 96 - 1;
        config.lmps[0].limits.issuers[2].cap = CapConfig(1e18, 0);
        _expectRefused(config, _invalid("amount", 0));
    }

    function test_H2_anIssuerIsNamedOnce() public {
        DeployConfig memory config = deployConfig();
        address token = address(venues.lst[0]);
        config.lmps[0].limits.issuers[2].token = token;
        _expectRefused(config, abi.encodeWithSelector(LimitsDeployer.DuplicateIssuer.selector, token));
    }

    /// A leg without a cap would close its pool for good, silently.
    function test_everyLegNeedsAnIssuerCap() public {
        DeployConfig memory config = deployConfig();
        config.lmps[0].limits.issuers = new IssuerConfig[](0);
        vm.expectRevert(abi.encodeWithSelector(LimitsDeployer.MissingIssuer.selector, address(venues.lst[0])));
        this.wire(config);
    }

    function wire(DeployConfig memory config) external {
        LimitsDeployer.wire(config.lmps[0], protocol, 0);
    }
}
