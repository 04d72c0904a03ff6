// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IDestination} from "../destinations/IDestination.sol";
import {DestinationState, ILMP} from "./ILMP.sol";
import {ILmpConfigurator} from "./ILmpConfigurator.sol";
import {LmpMath} from "./LmpMath.sol";
import {Positions} from "./Positions.sol";
import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

/// @title What roles may set of the protocol's vaults
/// @notice Every vault obeys the configurator it was created with, for good. Who may call what, and after which delay, is the AccessManager's
/// (docs/roles.md): what raises risk waits, what lowers it is immediate, and whoever lowers cannot raise. The bounds are here.
/// No function moves assets. One configurator serves any number of vaults and holds nothing.
contract LmpConfigurator is ILmpConfigurator, AccessManaged {
    uint256 public constant MAX_FEE_BPS = LmpMath.MAX_FEE_BPS;
    /// @notice Per year.
    uint256 public constant MAX_MANAGEMENT_FEE_BPS = LmpMath.MAX_MANAGEMENT_FEE_BPS;
    /// @notice Highest cap, base units of the asset.
    uint256 public constant MAX_CAP = Positions.MAX_VALUE;
    /// @notice How long a pause lasts, and for how long after it there is no other, seconds.
    uint256 public constant PAUSE_TIME = 7 days;
    /// @notice What leaving a closing destination costs at most at the end of its ramp, WAD, unless the curator allows more.
    uint256 public constant CLOSING_SLIPPAGE = 0.1e18;
    uint256 private constant WAD = 1e18;

    constructor(address authority) AccessManaged(authority) {
        require(authority != address(0), ZeroAddress());
    }

    /* DESTINATIONS */

    /// @inheritdoc ILmpConfigurator
    function addDestination(ILMP lmp, address destination) external restricted {
        require(_serves(destination, lmp), InvalidDestination(destination));
        lmp.addDestination(destination);
    }

    /// @inheritdoc ILmpConfigurator
    function removeDestination(ILMP lmp, address destination) external restricted {
        lmp.removeDestination(destination);
    }

    /// @inheritdoc ILmpConfigurator
    function closeDestination(ILMP lmp, address destination) external restricted {
        require(lmp.destinationState(destination).closingAt == 0, DestinationIsClosing(destination));
        lmp.setClosing(destination, block.timestamp, CLOSING_SLIPPAGE);
    }

    /// @inheritdoc ILmpConfigurator
    function setClosingSlippage(ILMP lmp, address destination, uint256 slippage) external restricted {
        DestinationState memory state = lmp.destinationState(destination);
        require(state.closingAt != 0, DestinationIsOpen(destination));
        require(slippage >= CLOSING_SLIPPAGE && slippage <= WAD, InvalidSlippage(slippage));
        lmp.setClosing(destination, state.closingAt, slippage);
    }

    /// @inheritdoc ILmpConfigurator
    function reopenDestination(ILMP lmp, address destination) external restricted {
        require(lmp.destinationState(destination).closingAt != 0, DestinationIsOpen(destination));
        lmp.setClosing(destination, 0, 0);
    }

    /* FLOWS */

    /// @inheritdoc ILmpConfigurator
    function pause(ILMP lmp) external restricted {
        uint256 renewableAt = lmp.book().pausedUntil + PAUSE_TIME;
        require(block.timestamp >= renewableAt, PausedLately(renewableAt));
        lmp.setPause(block.timestamp + PAUSE_TIME);
    }

    /// @inheritdoc ILmpConfigurator
    function unpause(ILMP lmp) external restricted {
        require(block.timestamp < lmp.book().pausedUntil, NotPaused());
        lmp.setPause(block.timestamp);
    }

    /// @inheritdoc ILmpConfigurator
    function raiseCap(ILMP lmp, uint256 cap) external restricted {
        require(cap > lmp.cap() && cap <= MAX_CAP, InvalidCap(cap));
        lmp.setCap(cap);
    }

    /// @inheritdoc ILmpConfigurator
    function lowerCap(ILMP lmp, uint256 cap) external restricted {
        require(cap < lmp.cap(), InvalidCap(cap));
        lmp.setCap(cap);
    }

    /* FEES AND POLICY */

    /// @inheritdoc ILmpConfigurator
    function setFee(ILMP lmp, uint256 feeBps, address recipient) external restricted {
        require(feeBps <= MAX_FEE_BPS, InvalidFee(feeBps));
        lmp.setFees(feeBps, recipient, lmp.managementFeeBps(), lmp.managementFeeRecipient());
    }

    /// @inheritdoc ILmpConfigurator
    function setManagementFee(ILMP lmp, uint256 feeBps, address recipient) external restricted {
        require(feeBps <= MAX_MANAGEMENT_FEE_BPS, InvalidFee(feeBps));
        lmp.setFees(lmp.feeBps(), lmp.feeRecipient(), feeBps, recipient);
    }

    /// @inheritdoc ILmpConfigurator
    function setGate(ILMP lmp, address gate) external restricted {
        require(gate.code.length != 0, InvalidGate(gate));
        lmp.setPolicy(gate, lmp.lossLedger());
    }

    /// @inheritdoc ILmpConfigurator
    /// @dev Without code a checkpoint would seem to succeed.
    function setLossLedger(ILMP lmp, address ledger) external restricted {
        require(ledger.code.length != 0, InvalidLossLedger(ledger));
        lmp.setPolicy(lmp.gate(), ledger);
    }

    /// @dev A low-level read: what is no destination gets a named error, not a failed decoding.
    function _serves(address destination, ILMP lmp) private view returns (bool) {
        (bool success, bytes memory answer) = destination.staticcall(abi.encodeCall(IDestination.vault, ()));
        return success && answer.length == 32 && abi.decode(answer, (uint256)) == uint160(address(lmp));
    }
}
