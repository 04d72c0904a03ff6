// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Create2} from "../../../script/deploy/Create2.sol";
import {Deployer} from "../../../script/deploy/Deployer.sol";
import {BalancerStableDestination} from "../../../src/destinations/BalancerStableDestination.sol";
import {IBalancerVault} from "../../../src/destinations/interfaces/IBalancerV2.sol";
import {LMP} from "../../../src/lmp/LMP.sol";
import {PriceRegistry} from "../../../src/pricing/PriceRegistry.sol";
import {VenueConfig, Venues} from "../../venues/Venues.sol";
import {DeployedBase} from "./DeployedBase.sol";

/// @notice Somebody acts between two transactions of a deployment.
contract FrontRunTest is DeployedBase {
    address private immutable attacker = makeAddr("attacker");

    LMP private lmp;

    function setUp() public override {
        vm.warp(1_750_000_000);
        VenueConfig memory config = Venues.defaults(address(this));
        vm.deal(address(this), Venues.wethNeeded(config) + 2 ether);
        venues = Venues.deploy(config);
        venues.weth.deposit{value: 2 ether}();
        venues.weth.transfer(attacker, 2 ether);
        vm.deal(deployer, 1 ether);
        vm.startPrank(deployer);
        protocol = Deployer.contracts(deployConfig(), deployer);
        Deployer.setPrices(deployConfig(), protocol.priceRegistry);
        vm.stopPrank();
        lmp = protocol.lmps[0];
    }

    /// @dev External, so that its revert can be expected.
    function deploy() external {
        vm.startPrank(deployer);
        protocol = Deployer.deployAll(deployConfig(), deployer);
        vm.stopPrank();
    }

    function _depositFirst(uint256 assets) private {
        vm.startPrank(attacker);
        venues.weth.approve(address(lmp), type(uint256).max);
        lmp.report();
        lmp.deposit(assets, attacker);
        vm.stopPrank();
    }

    function test_B_theSeedIsBurnedWhoeverDepositsFirst() public {
        _depositFirst(1);
        this.deploy();
        assertEq(lmp.balanceOf(Deployer.DEAD), lmpSeed());
    }

    function test_B_aSeedAtAnotherPriceStopsTheDeployment() public {
        _depositFirst(1);
        vm.prank(attacker);
        lmp.addProfit(1);
        vm.expectRevert(abi.encodeWithSelector(Deployer.SeedTooSmall.selector, address(lmp)));
        this.deploy();
    }

    function test_H_otherRewardsAreNotTakenOver() public {
        BalancerStableDestination clone = _foreignClone(new address[](0));
        vm.expectRevert(abi.encodeWithSelector(Deployer.InitializedByOther.selector, address(clone)));
        this.deploy();
    }

    function test_H_theSameRewardsAre() public {
        address[] memory rewards = new address[](1);
        rewards[0] = address(venues.rewardToken);
        BalancerStableDestination clone = _foreignClone(rewards);
        this.deploy();
        assertEq(address(protocol.destinations[0][0]), address(clone));
    }

    /// @dev The deployment's own first clone, initialised by somebody else.
    function _foreignClone(address[] memory rewards) private returns (BalancerStableDestination clone) {
        (address implementation,) = Create2.deploy(
            bytes.concat(
                type(BalancerStableDestination).creationCode,
                abi.encode(
                    PriceRegistry(protocol.priceRegistry),
                    Deployer.TOLERANCE,
                    IBalancerVault(address(venues.balancer.vault))
                )
            )
        );
        (address deployed,) = Create2.deploy(
            abi.encodePacked(
                hex"3d602d80600a3d3981f3363d3d373d3d3d363d73",
                implementation,
                hex"5af43d82803e903d91602b57fd5bf3",
                address(lmp),
                uint256(0)
            )
        );
        clone = BalancerStableDestination(deployed);
        vm.prank(attacker);
        clone.initialize(address(lmp), address(venues.stablePool), address(venues.gauge), rewards);
    }

    function lmpSeed() private view returns (uint256) {
        return deployConfig().lmps[0].seed;
    }
}
