// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {TokenFixture} from "../fixtures/TokenFixture.sol";
import {BalancerGauges} from "./BalancerGauges.sol";
import {BalancerV2, StablePoolParams} from "./BalancerV2.sol";
import {Chainlink} from "./Chainlink.sol";
import {CurveGauges, CurveGaugesCore} from "./CurveGauges.sol";
import {CurveV1, CurveV1Pool} from "./CurveV1.sol";
import {VenueConfig, VenueSet} from "./Venues.sol";
import {LiquidityGaugeLike} from "./interfaces/BalancerGaugesLike.sol";
import {ComposableStablePoolLike} from "./interfaces/BalancerV2Like.sol";
import {AggregatorProxyLike} from "./interfaces/ChainlinkLike.sol";
import {CurveLiquidityGaugeLike} from "./interfaces/CurveGaugesLike.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

struct UsdVenueSet {
    /// @dev 6 decimals.
    TokenFixture usdc;
    TokenFixture usdt;
    /// @dev 18 decimals.
    TokenFixture dai;
    TokenFixture susd;
    /// @dev USDC and USDT.
    ComposableStablePoolLike stablePool;
    /// @dev Of `stablePool`, pays `VenueSet.rewardToken`.
    LiquidityGaugeLike gauge;
    /// @dev DAI, USDC, USDT, sUSD: the pool the published bytecode was made for.
    CurveV1Pool curve;
    CurveGaugesCore gauges;
    /// @dev Of `curve`; its votes count from next Thursday, and CRV's inflation starts a day after deployment.
    CurveLiquidityGaugeLike curveGauge;
    /// @dev Quote in USD with 8 decimals.
    AggregatorProxyLike usdcFeed;
    AggregatorProxyLike usdtFeed;
    AggregatorProxyLike daiFeed;
    AggregatorProxyLike susdFeed;
    AggregatorProxyLike rewardFeed;
    AggregatorProxyLike crvFeed;
    /// @dev USDC in ETH, 18 decimals.
    AggregatorProxyLike usdcEthFeed;
}

/// @title The venues of dollar stablecoins for tests and devnet
/// @notice Real bytecode of Balancer V2 with a gauge, of Curve's pool of 18, 6, 6 and 18 decimals, and of Chainlink; the stablecoins
/// themselves are fixtures. Everything starts at a dollar.
library UsdVenues {
    /// @notice Whole coins of each side of the Balancer pool, and of each coin of the Curve pool.
    uint256 internal constant BALANCER_LIQUIDITY = 2_000_000;
    uint256 internal constant CURVE_LIQUIDITY = 1_000_000;
    uint256 internal constant AMPLIFICATION = 200;
    /// @dev WAD.
    uint256 internal constant BALANCER_FEE = 0.0001e18;
    /// @dev Of 1e10.
    uint256 internal constant CURVE_FEE = 0.0004e10;
    /// @notice Part of all votes that is for the gauge of the Curve pool, WAD, and USD per CRV, 8 decimals.
    uint256 internal constant VOTES = 0.001e18;
    uint256 internal constant CRV_USD = 0.15e8;
    /// @notice USD per ETH at the start, whole.
    uint256 internal constant ETH_USD = 3000;
    string private constant NAME = "USDC/USDT stable";

    /// @param base what it stands on; its reward token is still the caller's
    function deploy(VenueConfig memory config, VenueSet memory base) internal returns (UsdVenueSet memory set) {
        address caller = config.caller;
        set.usdc = new TokenFixture("USD Coin", "USDC", 6, caller);
        set.usdt = new TokenFixture("Tether USD", "USDT", 6, caller);
        set.dai = new TokenFixture("Dai Stablecoin", "DAI", 18, caller);
        set.susd = new TokenFixture("Synth sUSD", "sUSD", 18, caller);
        // One more for the seed of a vault.
        set.usdc.mint(caller, (BALANCER_LIQUIDITY + CURVE_LIQUIDITY + 1) * 1e6);
        set.usdt.mint(caller, (BALANCER_LIQUIDITY + CURVE_LIQUIDITY) * 1e6);
        set.dai.mint(caller, CURVE_LIQUIDITY * 1e18);
        set.susd.mint(caller, CURVE_LIQUIDITY * 1e18);
        _balancer(config, base, set);
        _curve(set);
        _curveGauge(set);
        _feeds(config, set);
        if (config.issuer != caller) {
            TokenFixture[4] memory coins = [set.usdc, set.usdt, set.dai, set.susd];
            for (uint256 i; i < 4; ++i) {
                coins[i].transferOwnership(config.issuer);
            }
        }
    }

    function _balancer(VenueConfig memory config, VenueSet memory base, UsdVenueSet memory set) private {
        address[] memory tokens = new address[](2);
        (tokens[0], tokens[1]) = (address(set.usdc), address(set.usdt));
        set.stablePool = BalancerV2.createStablePool(
            base.balancer,
            StablePoolParams(NAME, NAME, tokens, new address[](2), AMPLIFICATION, BALANCER_FEE, 0),
            config.caller
        );
        // In their order, whatever the pool's is; both sides are equal.
        uint256[] memory amounts = new uint256[](2);
        (amounts[0], amounts[1]) = (BALANCER_LIQUIDITY * 1e6, BALANCER_LIQUIDITY * 1e6);
        BalancerV2.initialize(base.balancer, set.stablePool, tokens, amounts, config.caller);
        set.gauge = BalancerGauges.createGauge(base.gauges, address(set.stablePool));
        BalancerGauges.addReward(base.gauges, set.gauge, address(base.rewardToken), config.distributor);
    }

    function _curve(UsdVenueSet memory set) private {
        set.curve = CurveV1.deployPool(
            "CurveStableSwap",
            [IERC20(set.dai), IERC20(set.usdc), IERC20(set.usdt), IERC20(set.susd)],
            AMPLIFICATION,
            CURVE_FEE
        );
        CurveV1.addLiquidity(
            set.curve, [CURVE_LIQUIDITY * 1e18, CURVE_LIQUIDITY * 1e6, CURVE_LIQUIDITY * 1e6, CURVE_LIQUIDITY * 1e18]
        );
    }

    function _curveGauge(UsdVenueSet memory set) private {
        set.gauges = CurveGauges.deploy();
        set.curveGauge = CurveGauges.createGauge(set.gauges, address(set.curve.lpToken), VOTES);
        // Where the other votes go.
        CurveGauges.createGauge(set.gauges, address(set.curve.lpToken), 1e18 - VOTES);
    }

    function _feeds(VenueConfig memory config, UsdVenueSet memory set) private {
        address link = address(new TokenFixture("LINK stand-in", "LINK", 18, config.caller));
        set.usdcFeed = _feed(config, link, 8, "USDC / USD", 1e8);
        set.usdtFeed = _feed(config, link, 8, "USDT / USD", 1e8);
        set.daiFeed = _feed(config, link, 8, "DAI / USD", 1e8);
        set.susdFeed = _feed(config, link, 8, "sUSD / USD", 1e8);
        uint256 reward = config.rewardPrice * ETH_USD / 1e10;
        set.rewardFeed = _feed(config, link, 8, "RWD / USD", reward);
        set.crvFeed = _feed(config, link, 8, "CRV / USD", CRV_USD);
        set.usdcEthFeed = _feed(config, link, 18, "USDC / ETH", 1e18 / ETH_USD);
    }

    function _feed(VenueConfig memory config, address link, uint8 decimals, string memory name, uint256 answer)
        private
        returns (AggregatorProxyLike)
    {
        // Constants above, far below 2^255.
        // forge-lint: disable-next-line(unsafe-typecast)
        return Chainlink.deployFeed(link, config.caller, config.oracle, decimals, name, int256(answer));
    }
}
