// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {BalancerStableDestination} from "../../../src/destinations/BalancerStableDestination.sol";
import {Destination} from "../../../src/destinations/Destination.sol";
import {IDestination} from "../../../src/destinations/IDestination.sol";
import {IBalancerVault} from "../../../src/destinations/interfaces/IBalancerV2.sol";
import {TokenFixture} from "../../fixtures/TokenFixture.sol";
import {BalancerGauges} from "../../venues/BalancerGauges.sol";
import {BalancerV2, StablePoolParams} from "../../venues/BalancerV2.sol";
import {Chainlink} from "../../venues/Chainlink.sol";
import {LiquidityGaugeLike} from "../../venues/interfaces/BalancerGaugesLike.sol";
import {ComposableStablePoolLike} from "../../venues/interfaces/BalancerV2Like.sol";
import {BalancerFixture} from "./BalancerFixture.sol";
import {VaultOf} from "./DestinationTest.sol";

/// @notice Units, staking, rewards and creation of a destination over Balancer.
contract BalancerUnitsTest is BalancerFixture {
    function setUp() public {
        _setUpBalancer(0.0004e18);
    }

    /* UNITS */

    function testFuzz_unitsAreTheStakedLpTokens(uint256 amount, uint256 out, uint256 elapsed) public {
        amount = bound(amount, 1, set.stablePool.balanceOf(address(this)));
        out = bound(out, 1, amount);
        vm.expectEmit(address(destination));
        emit IDestination.Wrapped(address(this), holder, amount);
        assertEq(destination.wrap(amount, holder), amount);
        assertEq(destination.balanceOf(holder), amount);
        assertEq(set.gauge.balanceOf(address(destination)), amount);

        skip(bound(elapsed, 0, 30 days));
        uint256 before = set.stablePool.balanceOf(address(this));
        vm.expectEmit(address(destination));
        emit IDestination.Unwrapped(holder, address(this), out);
        vm.prank(holder);
        assertEq(destination.unwrap(out, address(this)), out);
        assertEq(set.stablePool.balanceOf(address(this)) - before, out, "exactly the LP tokens");
        assertEq(destination.totalSupply(), amount - out);
        assertEq(set.gauge.balanceOf(address(destination)), amount - out, "units == staked");
        assertEq(set.stablePool.balanceOf(address(destination)), 0);
    }

    function test_badCallsChangeNothing() public {
        destination.wrap(5e18, address(this));
        vm.expectRevert(IDestination.ZeroAmount.selector);
        destination.wrap(0, holder);
        vm.expectRevert(IDestination.ZeroAddress.selector);
        destination.wrap(1, address(0));
        vm.expectRevert(IDestination.ZeroAmount.selector);
        destination.unwrap(0, holder);
        vm.expectRevert(IDestination.ZeroAddress.selector);
        destination.unwrap(1, address(0));
        vm.expectPartialRevert(bytes4(keccak256("ERC20InsufficientBalance(address,uint256,uint256)")));
        destination.unwrap(5e18 + 1, holder);
        vm.prank(holder);
        vm.expectPartialRevert(bytes4(keccak256("ERC20InsufficientBalance(address,uint256,uint256)")));
        destination.unwrap(1, holder);
        assertEq(destination.totalSupply(), 5e18);
        assertEq(set.gauge.balanceOf(address(destination)), 5e18);
    }

    function test_unitsNameTheirPool() public view {
        assertEq(destination.name(), "Units of WETH/LST0 stable");
        assertEq(destination.symbol(), "u-WETH/LST0 stable");
        assertEq(destination.decimals(), 18);
        assertEq(destination.venue(), "balancer-v2-stable");
        assertEq(destination.vault(), vault);
        assertEq(destination.pool(), address(set.stablePool));
        assertEq(destination.lpToken(), address(set.stablePool));
        assertEq(address(destination.gauge()), address(set.gauge));
        assertEq(destination.rewards(), rewardList);
        assertEq(destination.legs().length, 2);
        assertEq(destination.legs()[_legIndex(address(weth))], address(weth));
        assertEq(destination.legs()[_legIndex(address(set.lst[0]))], address(set.lst[0]));
    }

    /* REWARDS */

    /// @dev Rewards come to the destination, not to the holder of units and not to who claims.
    function test_E2_E8_rewardsComeHereWhoeverHoldsUnitsOrClaims() public {
        destination.wrap(100e18, holder);
        skip(7 days);
        vm.prank(holder);
        (bool ok,) = address(set.gauge).call(abi.encodeWithSignature("claim_rewards(address)", address(destination)));
        assertTrue(ok);
        assertApproxEqRel(set.rewardToken.balanceOf(address(destination)), 1000e18, 1e12, "the only staker gets all");
        assertEq(set.rewardToken.balanceOf(holder), 0);
    }

    function test_incentivesAreTheGaugesOwnRateAtTheMarketPrice() public {
        destination.wrap(40e18, address(this));
        (uint256 yearly, uint256 staked, uint256 end) = destination.incentives();
        // 1000 tokens at 0.002 ETH in 7 days.
        assertApproxEqRel(yearly, uint256(1000e18) * 2 / 1000 * 365 / 7, 1e3);
        LiquidityGaugeLike.Reward memory reward = set.gauge.reward_data(address(set.rewardToken));
        assertEq(yearly, reward.rate * 365 days * 2 / 1000);
        assertEq(staked, 40e18);
        assertEq(end, reward.period_finish);

        set.stablePool.approve(address(set.gauge), 60e18);
        set.gauge.deposit(60e18);
        Chainlink.submit(set.rewardFeed, 0.001e18);
        (uint256 half, uint256 all,) = destination.incentives();
        assertEq(all, 100e18, "the stakes of others count");
        assertEq(half, reward.rate * 365 days / 1000);
    }

    function test_incentivesEndWithThePaidForPeriod() public {
        skip(7 days - 1);
        Chainlink.submit(set.rewardFeed, 0.002e18);
        (uint256 yearly,, uint256 end) = destination.incentives();
        assertGt(yearly, 0);
        assertEq(end, block.timestamp + 1);
        skip(1);
        (yearly,, end) = destination.incentives();
        assertEq(yearly, 0);
        assertEq(end, 0);
    }

    function test_aRewardWithoutAPriceCountsNothing() public {
        skip(MAX_AGE + 1);
        (uint256 yearly,, uint256 end) = destination.incentives();
        assertEq(yearly, 0);
        assertEq(end, 0);
    }

    function test_severalRewardsAddUpUntilTheFirstOneEnds() public {
        TokenFixture second = new TokenFixture("Second", "TWO", 6, address(this));
        second.mint(address(this), 700e6);
        BalancerGauges.addReward(set.gauges, set.gauge, address(second), address(this));
        rewardList.push(address(second));
        BalancerStableDestination both = _clone();
        both.initialize(vault, address(set.stablePool), address(set.gauge), rewardList);
        (uint256 first,, uint256 end) = both.incentives();
        skip(1 days - 1);
        BalancerGauges.fundReward(set.gauge, second, 700e6);
        (uint256 unpriced,,) = both.incentives();
        assertEq(unpriced, first, "no source, no value");

        prices.setSource(address(second), address(set.lstFeed[1]), MAX_AGE, address(0));
        (uint256 sum,, uint256 firstEnd) = both.incentives();
        uint256 rate = set.gauge.reward_data(address(second)).rate;
        assertApproxEqRel(rate * 7 days, 700e6, 0.001e18, "rounded by the gauge");
        assertEq(sum - first, rate * 365 days * 1e12, "6 decimals, at 1 ETH");
        assertEq(firstEnd, end);
    }

    /* CREATION */

    function test_creationIsAnnounced() public {
        BalancerStableDestination another = _clone();
        vm.expectEmit(address(another));
        emit IDestination.DestinationInitialized(
            vault, address(set.stablePool), address(set.stablePool), address(set.gauge), destination.legs(), rewardList
        );
        another.initialize(vault, address(set.stablePool), address(set.gauge), rewardList);
    }

    function test_onlyOnce() public {
        vm.expectRevert(Initializable.InvalidInitialization.selector);
        destination.initialize(vault, address(set.stablePool), address(set.gauge), rewardList);
        vm.expectRevert(Initializable.InvalidInitialization.selector);
        implementation.initialize(vault, address(set.stablePool), address(set.gauge), rewardList);
    }

    function test_wrongToleranceOrBalancerIsRefused() public {
        IBalancerVault balancer = IBalancerVault(address(set.balancer.vault));
        vm.expectRevert(abi.encodeWithSelector(Destination.InvalidTolerance.selector, 0));
        new BalancerStableDestination(prices, 0, auction, balancer);
        vm.expectRevert(abi.encodeWithSelector(Destination.InvalidTolerance.selector, 0.05e18 + 1));
        new BalancerStableDestination(prices, 0.05e18 + 1, auction, balancer);
        vm.expectRevert(IDestination.ZeroAddress.selector);
        new BalancerStableDestination(prices, TOLERANCE, auction, IBalancerVault(address(0)));
    }

    function test_zeroAddressesAreRefused() public {
        bytes memory zero = abi.encodeWithSelector(IDestination.ZeroAddress.selector);
        _refuse(address(0), address(set.stablePool), address(set.gauge), rewardList, zero);
        _refuse(vault, address(0), address(set.gauge), rewardList, zero);
        _refuse(vault, address(set.stablePool), address(0), rewardList, zero);
    }

    function test_aVaultOfAnotherAssetIsRefused() public {
        address wrong = address(new VaultOf(address(set.lst[0])));
        _refuse(
            wrong,
            address(set.stablePool),
            address(set.gauge),
            rewardList,
            _with(IDestination.InvalidVault.selector, wrong)
        );
        _refuse(
            holder,
            address(set.stablePool),
            address(set.gauge),
            rewardList,
            _with(IDestination.InvalidVault.selector, holder)
        );
    }

    function test_aGaugeOfAnotherPoolIsRefused() public {
        ComposableStablePoolLike other = _pool(address(set.lst[1]));
        address gauge = address(BalancerGauges.createGauge(set.gauges, address(other)));
        _refuse(vault, address(set.stablePool), gauge, rewardList, _with(IDestination.InvalidGauge.selector, gauge));
        _refuse(vault, address(set.stablePool), holder, rewardList, _with(IDestination.InvalidGauge.selector, holder));
    }

    function test_whatIsNoPoolIsRefused() public {
        bytes memory why = _with(IDestination.InvalidPool.selector, holder);
        _refuse(vault, holder, address(set.gauge), rewardList, why);
        why = _with(IDestination.InvalidPool.selector, address(weth));
        _refuse(vault, address(weth), address(set.gauge), rewardList, why);
    }

    /// @dev The gauge of a pool of another Balancer: everything fits but the vault.
    function test_aPoolOfAnotherBalancerIsRefused() public {
        implementation = new BalancerStableDestination(
            prices, TOLERANCE, auction, IBalancerVault(address(BalancerV2.deploy(address(weth), address(this)).vault))
        );
        _refuse(
            vault,
            address(set.stablePool),
            address(set.gauge),
            rewardList,
            _with(IDestination.InvalidPool.selector, address(set.stablePool))
        );
    }

    function test_aPoolWithALegWithoutPricesIsRefused() public {
        address unknown = address(new TokenFixture("Unknown", "UNK", 18, address(this)));
        ComposableStablePoolLike other = _pool(unknown);
        address gauge = address(BalancerGauges.createGauge(set.gauges, address(other)));
        _refuse(vault, address(other), gauge, rewardList, _with(IDestination.PriceUnavailable.selector, unknown));
    }

    function test_anUnfundedPoolIsRefused() public {
        ComposableStablePoolLike other = _pool(address(set.lst[1]));
        address gauge = address(BalancerGauges.createGauge(set.gauges, address(other)));
        _refuse(vault, address(other), gauge, rewardList, abi.encodeWithSelector(IDestination.EmptyPool.selector));
    }

    function test_rewardsThatAreNoRewardsAreRefused() public {
        address[6] memory wrong = [
            address(0),
            address(weth),
            address(set.lst[0]),
            address(set.stablePool),
            address(set.gauge),
            address(set.rewardToken)
        ];
        rewardList.push();
        for (uint256 i; i < wrong.length; ++i) {
            rewardList[1] = wrong[i];
            _refuse(
                vault,
                address(set.stablePool),
                address(set.gauge),
                rewardList,
                _with(IDestination.InvalidReward.selector, wrong[i])
            );
        }
        _refuse(
            vault,
            address(set.stablePool),
            address(set.gauge),
            new address[](9),
            abi.encodeWithSelector(IDestination.TooManyRewards.selector)
        );
    }

    /* HELPERS */

    function _refuse(address vault_, address pool, address gauge, address[] memory list, bytes memory why) private {
        BalancerStableDestination clone = _clone();
        vm.expectRevert(why);
        clone.initialize(vault_, pool, gauge, list);
    }

    function _with(bytes4 selector, address what) private pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, what);
    }

    function _pool(address token) private returns (ComposableStablePoolLike) {
        address[] memory tokens = new address[](2);
        (tokens[0], tokens[1]) = (address(weth), token);
        return BalancerV2.createStablePool(
            set.balancer,
            StablePoolParams("Other", "OTHER", tokens, new address[](2), 200, 0.0004e18, 1 hours),
            address(this)
        );
    }
}
