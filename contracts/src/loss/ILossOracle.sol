// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ISignedMessages} from "../signing/ISignedMessages.sol";

/// @title Quorum over losses
/// @notice Reporters sign what they recomputed from the chain; the contract recomputes it again from the ledger's ring, so
/// signatures confirm a loss and can never raise one. 48 h later anyone executes: the loss is measured live, the smaller counts.
interface ILossOracle is ISignedMessages {
    /// @dev EIP-712 type: LossReport(address lmp,uint256 epoch,uint256 first,uint256 last,bytes32 windowHash,uint256 loss)
    struct LossReport {
        address lmp;
        /// @dev The LMP's case number: cases decided before.
        uint256 epoch;
        uint256 first;
        uint256 last;
        bytes32 windowHash;
        /// @dev Base units of the LMP's asset.
        uint256 loss;
    }

    struct Case {
        /// @dev Unix seconds; 0: no case is open.
        uint256 openedAt;
        uint256 executableAt;
        uint256 epoch;
        uint256 loss;
    }

    event ReportersSet(address[] reporters, uint256 quorum);
    event BackingSet(address indexed lmp, address indexed pool);
    event CaseOpened(
        address indexed lmp,
        uint256 indexed epoch,
        uint256 first,
        uint256 last,
        bytes32 windowHash,
        uint256 loss,
        uint256 executableAt,
        address[] signers
    );
    /// @dev `loss` is the one that counts; `coverage` is what the recovery owes of it. When nothing was slashed, `coverage` and
    /// `slashed` are 0 and `recoveryId`, else the vesting entry, is type(uint256).max.
    event CaseExecuted(
        address indexed lmp, uint256 indexed epoch, uint256 loss, uint256 coverage, uint256 slashed, uint256 recoveryId
    );
    event CaseRejected(address indexed lmp, uint256 indexed epoch, uint256 loss, uint256 threshold);

    error ZeroAddress();
    /// @dev It has no backing here.
    error UnknownLmp(address lmp);
    /// @dev The LMP's losses are counted by another ledger than this oracle's.
    error ForeignLedger(address lmp);
    /// @dev It keeps slashed TOKE for another ledger.
    error InvalidRecovery(address recovery);
    /// @dev No contract, or of another LMP, TOKE or ledger.
    error InvalidPool(address pool);
    error BackingIsSet(address lmp);
    /// @dev None, more than 16, zero or twice the same.
    error InvalidReporters();
    /// @dev One reporter alone must not open a case, nor more be asked for than there are.
    error InvalidQuorum(uint256 quorum);
    error CaseIsOpen(address lmp);
    error NoCase(address lmp);
    error TooEarly(uint256 executableAt);
    /// @dev The report is not what the ledger says now.
    error WrongReport();

    /// @notice Opens the case of a report. `signatures` are of the same struct, sorted by signer (ascending), at least `quorum`.
    /// Anyone. Who signed must be a reporter now; a later change of the reporters does not close the case.
    function submit(LossReport calldata report, bytes[] calldata signatures) external;
    /// @notice Anyone, from `executableAt`: reports the LMP, measures live, slashes or rejects. A pool that has no stake or slashes
    /// nobody leaves the loss uncovered, but it counts: the mark falls. Whatever fails changes nothing, and the case waits: for gas
    /// (`NotEnoughGas`), for a destination that can be valued (`NotValued`), for the pool to be rolled (`NotRolled`).
    function execute(address lmp) external;

    /// @notice What an honest reporter signs now; reverts `UnknownLmp` and `ForeignLedger`. `loss` is 0 when there is nothing to report.
    function currentReport(address lmp) external view returns (LossReport memory);
    /// @notice EIP-712 digest of a report.
    function hashReport(LossReport calldata report) external view returns (bytes32);
    /// @notice All 0 when none is open: never, decided, or its epoch was decided elsewhere.
    function openCase(address lmp) external view returns (Case memory);
    function backingOf(address lmp) external view returns (address pool);
    function reporters() external view returns (address[] memory);
    function isReporter(address account) external view returns (bool);
    function quorum() external view returns (uint256);
    function ledger() external view returns (address);
    function recovery() external view returns (address);

    /// @notice Restricted, delayed.
    function setReporters(address[] calldata reporters, uint256 quorum) external;
    /// @notice Restricted, delayed. The pool that backs an LMP; once set it stays.
    function setBacking(address lmp, address pool) external;
}
