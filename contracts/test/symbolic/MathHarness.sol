// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Book} from "../../src/lmp/ILMP.sol";
import {LmpMath} from "../../src/lmp/LmpMath.sol";
import {ProfitLock} from "../../src/lmp/ProfitLock.sol";

/// @dev What the arithmetic reads of a book.
struct Values {
    uint256 idle;
    uint256 sumSafe;
    uint256 sumMin;
    uint256 sumMax;
    uint256 locked;
    uint256 mark;
}

/// @notice The vault's arithmetic from outside, so that the formulas the lemmas are about can be compared with it (`npm run audit`).
/// Every function has a formula of the same name in scripts/audit/lemmas/formulas.py.
contract MathHarness {
    function grossValue(Values calldata b) external pure returns (uint256) {
        return LmpMath.grossValue(_book(b));
    }

    function releasedValue(Values calldata b) external pure returns (uint256) {
        return LmpMath.releasedValue(_book(b));
    }

    function entryValueUp(Values calldata b, uint256 feeBps, uint256 loss) external pure returns (uint256) {
        return LmpMath.entryValueUp(_book(b), feeBps, loss);
    }

    function exitValueDown(Values calldata b, uint256 feeBps) external pure returns (uint256) {
        return LmpMath.exitValueDown(_book(b), feeBps);
    }

    function totalValueDown(Values calldata b, uint256 feeBps) external pure returns (uint256) {
        return LmpMath.totalValueDown(_book(b), feeBps);
    }

    function feeShareValueUp(Values calldata b, uint256 feeBps) external pure returns (uint256) {
        return LmpMath.feeShareValueUp(_book(b), feeBps);
    }

    function feeDown(uint256 profit, uint256 feeBps) external pure returns (uint256) {
        return LmpMath.feeDown(profit, feeBps);
    }

    function feeUp(uint256 profit, uint256 feeBps) external pure returns (uint256) {
        return LmpMath.feeUp(profit, feeBps);
    }

    function managementFeeDown(uint256 released, uint256 feeBps, uint256 elapsed) external pure returns (uint256) {
        return LmpMath.managementFeeDown(released, feeBps, elapsed);
    }

    function sharesDown(uint256 assets, uint256 value, uint256 supply) external pure returns (uint256) {
        return LmpMath.sharesDown(assets, value, supply);
    }

    function sharesUp(uint256 assets, uint256 value, uint256 supply) external pure returns (uint256) {
        return LmpMath.sharesUp(assets, value, supply);
    }

    function assetsDown(uint256 shares, uint256 value, uint256 supply) external pure returns (uint256) {
        return LmpMath.assetsDown(shares, value, supply);
    }

    function assetsUp(uint256 shares, uint256 value, uint256 supply) external pure returns (uint256) {
        return LmpMath.assetsUp(shares, value, supply);
    }

    function sharesFor(uint256 assets, uint256 value, uint256 supply) external pure returns (uint256) {
        return LmpMath.sharesFor(assets, value, supply);
    }

    function exitFloor(uint256 owed, uint256 idle) external pure returns (uint256) {
        return LmpMath.exitFloor(owed, idle);
    }

    function isPriceTooLow(uint256 value, uint256 supply) external pure returns (bool) {
        return LmpMath.isPriceTooLow(value, supply);
    }

    function markAfterEntry(uint256 mark, uint256 gross, uint256 assets, uint256 shares, uint256 supply)
        external
        pure
        returns (uint256)
    {
        return LmpMath.markAfterEntry(mark, gross, assets, shares, supply);
    }

    function markAfterExit(
        uint256 mark,
        uint256 gross,
        uint256 leaving,
        uint256 unlocked,
        uint256 shares,
        uint256 supply
    ) external pure returns (uint256) {
        return LmpMath.markAfterExit(mark, gross, leaving, unlocked, shares, supply);
    }

    function isBelow(uint256 lossMark, uint256 assets, uint256 shares) external pure returns (bool) {
        return LmpMath.isBelow(lossMark, assets, shares);
    }

    function lossMarkAfterEntryDown(uint256 lossMark, uint256 assets, uint256 shares, uint256 supply)
        external
        pure
        returns (uint256)
    {
        return LmpMath.lossMarkAfterEntryDown(lossMark, assets, shares, supply);
    }

    function lossMarkAfterFeeDown(uint256 lossMark, uint256 shares, uint256 supply) external pure returns (uint256) {
        return LmpMath.lossMarkAfterFeeDown(lossMark, shares, supply);
    }

    function inKindTerms(Values calldata b, uint256 shares, uint256 supply) external pure returns (uint256, uint256) {
        return LmpMath.inKindTerms(_book(b), shares, supply);
    }

    function sliceDown(uint256 balance, uint256 shares, uint256 supply, uint256 keep) external pure returns (uint256) {
        return LmpMath.sliceDown(balance, shares, supply, keep);
    }

    function remaining(uint256 locked, uint256 start, uint256 end, uint256 time) external pure returns (uint256) {
        return ProfitLock.remaining(locked, start, end, time);
    }

    function add(uint256 locked, uint256 end, uint256 gain, uint256 time) external pure returns (uint256, uint256) {
        return ProfitLock.add(locked, end, gain, time);
    }

    function eat(uint256 locked, uint256 loss) external pure returns (uint256) {
        return ProfitLock.eat(locked, loss);
    }

    function _book(Values calldata v) private pure returns (Book memory b) {
        (b.idle, b.sumSafe, b.sumMin, b.sumMax, b.locked, b.mark) =
        (v.idle, v.sumSafe, v.sumMin, v.sumMax, v.locked, v.mark);
    }
}
