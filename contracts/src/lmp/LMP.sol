// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IRebalanceGate, IRebalancer} from "../autopilot/IRebalanceGate.sol";
import {IDestination} from "../destinations/IDestination.sol";
import {ILossLedger} from "../loss/ILossLedger.sol";
import {Config} from "./Config.sol";
import {Book, ILMP, Leg, LmpParams} from "./ILMP.sol";
import {LmpLedger} from "./LmpLedger.sol";
import {LmpMath} from "./LmpMath.sol";
import {Position, Positions} from "./Positions.sol";
import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/interfaces/IERC20Metadata.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @title Liquidity Management Pool
/// @notice ERC-4626 vault over one asset. Its assets are idle here or in destinations, positions in pools of pegged assets.
///
/// THE BOOK
/// - `idle` is counted, not read: a token sent to the vault or to a destination changes no price. Value enters without shares
///   only through `addProfit`. What the vault counts it holds: idle of the asset, `units` of every destination.
/// - Per destination the last good values of its units are stored (safe, spot, backing) and summed: sumSafe of safe, sumMin and
///   sumMax of the lower and the higher of safe and spot. User paths read the sums only; they never loop or call a venue.
/// - V = idle + sumSafe. L is profit still locked. R = V - L. M, the mark, is the high-water value, in assets. phi is the
///   performance fee. Three values of the whole book price shares, each with one virtual share and one virtual base unit:
///     ENTRY = idle + sumMax + C - phi*(V - M)+     deposit, mint: an entrant pays for the profit already found
///     EXIT  = idle + sumMin - L - phi*(R - M)+     withdraw, redeem: a leaver leaves it behind
///     totalAssets() = R - phi*(R - M)+             convertToShares, convertToAssets
///   C, the cover, is what slashes still owe the vault: who enters pays for it, who leaves gets nothing of it.
///
/// REPORT
/// - Anyone, any time: every destination is valued by a static call with fixed gas. One that fails, answers out of form or range,
///   or calls itself unsafe keeps its values until it had no good valuation for 24 h; then its min counts 0.
/// - Reverts only with `NotEnoughGas`, and then has marked nothing. A loss ledger that fails is an event.
/// - The book is clean when every destination that holds units was valued and safe. A rebalance that meets another one soils it.
///   A destination without units is valued too, but has no value that could be wrong.
///
/// ENTRY AND EXIT
/// - deposit and mint need a clean report younger than 24 h; withdraw and redeem a report younger than 24 h in which every
///   destination was valued and safe, or already counts 0. The flow budget that lets part of the flows pass on another book
///   does not exist yet, so this is the whole rule.
/// - withdraw and redeem are paid from idle only; `maxWithdraw` and `maxRedeem` say how much that is.
/// - Entries stop while the vault is frozen, at the cap, and while (ENTRY + 1)/(supply + 1) < 1e-6. No flow of zero shares or zero assets.
/// - `redeemInKind` is always open: no price, no keeper, no age, no venue. The slice is shares/(supply + 1) of idle and of every
///   units balance, less k = min(L/(idle + sumMin), 1%) for the profit still locked. Not in a transaction in which anybody
///   deposited: shares are fungible, a flag per account would be passed by depositing at one and leaving from another.
///
/// PROFIT, LOSS, FEE
/// - `_settle` books every change of value that is not a flow. A gain joins the lock and unlocks over 24 h. A loss eats the lock,
///   then everybody's value. Then, if R > M: f = phi*(R - M) is paid as f*(supply + 1)/(V - phi*(V - M)+ + 1) new shares, M = R.
/// - Flows move the mark (LmpMath). An exit of more than M is priced first, then the earned fee is settled, then it flows.
///   An in-kind exit settles the earned fee first: it takes V of which part is still locked.
/// - So one profit costs phi of it however often it is looked at, and nobody pays for a rise from before his entry.
///
/// - The management fee m = rate*(time since the last report, at most 30 days)*R is paid by reports, once they are settled: a loss of m
///   (the lock first), then a flow of m at the entry price for the recipient's shares. V stays; neither fee is paid on the other.
///   m and its shares are rounded down; without shares or value there is none.
///
/// LOSSES (ILossLedger, docs/backing.md)
/// - Each report ends with a checkpoint; a rebalance is measured before and after. The ledger answers with `syncLoss`: loss mark, freeze,
///   cover, and by how much M moves. Nothing else of the vault is the ledger's.
/// - The loss mark, per share, falls here with what is no loss of principal: f fee shares (mark*S/(S + f)), and s shares bought
///   for a assets below it ((mark*S + a)/(S + s)). So no flow and no fee raises mark*S less the value of the book.
///
/// REBALANCE
/// - Anyone. Touched destinations are valued and settled; out units go to the caller; its callback runs; in units are pulled from
///   it exactly; touched destinations are valued again, what is entered must be safe; the difference is settled; the loss ledger, then the
///   gate decides.
/// - The gate is policy. A bad gate can let a bad trade pass, but the vault's books stay right.
///
/// ROLES (AccessManager)
/// - Delayed: addDestination, setGate, setLossLedger, setFee, setManagementFee, raiseCap. Immediate: lowerCap. No role moves assets.
///
/// ROUNDING: always for those who stay; fees down.
///
/// TOKENS: the asset and the units are plain ERC-20s. No fee on transfer (refused on every pull), no rebasing.
contract LMP is LmpLedger, AccessManaged, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;
    using FixedPointMathLib for uint256;
    using Positions for Position;

    /* CONSTANTS AND IMMUTABLES */

    uint256 public constant MAX_DESTINATIONS = Positions.MAX_COUNT;
    uint256 public constant MAX_FEE_BPS = 3000;
    /// @notice Per year.
    uint256 public constant MAX_MANAGEMENT_FEE_BPS = 200;
    /// @notice Highest cap, base units of the asset.
    uint256 public constant MAX_CAP = Positions.MAX_VALUE;
    /// @notice Gas every destination gets for its valuation.
    uint256 public constant PROBE_GAS = Positions.PROBE_GAS;

    IERC20 private immutable ASSET;
    uint8 private immutable DECIMALS;

    /// @dev Not 0 in a transaction in which somebody deposited. A whole slot: cheaper than a bool.
    uint256 private transient _deposits;

    /* CONSTRUCTOR */

    constructor(LmpParams memory p) ERC20(p.name, p.symbol) AccessManaged(p.authority) {
        require(p.asset != address(0) && p.authority != address(0), ZeroAddress());
        ASSET = IERC20(p.asset);
        DECIMALS = IERC20Metadata(p.asset).decimals();
        _setGate(p.gate);
        _setLossLedger(p.lossLedger);
        _setFee(p.feeBps, p.feeRecipient);
        _setManagementFee(0, p.feeRecipient);
        _setCap(p.cap);
    }

    /* RESTRICTED */

    /// @inheritdoc ILMP
    function addDestination(address destination) external restricted {
        require(destination != address(0), ZeroAddress());
        require(!_positions[destination].known, DuplicateDestination(destination));
        require(_destinations.length < MAX_DESTINATIONS, TooManyDestinations());
        require(_servesThis(destination), InvalidDestination(destination));
        _positions[destination].known = true;
        _destinations.push(destination);
        emit DestinationAdded(destination);
    }

    /// @inheritdoc ILMP
    function setGate(address gate_) external restricted {
        _setGate(gate_);
    }

    /// @inheritdoc ILMP
    function setFee(uint256 feeBps_, address recipient) external restricted nonReentrant {
        _report();
        _setFee(feeBps_, recipient);
    }

    /// @inheritdoc ILMP
    function setManagementFee(uint256 feeBps_, address recipient) external restricted nonReentrant {
        _report();
        _setManagementFee(feeBps_, recipient);
    }

    /// @inheritdoc ILMP
    function setLossLedger(address ledger) external restricted nonReentrant {
        _report();
        _setLossLedger(ledger);
    }

    /// @inheritdoc ILMP
    function raiseCap(uint256 cap_) external restricted {
        require(cap_ > _config.cap(), InvalidCap(cap_));
        _setCap(cap_);
    }

    /// @inheritdoc ILMP
    function lowerCap(uint256 cap_) external restricted {
        require(cap_ < _config.cap(), InvalidCap(cap_));
        _setCap(cap_);
    }

    /* VALUE WITHOUT SHARES */

    /// @inheritdoc ILMP
    function report() external nonReentrant {
        _report();
    }

    /// @inheritdoc ILMP
    function addProfit(uint256 assets) external nonReentrant {
        require(assets != 0, ZeroAmount());
        Book memory b = book();
        b.idle = (b.idle + assets).toUint96();
        // Amounts of tokens stay far below 2^255.
        // forge-lint: disable-next-line(unsafe-typecast)
        _settle(b, int256(assets));
        _store(b);
        emit ProfitAdded(msg.sender, assets);
        _pullExact(ASSET, assets);
    }

    /// @inheritdoc ILMP
    function rebalance(Leg[] calldata outs, Leg[] calldata ins, bytes calldata data) external nonReentrant {
        require(outs.length != 0 && ins.length != 0, EmptyRebalance());
        require(msg.sender.code.length != 0, InvalidSolver(msg.sender));
        Book memory b = book();

        uint256 safeBefore = b.sumSafe;
        _revalueLegs(b, outs, false);
        _revalueLegs(b, ins, false);
        _settle(b, _difference(b.sumSafe, safeBefore));
        // Views in the callback show the book as it was before the trade.
        _store(b);
        ILossLedger(lossLedger).beforeRebalance(outs, ins);

        uint256 grossBefore = LmpMath.grossValue(b);
        _sendLegs(b, outs);
        IRebalancer(msg.sender).onRebalance(outs, ins, data);
        // The loss ledger may have moved it.
        b.mark = _hot >> 96;
        _pullLegs(b, ins);
        _revalueLegs(b, outs, false);
        _revalueLegs(b, ins, true);
        _settle(b, _difference(LmpMath.grossValue(b), grossBefore));
        _store(b);
        emit BookChanged(b.sumSafe, b.sumMin, b.sumMax, b.locked, b.lockEnd, b.clean);
        emit Rebalanced(msg.sender, outs, ins);

        ILossLedger(lossLedger).afterRebalance(outs, ins, false);
        IRebalanceGate(gate).check(outs, ins);
    }

    /* ENTRY */

    /// @notice Shares are rounded down.
    function deposit(uint256 assets, address receiver) external nonReentrant returns (uint256 shares) {
        (Book memory b, Config c, uint256 value, uint256 supply) = _entryTerms();
        shares = LmpMath.sharesDown(assets, value, supply);
        _enter(b, c, value, supply, assets, shares, receiver);
    }

    /// @notice Assets are rounded up.
    function mint(uint256 shares, address receiver) external nonReentrant returns (uint256 assets) {
        (Book memory b, Config c, uint256 value, uint256 supply) = _entryTerms();
        assets = LmpMath.assetsUp(shares, value, supply);
        _enter(b, c, value, supply, assets, shares, receiver);
    }

    /* EXIT */

    /// @notice Shares are rounded up.
    function withdraw(uint256 assets, address receiver, address owner) external nonReentrant returns (uint256 shares) {
        (Book memory b, uint256 value, uint256 supply) = _exitTerms();
        shares = LmpMath.sharesUp(assets, value, supply);
        _exit(b, supply, assets, shares, receiver, owner);
    }

    /// @notice Assets are rounded down.
    function redeem(uint256 shares, address receiver, address owner) external nonReentrant returns (uint256 assets) {
        (Book memory b, uint256 value, uint256 supply) = _exitTerms();
        assets = LmpMath.assetsDown(shares, value, supply);
        _exit(b, supply, assets, shares, receiver, owner);
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
        Book memory b = book();
        _settle(b, 0);
        uint256 supply = totalSupply();
        _burn(msg.sender, shares);

        list = _destinations;
        (assets, units) = _takeSlice(b, list, shares, supply);
        _store(b);
        emit BookChanged(b.sumSafe, b.sumMin, b.sumMax, b.locked, b.lockEnd, b.clean);
        emit Flowed(b.idle, b.mark);
        emit RedeemedInKind(msg.sender, receiver, shares, assets, list, units);

        if (assets != 0) ASSET.safeTransfer(receiver, assets);
        for (uint256 i; i < list.length; ++i) {
            if (units[i] != 0) IERC20(list[i]).safeTransfer(receiver, units[i]);
        }
    }

    /* VIEWS: ERC-4626 */

    function asset() external view returns (address) {
        return address(ASSET);
    }

    function decimals() public view override(ERC20, IERC20Metadata) returns (uint8) {
        return DECIMALS;
    }

    /// @notice Released value less the fee earned on it, rounded down.
    function totalAssets() public view returns (uint256) {
        (Book memory b, Config c) = _load();
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
        return LmpMath.sharesDown(assets, entryAssets(), totalSupply());
    }

    /// @notice Exact.
    function previewMint(uint256 shares) external view returns (uint256) {
        return LmpMath.assetsUp(shares, entryAssets(), totalSupply());
    }

    /// @notice Exact.
    function previewWithdraw(uint256 assets) external view returns (uint256) {
        return LmpMath.sharesUp(assets, exitAssets(), totalSupply());
    }

    /// @notice Exact.
    function previewRedeem(uint256 shares) external view returns (uint256) {
        return LmpMath.assetsDown(shares, exitAssets(), totalSupply());
    }

    /// @notice What the cap leaves; 0 while entries are closed or when it would buy no share.
    function maxDeposit(address) external view returns (uint256) {
        (uint256 room, uint256 shares) = _room();
        return shares == 0 ? 0 : room;
    }

    /// @notice Shares for what the cap leaves; 0 while entries are closed.
    function maxMint(address) external view returns (uint256 shares) {
        (, shares) = _room();
    }

    /// @notice What the owner's shares are paid now, at most idle; 0 while exits are closed.
    function maxWithdraw(address owner) external view returns (uint256 assets) {
        (assets,) = _exitable(owner);
    }

    /// @notice The owner's shares, at most what idle pays; 0 while exits are closed or when they are paid nothing.
    function maxRedeem(address owner) external view returns (uint256 shares) {
        (, shares) = _exitable(owner);
    }

    /* INTERNAL: FLOWS */

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
        require(!c.isFrozen(), Frozen());
        require(_isFresh(b), NotFresh());
        require(!LmpMath.isPriceTooLow(value, supply), PriceTooLow());
        uint256 gross = LmpMath.grossValue(b);
        require(assets <= c.cap().zeroFloorSub(gross), CapExceeded(c.cap()));
        _deposits = 1;
        if (LmpMath.isBelow(c.lossMark(), assets, shares)) {
            _setLossMark(LmpMath.lossMarkAfterEntryDown(c.lossMark(), assets, shares, supply));
        }
        b.mark = LmpMath.markAfterEntry(b.mark, gross, assets, shares, supply);
        b.idle += assets;
        _storeHot(b);
        _mint(receiver, shares);
        emit Deposit(msg.sender, receiver, assets, shares);
        emit Flowed(b.idle, b.mark);
        _pullExact(ASSET, assets);
    }

    function _exit(Book memory b, uint256 supply, uint256 assets, uint256 shares, address receiver, address owner)
        private
    {
        require(assets != 0 && shares != 0, ZeroAmount());
        require(receiver != address(0), ZeroAddress());
        require(_isExitable(b), NotFresh());
        require(assets <= b.idle, InsufficientIdle(b.idle));
        if (msg.sender != owner) _spendAllowance(owner, msg.sender, shares);
        // Such an exit takes earnings above the mark: their fee comes first, or the mark would fall below 0.
        if (assets > b.mark) {
            _settle(b, 0);
            supply = totalSupply();
        }
        b.mark = LmpMath.markAfterExit(b.mark, LmpMath.grossValue(b), assets, 0, shares, supply);
        b.idle -= assets;
        _storeHot(b);
        _burn(owner, shares);
        emit Withdraw(msg.sender, receiver, owner, assets, shares);
        emit Flowed(b.idle, b.mark);
        ASSET.safeTransfer(receiver, assets);
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
        bool empty = assets == 0;
        for (uint256 i; i < list.length; ++i) {
            Position storage p = _positions[list[i]];
            units[i] = LmpMath.sliceDown(p.units, shares, supply, keep);
            if (units[i] == 0) continue;
            empty = false;
            p.take(b, list[i], units[i]);
            p.emitValued(list[i]);
        }
        require(!empty, ZeroAmount());
        uint256 leaving = gross - LmpMath.grossValue(b);
        b.mark = LmpMath.markAfterExit(b.mark, gross, leaving, unlocked, shares, supply);
        if (unlocked != 0) {
            b.locked -= unlocked;
            _storeLock(b);
        }
    }

    /// @return room what the cap leaves, 0 while entries are closed
    /// @return shares what it buys, rounded down
    function _room() private view returns (uint256 room, uint256 shares) {
        (Book memory b, Config c, uint256 value, uint256 supply) = _entryTerms();
        if (c.isFrozen() || !_isFresh(b) || LmpMath.isPriceTooLow(value, supply)) return (0, 0);
        room = c.cap().zeroFloorSub(LmpMath.grossValue(b));
        shares = LmpMath.sharesDown(room, value, supply);
    }

    /// @return assets what the owner's shares are paid from idle now, rounded down; 0 while exits are closed
    /// @return shares what may be redeemed for that, rounded down
    function _exitable(address owner) private view returns (uint256 assets, uint256 shares) {
        (Book memory b, uint256 value, uint256 supply) = _exitTerms();
        if (!_isExitable(b)) return (0, 0);
        shares = balanceOf(owner).min(LmpMath.sharesDown(b.idle, value, supply));
        if (LmpMath.assetsDown(shares, value, supply) == 0) shares = 0;
        assets = b.idle.min(LmpMath.assetsDown(balanceOf(owner), value, supply));
    }

    /* INTERNAL: REBALANCE */

    function _revalueLegs(Book memory b, Leg[] calldata legs, bool entered) private {
        for (uint256 i; i < legs.length; ++i) {
            require(legs[i].units != 0, ZeroAmount());
            if (legs[i].destination == address(0)) continue;
            bool good = _revalue(b, legs[i].destination);
            require(good || !entered, NotValued(legs[i].destination));
        }
    }

    function _sendLegs(Book memory b, Leg[] calldata legs) private {
        for (uint256 i; i < legs.length; ++i) {
            (address destination, uint256 units) = (legs[i].destination, legs[i].units);
            if (destination == address(0)) {
                require(units <= b.idle, InsufficientIdle(b.idle));
                b.idle -= units;
                ASSET.safeTransfer(msg.sender, units);
            } else {
                _positions[destination].take(b, destination, units);
                IERC20(destination).safeTransfer(msg.sender, units);
            }
        }
    }

    /// @dev Units that came in have no value until the destination is valued again.
    function _pullLegs(Book memory b, Leg[] calldata legs) private {
        for (uint256 i; i < legs.length; ++i) {
            (address destination, uint256 units) = (legs[i].destination, legs[i].units);
            if (destination == address(0)) {
                b.idle += units;
                _pullExact(ASSET, units);
            } else {
                Position storage p = _positions[destination];
                p.units = (p.units + units).toUint128();
                _pullExact(IERC20(destination), units);
            }
        }
    }

    /* INTERNAL: OTHERS */

    function _setGate(address gate_) private {
        require(gate_ != address(0), ZeroAddress());
        gate = gate_;
        emit GateSet(gate_);
    }

    function _setFee(uint256 feeBps_, address recipient) private {
        require(feeBps_ <= MAX_FEE_BPS, InvalidFee(feeBps_));
        require(recipient != address(0), ZeroAddress());
        _config = _config.withFeeBps(feeBps_);
        feeRecipient = recipient;
        emit FeeSet(feeBps_, recipient);
    }

    function _setManagementFee(uint256 feeBps_, address recipient) private {
        require(feeBps_ <= MAX_MANAGEMENT_FEE_BPS, InvalidFee(feeBps_));
        require(recipient != address(0), ZeroAddress());
        _config = _config.withManagementFeeBps(feeBps_);
        managementFeeRecipient = recipient;
        emit ManagementFeeSet(feeBps_, recipient);
    }

    /// @dev Without code a checkpoint would seem to succeed. Only the ledger that knows of a cover can end it.
    function _setLossLedger(address ledger) private {
        require(ledger.code.length != 0 && cover == 0, InvalidLossLedger(ledger));
        lossLedger = ledger;
        emit LossLedgerSet(ledger);
    }

    function _setCap(uint256 cap_) private {
        require(cap_ <= MAX_CAP, InvalidCap(cap_));
        _config = _config.withCap(cap_);
        emit CapSet(cap_);
    }

    /// @dev Refuses tokens that take a fee; a donation made before does not count.
    function _pullExact(IERC20 token, uint256 amount) private {
        uint256 expected = token.balanceOf(address(this)) + amount;
        token.safeTransferFrom(msg.sender, address(this), amount);
        require(token.balanceOf(address(this)) == expected, InexactTransfer(address(token)));
    }

    /// @dev A low-level read: what is no destination gets a named error, not a failed decoding.
    function _servesThis(address destination) private view returns (bool) {
        (bool success, bytes memory answer) = destination.staticcall(abi.encodeCall(IDestination.vault, ()));
        return success && answer.length == 32 && abi.decode(answer, (uint256)) == uint160(address(this));
    }
}
