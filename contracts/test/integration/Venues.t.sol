// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {LstFixture} from "../fixtures/LstFixture.sol";
import {BalancerV2} from "../venues/BalancerV2.sol";
import {Chainlink} from "../venues/Chainlink.sol";
import {CurveV1} from "../venues/CurveV1.sol";
import {VenueConfig, VenueSet, Venues} from "../venues/Venues.sol";
import {LiquidityGaugeLike} from "../venues/interfaces/BalancerGaugesLike.sol";
import {BalancerPoolLike, BalancerVaultLike, WeightedPoolLike} from "../venues/interfaces/BalancerV2Like.sol";
import {AggregatorProxyLike, FluxAggregatorLike} from "../venues/interfaces/ChainlinkLike.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Test} from "forge-std/Test.sol";

/// @notice The venues do what the protocol will rely on. Real calls, and figures computed apart from the venue.
contract VenuesTest is Test {
    uint256 private constant JOIN_EXACT_TOKENS_IN = 1;
    uint256 private constant EXIT_ONE_TOKEN = 0;
    uint256 private constant EXIT_PROPORTIONAL = 2;

    VenueSet private set;
    address private issuer = makeAddr("issuer");
    address private oracle = makeAddr("oracle");
    address private distributor = makeAddr("distributor");
    address private lp = makeAddr("lp");
    IERC20 private weth;
    IERC20 private lst;

    function setUp() public {
        VenueConfig memory config = Venues.defaults(address(this));
        (config.issuer, config.oracle, config.distributor) = (issuer, oracle, distributor);
        vm.deal(address(this), Venues.wethNeeded(config));
        set = Venues.deploy(config);
        (weth, lst) = (set.weth, set.lst[0]);

        vm.deal(lp, 1000e18);
        vm.prank(lp);
        set.weth.deposit{value: 1000e18}();
        vm.startPrank(issuer);
        for (uint256 i; i < 3; ++i) {
            set.lst[i].mint(lp, 1000e18);
        }
        set.abc.mint(lp, 200_000e18);
        vm.stopPrank();
        vm.startPrank(lp);
        weth.approve(address(set.balancer.vault), type(uint256).max);
        lst.approve(address(set.balancer.vault), type(uint256).max);
        vm.stopPrank();
    }

    /* BALANCER V2 */

    function test_stablePool_isSetUpAsConfigured() public view {
        (uint256 amplification, bool updating, uint256 precision) = set.stablePool.getAmplificationParameter();
        assertEq(amplification, 200 * precision);
        assertFalse(updating);
        assertEq(set.stablePool.getSwapFeePercentage(), 0.0004e18);
        assertEq(set.stablePool.getActualSupply(), 4000e18);
        assertEq(set.stablePool.getRate(), 1e18);
        assertEq(set.stablePool.getTokenRate(address(lst)), 1e18);
    }

    function test_stablePool_swapsNearParAndPricesTheRate() public {
        uint256 atPar = balancerSwap(set.stablePool, lst, weth, 1e18);
        assertApproxEqAbs(atPar, 0.9996e18, 0.00001e18, "1 LST minus 4 bp");

        vm.prank(issuer);
        set.lst[0].setRate(1.1e18);
        assertApproxEqAbs(balancerSwap(set.stablePool, lst, weth, 1e18), atPar, 0.00001e18, "rate still cached");
        set.stablePool.updateTokenRateCache(address(lst));
        // The pool now counts 2,000 LST as 2,200 ETH: a balance of 48:52 moves the price by some basis points.
        assertApproxEqRel(balancerSwap(set.stablePool, lst, weth, 1e18), 1.1e18, 0.003e18, "worth its rate");
    }

    function test_stablePool_asksTheProviderAgainWhenTheCacheExpires() public {
        vm.prank(issuer);
        set.lst[0].setRate(1.02e18);
        skip(1 hours + 1);
        balancerSwap(set.stablePool, lst, weth, 1e18);
        (uint256 rate,, uint256 duration, uint256 expires) = set.stablePool.getTokenRateCache(address(lst));
        assertEq(rate, 1.02e18);
        assertEq(duration, 1 hours);
        assertEq(expires, block.timestamp + 1 hours);
    }

    function test_stablePool_joinThenExitProportionallyAndInOneToken() public {
        uint256 bpt = joinStable(100e18, 50e18);
        assertApproxEqRel(bpt, 150e18, 0.0005e18, "worth its legs, minus the fee on the unbalanced part");

        (uint256 wethBefore, uint256 lstBefore) = (weth.balanceOf(lp), lst.balanceOf(lp));
        exitStable(abi.encode(EXIT_PROPORTIONAL, bpt / 2));
        uint256 wethOut = weth.balanceOf(lp) - wethBefore;
        uint256 lstOut = lst.balanceOf(lp) - lstBefore;
        assertApproxEqAbs(wethOut * 2050, lstOut * 2100, 1e22, "in the ratio of the pool");
        assertApproxEqRel(wethOut + lstOut, bpt / 2, 0.0001e18);

        uint256 rest = set.stablePool.balanceOf(lp);
        wethBefore = weth.balanceOf(lp);
        exitStable(abi.encode(EXIT_ONE_TOKEN, rest, tokenIndex(address(weth))));
        assertEq(set.stablePool.balanceOf(lp), 0);
        assertEq(lst.balanceOf(lp), lstBefore + lstOut, "no LST out");
        assertApproxEqRel(weth.balanceOf(lp) - wethBefore, rest, 0.0008e18, "par minus fee and slippage");
    }

    function test_stablePool_exitBelowTheMinimumReverts() public {
        uint256 bpt = joinStable(10e18, 10e18);
        (address[] memory assets,,) = set.balancer.vault.getPoolTokens(set.stablePool.getPoolId());
        uint256[] memory minima = new uint256[](assets.length);
        for (uint256 i; i < assets.length; ++i) {
            minima[i] = assets[i] == address(set.stablePool) ? 0 : 10.1e18;
        }
        bytes32 poolId = set.stablePool.getPoolId();
        vm.prank(lp);
        vm.expectRevert(bytes("BAL#505")); // EXIT_BELOW_MIN
        set.balancer.vault
            .exitPool(
                poolId,
                lp,
                payable(lp),
                BalancerVaultLike.ExitPoolRequest(assets, minima, abi.encode(EXIT_PROPORTIONAL, bpt), false)
            );
    }

    function test_gauge_paysTheFundedRateToStakers() public {
        LiquidityGaugeLike.Reward memory reward = set.gauge.reward_data(address(set.rewardToken));
        assertEq(reward.rate, uint256(1000e18) / 7 days);
        assertEq(reward.period_finish, block.timestamp + 7 days);
        assertEq(reward.distributor, distributor);
        assertEq(set.gauge.lp_token(), address(set.stablePool));

        uint256 bpt = joinStable(10e18, 10e18);
        vm.startPrank(lp);
        set.stablePool.approve(address(set.gauge), bpt);
        set.gauge.deposit(bpt);
        assertEq(set.gauge.balanceOf(lp), bpt);
        skip(1 days);
        assertApproxEqAbs(set.gauge.claimable_reward(lp, address(set.rewardToken)), reward.rate * 1 days, 1e3);
        skip(30 days);
        set.gauge.claim_rewards();
        assertApproxEqAbs(set.rewardToken.balanceOf(lp), reward.rate * 7 days, 1e3, "nothing after the period");
        set.gauge.withdraw(bpt);
        vm.stopPrank();
        assertEq(set.stablePool.balanceOf(lp), bpt);
    }

    function test_gauge_onlyTheDistributorFunds() public {
        vm.prank(issuer);
        set.rewardToken.mint(distributor, 70e18);
        vm.prank(distributor);
        set.rewardToken.approve(address(set.gauge), 70e18);

        vm.expectRevert(bytes("")); // the Vyper gauge gives no reason
        set.gauge.deposit_reward_token(address(set.rewardToken), 70e18);

        skip(1 days);
        vm.prank(distributor);
        set.gauge.deposit_reward_token(address(set.rewardToken), 70e18);
        LiquidityGaugeLike.Reward memory reward = set.gauge.reward_data(address(set.rewardToken));
        assertApproxEqRel(
            reward.rate * 7 days, 1000e18 * uint256(6) / 7 + 70e18, 1e12, "rest of the week is spread again"
        );
        assertEq(reward.period_finish, block.timestamp + 7 days);
    }

    function test_gauge_onlyTheAuthorizedAccountListsRewards() public {
        bytes memory call = abi.encodeCall(set.gauge.add_reward, (address(set.abc), lp));
        vm.prank(lp);
        vm.expectRevert(bytes("BAL#401")); // SENDER_NOT_ALLOWED
        set.gauges.adaptor.performAction(address(set.gauge), call);
        set.gauges.adaptor.performAction(address(set.gauge), call);
        assertEq(set.gauge.reward_count(), 2);
        assertEq(set.gauge.reward_data(address(set.abc)).distributor, lp);
    }

    /// @dev The alternative venue of a reactor: 50:50 at the smallest fee the pool accepts.
    function test_weightedPool_swapsOnTheProductAtTheMinimumFee() public {
        WeightedPoolLike pool = BalancerV2.createWeightedPool(
            set.balancer, "ABC/WETH", address(set.abc), 0.5e18, address(weth), 1e12, address(this)
        );
        address[] memory tokens = new address[](2);
        uint256[] memory amounts = new uint256[](2);
        (tokens[0], tokens[1]) = (address(set.abc), address(weth));
        (amounts[0], amounts[1]) = (100_000e18, 500e18);
        vm.startPrank(lp);
        BalancerV2.initialize(set.balancer, pool, tokens, amounts, lp);
        set.abc.approve(address(set.balancer.vault), type(uint256).max);
        vm.stopPrank();
        assertEq(pool.getSwapFeePercentage(), 1e12);

        uint256 out = balancerSwap(pool, set.abc, weth, 1000e18);
        uint256 amountIn = 1000e18 * (1e18 - uint256(1e12)) / 1e18;
        assertApproxEqRel(out, 500e18 * amountIn / (100_000e18 + amountIn), 1e10, "y * dx / (x + dx)");
    }

    /* CURVE V1 */

    function test_curve_allCoinsHave18Decimals() public view {
        for (int128 i; i < 4; ++i) {
            assertEq(set.curve.pool.balances(i), 2000e18);
        }
        assertEq(set.curve.lpToken.totalSupply(), 8000e18, "every coin counts the same");
        assertEq(set.curve.pool.get_virtual_price(), 1e18);
        for (int128 i = 1; i < 4; ++i) {
            assertApproxEqAbs(set.curve.pool.get_dy(0, i, 1e18), 0.9996e18, 0.00001e18, "par minus 4 bp");
        }
    }

    function test_curve_exchangePaysTheQuote() public {
        vm.startPrank(lp);
        set.lst[1].approve(address(set.curve.pool), 100e18);
        uint256 quote = set.curve.pool.get_dy(2, 0, 100e18);
        uint256 before = weth.balanceOf(lp);
        vm.expectRevert(bytes("Exchange resulted in fewer coins than expected"));
        set.curve.pool.exchange(2, 0, 100e18, quote + 1);
        set.curve.pool.exchange(2, 0, 100e18, quote);
        vm.stopPrank();
        assertEq(weth.balanceOf(lp) - before, quote);
        assertGt(set.curve.pool.get_virtual_price(), 1e18, "the fee stays with the LPs");
    }

    function test_curve_addThenRemoveProportionallyAndInOneCoin() public {
        vm.startPrank(lp);
        weth.approve(address(set.curve.pool), 100e18);
        set.curve.pool.add_liquidity([uint256(100e18), 0, 0, 0], 99.9e18);
        uint256 minted = set.curve.lpToken.balanceOf(lp);
        assertApproxEqRel(minted, 100e18, 0.0005e18);

        set.curve.lpToken.approve(address(set.curve.pool), minted);
        uint256[4] memory before = coinBalances(lp);
        set.curve.pool.remove_liquidity(minted / 2, [uint256(0), 0, 0, 0]);
        uint256[4] memory got = coinBalances(lp);
        uint256 sum;
        for (uint256 i; i < 4; ++i) {
            assertGt(got[i], before[i]);
            sum += got[i] - before[i];
        }
        assertApproxEqRel(sum, minted / 2, 0.0001e18);

        set.curve.pool.remove_liquidity_imbalance([uint256(40e18), 0, 0, 0], 40.1e18);
        vm.stopPrank();
        uint256[4] memory last = coinBalances(lp);
        assertEq(last[0] - got[0], 40e18);
        assertEq(last[1] + last[2] + last[3], got[1] + got[2] + got[3], "no other coin out");
    }

    /* UNISWAP V2 */

    function test_uniswap_swapsOnTheProduct() public {
        address[] memory path = new address[](2);
        (path[0], path[1]) = (address(set.abc), address(weth));
        uint256 before = weth.balanceOf(lp);
        vm.startPrank(lp);
        set.abc.approve(address(set.uniswap.router), 2000e18);
        set.uniswap.router.swapExactTokensForTokens(2000e18, 0, path, lp, block.timestamp);
        vm.stopPrank();
        uint256 amountIn = 2000e18 * uint256(997) / 1000;
        assertApproxEqAbs(weth.balanceOf(lp) - before, 1000e18 * amountIn / (200_000e18 + amountIn), 1);
    }

    function test_uniswap_mintThenBurnReturnsBothSides() public {
        (uint256 abcBefore, uint256 wethBefore) = (set.abc.balanceOf(lp), weth.balanceOf(lp));
        vm.startPrank(lp);
        assertTrue(set.abc.transfer(address(set.pair), 20_000e18));
        assertTrue(weth.transfer(address(set.pair), 100e18));
        uint256 liquidity = set.pair.mint(lp);
        assertEq(liquidity, set.pair.totalSupply() / 11);
        set.pair.transfer(address(set.pair), liquidity);
        set.pair.burn(lp);
        vm.stopPrank();
        assertApproxEqAbs(set.abc.balanceOf(lp), abcBefore, 1e3);
        assertApproxEqAbs(weth.balanceOf(lp), wethBefore, 1e3);
    }

    /* CHAINLINK */

    function test_feed_answersWithTheTimeOfTheSubmission() public {
        AggregatorProxyLike feed = set.lstFeed[0];
        uint256 deployedAt = block.timestamp;
        (uint80 firstRound, int256 answer,, uint256 updatedAt,) = feed.latestRoundData();
        assertEq(answer, 1e18);
        assertEq(updatedAt, deployedAt);
        assertEq(feed.decimals(), 18);
        assertEq(feed.description(), "LST0 / ETH");

        skip(2 hours);
        vm.startPrank(oracle);
        Chainlink.submit(feed, 0.94e18);
        vm.stopPrank();
        skip(25 hours);
        uint80 round;
        uint80 answeredIn;
        (round, answer,, updatedAt, answeredIn) = feed.latestRoundData();
        assertEq(round, firstRound + 1);
        assertEq(answeredIn, round);
        assertEq(answer, 0.94e18);
        assertEq(updatedAt, deployedAt + 2 hours, "silence keeps the old time");
        (, answer,, updatedAt,) = feed.getRoundData(firstRound);
        assertEq(answer, 1e18);
        assertEq(updatedAt, deployedAt);
    }

    function test_feed_onlyTheOracleSubmits() public {
        FluxAggregatorLike aggregator = FluxAggregatorLike(set.abcFeed.aggregator());
        uint256 next = aggregator.latestRound() + 1;
        vm.expectRevert(bytes("no longer allowed oracle"));
        aggregator.submit(next, 1e18);
        vm.prank(lp);
        vm.expectRevert(bytes("not enabled oracle"));
        aggregator.submit(next, 1e18);
        assertEq(aggregator.getOracles().length, 1);
        assertEq(aggregator.getOracles()[0], oracle);
    }

    /* FIXTURES */

    function test_fixtures_belongToTheIssuer() public {
        assertEq(set.lst[2].owner(), issuer);
        assertEq(set.abc.owner(), issuer);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, address(this)));
        set.lst[2].setRate(2e18);
        vm.startPrank(issuer);
        vm.expectRevert(LstFixture.ZeroRate.selector);
        set.lst[2].setRate(0);
        vm.expectEmit(address(set.lst[2]));
        emit LstFixture.RateSet(1e18, 0.9e18);
        set.lst[2].setRate(0.9e18);
        vm.stopPrank();
        assertEq(set.lst[2].getRate(), 0.9e18);
    }

    /* HELPERS */

    function balancerSwap(BalancerPoolLike pool, IERC20 tokenIn, IERC20 tokenOut, uint256 amount)
        private
        returns (uint256 received)
    {
        uint256 before = tokenOut.balanceOf(lp);
        bytes32 poolId = pool.getPoolId();
        vm.prank(lp);
        set.balancer.vault
            .swap(
                BalancerVaultLike.SingleSwap(
                    poolId, BalancerVaultLike.SwapKind.GIVEN_IN, address(tokenIn), address(tokenOut), amount, ""
                ),
                BalancerVaultLike.FundManagement(lp, false, payable(lp), false),
                0,
                block.timestamp
            );
        received = tokenOut.balanceOf(lp) - before;
    }

    function joinStable(uint256 wethIn, uint256 lstIn) private returns (uint256) {
        (address[] memory assets,,) = set.balancer.vault.getPoolTokens(set.stablePool.getPoolId());
        uint256[] memory maxima = new uint256[](assets.length);
        uint256[] memory amounts = new uint256[](2);
        uint256 next;
        for (uint256 i; i < assets.length; ++i) {
            if (assets[i] == address(set.stablePool)) continue;
            maxima[i] = amounts[next++] = assets[i] == address(weth) ? wethIn : lstIn;
        }
        bytes32 poolId = set.stablePool.getPoolId();
        vm.prank(lp);
        set.balancer.vault
            .joinPool(
                poolId,
                lp,
                lp,
                BalancerVaultLike.JoinPoolRequest(assets, maxima, abi.encode(JOIN_EXACT_TOKENS_IN, amounts, 0), false)
            );
        return set.stablePool.balanceOf(lp);
    }

    function exitStable(bytes memory userData) private {
        (address[] memory assets,,) = set.balancer.vault.getPoolTokens(set.stablePool.getPoolId());
        bytes32 poolId = set.stablePool.getPoolId();
        vm.prank(lp);
        set.balancer.vault
            .exitPool(
                poolId,
                lp,
                payable(lp),
                BalancerVaultLike.ExitPoolRequest(assets, new uint256[](assets.length), userData, false)
            );
    }

    /// @dev Position among the legs; the pool's own BPT does not count.
    function tokenIndex(address token) private view returns (uint256 index) {
        (address[] memory assets,,) = set.balancer.vault.getPoolTokens(set.stablePool.getPoolId());
        for (uint256 i; assets[i] != token; ++i) {
            if (assets[i] != address(set.stablePool)) ++index;
        }
    }

    function coinBalances(address account) private view returns (uint256[4] memory balances) {
        for (uint256 i; i < 4; ++i) {
            balances[i] = CurveV1.coinAt(set.curve, i).balanceOf(account);
        }
    }
}
