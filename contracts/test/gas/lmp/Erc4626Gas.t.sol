// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Artifacts} from "../../venues/Artifacts.sol";
import {WETH9Like} from "../../venues/interfaces/WETH9Like.sol";
import {OpenZeppelinVault, SoladyVault, SolmateVault} from "./PlainVaults.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {Test} from "forge-std/Test.sol";

/// @notice What a deposit and a redemption cost at plain ERC-4626 vaults, measured as LmpGas measures ours: whole transactions
/// on the real WETH, by a holder who deposited before.
/// forge-config: default.isolate = true
contract Erc4626GasTest is Test {
    address private immutable alice = makeAddr("alice");

    function test_openZeppelin() public {
        WETH9Like weth = WETH9Like(Artifacts.create("WETH9"));
        _measure(weth, IERC4626(address(new OpenZeppelinVault(address(weth)))), "OpenZeppelin");
    }

    function test_solmate() public {
        WETH9Like weth = WETH9Like(Artifacts.create("WETH9"));
        _measure(weth, IERC4626(address(new SolmateVault(address(weth)))), "solmate");
    }

    function test_solady() public {
        WETH9Like weth = WETH9Like(Artifacts.create("WETH9"));
        _measure(weth, IERC4626(address(new SoladyVault(address(weth)))), "solady");
    }

    function _measure(WETH9Like weth, IERC4626 vault, string memory name) private {
        vm.deal(address(this), 1e24);
        weth.deposit{value: 1e24}();
        weth.transfer(alice, 1e21);
        weth.approve(address(vault), type(uint256).max);
        vault.deposit(10_000e18, address(this));
        vm.prank(alice);
        weth.approve(address(vault), type(uint256).max);
        vm.prank(alice);
        vault.deposit(500e18, alice);

        vm.prank(alice);
        vault.deposit(1e18, alice);
        vm.snapshotGasLastCall("ERC4626", string.concat("deposit, ", name));
        vm.prank(alice);
        vault.redeem(1e18, alice, alice);
        vm.snapshotGasLastCall("ERC4626", string.concat("redeem, ", name));
        assertEq(vault.balanceOf(alice), 500e18);
    }
}
