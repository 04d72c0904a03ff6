// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

import {LpDestination} from "./LpDestination.sol";
import {StableCurve} from "./StableCurve.sol";

/// @title What destinations over StableSwap pools share
/// @notice A unit is a share 1/supply of the pool's invariant D, worth D * v(p), StableCurve's fair value at leg prices p. Legs
/// enter the curve scaled by the venue's token rates r_i, so the curve sees p_i / r_i, and the gradient of the curve times r_i
/// is a leg's marginal price.
abstract contract StableDestination is LpDestination {
    using FixedPointMathLib for uint256;

    /// @notice State of the pool as its own curve sees it.
    struct PoolState {
        /// @dev Scaled by decimals and token rates, WAD.
        uint256[] balances;
        /// @dev Token rates of the venue, WAD.
        uint256[] rates;
        /// @dev Amplification times n, WAD.
        uint256 ann;
        /// @dev LP tokens among which D is shared.
        uint256 supply;
    }

    /// @dev Words of the state.
    uint256 private constant D = 0;
    uint256 private constant SUPPLY = 1;
    uint256 private constant ANN = 2;
    uint256 private constant RATES = 3;

    function _read() internal view override returns (uint256[] memory marginals, uint256[] memory state) {
        PoolState memory now_ = _poolState();
        require(now_.supply != 0, EmptyPool());
        uint256 n = now_.balances.length;
        state = new uint256[](RATES + n);
        // The invariant of a pool without one of its legs is 0.
        if (_isDrained(now_)) return (marginals, state);
        uint256 d = StableCurve.invariant(now_.balances, now_.ann);
        (state[D], state[SUPPLY], state[ANN]) = (d, now_.supply, now_.ann);
        marginals = StableCurve.gradient(now_.balances, now_.ann, d);
        for (uint256 i; i < n; ++i) {
            state[RATES + i] = now_.rates[i];
            marginals[i] = marginals[i].fullMulDiv(now_.rates[i], WAD);
        }
    }

    function _worth(uint256[] memory state, uint256 units, uint256[] memory legPrices)
        internal
        view
        override
        returns (uint256)
    {
        if (state[D] == 0) return 0;
        uint256[] memory scaled = new uint256[](legPrices.length);
        for (uint256 i; i < scaled.length; ++i) {
            scaled[i] = legPrices[i].fullMulDiv(WAD, state[RATES + i]);
        }
        uint256 liquidity = units.fullMulDiv(state[D], state[SUPPLY]);
        return _toAsset(liquidity.fullMulDiv(StableCurve.fairValue(scaled, state[ANN]), WAD));
    }

    function _isDrained(PoolState memory state) internal pure returns (bool) {
        for (uint256 i; i < state.balances.length; ++i) {
            if (state.balances[i] == 0) return true;
        }
        return false;
    }

    /* VENUE */

    function _poolState() internal view virtual returns (PoolState memory);
}
