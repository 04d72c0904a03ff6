// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Book, ILMP} from "../../../src/lmp/ILMP.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice A vault's state rebuilt from its logs alone. It calls nobody.
contract LogReplay {
    address private immutable LMP;

    Book private _book;
    uint256 public supply;
    uint256 public cap;
    uint256 public feeBps;
    /// @notice Sum of all performance fees, in assets.
    uint256 public fees;
    /// @notice Times the mark was compared with R, as far as logged.
    uint256 public settlements;
    /// @notice Used part of the loss bucket when it was last charged, WAD of V.
    uint256 public lossUsed;
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

    function book() external view returns (Book memory) {
        return _book;
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
            uint256 hot = abi.decode(data, (uint256));
            (_book.idle, _book.mark) = (uint96(hot), uint96(hot >> 96));
            (_book.flow, _book.flowAt) = (uint24(hot >> 192), hot >> 216);
        } else if (id == ILMP.Settled.selector) {
            (, _book.locked, _book.lockEnd) = abi.decode(data, (int256, uint256, uint256));
            ++settlements;
        } else if (id == ILMP.FeePaid.selector) {
            uint256 fee;
            (fee,, _book.mark) = abi.decode(data, (uint256, uint256, uint256));
            fees += fee;
            ++settlements;
        } else if (id == ILMP.DestinationValued.selector) {
            address destination = _address(topics[1]);
            (units[destination], safe[destination],,,) = abi.decode(data, (uint256, uint256, uint256, uint256, bool));
        } else if (id == ILMP.BookChanged.selector) {
            _book = abi.decode(data, (Book));
        } else if (id == ILMP.PauseSet.selector) {
            _book.pausedUntil = abi.decode(data, (uint256));
        } else if (id == ILMP.LossCharged.selector) {
            (, lossUsed) = abi.decode(data, (uint256, uint256));
        } else if (id == ILMP.CapSet.selector) {
            cap = abi.decode(data, (uint256));
        } else if (id == ILMP.FeesSet.selector) {
            (feeBps,, managementFeeBps,) = abi.decode(data, (uint256, address, uint256, address));
        } else if (id == ILMP.PolicySet.selector) {
            lossLedger = _address(topics[2]);
        } else {
            _readLoss(id, data);
        }
    }

    function _readLoss(bytes32 id, bytes memory data) private {
        if (id == ILMP.LossMarkMoved.selector) {
            lossMark = abi.decode(data, (uint256));
        } else if (id == ILMP.LossSynced.selector) {
            (lossMark, frozen, cover,, _book.mark) = abi.decode(data, (uint256, bool, uint256, int256, uint256));
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

    function _address(bytes32 topic) private pure returns (address) {
        return address(uint160(uint256(topic)));
    }
}
