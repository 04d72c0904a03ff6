// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Deployer} from "../../../script/deploy/Deployer.sol";
import {Handover} from "../../../script/deploy/Handover.sol";
import {RoleTable} from "../../../script/deploy/RoleTable.sol";
import {Roles} from "../../../src/governance/Roles.sol";
import {DeployedBase} from "./DeployedBase.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {console} from "forge-std/console.sol";

/// @notice Walks every function of every deployed contract, as compiled, so that a new restricted function cannot be missed.
contract RolesTest is DeployedBase {
    struct Target {
        string name;
        address addr;
    }

    string private constant DOC = "docs/roles.md";
    /// @dev Targets that have lines of their own in it.
    uint256 private constant DOCUMENTED = 21;
    /// @dev Of OpenZeppelin's AccessManaged: answers to the AccessManager alone, which only its ADMIN can make call it.
    bytes4 private constant SET_AUTHORITY = bytes4(keccak256("setAuthority(address)"));

    uint256 private restricted;

    function targets() private view returns (Target[] memory list) {
        list = new Target[](23);
        list[0] = Target("LMP", address(protocol.lmps[0]));
        list[1] = Target("PriceRegistry", address(protocol.priceRegistry));
        list[2] = Target("CycleManager", address(protocol.cycleManager));
        list[3] = Target("Reserve", address(protocol.reserve));
        list[4] = Target("Reactor", address(protocol.reactors[0]));
        list[5] = Target("RebalanceGate", address(protocol.rebalanceGate));
        list[6] = Target("Signals", address(protocol.signals));
        list[7] = Target("BalancerStableDestination", address(protocol.destinations[0][0]));
        list[8] = Target("CurveStableDestination", address(protocol.destinations[0][1]));
        list[9] = Target("UniswapV2Venue", address(protocol.adapters[0]));
        list[10] = Target("LossLedger", address(protocol.lossLedger));
        list[11] = Target("LossOracle", address(protocol.lossOracle));
        list[12] = Target("LossPrices", address(protocol.lossPrices));
        list[13] = Target("BackingPool", address(protocol.pools[0]));
        list[14] = Target("FeeSplitter", address(protocol.performanceSplitters[0]));
        list[15] = Target("Recovery", address(protocol.recovery));
        list[16] = Target("LmpFactory", address(protocol.factory));
        list[17] = Target("LmpRouter", address(protocol.router));
        list[18] = Target("DutchAuction", address(protocol.auction));
        list[19] = Target("Limits", address(protocol.limits));
        list[20] = Target("LmpConfigurator", address(protocol.configurator));
        // Of the vault of another asset; the document shows a contract once.
        list[DOCUMENTED] = Target("PriceRegistry", address(protocol.priceRegistries[1]));
        list[DOCUMENTED + 1] = Target("LossLedger", address(protocol.lossLedgers[1]));
    }

    function signatures(string memory name) private view returns (string[] memory) {
        string memory artifact = vm.readFile(string.concat("contracts/out/", name, ".sol/", name, ".json"));
        return vm.parseJsonKeys(artifact, ".methodIdentifiers");
    }

    /// @dev The access check comes before the arguments are looked at, so zero words serve every signature.
    function refusesAsRestricted(address target, bytes4 selector, address caller) private returns (bool) {
        vm.prank(caller);
        (bool success, bytes memory answer) = target.call(bytes.concat(selector, new bytes(320)));
        return !success && answer.length == 36 && bytes4(answer) == IAccessManaged.AccessManagedUnauthorized.selector
            && abi.decode(sliceFrom4(answer), (address)) == caller;
    }

    function sliceFrom4(bytes memory data) private pure returns (bytes memory rest) {
        rest = new bytes(data.length - 4);
        for (uint256 i; i < rest.length; ++i) {
            rest[i] = data[i + 4];
        }
    }

    function test_DeployerCanCallNoRestrictedFunction() public {
        address stranger = makeAddr("stranger");
        Target[] memory list = targets();
        uint256 walked;
        for (uint256 i; i < list.length; ++i) {
            string[] memory functions = signatures(list[i].name);
            for (uint256 k; k < functions.length; ++k) {
                bytes4 selector = bytes4(keccak256(bytes(functions[k])));
                ++walked;
                if (!refusesAsRestricted(list[i].addr, selector, stranger)) continue;
                assertTrue(
                    refusesAsRestricted(list[i].addr, selector, deployer),
                    string.concat("deployer can call ", list[i].name, ".", functions[k])
                );
                if (selector == SET_AUTHORITY) continue;
                ++restricted;
                assertTrue(
                    inTable(list[i].addr, selector), string.concat(list[i].name, ".", functions[k], " has no role")
                );
            }
        }
        console.log("functions walked: %s, restricted: %s", walked, restricted);
        assertEq(restricted, tableSize(), "the role table names functions that are not restricted");
    }

    function inTable(address target, bytes4 selector) private view returns (bool) {
        address[] memory known = Handover.targets(protocol);
        for (uint256 i; i < known.length; ++i) {
            if (known[i] != target) continue;
            RoleTable.Entry[] memory entries = Handover.entries(protocol, target);
            for (uint256 k; k < entries.length; ++k) {
                if (entries[k].selector == selector) return true;
            }
        }
        return false;
    }

    function tableSize() private view returns (uint256 size) {
        address[] memory known = Handover.targets(protocol);
        for (uint256 i; i < known.length; ++i) {
            size += Handover.entries(protocol, known[i]).length;
        }
    }

    /// @dev Calls what each member may not call, and asks for the delay of what it may.
    function test_M2_eachRoleCallsItsOwnFunctionsOnly() public {
        address[6] memory members =
            [governor, curator, risk, guardian, address(protocol.lossOracle), address(protocol.recovery)];
        uint64[6] memory roles = [Roles.GOVERNOR, Roles.CURATOR, Roles.RISK, Roles.GUARDIAN, Roles.LOSS, Roles.LOSS];
        address[] memory known = Handover.targets(protocol);
        uint256 refused;
        for (uint256 i; i < known.length; ++i) {
            RoleTable.Entry[] memory entries = Handover.entries(protocol, known[i]);
            for (uint256 k; k < entries.length; ++k) {
                for (uint256 m; m < members.length; ++m) {
                    if (entries[k].role != roles[m]) {
                        assertTrue(refusesAsRestricted(known[i], entries[k].selector, members[m]), "not its function");
                        ++refused;
                    } else {
                        requireDelay(members[m], known[i], entries[k]);
                    }
                }
            }
        }
        console.log("calls refused to the holders of other roles: %s", refused);
    }

    /// @dev Only what lowers risk or stops flows for a while, and what the quorum over losses decided after its own window, is immediate.
    function requireDelay(address member, address target, RoleTable.Entry memory entry) private view {
        (bool immediate, uint32 delay) = protocol.accessManager.canCall(member, target, entry.selector);
        bool isImmediate = entry.role == Roles.RISK || entry.role == Roles.GUARDIAN || entry.role == Roles.LOSS;
        assertEq(immediate, isImmediate, "immediate");
        uint32 expected =
            entry.role == Roles.GOVERNOR ? GOVERNOR_DELAY : entry.role == Roles.CURATOR ? CURATOR_DELAY : 0;
        assertEq(delay, expected, "delay");
    }

    function test_DeployerHoldsNoRole() public view {
        for (uint64 role; role <= Roles.LOSS; ++role) {
            (bool isMember,) = protocol.accessManager.hasRole(role, deployer);
            assertFalse(isMember);
        }
    }

    function test_M2_guardianCancelsWhatWaits() public {
        AccessManager manager = protocol.accessManager;
        bytes memory data = abi.encodeCall(protocol.configurator.raiseCap, (protocol.lmps[0], 20_000e18));
        address lmp = address(protocol.configurator);
        vm.prank(curator);
        manager.schedule(lmp, data, 0);
        vm.prank(guardian);
        manager.cancel(curator, lmp, data);
        vm.warp(block.timestamp + CURATOR_DELAY);
        vm.prank(curator);
        vm.expectRevert();
        manager.execute(lmp, data);

        vm.prank(curator);
        manager.schedule(lmp, data, 0);
        vm.warp(block.timestamp + CURATOR_DELAY);
        vm.prank(curator);
        manager.execute(lmp, data);
        assertEq(protocol.lmps[0].cap(), 20_000e18);
    }

    /// @notice A second run of the deployment finds everything in place and changes nothing.
    function test_DeploymentIsResumable() public {
        address lmp = address(protocol.lmps[0]);
        vm.startPrank(deployer);
        vm.recordLogs();
        protocol = Deployer.deployAll(deployConfig(), deployer);
        assertEq(vm.getRecordedLogs().length, 0);
        assertEq(address(protocol.lmps[0]), lmp);
    }

    /// @notice docs/roles.md is what the deployment says. `UPDATE_DOCS=true forge test --match-test RolesDocument` rewrites it.
    function test_RolesDocumentIsTheDeployment() public {
        string memory doc = string.concat(
            "# Roles\n\nGenerated from a deployment with the reference delays (governor and curator 7 days, the least where an LMP is ",
            "backed; set per network in the deploy config); a test fails when it differs.\n\n| contract | function | role | delay |\n|---|---|---|---|\n"
        );
        Target[] memory list = targets();
        for (uint256 i; i < DOCUMENTED; ++i) {
            string[] memory functions = signatures(list[i].name);
            for (uint256 k; k < functions.length; ++k) {
                bytes4 selector = bytes4(keccak256(bytes(functions[k])));
                if (!inTable(list[i].addr, selector)) continue;
                doc = string.concat(doc, "| ", list[i].name, " | `", functions[k], "` | ");
                doc = string.concat(doc, roleAndDelay(list[i].addr, selector), " |\n");
            }
        }
        doc = string.concat(doc, unrestrictedPart());
        if (vm.envOr("UPDATE_DOCS", false)) vm.writeFile(DOC, doc);
        assertEq(vm.readFile(DOC), doc, "docs/roles.md is not what the deployment says");
    }

    function roleAndDelay(address target, bytes4 selector) private view returns (string memory) {
        uint64 role = protocol.accessManager.getTargetFunctionRole(target, selector);
        if (role == Roles.GOVERNOR) return string.concat("governor | ", delayOf(governor, target, selector));
        if (role == Roles.CURATOR) return string.concat("curator | ", delayOf(curator, target, selector));
        if (role == Roles.LOSS) {
            return string.concat("loss | ", delayOf(address(protocol.lossOracle), target, selector));
        }
        if (role == Roles.GUARDIAN) return string.concat("guardian | ", delayOf(guardian, target, selector));
        assertEq(role, Roles.RISK, "a role the document does not know");
        return string.concat("risk | ", delayOf(risk, target, selector));
    }

    function delayOf(address member, address target, bytes4 selector) private view returns (string memory) {
        (bool immediate, uint32 delay) = protocol.accessManager.canCall(member, target, selector);
        return immediate ? "none" : string.concat(vm.toString(delay / 1 hours), " h");
    }

    function unrestrictedPart() private pure returns (string memory) {
        return string.concat(
            "\nThe governor also holds the AccessManager's ADMIN role with its delay: it grants roles and maps functions. ",
            "The guardian also cancels what waits under the governor and curator roles; operations of ADMIN itself ",
            "(OpenZeppelin locks that role) are cancelled by the governor alone.\n\n",
            "The loss role belongs to the `LossOracle` and `Recovery` contracts and to nobody else: the quorum of reporters and the ",
            "48 h window before an execution stand in front of it.\n\n",
            "Every other function is open to anyone or to the owner of what it touches. The owner of a `SolverExecutor` is the ",
            "keeper that uses it; it holds nothing between calls. The deployer holds no role after the deployment.\n"
        );
    }
}
