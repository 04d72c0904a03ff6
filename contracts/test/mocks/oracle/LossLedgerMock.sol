// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ILossLedger} from "../../../src/loss/ILossLedger.sol";

/// @notice What the loss oracle and the recovery ask of a ledger. Says what it is told to, and remembers what it was told.
contract LossLedgerMock {
    struct Decision {
        uint256 high;
        uint256 coverage;
    }

    ILossLedger.Window internal _window;
    ILossLedger.State internal _state;
    uint256 public live;
    uint256 public high;
    uint256 public threshold;
    bool public isValued = true;

    Decision[] public executed;
    uint256 public rejected;

    uint256 public recoveredMark = type(uint256).max;
    uint256 public recoveredSince;
    uint256 public reduced;
    uint256 public proceeds;

    function setWindow(uint256 first, uint256 last, bytes32 hash, uint256 loss) external {
        _window = ILossLedger.Window(first, last, hash, loss);
    }

    function setLive(uint256 live_, uint256 high_, uint256 threshold_) external {
        (live, high, threshold) = (live_, high_, threshold_);
    }

    function setCount(uint256 count) external {
        _state.count = count;
    }

    function setEpoch(uint256 epoch) external {
        _state.epoch = epoch;
    }

    function setValued(bool valued) external {
        isValued = valued;
    }

    /// @notice From now on low is at `mark` in two checkpoints from `since`.
    function setRecovered(uint256 mark, uint256 since) external {
        (recoveredMark, recoveredSince) = (mark, since);
    }

    function executions() external view returns (uint256) {
        return executed.length;
    }

    /* WHAT IS ASKED */

    function window(address) external view returns (ILossLedger.Window memory) {
        return _window;
    }

    function state(address) external view returns (ILossLedger.State memory) {
        return _state;
    }

    function measure(address lmp) external view returns (uint256, uint256, uint256) {
        require(isValued, ILossLedger.NotValued(lmp));
        return (live, high, threshold);
    }

    function isRecovered(address, uint256 mark, uint256 since) external view returns (bool) {
        return recoveredMark != type(uint256).max && mark <= recoveredMark && since <= recoveredSince;
    }

    function execute(address, uint256 high_, uint256 coverage) external {
        executed.push(Decision(high_, coverage));
        ++_state.epoch;
    }

    function reject(address) external {
        ++rejected;
        ++_state.epoch;
    }

    function reduceCover(address, uint256 amount, uint256 proceeds_) external {
        reduced += amount;
        proceeds += proceeds_;
    }
}
