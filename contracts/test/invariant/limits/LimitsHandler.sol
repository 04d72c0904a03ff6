// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Cap, ILimits} from "../../../src/autopilot/ILimits.sol";
import {ISignals} from "../../../src/autopilot/ISignals.sol";
import {Limits} from "../../../src/autopilot/Limits.sol";
import {Book, Leg} from "../../../src/lmp/ILMP.sol";
import {LMP} from "../../../src/lmp/LMP.sol";
import {LimitsGateMock} from "../../mocks/limits/LimitsGateMock.sol";
import {PoolMock} from "../../mocks/limits/PoolMock.sol";
import {AssetMock} from "../../mocks/lmp/AssetMock.sol";
import {SolverMock} from "../../mocks/lmp/SolverMock.sol";
import {LimitsMock} from "../../unit/autopilot/mocks/LimitsMock.sol";
import {SignalsMock} from "../../unit/autopilot/mocks/SignalsMock.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Test} from "forge-std/Test.sol";

/// @notice A vault among pools whose liquidity comes and goes, an adversary who proposes moves and lends liquidity, a curator who
/// changes limits. After every proposal the limits are computed once more, another way: what passed keeps all of them, and what
/// was refused would break one.
contract LimitsHandler is Test {
    uint256 private constant WAD = 1e18;
    address private constant IDLE = address(0);

    LMP private immutable LMP_;
    AssetMock private immutable ASSET;
    SolverMock private immutable SOLVER;
    LimitsGateMock private immutable GATE;
    uint256 private immutable ONE;
    ILimits private immutable OPEN = ILimits(address(new LimitsMock()));
    Limits public immutable limits;
    SignalsMock private immutable SIGNALS;

    PoolMock[] private _pools;
    /// @dev Tokens of each pool other than the asset, and all of them.
    address[][] private _issuers;
    address[] private _tokens;

    uint256 public accepted;
    mapping(bytes4 reason => uint256) public refused;

    constructor(LMP lmp_, AssetMock asset_, SolverMock solver_, LimitsGateMock gate_, PoolMock[] memory pools) {
        (LMP_, ASSET, SOLVER, GATE, ONE) = (lmp_, asset_, solver_, gate_, 10 ** asset_.decimals());
        AccessManager authority = new AccessManager(address(this));
        SIGNALS = new SignalsMock();
        limits = new Limits(address(authority), ISignals(address(SIGNALS)));
        _pools = pools;
        for (uint256 i; i < 3; ++i) {
            _tokens.push(makeAddr(string.concat("token ", vm.toString(i))));
            limits.raiseCap(address(lmp_), limits.issuerId(_tokens[i]), Cap(0.7e18, uint96(1000 * ONE)));
        }
        for (uint256 i; i < pools.length; ++i) {
            _list(i);
        }
        limits.raiseMaxPoolShare(address(lmp_), 0.5e18);
    }

    /// @dev Pool i has the asset, token i, and the next one too if i is odd.
    function _list(uint256 i) private {
        PoolMock pool = _pools[i];
        address[] memory legs = new address[](i % 2 == 0 ? 2 : 3);
        (legs[0], legs[1]) = (address(ASSET), _tokens[i % 3]);
        _issuers.push();
        _issuers[i].push(_tokens[i % 3]);
        if (i % 2 == 1) {
            legs[2] = _tokens[(i + 1) % 3];
            _issuers[i].push(legs[2]);
        }
        pool.setLegs(legs);
        pool.setOthers(300e18);
        SIGNALS.setDepth(address(pool), 300e18);
        limits.raiseCap(address(LMP_), limits.destinationId(address(pool)), Cap(0.5e18, uint96(500 * ONE)));
    }

    /* MOVES */

    struct Proposal {
        Leg[] outs;
        Leg[] ins;
        /// @dev Pools of the in legs.
        uint256[] entered;
    }

    /// @notice From idle or a pool to one or two others, for what it is worth.
    /// @param lent liquidity that the adversary adds to the pool he enters, for the time of his proposal
    function move(uint256 from, uint256 first, uint256 second, uint256 value, uint256 lent) external {
        first %= _pools.length;
        second %= _pools.length;
        bool leavesIdle = from % 2 == 0;
        from = (from >> 1) % _pools.length;
        if (!leavesIdle && (from == first || from == second)) return;
        uint256 most = leavesIdle ? LMP_.book().idle : LMP_.destinationState(address(_pools[from])).safe;
        if (most < 100) return;
        value = _bound(value, 100, 100 + (most - 100) / (1 + lent % 8));

        Proposal memory p;
        p.outs = _outLegs(leavesIdle ? IDLE : address(_pools[from]), value);
        if (first == second) {
            p.ins = _legs(address(_pools[first]), value);
            p.entered = new uint256[](1);
            p.entered[0] = first;
        } else {
            p.ins = new Leg[](2);
            p.ins[0] = _leg(address(_pools[first]), value / 3);
            p.ins[1] = _leg(address(_pools[second]), value - value / 3);
            p.entered = new uint256[](2);
            (p.entered[0], p.entered[1]) = (first, second);
        }
        if (p.outs[0].units == 0 || p.ins[0].units == 0) return;
        uint256 others = _pools[first].others();
        SOLVER.setAction(address(_pools[first]), abi.encodeCall(PoolMock.setOthers, (others + lent % 1e30)));
        _propose(p);
        _pools[first].setOthers(others);
        SOLVER.setAction(address(0), "");
    }

    /// @notice Home. Never refused.
    function goHome(uint256 from, uint256 value) external {
        address pool = address(_pools[from % _pools.length]);
        uint256 held = LMP_.destinationState(pool).safe;
        if (held == 0) return;
        Leg[] memory outs = _outLegs(pool, _bound(value, 1, held));
        if (outs[0].units == 0) return;
        uint256 worth = outs[0].units * PoolMock(pool).safePrice() / WAD;
        if (worth == 0) return;
        SOLVER.run(LMP_, outs, _legs(IDLE, worth));
    }

    function _propose(Proposal memory p) private {
        try SOLVER.run(LMP_, p.outs, p.ins) {
            ++accepted;
            assertTrue(_allHold(p), "LMP5: a limit does not hold for what was entered");
        } catch (bytes memory reason) {
            ++refused[bytes4(reason)];
            uint256 snapshot = vm.snapshotState();
            GATE.setLimits(OPEN);
            SOLVER.run(LMP_, p.outs, p.ins);
            bool hold = _allHold(p);
            vm.revertToState(snapshot);
            assertFalse(hold, "LMP5: refused, though every limit holds");
        }
    }

    /// @dev By multiplication instead of shares, with what units are worth now instead of what is booked.
    function _allHold(Proposal memory p) private view returns (bool) {
        Book memory b = LMP_.book();
        uint256 assets = b.idle + b.sumSafe;
        if (p.outs[0].destination == IDLE && b.idle * WAD < limits.idleFloor(address(LMP_)) * assets) return false;
        for (uint256 i; i < p.entered.length; ++i) {
            if (!_holds(p.entered[i], assets)) return false;
        }
        return true;
    }

    function _holds(uint256 index, uint256 assets) private view returns (bool) {
        PoolMock pool = _pools[index];
        uint256 units = LMP_.destinationState(address(pool)).units;
        Cap memory cap = limits.cap(address(LMP_), limits.destinationId(address(pool)));
        if (!_fits(units * pool.safePrice() / WAD, cap, assets)) return false;
        for (uint256 i; i < _issuers[index].length; ++i) {
            address token = _issuers[index][i];
            cap = limits.cap(address(LMP_), limits.issuerId(token));
            if (!_fits(_issued(token), cap, assets)) return false;
        }
        uint256 max = limits.maxPoolShare(address(LMP_));
        uint256 seen = SIGNALS.signal(address(pool)).depth;
        return max == WAD || (units * WAD <= max * pool.depth() && units * WAD <= max * seen);
    }

    function _fits(uint256 value, Cap memory cap, uint256 assets) private pure returns (bool) {
        return value <= cap.amount && value * WAD <= assets * cap.share;
    }

    function _issued(address token) private view returns (uint256 sum) {
        for (uint256 i; i < _pools.length; ++i) {
            for (uint256 k; k < _issuers[i].length; ++k) {
                if (_issuers[i][k] == token) sum += LMP_.destinationState(address(_pools[i])).safe;
            }
        }
    }

    /* THE WORLD */

    function takeSnapshot(uint256 which) external {
        PoolMock pool = _pools[which % _pools.length];
        // forge-lint: disable-next-line(unsafe-typecast)
        SIGNALS.setDepth(address(pool), uint128(pool.depth()));
    }

    function liquidity(uint256 which, uint256 others) external {
        _pools[which % _pools.length].setOthers(_bound(others, 0, 2000e18));
    }

    /// @notice 2% at most, reported or not.
    function price(uint256 which, uint256 factor, bool reported) external {
        PoolMock pool = _pools[which % _pools.length];
        uint256 next = pool.safePrice() * _bound(factor, 0.98e18, 1.02e18) / WAD;
        next = _bound(next, ONE / 2, ONE * 2);
        pool.setPrices(next, next, next);
        if (reported) LMP_.report();
    }

    function deposit(uint256 assets) external {
        LMP_.report();
        uint256 max = LMP_.maxDeposit(address(this));
        if (max > 500 * ONE) max = 500 * ONE;
        if (max < ONE) return;
        assets = _bound(assets, ONE, max);
        ASSET.mint(address(this), assets);
        ASSET.approve(address(LMP_), assets);
        LMP_.deposit(assets, address(this));
    }

    function redeemInKind(uint256 shares) external {
        uint256 held = LMP_.balanceOf(address(this));
        if (held < ONE) return;
        LMP_.redeemInKind(_bound(shares, ONE, held), address(this));
    }

    /// @notice To the vault and to the pool: nothing of it counts.
    function donate(uint256 which, uint256 amount) external {
        amount = _bound(amount, 1, 1000 * ONE);
        ASSET.mint(address(LMP_), amount);
        _pools[which % _pools.length].mint(address(LMP_), amount);
    }

    /* THE CURATOR */

    function setCap(bool issuer, uint256 which, uint256 share, uint256 amount) external {
        bytes32 id = issuer
            ? limits.issuerId(_tokens[which % _tokens.length])
            : limits.destinationId(address(_pools[which % _pools.length]));
        // forge-lint: disable-next-line(unsafe-typecast)
        Cap memory next = Cap(uint64(_bound(share, 0.05e18, WAD)), uint96(_bound(amount, 20 * ONE, 2000 * ONE)));
        Cap memory old = limits.cap(address(LMP_), id);
        Cap memory both =
            Cap(next.share > old.share ? next.share : old.share, next.amount > old.amount ? next.amount : old.amount);
        if (both.share != old.share || both.amount != old.amount) limits.raiseCap(address(LMP_), id, both);
        if (both.share != next.share || both.amount != next.amount) limits.lowerCap(address(LMP_), id, next);
    }

    function setPoolShare(uint256 share) external {
        share = _bound(share, 0.05e18, WAD);
        uint256 old = limits.maxPoolShare(address(LMP_));
        if (share > old) limits.raiseMaxPoolShare(address(LMP_), share);
        if (share < old) limits.lowerMaxPoolShare(address(LMP_), share);
    }

    function setIdleFloor(uint256 share) external {
        share = _bound(share, 0, 0.3e18);
        uint256 old = limits.idleFloor(address(LMP_));
        if (share > old) limits.raiseIdleFloor(address(LMP_), share);
        if (share < old) limits.lowerIdleFloor(address(LMP_), share);
    }

    /* LEGS */

    function _legs(address destination, uint256 value) private view returns (Leg[] memory legs) {
        legs = new Leg[](1);
        legs[0] = _leg(destination, value);
    }

    /// @dev Values are rounded up when units leave: at most what is there.
    function _outLegs(address destination, uint256 value) private view returns (Leg[] memory legs) {
        legs = _legs(destination, value);
        if (destination == IDLE) return legs;
        uint256 held = LMP_.destinationState(destination).units;
        if (legs[0].units > held) legs[0].units = held;
    }

    function _leg(address destination, uint256 value) private view returns (Leg memory) {
        if (destination == IDLE) return Leg(IDLE, value);
        return Leg(destination, value * WAD / PoolMock(destination).safePrice());
    }
}
