// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Roles} from "../../src/governance/Roles.sol";
import {Governance} from "./DeployConfig.sol";
import {Deployment} from "./Deployer.sol";
import {PricingDeployer} from "./PricingDeployer.sol";
import {RoleTable} from "./RoleTable.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

/// @notice Maps every restricted function to its role, grants the roles with their delays and leaves the deployer with
/// nothing.
library Handover {
    function run(Deployment memory d, Governance memory g, address deployer) internal {
        AccessManager manager = d.accessManager;
        address[] memory all = targets(d);
        for (uint256 i; i < all.length; ++i) {
            _map(manager, all[i], entries(d, all[i]));
        }
        manager.labelRole(Roles.GOVERNOR, "GOVERNOR");
        manager.labelRole(Roles.CURATOR, "CURATOR");
        manager.labelRole(Roles.RISK, "RISK");
        manager.labelRole(Roles.GUARDIAN, "GUARDIAN");
        manager.labelRole(Roles.LOSS, "LOSS");
        manager.setRoleGuardian(Roles.GOVERNOR, Roles.GUARDIAN);
        manager.setRoleGuardian(Roles.CURATOR, Roles.GUARDIAN);
        manager.grantRole(Roles.GOVERNOR, g.governor, g.governorDelay);
        manager.grantRole(Roles.CURATOR, g.curator, g.curatorDelay);
        manager.grantRole(Roles.RISK, g.risk, 0);
        manager.grantRole(Roles.GUARDIAN, g.guardian, 0);
        manager.grantRole(Roles.LOSS, address(d.lossOracle), 0);
        manager.grantRole(Roles.LOSS, address(d.recovery), 0);
        manager.grantRole(Roles.ADMIN, g.governor, g.governorDelay);
        manager.renounceRole(Roles.ADMIN, deployer);
    }

    /// @notice Every contract with restricted functions.
    function targets(Deployment memory d) internal pure returns (address[] memory list) {
        uint256 count = d.pools.length;
        uint256 own;
        for (uint256 i; i < count; ++i) {
            if (address(d.pools[i]) != address(0)) ++own;
            if (!PricingDeployer.isListedBefore(d, i)) own += 2;
        }
        list = new address[](own + 10);
        uint256 next;
        for (uint256 i; i < count; ++i) {
            if (address(d.pools[i]) != address(0)) list[next++] = address(d.pools[i]);
            if (PricingDeployer.isListedBefore(d, i)) continue;
            list[next++] = address(d.priceRegistries[i]);
            list[next++] = address(d.lossLedgers[i]);
        }
        list[next++] = address(d.configurator);
        list[next++] = address(d.priceRegistry);
        list[next++] = address(d.cycleManager);
        list[next++] = address(d.reserve);
        list[next++] = address(d.lossLedger);
        list[next++] = address(d.lossOracle);
        list[next++] = address(d.recovery);
        list[next++] = address(d.limits);
        list[next++] = address(d.factory);
        list[next] = address(d.auction);
    }

    function entries(Deployment memory d, address target) internal pure returns (RoleTable.Entry[] memory) {
        if (target == address(d.configurator)) return RoleTable.lmpConfigurator();
        if (target == address(d.priceRegistry)) return RoleTable.priceRegistry();
        if (target == address(d.cycleManager)) return RoleTable.cycleManager();
        if (target == address(d.reserve)) return RoleTable.reserve();
        if (target == address(d.lossLedger)) return RoleTable.lossLedger();
        if (target == address(d.lossOracle)) return RoleTable.lossOracle();
        if (target == address(d.recovery)) return RoleTable.recovery();
        if (target == address(d.limits)) return RoleTable.limits();
        if (target == address(d.factory)) return RoleTable.factory();
        if (target == address(d.auction)) return RoleTable.dutchAuction();
        for (uint256 i; i < d.priceRegistries.length; ++i) {
            if (target == address(d.priceRegistries[i])) return RoleTable.priceRegistry();
            if (target == address(d.lossLedgers[i])) return RoleTable.lossLedger();
        }
        return RoleTable.backingPool();
    }

    function _map(AccessManager manager, address target, RoleTable.Entry[] memory list) private {
        for (uint256 i; i < list.length; ++i) {
            bytes4[] memory selector = new bytes4[](1);
            selector[0] = list[i].selector;
            manager.setTargetFunctionRole(target, selector, list[i].role);
        }
    }
}
