// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Roles} from "../../src/governance/Roles.sol";
import {ILMP} from "../../src/lmp/ILMP.sol";
import {IPriceRegistry} from "../../src/pricing/IPriceRegistry.sol";
import {ICycleManager} from "../../src/reactors/ICycleManager.sol";
import {IReserve} from "../../src/reserve/IReserve.sol";

/// @notice Which role may call which restricted function. The one home of that mapping: the deployment applies it, a test
/// proves that it names every restricted function, docs/roles.md is generated from what was deployed.
library RoleTable {
    struct Entry {
        bytes4 selector;
        uint64 role;
    }

    function lmp() internal pure returns (Entry[] memory list) {
        list = new Entry[](5);
        list[0] = Entry(ILMP.setGate.selector, Roles.GOVERNOR);
        list[1] = Entry(ILMP.addDestination.selector, Roles.CURATOR);
        list[2] = Entry(ILMP.setFee.selector, Roles.CURATOR);
        list[3] = Entry(ILMP.raiseCap.selector, Roles.CURATOR);
        list[4] = Entry(ILMP.lowerCap.selector, Roles.RISK);
    }

    function priceRegistry() internal pure returns (Entry[] memory list) {
        list = new Entry[](1);
        list[0] = Entry(IPriceRegistry.setSource.selector, Roles.GOVERNOR);
    }

    function cycleManager() internal pure returns (Entry[] memory list) {
        list = new Entry[](6);
        list[0] = Entry(ICycleManager.addReactor.selector, Roles.GOVERNOR);
        list[1] = Entry(ICycleManager.addPosition.selector, Roles.CURATOR);
        list[2] = Entry(ICycleManager.raiseMultiple.selector, Roles.CURATOR);
        list[3] = Entry(ICycleManager.raiseMaxLpShare.selector, Roles.CURATOR);
        list[4] = Entry(ICycleManager.lowerMultiple.selector, Roles.RISK);
        list[5] = Entry(ICycleManager.lowerMaxLpShare.selector, Roles.RISK);
    }

    function reserve() internal pure returns (Entry[] memory list) {
        list = new Entry[](1);
        list[0] = Entry(IReserve.withdraw.selector, Roles.GOVERNOR);
    }
}
