// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Book} from "../../src/lmp/ILMP.sol";
import {DestinationMock} from "../mocks/lmp/DestinationMock.sol";
import {LmpBase} from "../unit/lmp/LmpBase.sol";
import {console} from "forge-std/console.sol";

/// @notice A random history of a real vault. Prints every flow with the book before and after it, for `npm run audit` to compare with
/// the formulas its lemmas are about. One line per flow: call, amount, result, then twice supply, feeBps, cover, idle, sumSafe, sumMin,
/// sumMax, locked, mark.
abstract contract LmpHistory is LmpBase {
    uint256 private constant FEE_BPS = 2000;
    string[6] private _calls = ["deposit", "mint", "withdraw", "redeem", "redeemInKind", "redeemThroughQueue"];

    DestinationMock[] private _list;
    uint256[6] private _count;
    uint256 private _random;

    function _decimals() internal pure virtual returns (uint8);

    function test_everyCallFlows() public {
        _random = vm.envOr("HISTORY_SEED", uint256(1));
        uint256 steps = vm.envOr("HISTORY_STEPS", uint256(60));
        _setUp(_decimals(), FEE_BPS);
        for (uint256 i; i < 3; ++i) {
            _list.push(_addDestination());
            _list[i].setSale(asset, 10_000);
        }
        lmp.report();
        _deposit(alice, 100 * one);
        vm.prank(alice);
        asset.approve(address(lmp), type(uint256).max);
        for (uint256 i; i < steps; ++i) {
            _disturb();
            _flow();
        }
        for (uint256 i; i < _count.length; ++i) {
            assertGt(_count[i], 0, _calls[i]);
        }
    }

    function _draw(uint256 below) private returns (uint256) {
        _random = uint256(keccak256(abi.encode(_random)));
        return _random % below;
    }

    /// @dev Profits, losses, discounts, time and moves between idle and destinations; then a clean report of this block.
    function _disturb() private {
        vm.warp(block.timestamp + _draw(2 days));
        DestinationMock d = _list[_draw(_list.length)];
        uint256 what = _draw(8);
        if (what == 0) _addProfit(1 + _draw(lmp.totalAssets() / (_draw(2) == 0 ? 2 : 1000) + 1));
        if (what == 1) _setPrices(d, 1000 + _draw(4), 990 + _draw(20));
        if (what == 2) _setPrices(d, 900 + _draw(100), 990 + _draw(20));
        lmp.report();
        // The solver bears the spread, so that no move costs the vault anything.
        if (what > 4 && lmp.book().idle > 10) {
            uint256 assets = 1 + _draw(lmp.book().idle);
            _rebalance(address(0), assets, address(d), (assets + 1) * 1e18 / _least(d.safePrice(), d.spotPrice()) + 1);
        }
        uint256 units = lmp.destinationState(address(d)).units / 3;
        if (what == 3 && units > 10) {
            uint256 price = d.safePrice() > d.spotPrice() ? d.safePrice() : d.spotPrice();
            _rebalance(address(d), units, address(0), units * price / 1e18 + 2);
        }
        lmp.report();
    }

    /// @dev In thousandths of what is.
    function _setPrices(DestinationMock d, uint256 safe, uint256 spot) private {
        safe = d.safePrice() * safe / 1000;
        if (safe > one / 10 && safe < one * 10) d.setPrices(safe, safe * spot / 1000, safe);
    }

    function _flow() private {
        uint256[9] memory was = _state();
        uint256 what = _draw(6);
        uint256 size = 10 ** _draw(4);
        uint256 amount;
        uint256 result;
        vm.startPrank(alice);
        if (what == 0) {
            amount = 1 + _draw(lmp.totalAssets() / size + 1);
            asset.mint(alice, amount);
            if (lmp.previewDeposit(amount) != 0) result = lmp.deposit(amount, alice);
        } else if (what == 1) {
            amount = 1 + _draw(lmp.totalSupply() / size + 1);
            asset.mint(alice, lmp.previewMint(amount));
            result = lmp.mint(amount, alice);
        } else if (what == 2) {
            amount = _draw(_least(lmp.maxWithdraw(alice), lmp.book().idle) / size + 1);
            if (amount != 0) result = lmp.withdraw(amount, alice, alice);
        } else if (what == 3) {
            amount = _draw(lmp.maxRedeem(alice) / size + 1);
            uint256 paid = lmp.previewRedeem(amount);
            if (paid != 0 && paid <= lmp.book().idle) result = lmp.redeem(amount, alice, alice);
        } else if (what == 4) {
            amount = _draw(lmp.balanceOf(alice) / size + 1);
            if (amount > one / 1000) (result,,) = lmp.redeemInKind(amount, alice);
        } else {
            result = _redeemThroughQueue(amount = 1 + _draw(lmp.balanceOf(alice) + 1));
        }
        vm.stopPrank();
        if (result != 0) _print(what, amount, result, was);
    }

    /// @return paid 0 where idle would do, or the destinations do not bring enough
    function _redeemThroughQueue(uint256 shares) private returns (uint256 paid) {
        if (lmp.previewRedeem(shares) <= lmp.book().idle) return 0;
        // At its worth, with a loss that is the leaver's, or with a surplus.
        _list[_draw(_list.length)].setSale(asset, [10_000, 9950, 10_020][_draw(3)]);
        try lmp.redeem(shares, alice, alice) returns (uint256 assets) {
            return assets;
        } catch {
            return 0;
        }
    }

    function _least(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }

    function _state() private view returns (uint256[9] memory s) {
        Book memory b = lmp.book();
        s = [lmp.totalSupply(), FEE_BPS, lmp.cover(), b.idle, b.sumSafe, b.sumMin, b.sumMax, b.locked, b.mark];
    }

    function _print(uint256 what, uint256 amount, uint256 result, uint256[9] memory was) private {
        uint256[9] memory now_ = _state();
        ++_count[what];
        string memory line = string.concat("flow ", _calls[what], " ", vm.toString(amount), " ", vm.toString(result));
        for (uint256 i; i < 9; ++i) {
            line = string.concat(line, " ", vm.toString(was[i]));
        }
        for (uint256 i; i < 9; ++i) {
            line = string.concat(line, " ", vm.toString(now_[i]));
        }
        console.log(line);
    }
}

contract LmpHistory18 is LmpHistory {
    function _decimals() internal pure override returns (uint8) {
        return 18;
    }
}

contract LmpHistory6 is LmpHistory {
    function _decimals() internal pure override returns (uint8) {
        return 6;
    }
}
