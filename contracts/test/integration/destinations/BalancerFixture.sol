// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {BalancerStableDestination} from "../../../src/destinations/BalancerStableDestination.sol";
import {IBalancerVault} from "../../../src/destinations/interfaces/IBalancerV2.sol";
import {VenueConfig, Venues} from "../../venues/Venues.sol";
import {BalancerVaultLike} from "../../venues/interfaces/BalancerV2Like.sol";
import {DestinationTest} from "./DestinationTest.sol";

/// @dev A destination over the WETH/LST 0 pool and what an LP does with that pool.
abstract contract BalancerFixture is DestinationTest {
    uint256 internal constant JOIN_EXACT_TOKENS_IN = 1;
    uint256 internal constant EXIT_ONE_TOKEN = 0;
    uint256 internal constant EXIT_PROPORTIONAL = 2;

    BalancerStableDestination internal implementation;
    BalancerStableDestination internal destination;
    address[] internal rewardList;
    bytes32 internal poolId;

    function _setUpBalancer(uint256 swapFee) internal {
        _setUpBalancer(Venues.defaults(address(this)), swapFee);
    }

    function _setUpBalancer(VenueConfig memory config, uint256 swapFee) internal {
        config.stableSwapFee = swapFee;
        _setUpVenues(config);
        poolId = set.stablePool.getPoolId();
        implementation =
            new BalancerStableDestination(prices, TOLERANCE, auction, IBalancerVault(address(set.balancer.vault)));
        rewardList.push(address(set.rewardToken));
        destination = _clone();
        destination.initialize(vault, address(set.stablePool), address(set.gauge), rewardList);
        set.stablePool.approve(address(destination), type(uint256).max);
        weth.approve(address(set.balancer.vault), type(uint256).max);
        set.lst[0].approve(address(set.balancer.vault), type(uint256).max);
    }

    function _clone() internal returns (BalancerStableDestination) {
        return BalancerStableDestination(Clones.clone(address(implementation)));
    }

    function _balance(IERC20 token) internal view returns (uint256) {
        (address[] memory tokens, uint256[] memory balances,) = set.balancer.vault.getPoolTokens(poolId);
        for (uint256 i; i < tokens.length; ++i) {
            if (tokens[i] == address(token)) return balances[i];
        }
        revert("not a pool token");
    }

    function _swap(bool wethIn, uint256 amount) internal {
        set.balancer.vault
            .swap(
                BalancerVaultLike.SingleSwap(
                    poolId,
                    BalancerVaultLike.SwapKind.GIVEN_IN,
                    wethIn ? address(weth) : address(set.lst[0]),
                    wethIn ? address(set.lst[0]) : address(weth),
                    amount,
                    ""
                ),
                BalancerVaultLike.FundManagement(address(this), false, payable(address(this)), false),
                0,
                block.timestamp
            );
    }

    function _join(uint256 wethIn, uint256 lstIn) internal {
        (address[] memory assets,,) = set.balancer.vault.getPoolTokens(poolId);
        uint256[] memory most = new uint256[](assets.length);
        uint256[] memory amounts = new uint256[](assets.length - 1);
        uint256 j;
        for (uint256 i; i < assets.length; ++i) {
            if (assets[i] == address(set.stablePool)) continue;
            amounts[j++] = most[i] = assets[i] == address(weth) ? wethIn : lstIn;
        }
        bytes memory data = abi.encode(JOIN_EXACT_TOKENS_IN, amounts, 0);
        set.balancer.vault
            .joinPool(
                poolId, address(this), address(this), BalancerVaultLike.JoinPoolRequest(assets, most, data, false)
            );
    }

    function _exit(bytes memory data) internal {
        (address[] memory assets,,) = set.balancer.vault.getPoolTokens(poolId);
        set.balancer.vault
            .exitPool(
                poolId,
                address(this),
                payable(address(this)),
                BalancerVaultLike.ExitPoolRequest(assets, new uint256[](assets.length), data, false)
            );
    }

    /// @dev Index of a leg with the BPT left out.
    function _legIndex(address token) internal view returns (uint256 i) {
        address[] memory legs = destination.legs();
        while (legs[i] != token) ++i;
    }
}
