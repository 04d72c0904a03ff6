// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

import {BinCurve} from "./BinCurve.sol";
import {IDestination} from "./IDestination.sol";
import {IMaverickV2BoostedPosition, IMaverickV2Pool} from "./interfaces/IMaverickV2.sol";

/// @title What a static boosted position of Maverick V2 holds and is worth
/// @notice Views without state, a contract of their own so that the destination stays small; it creates the one it asks. Amounts
/// are WAD as in the pool's books.
contract MaverickReader {
    using FixedPointMathLib for uint256;
    using SafeCast for uint256;

    uint256 private constant WAD = 1e18;
    uint8 private constant STATIC = 0;

    /// @dev Words of a state: the position's supply, then three per bin: the position's liquidity and the ends of its tick.
    uint256 private constant SUPPLY = 0;
    uint256 private constant BINS = 1;
    uint256 private constant WORDS = 3;

    /// @dev A bin's tick and the position's part of it.
    struct Bin {
        int32 index;
        IMaverickV2Pool.TickState tick;
        /// @dev Of `tick.totalSupply`, rounded down.
        uint256 ours;
    }

    /// @return marginals price of A and B in A, before fees
    /// @return state what `worth` needs to know
    /// @dev Reverts `EmptyPool` when nobody holds any of the position.
    function read(IMaverickV2BoostedPosition position)
        external
        view
        returns (uint256[] memory marginals, uint256[] memory state)
    {
        IMaverickV2Pool pool = IMaverickV2Pool(position.pool());
        uint256 spacing = pool.tickSpacing();
        Bin[] memory bins = _bins(position, pool);
        state = new uint256[](BINS + WORDS * bins.length);
        state[SUPPLY] = IERC20(address(position)).totalSupply();
        require(state[SUPPLY] != 0, IDestination.EmptyPool());
        for (uint256 i; i < bins.length; ++i) {
            IMaverickV2Pool.TickState memory tick = bins[i].tick;
            (uint256 a, uint256 b) = _ends(bins[i].index, spacing);
            uint256 word = BINS + WORDS * i;
            (state[word + 1], state[word + 2]) = (a, b);
            if (bins[i].ours == 0) continue;
            uint256 all = BinCurve.liquidityOf(tick.reserveA, tick.reserveB, a, b);
            state[word] = all.fullMulDiv(bins[i].ours, tick.totalSupply);
        }

        int32 active = pool.getState().activeTick;
        IMaverickV2Pool.TickState memory top = pool.getTick(active);
        (uint256 lower, uint256 upper) = _ends(active, spacing);
        uint256 s = BinCurve.sqrtPriceOf(top.reserveA, top.reserveB, lower, upper);
        marginals = new uint256[](2);
        (marginals[0], marginals[1]) = (WAD, s.fullMulDiv(s, WAD));
    }

    /// @return wad fair value of `units` of the position at prices of A and B, WAD of their unit, rounded down
    function worth(uint256[] calldata state, uint256 units, uint256 priceA, uint256 priceB)
        external
        pure
        returns (uint256 wad)
    {
        uint256 s = BinCurve.sqrtPriceFor(priceA, priceB);
        for (uint256 i = BINS; i < state.length; i += WORDS) {
            uint256 ours = state[i].fullMulDiv(units, state[SUPPLY]);
            wad += BinCurve.fairValue(ours, state[i + 1], state[i + 2], s, priceA, priceB);
        }
    }

    /// @notice What to add for as much of the position as both amounts are enough for, rounded up in each bin by less than an LP
    /// token. The pool rounds what it asks for up too.
    /// @return params no ticks when it is nothing
    function additionFor(IMaverickV2BoostedPosition position, uint256 amountA, uint256 amountB)
        external
        view
        returns (IMaverickV2Pool.AddLiquidityParams memory params)
    {
        Bin[] memory bins = _bins(position, IMaverickV2Pool(position.pool()));
        uint256 supply = IERC20(address(position)).totalSupply();
        (uint256 heldA, uint256 heldB) = (0, 0);
        for (uint256 i; i < bins.length; ++i) {
            IMaverickV2Pool.TickState memory tick = bins[i].tick;
            heldA += uint256(tick.reserveA).fullMulDivUp(bins[i].ours + 1, tick.totalSupply);
            heldB += uint256(tick.reserveB).fullMulDivUp(bins[i].ours + 1, tick.totalSupply);
        }
        if (heldA + heldB == 0) return params;
        uint256 part = type(uint256).max;
        if (heldA != 0) part = part.min(amountA.fullMulDiv(supply, heldA));
        if (heldB != 0) part = part.min(amountB.fullMulDiv(supply, heldB));
        if (part == 0) return params;

        uint128[] memory balances = position.getBinBalances();
        (params.kind, params.ticks) = (STATIC, position.getTicks());
        params.amounts = new uint128[](bins.length);
        for (uint256 i; i < bins.length; ++i) {
            params.amounts[i] = uint256(balances[i]).fullMulDivUp(part, supply).toUint128();
        }
    }

    /// @return units of the position that all of the active tick's liquidity would be; 0 when the position has none there
    function depth(IMaverickV2BoostedPosition position) external view returns (uint256 units) {
        IMaverickV2Pool pool = IMaverickV2Pool(position.pool());
        int32 active = pool.getState().activeTick;
        Bin[] memory bins = _bins(position, pool);
        for (uint256 i; i < bins.length; ++i) {
            if (bins[i].index != active || bins[i].ours == 0) continue;
            units = uint256(bins[i].tick.totalSupply).fullMulDiv(IERC20(address(position)).totalSupply(), bins[i].ours);
        }
    }

    function _bins(IMaverickV2BoostedPosition position, IMaverickV2Pool pool) private view returns (Bin[] memory bins) {
        uint32[] memory ids = position.getBinIds();
        uint128[] memory balances = position.getBinBalances();
        bins = new Bin[](ids.length);
        for (uint256 i; i < ids.length; ++i) {
            IMaverickV2Pool.BinState memory bin = pool.getBin(ids[i]);
            (bins[i].index, bins[i].tick) = (bin.tick, pool.getTick(bin.tick));
            if (balances[i] != 0) bins[i].ours = uint256(bin.tickBalance).fullMulDiv(balances[i], bin.totalSupply);
        }
    }

    function _ends(int32 tick, uint256 spacing) private pure returns (uint256, uint256) {
        return (BinCurve.sqrtPriceAt(tick, spacing), BinCurve.sqrtPriceAt(int256(tick) + 1, spacing));
    }
}
