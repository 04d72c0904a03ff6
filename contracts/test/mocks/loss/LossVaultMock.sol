// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

import {Book, DestinationState, Leg} from "../../../src/lmp/ILMP.sol";
import {ILossLedger} from "../../../src/loss/ILossLedger.sol";

/// @notice What the loss ledger asks of a vault: a book set by the test, rebalances that deliver what the test says, fee shares.
contract LossVaultMock {
    ILossLedger public immutable ledger;
    uint256 public idle;
    uint256 public locked;
    uint256 public totalSupply;
    uint256 public lossMark;
    bool public isFrozen;
    uint256 public cover;
    int256 public feeMark;
    uint256 public syncs;
    /// @dev ENTRY; unless set, no entry is below the mark.
    uint256 private _entry = type(uint128).max;
    uint256 public constant feeBps = 0;
    address[] private _destinations;
    mapping(address destination => uint256) public units;
    address private _target;
    bytes private _action;

    error NotLossLedger();

    constructor(ILossLedger ledger_) {
        ledger = ledger_;
    }

    function set(uint256 idle_, uint256 locked_, uint256 supply) external {
        (idle, locked, totalSupply) = (idle_, locked_, supply);
    }

    function setLossMark(uint256 mark) external {
        lossMark = mark;
    }

    function setEntryAssets(uint256 value) external {
        _entry = value;
    }

    function setUnits(address destination, uint256 units_) public {
        bool known;
        for (uint256 i; i < _destinations.length; ++i) {
            known = known || _destinations[i] == destination;
        }
        if (!known) _destinations.push(destination);
        units[destination] = units_;
    }

    /// @notice Fee shares, as the vault mints them: the mark falls with the value of a share.
    function mintFee(uint256 shares) public {
        lossMark = lossMark * totalSupply / (totalSupply + shares);
        totalSupply += shares;
    }

    function report() external {
        ledger.checkpoint();
    }

    /// @notice A call made in the middle of the next rebalances.
    function setAction(address target, bytes calldata action) external {
        (_target, _action) = (target, action);
    }

    /// @notice A rebalance, with what else the vault does in one: change the lock and mint fee shares.
    function move(Leg[] calldata outs, Leg[] calldata ins, bool closing, uint256 locked_, uint256 feeShares) external {
        ledger.beforeRebalance(outs, ins);
        for (uint256 i; i < outs.length; ++i) {
            address destination = outs[i].destination;
            if (destination == address(0)) idle -= outs[i].units;
            else units[destination] -= outs[i].units;
        }
        for (uint256 i; i < ins.length; ++i) {
            address destination = ins[i].destination;
            if (destination == address(0)) idle += ins[i].units;
            else units[destination] += ins[i].units;
        }
        if (_target != address(0)) Address.functionCall(_target, _action);
        locked = locked_;
        if (feeShares != 0) mintFee(feeShares);
        ledger.afterRebalance(outs, ins, closing);
    }

    function syncLoss(uint256 lossMark_, bool frozen, uint256 cover_, int256 feeMarkDelta) external {
        require(msg.sender == address(ledger), NotLossLedger());
        (lossMark, isFrozen, cover) = (lossMark_, frozen, cover_);
        feeMark += feeMarkDelta;
        ++syncs;
    }

    function destinations() external view returns (address[] memory) {
        return _destinations;
    }

    function destinationState(address destination) external view returns (DestinationState memory state) {
        state.units = units[destination];
    }

    function book() external view returns (Book memory b) {
        (b.idle, b.locked, b.sumMax) = (idle, locked, _entry - idle);
    }
}
