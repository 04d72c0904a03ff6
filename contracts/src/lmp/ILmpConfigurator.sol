// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ILMP} from "./ILMP.sol";

/// @title What roles may set of the protocol's vaults
/// @notice Every function is restricted; docs/roles.md says to whom and with which delay. The vault emits the events.
interface ILmpConfigurator {
    error ZeroAddress();
    /// @dev It does not answer that it serves the vault.
    error InvalidDestination(address destination);
    error DestinationIsClosing(address destination);
    error DestinationIsOpen(address destination);
    /// @dev Below 10% or above 100%.
    error InvalidSlippage(uint256 slippage);
    error PausedLately(uint256 renewableAt);
    error NotPaused();
    error InvalidCap(uint256 cap);
    error InvalidFee(uint256 feeBps);
    /// @dev No contract.
    error InvalidGate(address gate);
    /// @dev No contract.
    error InvalidLossLedger(address ledger);

    /// @notice Curator, delayed.
    function addDestination(ILMP lmp, address destination) external;
    /// @notice Curator, delayed. Of one without units.
    function removeDestination(ILMP lmp, address destination) external;
    /// @notice Guardian, immediate, one-way for him: the destination can only be left, at a slippage that rises from 0.2% to 10% in 72 h.
    function closeDestination(ILMP lmp, address destination) external;
    /// @notice Governor, delayed: the slippage at the end of a closing destination's ramp, WAD, 10% to 100%.
    function setClosingSlippage(ILMP lmp, address destination, uint256 slippage) external;
    /// @notice Curator, delayed.
    function reopenDestination(ILMP lmp, address destination) external;
    /// @notice Guardian, immediate: deposit, mint, withdraw and redeem stop for 7 days; not again for 7 days after. Reports, profit and
    /// exits in kind go on.
    function pause(ILMP lmp) external;
    /// @notice Guardian, immediate.
    function unpause(ILMP lmp) external;
    /// @notice Curator, delayed. Base units of the asset.
    function raiseCap(ILMP lmp, uint256 cap) external;
    /// @notice Risk, immediate.
    function lowerCap(ILMP lmp, uint256 cap) external;
    /// @notice Curator, delayed. At most 30% of profit. Reports first.
    function setFee(ILMP lmp, uint256 feeBps, address recipient) external;
    /// @notice Curator, delayed. At most 2% a year, paid by reports, for at most 30 days back. Reports first.
    function setManagementFee(ILMP lmp, uint256 feeBps, address recipient) external;
    /// @notice Governor, delayed. Reports first.
    function setGate(ILMP lmp, address gate) external;
    /// @notice Governor, delayed. Reports first; loss mark, freeze and cover stay until the new ledger speaks; not while a cover is outstanding.
    function setLossLedger(ILMP lmp, address ledger) external;
}
