// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice A reward token that turns against who holds it when it is sent on.
contract HostileRewardMock is ERC20("Hostile", "HSTL") {
    enum Mode {
        Plain,
        Reverting,
        /// @dev Burns all gas it is given.
        Endless,
        /// @dev Reverts with a megabyte.
        Bomb,
        /// @dev Says it holds nothing of anyone.
        Denies,
        /// @dev Calls its target in the middle of a transfer.
        Hook
    }

    Mode public mode;
    address public target;
    bytes public attempt;
    bool public attemptPassed;

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function setMode(Mode mode_) external {
        mode = mode_;
    }

    function setAttempt(address target_, bytes calldata attempt_) external {
        (target, attempt) = (target_, attempt_);
    }

    function balanceOf(address account) public view override returns (uint256) {
        require(mode != Mode.Denies);
        return super.balanceOf(account);
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (from != address(0)) {
            require(mode != Mode.Reverting);
            if (mode == Mode.Endless) for (uint256 i;; ++i) {}
            if (mode == Mode.Bomb) {
                assembly ("memory-safe") {
                    revert(0, 1000000)
                }
            }
            if (mode == Mode.Hook) (attemptPassed,) = target.call(attempt);
        }
        super._update(from, to, amount);
    }
}
