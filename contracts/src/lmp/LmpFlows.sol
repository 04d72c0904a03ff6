// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IDestination} from "../destinations/IDestination.sol";
import {Config} from "./Config.sol";
import {Book, ILMP, LmpParams} from "./ILMP.sol";
import {LmpConfiguration} from "./LmpConfiguration.sol";
import {LmpMath} from "./LmpMath.sol";
import {Position, Positions} from "./Positions.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/interfaces/IERC20Metadata.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

/// @title Entries and exits
/// @notice ERC-4626, the exit through the queue and the exit in kind; see LMP.sol for their rules.
abstract contract LmpFlows is LmpConfiguration {
    using SafeTransferLib for address;
    using FixedPointMathLib for uint256;
    using Positions for Position;

    address internal immutable ASSET;
    uint8 private immutable DECIMALS;

    /// @dev Not 0 in a transaction in which somebody deposited. A whole slot: cheaper than a bool.
    uint256 internal transient _deposits;

    /// @dev Of what an exit's sales bring, what the leaver gets, at most what was owed, and what is above.
    struct Proceeds {
        uint256 paid;
        uint256 surplus;
    }

    constructor(address asset_) {
        ASSET = asset_;
        DECIMALS = IERC20Metadata(asset_).decimals();
    }

    /* ENTRY */

    /// @notice Shares are rounded down.
    function deposit(uint256 assets, address receiver) external returns (uint256 shares) {
        return deposit(assets, receiver, 0);
    }

    /// @inheritdoc ILMP
    function deposit(uint256 assets, address receiver, uint256 minShares) public nonReentrant returns (uint256 shares) {
        Book memory b;
        (Config c, uint256 value, uint256 supply) = _entryTerms(b);
        shares = LmpMath.sharesDown(assets, value, supply);
        require(shares >= minShares, TooLittle(shares, minShares));
        _enter(b, c, value, supply, assets, shares, receiver);
    }

    /// @notice Assets are rounded up.
    function mint(uint256 shares, address receiver) external nonReentrant returns (uint256 assets) {
        Book memory b;
        (Config c, uint256 value, uint256 supply) = _entryTerms(b);
        assets = LmpMath.assetsUp(shares, value, supply);
        _enter(b, c, value, supply, assets, shares, receiver);
    }

    /* EXIT */

    /// @notice From idle only. Shares are rounded up.
    function withdraw(uint256 assets, address receiver, address owner) external nonReentrant returns (uint256 shares) {
        Book memory b;
        (uint256 value, uint256 supply) = _exitTerms(b);
        shares = LmpMath.sharesUp(assets, value, supply);
        require(assets <= b.idle, InsufficientIdle(b.idle));
        _exit(b, supply, assets, shares, receiver, owner);
    }

    /// @notice From idle, then through the queue. Assets are rounded down.
    function redeem(uint256 shares, address receiver, address owner) external returns (uint256 assets) {
        return redeem(shares, receiver, owner, 0);
    }

    /// @inheritdoc ILMP
    function redeem(uint256 shares, address receiver, address owner, uint256 minAssets)
        public
        nonReentrant
        returns (uint256 assets)
    {
        Book memory b;
        (uint256 value, uint256 supply) = _exitTerms(b);
        assets = _exit(b, supply, LmpMath.assetsDown(shares, value, supply), shares, receiver, owner);
        require(assets >= minAssets, TooLittle(assets, minAssets));
    }

    /// @inheritdoc ILMP
    function redeemInKind(uint256 shares, address receiver)
        external
        nonReentrant
        returns (uint256 assets, address[] memory list, uint256[] memory units)
    {
        require(shares != 0, ZeroAmount());
        require(receiver != address(0), ZeroAddress());
        require(_deposits == 0, DepositedInThisTransaction());
        Book memory b;
        _load(b);
        _payFee(b);
        uint256 supply = totalSupply();
        _burn(msg.sender, shares);

        list = _destinations;
        (assets, units) = _takeSlice(b, list, shares, supply);
        _store(b);
        emit RedeemedInKind(msg.sender, receiver, shares, assets);

        if (assets != 0) ASSET.safeTransfer(receiver, assets);
        for (uint256 i; i < list.length; ++i) {
            if (units[i] != 0) list[i].safeTransfer(receiver, units[i]);
        }
    }

    /* VIEWS: ERC-4626 */

    function asset() external view returns (address) {
        return ASSET;
    }

    function decimals() public view override(ERC20, IERC20Metadata) returns (uint8) {
        return DECIMALS;
    }

    /// @notice Released value less the fee earned on it, rounded down.
    function totalAssets() public view returns (uint256) {
        Book memory b;
        Config c = _load(b);
        return LmpMath.totalValueDown(b, c.feeBps());
    }

    function convertToShares(uint256 assets) external view returns (uint256) {
        return LmpMath.sharesDown(assets, totalAssets(), totalSupply());
    }

    function convertToAssets(uint256 shares) external view returns (uint256) {
        return LmpMath.assetsDown(shares, totalAssets(), totalSupply());
    }

    /// @notice Exact.
    function previewDeposit(uint256 assets) external view returns (uint256) {
        Book memory b;
        (, uint256 value, uint256 supply) = _entryTerms(b);
        return LmpMath.sharesDown(assets, value, supply);
    }

    /// @notice Exact.
    function previewMint(uint256 shares) external view returns (uint256) {
        Book memory b;
        (, uint256 value, uint256 supply) = _entryTerms(b);
        return LmpMath.assetsUp(shares, value, supply);
    }

    /// @notice Exact.
    function previewWithdraw(uint256 assets) external view returns (uint256) {
        Book memory b;
        (uint256 value, uint256 supply) = _exitTerms(b);
        return LmpMath.sharesUp(assets, value, supply);
    }

    /// @notice Exact while idle serves; beyond it a floor, below which the exit reverts.
    function previewRedeem(uint256 shares) external view returns (uint256) {
        Book memory b;
        (uint256 value, uint256 supply) = _exitTerms(b);
        return LmpMath.exitFloor(LmpMath.assetsDown(shares, value, supply), b.idle);
    }

    /// @notice What cap and flow budget leave; 0 while entries are closed or when it would buy no share.
    function maxDeposit(address) external view returns (uint256) {
        (uint256 room, uint256 shares) = _maxEntry();
        return shares == 0 ? 0 : room;
    }

    /// @notice Shares for what cap and flow budget leave; 0 while entries are closed.
    function maxMint(address) external view returns (uint256 shares) {
        (, shares) = _maxEntry();
    }

    /// @notice What the owner's shares are paid now, at most idle and what the flow budget leaves; 0 while exits are closed.
    function maxWithdraw(address owner) external view returns (uint256 assets) {
        Book memory b;
        (uint256 value, uint256 supply) = _exitTerms(b);
        (uint256 room,) = _exitRoom(b);
        assets = b.idle.min(room).min(LmpMath.assetsDown(balanceOf(owner), value, supply));
    }

    /// @notice The owner's shares, at most what idle and flow budget pay; 0 when they are paid nothing. More may be redeemed through the
    /// queue, which is not promised.
    function maxRedeem(address owner) external view returns (uint256 shares) {
        Book memory b;
        (uint256 value, uint256 supply) = _exitTerms(b);
        (uint256 room,) = _exitRoom(b);
        shares = balanceOf(owner).min(LmpMath.sharesFor(b.idle.min(room), value, supply));
        if (LmpMath.assetsDown(shares, value, supply) == 0) shares = 0;
    }

    /* INTERNAL: ENTRY */

    /// @param value ENTRY
    function _enter(
        Book memory b,
        Config c,
        uint256 value,
        uint256 supply,
        uint256 assets,
        uint256 shares,
        address receiver
    ) private {
        require(assets != 0 && shares != 0, ZeroAmount());
        require(receiver != address(0), ZeroAddress());
        (uint256 room, bytes4 why) = _entryRoom(b, c, value, supply);
        if (assets > room) _refuse(why);
        if (!_isEntryFree(b)) _charge(b, assets);
        _deposits = 1;
        if (LmpMath.isBelow(c.lossMark(), assets, shares)) {
            _setLossMark(LmpMath.lossMarkAfterEntryDown(c.lossMark(), assets, shares, supply));
        }
        b.mark = LmpMath.markAfterEntry(b.mark, LmpMath.grossValue(b), assets, shares, supply);
        b.idle += assets;
        _storeFlow(b);
        _mint(receiver, shares);
        emit Deposit(msg.sender, receiver, assets, shares);
        _pullExact(ASSET, assets);
    }

    /// @dev The one rule of what may enter now, for entries and their max*.
    /// @return room 0 while entries are closed
    /// @return why what more than that reverts with
    function _entryRoom(Book memory b, Config c, uint256 value, uint256 supply)
        private
        view
        returns (uint256 room, bytes4 why)
    {
        if (block.timestamp < b.pausedUntil) return (0, Paused.selector);
        if (c.isFrozen()) return (0, Frozen.selector);
        if (!_isReported(b) || _isStale(b)) return (0, NotFresh.selector);
        if (LmpMath.isPriceTooLow(value, supply)) return (0, PriceTooLow.selector);
        (room, why) = (c.cap().zeroFloorSub(LmpMath.grossValue(b)), CapExceeded.selector);
        if (_isEntryFree(b)) return (room, why);
        uint256 flowRoom_ = LmpMath.flowRoom(b);
        if (flowRoom_ < room) return (flowRoom_, FlowExceeded.selector);
    }

    /// @return room what may enter now
    /// @return shares what it buys, rounded down
    function _maxEntry() private view returns (uint256 room, uint256 shares) {
        Book memory b;
        (Config c, uint256 value, uint256 supply) = _entryTerms(b);
        (room,) = _entryRoom(b, c, value, supply);
        shares = LmpMath.sharesDown(room, value, supply);
    }

    /* INTERNAL: EXIT */

    /// @param owed what the shares are worth, fixed before anything is valued anew
    /// @return paid at least LmpMath.exitFloor
    function _exit(Book memory b, uint256 supply, uint256 owed, uint256 shares, address receiver, address owner)
        private
        returns (uint256 paid)
    {
        require(owed != 0 && shares != 0, ZeroAmount());
        require(receiver != address(0), ZeroAddress());
        (uint256 room, bytes4 why) = _exitRoom(b);
        if (owed > room) _refuse(why);
        if (!_isExitFree(b)) _charge(b, owed);
        if (msg.sender != owner) _spendAllowance(owner, msg.sender, shares);
        // Such an exit takes earnings above the mark: their fee comes first, or the mark would fall below 0.
        if (owed > b.mark) {
            _payFee(b);
            supply = totalSupply();
        }
        if (owed > b.idle) {
            paid = _exitThroughQueue(b, owed, shares, owner);
        } else {
            paid = owed;
            b.mark = LmpMath.markAfterExit(b.mark, LmpMath.grossValue(b), owed, 0, shares, supply);
            b.idle -= owed;
            _storeFlow(b);
            _burn(owner, shares);
        }
        emit Withdraw(msg.sender, receiver, owner, paid, shares);
        ASSET.safeTransfer(receiver, paid);
    }

    /// @dev All of idle, then units from the head of the queue on. The book takes notice of what was sold when all of it is: until then every
    /// destination that is valued anew is settled with the whole book, as it was before the exit.
    function _exitThroughQueue(Book memory b, uint256 owed, uint256 shares, address owner)
        private
        returns (uint256 paid)
    {
        address[] memory list = _destinations;
        uint256[] memory sold = new uint256[](list.length);
        Proceeds memory proceeds;
        uint256 rest = owed - b.idle;
        for (uint256 next = queue; rest != 0; next >>= 8) {
            require(next != 0, InsufficientLiquidity(rest));
            uint256 i = (next & 0xff) - 1;
            uint256 worth;
            (sold[i], worth) = _sell(b, list[i], rest, proceeds);
            rest -= worth;
        }
        paid = b.idle + proceeds.paid;
        uint256 minimum = LmpMath.exitFloor(owed, b.idle);
        require(paid >= minimum, TooLittle(paid, minimum));
        uint256 gross = LmpMath.grossValue(b);
        b.idle = 0;
        _takeUnits(b, list, sold);
        b.mark = LmpMath.markAfterExit(b.mark, gross, gross - b.sumSafe, 0, shares, totalSupply());
        _burn(owner, shares);
        b.idle = proceeds.surplus;
        // Amounts of tokens stay far below 2^255.
        // forge-lint: disable-next-line(unsafe-typecast)
        _settle(b, int256(proceeds.surplus));
        _store(b);
    }

    /// @dev Sells units worth at most `rest`, by the higher of what the book and the pool say now, rounded down. Passes over what is empty, stale,
    /// unsafe now, or cannot be sold within the slippage: whatever fails there has changed nothing.
    /// @return units sold
    /// @return worth what of `rest` is settled by it, whatever it brought
    function _sell(Book memory b, address destination, uint256 rest, Proceeds memory proceeds)
        private
        returns (uint256 units, uint256 worth)
    {
        Position storage p = _positions[destination];
        uint256 booked = p.safe;
        if (p.units == 0 || p.stale) return (0, 0);
        uint256 safeBefore = b.sumSafe;
        bool good = _revalue(b, destination);
        _settle(b, _difference(b.sumSafe, safeBefore));
        uint256 whole = booked.max(p.safe);
        if (!good || whole == 0) return (0, 0);

        worth = rest.min(whole);
        units = uint256(p.units).fullMulDiv(worth, whole);
        if (units == 0) return (0, 0);
        uint256 held = _held(ASSET);
        // Views in the call show the book as it was before the exit, settled.
        _store(b);
        // Rounded up, so that the parts together are no less than the whole's floor.
        try IDestination(destination)
            .sell(units, worth.mulDivUp(LmpMath.WAD - LmpMath.EXIT_SLIPPAGE, LmpMath.WAD), address(this)) {}
        catch {
            return (0, 0);
        }
        // The loss ledger may have moved it; 96 bits are meant.
        // forge-lint: disable-next-line(unsafe-typecast)
        b.mark = uint96(_hot >> 96);
        uint256 came = _held(ASSET) - held;
        proceeds.paid += came.min(worth);
        proceeds.surplus += came.zeroFloorSub(worth);
        emit SoldForExit(destination, units, worth, came);
    }

    /// @dev The one rule of what may leave now besides in kind, for exits and their max*.
    /// @return room 0 while exits are closed
    /// @return why what more than that reverts with
    function _exitRoom(Book memory b) private view returns (uint256 room, bytes4 why) {
        if (block.timestamp < b.pausedUntil) return (0, Paused.selector);
        if (!_isReported(b)) return (0, NotFresh.selector);
        if (_isExitFree(b)) return (type(uint256).max, 0);
        return (LmpMath.flowRoom(b), FlowExceeded.selector);
    }

    /// @dev Reported in this block, everything valued and safe.
    function _isEntryFree(Book memory b) private view returns (bool) {
        return block.timestamp == b.valuedAt && b.clean;
    }

    /// @dev Reported in this block, and what was not valued or not safe already counts 0 in the exit price.
    function _isExitFree(Book memory b) private view returns (bool) {
        return block.timestamp == b.valuedAt && b.expiry == 0;
    }

    /// @dev `b` is the caller's to store.
    function _charge(Book memory b, uint256 assets) private view {
        (b.flow, b.flowAt) = (LmpMath.flowAfter(b, assets), block.timestamp);
    }

    function _storeFlow(Book memory b) private {
        emit Flowed(_storeHot(b));
    }

    function _refuse(bytes4 why) private pure {
        assembly ("memory-safe") {
            mstore(0, why)
            revert(0, 4)
        }
    }

    /// @dev Takes the slice of `shares` out of the book, and its part of lock and mark with it.
    /// @param supply before the exit
    function _takeSlice(Book memory b, address[] memory list, uint256 shares, uint256 supply)
        private
        returns (uint256 assets, uint256[] memory units)
    {
        uint256 gross = LmpMath.grossValue(b);
        (uint256 keep, uint256 unlocked) = LmpMath.inKindTerms(b, shares, supply);
        units = new uint256[](list.length);
        assets = LmpMath.sliceDown(b.idle, shares, supply, keep);
        b.idle -= assets;
        uint256 any = assets;
        for (uint256 i; i < list.length; ++i) {
            any |= units[i] = LmpMath.sliceDown(_positions[list[i]].units, shares, supply, keep);
        }
        require(any != 0, ZeroAmount());
        _takeUnits(b, list, units);
        uint256 leaving = gross - LmpMath.grossValue(b);
        b.mark = LmpMath.markAfterExit(b.mark, gross, leaving, unlocked, shares, supply);
        b.locked -= unlocked;
    }

    function _takeUnits(Book memory b, address[] memory list, uint256[] memory units) private {
        for (uint256 i; i < list.length; ++i) {
            if (units[i] == 0) continue;
            Position storage p = _positions[list[i]];
            p.take(b, list[i], units[i]);
            p.emitValued(list[i]);
        }
    }

    /// @dev Refuses tokens that take a fee; a donation made before does not count.
    function _pullExact(address token, uint256 amount) internal {
        uint256 expected = _held(token) + amount;
        token.safeTransferFrom(msg.sender, address(this), amount);
        require(_held(token) == expected, InexactTransfer(token));
    }

    function _held(address token) private view returns (uint256) {
        return token.balanceOf(address(this));
    }
}
