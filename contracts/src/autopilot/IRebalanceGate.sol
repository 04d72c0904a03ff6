// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Leg} from "../lmp/ILMP.sol";

/// @title The on-chain check of a solver's proposal
/// @notice Policy only; the vault keeps the exact pull and its books. Called by the vault after the units have moved and the
/// touched destinations were revalued. Reverts with the reason when the proposal is no improvement.
interface IRebalanceGate {
    /// @dev cost, gain, incomes: base units of the asset; gain is over the horizon, incomes per year.
    event RebalanceChecked(
        address indexed lmp, uint256 cost, uint256 gain, uint256 incomeBefore, uint256 incomeAfter, uint256 moved, uint256 factor
    );

    error TooManyLegs();
    error DuplicateLeg(address destination);
    error UnsafeDestination(address destination);
    error RecentlyUnsafe(address destination);
    error DiscountTooLarge(address destination, uint256 discount);
    error IssuerRateFell(address destination);
    error NoImprovement(uint256 cost, uint256 allowed);

    /// @notice Checks a proposal of the calling vault and charges the turnover bucket.
    function check(Leg[] calldata outs, Leg[] calldata ins) external;
    /// @notice Yearly income of holding `units` of a destination, as the gate sees it when entering (lower readings) or leaving.
    function income(address destination, uint256 units, bool entering) external view returns (uint256);
    /// @notice Share of the gain the cost may reach now, WAD: 50% - 40% * used turnover.
    function costFactor(address lmp) external view returns (uint256);
}

/// @notice What a solver contract implements.
interface IRebalancer {
    /// @notice Called by the vault after the out units have been sent. The in units must be approved to the vault on return.
    function onRebalance(Leg[] calldata outs, Leg[] calldata ins, bytes calldata data) external;
}
