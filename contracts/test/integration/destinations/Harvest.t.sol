// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {BalancerStableDestination} from "../../../src/destinations/BalancerStableDestination.sol";
import {IDestination} from "../../../src/destinations/IDestination.sol";
import {TokenFixture} from "../../fixtures/TokenFixture.sol";
import {HostileRewardMock} from "../../mocks/destinations/HostileRewardMock.sol";
import {BalancerGauges} from "../../venues/BalancerGauges.sol";
import {BalancerFixture} from "./BalancerFixture.sol";

/// @notice Rewards of a real Balancer gauge on their way to the auction.
contract HarvestTest is BalancerFixture {
    HostileRewardMock private hostile;
    BalancerStableDestination private both;

    function setUp() public {
        _setUpBalancer(0.0004e18);
        hostile = new HostileRewardMock();
        hostile.mint(address(this), 700e18);
        BalancerGauges.addReward(set.gauges, set.gauge, address(hostile), address(this));
        BalancerGauges.fundReward(set.gauge, hostile, 700e18);
        auction.list(vault, address(hostile), address(0), 1e15);
        // The hostile one first: whatever it does comes before the other.
        rewardList[0] = address(hostile);
        rewardList.push(address(set.rewardToken));
        both = _clone();
        both.initialize(vault, address(set.stablePool), address(set.gauge), rewardList);
        set.stablePool.approve(address(both), type(uint256).max);
        both.wrap(100e18, holder);
    }

    function test_N3_anyoneHarvestsForTheVault() public {
        skip(7 days);
        vm.expectEmit(address(both));
        emit IDestination.Harvested(address(hostile), 700e18 / uint256(7 days) * 7 days);
        vm.prank(makeAddr("anyone"));
        both.harvest();
        assertApproxEqRel(_waiting(address(hostile)), 700e18, 1e12);
        assertApproxEqRel(_waiting(address(set.rewardToken)), 1000e18, 1e12);
        _expectNothingHere();
        both.harvest();
        _expectNothingHere();
    }

    /// @dev Rewards are the vault's: who stakes in front of a harvest gets none of them.
    function test_E1_stakingInFrontOfAHarvestEarnsNothing() public {
        skip(7 days);
        uint256 snapshot = vm.snapshotState();
        both.harvest();
        uint256 alone = _waiting(address(set.rewardToken));
        vm.revertToState(snapshot);
        uint256 lp = set.stablePool.balanceOf(address(this));
        both.wrap(1000e18, address(this));
        both.harvest();
        both.unwrap(1000e18, address(this));
        assertEq(set.stablePool.balanceOf(address(this)), lp);
        assertEq(set.rewardToken.balanceOf(address(this)), 0);
        assertEq(_waiting(address(set.rewardToken)), alone);
    }

    /// @dev Somebody else makes the gauge pay; the next harvest still gets all.
    function test_E2_aThirdPartyClaimsAtTheSource() public {
        skip(7 days);
        vm.prank(makeAddr("third party"));
        _claim(address(both), address(0), true);
        both.harvest();
        assertApproxEqRel(_waiting(address(hostile)), 700e18, 1e12);
        assertApproxEqRel(_waiting(address(set.rewardToken)), 1000e18, 1e12);
    }

    function test_E8_nobodyNamesAnotherReceiver() public {
        skip(7 days);
        vm.startPrank(holder);
        _claim(address(both), holder, false);
        vm.stopPrank();
        both.harvest();
        assertApproxEqRel(_waiting(address(set.rewardToken)), 1000e18, 1e12);
        assertEq(set.rewardToken.balanceOf(holder), 0);
    }

    /// @dev The claim fails: what is here already goes, the rest is owed.
    function test_E5_aFailingClaimIsSkipped() public {
        skip(1 days);
        _claim(address(both), address(0), true);
        skip(6 days);
        bytes memory claim = abi.encodeWithSignature("claim_rewards(address)", address(both));
        vm.mockCallRevert(address(set.gauge), claim, "down");
        vm.expectEmit(address(both));
        emit IDestination.ClaimSkipped(address(set.gauge));
        both.harvest();
        assertApproxEqRel(_waiting(address(set.rewardToken)), uint256(1000e18) / 7, 1e12);
        vm.clearMockedCalls();
        both.harvest();
        assertApproxEqRel(_waiting(address(set.rewardToken)), 1000e18, 1e12);
    }

    /// @dev Reverts, burns its gas, answers with a megabyte or denies its balance: the other token goes all the same.
    function test_E6_oneHostileTokenBlocksNoOther() public {
        skip(7 days);
        _claim(address(both), address(0), true);
        uint256 snapshot = vm.snapshotState();
        for (uint256 mode = 1; mode <= uint256(HostileRewardMock.Mode.Denies); ++mode) {
            hostile.setMode(HostileRewardMock.Mode(mode));
            bool denies = HostileRewardMock.Mode(mode) == HostileRewardMock.Mode.Denies;
            // Who cannot say what he has counts as having none.
            if (!denies) {
                vm.expectEmit(address(both));
                emit IDestination.RewardSkipped(address(hostile));
            }
            both.harvest{gas: 4_000_000}();
            assertApproxEqRel(_waiting(address(set.rewardToken)), 1000e18, 1e12);
            assertEq(_waiting(address(hostile)), 0);
            hostile.setMode(HostileRewardMock.Mode.Plain);
            both.harvest();
            assertApproxEqRel(_waiting(address(hostile)), 700e18, 1e12, "later, when it behaves");
            vm.revertToState(snapshot);
        }
    }

    /// @dev A gauge pays all its tokens in one call: a reverting one holds back the claim, never the units.
    function test_E6_aTokenThatStopsTheClaimDoesNotStopTheUnits() public {
        skip(7 days);
        hostile.setMode(HostileRewardMock.Mode.Reverting);
        both.harvest();
        assertEq(_waiting(address(set.rewardToken)), 0);
        vm.prank(holder);
        assertEq(both.unwrap(100e18, holder), 100e18);
        hostile.setMode(HostileRewardMock.Mode.Plain);
        both.harvest();
        assertApproxEqRel(_waiting(address(set.rewardToken)), 1000e18, 1e12, "still the vault's");
    }

    /// @dev A hook in the middle of a harvest gets into nothing.
    function test_E6_aTokenWithAHookDoesNotReenter() public {
        skip(7 days);
        bytes[3] memory attempts = [
            abi.encodeCall(IDestination.harvest, ()),
            abi.encodeCall(IDestination.unwrap, (1, address(hostile))),
            abi.encodeWithSignature("consign(address)", address(set.stablePool))
        ];
        vm.prank(holder);
        both.transfer(address(hostile), 1e18);
        hostile.setMode(HostileRewardMock.Mode.Hook);
        uint256 snapshot = vm.snapshotState();
        for (uint256 i; i < attempts.length; ++i) {
            hostile.setAttempt(address(both), attempts[i]);
            both.harvest();
            assertFalse(hostile.attemptPassed());
            assertApproxEqRel(_waiting(address(set.rewardToken)), 1000e18, 1e12);
            vm.revertToState(snapshot);
        }
    }

    /// @dev A token the auction does not sell for this vault waits here.
    function test_anUnlistedTokenWaits() public {
        skip(7 days);
        auction.delist(vault, address(set.rewardToken));
        vm.expectEmit(address(both));
        emit IDestination.RewardSkipped(address(set.rewardToken));
        both.harvest();
        assertApproxEqRel(set.rewardToken.balanceOf(address(both)), 1000e18, 1e12);
        assertEq(set.rewardToken.allowance(address(both), address(auction)), 0);
        auction.list(vault, address(set.rewardToken), address(0), 1e15);
        both.harvest();
        assertApproxEqRel(_waiting(address(set.rewardToken)), 1000e18, 1e12);
    }

    /// @dev As many rewards as a gauge can have.
    function test_H3_gasOfTheLargestHarvest() public {
        for (uint256 i = 2; i < 8; ++i) {
            TokenFixture token = new TokenFixture("Reward", "RWD", 18, address(this));
            token.mint(address(this), 700e18);
            BalancerGauges.addReward(set.gauges, set.gauge, address(token), address(this));
            BalancerGauges.fundReward(set.gauge, token, 700e18);
            auction.list(vault, address(token), address(0), 1e15);
            rewardList.push(address(token));
        }
        BalancerStableDestination all = _clone();
        all.initialize(vault, address(set.stablePool), address(set.gauge), rewardList);
        set.stablePool.approve(address(all), 1e18);
        all.wrap(1e18, address(this));
        skip(7 days);
        all.harvest();
        emit log_named_uint("gas of a harvest of 8 tokens", vm.lastCallGas().gasTotalUsed);
        for (uint256 i; i < 8; ++i) {
            assertGt(_waiting(rewardList[i]), 0);
        }
    }

    function _claim(address account, address receiver, bool passes) private {
        bytes memory call = receiver == address(0)
            ? abi.encodeWithSignature("claim_rewards(address)", account)
            : abi.encodeWithSignature("claim_rewards(address,address)", account, receiver);
        (bool ok,) = address(set.gauge).call(call);
        assertEq(ok, passes);
    }

    function _expectNothingHere() private view {
        assertEq(hostile.balanceOf(address(both)), 0);
        assertEq(set.rewardToken.balanceOf(address(both)), 0);
        assertEq(hostile.allowance(address(both), address(auction)), 0);
        assertEq(set.rewardToken.allowance(address(both), address(auction)), 0);
    }
}
