// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {LmpBase} from "../unit/lmp/LmpBase.sol";
import {ERC4626Prop} from "erc4626-tests/ERC4626.prop.sol";

/// @notice a16z's ERC-4626 properties, without tolerance, of a vault whose idle pays, after a profit of which part is unlocked; in the block of a
/// report and within the flow budget.
/// The properties are theirs; the inputs are drawn here, within what each function accepts, so that no run is thrown away.
abstract contract LmpErc4626 is LmpBase, ERC4626Prop {
    address[4] private users;

    function _decimals() internal pure virtual returns (uint8);

    function setUp() public {
        _setUp(_decimals(), 2000);
        (_underlying_, _vault_) = (address(asset), address(lmp));
        (_delta_, _vaultMayBeEmpty, _unlimitedAmount) = (0, false, false);
        users = [alice, bob, makeAddr("carol"), makeAddr("dave")];
    }

    /// @dev Holders of drawn sizes, a drawn profit, a drawn time. Everybody has assets and has approved everything.
    modifier prepared(uint256 seed_) {
        for (uint256 i; i < users.length; ++i) {
            _deposit(users[i], _draw(seed_, i, one / 1e3, 1e6 * one));
            asset.mint(users[i], _draw(seed_, i + 4, one / 1e3, 1e6 * one));
            for (uint256 j; j < users.length; ++j) {
                vm.prank(users[i]);
                lmp.approve(users[j], type(uint256).max);
            }
            vm.prank(users[i]);
            asset.approve(address(lmp), type(uint256).max);
        }
        _addProfit(_draw(seed_, 8, 1, 1e4 * one));
        // No more than what keeps idle enough for any of them.
        _invest(_addDestination(), _draw(seed_, 14, 1, one / 1e3));
        lmp.report();
        skip(_draw(seed_, 9, 0, 20 hours));
        if (seed_ % 2 == 0) lmp.report();
        _;
    }

    function _draw(uint256 seed_, uint256 salt, uint256 min, uint256 max) private pure returns (uint256) {
        return _bound(uint256(keccak256(abi.encode(seed_, salt))), min, max);
    }

    /// @dev A third of what is accepted, since round trips pass twice and the way back costs a little more. In the block of a report the cap
    /// bounds it, else the flow budget.
    function _assets(uint256 seed_) private view returns (uint256) {
        return _draw(seed_, 10, one / 1e3, _min(asset.balanceOf(alice), lmp.maxDeposit(alice)) / 3);
    }

    function _shares(uint256 seed_) private view returns (uint256) {
        return lmp.previewDeposit(_assets(seed_));
    }

    function _held(uint256 seed_) private view returns (uint256) {
        return _draw(seed_, 12, lmp.maxRedeem(alice) / 1e3, lmp.maxRedeem(alice) / 3);
    }

    function _owed(uint256 seed_) private view returns (uint256) {
        return _draw(seed_, 13, lmp.maxWithdraw(alice) / 1e3, lmp.maxWithdraw(alice) / 3);
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }

    function testFuzz_I3_views(uint256 s, uint256 amount) public prepared(s) {
        emit log_named_uint("delta", _delta_);
        prop_asset(alice);
        prop_totalAssets(alice);
        prop_maxDeposit(alice, bob);
        prop_maxMint(alice, bob);
        prop_maxWithdraw(alice, bob);
        prop_maxRedeem(alice, bob);
        amount = _bound(amount, 0, 1e30);
        prop_convertToShares(alice, bob, amount);
        prop_convertToAssets(alice, bob, amount);
    }

    function testFuzz_I1_deposit(uint256 s) public prepared(s) {
        prop_deposit(alice, bob, _assets(s));
    }

    function testFuzz_I1_previewDeposit(uint256 s) public prepared(s) {
        prop_previewDeposit(alice, bob, users[2], _assets(s));
    }

    function testFuzz_I1_mint(uint256 s) public prepared(s) {
        prop_mint(alice, bob, _shares(s));
    }

    function testFuzz_I1_previewMint(uint256 s) public prepared(s) {
        prop_previewMint(alice, bob, users[2], _shares(s));
    }

    function testFuzz_I1_withdraw(uint256 s) public prepared(s) {
        prop_withdraw(s % 2 == 0 ? alice : bob, users[2], alice, _owed(s));
    }

    function testFuzz_I1_previewWithdraw(uint256 s) public prepared(s) {
        prop_previewWithdraw(bob, users[2], alice, users[3], _owed(s));
    }

    function testFuzz_I1_redeem(uint256 s) public prepared(s) {
        prop_redeem(s % 2 == 0 ? alice : bob, users[2], alice, _held(s));
    }

    function testFuzz_I1_previewRedeem(uint256 s) public prepared(s) {
        prop_previewRedeem(bob, users[2], alice, users[3], _held(s));
    }

    function testFuzz_I4_roundTripsFromAssets(uint256 s) public prepared(s) {
        uint256 snapshot = vm.snapshotState();
        prop_RT_deposit_redeem(alice, _assets(s));
        vm.revertToState(snapshot);
        prop_RT_deposit_withdraw(alice, _assets(s));
        vm.revertToState(snapshot);
        prop_RT_withdraw_mint(alice, _owed(s));
        vm.revertToState(snapshot);
        prop_RT_withdraw_deposit(alice, _owed(s));
    }

    function testFuzz_I4_roundTripsFromShares(uint256 s) public prepared(s) {
        uint256 snapshot = vm.snapshotState();
        prop_RT_redeem_deposit(alice, _held(s));
        vm.revertToState(snapshot);
        prop_RT_redeem_mint(alice, _held(s));
        vm.revertToState(snapshot);
        prop_RT_mint_withdraw(alice, _shares(s));
        vm.revertToState(snapshot);
        prop_RT_mint_redeem(alice, _shares(s));
    }
}

/// forge-config: default.fuzz.runs = 128
/// forge-config: default.fuzz.max-test-rejects = 1
contract Lmp18Erc4626Test is LmpErc4626 {
    function _decimals() internal pure override returns (uint8) {
        return 18;
    }
}

/// forge-config: default.fuzz.runs = 128
/// forge-config: default.fuzz.max-test-rejects = 1
contract Lmp6Erc4626Test is LmpErc4626 {
    function _decimals() internal pure override returns (uint8) {
        return 6;
    }
}

/// forge-config: default.fuzz.runs = 128
/// forge-config: default.fuzz.max-test-rejects = 1
contract Lmp8Erc4626Test is LmpErc4626 {
    function _decimals() internal pure override returns (uint8) {
        return 8;
    }
}
