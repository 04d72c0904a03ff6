// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title A position in one venue pool, held as ERC-20 units
/// @notice Units are 1:1 with the pool's LP tokens, which the destination holds staked where the venue has a gauge; on a
/// venue without LP tokens they are the position's liquidity. Anyone may enter and leave; the LMP counts and moves units
/// only. Rewards belong to `vault` whoever holds units. Values are in base units of the vault's asset, rounded down.
/// AMOUNTS are measured: what comes in must arrive in full (`WrongAmount`, so a token that takes a fee is refused), what goes
/// out is what the receiver got more, checked against the caller's minimum. What was sent here by mistake is nobody's.
interface IDestination is IERC20 {
    event Wrapped(address indexed caller, address indexed receiver, uint256 amount);
    event Unwrapped(address indexed caller, address indexed receiver, uint256 amount);
    /// @dev `amounts` is what the pool took of each leg.
    event Added(address indexed caller, address indexed receiver, uint256[] amounts, uint256 units);
    event Removed(address indexed caller, address indexed receiver, uint256 units, uint256[] amounts);
    event RemovedSingle(
        address indexed caller, address indexed receiver, uint256 units, uint256 indexed leg, uint256 amount
    );
    event Harvested(address indexed token, uint256 amount);
    /// @dev This token could not be consigned in this harvest; its balance stays for the next one.
    event RewardSkipped(address indexed token);
    /// @dev The venue did not pay out what it owes; it does in a later harvest.
    event ClaimSkipped(address indexed source);

    /// @dev Once, when the destination is created. `gauge` is zero where the venue has none, `lpToken` where it has no LP token.
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
    /// @dev At initialisation: the venue has paused the pool or put it into recovery.
    error PoolPaused(address pool);
    /// @dev At initialisation: the pool trades a leg beyond the tolerance from its safe price. Either the pool is out of balance,
    /// then wait, or the registry's source is wrong (decimals, another token).
    error UnsafePool(address pool);
    /// @dev At initialisation: the market feed says more than twice the issuer rate (decimals, another token).
    error ImplausiblePrice(address leg, uint256 backing, uint256 market);
    /// @dev A leg's issuer rate or market price cannot be read or is too old.
    error PriceUnavailable(address leg);
    /// @dev Not one price, amount or minimum per leg.
    error InvalidPrices();
    error InvalidAmounts();
    error InvalidLeg(uint256 leg);
    /// @dev The pool has no LP tokens.
    error EmptyPool();
    /// @dev The venue is inside a call: its balances and supply do not belong together.
    error VenueLocked();
    /// @dev The base asset is no leg of the pool.
    error NotSellable();
    /// @dev What would be delivered is less than the caller's minimum.
    error TooLittle(uint256 amount, uint256 minimum);
    /// @dev A token or the venue moved another amount than it was asked to, e.g. a fee on transfer.
    error WrongAmount(address token, uint256 expected, uint256 actual);
    /// @dev Too little gas to give each reward its full stipend.
    error NotEnoughGas();
    error OnlyItself();

    /// @notice The LMP this destination serves.
    function vault() external view returns (address);
    /// @notice Short venue key, e.g. "balancer-v2-stable", "curve-stableswap".
    function venue() external view returns (string memory);
    function pool() external view returns (address);
    /// @notice Zero where the venue has none: units are then the position's liquidity.
    function lpToken() external view returns (address);
    /// @notice Pool legs in pool order, LP token excluded.
    function legs() external view returns (address[] memory);

    /// @notice Pulls `amount` LP tokens (without LP token: the legs that much liquidity takes, rounded up) from the caller,
    /// stakes them, mints the same number of units to `receiver`.
    function wrap(uint256 amount, address receiver) external returns (uint256 units);
    /// @notice Burns `units` of the caller and sends the same number of LP tokens (without LP token: their legs, rounded down) to
    /// `receiver`. With LP tokens it touches nothing of the venue but the gauge.
    function unwrap(uint256 units, address receiver) external returns (uint256 amount);

    /// @notice Adds legs, pulled from the caller, and mints units to `receiver`. What the pool does not take goes back to the
    /// caller.
    /// @param amounts base units in the order of `legs`; zero amounts allowed, one-sided where the venue allows it
    /// @dev Reverts `TooLittle` below `minUnits` or at no units.
    function add(uint256[] calldata amounts, uint256 minUnits, address receiver) external returns (uint256 units);
    /// @notice Burns `units` of the caller and leaves with all legs in the pool's proportion.
    /// @param minAmounts base units in the order of `legs`
    /// @dev Reverts `TooLittle`.
    function remove(uint256 units, uint256[] calldata minAmounts, address receiver)
        external
        returns (uint256[] memory amounts);
    /// @notice Burns `units` of the caller and leaves with one leg.
    /// @param leg index in `legs`
    /// @dev Reverts `TooLittle`, also when nothing is delivered.
    function removeSingle(uint256 units, uint256 leg, uint256 minAmount, address receiver)
        external
        returns (uint256 amount);
    /// @notice Burns `units` of the caller and leaves with the vault's asset.
    /// @dev Reverts `NotSellable` where it is no leg of the pool, `TooLittle`.
    function sell(uint256 units, uint256 minAssets, address receiver) external returns (uint256 assets);

    /// @notice Fair value of `units` on the pool's own curve, per unit of invariant (no swap moves it beyond LP fees).
    /// @return safe at min(issuer rate, market feed) per leg
    /// @return spot at the pool's own marginal prices, each clamped to the tolerance band around safe
    /// @return backing at issuer rates
    /// @return ok every leg has |spot - safe| / safe <= tolerance
    /// @dev Reverts `PriceUnavailable`, `VenueLocked`, `EmptyPool`, or what the venue or its curve reverts with; a caller
    /// treats that as "not valued".
    function value(uint256 units) external view returns (uint256 safe, uint256 spot, uint256 backing, bool ok);

    /// @notice Fair value of `units` on the pool's own curve at each of several sets of leg prices, never from its reserves: no swap
    /// moves it beyond LP fees. A pool that holds nothing of a leg is worth nothing.
    /// @param legPrices one set per value, each with a price (WAD) per leg in the order of `legs`
    /// @return values base units of the asset, rounded down
    /// @dev Reverts `InvalidPrices`, `VenueLocked`, `EmptyPool` when it has no LP tokens, or what the venue or its curve reverts
    /// with.
    function valuesAt(uint256 units, uint256[][] calldata legPrices) external view returns (uint256[] memory values);

    /// @notice Issuer rate of the legs weighted by the pool's nominal weights, WAD. Its growth is the base yield.
    function issuerRate() external view returns (uint256);
    /// @notice Issuer rate of each leg in the order of `legs`, WAD.
    function issuerRates() external view returns (uint256[] memory);
    /// @notice Largest discount of a leg's market price below its issuer rate, WAD; 0 if none.
    function discount() external view returns (uint256);
    /// @notice All liquidity of the pool now, in units: its LP supply; of concentrated liquidity what is active, 0 when ours is all
    /// there is.
    /// @dev Reverts `VenueLocked`.
    function depth() external view returns (uint256);
    /// @notice What the venue's gauge pays now.
    /// @return yearly value of the rewards of all stakers per year at the current rate, base units of the asset
    /// @return staked units staked by everyone, ours included
    /// @return end when the first of the running paid-for periods ends, unix seconds; 0 when none is running
    /// @dev Only listed rewards with a price count; the rest counts 0.
    function incentives() external view returns (uint256 yearly, uint256 staked, uint256 end);

    /// @notice Reward tokens that count and are harvested.
    function rewards() external view returns (address[] memory);
    /// @notice Anyone: claims what the venue owes and consigns the whole balance of each listed reward token to the auction for
    /// `vault`. A failing claim or token is skipped. A venue whose fees come as legs collects them and, while the destination is
    /// safe, adds them back with a minimum, without minting units.
    /// @dev Reverts `NotEnoughGas`, and for no other reason.
    function harvest() external;
}
