// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ILMP} from "../../../src/lmp/ILMP.sol";
import {ILossOracle} from "../../../src/loss/ILossOracle.sol";
import {LossLedgerMock} from "./LossLedgerMock.sol";

/// @notice What the loss oracle asks of a vault.
contract LmpMock {
    enum Report {
        Quiet,
        OutOfGas,
        Execute,
        Submit
    }

    address public lossLedger;
    uint256 public lossMark;
    uint256 public reports;

    Report private _report;
    ILossOracle private _oracle;
    uint256 private _markAfterReport;

    constructor(address ledger) {
        lossLedger = ledger;
    }

    function setLedger(address ledger) external {
        lossLedger = ledger;
    }

    function setMark(uint256 mark) external {
        (lossMark, _markAfterReport) = (mark, mark);
    }

    /// @notice The next report moves the mark, as a management fee does.
    function setMarkAfterReport(uint256 mark) external {
        _markAfterReport = mark;
    }

    function setReport(Report report_, ILossOracle oracle) external {
        (_report, _oracle) = (report_, oracle);
    }

    function report() external {
        require(_report != Report.OutOfGas, ILMP.NotEnoughGas());
        if (_report == Report.Execute) _oracle.execute(address(this));
        if (_report == Report.Submit) {
            _oracle.submit(ILossOracle.LossReport(address(this), 0, 0, 0, 0, 0), new bytes[](0));
        }
        ++reports;
        lossMark = _markAfterReport;
        LossLedgerMock(lossLedger).setCount(LossLedgerMock(lossLedger).state(address(this)).count + 1);
    }
}
