// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Artifacts} from "./Artifacts.sol";
import {
    CrvTokenLike,
    CurveGaugeControllerLike,
    CurveLiquidityGaugeLike,
    CurveMinterLike
} from "./interfaces/CurveGaugesLike.sol";

struct CurveGaugesCore {
    CrvTokenLike crv;
    CurveGaugeControllerLike controller;
    CurveMinterLike minter;
}

/// @title Curve's gauge stack: CRV, gauge controller, minter and gauges of the first version
/// @notice Vyper bytecode as published in `@setprotocol/set-protocol-v2`. That package has no VotingEscrow: veCRV is held in
/// Balancer's, which is Curve's with another admin. CRV's inflation starts a day after deployment.
library CurveGauges {
    int128 private constant LIQUIDITY = 0;

    /// @notice The caller owns CRV and controller.
    function deploy() internal returns (CurveGaugesCore memory core) {
        core.crv = CrvTokenLike(Artifacts.create("CrvToken", abi.encode("Curve DAO Token", "CRV", uint256(18))));
        // Its admin is a contract that never acts.
        address escrow = Artifacts.create("VotingEscrow", abi.encode(core.crv, "veCRV", "veCRV", core.crv));
        core.controller =
            CurveGaugeControllerLike(Artifacts.create("CurveGaugeController", abi.encode(core.crv, escrow)));
        core.minter = CurveMinterLike(Artifacts.create("CurveMinter", abi.encode(core.crv, core.controller)));
        core.crv.set_minter(address(core.minter));
        core.controller.add_type("Liquidity", 1e18);
    }

    /// @param weight of its kind, WAD; counts from next week
    function createGauge(CurveGaugesCore memory core, address lpToken, uint256 weight)
        internal
        returns (CurveLiquidityGaugeLike gauge)
    {
        gauge = CurveLiquidityGaugeLike(Artifacts.create("CurveLiquidityGauge", abi.encode(lpToken, core.minter)));
        core.controller.add_gauge(address(gauge), LIQUIDITY, weight);
    }
}
