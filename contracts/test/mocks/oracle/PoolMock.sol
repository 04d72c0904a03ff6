// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IBackingPool} from "../../../src/backing/IBackingPool.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @notice What the loss oracle and the recovery ask of a pool. Its stake is its balance; 30% of it leaves at a slash.
contract PoolMock {
    enum Fault {
        None,
        NotRolled,
        Silent,
        BurnsGas,
        KeepsToke
    }

    address public toke;
    address public lmp;
    address public lossLedger;
    IBackingPool.Mode public mode;
    uint256 public cases;
    Fault public fault;
    mapping(uint256 caseId => uint256) public returned;

    constructor(address toke_, address lmp_, address ledger, IBackingPool.Mode mode_) {
        (toke, lmp, lossLedger, mode) = (toke_, lmp_, ledger, mode_);
    }

    function setFault(Fault fault_) external {
        fault = fault_;
    }

    function slash(uint256 amount, address to) external returns (uint256 slashed, uint256 caseId) {
        require(fault != Fault.NotRolled, IBackingPool.NotRolled());
        // forge-lint: disable-next-item(custom-errors) a revert without a reason is what is wanted
        require(fault != Fault.Silent);
        while (fault == Fault.BurnsGas) {}
        uint256 most = (IERC20(toke).balanceOf(address(this)) * 3 + 9) / 10;
        slashed = amount < most ? amount : most;
        if (slashed == 0) return (0, cases);
        caseId = cases++;
        if (fault != Fault.KeepsToke) IERC20(toke).transfer(to, slashed);
    }

    function returnToSlashed(uint256 caseId, uint256 amount) external {
        returned[caseId] += amount;
        IERC20(toke).transferFrom(msg.sender, address(this), amount);
    }
}
