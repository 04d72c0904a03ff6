// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IBackingPool} from "../../../src/backing/IBackingPool.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice A pool's totals and positions rebuilt from its logs alone. It calls nobody.
contract BackingReplay {
    address private immutable POOL;

    uint256 public toke;
    uint256 public shares;
    uint256 public cases;
    uint256 public rate;
    uint256 public end;
    /// @notice TOKE and fees that must lie in the pool.
    uint256 public heldToke;
    uint256 public heldFees;
    mapping(address account => uint256) public active;
    mapping(address account => mapping(uint256 day => uint256)) public exits;

    constructor(address pool) {
        POOL = pool;
    }

    function read(Vm.Log[] memory logs) external {
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].emitter == POOL) _read(logs[i].topics, logs[i].data);
        }
    }

    function _read(bytes32[] memory topics, bytes memory data) private {
        bytes32 id = topics[0];
        address account = topics.length > 1 ? address(uint160(uint256(topics[1]))) : address(0);
        if (id == IBackingPool.Staked.selector) {
            (uint256 amount, uint256 more) = abi.decode(data, (uint256, uint256));
            (toke, shares, heldToke) = (toke + amount, shares + more, heldToke + amount);
            active[account] += more;
        } else if (id == IBackingPool.ExitRequested.selector) {
            uint256 moved = abi.decode(data, (uint256));
            active[account] -= moved;
            exits[account][uint256(topics[2])] += moved;
        } else if (id == IBackingPool.ExitCancelled.selector) {
            uint256 moved = abi.decode(data, (uint256));
            active[account] += moved;
            exits[account][uint256(topics[2])] -= moved;
        } else if (id == IBackingPool.BucketLeft.selector) {
            (uint256 gone, uint256 amount) = abi.decode(data, (uint256, uint256));
            (toke, shares) = (toke - amount, shares - gone);
        } else if (id == IBackingPool.Left.selector) {
            (uint256 gone, uint256 amount) = abi.decode(data, (uint256, uint256));
            exits[account][uint256(topics[3])] -= gone;
            heldToke -= amount;
        } else if (id == IBackingPool.Claimed.selector) {
            heldFees -= abi.decode(data, (uint256));
        } else if (id == IBackingPool.Notified.selector) {
            uint256 assets;
            (assets, rate, end) = abi.decode(data, (uint256, uint256, uint256));
            heldFees += assets;
        } else if (id == IBackingPool.StreamMoved.selector) {
            end = abi.decode(data, (uint256));
        } else if (id == IBackingPool.Slashed.selector) {
            uint256 amount;
            (amount,, toke,) = abi.decode(data, (uint256, uint256, uint256, address));
            heldToke -= amount;
            ++cases;
        } else if (id == IBackingPool.Returned.selector) {
            heldToke += abi.decode(data, (uint256));
        } else if (id == IBackingPool.ReturnClaimed.selector) {
            heldToke -= abi.decode(data, (uint256));
        }
    }
}
