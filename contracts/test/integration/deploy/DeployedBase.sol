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
import {UsdVenueSet, UsdVenues} from "../../venues/UsdVenues.sol";
import {VenueConfig, VenueSet, Venues} from "../../venues/Venues.sol";
import {AggregatorProxyLike} from "../../venues/interfaces/ChainlinkLike.sol";
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
    UsdVenueSet internal usd;
    Deployment internal protocol;

    function setUp() public virtual {
        deployVenues();
        vm.startPrank(deployer);
        protocol = Deployer.deployAll(deployConfig(), deployer);
        vm.stopPrank();
    }

    function deployVenues() internal {
        vm.warp(1_750_000_000);
        VenueConfig memory config = Venues.defaults(address(this));
        vm.deal(address(this), Venues.wethNeeded(config));
        venues = Venues.deploy(config);
        usd = UsdVenues.deploy(config, venues);
        vm.deal(deployer, 1 ether);
        // The seed of the vault.
        require(usd.usdc.transfer(deployer, 0.001e6));
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
        prices = new PriceConfig[](11);
        address weth = address(venues.weth);
        for (uint256 i; i < 3; ++i) {
            address lst = address(venues.lst[i]);
            prices[i] = PriceConfig(lst, "LST", address(venues.lstFeed[i]), 26 hours, lst, weth, address(0));
        }
        prices[3] = ethPrice(address(venues.abc), "ABC", venues.abcFeed);
        prices[4] = ethPrice(address(venues.rewardToken), "RWD", venues.rewardFeed);
        prices[5] = ethPrice(address(usd.usdc), "USDC", usd.usdcEthFeed);
        prices[6] = usdPrice(address(usd.usdt), "USDT", usd.usdtFeed);
        prices[7] = usdPrice(address(usd.dai), "DAI", usd.daiFeed);
        prices[8] = usdPrice(address(usd.susd), "sUSD", usd.susdFeed);
        prices[10] = usdPrice(address(usd.gauges.crv), "CRV", usd.crvFeed);
        prices[9] = usdPrice(address(venues.rewardToken), "RWD", usd.rewardFeed);
    }

    function ethPrice(address token, string memory symbol, AggregatorProxyLike feed)
        private
        view
        returns (PriceConfig memory)
    {
        return PriceConfig(token, symbol, address(feed), 26 hours, address(0), address(venues.weth), address(0));
    }

    /// @dev In USDC, from feeds in USD.
    function usdPrice(address token, string memory symbol, AggregatorProxyLike feed)
        private
        view
        returns (PriceConfig memory)
    {
        (address usdc, address usdcFeed) = (address(usd.usdc), address(usd.usdcFeed));
        return PriceConfig(token, symbol, address(feed), 26 hours, address(0), usdc, usdcFeed);
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
        lmps = new LmpConfig[](2);
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
        lmps[1] = usdcLmpConfig();
    }

    function usdcLmpConfig() private view returns (LmpConfig memory lmp) {
        CapConfig memory cap = CapConfig(1e18, 10_000_000e6);
        DestinationConfig[] memory list = new DestinationConfig[](2);
        list[0].venue = "balancer-v2-stable";
        list[0].name = "Balancer USDC/USDT";
        list[0].pool = address(usd.stablePool);
        list[0].balancerVault = address(venues.balancer.vault);
        list[0].gauge = address(usd.gauge);
        list[0].rewards = new address[](1);
        list[0].rewards[0] = address(venues.rewardToken);
        list[1].venue = "curve-stableswap";
        list[1].name = "Curve DAI/USDC/USDT/sUSD";
        list[1].pool = address(usd.curve.pool);
        list[1].lpToken = address(usd.curve.lpToken);
        list[1].gauge = address(usd.curveGauge);
        list[1].rewards = new address[](1);
        list[1].rewards[0] = address(usd.gauges.crv);
        (list[0].cap, list[1].cap) = (cap, cap);
        IssuerConfig[] memory issuers = new IssuerConfig[](3);
        issuers[0] = IssuerConfig(address(usd.usdt), cap);
        issuers[1] = IssuerConfig(address(usd.dai), cap);
        issuers[2] = IssuerConfig(address(usd.susd), cap);
        BackingConfig memory nobody;
        lmp = LmpConfig(
            "Headrace USDC",
            "hUSDC",
            address(usd.usdc),
            10_000_000e6,
            2000,
            treasury,
            nobody,
            LimitsConfig(0.5e18, 0, issuers),
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
