// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {RoleTable} from "../../../script/deploy/RoleTable.sol";
import {Roles} from "../../../src/governance/Roles.sol";
import {Leg, LmpParams} from "../../../src/lmp/ILMP.sol";
import {LMP} from "../../../src/lmp/LMP.sol";
import {LmpConfigurator} from "../../../src/lmp/LmpConfigurator.sol";
import {AssetMock} from "../../mocks/lmp/AssetMock.sol";
import {DestinationMock} from "../../mocks/lmp/DestinationMock.sol";
import {GateMock} from "../../mocks/lmp/GateMock.sol";
import {LossLedgerMock} from "../../mocks/lmp/LossLedgerMock.sol";
import {SolverMock} from "../../mocks/lmp/SolverMock.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Test} from "forge-std/Test.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice A vault with a seed, an open gate and a solver that delivers anything. `this` is the authority's admin, governor
/// and curator.
abstract contract LmpBase is Test {
    uint256 internal constant START = 1_700_000_000;

    AccessManager internal authority;
    AssetMock internal asset;
    GateMock internal gate;
    SolverMock internal solver;
    LossLedgerMock internal ledger;
    LmpConfigurator internal configurator;
    LMP internal lmp;
    /// @dev One whole asset, base units.
    uint256 internal one;
    uint256 internal seed;

    address internal immutable alice = makeAddr("alice");
    address internal immutable bob = makeAddr("bob");
    address internal immutable sink = makeAddr("fee recipient");
    address internal immutable risk = makeAddr("risk");
    address internal immutable guardian = makeAddr("guardian");

    function _setUp(uint8 decimals, uint256 feeBps) internal {
        vm.warp(START);
        one = 10 ** decimals;
        authority = new AccessManager(address(this));
        asset = new AssetMock(decimals);
        gate = new GateMock();
        solver = new SolverMock();
        ledger = new LossLedgerMock();
        configurator = new LmpConfigurator(address(authority));
        lmp = new LMP(_params(address(asset), feeBps, 1_000_000_000 * one));
        RoleTable.Entry[] memory entries = RoleTable.lmpConfigurator();
        for (uint256 i; i < entries.length; ++i) {
            bytes4[] memory selector = new bytes4[](1);
            selector[0] = entries[i].selector;
            authority.setTargetFunctionRole(address(configurator), selector, entries[i].role);
        }
        authority.grantRole(Roles.GOVERNOR, address(this), 0);
        authority.grantRole(Roles.CURATOR, address(this), 0);
        authority.grantRole(Roles.GUARDIAN, guardian, 0);
        authority.grantRole(Roles.RISK, risk, 0);
        lmp.report();
        seed = one / 1000;
        _deposit(makeAddr("seed"), seed);
    }

    function _params(address asset_, uint256 feeBps, uint256 cap) internal view returns (LmpParams memory) {
        return LmpParams({
            asset: asset_,
            name: "LMP",
            symbol: "lmp",
            configurator: address(configurator),
            gate: address(gate),
            lossLedger: address(ledger),
            feeBps: feeBps,
            feeRecipient: sink,
            cap: cap
        });
    }

    function _deposit(address who, uint256 assets) internal returns (uint256) {
        asset.mint(who, assets);
        vm.startPrank(who);
        asset.approve(address(lmp), assets);
        uint256 shares = lmp.deposit(assets, who);
        vm.stopPrank();
        return shares;
    }

    function _addProfit(uint256 assets) internal {
        asset.mint(address(this), assets);
        asset.approve(address(lmp), assets);
        lmp.addProfit(assets);
    }

    /// @dev A new destination whose unit of 1e18 is worth one asset.
    function _addDestination() internal returns (DestinationMock destination) {
        destination = new DestinationMock(address(lmp), one);
        configurator.addDestination(lmp, address(destination));
    }

    /// @dev Moves idle into a destination at its safe price, without loss.
    function _invest(DestinationMock destination, uint256 assets) internal {
        _rebalance(address(0), assets, address(destination), assets * 1e18 / destination.safePrice());
    }

    function _rebalance(address from, uint256 out, address to, uint256 amount) internal {
        solver.run(lmp, _leg(from, out), _leg(to, amount));
    }

    function _leg(address destination, uint256 units) internal pure returns (Leg[] memory legs) {
        legs = new Leg[](1);
        legs[0] = Leg(destination, units);
    }

    function _assertNone(Vm.Log[] memory logs, bytes32 topic) internal pure {
        for (uint256 i; i < logs.length; ++i) {
            assertNotEq(logs[i].topics[0], topic);
        }
    }
}
