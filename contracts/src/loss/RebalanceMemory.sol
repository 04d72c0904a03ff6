// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {SlotDerivation} from "@openzeppelin/contracts/utils/SlotDerivation.sol";
import {TransientSlot} from "@openzeppelin/contracts/utils/TransientSlot.sol";

/// @title What the ledger remembers between the two ends of a rebalance, per vault
/// @notice Transient: a solver may rebalance one vault from inside the rebalance of another.
library RebalanceMemory {
    using SlotDerivation for bytes32;
    using TransientSlot for *;

    /// @dev ERC-7201 slot of "headrace.loss.rebalance".
    bytes32 private constant ROOT = 0xa3c68fc0e026d7d89392faa5ccb825d2cb08c4191772a87368a68c36743bfc00;

    function save(address vault, uint256 high, uint256 mark, uint256 supply, uint256 moved) internal {
        bytes32 slot = ROOT.deriveMapping(vault);
        slot.asUint256().tstore(high);
        slot.offset(1).asUint256().tstore(mark);
        slot.offset(2).asUint256().tstore(supply);
        slot.offset(3).asUint256().tstore(moved);
    }

    function load(address vault) internal view returns (uint256 high, uint256 mark, uint256 supply, uint256 moved) {
        bytes32 slot = ROOT.deriveMapping(vault);
        high = slot.asUint256().tload();
        mark = slot.offset(1).asUint256().tload();
        supply = slot.offset(2).asUint256().tload();
        moved = slot.offset(3).asUint256().tload();
    }
}
