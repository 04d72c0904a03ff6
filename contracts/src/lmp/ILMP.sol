// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";

/// @notice One side of a rebalance. `destination` zero means idle, then `units` are assets.
struct Leg {
    address destination;
    uint256 units;
}

/// @notice What a vault is created with.
struct LmpParams {
    address asset;
    string name;
    string symbol;
    address configurator;
    address gate;
    address lossLedger;
    uint256 feeBps;
    address feeRecipient;
    uint256 cap;
}

/// @notice The vault's book in base units of the asset, as of now (the lock is decayed to now, prices are the last reported).
struct Book {
    uint256 idle;
    uint256 mark;
    uint256 sumSafe;
    uint256 sumMin;
    uint256 sumMax;
    uint256 locked;
    uint256 lockEnd;
    uint256 valuedAt;
    /// @dev Used part of the flow budget at `flowAt`, millionths of V.
    uint256 flow;
    uint256 flowAt;
    /// @dev When the first of the destinations that keep old values stops counting, unix seconds; 0: none keeps any.
    uint256 expiry;
    /// @dev Flows are stopped until then, unix seconds; in the past: they are not.
    uint256 pausedUntil;
    /// @dev The last report valued every destination and found it safe.
    bool clean;
    /// @dev One without a good valuation for 24 h counts 0 in `sumMin`.
    bool stale;
}

struct DestinationState {
    uint256 units;
    uint256 safe;
    uint256 spot;
    uint256 backing;
    /// @dev Last successful valuation, unix seconds.
    uint256 valuedAt;
    /// @dev Last time it was found unsafe or could not be valued, other than from inside a call of its venue, unix seconds;
    /// 0 never.
    uint256 unsafeAt;
    /// @dev Since when it is being closed, unix seconds; 0: open.
    uint256 closingAt;
    bool ok;
}

/// @title Liquidity Management Pool
/// @notice ERC-4626 vault over one asset; assets are idle or in destinations. See LMP.sol for the accounting.
interface ILMP is IERC4626 {
    event DestinationAdded(address indexed destination);
    event DestinationRemoved(address indexed destination);
    /// @dev From `closingAt` (0: it is open) it can only be left, for its last good value less a slippage that rises to `slippage` (WAD).
    event ClosingSet(address indexed destination, uint256 closingAt, uint256 slippage);
    event PauseSet(uint256 until);
    event PolicySet(address indexed gate, address indexed lossLedger);
    event CapSet(uint256 cap);
    event FeesSet(uint256 feeBps, address recipient, uint256 managementFeeBps, address managementRecipient);
    /// @dev Every change of the loss mark by a flow, a fee or the loss ledger, WAD of asset per share.
    event LossMarkMoved(uint256 lossMark);
    /// @dev The loss ledger spoke: `feeMarkDelta` has moved the mark to `mark`.
    event LossSynced(uint256 lossMark, bool frozen, uint256 cover, int256 feeMarkDelta, uint256 mark);
    /// @dev In a report; the Settled of the same fee precedes it.
    event ManagementFeePaid(uint256 assets, uint256 shares);
    /// @dev The report stands, its checkpoint could not be written.
    event CheckpointFailed(bytes reason);
    /// @dev Every valuation of a destination (a report, a rebalance) and every in-kind exit. Values are those stored after it:
    /// when `ok` is false the last good ones, after units have left the scaled ones. An in-kind exit values nothing and repeats
    /// the last `ok`; its RedeemedInKind follows in the same call.
    event DestinationValued(
        address indexed destination, uint256 units, uint256 safe, uint256 spot, uint256 backing, bool ok
    );
    /// @dev A BookChanged of the same call precedes it.
    event Reported(address indexed caller, uint256 supply);
    /// @dev The whole book after everything but a flow through idle, which says it in `Flowed`, and before each call of strangers in a rebalance
    /// or an exit. The lock is as of now.
    event BookChanged(Book book);
    /// @dev Every change of value that is not a flow.
    event Settled(int256 delta, uint256 locked, uint256 lockEnd);
    /// @dev What was earned above the mark: `assets` of it were paid as `shares`, and the mark has risen to R.
    event FeePaid(uint256 assets, uint256 shares, uint256 mark);
    /// @dev After an entry or an exit paid from idle. One word, which costs a user a third of four: from the low end idle (96 bits), mark (96), used
    /// part of the flow budget (24, millionths of V) at (40, unix seconds).
    event Flowed(uint256 hot);
    event ProfitAdded(address indexed from, uint256 assets);
    event Rebalanced(address indexed solver, Leg[] outs, Leg[] ins);
    /// @dev An exit sold units: `worth` of what was owed is settled by it, `proceeds` came; the leaver gets the lower of both.
    event SoldForExit(address indexed destination, uint256 units, uint256 worth, uint256 proceeds);
    /// @dev Used part of the loss bucket, WAD of V.
    event LossCharged(uint256 cost, uint256 used);
    /// @dev The units that left are told by the DestinationValued before it.
    event RedeemedInKind(address indexed caller, address indexed receiver, uint256 shares, uint256 assets);

    error ZeroAmount();
    error ZeroAddress();
    /// @dev No report younger than 24 h, or for an entry: a destination without a good valuation for so long.
    error NotFresh();
    error Paused();
    /// @dev More than the flow budget allows now; a report in the same block lifts it, if it finds every destination safe.
    error FlowExceeded();
    /// @dev Less came out than the caller, or the exit's floor, asked for.
    error TooLittle(uint256 amount, uint256 minimum);
    /// @dev The queue is at its end; `missing` of what is owed could not be sold for.
    error InsufficientLiquidity(uint256 missing);
    /// @dev A rebalance costs more than the loss bucket has room for, base units of the asset.
    error LossExceeded(uint256 cost, uint256 room);
    error DestinationIsClosing(address destination);
    /// @dev It still holds units.
    error DestinationInUse(address destination);
    error UnknownDestination(address destination);
    error DuplicateDestination(address destination);
    error TooManyDestinations();
    error InsufficientUnits(address destination, uint256 units);
    error NotEnoughGas();
    error DepositedInThisTransaction();
    error NotConfigurator();
    /// @dev At creation: above 30%.
    error InvalidFee(uint256 feeBps);
    /// @dev At creation: more than twenty values fit their slots for.
    error InvalidCap(uint256 cap);
    /// @dev At creation: no contract.
    error InvalidGate(address gate);
    /// @dev At creation: no contract.
    error InvalidLossLedger(address ledger);
    error CoverOutstanding(uint256 cover);
    error NotLossLedger(address caller);
    /// @dev Deposits are closed while a loss is being decided.
    error Frozen();
    error EmptyRebalance();
    /// @dev The caller of a rebalance is no contract.
    error InvalidSolver(address solver);
    /// @dev A rebalance enters it, but it cannot be valued or is unsafe now.
    error NotValued(address destination);
    /// @dev The token arrived in another amount than was pulled.
    error InexactTransfer(address token);
    /// @dev Assets leave from idle only.
    error InsufficientIdle(uint256 idle);
    error CapExceeded();
    /// @dev A share is worth less than 1e-6 of an asset unit: nobody may enter.
    error PriceTooLow();

    /// @notice Revalues the whole book; anyone, any time. Never reverts but for gas (`NotEnoughGas`).
    function report() external;
    /// @notice Exchanges `outs` for `ins` with the calling solver contract; see IRebalanceGate for the checks.
    function rebalance(Leg[] calldata outs, Leg[] calldata ins, bytes calldata data) external;
    /// @notice The only way value enters without shares: pulls `assets` from the caller as profit that unlocks over 24 h.
    function addProfit(uint256 assets) external;
    /// @notice `deposit` that reverts `TooLittle` for less than `minShares`.
    function deposit(uint256 assets, address receiver, uint256 minShares) external returns (uint256 shares);
    /// @notice `redeem` that reverts `TooLittle` for less than `minAssets`.
    function redeem(uint256 shares, address receiver, address owner, uint256 minAssets)
        external
        returns (uint256 assets);
    /// @notice Leaves with a slice of idle and of every destination's units. No oracle, no keeper, no age.
    function redeemInKind(uint256 shares, address receiver)
        external
        returns (uint256 assets, address[] memory destinations, uint256[] memory units);

    /// @notice Only the loss ledger: its part of the vault's state after a checkpoint, a rebalance, a slash or a recovery.
    /// @param lossMark WAD of asset per share
    /// @param frozen deposits are closed
    /// @param cover outstanding coverage of slashes, base units of the asset; entrants pay for it
    /// @param feeMarkDelta change of the mark M: -coverage at a slash, +proceeds as they come; M ends at 0 at the least
    function syncLoss(uint256 lossMark, bool frozen, uint256 cover, int256 feeMarkDelta) external;

    function book() external view returns (Book memory);
    function lossLedger() external view returns (address);
    /// @notice Highest value per share that losses are measured from, WAD of asset per share (docs/backing.md). It falls with whatever
    /// is no loss of principal: fee shares, and entries below it.
    function lossMark() external view returns (uint256);
    /// @notice Deposits are closed: the loss ledger has seen a loss above its threshold.
    function isFrozen() external view returns (bool);
    /// @notice Outstanding coverage of slashes, base units of the asset.
    function cover() external view returns (uint256);
    /// @notice Per year, bps of R.
    function managementFeeBps() external view returns (uint256);
    function managementFeeRecipient() external view returns (address);
    /// @notice The last report valued every destination and found it safe, and is younger than 24 h.
    function isFresh() external view returns (bool);
    /// @notice What rebalances have lost, from the low end the level of the bucket (64 bits, WAD of V) and since when it is that (unix seconds).
    function lossBucket() external view returns (uint256);
    function destinations() external view returns (address[] memory);
    /// @notice The order in which an exit beyond idle sells: places in `destinations` from 1, one a byte, the first in the lowest (ExitQueue).
    function queue() external view returns (uint256);
    function destinationState(address destination) external view returns (DestinationState memory);
    function gate() external view returns (address);
    function cap() external view returns (uint256);
    function feeBps() external view returns (uint256);
    function feeRecipient() external view returns (address);

    /// @notice The only caller of the functions below; see ILmpConfigurator for their bounds and roles.
    function configurator() external view returns (address);
    function addDestination(address destination) external;
    /// @notice Of one that holds no units.
    function removeDestination(address destination) external;
    /// @param closingAt unix seconds, 0: open
    /// @param slippage WAD, reached 72 h later
    function setClosing(address destination, uint256 closingAt, uint256 slippage) external;
    /// @param until unix seconds
    function setPause(uint256 until) external;
    function setCap(uint256 cap) external;
    /// @notice Reports first, so that no fee is retroactive.
    function setFees(uint256 feeBps, address recipient, uint256 managementFeeBps, address managementRecipient) external;
    /// @notice Reports first. The loss ledger cannot change while a cover is outstanding.
    function setPolicy(address gate, address lossLedger) external;
}
