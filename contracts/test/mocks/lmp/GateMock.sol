// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Book, ILMP, Leg} from "../../../src/lmp/ILMP.sol";

/// @notice What the vault asks of a gate. Passes everything, or nothing, and remembers the book it was shown.
contract GateMock {
    error Refused();

    bool public closed;
    uint256 public checks;
    Book internal _seen;

    function setClosed(bool closed_) external {
        closed = closed_;
    }

    function seen() external view returns (Book memory) {
        return _seen;
    }

    function check(Leg[] calldata, Leg[] calldata) external {
        require(!closed, Refused());
        ++checks;
        _seen = ILMP(msg.sender).book();
    }
}
