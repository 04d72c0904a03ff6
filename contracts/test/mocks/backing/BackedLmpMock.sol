// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @notice What a backing pool asks of a loss ledger.
contract FreezeMock {
    uint256 private _since;

    function set(uint256 since) external {
        _since = since;
    }

    function frozenAt(address) external view returns (uint256) {
        return _since;
    }
}

/// @notice What a backing pool asks of an LMP: its asset, its flag, and the ledger it has now.
contract BackedLmpMock {
    address public immutable asset;
    bool public isFrozen;
    FreezeMock public lossLedger;

    constructor(address asset_) {
        asset = asset_;
        lossLedger = new FreezeMock();
    }

    /// @notice Both say so since now.
    function freeze() external {
        isFrozen = true;
        lossLedger.set(block.timestamp);
    }

    function thaw() external {
        isFrozen = false;
        lossLedger.set(0);
    }

    function replaceLedger(FreezeMock ledger) external {
        lossLedger = ledger;
    }
}
