// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {AerodromeStableDestination} from "../../../src/destinations/AerodromeStableDestination.sol";
import {IDestination} from "../../../src/destinations/IDestination.sol";
import {SolidlyCurve} from "../../../src/destinations/SolidlyCurve.sol";
import {Aerodrome} from "../../venues/Aerodrome.sol";
import {AerodromePoolLike} from "../../venues/interfaces/AerodromeLike.sol";
import {AerodromeFixture} from "./AerodromeFixture.sol";
import {HookedCoin} from "./CurveDestination.t.sol";

/// @notice Asks for the value in the middle of a call of the pool: in the hook of its flash swap, and, with a token that calls
/// its receivers, while LP tokens are burned.
contract AerodromeReentrancyTest is AerodromeFixture {
    AerodromePoolLike private target;
    AerodromeStableDestination private asked;
    bool private attacking;
    uint256 private callGas = type(uint256).max;
    uint256 private callbacks;
    bool private answered;
    bytes private answer;
    /// @dev D per LP token as the pool's own views show it inside.
    uint256 private shown;

    function setUp() public {
        _setUpAerodrome(18, 18);
        (target, asked) = (pool, destination);
    }

    /// @dev Aerodrome's flash swap: tokens are out, reserves are those of before.
    function hook(address, uint256, uint256, bytes calldata) external {
        _ask();
        // The least the pool accepts, but for a rounding.
        base.transfer(address(pool), 1000.5003e18);
    }

    function tokensReceived() external {
        _ask();
    }

    function test_D3_insideAFlashSwapThereIsNoValue() public {
        uint256 before = _safe();
        _flash();
        _expectLocked();
        _expectUnmoved(before, _safe(), "after the flash swap there is, and the same");
    }

    /// @dev The known attack: LP tokens are burned, reserves not yet written. The pool's own views show 33% too much.
    function test_D3_insideABurnThereIsNoValue() public {
        HookedCoin coin = _useHookedPool();
        uint256 before = _shownNow();
        attacking = true;
        target.transfer(address(target), target.totalSupply() / 4);
        target.burn(address(this));
        _expectLocked();
        assertGt(shown, before * 13 / 10, "the attack is real");
        assertApproxEqRel(_shownNow(), before, 1e9);
        assertGt(coin.balanceOf(address(this)), 0);
        (uint256 safe,,,) = asked.value(WAD);
        assertGt(safe, 0, "afterwards there is");
    }

    /// @dev A probe that runs out of gas must not look like a free lock.
    function testFuzz_D3_noAmountOfGasOpensTheGuard(uint256 gas_) public {
        callGas = bound(gas_, 0, 400_000);
        _flash();
        assertEq(callbacks, 1);
        assertFalse(answered);
    }

    function testFuzz_D3_noAmountOfGasOpensTheGuardInABurn(uint256 gas_) public {
        _useHookedPool();
        callGas = bound(gas_, 0, 400_000);
        attacking = true;
        target.transfer(address(target), target.totalSupply() / 4);
        target.burn(address(this));
        assertEq(callbacks, 1);
        assertFalse(answered);
    }

    /// @dev And with enough gas the free lock is seen as free, so that `value` answers.
    function testFuzz_D9_outsideEnoughGasAlwaysGivesAValue(uint256 gas_) public {
        callGas = bound(gas_, 300_000, 1_000_000);
        attacking = true;
        _ask();
        assertTrue(answered);
    }

    function _flash() private {
        attacking = true;
        bool baseOut = _baseLeg() == 0;
        pool.swap(baseOut ? 1000e18 : 0, baseOut ? 0 : 1000e18, address(this), "flash");
        assertEq(callbacks, 1);
    }

    function _useHookedPool() private returns (HookedCoin coin) {
        coin = new HookedCoin();
        prices.setSource(address(coin), address(otherFeed), MAX_AGE, address(0));
        target = Aerodrome.createStablePool(venue, base, 1000e18, coin, 1000e18, address(this));
        asked = _clone();
        asked.initialize(vault, address(target), address(0), rewardList);
    }

    function _ask() private {
        if (!attacking) return;
        ++callbacks;
        shown = _shownNow();
        (answered, answer) = address(asked).staticcall{gas: callGas}(abi.encodeCall(IDestination.value, (1e18)));
        (bool also, bytes memory second) =
            address(asked).staticcall{gas: callGas}(abi.encodeCall(IDestination.valuesAt, (1e18, new uint256[][](0))));
        if (callGas == type(uint256).max) assertEq(also, answered, "valuesAt");
        if (!answered && callGas == type(uint256).max) assertEq(second, answer, "valuesAt");
        (bool depth,) = address(asked).staticcall(abi.encodeCall(IDestination.depth, ()));
        assertEq(depth, _free(), "depth");
    }

    /// @dev Whether the pool can be entered, by entering it.
    function _free() private returns (bool done) {
        (done,) = address(target).call(abi.encodeCall(target.getK, ()));
    }

    function _shownNow() private view returns (uint256) {
        return SolidlyCurve.invariant(target.reserve0(), target.reserve1()) * WAD / target.totalSupply();
    }

    function _expectLocked() private view {
        assertEq(callbacks, 1);
        assertFalse(answered);
        assertEq(answer, abi.encodeWithSelector(IDestination.VenueLocked.selector));
    }
}
