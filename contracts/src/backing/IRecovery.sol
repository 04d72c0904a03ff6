// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @title Where slashed TOKE vests
/// @notice Slashed TOKE is not liquidated at once: it vests linearly over 180 days, and what has vested may be sold for the LMP until the
/// proceeds equal the coverage. There is no price of TOKE on-chain yet, so nothing is sold: it rolls over until the LMP is back at
/// the mark of the case, and then returns to those who were slashed.
/// An LMP whose ledger was replaced while a recovery runs can end it only when it has this ledger again: nobody else knows its cover.
interface IRecovery {
    struct Entry {
        address lmp;
        address pool;
        /// @dev Of the pool.
        uint256 caseId;
        uint256 toke;
        /// @dev Unix seconds.
        uint256 start;
        uint256 end;
        /// @dev Base units of the LMP's asset.
        uint256 coverage;
        /// @dev Loss mark before the case, WAD of asset per share: the recovery ends when `low` is back there.
        uint256 mark;
        /// @dev First checkpoint that may show that.
        uint256 since;
        bool ended;
    }

    event RecoveryOpened(
        uint256 indexed id,
        address indexed lmp,
        address indexed pool,
        uint256 caseId,
        uint256 toke,
        uint256 start,
        uint256 end,
        uint256 coverage,
        uint256 mark,
        uint256 since
    );
    event RecoveryEnded(uint256 indexed id, uint256 returned, uint256 uncovered);

    error ZeroAddress();
    error ZeroAmount();
    /// @dev `toke` has not arrived: the balance is below what the entries hold and it together.
    error NotReceived(uint256 toke);
    error UnknownRecovery(uint256 id);
    error AlreadyEnded(uint256 id);
    /// @dev The LMP is not back at the mark of the case.
    error NotRecovered(uint256 id);

    /// @notice Restricted to the loss oracle, in the transaction that sent `toke` here.
    function open(
        address lmp,
        address pool,
        uint256 caseId,
        uint256 toke,
        uint256 coverage,
        uint256 mark,
        uint256 since
    ) external returns (uint256 id);
    /// @notice Anyone, once the LMP is back at the mark of the case: what was not sold returns to those who were slashed.
    function end(uint256 id) external;

    function entry(uint256 id) external view returns (Entry memory);
    function count() external view returns (uint256);
    /// @notice TOKE of all entries that have not ended, wei. TOKE sent here by anyone else belongs to no entry and stays.
    function held() external view returns (uint256);
    /// @notice TOKE vested by now, wei, rounded down: never falls, ends at the entry's `toke`. Also told of an entry that has ended.
    function vested(uint256 id) external view returns (uint256);
    function ledger() external view returns (address);
    function toke() external view returns (address);
}
