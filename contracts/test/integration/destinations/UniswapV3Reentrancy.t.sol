// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IDestination} from "../../../src/destinations/IDestination.sol";
import {UniswapV3Destination} from "../../../src/destinations/UniswapV3Destination.sol";
import {UniswapV3Fixture} from "./UniswapV3Fixture.sol";

/// @notice Asks for the value, and enters and leaves, while a real Uniswap V3 pool waits for the test contract to pay.
contract UniswapV3ReentrancyTest is UniswapV3Fixture {
    uint256 private callGas = type(uint256).max;
    uint256 private callbacks;

    function setUp() public {
        _setUpPair(18, 18, true);
        _enter(1000);
    }

    function test_D3_insideAMintThereIsNoValue() public {
        pool.mint(address(this), lower, upper, uint128(1e5 * one), "");
        _expectCallbacks(1);
    }

    function test_D3_insideASwapThereIsNoValue() public {
        pool.swap(address(this), true, 1000e18, 4_295_128_740, "");
        _expectCallbacks(1);
    }

    function test_D3_insideAFlashThereIsNoValue() public {
        pool.flash(address(this), 10_000e18, 10_000e18, "");
        _expectCallbacks(1);
    }

    /// @dev Too little gas to see the lock must not look like a free one.
    function testFuzz_D3_noAmountOfGasOpensTheGuard(uint256 gas_) public {
        callGas = bound(gas_, 0, 400_000);
        pool.flash(address(this), 1e18, 0, "");
        assertEq(callbacks, 1);
    }

    function uniswapV3MintCallback(uint256 amount0, uint256 amount1, bytes calldata) external {
        _attack();
        _token(0).transfer(msg.sender, amount0);
        _token(1).transfer(msg.sender, amount1);
    }

    function uniswapV3SwapCallback(int256 delta0, int256, bytes calldata) external {
        _attack();
        _token(0).transfer(msg.sender, uint256(delta0));
    }

    function uniswapV3FlashCallback(uint256 fee0, uint256 fee1, bytes calldata) external {
        _attack();
        _token(0).transfer(msg.sender, (callGas == type(uint256).max ? 10_000e18 : 1e18) + fee0);
        if (fee1 != 0) _token(1).transfer(msg.sender, 10_000e18 + fee1);
    }

    function _attack() private {
        ++callbacks;
        bytes memory locked = abi.encodeWithSelector(IDestination.VenueLocked.selector);
        _refused(abi.encodeCall(IDestination.value, (1e18)), locked);
        _refused(abi.encodeCall(IDestination.valuesAt, (1e18, new uint256[][](0))), locked);
        _refused(abi.encodeCall(IDestination.depth, ()), locked);
        if (callGas != type(uint256).max) return;
        // The pool refuses the rest itself.
        bytes memory lok = abi.encodeWithSignature("Error(string)", "LOK");
        _refused(abi.encodeCall(IDestination.wrap, (1e18, holder)), lok);
        _refused(abi.encodeCall(IDestination.unwrap, (1e18, holder)), lok);
        _refused(abi.encodeCall(IDestination.add, (_whole(1, 1), 0, holder)), lok);
        _refused(abi.encodeCall(IDestination.remove, (1e18, _pairOf(0, 0), holder)), lok);
        _refused(abi.encodeCall(IDestination.sell, (1e18, 0, holder)), lok);
        _refused(
            abi.encodeCall(UniswapV3Destination.uniswapV3MintCallback, (1, 1, "")),
            abi.encodeWithSelector(UniswapV3Destination.UnexpectedCallback.selector, address(this))
        );
        // Changes nothing, but is no way to make a harvest fail.
        vm.expectEmit(address(destination));
        emit IDestination.ClaimSkipped(address(destination));
        destination.harvest();
    }

    function _refused(bytes memory call, bytes memory why) private {
        (bool done, bytes memory answer) = address(destination).call{gas: callGas}(call);
        assertFalse(done);
        if (callGas == type(uint256).max) assertEq(answer, why);
    }

    function _expectCallbacks(uint256 count) private view {
        assertEq(callbacks, count);
        (uint256 safe,,,) = destination.value(1e18);
        assertGt(safe, 0, "afterwards there is a value");
        assertEq(destination.totalSupply(), 1000 * one);
    }
}
