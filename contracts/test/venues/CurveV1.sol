// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Artifacts} from "./Artifacts.sol";
import {CurveStableSwapLike, CurveTokenLike} from "./interfaces/CurveV1Like.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

struct CurveV1Pool {
    CurveStableSwapLike pool;
    CurveTokenLike lpToken;
}

/// @title Curve v1 StableSwap of four coins
/// @notice Vyper bytecode as published in `@setprotocol/set-protocol-v2`. `CurveStableSwap` is for coins of 18, 6, 6 and 18 decimals;
/// `CurveStableSwapPatched18` is the same constant-patched: all four have 18 (`packages/venues/scripts/manifest.ts`). The invariant,
/// fees and every jump are untouched. The pool knows no rates: a token worth 1.1 ETH trades near par with one worth 1.
library CurveV1 {
    /// @param amplification what `A()` returns: A*n^(n-1) of the StableSwap paper
    /// @param fee of 1e10
    /// @dev The pool has no admin fee until its owner, the caller, sets one.
    function deploy(IERC20[4] memory coins, uint256 amplification, uint256 fee)
        internal
        returns (CurveV1Pool memory curve)
    {
        return deployPool("CurveStableSwapPatched18", coins, amplification, fee);
    }

    /// @param artifact which of the two
    function deployPool(string memory artifact, IERC20[4] memory coins, uint256 amplification, uint256 fee)
        internal
        returns (CurveV1Pool memory curve)
    {
        curve.lpToken = CurveTokenLike(
            Artifacts.create("CurveTokenV1", abi.encode("Curve LP", "crvLP", uint256(18), uint256(0)))
        );
        // No lending wrappers: the underlying coins are the coins.
        curve.pool = CurveStableSwapLike(
            Artifacts.create(artifact, abi.encode(coins, coins, curve.lpToken, amplification, fee))
        );
        curve.lpToken.set_minter(address(curve.pool));
    }

    /// @notice Adds the caller's coins; LP tokens go to the caller. The first addition needs all four.
    function addLiquidity(CurveV1Pool memory curve, uint256[4] memory amounts) internal {
        for (uint256 i; i < 4; ++i) {
            if (amounts[i] == 0) continue;
            require(coinAt(curve, i).approve(address(curve.pool), amounts[i]));
        }
        curve.pool.add_liquidity(amounts, 0);
    }

    /// @param index 0 to 3
    function coinAt(CurveV1Pool memory curve, uint256 index) internal view returns (IERC20) {
        return IERC20(curve.pool.coins(SafeCast.toInt128(SafeCast.toInt256(index))));
    }
}
