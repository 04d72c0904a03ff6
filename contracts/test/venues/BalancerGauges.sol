// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Artifacts} from "./Artifacts.sol";
import {BalancerV2, BalancerV2Core} from "./BalancerV2.sol";
import {
    AuthorizerAdaptorLike,
    BalancerTokenAdminLike,
    LiquidityGaugeFactoryLike,
    LiquidityGaugeLike,
    TestBalancerTokenLike
} from "./interfaces/BalancerGaugesLike.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

struct BalancerGaugesCore {
    TestBalancerTokenLike bal;
    BalancerTokenAdminLike tokenAdmin;
    AuthorizerAdaptorLike adaptor;
    LiquidityGaugeFactoryLike factory;
}

/// @title Balancer's gauge stack: liquidity gauges with third-party rewards
/// @notice Bytecode as published in `@balancer-labs/v2-deployments`: token admin, adaptor, VotingEscrow, GaugeController and
/// minter (20220325), VeBoostV2 (20221205), LiquidityGaugeV5 and its factory (20220822); BAL is their TestBalancerToken.
/// No gauge is added to the controller, so BAL emissions are 0 and a gauge pays what distributors deposit.
library BalancerGauges {
    uint256 private constant BAL_WEIGHT = 0.8e18;
    uint256 private constant BAL_POOL_FEE = 0.01e18;
    uint256 private constant NO_WEIGHT_CAP = 1e18;

    /// @param admin the caller; admin of Balancer's authorizer
    function deploy(BalancerV2Core memory core, address weth, address admin)
        internal
        returns (BalancerGaugesCore memory gauges)
    {
        gauges.bal = TestBalancerTokenLike(Artifacts.create("TestBalancerToken", abi.encode(admin, "Balancer", "BAL")));
        gauges.adaptor = AuthorizerAdaptorLike(Artifacts.create("AuthorizerAdaptor", abi.encode(core.vault)));
        gauges.tokenAdmin =
            BalancerTokenAdminLike(Artifacts.create("BalancerTokenAdmin", abi.encode(core.vault, gauges.bal)));

        // Gauges read the emission schedule, which starts only here; it takes over the roles of the BAL token.
        core.authorizer.grantRole(gauges.tokenAdmin.getActionId(BalancerTokenAdminLike.activate.selector), admin);
        gauges.bal.grantRole(gauges.bal.DEFAULT_ADMIN_ROLE(), address(gauges.tokenAdmin));
        gauges.tokenAdmin.activate();

        address bpt = address(
            BalancerV2.createWeightedPool(
                core, "80BAL-20WETH", address(gauges.bal), BAL_WEIGHT, weth, BAL_POOL_FEE, admin
            )
        );
        address escrow = Artifacts.create("VotingEscrow", abi.encode(bpt, "veBAL", "veBAL", gauges.adaptor));
        address controller = Artifacts.create("GaugeController", abi.encode(escrow, gauges.adaptor));
        address minter = Artifacts.create("BalancerMinter", abi.encode(gauges.tokenAdmin, controller));
        address boost = Artifacts.create(
            "VeBoostV2",
            abi.encode( /* boost v1 */
                address(0),
                escrow
            )
        );
        address implementation = Artifacts.create("LiquidityGaugeV5", abi.encode(minter, boost, gauges.adaptor));
        gauges.factory =
            LiquidityGaugeFactoryLike(Artifacts.create("LiquidityGaugeFactory", abi.encode(implementation)));

        core.authorizer.grantRole(gauges.adaptor.getActionId(LiquidityGaugeLike.add_reward.selector), admin);
    }

    function createGauge(BalancerGaugesCore memory gauges, address pool) internal returns (LiquidityGaugeLike) {
        return LiquidityGaugeLike(gauges.factory.create(pool, NO_WEIGHT_CAP));
    }

    /// @notice Lists a reward token, at most 8 per gauge. The caller is the `admin` of `deploy`: the gauge obeys only the
    /// adaptor, and the adaptor only whom the authorizer granted that selector.
    /// @param distributor may fund the token's periods
    function addReward(BalancerGaugesCore memory gauges, LiquidityGaugeLike gauge, address token, address distributor)
        internal
    {
        gauges.adaptor.performAction(address(gauge), abi.encodeCall(gauge.add_reward, (token, distributor)));
    }

    /// @notice Pays `amount` evenly over the next 7 days, together with what is left of the running period. The caller is
    /// the token's distributor and holds the tokens.
    function fundReward(LiquidityGaugeLike gauge, IERC20 token, uint256 amount) internal {
        require(token.approve(address(gauge), amount));
        gauge.deposit_reward_token(address(token), amount);
    }
}
