// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ILMP} from "../lmp/ILMP.sol";
import {ILossLedger} from "../loss/ILossLedger.sol";
import {BackingLedger} from "./BackingLedger.sol";
import {BackingMath, PoolState, Position} from "./BackingMath.sol";
import {BackingSlots, PoolSlots, PositionSlots} from "./BackingSlots.sol";
import {IBackingPool} from "./IBackingPool.sol";
import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title TOKE that backs one LMP
/// @notice
/// STAKE
/// - A is the slashable TOKE, H its shares, both with active and cooling stake. stake: + a*H/A shares. slash: A falls. As nothing
///   else moves A/H but rounding, A <= H, and one share is never worth more than 1 wei: no first staker can price out the next.
/// - Counted, not read: a token sent here changes nothing. TOKE held = A + unclaimed in buckets that left + unclaimed returns.
///
/// FEES
/// - A stream of the LMP's asset, 28 days from each amount (BackingMath.addFees), to H by G, the fees per share. A position keeps
///   the G it has been paid up to.
///
/// EXIT
/// - A request joins the bucket of day today + 29. At the start of that day the bucket leaves, whoever calls next and whenever: its
///   TOKE and its G are fixed. Until then it is slashable, earns, and can be taken back.
///
/// FREEZE
/// - While the LMP counts a loss above the threshold nobody stakes, and only buckets leave that were due before. The LMP's own flag is
///   asked first and then the ledger the LMP has now: a ledger that is replaced cannot leave this pool with a freeze it
///   does not see, and the common case costs one call.
/// - A pool in mode NoSlashing has nothing to hold back: freezes do not concern it.
///
/// CASES
/// - A slash stores H. What is returned of it belongs to those who had shares then, by those shares. A position is credited with the
///   cases it has not seen before its shares change, so who stakes later gets none of it.
///
/// ROLES (AccessManager): slash, immediate, held by contracts. No role moves anything else.
contract BackingPool is BackingLedger, AccessManaged, ReentrancyGuardTransient {
    using BackingMath for PoolState;
    using BackingMath for Position;
    using BackingSlots for PoolSlots;
    using BackingSlots for PositionSlots;
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    Mode public immutable mode;
    address public immutable lmp;
    IERC20 private immutable TOKE;
    IERC20 private immutable ASSET;

    constructor(address authority_, address toke_, address lmp_, Mode mode_) AccessManaged(authority_) {
        require(authority_ != address(0) && toke_ != address(0) && lmp_ != address(0), ZeroAddress());
        (mode, lmp) = (mode_, lmp_);
        TOKE = IERC20(toke_);
        ASSET = IERC20(ILMP(lmp_).asset());
        require(toke_ != address(ASSET), InvalidToken(toke_));
    }

    /* STAKE AND EXIT */

    /// @inheritdoc IBackingPool
    function stake(uint256 toke_) external nonReentrant returns (uint256 shares) {
        require(toke_ != 0, ZeroAmount());
        require(toke_ <= type(uint96).max, TooLarge());
        require(_frozenAt() == 0, Frozen());
        PoolState memory s = _roll();
        Position memory p = _creditedActive(s, msg.sender);
        shares = s.sharesFor(toke_);
        s.toke += toke_;
        s.shares += shares;
        p.join(shares, s.fees);
        _active[msg.sender].save(p);
        _pool.save(s);
        emit Staked(msg.sender, toke_, shares);
        _pullExact(TOKE, toke_);
    }

    /// @inheritdoc IBackingPool
    function requestExit(uint256 shares) external nonReentrant returns (uint256 day) {
        require(shares != 0, ZeroAmount());
        PoolState memory s = _roll();
        day = block.timestamp / 1 days + BackingMath.COOLDOWN_DAYS + 1;
        (Position memory p, Position memory x) = _settledBoth(s, day);
        require(shares <= p.shares, InsufficientShares(p.shares));
        p.shares -= shares;
        x.join(shares, s.fees);
        _joinBucket(s, day, shares);
        _storeBoth(p, x, day);
        _pool.save(s);
        emit ExitRequested(msg.sender, day, shares);
    }

    /// @inheritdoc IBackingPool
    function cancelExit(uint256 day, uint256 shares) external nonReentrant {
        require(shares != 0, ZeroAmount());
        PoolState memory s = _roll();
        require(!_hasLeft(s, day), BucketGone(day));
        (Position memory p, Position memory x) = _settledBoth(s, day);
        require(shares <= x.shares, InsufficientShares(x.shares));
        x.shares -= shares;
        p.join(shares, s.fees);
        _buckets[day].shares -= shares.toUint128();
        _storeBoth(p, x, day);
        _pool.save(s);
        emit ExitCancelled(msg.sender, day, shares);
    }

    /// @inheritdoc IBackingPool
    function withdraw(uint256 day, address receiver) external nonReentrant returns (uint256 toke_) {
        require(receiver != address(0), ZeroAddress());
        PoolState memory s = _roll();
        require(_hasLeft(s, day), StillCooling(day));
        (Position memory x, bool done) = _settledExit(s, msg.sender, day, MAX_CASES);
        require(done, NotRolled());
        require(x.shares != 0, InsufficientShares(0));
        _owe(msg.sender, x.owed);
        delete _exits[msg.sender][day];
        Bucket storage b = _buckets[day];
        // Rounded down; the last to come gets what is left.
        toke_ = x.shares * b.toke / b.shares;
        b.toke -= toke_.toUint96();
        b.shares -= x.shares.toUint128();
        _pool.save(s);
        emit Left(msg.sender, receiver, day, x.shares, toke_);
        TOKE.safeTransfer(receiver, toke_);
    }

    /* FEES */

    /// @inheritdoc IBackingPool
    function claim(address receiver) external nonReentrant returns (uint256 assets) {
        require(receiver != address(0), ZeroAddress());
        PoolState memory s = _roll();
        Position memory p = _settledActive(s, msg.sender);
        assets = p.owed;
        require(assets != 0, ZeroAmount());
        p.owed = 0;
        _active[msg.sender].save(p);
        _pool.save(s);
        emit Claimed(msg.sender, receiver, assets);
        ASSET.safeTransfer(receiver, assets);
    }

    /// @inheritdoc IBackingPool
    function notify(uint256 assets) external nonReentrant {
        require(assets != 0, ZeroAmount());
        require(assets <= type(uint96).max, TooLarge());
        PoolState memory s = _roll();
        _dust = s.addFees(assets, _dust, block.timestamp).toUint32();
        _pool.save(s);
        emit Notified(msg.sender, assets, _rateOf(s), s.last + s.remaining);
        _pullExact(ASSET, assets);
    }

    /* SLASH AND RETURN */

    /// @inheritdoc IBackingPool
    function slash(uint256 toke_, address to)
        external
        restricted
        nonReentrant
        returns (uint256 slashed, uint256 caseId)
    {
        require(mode == Mode.Slashing, NotSlashable());
        require(toke_ != 0, ZeroAmount());
        require(to != address(0), ZeroAddress());
        PoolState memory s = _roll();
        caseId = s.cases;
        uint256 most = BackingMath.maxSlash(s.toke);
        slashed = toke_ < most ? toke_ : most;
        if (slashed != 0) {
            _cases[caseId].shares = s.shares.toUint128();
            s.toke -= slashed;
            ++s.cases;
        }
        _pool.save(s);
        if (slashed == 0) return (0, caseId);
        emit Slashed(caseId, slashed, s.shares, s.toke, to);
        TOKE.safeTransfer(to, slashed);
    }

    /// @inheritdoc IBackingPool
    function returnToSlashed(uint256 caseId, uint256 toke_) external nonReentrant {
        require(toke_ != 0, ZeroAmount());
        Case storage c = _cases[caseId];
        require(c.shares != 0, UnknownCase(caseId));
        c.returned += toke_.toUint96();
        emit Returned(caseId, toke_);
        _pullExact(TOKE, toke_);
    }

    /// @inheritdoc IBackingPool
    function claimReturned(uint256 caseId, address receiver) external nonReentrant returns (uint256 toke_) {
        require(receiver != address(0), ZeroAddress());
        require(_cases[caseId].shares != 0, UnknownCase(caseId));
        PoolState memory s = _roll();
        _active[msg.sender].save(_settledActive(s, msg.sender));
        _pool.save(s);
        toke_ = _unpaid(caseId, msg.sender, 0);
        require(toke_ != 0, ZeroAmount());
        _credits[caseId][msg.sender].paid += toke_.toUint96();
        emit ReturnClaimed(msg.sender, receiver, caseId, toke_);
        TOKE.safeTransfer(receiver, toke_);
    }

    /* UPKEEP, anyone */

    /// @inheritdoc IBackingPool
    function roll(uint256 maxDays) external nonReentrant {
        PoolState memory s;
        _rollSome(s, maxDays);
        _pool.save(s);
    }

    /// @inheritdoc IBackingPool
    function sync(address account, uint256 maxCases) external nonReentrant {
        PoolState memory s = _roll();
        Position memory p;
        _active[account].load(p);
        p.settle(s.fees);
        _creditCases(p, account, s.cases, maxCases);
        _active[account].save(p);
        _pool.save(s);
        emit Synced(account, p.seen);
    }

    /// @inheritdoc IBackingPool
    function syncExit(address account, uint256 day, uint256 maxCases) external nonReentrant {
        PoolState memory s = _roll();
        (Position memory x,) = _settledExit(s, account, day, maxCases);
        _owe(account, x.owed);
        x.owed = 0;
        _exits[account][day].save(x);
        _pool.save(s);
        emit ExitSynced(account, day, x.seen);
    }

    /* VIEWS */

    function toke() external view returns (address) {
        return address(TOKE);
    }

    function asset() external view returns (address) {
        return address(ASSET);
    }

    /// @inheritdoc IBackingPool
    function lossLedger() public view returns (address) {
        return ILMP(lmp).lossLedger();
    }

    /// @inheritdoc IBackingPool
    function totals() external view returns (Totals memory) {
        PoolState memory s = _rolled();
        return Totals({toke: s.toke, shares: s.shares, rate: _rateOf(s), end: s.last + s.remaining, cases: s.cases});
    }

    /// @inheritdoc IBackingPool
    function sharesOf(address account) external view returns (uint256) {
        return uint128(_active[account].stake);
    }

    /// @inheritdoc IBackingPool
    function exitOf(address account, uint256 day) external view returns (uint256 shares) {
        return uint128(_exits[account][day].stake);
    }

    /// @inheritdoc IBackingPool
    function claimable(address account) external view returns (uint256) {
        Position memory p;
        _active[account].load(p);
        return p.owed + p.earned(_rolled().fees);
    }

    /// @inheritdoc IBackingPool
    function returnable(address account, uint256 caseId) external view returns (uint256) {
        Position memory p;
        _active[account].load(p);
        return _cases[caseId].shares == 0 ? 0 : _unpaid(caseId, account, caseId >= p.seen ? p.shares : 0);
    }

    /// @inheritdoc IBackingPool
    function yearlyFeesPerToke() external view returns (uint256) {
        PoolState memory s = _rolled();
        if (s.shares < BackingMath.MIN_SHARES || s.toke == 0 || s.remaining == 0) return 0;
        return _rateOf(s) * 365 days / s.toke;
    }

    /* INTERNAL */

    /// @param uncredited shares of the account at the slash that no call has credited yet
    function _unpaid(uint256 caseId, address account, uint256 uncredited) private view returns (uint256) {
        Case memory c = _cases[caseId];
        Credit memory credit = _credits[caseId][account];
        return (credit.shares + uncredited) * c.returned / c.shares - credit.paid;
    }

    /// @dev The caller's active stake and that in a bucket, whose fees go to the active one.
    function _settledBoth(PoolState memory s, uint256 day) private returns (Position memory p, Position memory x) {
        bool done;
        (x, done) = _settledExit(s, msg.sender, day, MAX_CASES);
        require(done, NotRolled());
        p = _settledActive(s, msg.sender);
        (p.owed, x.owed) = (p.owed + x.owed, 0);
    }

    /// @dev Fees of a bucket go to the active stake.
    function _owe(address account, uint256 assets) private {
        Position memory p;
        _active[account].load(p);
        p.owed += assets;
        _active[account].save(p);
    }

    function _storeBoth(Position memory p, Position memory x, uint256 day) private {
        _active[msg.sender].save(p);
        _exits[msg.sender][day].save(x);
    }

    /// @dev Base units of the asset per second, 1e18.
    function _rateOf(PoolState memory s) private pure returns (uint256) {
        return s.rate * (1e18 / BackingMath.RATE_SCALE);
    }

    function _frozenAt() internal view override returns (uint256) {
        if (mode == Mode.NoSlashing || !ILMP(lmp).isFrozen()) return 0;
        return ILossLedger(lossLedger()).frozenAt(lmp);
    }

    /// @dev Refuses tokens that take a fee; a donation made before does not count.
    function _pullExact(IERC20 token, uint256 amount) private {
        uint256 expected = token.balanceOf(address(this)) + amount;
        token.safeTransferFrom(msg.sender, address(this), amount);
        require(token.balanceOf(address(this)) == expected, InexactTransfer(address(token)));
    }
}
