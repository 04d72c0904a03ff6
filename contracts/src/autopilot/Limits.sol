// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IDestination} from "../destinations/IDestination.sol";
import {Book, DestinationState, ILMP, Leg} from "../lmp/ILMP.sol";
import {Cap, ILimits} from "./ILimits.sol";
import {ISignals} from "./ISignals.sol";
import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";

/// @title What a vault may enter
/// @notice One risk, one id, one cap, however many destinations carry it. Every limit is per vault, starts at 0 (nothing may be
/// entered), and holds after a rebalance for what it entered. What grows past a limit by itself is not sold for it.
///
/// VALUES
/// The book of the vault: V = idle + sumSafe, a destination is worth its `safe`. The vault renews a destination after it entered it,
/// in the same transaction; the check insists on that, so for what is entered booked and live value are one. No swap moves `safe`
/// and no donation moves the book; what is bought in the same transaction with a deposit is the vault's to refuse.
///
/// LIMITS
/// - DESTINATION  value <= min(share * V, amount)
/// - ISSUER       each leg but the vault's own asset stands for its issuer, and the pool counts in full for each:
///                sum of the values of all destinations with that leg <= min(share * V, amount)
/// - POOL SHARE   units / depth <= maxPoolShare. Depth is all liquidity of the pool in units, now and at the last snapshot, and the
///                lower of the two counts: liquidity lent for one transaction makes no exit. A depth of 0 means that ours is all.
/// - IDLE FLOOR   idle >= idleFloor * V, when the move took from idle
/// At the limit passes. Rounding is against the move; a share of 100% is no limit.
///
/// ROLES (AccessManager)
/// Delayed: what allows more (raiseCap, raiseMaxPoolShare, lowerIdleFloor). Immediate: what allows less. A raise that waits is not
/// ended by a lowering; the guardian cancels it.
///
/// TRUST
/// Holds nothing, is called by gates for their vaults, and only reads. Replaced together with the gate, through its timelock.
contract Limits is ILimits, AccessManaged {
    using EnumerableSet for EnumerableSet.Bytes32Set;
    using Math for uint256;
    using SafeCast for uint256;

    uint256 private constant WAD = 1e18;
    address private constant IDLE = address(0);

    /// @notice Where the depth of a pool at its last snapshot is from.
    ISignals public immutable signals;

    struct Shares {
        uint64 maxPool;
        uint64 idleFloor;
    }

    /// @dev One destination as the book has it; without value its legs are left out.
    struct Holding {
        uint256 value;
        address[] legs;
    }

    mapping(address lmp => Shares) private _shares;
    mapping(address lmp => mapping(bytes32 id => Cap)) private _caps;
    mapping(address lmp => EnumerableSet.Bytes32Set) private _ids;

    constructor(address authority, ISignals signals_) AccessManaged(authority) {
        signals = signals_;
    }

    /* RESTRICTED */

    /// @inheritdoc ILimits
    function raiseCap(address lmp, bytes32 id, Cap calldata cap_) external restricted {
        Cap memory old = _caps[lmp][id];
        require(cap_.share >= old.share && cap_.amount >= old.amount, NotRaised());
        require(cap_.share > old.share || cap_.amount > old.amount, NotRaised());
        require(lmp != address(0), ZeroAddress());
        require(cap_.share <= WAD, ShareTooLarge(cap_.share));
        // What is listed already stays listed once.
        // slither-disable-next-line unused-return
        _ids[lmp].add(id);
        _setCap(lmp, id, cap_);
    }

    /// @inheritdoc ILimits
    function lowerCap(address lmp, bytes32 id, Cap calldata cap_) external restricted {
        Cap memory old = _caps[lmp][id];
        require(cap_.share <= old.share && cap_.amount <= old.amount, NotLowered());
        require(cap_.share < old.share || cap_.amount < old.amount, NotLowered());
        _setCap(lmp, id, cap_);
    }

    /// @inheritdoc ILimits
    function raiseMaxPoolShare(address lmp, uint256 share) external restricted {
        require(share > _shares[lmp].maxPool, NotRaised());
        _setMaxPoolShare(lmp, share);
    }

    /// @inheritdoc ILimits
    function lowerMaxPoolShare(address lmp, uint256 share) external restricted {
        require(share < _shares[lmp].maxPool, NotLowered());
        _setMaxPoolShare(lmp, share);
    }

    /// @inheritdoc ILimits
    function raiseIdleFloor(address lmp, uint256 share) external restricted {
        require(share > _shares[lmp].idleFloor, NotRaised());
        _setIdleFloor(lmp, share);
    }

    /// @inheritdoc ILimits
    function lowerIdleFloor(address lmp, uint256 share) external restricted {
        require(share < _shares[lmp].idleFloor, NotLowered());
        _setIdleFloor(lmp, share);
    }

    /* CHECK */

    /// @inheritdoc ILimits
    function check(address lmp, Leg[] calldata outs, Leg[] calldata ins) external view {
        (uint256 idle, uint256 assets) = _assets(lmp);
        for (uint256 i; i < outs.length; ++i) {
            if (outs[i].destination != IDLE) continue;
            uint256 floor = _floor(lmp, assets);
            require(idle >= floor, IdleBelowFloor(idle, floor));
        }
        Holding[] memory holdings = _holdings(lmp);
        for (uint256 i; i < ins.length; ++i) {
            if (ins[i].destination != IDLE) _checkEntered(lmp, ins[i].destination, holdings, assets);
        }
    }

    function _checkEntered(address lmp, address destination, Holding[] memory holdings, uint256 assets) private view {
        DestinationState memory state = ILMP(lmp).destinationState(destination);
        require(state.ok && state.valuedAt == block.timestamp, NotRenewed(destination));
        uint256 allowed = _allowed(lmp, destinationId(destination), assets);
        require(state.safe <= allowed, DestinationCapExceeded(destination, state.safe, allowed));

        address[] memory issuers = _issuers(lmp, destination);
        for (uint256 i; i < issuers.length; ++i) {
            allowed = _allowed(lmp, issuerId(issuers[i]), assets);
            uint256 value = _issuerValue(holdings, issuers[i]);
            require(value <= allowed, IssuerCapExceeded(issuers[i], value, allowed));
        }

        (uint256 live, uint256 seen) = _depths(destination);
        uint256 share = _poolShareUp(state.units, Math.min(live, seen));
        allowed = _shares[lmp].maxPool;
        require(share <= allowed, PoolShareExceeded(destination, share, allowed));
    }

    /* HEADROOM */

    /// @inheritdoc ILimits
    function headroom(address lmp, address from, address to)
        external
        view
        returns (uint256 room, Limit limit, address subject)
    {
        (uint256 idle, uint256 assets) = _assets(lmp);
        room = _allowed(lmp, destinationId(to), assets).saturatingSub(ILMP(lmp).destinationState(to).safe);
        (limit, subject) = (Limit.Destination, to);

        (uint256 least, address issuer) = _issuerRoom(lmp, from, to, assets);
        if (least < room) (room, limit, subject) = (least, Limit.Issuer, issuer);
        least = _poolRoom(lmp, to);
        if (least < room) (room, limit, subject) = (least, Limit.PoolShare, to);
        if (from != IDLE) return (room, limit, subject);
        least = idle.saturatingSub(_floor(lmp, assets));
        if (least < room) (room, limit, subject) = (least, Limit.IdleFloor, address(0));
    }

    /// @return least what the issuers of `to` leave; those that `from` has too keep their sum
    function _issuerRoom(address lmp, address from, address to, uint256 assets)
        private
        view
        returns (uint256 least, address issuer)
    {
        least = type(uint256).max;
        Holding[] memory holdings = _holdings(lmp);
        address[] memory left;
        if (from != IDLE) {
            // Refuses what the vault does not list.
            // slither-disable-next-line unused-return
            ILMP(lmp).destinationState(from);
            left = _issuers(lmp, from);
        }
        address[] memory issuers = _issuers(lmp, to);
        for (uint256 i; i < issuers.length; ++i) {
            uint256 allowed = _allowed(lmp, issuerId(issuers[i]), assets);
            uint256 value = _issuerValue(holdings, issuers[i]);
            if (value <= allowed && _contains(left, issuers[i])) continue;
            uint256 room = allowed.saturatingSub(value);
            if (room < least) (least, issuer) = (room, issuers[i]);
        }
    }

    /// @dev With u units, depth D now, S at the snapshot and the limit m: the most y with u + y <= m * S and u + y <= m * (D + y).
    function _poolRoom(address lmp, address destination) private view returns (uint256 room) {
        uint256 max = _shares[lmp].maxPool;
        if (max == WAD) return type(uint256).max;
        uint256 units = ILMP(lmp).destinationState(destination).units;
        (uint256 live, uint256 seen) = _depths(destination);
        uint256 more = Math.min(
            seen.mulDiv(max, WAD).saturatingSub(units), live.saturatingMul(max).saturatingSub(units * WAD) / (WAD - max)
        );
        if (more != 0) (room,,,) = IDestination(destination).value(more);
    }

    /* SETTINGS */

    /// @inheritdoc ILimits
    function destinationId(address destination) public pure returns (bytes32) {
        return keccak256(abi.encode("destination", destination));
    }

    /// @inheritdoc ILimits
    function issuerId(address token) public pure returns (bytes32) {
        return keccak256(abi.encode("issuer", token));
    }

    /// @inheritdoc ILimits
    function cap(address lmp, bytes32 id) external view returns (Cap memory) {
        return _caps[lmp][id];
    }

    /// @inheritdoc ILimits
    function ids(address lmp) external view returns (bytes32[] memory) {
        return _ids[lmp].values();
    }

    /// @inheritdoc ILimits
    function maxPoolShare(address lmp) external view returns (uint256) {
        return _shares[lmp].maxPool;
    }

    /// @inheritdoc ILimits
    function idleFloor(address lmp) external view returns (uint256) {
        return _shares[lmp].idleFloor;
    }

    function _setCap(address lmp, bytes32 id, Cap calldata cap_) private {
        _caps[lmp][id] = cap_;
        emit CapSet(lmp, id, cap_.share, cap_.amount);
    }

    function _setMaxPoolShare(address lmp, uint256 share) private {
        _shares[lmp].maxPool = _toShare(lmp, share);
        emit MaxPoolShareSet(lmp, share);
    }

    function _setIdleFloor(address lmp, uint256 share) private {
        _shares[lmp].idleFloor = _toShare(lmp, share);
        emit IdleFloorSet(lmp, share);
    }

    function _toShare(address lmp, uint256 share) private pure returns (uint64) {
        require(lmp != address(0), ZeroAddress());
        require(share <= WAD, ShareTooLarge(share));
        return share.toUint64();
    }

    /* MEASURES */

    /// @return idle of it
    /// @return assets V, rounded as the book is
    function _assets(address lmp) private view returns (uint256 idle, uint256 assets) {
        Book memory book = ILMP(lmp).book();
        return (book.idle, book.idle + book.sumSafe);
    }

    /// @dev Rounded down.
    function _allowed(address lmp, bytes32 id, uint256 assets) private view returns (uint256) {
        Cap memory c = _caps[lmp][id];
        return Math.min(assets.mulDiv(c.share, WAD), c.amount);
    }

    /// @dev Rounded up.
    function _floor(address lmp, uint256 assets) private view returns (uint256) {
        return assets.mulDiv(_shares[lmp].idleFloor, WAD, Math.Rounding.Ceil);
    }

    /// @dev At most 20, which the vault bounds.
    function _holdings(address lmp) private view returns (Holding[] memory holdings) {
        address[] memory list = ILMP(lmp).destinations();
        holdings = new Holding[](list.length);
        for (uint256 i; i < list.length; ++i) {
            uint256 value = ILMP(lmp).destinationState(list[i]).safe;
            if (value != 0) holdings[i] = Holding(value, IDestination(list[i]).legs());
        }
    }

    function _issuerValue(Holding[] memory holdings, address issuer) private pure returns (uint256 sum) {
        for (uint256 i; i < holdings.length; ++i) {
            if (_contains(holdings[i].legs, issuer)) sum += holdings[i].value;
        }
    }

    /// @dev The legs but the vault's own asset.
    function _issuers(address lmp, address destination) private view returns (address[] memory issuers) {
        address asset = IERC4626(lmp).asset();
        address[] memory legs = IDestination(destination).legs();
        uint256 count;
        for (uint256 i; i < legs.length; ++i) {
            if (legs[i] != asset) legs[count++] = legs[i];
        }
        issuers = new address[](count);
        for (uint256 i; i < count; ++i) {
            issuers[i] = legs[i];
        }
    }

    /// @return live all liquidity of the pool now, in units
    /// @return seen at the last snapshot; 0 before the first one
    function _depths(address destination) private view returns (uint256 live, uint256 seen) {
        return (IDestination(destination).depth(), signals.signal(destination).depth);
    }

    /// @dev Rounded up, at most all of it.
    function _poolShareUp(uint256 units, uint256 depth) private pure returns (uint256) {
        return units >= depth ? WAD : units.mulDiv(WAD, depth, Math.Rounding.Ceil);
    }

    function _contains(address[] memory list, address item) private pure returns (bool) {
        for (uint256 i; i < list.length; ++i) {
            if (list[i] == item) return true;
        }
        return false;
    }
}
