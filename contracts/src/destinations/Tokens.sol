// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

import {IDestination} from "./IDestination.sol";

/// @title Measured transfers and approvals that end with the call
/// @notice Of this contract; an amount is what a balance changed by.
library Tokens {
    using FixedPointMathLib for uint256;
    using SafeTransferLib for address;

    function held(address token) internal view returns (uint256) {
        return token.balanceOf(address(this));
    }

    /// @notice From the caller, in full; else reverts `WrongAmount`.
    function pull(address token, uint256 amount) internal {
        uint256 before = held(token);
        token.safeTransferFrom(msg.sender, address(this), amount);
        requireExact(token, amount, held(token) - before);
    }

    /// @notice To `receiver`; reverts `TooLittle` when it got less than `minimum`.
    /// @return received what it got
    function send(address token, uint256 amount, uint256 minimum, address receiver)
        internal
        returns (uint256 received)
    {
        uint256 before = token.balanceOf(receiver);
        if (amount != 0) token.safeTransfer(receiver, amount);
        received = token.balanceOf(receiver).zeroFloorSub(before);
        require(received >= minimum, IDestination.TooLittle(received, minimum));
    }

    /// @notice For one call of `spender`, which takes exactly that; `requireTaken` follows it, so what was allowed before is 0.
    function allow(address token, address spender, uint256 amount) internal {
        token.safeApprove(spender, amount);
    }

    /// @notice Nothing is left of what `spender` was allowed; else reverts `WrongAmount`.
    function requireTaken(address token, address spender) internal view {
        requireExact(token, 0, IERC20(token).allowance(address(this), spender));
    }

    /// @notice Reverts `WrongAmount`.
    function requireExact(address token, uint256 expected, uint256 actual) internal pure {
        require(actual == expected, IDestination.WrongAmount(token, expected, actual));
    }
}
