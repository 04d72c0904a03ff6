// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Approval, Call} from "../../../src/autopilot/SolverExecutor.sol";
import {IDestination} from "../../../src/destinations/IDestination.sol";
import {BalancerPoolLike, BalancerVaultLike} from "../../venues/interfaces/BalancerV2Like.sol";
import {CurveStableSwapLike} from "../../venues/interfaces/CurveV1Like.sol";

/// @notice The steps a solver makes a route of.
library Routes {
    uint256 private constant JOIN_EXACT_TOKENS_IN = 1;
    uint256 private constant EXIT_ONE_TOKEN = 0;

    function unwrap(IDestination destination, uint256 units, address executor) internal view returns (Call memory) {
        return Call(address(destination), none(), abi.encodeCall(destination.unwrap, (units, executor)));
    }

    function wrap(IDestination destination, uint256 units, address executor) internal view returns (Call memory) {
        return Call(
            address(destination), one(destination.lpToken(), units), abi.encodeCall(destination.wrap, (units, executor))
        );
    }

    /// @dev WETH and coin 1 into the pool.
    function curveAdd(CurveStableSwapLike pool, uint256 weth) internal view returns (Call memory) {
        return Call(
            address(pool), one(pool.coins(0), weth), abi.encodeCall(pool.add_liquidity, ([weth, 0, 0, 0], uint256(0)))
        );
    }

    /// @dev Exact amounts of coins 0 and 1 for at most `maxBurn` LP tokens. The pool is the LP token's minter and burns without
    /// approval.
    function curveRemove(CurveStableSwapLike pool, uint256 coin0, uint256 coin1, uint256 maxBurn)
        internal
        pure
        returns (Call memory)
    {
        return Call(
            address(pool),
            none(),
            abi.encodeCall(pool.remove_liquidity_imbalance, ([coin0, coin1, uint256(0), uint256(0)], maxBurn))
        );
    }

    /// @param amounts in pool order, BPT left out
    function balancerJoin(BalancerVaultLike vault, BalancerPoolLike pool, uint256[] memory amounts, address executor)
        internal
        view
        returns (Call memory)
    {
        bytes32 id = pool.getPoolId();
        (address[] memory assets,,) = vault.getPoolTokens(id);
        uint256[] memory limits = new uint256[](assets.length);
        Approval[] memory approvals = new Approval[](amounts.length);
        uint256 leg;
        for (uint256 i; i < assets.length; ++i) {
            if (assets[i] == address(pool)) continue;
            limits[i] = amounts[leg];
            approvals[leg] = Approval(assets[i], amounts[leg]);
            ++leg;
        }
        bytes memory userData = abi.encode(JOIN_EXACT_TOKENS_IN, amounts, uint256(0));
        BalancerVaultLike.JoinPoolRequest memory request =
            BalancerVaultLike.JoinPoolRequest(assets, limits, userData, false);
        return Call(address(vault), approvals, abi.encodeCall(vault.joinPool, (id, executor, executor, request)));
    }

    /// @dev All of `bpt` for the pool's leg number `leg`, BPT left out. The vault burns without approval.
    function balancerExit(BalancerVaultLike vault, BalancerPoolLike pool, uint256 bpt, uint256 leg, address executor)
        internal
        view
        returns (Call memory)
    {
        bytes32 id = pool.getPoolId();
        (address[] memory assets,,) = vault.getPoolTokens(id);
        BalancerVaultLike.ExitPoolRequest memory request = BalancerVaultLike.ExitPoolRequest(
            assets, new uint256[](assets.length), abi.encode(EXIT_ONE_TOKEN, bpt, leg), false
        );
        return Call(address(vault), none(), abi.encodeCall(vault.exitPool, (id, executor, payable(executor), request)));
    }

    function none() private pure returns (Approval[] memory) {
        return new Approval[](0);
    }

    function one(address token, uint256 amount) private pure returns (Approval[] memory approvals) {
        approvals = new Approval[](1);
        approvals[0] = Approval(token, amount);
    }
}
