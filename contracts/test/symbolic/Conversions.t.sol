// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {LmpMath} from "../../src/lmp/LmpMath.sol";
import {Test} from "forge-std/Test.sol";

/// @notice The vault's conversions, on their bytecode and over all amounts of 96 bits. `check_` functions are proven by `npm run audit`;
/// what no solver settles in time is held by the `testFuzz_` function of the same name. `checkWrong_` functions claim what is not so: each must
/// be refuted.
contract ConversionsSymbolic is Test {
    /* There and back: never more, whichever way it is rounded on the way out */

    function check_depositThenRedeem(uint96 assets, uint96 value, uint96 supply) public pure {
        uint256 shares = LmpMath.sharesDown(assets, value, supply);
        assertLe(LmpMath.assetsDown(shares, value, supply), assets);
    }

    function check_depositThenWithdraw(uint96 assets, uint96 value, uint96 supply) public pure {
        uint256 shares = LmpMath.sharesDown(assets, value, supply);
        // What these shares can withdraw costs at least as many.
        assertLe(LmpMath.sharesDown(LmpMath.assetsDown(shares, value, supply), value, supply), shares);
    }

    function check_mintThenRedeem(uint96 shares, uint96 value, uint96 supply) public pure {
        uint256 assets = LmpMath.assetsUp(shares, value, supply);
        assertLe(LmpMath.assetsDown(shares, value, supply), assets);
    }

    function check_redeemThenDeposit(uint96 shares, uint96 value, uint96 supply) public pure {
        uint256 assets = LmpMath.assetsDown(shares, value, supply);
        assertLe(LmpMath.sharesDown(assets, value, supply), shares);
    }

    function check_withdrawCostsWhatItTakes(uint96 assets, uint96 value, uint96 supply) public pure {
        uint256 shares = LmpMath.sharesUp(assets, value, supply);
        assertGe(LmpMath.assetsDown(shares, value, supply), assets);
    }

    function check_mintPaysForItsShares(uint96 shares, uint96 value, uint96 supply) public pure {
        uint256 assets = LmpMath.assetsUp(shares, value, supply);
        assertGe(LmpMath.sharesDown(assets, value, supply), shares);
    }

    /* The two roundings are one apart at most */

    function check_sharesRoundings(uint96 assets, uint96 value, uint96 supply) public pure {
        uint256 down = LmpMath.sharesDown(assets, value, supply);
        uint256 up = LmpMath.sharesUp(assets, value, supply);
        assertTrue(up == down || up == down + 1);
    }

    function check_assetsRoundings(uint96 shares, uint96 value, uint96 supply) public pure {
        uint256 down = LmpMath.assetsDown(shares, value, supply);
        uint256 up = LmpMath.assetsUp(shares, value, supply);
        assertTrue(up == down || up == down + 1);
    }

    /// @dev Who holds the supply is paid no more than there is.
    function check_holdersArePaidFromTheBook(uint96 shares, uint96 value, uint96 supply) public pure {
        vm.assume(shares <= supply);
        assertLe(LmpMath.assetsDown(shares, value, supply), value);
    }

    /* Fuzzed: no solver settles these in time */

    function testFuzz_mintPaysForItsShares(uint96 shares, uint96 value, uint96 supply) public pure {
        check_mintPaysForItsShares(shares, value, supply);
    }

    function testFuzz_holdersArePaidFromTheBook(uint96 shares, uint96 value, uint96 supply) public pure {
        check_holdersArePaidFromTheBook(uint96(bound(shares, 0, supply)), value, supply);
    }

    /* Wrong variants */

    function checkWrong_depositRoundedUpThenRedeem(uint96 assets, uint96 value, uint96 supply) public pure {
        uint256 shares = LmpMath.sharesUp(assets, value, supply);
        assertLe(LmpMath.assetsDown(shares, value, supply), assets);
    }

    function checkWrong_redeemRoundedUpThenDeposit(uint96 shares, uint96 value, uint96 supply) public pure {
        uint256 assets = LmpMath.assetsUp(shares, value, supply);
        assertLe(LmpMath.sharesDown(assets, value, supply), shares);
    }

    function checkWrong_withdrawRoundedDown(uint96 assets, uint96 value, uint96 supply) public pure {
        uint256 shares = LmpMath.sharesDown(assets, value, supply);
        assertGe(LmpMath.assetsDown(shares, value, supply), assets);
    }
}
