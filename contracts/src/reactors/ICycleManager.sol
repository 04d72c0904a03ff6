// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

enum Phase {
    Open,
    Mark,
    Balance,
    Plan,
    Move,
    Fill
}

/// @notice The current cycle. `left`: items the current phase still waits for.
struct CycleState {
    uint256 cycle;
    Phase phase;
    uint256 left;
    uint256 start;
    uint256 end;
    uint256 rolloverAt;
}

/// @notice Ledger of one reactor, base units of its asset. The reserve is the residual R = idle + dep - T.
struct ReactorState {
    address reactor;
    address asset;
    bool isPair;
    uint256 idle;
    uint256 dep;
    uint256 withheld;
    /// @dev R at the last balance.
    int256 lastReserve;
    /// @dev External flows since the last balance.
    int256 external_;
    /// @dev dep at the last complete; the denominator of the health.
    uint256 dep0;
    /// @dev Most of the LP assets that may be deployed, WAD of T (M resp. N of the guardrails).
    uint256 maxLpShare;
    /// @dev Completed cycles in a row with R < 0.
    uint256 shortCycles;
    uint256 balancedIn;
    uint256 plannedIn;
    uint256 filledIn;
}

/// @notice One venue position of a token reactor and a pair reactor.
struct PositionState {
    address adapter;
    uint256 tokenReactor;
    uint256 pairReactor;
    /// @dev Most that may be deployed per unit of reserve, WAD (V resp. Z of the guardrails; 3e18 for constant product).
    uint256 multiple;
    uint256 units;
    /// @dev Marked quantities of both sides.
    uint256 tokenAmount;
    uint256 pairAmount;
    /// @dev Planned quantities of both sides, as of the last move that was tried.
    uint256 tokenTarget;
    uint256 pairTarget;
    /// @dev The last mark failed; the position keeps its previous mark and, unless it is empty, its reactors deploy nothing new.
    bool stale;
    uint256 markedIn;
    uint256 movedIn;
}

/// @title Cycle ledger of all reactors
/// @notice Open -> startRollover -> mark each position -> balance each reactor -> plan each reactor (token reactors before
/// their pair reactors) -> move each position -> fill each reactor -> complete. Permissionless, one item per call; a second
/// call for the same item in one cycle does nothing. Ids are indexes, cycles count from 0.
/// Stamps (`...In`) hold cycle + 1 so that 0 means never.
interface ICycleManager {
    enum Reason {
        Contribution,
        Withdrawal,
        Haircut
    }

    event ReactorAdded(uint256 indexed reactorId, address indexed reactor, address indexed asset, bool isPair);
    event PositionAdded(
        uint256 indexed positionId, uint256 indexed tokenReactor, uint256 indexed pairReactor, address adapter
    );
    event MultipleSet(uint256 indexed positionId, uint256 multiple);
    event MaxLpShareSet(uint256 indexed reactorId, uint256 maxLpShare);
    /// @dev T, idle += assets.
    event Deposited(uint256 indexed reactorId, uint256 assets);
    /// @dev idle, R += amount (Haircut: R only, the part of filled shares not paid).
    event ExternalFlow(uint256 indexed reactorId, int256 amount, Reason reason);
    event RolloverStarted(uint256 indexed cycle, address indexed caller);
    /// @dev New marks of both sides; the ledger's dep moves by the difference to the previous ones.
    event PositionMarked(
        uint256 indexed cycle,
        uint256 indexed positionId,
        uint256 tokenAmount,
        uint256 pairAmount,
        uint256 price,
        bool stale
    );
    /// @dev flow > 0 surplus into the reserve, < 0 deficit out of it. lpAssets = min(T, idle + dep).
    event ReactorBalanced(
        uint256 indexed cycle, uint256 indexed reactorId, int256 flow, int256 reserve, uint256 supply, uint256 lpAssets
    );
    event ReactorPlanned(uint256 indexed cycle, uint256 indexed reactorId, uint256 target);
    /// @dev idle of both reactors moves by the idle differences; amounts are the new marks. skipped: passed over after 6 h.
    event PositionMoved(
        uint256 indexed cycle,
        uint256 indexed positionId,
        int256 units,
        int256 tokenIdle,
        int256 pairIdle,
        uint256 tokenAmount,
        uint256 pairAmount,
        bool skipped
    );
    /// @dev T -= shares, idle -= assets, withheld += assets.
    event ReactorFilled(uint256 indexed cycle, uint256 indexed reactorId, uint256 shares, uint256 assets);
    event CycleCompleted(uint256 indexed cycle, uint256 nextEnd);
    /// @dev withheld -= assets.
    event Paid(uint256 indexed reactorId, address indexed receiver, uint256 assets);

    error ZeroAmount();
    error ZeroAddress();
    error UnknownReactor(uint256 reactorId);
    error UnknownPosition(uint256 positionId);
    error WrongPhase(Phase phase);
    error CycleNotOver(uint256 end);
    error OnlyReactor();
    error OnlyReserve();
    error TokenReactorsFirst(uint256 reactorId);
    error PriceOutOfBand(uint256 spot, uint256 oracle);
    error NotEnoughGas();
    error BelowReserveFloor(uint256 floor);
    error InvalidParameter();
    error DuplicateAsset(address asset);
    /// @dev The asset to withdraw is deployed; `idle` is there.
    error NotLiquid(uint256 idle);
    /// @dev Fewer tokens are held than the books say.
    error NotBacked();
    error OnlySelf();

    function startRollover() external;
    function mark(uint256 positionId) external;
    function balance(uint256 reactorId) external;
    function plan(uint256 reactorId) external;
    function move(uint256 positionId) external;
    function fill(uint256 reactorId) external;
    function complete() external;

    function state() external view returns (CycleState memory);
    function cycleLength() external view returns (uint256);
    function reactorCount() external view returns (uint256);
    function positionCount() external view returns (uint256);
    function reactorState(uint256 reactorId) external view returns (ReactorState memory);
    function positionState(uint256 positionId) external view returns (PositionState memory);
    function reactorId(address reactor) external view returns (uint256);
    /// @notice R = idle + dep - T; negative is the shortfall.
    function reserveOf(uint256 reactorId) external view returns (int256);
    /// @notice q = min(1, (idle + dep)/T), WAD, rounded down; 1 without supply.
    function coverage(uint256 reactorId) external view returns (uint256);
    /// @notice RH = 1 + R/dep0, WAD, signed; 1 while nothing is deployed.
    function health(uint256 reactorId) external view returns (int256);
    /// @notice Sum of dep_v / V_v: what the reserve must keep.
    function reserveFloor(uint256 reactorId) external view returns (uint256);

    /// @notice Called by a reactor after it moved `assets` here.
    function onDeposit(uint256 assets) external;
    /// @notice Called by a reactor: pays a claim out of what is withheld.
    function pay(address receiver, uint256 assets) external;
    /// @notice Called by the reserve: positive after tokens were moved here, negative sends them to `counterparty`.
    function externalFlow(uint256 reactorId, int256 amount, address counterparty) external;

    /// @notice Restricted, delayed.
    function addReactor(address reactor, bool isPair, uint256 maxLpShare) external returns (uint256);
    /// @notice Restricted, delayed.
    function addPosition(address adapter, uint256 tokenReactor, uint256 pairReactor, uint256 multiple)
        external
        returns (uint256);
    function raiseMultiple(uint256 positionId, uint256 multiple) external;
    function lowerMultiple(uint256 positionId, uint256 multiple) external;
    function raiseMaxLpShare(uint256 reactorId, uint256 share) external;
    function lowerMaxLpShare(uint256 reactorId, uint256 share) external;
}
