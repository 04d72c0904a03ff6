// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ILMP, Leg} from "../lmp/ILMP.sol";
import {IRebalancer} from "./IRebalanceGate.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @notice `target` may spend `amount` of `token` during one call.
struct Approval {
    address token;
    uint256 amount;
}

/// @notice One step of a solver's route. The approvals are given to `target` before the call and taken back after it.
struct Call {
    address target;
    Approval[] approvals;
    bytes data;
}

/// @title On-chain half of the reference solver
/// @notice Executes a proposal of its owner: takes the out units from the vault, runs the route (unwrap, leave a venue, swap,
/// enter a venue, wrap), and approves exactly the in units to the vault, which pulls them.
/// The protocol gives this contract no right; every solver may write his own.
///
/// It holds nothing between calls: what is left of the listed tokens goes to the owner, and no approval survives its call. The
/// route and the vault are the owner's responsibility; the callback answers only the vault that he is calling, and once.
contract SolverExecutor is IRebalancer, Ownable {
    using SafeERC20 for IERC20;

    address private transient _vault;

    event Executed(address indexed lmp);
    event Swept(address indexed token, address indexed receiver, uint256 amount);

    /// @dev `onRebalance` came from elsewhere than the vault being called, or twice.
    error UnexpectedCallback(address caller);

    constructor(address owner_) Ownable(owner_) {}

    /// @notice Rebalances `lmp` along `calls` and sends what is left to the owner.
    /// @param outs what the vault gives; units arrive here before the first call
    /// @param ins what the vault gets; must be here after the last call
    /// @param sweepTokens tokens whose whole balance goes to the owner at the end
    function execute(
        ILMP lmp,
        Leg[] calldata outs,
        Leg[] calldata ins,
        Call[] calldata calls,
        address[] calldata sweepTokens
    ) external onlyOwner {
        _vault = address(lmp);
        lmp.rebalance(outs, ins, abi.encode(calls));
        _vault = address(0);
        emit Executed(address(lmp));
        _sweep(sweepTokens);
    }

    /// @inheritdoc IRebalancer
    function onRebalance(Leg[] calldata, Leg[] calldata ins, bytes calldata data) external {
        require(msg.sender == _vault, UnexpectedCallback(msg.sender));
        _vault = address(0);
        Call[] memory calls = abi.decode(data, (Call[]));
        for (uint256 i; i < calls.length; ++i) {
            _run(calls[i]);
        }
        for (uint256 i; i < ins.length; ++i) {
            address token = ins[i].destination == address(0) ? ILMP(msg.sender).asset() : ins[i].destination;
            IERC20(token).forceApprove(msg.sender, ins[i].units);
        }
    }

    /// @notice Sends the whole balance of each token to the owner.
    function sweep(address[] calldata tokens) external onlyOwner {
        _sweep(tokens);
    }

    function _sweep(address[] calldata tokens) private {
        for (uint256 i; i < tokens.length; ++i) {
            uint256 amount = IERC20(tokens[i]).balanceOf(address(this));
            if (amount == 0) continue;
            emit Swept(tokens[i], msg.sender, amount);
            IERC20(tokens[i]).safeTransfer(msg.sender, amount);
        }
    }

    function _run(Call memory call) private {
        for (uint256 i; i < call.approvals.length; ++i) {
            IERC20(call.approvals[i].token).forceApprove(call.target, call.approvals[i].amount);
        }
        // Reverts with the target's reason, or if there is no contract.
        Address.functionCall(call.target, call.data);
        for (uint256 i; i < call.approvals.length; ++i) {
            IERC20(call.approvals[i].token).forceApprove(call.target, 0);
        }
    }
}
