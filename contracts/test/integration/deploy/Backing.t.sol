// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {BackingDeployer} from "../../../script/deploy/BackingDeployer.sol";
import {BackingConfig, DeployConfig} from "../../../script/deploy/DeployConfig.sol";
import {Deployer} from "../../../script/deploy/Deployer.sol";
import {BackingPool} from "../../../src/backing/BackingPool.sol";
import {FeeSplitter} from "../../../src/backing/FeeSplitter.sol";
import {IBackingPool} from "../../../src/backing/IBackingPool.sol";
import {LMP} from "../../../src/lmp/LMP.sol";
import {DeployedBase} from "./DeployedBase.sol";

/// @notice Who backs an LMP after a deployment, and what a deployment refuses.
contract BackingTest is DeployedBase {
    /// @dev Each test deploys by itself.
    function setUp() public override {
        deployVenues();
    }

    /// @dev External, so that its revert can be expected.
    function deploy(DeployConfig memory config) external {
        vm.startPrank(deployer);
        protocol = Deployer.deployAll(config, deployer);
        vm.stopPrank();
    }

    function requireWired() private view {
        LMP lmp = protocol.lmps[0];
        BackingPool pool = protocol.pools[0];
        assertEq(lmp.lossLedger(), address(protocol.lossLedger));
        assertEq(protocol.lossOracle.backingOf(address(lmp)), address(pool));
        assertEq(pool.lmp(), address(lmp));
        assertEq(pool.toke(), address(protocol.toke));
        assertEq(uint256(pool.mode()), uint256(IBackingPool.Mode.Slashing));
        assertEq(lmp.feeRecipient(), address(protocol.performanceSplitters[0]));
        assertEq(lmp.feeBps(), 2000);
        assertEq(lmp.managementFeeRecipient(), address(protocol.managementSplitters[0]));
        assertEq(lmp.managementFeeBps(), 20);
        requireSplitter(protocol.performanceSplitters[0], 7000);
        requireSplitter(protocol.managementSplitters[0], 10_000);
    }

    function requireSplitter(FeeSplitter splitter, uint256 backersBps) private view {
        assertEq(splitter.lmp(), address(protocol.lmps[0]));
        assertEq(splitter.pool(), address(protocol.pools[0]));
        assertEq(splitter.protocolRecipient(), treasury);
        assertEq(splitter.backersBps(), backersBps);
    }

    function test_FeesReachTheSplittersAndLossesThePool() public {
        this.deploy(deployConfig());
        requireWired();
        assertEq(protocol.lossOracle.quorum(), 2);
        assertEq(protocol.lossOracle.reporters().length, 3);
    }

    function test_AGovernorWhoCouldSurpriseBackersIsRefused() public {
        DeployConfig memory config = deployConfig();
        config.governance.governorDelay = 7 days - 1;
        vm.expectRevert(abi.encodeWithSelector(BackingDeployer.BackedDelayTooShort.selector, 7 days - 1, 7 days));
        this.deploy(config);
    }

    function test_ACuratorWhoCouldSurpriseBackersIsRefused() public {
        DeployConfig memory config = deployConfig();
        config.governance.curatorDelay = 1 days;
        vm.expectRevert(abi.encodeWithSelector(BackingDeployer.BackedDelayTooShort.selector, 1 days, 7 days));
        this.deploy(config);
    }

    function test_WithoutBackingDelaysMayBeShorterAndFeesGoToTheRecipient() public {
        DeployConfig memory config = deployConfig();
        config.governance.governorDelay = 2 days;
        config.governance.curatorDelay = 1 days;
        config.lmps[0].backing = BackingConfig("", 0, 0);
        this.deploy(config);
        LMP lmp = protocol.lmps[0];
        assertEq(address(protocol.pools[0]), address(0));
        assertEq(protocol.lossOracle.backingOf(address(lmp)), address(0));
        assertEq(lmp.feeRecipient(), treasury);
        assertEq(lmp.managementFeeBps(), 0);
    }

    /// @dev Reporters and recovery know the ledger of WETH alone.
    function test_BackingOfAnotherAssetIsRefused() public {
        DeployConfig memory config = deployConfig();
        config.lmps[1].backing = BackingConfig("slashing", 7000, 20);
        vm.expectRevert(abi.encodeWithSelector(BackingDeployer.BackingNeedsWeth.selector, address(usd.usdc)));
        this.deploy(config);
    }

    function test_AnUnknownModeIsRefused() public {
        DeployConfig memory config = deployConfig();
        config.lmps[0].backing.mode = "sometimes";
        vm.expectRevert(abi.encodeWithSelector(BackingDeployer.UnknownBackingMode.selector, "sometimes"));
        this.deploy(config);
    }

    /// @notice Interrupted within the wiring, a second run does what is left; a report by a stranger in between changes nothing.
    function test_WiringGoesOnWhereItStopped() public {
        DeployConfig memory config = deployConfig();
        vm.startPrank(deployer);
        protocol = Deployer.contracts(config, deployer);
        protocol.configurator.setFee(protocol.lmps[0], 2000, address(protocol.performanceSplitters[0]));
        vm.stopPrank();
        protocol.lmps[0].report();
        this.deploy(config);
        requireWired();
    }
}
