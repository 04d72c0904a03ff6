// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IDestination} from "../../../src/destinations/IDestination.sol";
import {BalancerVaultLike} from "../../venues/interfaces/BalancerV2Like.sol";
import {BalancerFixture} from "./BalancerFixture.sol";

/// @notice Asks for the value while Balancer hands it ETH in the middle of a call.
contract BalancerReentrancyTest is BalancerFixture {
    bool private attacking;
    uint256 private callGas;
    bytes private answer;
    bool private answered;
    uint256 private callbacks;

    function setUp() public {
        _setUpBalancer(0.0004e18);
        callGas = type(uint256).max;
    }

    receive() external payable override {
        if (!attacking) return;
        ++callbacks;
        (answered, answer) = address(destination).staticcall{gas: callGas}(abi.encodeCall(IDestination.value, (1e18)));
        (bool also, bytes memory other) = address(destination).staticcall{gas: callGas}(
            abi.encodeCall(IDestination.valuesAt, (1e18, new uint256[][](0)))
        );
        assertFalse(also, "valuesAt");
        if (callGas == type(uint256).max) assertEq(other, answer, "valuesAt");
    }

    /// @dev The known attack: LP tokens are burned, the balances not yet updated.
    function test_D3_insideAnExitThereIsNoValue() public {
        _exitInEth();
        assertEq(callbacks, 1);
        assertFalse(answered);
        assertEq(answer, abi.encodeWithSelector(IDestination.VenueLocked.selector));
        attacking = false;
        assertGt(_safe(destination), 0, "afterwards there is");
    }

    function test_D3_insideAJoinThereIsNoValue() public {
        attacking = true;
        (address[] memory assets,,) = set.balancer.vault.getPoolTokens(poolId);
        uint256[] memory most = new uint256[](assets.length);
        uint256[] memory amounts = new uint256[](assets.length - 1);
        amounts[_legIndex(address(weth))] = 10e18;
        for (uint256 i; i < assets.length; ++i) {
            if (assets[i] != address(weth)) continue;
            assets[i] = address(0);
            most[i] = 10e18;
        }
        bytes memory data = abi.encode(JOIN_EXACT_TOKENS_IN, amounts, 0);
        // What is sent too much comes back inside the call.
        set.balancer.vault.joinPool{value: 11e18}(
            poolId, address(this), address(this), BalancerVaultLike.JoinPoolRequest(assets, most, data, false)
        );
        assertEq(callbacks, 1);
        assertFalse(answered);
        assertEq(answer, abi.encodeWithSelector(IDestination.VenueLocked.selector));
    }

    /// @dev A probe that runs out of gas must not look like a free lock.
    function testFuzz_D3_noAmountOfGasOpensTheGuard(uint256 gas_) public {
        callGas = bound(gas_, 0, 400_000);
        _exitInEth();
        assertEq(callbacks, 1);
        assertFalse(answered);
    }

    function _exitInEth() private {
        attacking = true;
        (address[] memory assets,,) = set.balancer.vault.getPoolTokens(poolId);
        for (uint256 i; i < assets.length; ++i) {
            if (assets[i] == address(weth)) assets[i] = address(0);
        }
        set.balancer.vault
            .exitPool(
                poolId,
                address(this),
                payable(address(this)),
                BalancerVaultLike.ExitPoolRequest(
                    assets, new uint256[](assets.length), abi.encode(EXIT_PROPORTIONAL, 500e18), false
                )
            );
    }
}
