// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice A token that changes after it was listed.
contract HostileTokenMock is ERC20("Hostile", "HSTL") {
    enum Mode {
        Plain,
        Reverting,
        /// @dev The sender loses one unit more than is sent.
        ChargesSender,
        /// @dev Reports success and moves nothing.
        MovesNothing,
        /// @dev Makes a call in the middle of a transfer.
        Hook
    }

    error Frozen();

    Mode public mode;
    address public target;
    bytes public attempt;
    bool public attemptPassed;
    bytes public answer;

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function setMode(Mode mode_) external {
        mode = mode_;
    }

    function setAttempt(address target_, bytes calldata attempt_) external {
        (target, attempt) = (target_, attempt_);
    }

    function _update(address from, address to, uint256 amount) internal override {
        bool transfer = from != address(0) && to != address(0);
        if (transfer && mode == Mode.MovesNothing) return;
        require(!transfer || mode != Mode.Reverting, Frozen());
        if (transfer && mode == Mode.ChargesSender) super._update(from, address(0), 1);
        if (transfer && mode == Mode.Hook) (attemptPassed, answer) = target.call(attempt);
        super._update(from, to, amount);
    }
}
