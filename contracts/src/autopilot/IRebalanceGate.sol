// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {Leg} from "../lmp/ILMP.sol";

/// @title The on-chain check of a solver's proposal
/// @notice Policy only; the vault keeps the exact pull and its books. Called by the vault after the units have moved and the
/// touched destinations were revalued. Reverts with the reason when the proposal is no improvement.
interface IRebalanceGate {
    /// @dev Base units of the asset. `gain` is over the horizon; incomes are what the touched destinations earn over the
    /// horizon, per year, so gain = (incomeAfter - incomeBefore) * horizon / 365 d. `factor` is the cost factor before the move.
    event RebalanceChecked(
        address indexed lmp,
        uint256 cost,
        uint256 gain,
        uint256 incomeBefore,
        uint256 incomeAfter,
        uint256 moved,
        uint256 factor
    );

    /// @dev Share of the turnover bucket in use from now on, WAD; it falls by 1e18 a day.
    event TurnoverCharged(address indexed lmp, uint256 used);

    error TooManyLegs();
    error EmptyLeg(address destination);
    error DuplicateLeg(address destination);
    error UnsafeDestination(address destination);
    error RecentlyUnsafe(address destination);
    error DiscountTooLarge(address destination, uint256 discount);
    error IssuerRateFell(address destination);
    error NoImprovement(uint256 cost, uint256 allowed);
    /// @dev More than 0.5% of the moved value would be lost, whatever the gain. Base units of the asset.
    error LossTooLarge(uint256 loss, uint256 limit);
    error TurnoverExceeded(uint256 moved, uint256 available);

    /// @notice Checks a proposal of the calling vault and charges the turnover bucket.
    function check(Leg[] calldata outs, Leg[] calldata ins) external;
    /// @notice What holding `units` of a destination earns over the horizon, per year, in base units of the asset, as the gate
    /// sees it when entering (lower readings, rounded down) or leaving (higher readings, rounded up).
    function income(address destination, uint256 units, bool entering) external view returns (uint256);
    /// @notice Share of the gain the cost may reach now, WAD: 50% - 40% * used turnover.
    function costFactor(address lmp) external view returns (uint256);
    /// @notice Share of the turnover bucket in use now, WAD. The bucket holds 20% of the vault's assets and refills in a day.
    function turnoverUsed(address lmp) external view returns (uint256);
}

/// @notice What a solver contract implements.
interface IRebalancer {
    /// @notice Called by the vault after the out units have been sent. The in units must be approved to the vault on return.
    function onRebalance(Leg[] calldata outs, Leg[] calldata ins, bytes calldata data) external;
}
