// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {LstFixture} from "../fixtures/LstFixture.sol";
import {TokenFixture} from "../fixtures/TokenFixture.sol";
import {Artifacts} from "./Artifacts.sol";
import {BalancerGauges, BalancerGaugesCore} from "./BalancerGauges.sol";
import {BalancerV2, BalancerV2Core, StablePoolParams} from "./BalancerV2.sol";
import {Chainlink} from "./Chainlink.sol";
import {CurveV1, CurveV1Pool} from "./CurveV1.sol";
import {UniswapV2, UniswapV2Core} from "./UniswapV2.sol";
import {LiquidityGaugeLike} from "./interfaces/BalancerGaugesLike.sol";
import {ComposableStablePoolLike} from "./interfaces/BalancerV2Like.sol";
import {AggregatorProxyLike} from "./interfaces/ChainlinkLike.sol";
import {UniswapV2PairLike} from "./interfaces/UniswapV2Like.sol";
import {WETH9Like} from "./interfaces/WETH9Like.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

struct VenueConfig {
    /// @dev Makes every call: a test contract (`address(this)`) or a script's broadcaster. Needs ETH for `wethNeeded`.
    /// Stays admin of Balancer's authorizer, owner of the feeds, of the pools and of their first LP tokens.
    address caller;
    /// @dev Owns the tokens afterwards: mints, and sets the LSTs' rates.
    address issuer;
    /// @dev Answers the feeds.
    address oracle;
    /// @dev Funds the gauge's reward periods.
    address distributor;
    /// @dev Of each side of the Balancer pool WETH/LST 0.
    uint256 stableLiquidity;
    uint256 stableAmplification;
    /// @dev WAD.
    uint256 stableSwapFee;
    /// @dev Seconds.
    uint256 rateCacheDuration;
    /// @dev Of each of the four coins WETH, LST 0, 1, 2 of the Curve pool.
    uint256 curveLiquidity;
    uint256 curveAmplification;
    /// @dev Of 1e10.
    uint256 curveFee;
    /// @dev WETH of the ABC/WETH pair; the ABC side follows from the price.
    uint256 pairLiquidity;
    /// @dev WETH per ABC, WAD.
    uint256 abcPrice;
    /// @dev WETH per reward token, WAD.
    uint256 rewardPrice;
    /// @dev Reward tokens of the gauge's first 7 days.
    uint256 firstRewards;
}

struct VenueSet {
    WETH9Like weth;
    LstFixture[3] lst;
    TokenFixture abc;
    TokenFixture rewardToken;
    BalancerV2Core balancer;
    BalancerGaugesCore gauges;
    /// @dev WETH and LST 0.
    ComposableStablePoolLike stablePool;
    LiquidityGaugeLike gauge;
    /// @dev WETH, LST 0, 1, 2.
    CurveV1Pool curve;
    UniswapV2Core uniswap;
    /// @dev ABC and WETH.
    UniswapV2PairLike pair;
    /// @dev All feeds quote in ETH with 18 decimals.
    AggregatorProxyLike[3] lstFeed;
    AggregatorProxyLike abcFeed;
    AggregatorProxyLike rewardFeed;
}

/// @title The venues of tests and devnet
/// @notice The one place that deploys them: real bytecode of WETH9, Balancer V2 with its gauges, Curve v1 (patched to 18
/// decimals), Uniswap V2 and Chainlink, and fixtures for the tokens of third parties. Every LST starts at a rate and a
/// price of 1.
library Venues {
    string private constant STABLE_POOL_NAME = "WETH/LST0 stable";

    function defaults(address caller) internal pure returns (VenueConfig memory) {
        return VenueConfig({
            caller: caller,
            issuer: caller,
            oracle: caller,
            distributor: caller,
            stableLiquidity: 2000e18,
            stableAmplification: 200,
            stableSwapFee: 0.0004e18,
            rateCacheDuration: 1 hours,
            curveLiquidity: 2000e18,
            curveAmplification: 200,
            curveFee: 0.0004e10,
            pairLiquidity: 1000e18,
            abcPrice: 0.005e18,
            rewardPrice: 0.002e18,
            firstRewards: 1000e18
        });
    }

    /// @notice ETH the caller needs for the liquidity, gas apart.
    function wethNeeded(VenueConfig memory config) internal pure returns (uint256) {
        return config.stableLiquidity + config.curveLiquidity + config.pairLiquidity;
    }

    function deploy(VenueConfig memory config) internal returns (VenueSet memory set) {
        deployTokens(config, set);
        deployBalancer(config, set);
        deployCurve(config, set);
        deployUniswap(config, set);
        deployFeeds(config, set);
        handOver(config, set);
    }

    function deployTokens(VenueConfig memory config, VenueSet memory set) private {
        set.weth = WETH9Like(Artifacts.create("WETH9"));
        set.weth.deposit{value: wethNeeded(config)}();
        set.lst[0] = new LstFixture("Liquid staked ETH 0", "LST0", config.caller);
        set.lst[1] = new LstFixture("Liquid staked ETH 1", "LST1", config.caller);
        set.lst[2] = new LstFixture("Liquid staked ETH 2", "LST2", config.caller);
        set.abc = new TokenFixture("Project token", "ABC", 18, config.caller);
        set.rewardToken = new TokenFixture("Gauge reward", "RWD", 18, config.caller);
    }

    function deployBalancer(VenueConfig memory config, VenueSet memory set) private {
        set.balancer = BalancerV2.deploy(address(set.weth), config.caller);
        address[] memory tokens = new address[](2);
        address[] memory providers = new address[](2);
        (tokens[0], tokens[1], providers[1]) = (address(set.weth), address(set.lst[0]), address(set.lst[0]));
        set.stablePool = BalancerV2.createStablePool(
            set.balancer,
            StablePoolParams({
                name: STABLE_POOL_NAME,
                symbol: STABLE_POOL_NAME,
                tokens: tokens,
                rateProviders: providers,
                amplification: config.stableAmplification,
                swapFee: config.stableSwapFee,
                rateCacheDuration: config.rateCacheDuration
            }),
            config.caller
        );
        set.lst[0].mint(config.caller, config.stableLiquidity);
        uint256[] memory amounts = new uint256[](2);
        (amounts[0], amounts[1]) = (config.stableLiquidity, config.stableLiquidity);
        BalancerV2.initialize(set.balancer, set.stablePool, tokens, amounts, config.caller);

        set.gauges = BalancerGauges.deploy(set.balancer, address(set.weth), config.caller);
        set.gauge = BalancerGauges.createGauge(set.gauges, address(set.stablePool));
        BalancerGauges.addReward(set.gauges, set.gauge, address(set.rewardToken), config.caller);
        set.rewardToken.mint(config.caller, config.firstRewards);
        BalancerGauges.fundReward(set.gauge, set.rewardToken, config.firstRewards);
    }

    function deployCurve(VenueConfig memory config, VenueSet memory set) private {
        IERC20[4] memory coins = [IERC20(set.weth), set.lst[0], set.lst[1], set.lst[2]];
        set.curve = CurveV1.deploy(coins, config.curveAmplification, config.curveFee);
        for (uint256 i; i < 3; ++i) {
            set.lst[i].mint(config.caller, config.curveLiquidity);
        }
        uint256 amount = config.curveLiquidity;
        CurveV1.addLiquidity(set.curve, [amount, amount, amount, amount]);
    }

    function deployUniswap(VenueConfig memory config, VenueSet memory set) private {
        set.uniswap = UniswapV2.deploy(address(set.weth), config.caller);
        uint256 abcAmount = config.pairLiquidity * 1e18 / config.abcPrice;
        set.abc.mint(config.caller, abcAmount);
        set.pair = UniswapV2.createPair(set.uniswap, set.abc, abcAmount, set.weth, config.pairLiquidity, config.caller);
    }

    function deployFeeds(VenueConfig memory config, VenueSet memory set) private {
        address link = address(new TokenFixture("LINK stand-in", "LINK", 18, config.caller));
        string[3] memory names = ["LST0 / ETH", "LST1 / ETH", "LST2 / ETH"];
        for (uint256 i; i < 3; ++i) {
            set.lstFeed[i] = feed(config, link, names[i], 1e18);
        }
        set.abcFeed = feed(config, link, "ABC / ETH", config.abcPrice);
        set.rewardFeed = feed(config, link, "RWD / ETH", config.rewardPrice);
    }

    function feed(VenueConfig memory config, address link, string memory description, uint256 price)
        private
        returns (AggregatorProxyLike)
    {
        return Chainlink.deployFeed(link, config.caller, config.oracle, 18, description, SafeCast.toInt256(price));
    }

    /// @dev The caller set everything up; from here the actors own what is theirs.
    function handOver(VenueConfig memory config, VenueSet memory set) private {
        if (config.issuer != config.caller) {
            for (uint256 i; i < 3; ++i) {
                set.lst[i].transferOwnership(config.issuer);
            }
            set.abc.transferOwnership(config.issuer);
            set.rewardToken.transferOwnership(config.issuer);
        }
        if (config.distributor != config.caller) {
            set.gauge.set_reward_distributor(address(set.rewardToken), config.distributor);
        }
    }
}
