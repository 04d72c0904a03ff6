// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ILossLedger} from "../loss/ILossLedger.sol";
import {LinearVesting} from "../vesting/LinearVesting.sol";
import {IBackingPool} from "./IBackingPool.sol";
import {IRecovery} from "./IRecovery.sol";
import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Where slashed TOKE vests
/// @notice An entry is three words, as it is written in the transaction of a slash. TOKE is accounted for by what the entries hold,
/// never by the balance.
contract Recovery is IRecovery, AccessManaged {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    /// @notice How long the TOKE of a case vests.
    uint256 public constant DURATION = 180 days;

    /// @dev Two words. The LMP is the pool's; the end is DURATION after the start.
    struct Stored {
        address pool;
        uint96 toke;
        uint96 coverage;
        uint80 mark;
        uint32 start;
        uint24 since;
        uint16 caseId;
        bool ended;
    }

    /// @inheritdoc IRecovery
    address public immutable ledger;
    /// @inheritdoc IRecovery
    address public immutable toke;

    mapping(uint256 id => Stored) private _entries;
    uint128 private _held;
    uint128 private _count;

    constructor(address authority_, ILossLedger ledger_, address toke_) AccessManaged(authority_) {
        require(authority_ != address(0) && address(ledger_) != address(0) && toke_ != address(0), ZeroAddress());
        ledger = address(ledger_);
        toke = toke_;
    }

    /// @inheritdoc IRecovery
    function open(
        address lmp,
        address pool,
        uint256 caseId,
        uint256 toke_,
        uint256 coverage,
        uint256 mark,
        uint256 since
    ) external restricted returns (uint256 id) {
        require(lmp != address(0) && pool != address(0), ZeroAddress());
        require(toke_ != 0 && coverage != 0, ZeroAmount());
        uint256 held_ = _held + toke_;
        require(IERC20(toke).balanceOf(address(this)) >= held_, NotReceived(toke_));

        id = _count;
        uint256 start = block.timestamp;
        _entries[id] = Stored({
            pool: pool,
            toke: toke_.toUint96(),
            coverage: coverage.toUint96(),
            mark: mark.toUint80(),
            start: start.toUint32(),
            since: since.toUint24(),
            caseId: caseId.toUint16(),
            ended: false
        });
        _held = held_.toUint128();
        _count = (id + 1).toUint128();
        emit RecoveryOpened(id, lmp, pool, caseId, toke_, start, start + DURATION, coverage, mark, since);
    }

    /// @inheritdoc IRecovery
    function end(uint256 id) external {
        Stored storage stored = _entry(id);
        require(!stored.ended, AlreadyEnded(id));
        IBackingPool pool = IBackingPool(stored.pool);
        address lmp = pool.lmp();
        require(ILossLedger(ledger).isRecovered(lmp, stored.mark, stored.since), NotRecovered(id));

        // Nothing is sold in this version, so all is returned and all of the coverage is cancelled.
        uint256 unsold = stored.toke;
        uint256 outstanding = stored.coverage;
        stored.ended = true;
        _held -= stored.toke;
        emit RecoveryEnded(id, unsold, outstanding);
        IERC20(toke).forceApprove(address(pool), unsold);
        pool.returnToSlashed(stored.caseId, unsold);
        ILossLedger(ledger).reduceCover(lmp, outstanding, 0);
    }

    /// @inheritdoc IRecovery
    function entry(uint256 id) external view returns (Entry memory) {
        Stored storage stored = _entry(id);
        return Entry({
            lmp: IBackingPool(stored.pool).lmp(),
            pool: stored.pool,
            caseId: stored.caseId,
            toke: stored.toke,
            start: stored.start,
            end: stored.start + DURATION,
            coverage: stored.coverage,
            mark: stored.mark,
            since: stored.since,
            ended: stored.ended
        });
    }

    /// @inheritdoc IRecovery
    function vested(uint256 id) external view returns (uint256) {
        Stored storage stored = _entry(id);
        return LinearVesting.vested(stored.toke, stored.start, stored.start + DURATION, block.timestamp);
    }

    /// @inheritdoc IRecovery
    function count() external view returns (uint256) {
        return _count;
    }

    /// @inheritdoc IRecovery
    function held() external view returns (uint256) {
        return _held;
    }

    function _entry(uint256 id) private view returns (Stored storage) {
        require(id < _count, UnknownRecovery(id));
        return _entries[id];
    }
}
