// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ILMP, Leg} from "../../../src/lmp/ILMP.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice A vault's state rebuilt from its logs alone. It calls nobody.
contract LogReplay {
    address private immutable LMP;

    uint256 public idle;
    uint256 public mark;
    uint256 public sumSafe;
    uint256 public sumMin;
    uint256 public sumMax;
    uint256 public locked;
    uint256 public lockEnd;
    uint256 public supply;
    uint256 public cap;
    uint256 public feeBps;
    /// @notice Sum of all performance fees, in assets.
    uint256 public fees;
    /// @notice Times the mark was compared with R, as far as logged.
    uint256 public settlements;
    bool public clean;
    uint256 public lossMark;
    bool public frozen;
    uint256 public cover;
    address public lossLedger;
    uint256 public managementFeeBps;
    /// @notice Sums of all management fees.
    uint256 public managementFees;
    uint256 public managementShares;
    mapping(address holder => uint256) public shares;
    mapping(address destination => uint256) public units;
    mapping(address destination => uint256) public safe;

    constructor(address lmp) {
        LMP = lmp;
    }

    function read(Vm.Log[] memory logs) external {
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].emitter == LMP) _read(logs[i].topics, logs[i].data);
        }
    }

    function _read(bytes32[] memory topics, bytes memory data) private {
        bytes32 id = topics[0];
        if (id == IERC20.Transfer.selector) {
            _transfer(_address(topics[1]), _address(topics[2]), abi.decode(data, (uint256)));
        } else if (id == ILMP.Flowed.selector) {
            (idle, mark) = abi.decode(data, (uint256, uint256));
        } else if (id == ILMP.Settled.selector) {
            uint256 fee;
            (, locked, lockEnd, mark, fee,) = abi.decode(data, (int256, uint256, uint256, uint256, uint256, uint256));
            fees += fee;
            ++settlements;
        } else if (id == ILMP.ProfitAdded.selector) {
            idle += abi.decode(data, (uint256));
        } else if (id == ILMP.DestinationValued.selector) {
            address destination = _address(topics[1]);
            (units[destination], safe[destination],,,) = abi.decode(data, (uint256, uint256, uint256, uint256, bool));
        } else if (id == ILMP.BookChanged.selector) {
            (sumSafe, sumMin, sumMax, locked, lockEnd, clean) =
                abi.decode(data, (uint256, uint256, uint256, uint256, uint256, bool));
        } else if (id == ILMP.Reported.selector) {
            uint256 logged;
            (logged, sumSafe, sumMin, sumMax,, mark,, clean) =
                abi.decode(data, (uint256, uint256, uint256, uint256, uint256, uint256, uint256, bool));
            require(logged == idle, "a report changes no idle");
        } else if (id == ILMP.Rebalanced.selector) {
            (Leg[] memory outs, Leg[] memory ins) = abi.decode(data, (Leg[], Leg[]));
            idle = idle + _idleIn(ins) - _idleIn(outs);
        } else if (id == ILMP.CapSet.selector) {
            cap = abi.decode(data, (uint256));
        } else if (id == ILMP.FeeSet.selector) {
            (feeBps,) = abi.decode(data, (uint256, address));
        } else {
            _readLoss(id, data);
        }
    }

    function _readLoss(bytes32 id, bytes memory data) private {
        if (id == ILMP.LossMarkMoved.selector) {
            lossMark = abi.decode(data, (uint256));
        } else if (id == ILMP.LossSynced.selector) {
            (lossMark, frozen, cover,, mark) = abi.decode(data, (uint256, bool, uint256, int256, uint256));
        } else if (id == ILMP.LossLedgerSet.selector) {
            lossLedger = abi.decode(data, (address));
        } else if (id == ILMP.ManagementFeeSet.selector) {
            (managementFeeBps,) = abi.decode(data, (uint256, address));
        } else if (id == ILMP.ManagementFeePaid.selector) {
            (uint256 fee, uint256 minted) = abi.decode(data, (uint256, uint256));
            (managementFees, managementShares) = (managementFees + fee, managementShares + minted);
        }
    }

    function _transfer(address from, address to, uint256 amount) private {
        if (from == address(0)) supply += amount;
        else shares[from] -= amount;
        if (to == address(0)) supply -= amount;
        else shares[to] += amount;
    }

    function _idleIn(Leg[] memory legs) private pure returns (uint256 assets) {
        for (uint256 i; i < legs.length; ++i) {
            if (legs[i].destination == address(0)) assets += legs[i].units;
        }
    }

    function _address(bytes32 topic) private pure returns (address) {
        return address(uint160(uint256(topic)));
    }
}
