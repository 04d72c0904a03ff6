// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Book, ILMP} from "../../../src/lmp/ILMP.sol";
import {LMP} from "../../../src/lmp/LMP.sol";
import {LmpViews} from "../../../src/lmp/LmpViews.sol";
import {DestinationMock} from "../../mocks/lmp/DestinationMock.sol";
import {HandlerBase} from "./HandlerBase.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

using LmpViews for LMP;

/// @notice Entries and exits, alone and in sequences inside one transaction (a call of the handler is one).
abstract contract FlowActions is HandlerBase {
    /// @dev Owns nothing before a sequence, so what it paid and was paid is all there is.
    address private constant TRAVELLER = address(0x7ea7e1);

    /// @dev What the traveller paid, and what it was paid, base units.
    uint256 private paidIn;
    uint256 private paidOut;

    /* SINGLE FLOWS, up to what max* says */

    function deposit(uint256 who, uint256 assets) external counted("deposit") {
        uint256 max = Math.min(lmp.maxDeposit(address(0)), 1000 * ONE);
        if (max == 0) return;
        if (_deposit(_actor(who), _bound(assets, 1, max)) != 0) _done("deposit");
    }

    function mint(uint256 who, uint256 shares) external counted("mint") {
        uint256 max = Math.min(lmp.maxMint(address(0)), 1000 * ONE);
        if (max == 0) return;
        _mint(_actor(who), _bound(shares, 1, max));
        _done("mint");
    }

    function withdraw(uint256 who, uint256 assets) external counted("withdraw") {
        address actor = _holder(who);
        uint256 max = lmp.maxWithdraw(actor);
        if (max == 0) return;
        _withdraw(actor, _bound(assets, 1, max));
        _done("withdraw");
    }

    function redeem(uint256 who, uint256 shares) external counted("redeem") {
        address actor = _holder(who);
        uint256 max = lmp.maxRedeem(actor);
        if (max == 0) return;
        if (_redeem(actor, _bound(shares, 1, max)) != 0) _done("redeem");
    }

    /// @dev More than idle pays, in the block of a report, by destinations that sell at up to 2% below their safe value or fail to.
    function redeemThroughQueue(uint256 who, uint256 shares, uint256 sales) external counted("redeemThroughQueue") {
        address actor = _holder(who);
        if (_isPaused() || _redeemableBeyondIdle(actor) == 0) return;
        _report(actor);
        _setSales(sales);
        uint256 held = _redeemableBeyondIdle(actor);
        if (held == 0) return;
        if (_queueExit(actor, _bound(shares, held / 1e3 + 1, held)) != 0) _done("redeemThroughQueue");
    }

    function redeemInKind(uint256 who, uint256 shares) external counted("redeemInKind") {
        address actor = _holder(who);
        uint256 held = lmp.balanceOf(actor);
        if (held == 0) return;
        shares = _bound(shares, 1, held);
        // Enough of the whole for at least one base unit of idle or of units.
        if (shares <= lmp.totalSupply() / 1e6) return;
        if (_inKind(actor, shares)) _done("redeemInKind");
    }

    /* BEYOND WHAT IS PROMISED: refused by name, and nothing changes */

    function exceed(uint256 who, uint256 kind) external counted("exceed") {
        address actor = _holder(who);
        bytes32 before = _perShare();
        if (kind % 6 == 0) _exceedDeposit(actor);
        else if (kind % 6 == 1) _exceedMint(actor);
        else if (kind % 6 == 2) _exceedWithdraw(actor);
        else if (kind % 6 == 3) _exceedRedeem(actor);
        else _payFee(actor, kind % 6 == 4);
        assertEq(_perShare(), before, "a refusal changed something");
        _done("exceed");
    }

    function _exceedDeposit(address actor) private {
        uint256 assets = lmp.maxDeposit(actor) + 1;
        _fund(actor, assets);
        vm.prank(actor);
        try lmp.deposit(assets, actor) {
            revert("more than maxDeposit entered");
        } catch (bytes memory reason) {
            _refused("deposit", reason);
        }
    }

    function _exceedMint(address actor) private {
        uint256 shares = lmp.maxMint(actor) + 1;
        _fund(actor, lmp.previewMint(shares));
        vm.prank(actor);
        try lmp.mint(shares, actor) {
            revert("more than maxMint was minted");
        } catch (bytes memory reason) {
            _refused("mint", reason);
        }
    }

    function _exceedWithdraw(address actor) private {
        uint256 assets = lmp.maxWithdraw(actor) + 1;
        vm.prank(actor);
        try lmp.withdraw(assets, actor, actor) {
            revert("more than maxWithdraw left");
        } catch (bytes memory reason) {
            _refused("withdraw", reason);
        }
    }

    function _exceedRedeem(address actor) private {
        uint256 shares = lmp.maxRedeem(actor) + 1;
        Book memory b = lmp.book();
        bool isOpen = block.timestamp >= b.pausedUntil && block.timestamp < b.valuedAt + 24 hours;
        // Where idle binds, and be it none, the queue may pay; that is another action.
        if (isOpen && shares <= lmp.balanceOf(actor) && _owed(shares) > b.idle) return;
        vm.prank(actor);
        try lmp.redeem(shares, actor, actor) {
            revert("more than maxRedeem left");
        } catch (bytes memory reason) {
            _refused("redeem", reason);
        }
    }

    /// @dev The asset takes a fee on transfers: what is pulled must arrive.
    function _payFee(address actor, bool asProfit) private {
        uint256 assets = asProfit ? ONE : Math.min(lmp.maxDeposit(actor), ONE);
        if (assets < 1000 || (!asProfit && lmp.previewDeposit(assets) == 0)) return;
        _fund(actor, assets);
        asset.setFee(10);
        vm.prank(actor);
        (bool success, bytes memory reason) = address(lmp)
            .call(
                asProfit
                    ? abi.encodeCall(lmp.addProfit, (assets))
                    : abi.encodeWithSignature("deposit(uint256,address)", assets, actor)
            );
        asset.setFee(0);
        assertFalse(success, "a token that takes a fee was taken");
        _refused(asProfit ? "addProfit" : "deposit", reason);
    }

    /* LMP-1: SEQUENCES INSIDE ONE TRANSACTION */

    /// @dev Whatever somebody without shares does on a clean book, he is paid at most what he paid in.
    function sequence(uint256 draw, uint256 amount) external counted("sequence") {
        _report(TRAVELLER);
        if (!lmp.book().clean || _isPaused()) return;
        (paidIn, paidOut) = (0, 0);
        uint256 steps = 3 + draw % 4;
        for (uint256 i; i < steps; ++i) {
            draw = uint256(keccak256(abi.encode(draw)));
            // First he needs shares.
            _step(i == 0 ? 0 : draw % 8, uint256(keccak256(abi.encode(draw, amount))));
        }
        if (paidIn != 0 && paidOut != 0) _done("sequence");
        assertLe(paidOut, paidIn, "LMP-1: a sequence inside one transaction profits");
        uint256 left = lmp.balanceOf(TRAVELLER);
        vm.prank(TRAVELLER);
        lmp.transfer(_actor(draw), left);
        _read();
    }

    function _step(uint256 kind, uint256 amount) private {
        uint256 held = lmp.balanceOf(TRAVELLER);
        uint256 max;
        if (kind == 0) {
            max = Math.min(lmp.maxDeposit(TRAVELLER), 1000 * ONE);
            uint256 assets = max == 0 ? 0 : _bound(amount, 1, max);
            if (assets != 0 && _deposit(TRAVELLER, assets) != 0) paidIn += assets;
        } else if (kind == 1) {
            max = Math.min(lmp.maxMint(TRAVELLER), 1000 * ONE);
            if (max != 0) paidIn += _mint(TRAVELLER, _bound(amount, 1, max));
        } else if (kind == 2) {
            _report(TRAVELLER);
        } else if (kind == 3) {
            max = lmp.maxWithdraw(TRAVELLER);
            if (max == 0) return;
            max = _bound(amount, 1, max);
            _withdraw(TRAVELLER, max);
            paidOut += max;
        } else if (kind == 4) {
            max = lmp.maxRedeem(TRAVELLER);
            if (max != 0) paidOut += _redeem(TRAVELLER, _bound(amount, 1, max));
        } else if (kind == 5) {
            if (_redeemableBeyondIdle(TRAVELLER) == 0) return;
            _setSales(amount);
            paidOut += _queueExit(TRAVELLER, held);
        } else if (kind == 6) {
            paidIn += _gift(TRAVELLER, _bound(amount, 1, ONE));
        } else if (held != 0) {
            vm.prank(TRAVELLER);
            try lmp.redeemInKind(held, TRAVELLER) {
                revert("LMP-1: in kind in a transaction that deposited");
            } catch (bytes memory reason) {
                _refused("redeemInKind", reason);
            }
        }
    }

    /// @dev A holder leaves and comes back for as many shares: it costs at least what it brought.
    function roundTrip(uint256 who, uint256 shares, uint256 kind) external counted("roundTrip") {
        address actor = _holder(who);
        _report(actor);
        uint256 held = lmp.balanceOf(actor);
        if (!lmp.book().clean || held <= lmp.totalSupply() / 1e6) return;
        shares = _bound(shares, lmp.totalSupply() / 1e6 + 1, held);
        Book memory was = lmp.book();
        uint256 taken;
        uint256 untaxed;
        if (kind % 2 == 0) {
            if (!_inKind(actor, shares)) return;
            Book memory b = lmp.book();
            taken = _gross(was) - _gross(b);
            // The fee on locked profit is not earned yet: what leaves in kind leaves without it.
            untaxed = Math.ceilDiv((was.locked - b.locked) * lmp.feeBps(), 10_000);
        } else {
            if (_isPaused()) return;
            _setSales(kind);
            taken = _owed(shares) > was.idle ? _queueExit(actor, shares) : _redeem(actor, shares);
            if (taken == 0) return;
        }
        // The queue may have found something unsafe; then nobody enters for free.
        if (lmp.maxMint(actor) < shares) return;
        uint256 paid = _mint(actor, shares);
        _done("roundTrip");
        assertLe(taken, paid + untaxed, "LMP-1: leaving and coming back in one transaction profits");
    }

    /* ONE FLOW AND WHAT IT MAY DO */

    /// @return shares 0: too little for one
    function _deposit(address actor, uint256 assets) private returns (uint256 shares) {
        uint256 preview = lmp.previewDeposit(assets);
        if (preview == 0) return 0;
        Before memory x = _before();
        _fund(actor, assets);
        vm.prank(actor);
        shares = lmp.deposit(assets, actor);
        _read();
        assertEq(shares, preview, "previewDeposit is exact");
        _afterEntry(x, assets, shares);
    }

    function _mint(address actor, uint256 shares) private returns (uint256 assets) {
        uint256 preview = lmp.previewMint(shares);
        Before memory x = _before();
        _fund(actor, preview);
        vm.prank(actor);
        assets = lmp.mint(shares, actor);
        _read();
        assertEq(assets, preview, "previewMint is exact");
        _afterEntry(x, assets, shares);
    }

    function _withdraw(address actor, uint256 assets) private {
        uint256 preview = lmp.previewWithdraw(assets);
        Before memory x = _before();
        vm.prank(actor);
        uint256 shares = lmp.withdraw(assets, actor, actor);
        _read();
        assertEq(shares, preview, "previewWithdraw is exact");
        _afterExit(x, shares, assets > x.book.mark);
    }

    /// @return assets 0: the shares are worth nothing
    function _redeem(address actor, uint256 shares) private returns (uint256 assets) {
        uint256 preview = lmp.previewRedeem(shares);
        if (preview == 0) return 0;
        Before memory x = _before();
        vm.prank(actor);
        assets = lmp.redeem(shares, actor, actor);
        _read();
        assertEq(assets, preview, "previewRedeem is exact");
        _afterExit(x, shares, assets > x.book.mark);
    }

    /// @return assets 0: nobody bought
    function _queueExit(address actor, uint256 shares) private returns (uint256 assets) {
        Before memory x = _before();
        uint256 preview = lmp.previewRedeem(shares);
        uint256 owed = _owed(shares);
        if (preview == 0 || owed <= x.book.idle) return 0;
        bytes32 state = _perShare();
        vm.prank(actor);
        try lmp.redeem(shares, actor, actor) returns (uint256 assets_) {
            assets = assets_;
            _read();
            assertGe(assets, preview, "the preview is a floor");
            assertLe(assets, owed, "more than was owed");
            _afterQueueExit(x, shares);
        } catch (bytes memory reason) {
            _refused("redeemThroughQueue", reason);
            bytes4 why = bytes4(reason);
            // Nobody buys what is unsafe or at such a price, or who bought did not pay.
            assertTrue(why == ILMP.InsufficientLiquidity.selector || why == ILMP.TooLittle.selector);
            assertEq(_perShare(), state, "a refusal changed something");
        }
    }

    /// @return left not if it was dust
    function _inKind(address actor, uint256 shares) private returns (bool left) {
        Before memory x = _before();
        uint256 idleBefore = asset.balanceOf(actor);
        vm.prank(actor);
        try lmp.redeemInKind(shares, actor) returns (uint256 assets, address[] memory, uint256[] memory) {
            _read();
            assertEq(asset.balanceOf(actor) - idleBefore, assets, "idle slice paid");
            _afterExit(x, shares, true);
            _inKindTermsWere(x, shares, assets);
            left = true;
        } catch (bytes memory reason) {
            _refused("redeemInKind", reason);
            assertEq(bytes4(reason), ILMP.ZeroAmount.selector, "in-kind never stops, but for dust");
        }
    }

    /// @dev k = min(L/X, 1%) rounded up with X = idle + sumMin, T = (L - k*X)+ * shares/(supply + 1) rounded up.
    function _inKindTermsWere(Before memory x, uint256 shares, uint256 assets) private view {
        // The earned fee was minted before: supply is what is left and the leaver's.
        uint256 whole = lmp.totalSupply() + shares + 1;
        (uint256 l, uint256 base) = (x.book.locked, x.book.idle + x.book.sumMin);
        uint256 k = base == 0 ? 0.01e18 : Math.min(Math.ceilDiv(l * 1e18, base), 0.01e18);
        uint256 excess = l > base * k / 1e18 ? l - base * k / 1e18 : 0;
        assertEq(x.book.locked - lmp.book().locked, Math.ceilDiv(excess * shares, whole), "T");
        assertEq(assets, Math.mulDiv(x.book.idle, shares * (1e18 - k), whole * 1e18), "slice of idle");
    }

    function _gift(address actor, uint256 assets) internal returns (uint256) {
        if (lmp.book().idle + assets > 1e9 * ONE) return 0;
        Before memory x = _before();
        _fund(actor, assets);
        vm.prank(actor);
        lmp.addProfit(assets);
        _read();
        _afterValueChange(x);
        return assets;
    }

    /* HELPERS */

    function _owed(uint256 shares) private view returns (uint256) {
        return Math.mulDiv(shares, lmp.exitAssets() + 1, lmp.totalSupply() + 1);
    }

    /// @return shares all the owner has, 0 if idle pays them
    function _redeemableBeyondIdle(address owner) private view returns (uint256 shares) {
        shares = lmp.balanceOf(owner);
        Book memory b = lmp.book();
        // Some keep old values: exits have their budget, and the queue is for more.
        if (b.expiry != 0 || _owed(shares) <= b.idle) shares = 0;
    }

    /// @dev Mostly fair, from 0.8% below to 0.2% above; now and then one asks for more than the slippage, or fails.
    function _setSales(uint256 draw) private {
        for (uint256 i; i < destinations.length; ++i) {
            draw = uint256(keccak256(abi.encode(draw, i)));
            destinations[i].setSale(asset, _bound(draw >> 8, draw % 8 == 0 ? 9800 : 9920, 10_020));
            destinations[i].setSaleFailure(
                draw % 16 == 1
                    ? DestinationMock.Sale.Reverts
                    : draw % 16 == 3 ? DestinationMock.Sale.Lies : DestinationMock.Sale.Fair
            );
        }
    }
}
