// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Cap} from "../../src/autopilot/ILimits.sol";
import {Limits} from "../../src/autopilot/Limits.sol";
import {IDestination} from "../../src/destinations/IDestination.sol";
import {CapConfig, LimitsConfig, LmpConfig} from "./DeployConfig.sol";
import {Deployment} from "./Deployer.sol";

/// @notice What the LMPs may enter from their first day on.
library LimitsDeployer {
    uint256 private constant WAD = 1e18;

    /// @dev A share is above 0 and at most 1e18 (the idle floor: below 1e18), an amount above 0 and below 2^96.
    error InvalidLimit(string what, uint256 value);
    error DuplicateIssuer(address token);
    /// @dev `lmps[].limits.issuers` must have every leg of the LMP's destinations but its own asset, or they cannot be entered.
    error MissingIssuer(address token);

    /// @notice Reverts with the value that could not be meant.
    function requireSane(LmpConfig memory config) internal pure {
        LimitsConfig memory limits = config.limits;
        _require(limits.maxPoolShare != 0 && limits.maxPoolShare <= WAD, "maxPoolShare", limits.maxPoolShare);
        _require(limits.idleFloor < WAD, "idleFloor", limits.idleFloor);
        for (uint256 i; i < config.destinations.length; ++i) {
            _requireCap(config.destinations[i].cap);
        }
        for (uint256 i; i < limits.issuers.length; ++i) {
            _requireCap(limits.issuers[i].cap);
            for (uint256 k; k < i; ++k) {
                address token = limits.issuers[i].token;
                require(limits.issuers[k].token != token, DuplicateIssuer(token));
            }
        }
    }

    /// @notice Sets what is not set yet.
    function wire(LmpConfig memory config, Deployment memory d, uint256 lmpId) internal {
        address lmp = address(d.lmps[lmpId]);
        LimitsConfig memory limits = config.limits;
        for (uint256 i; i < limits.issuers.length; ++i) {
            _setCap(d.limits, lmp, d.limits.issuerId(limits.issuers[i].token), limits.issuers[i].cap);
        }
        for (uint256 i; i < config.destinations.length; ++i) {
            address destination = address(d.destinations[lmpId][i]);
            _requireIssuers(config, destination);
            _setCap(d.limits, lmp, d.limits.destinationId(destination), config.destinations[i].cap);
        }
        if (d.limits.maxPoolShare(lmp) != limits.maxPoolShare) d.limits.raiseMaxPoolShare(lmp, limits.maxPoolShare);
        if (d.limits.idleFloor(lmp) != limits.idleFloor) d.limits.raiseIdleFloor(lmp, limits.idleFloor);
    }

    function _setCap(Limits limits, address lmp, bytes32 id, CapConfig memory config) private {
        // Within range: see requireSane.
        // forge-lint: disable-next-line(unsafe-typecast)
        Cap memory cap = Cap(uint64(config.share), uint96(config.amount));
        Cap memory found = limits.cap(lmp, id);
        if (found.share != cap.share || found.amount != cap.amount) limits.raiseCap(lmp, id, cap);
    }

    function _requireIssuers(LmpConfig memory config, address destination) private view {
        address[] memory legs = IDestination(destination).legs();
        for (uint256 i; i < legs.length; ++i) {
            bool found = legs[i] == config.asset;
            for (uint256 k; k < config.limits.issuers.length; ++k) {
                if (config.limits.issuers[k].token == legs[i]) found = true;
            }
            require(found, MissingIssuer(legs[i]));
        }
    }

    function _requireCap(CapConfig memory cap) private pure {
        _require(cap.share != 0 && cap.share <= WAD, "share", cap.share);
        _require(cap.amount != 0 && cap.amount <= type(uint96).max, "amount", cap.amount);
    }

    function _require(bool sane, string memory what, uint256 value) private pure {
        require(sane, InvalidLimit(what, value));
    }
}
