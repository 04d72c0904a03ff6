// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IDutchAuction} from "../../src/auction/IDutchAuction.sol";
import {ILimits} from "../../src/autopilot/ILimits.sol";
import {IBackingPool} from "../../src/backing/IBackingPool.sol";
import {IRecovery} from "../../src/backing/IRecovery.sol";
import {ILmpFactory} from "../../src/factory/ILmpFactory.sol";
import {Roles} from "../../src/governance/Roles.sol";
import {ILmpConfigurator} from "../../src/lmp/ILmpConfigurator.sol";
import {ILossLedger} from "../../src/loss/ILossLedger.sol";
import {ILossOracle} from "../../src/loss/ILossOracle.sol";
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

    function lmpConfigurator() internal pure returns (Entry[] memory list) {
        list = new Entry[](13);
        list[0] = Entry(ILmpConfigurator.setGate.selector, Roles.GOVERNOR);
        list[1] = Entry(ILmpConfigurator.setLossLedger.selector, Roles.GOVERNOR);
        list[2] = Entry(ILmpConfigurator.setClosingSlippage.selector, Roles.GOVERNOR);
        list[3] = Entry(ILmpConfigurator.addDestination.selector, Roles.CURATOR);
        list[4] = Entry(ILmpConfigurator.removeDestination.selector, Roles.CURATOR);
        list[5] = Entry(ILmpConfigurator.reopenDestination.selector, Roles.CURATOR);
        list[6] = Entry(ILmpConfigurator.setFee.selector, Roles.CURATOR);
        list[7] = Entry(ILmpConfigurator.setManagementFee.selector, Roles.CURATOR);
        list[8] = Entry(ILmpConfigurator.raiseCap.selector, Roles.CURATOR);
        list[9] = Entry(ILmpConfigurator.lowerCap.selector, Roles.RISK);
        list[10] = Entry(ILmpConfigurator.closeDestination.selector, Roles.GUARDIAN);
        list[11] = Entry(ILmpConfigurator.pause.selector, Roles.GUARDIAN);
        list[12] = Entry(ILmpConfigurator.unpause.selector, Roles.GUARDIAN);
    }

    function limits() internal pure returns (Entry[] memory list) {
        list = new Entry[](6);
        list[0] = Entry(ILimits.raiseCap.selector, Roles.CURATOR);
        list[1] = Entry(ILimits.lowerCap.selector, Roles.RISK);
        list[2] = Entry(ILimits.raiseMaxPoolShare.selector, Roles.CURATOR);
        list[3] = Entry(ILimits.lowerMaxPoolShare.selector, Roles.RISK);
        // The higher floor is the safer one.
        list[4] = Entry(ILimits.lowerIdleFloor.selector, Roles.CURATOR);
        list[5] = Entry(ILimits.raiseIdleFloor.selector, Roles.RISK);
    }

    /// @dev What adds or readmits raises risk; `retire` only lowers it.
    function factory() internal pure returns (Entry[] memory list) {
        list = new Entry[](3);
        list[0] = Entry(ILmpFactory.create.selector, Roles.GOVERNOR);
        list[1] = Entry(ILmpFactory.reinstate.selector, Roles.CURATOR);
        list[2] = Entry(ILmpFactory.retire.selector, Roles.RISK);
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

    function dutchAuction() internal pure returns (Entry[] memory list) {
        list = new Entry[](2);
        list[0] = Entry(IDutchAuction.list.selector, Roles.CURATOR);
        list[1] = Entry(IDutchAuction.delist.selector, Roles.RISK);
    }

    function lossLedger() internal pure returns (Entry[] memory list) {
        list = new Entry[](3);
        list[0] = Entry(ILossLedger.execute.selector, Roles.LOSS);
        list[1] = Entry(ILossLedger.reject.selector, Roles.LOSS);
        list[2] = Entry(ILossLedger.reduceCover.selector, Roles.LOSS);
    }

    function lossOracle() internal pure returns (Entry[] memory list) {
        list = new Entry[](2);
        list[0] = Entry(ILossOracle.setReporters.selector, Roles.GOVERNOR);
        list[1] = Entry(ILossOracle.setBacking.selector, Roles.GOVERNOR);
    }

    function recovery() internal pure returns (Entry[] memory list) {
        list = new Entry[](1);
        list[0] = Entry(IRecovery.open.selector, Roles.LOSS);
    }

    function backingPool() internal pure returns (Entry[] memory list) {
        list = new Entry[](1);
        list[0] = Entry(IBackingPool.slash.selector, Roles.LOSS);
    }
}
