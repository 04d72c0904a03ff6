// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Roles} from "../src/governance/Roles.sol";
import {DeployConfig, DeployConfigReader} from "./deploy/DeployConfig.sol";
import {Deployer, Deployment} from "./deploy/Deployer.sol";
import {DeploymentFile} from "./deploy/DeploymentFile.sol";
import {Handover} from "./deploy/Handover.sol";
import {RoleTable} from "./deploy/RoleTable.sol";
import {Script} from "forge-std/Script.sol";
import {stdJson} from "forge-std/StdJson.sol";
import {console} from "forge-std/console.sol";

/// @notice Deploys the protocol from a JSON config and writes `deployments/<chainId>.json`.
///
///     CONFIG=contracts/script/config/<network>.json \
///       forge script contracts/script/Deploy.s.sol --rpc-url $RPC_URL --broadcast --slow \
///       --gas-estimate-multiplier 300 --account deployer
///
/// The multiplier covers the gas that probes of feeds and pools hold in reserve, which a simulation does not see as used.
/// Start it again when it was interrupted: what is there is kept. At the end it lists what the deployer's key can still do.
contract Deploy is Script {
    using stdJson for string;

    error DeployerKeepsPower(address target, bytes4 selector);
    error DeployerKeepsRole(uint64 role);
    error FileOfOtherDeployment(string file);

    function run() external {
        DeployConfig memory config = DeployConfigReader.read(vm.envString("CONFIG"));
        address deployer = msg.sender;
        string memory file = string.concat("deployments/", vm.toString(block.chainid), ".json");
        uint256 startBlock = firstBlock(file, Deployer.accessManagerOf(deployer));

        vm.startBroadcast();
        Deployment memory d = Deployer.deployAll(config, deployer);
        vm.stopBroadcast();

        verifyPowerless(d, deployer);
        vm.writeFile(file, DeploymentFile.render(config, d, startBlock));
        console.log("written: %s", file);
    }

    /// @dev Forge runs this script before it sends anything, so an interrupted run has left its file: the deployment began where
    /// that says. A file of another chain's deployment names contracts that are not here.
    function firstBlock(string memory file, address accessManager) private view returns (uint256) {
        if (accessManager.code.length == 0) return block.number;
        string memory json = vm.readFile(file);
        require(json.readAddress(".contracts.accessManager") == accessManager, FileOfOtherDeployment(file));
        return json.readUint(".startBlock");
    }

    /// @notice Reverts when the deployer holds a role or may call a restricted function, now or after a delay.
    function verifyPowerless(Deployment memory d, address deployer) public view {
        for (uint64 role; role <= Roles.LOSS; ++role) {
            (bool isMember,) = d.accessManager.hasRole(role, deployer);
            require(!isMember, DeployerKeepsRole(role));
        }
        address[] memory targets = Handover.targets(d);
        uint256 checked;
        for (uint256 i; i < targets.length; ++i) {
            RoleTable.Entry[] memory list = Handover.entries(d, targets[i]);
            for (uint256 k; k < list.length; ++k) {
                (bool immediate, uint32 delay) = d.accessManager.canCall(deployer, targets[i], list[k].selector);
                require(!immediate && delay == 0, DeployerKeepsPower(targets[i], list[k].selector));
                ++checked;
            }
        }
        console.log("restricted functions checked: %s; the deployer's key can still call: none of them", checked);
    }
}
