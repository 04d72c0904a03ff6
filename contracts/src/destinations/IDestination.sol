// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title A position in one venue pool, held as ERC-20 units
/// @notice Units are 1:1 with the pool's LP tokens, which the destination holds staked where the venue has a gauge.
/// Anyone may wrap and unwrap; the LMP counts and moves units only. Rewards belong to `vault` whoever holds units.
/// Values are in base units of the vault's asset, rounded down.
interface IDestination is IERC20 {
    event Wrapped(address indexed caller, address indexed receiver, uint256 amount);
    event Unwrapped(address indexed caller, address indexed receiver, uint256 amount);

    /// @dev Once, when the destination is created. `gauge` is zero where the venue has none.
    event DestinationInitialized(
        address indexed vault, address indexed pool, address lpToken, address gauge, address[] legs, address[] rewards
    );

    error ZeroAmount();
    error ZeroAddress();
    /// @dev At initialisation: the vault's asset is not the quote of the price registry.
    error InvalidVault(address vault);
    /// @dev At initialisation: not a funded pool of this venue with 2 to 5 legs of at most 18 decimals, or not its LP token.
    error InvalidPool(address pool);
    /// @dev At initialisation: not a gauge of the pool.
    error InvalidGauge(address gauge);
    /// @dev At initialisation: zero, twice in the list, an LP token, a leg or the base asset.
    error InvalidReward(address token);
    error TooManyRewards();
    /// @dev A leg's issuer rate or market price cannot be read or is too old.
    error PriceUnavailable(address leg);
    /// @dev The pool has no LP tokens.
    error EmptyPool();
    /// @dev The venue is inside a call: its balances and supply do not belong together.
    error VenueLocked();

    /// @notice The LMP this destination serves.
    function vault() external view returns (address);
    /// @notice Short venue key, e.g. "balancer-v2-stable", "curve-stableswap".
    function venue() external view returns (string memory);
    function pool() external view returns (address);
    function lpToken() external view returns (address);
    /// @notice Pool legs in pool order, LP token excluded.
    function legs() external view returns (address[] memory);

    /// @notice Pulls `lpAmount` LP tokens from the caller, stakes them, mints the same number of units to `receiver`.
    function wrap(uint256 lpAmount, address receiver) external returns (uint256 units);
    /// @notice Burns `units` of the caller and sends the same number of LP tokens to `receiver`.
    function unwrap(uint256 units, address receiver) external returns (uint256 lpAmount);

    /// @notice Fair value of `units` on the pool's own curve, per unit of invariant (no swap moves it beyond LP fees).
    /// @return safe at min(issuer rate, market feed) per leg
    /// @return spot at the pool's own marginal prices, each clamped to the tolerance band around safe
    /// @return backing at issuer rates
    /// @return ok every leg has |spot - safe| / safe <= tolerance
    /// @dev Reverts `PriceUnavailable`, `VenueLocked`, `EmptyPool`, or what the venue or StableCurve reverts with; a caller
    /// treats that as "not valued".
    function value(uint256 units) external view returns (uint256 safe, uint256 spot, uint256 backing, bool ok);

    /// @notice Fair value of `units` on the pool's own curve at each of several sets of leg prices, never from its reserves: no swap
    /// moves it beyond LP fees. A pool that holds nothing of a leg is worth nothing.
    /// @param legPrices one set per value, each with a price (WAD) per leg in the order of `legs`
    /// @return values base units of the asset, rounded down
    /// @dev Reverts `VenueLocked`, `EmptyPool` when it has no LP tokens, or what the venue or StableCurve reverts with.
    function valuesAt(uint256 units, uint256[][] calldata legPrices) external view returns (uint256[] memory values);

    /// @notice Issuer rate of the legs weighted by the pool's nominal weights, WAD. Its growth is the base yield.
    function issuerRate() external view returns (uint256);
    /// @notice Issuer rate of each leg in the order of `legs`, WAD.
    function issuerRates() external view returns (uint256[] memory);
    /// @notice Largest discount of a leg's market price below its issuer rate, WAD; 0 if none.
    function discount() external view returns (uint256);
    /// @notice What the venue's gauge pays now.
    /// @return yearly value of the rewards of all stakers per year at the current rate, base units of the asset
    /// @return staked units staked by everyone, ours included
    /// @return end when the first of the running paid-for periods ends, unix seconds; 0 when none is running
    /// @dev Only listed rewards with a price count; the rest counts 0.
    function incentives() external view returns (uint256 yearly, uint256 staked, uint256 end);
}
