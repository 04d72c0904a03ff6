// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

import {ILossPrices} from "./ILossPrices.sol";
import {IPriceRegistry} from "./IPriceRegistry.sol";

/// @title What a token counts when losses are measured; see ILossPrices for the formulas
/// @notice RECORDS: 14 lanes of 16 bits per token, one per day, each with the smallest discount of its day in bps, plus one: 0 is
/// "no record". The lane of a day is its number modulo 14; the slot also keeps the last day written, and lanes of days that
/// passed without a record are emptied when the next one is written.
/// ROUNDING: against a loss being counted. Discounts and `low` down, `high` up.
contract LossPrices is ILossPrices {
    using FixedPointMathLib for uint256;

    uint256 private constant WAD = 1e18;
    uint256 private constant BPS = 10_000;
    /// @notice Days over which a discount must last.
    uint256 public constant DAYS = 14;
    /// @notice Part of a sustained discount that is no loss, WAD.
    uint256 public constant TOLERATED = 0.05e18;
    /// @dev A market price below one part in this many of the issuer's rate is taken for none: a pool's curve takes no prices that
    /// are further apart than 1e6.
    uint256 private constant MAX_RATIO = 1e5;

    uint256 private constant LANE_BITS = 16;
    uint256 private constant LANE_MASK = 0xffff;
    uint256 private constant LANES_BITS = DAYS * LANE_BITS;
    uint256 private constant LANES_MASK = type(uint224).max;

    IPriceRegistry private immutable PRICES;
    address private immutable QUOTE;

    /// @dev Lanes in the low 224 bits, last day written above them.
    mapping(address token => uint256) private _records;

    /// @param prices issuer rates and market prices
    constructor(IPriceRegistry prices) {
        PRICES = prices;
        QUOTE = prices.quote();
    }

    /// @inheritdoc ILossPrices
    function record(address token) external {
        if (token == QUOTE) return;
        (uint256 rate, uint256 market, bool ok) = PRICES.legPrices(token);
        if (!ok) return;
        uint256 today = block.timestamp / 1 days;
        uint256 lanes = _lanesAt(_records[token], today);
        uint256 shift = today % DAYS * LANE_BITS;
        uint256 recorded = lanes >> shift & LANE_MASK;
        // At most 10,000.
        uint256 bps = rate.zeroFloorSub(market).fullMulDiv(BPS, rate);
        if (recorded != 0 && recorded <= bps + 1) return;
        lanes = (lanes & ~(LANE_MASK << shift)) | (bps + 1) << shift;
        _records[token] = today << LANES_BITS | lanes;
        emit DiscountRecorded(token, today, bps);
    }

    /// @inheritdoc ILossPrices
    function sustainedDiscount(address token) public view returns (uint256) {
        uint256 lanes = _lanesAt(_records[token], block.timestamp / 1 days);
        uint256 smallest = type(uint256).max;
        for (uint256 i; i < DAYS; ++i) {
            uint256 recorded = lanes >> (i * LANE_BITS) & LANE_MASK;
            if (recorded == 0) return 0;
            smallest = smallest.min(recorded - 1);
        }
        return smallest * (WAD / BPS);
    }

    /// @inheritdoc ILossPrices
    function lossPrices(address token) external view returns (Prices memory p) {
        bool ok;
        (p, ok) = tryLossPrices(token);
        require(ok, RateUnavailable(token));
    }

    /// @inheritdoc ILossPrices
    function tryLossPrices(address token) public view returns (Prices memory p, bool ok) {
        if (token == QUOTE) return (Prices(WAD, WAD, WAD), true);
        (uint256 rate, uint256 market,) = PRICES.legPrices(token);
        if (rate == 0) return (p, false);
        uint256 counted = WAD - sustainedDiscount(token).zeroFloorSub(TOLERATED);
        p.rate = rate;
        p.low = market < rate / MAX_RATIO ? 0 : rate.fullMulDiv(counted, WAD).min(market);
        p.high = rate.fullMulDivUp(counted, WAD).max(market.min(rate));
        return (p, true);
    }

    /// @dev Lanes of a record as of `today`: those of days since the last one written are empty.
    function _lanesAt(uint256 stored, uint256 today) private pure returns (uint256 lanes) {
        uint256 day = stored >> LANES_BITS;
        if (today >= day + DAYS) return 0;
        lanes = stored & LANES_MASK;
        while (day < today) {
            ++day;
            lanes &= ~(LANE_MASK << (day % DAYS * LANE_BITS));
        }
    }
}
