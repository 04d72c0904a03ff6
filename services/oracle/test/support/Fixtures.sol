// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

// A vault whose value the test sets, around the real ledger, oracle, pool and recovery. Compiled by the test itself.

struct Book {
    uint256 idle;
    uint256 mark;
    uint256 sumSafe;
    uint256 sumMin;
    uint256 sumMax;
    uint256 locked;
    uint256 lockEnd;
    uint256 valuedAt;
    uint256 flow;
    uint256 flowAt;
    uint256 expiry;
    uint256 pausedUntil;
    bool clean;
    bool stale;
}

interface ILedger {
    function checkpoint() external;
    function reject(address lmp) external;
}

contract VaultFixture {
    address public immutable asset;
    address public immutable lossLedger;
    uint256 public immutable totalSupply;

    uint256 public lossMark;
    uint256 public constant feeBps = 0;
    bool public isFrozen;
    uint256 public cover;
    uint256 private _idle;

    constructor(address asset_, address lossLedger_, uint256 supply) {
        (asset, lossLedger, totalSupply, _idle) = (asset_, lossLedger_, supply, supply);
    }

    function report() public {
        ILedger(lossLedger).checkpoint();
    }

    function reportAt(uint256 idle) external {
        _idle = idle;
        report();
    }

    function syncLoss(uint256 mark, bool frozen, uint256 cover_, int256) external {
        (lossMark, isFrozen, cover) = (mark, frozen, cover_);
    }

    function book() external view returns (Book memory b) {
        // No entry is below the mark.
        (b.idle, b.sumMax) = (_idle, type(uint96).max);
    }

    function destinations() external pure returns (address[] memory) {}
}

/// Reports many vaults in one transaction.
contract BatchFixture {
    function report(VaultFixture[] calldata vaults, uint256[] calldata idles) external {
        for (uint256 i; i < vaults.length; ++i) {
            vaults[i].reportAt(idles[i]);
        }
    }

    function reject(ILedger ledger, address[] calldata lmps) external {
        for (uint256 i; i < lmps.length; ++i) {
            ledger.reject(lmps[i]);
        }
    }
}

/// A loss oracle of a version nobody knows.
contract OtherVersionFixture {
    function eip712Domain()
        external
        view
        returns (bytes1, string memory, string memory, uint256, address, bytes32, uint256[] memory)
    {
        return (0x0f, "Headrace", "2", block.chainid, address(this), 0, new uint256[](0));
    }

    function ledger() external pure returns (address) {}
    function recovery() external pure returns (address) {}
}
