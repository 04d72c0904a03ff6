// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Create2} from "../../../script/deploy/Create2.sol";
import {Deployer} from "../../../script/deploy/Deployer.sol";
import {DestinationDeployer} from "../../../script/deploy/DestinationDeployer.sol";
import {PricingDeployer} from "../../../script/deploy/PricingDeployer.sol";
import {BalancerStableDestination} from "../../../src/destinations/BalancerStableDestination.sol";
import {IBalancerVault} from "../../../src/destinations/interfaces/IBalancerV2.sol";
import {LmpParams} from "../../../src/lmp/ILMP.sol";
import {LMP} from "../../../src/lmp/LMP.sol";
import {PriceRegistry} from "../../../src/pricing/PriceRegistry.sol";
import {DeployedBase} from "./DeployedBase.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

/// @notice Somebody acts between two transactions of a deployment.
contract FrontRunTest is DeployedBase {
    address private immutable attacker = makeAddr("attacker");

    LMP private lmp;

    function setUp() public override {
        deployVenues();
        vm.deal(address(this), 2 ether);
        venues.weth.deposit{value: 2 ether}();
        venues.weth.transfer(attacker, 2 ether);
        vm.startPrank(deployer);
        protocol = Deployer.contracts(deployConfig(), deployer);
        PricingDeployer.setPrices(deployConfig(), protocol);
        vm.stopPrank();
        lmp = protocol.lmps[0];
    }

    /// @dev External, so that its revert can be expected.
    function deploy() external {
        vm.startPrank(deployer);
        protocol = Deployer.deployAll(deployConfig(), deployer);
        vm.stopPrank();
    }

    /// @dev The LMP is there, its destinations are not yet: the supply is the seed and nobody was before it.
    function test_B4_nobodyIsBeforeTheSeed() public {
        uint256 seed = protocol.factory.seedOf(address(venues.weth));
        assertEq(seed, 0.001e18);
        assertEq(lmp.totalSupply(), seed);
        assertEq(lmp.balanceOf(protocol.factory.DEAD()), seed);
        assertEq(lmp.book().idle, seed);
    }

    /// @dev What is sent to the LMP's address before or after its creation moves no price and stops no deployment.
    function test_B3_aGiftToTheComingLmpChangesNothing() public {
        LmpParams memory params = _params("Headrace LMP 2");
        address coming = protocol.factory.addressOf(params, Create2.SALT);
        vm.prank(attacker);
        venues.weth.transfer(coming, 1 ether);
        vm.deal(coming, 1 ether);
        vm.startPrank(deployer);
        venues.weth.deposit{value: 0.001 ether}();
        venues.weth.approve(address(protocol.factory), 0.001 ether);
        assertEq(protocol.factory.create(params, Create2.SALT), coming);
        vm.stopPrank();
        assertEq(LMP(coming).convertToAssets(1e18), 1e18);
        assertEq(LMP(coming).book().idle, 0.001e18);
    }

    function test_H2_onlyTheDeployerCreates() public {
        LmpParams memory params = _params("Headrace LMP 2");
        vm.startPrank(attacker);
        venues.weth.approve(address(protocol.factory), 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, attacker));
        protocol.factory.create(params, Create2.SALT);
        vm.stopPrank();
        this.deploy();
        assertEq(protocol.factory.lmpCount(), protocol.lmps.length);
    }

    /// @dev Profit given between creation and the rest of the deployment is the seed's; the deployment goes on.
    function test_B3_profitInBetweenDoesNotStopTheDeployment() public {
        vm.startPrank(attacker);
        venues.weth.approve(address(lmp), type(uint256).max);
        lmp.deposit(1, attacker);
        lmp.addProfit(1);
        vm.stopPrank();
        this.deploy();
        assertEq(address(protocol.lmps[0]), address(lmp));
        assertEq(lmp.destinations().length, 2);
    }

    function test_H_otherRewardsAreNotTakenOver() public {
        BalancerStableDestination clone = _foreignClone(new address[](0));
        vm.expectRevert(abi.encodeWithSelector(DestinationDeployer.InitializedByOther.selector, address(clone)));
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
                    DestinationDeployer.TOLERANCE,
                    protocol.auction,
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

    function _params(string memory name) private view returns (LmpParams memory) {
        return LmpParams({
            asset: address(venues.weth),
            name: name,
            symbol: "hWETH2",
            configurator: address(protocol.configurator),
            gate: address(protocol.rebalanceGate),
            lossLedger: address(protocol.lossLedger),
            feeBps: 0,
            feeRecipient: treasury,
            cap: 1000e18
        });
    }
}
