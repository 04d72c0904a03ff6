// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {
    BackingConfig,
    CapConfig,
    CycleConfig,
    DeployConfig,
    DestinationConfig,
    Governance,
    IssuerConfig,
    LimitsConfig,
    LmpConfig,
    LossOracleConfig,
    PositionConfig,
    PriceConfig,
    ReactorConfig
} from "../../../script/deploy/DeployConfig.sol";
import {Deployer, Deployment} from "../../../script/deploy/Deployer.sol";
import {VenueConfig, VenueSet, Venues} from "../../venues/Venues.sol";
import {Test} from "forge-std/Test.sol";

/// @notice The whole protocol on the real venues, deployed and handed over by the code the deploy script uses.
abstract contract DeployedBase is Test {
    address internal constant CREATE2_FACTORY_ADDRESS = 0x4e59b44847b379578588920cA78FbF26c0B4956C;
    uint32 internal constant GOVERNOR_DELAY = 7 days;
    uint32 internal constant CURATOR_DELAY = 7 days;

    address internal immutable governor = makeAddr("governor");
    address internal immutable curator = makeAddr("curator");
    address internal immutable risk = makeAddr("risk");
    address internal immutable guardian = makeAddr("guardian");
    address internal immutable treasury = makeAddr("treasury");
    address internal immutable solver = makeAddr("solver");
    address internal immutable deployer = makeAddr("deployer");

    VenueSet internal venues;
    Deployment internal protocol;

    function setUp() public virtual {
        vm.warp(1_750_000_000);
        VenueConfig memory config = Venues.defaults(address(this));
        vm.deal(address(this), Venues.wethNeeded(config));
        venues = Venues.deploy(config);
        vm.deal(deployer, 1 ether);
        vm.startPrank(deployer);
        protocol = Deployer.deployAll(deployConfig(), deployer);
        vm.stopPrank();
    }

    function deployConfig() internal view returns (DeployConfig memory config) {
        config.governance = Governance(treasury, governor, curator, risk, guardian, GOVERNOR_DELAY, CURATOR_DELAY);
        config.cycle = CycleConfig(7 days, block.timestamp + 7 days);
        config.lossOracle = LossOracleConfig(new address[](3), 2);
        for (uint256 i; i < 3; ++i) {
            config.lossOracle.reporters[i] = vm.addr(i + 1);
        }
        config.weth = address(venues.weth);
        config.solver = solver;
        config.prices = priceConfigs();
        config.lmps = lmpConfigs();
        config.reactors = new ReactorConfig[](2);
        config.reactors[0] = ReactorConfig("Headrace ABC", "tABC", address(venues.abc), false, 0.5e18);
        config.reactors[1] = ReactorConfig("Headrace WETH", "tWETH", address(venues.weth), true, 0.5e18);
        config.positions = new PositionConfig[](1);
        config.positions[0] = PositionConfig("uniswap-v2", address(venues.pair), 0, 1, 3e18);
    }

    function priceConfigs() private view returns (PriceConfig[] memory prices) {
        prices = new PriceConfig[](5);
        for (uint256 i; i < 3; ++i) {
            address lst = address(venues.lst[i]);
            prices[i] = PriceConfig(lst, "LST", address(venues.lstFeed[i]), 26 hours, lst);
        }
        prices[3] = PriceConfig(address(venues.abc), "ABC", address(venues.abcFeed), 26 hours, address(0));
        prices[4] = PriceConfig(address(venues.rewardToken), "RWD", address(venues.rewardFeed), 26 hours, address(0));
    }

    function lmpConfigs() private view returns (LmpConfig[] memory lmps) {
        DestinationConfig[] memory list = new DestinationConfig[](2);
        list[0].venue = "balancer-v2-stable";
        list[0].name = "Balancer WETH/LST0";
        list[0].pool = address(venues.stablePool);
        list[0].balancerVault = address(venues.balancer.vault);
        list[0].gauge = address(venues.gauge);
        list[0].rewards = new address[](1);
        list[0].rewards[0] = address(venues.rewardToken);
        list[1].venue = "curve-stableswap";
        list[1].name = "Curve WETH/LST0/LST1/LST2";
        list[1].pool = address(venues.curve.pool);
        list[1].lpToken = address(venues.curve.lpToken);
        (list[0].cap, list[1].cap) = (CapConfig(0.8e18, 8000e18), CapConfig(0.8e18, 8000e18));
        lmps = new LmpConfig[](1);
        lmps[0] = LmpConfig(
            "Headrace WETH",
            "hWETH",
            address(venues.weth),
            10_000e18,
            2000,
            treasury,
            BackingConfig("slashing", 7000, 20),
            limitsConfig(),
            list
        );
    }

    function limitsConfig() private view returns (LimitsConfig memory) {
        IssuerConfig[] memory issuers = new IssuerConfig[](3);
        for (uint256 i; i < 3; ++i) {
            issuers[i] = IssuerConfig(address(venues.lst[i]), CapConfig(0.8e18, 8000e18));
        }
        return LimitsConfig(0.5e18, 0.02e18, issuers);
    }
}
