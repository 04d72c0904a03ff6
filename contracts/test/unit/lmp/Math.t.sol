// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Book} from "../../../src/lmp/ILMP.sol";
import {LmpMath} from "../../../src/lmp/LmpMath.sol";
import {Test} from "forge-std/Test.sol";

/// @notice Corners of the arithmetic that no vault with a seed comes to; the rest is in the lemmas (`npm run audit`).
contract LmpMathTest is Test {
    /// @dev Everybody left, and what is left fell below the mark.
    function test_firstSharesOwnTheWholeBook() public pure {
        assertEq(LmpMath.markAfterEntry({mark: 10e18, gross: 4e18, assets: 3e18, shares: 3e18, supply: 0}), 7e18);
    }

    /// @dev One base unit for a million shares is the least, the virtual ones counted.
    function test_B5_theLeastPriceOfAnEntry() public pure {
        assertFalse(LmpMath.isPriceTooLow({entryValue: 0, supply: 1e6 - 1}));
        assertTrue(LmpMath.isPriceTooLow({entryValue: 0, supply: 1e6}));
        assertFalse(LmpMath.isPriceTooLow({entryValue: 4, supply: 5e6 - 1}));
        assertTrue(LmpMath.isPriceTooLow({entryValue: 4, supply: 5e6}));
    }

    /// @dev Who pays the mark moves nothing, be it to where it is.
    function test_anEntryAtTheLossMarkIsNotBelowIt() public pure {
        assertFalse(LmpMath.isBelow({lossMark: 1e18, assets: 5, shares: 5}));
        assertTrue(LmpMath.isBelow({lossMark: 1e18, assets: 4, shares: 5}));
    }

    /// @dev A loss eats the lock first, so no vault comes to it.
    function test_releasedValueIsNeverBelowZero() public pure {
        Book memory b;
        (b.idle, b.sumSafe, b.locked) = (1, 2, 4);
        assertEq(LmpMath.releasedValue(b), 0);
        b.locked = 2;
        assertEq(LmpMath.releasedValue(b), 1);
    }
}
