import { parseAbi } from 'viem'

/** Written by hand from the interfaces, so that a wrong binding elsewhere cannot hide a wrong run here. */
export const cycleManagerAbi = parseAbi([
  'event ReactorAdded(uint256 indexed reactorId, address indexed reactor, address indexed asset, bool isPair)',
  'event PositionAdded(uint256 indexed positionId, uint256 indexed tokenReactor, uint256 indexed pairReactor, address adapter)',
  'event Deposited(uint256 indexed reactorId, uint256 assets)',
  'event ExternalFlow(uint256 indexed reactorId, int256 amount, uint8 reason)',
  'event RolloverStarted(uint256 indexed cycle, address indexed caller)',
  'event PositionMarked(uint256 indexed cycle, uint256 indexed positionId, uint256 tokenAmount, uint256 pairAmount, uint256 price, bool stale)',
  'event ReactorBalanced(uint256 indexed cycle, uint256 indexed reactorId, int256 flow, int256 reserve, uint256 supply, uint256 lpAssets)',
  'event ReactorPlanned(uint256 indexed cycle, uint256 indexed reactorId, uint256 target)',
  'event PositionMoved(uint256 indexed cycle, uint256 indexed positionId, int256 units, int256 tokenIdle, int256 pairIdle, uint256 tokenAmount, uint256 pairAmount, bool skipped)',
  'event ReactorFilled(uint256 indexed cycle, uint256 indexed reactorId, uint256 shares, uint256 assets)',
  'event CycleCompleted(uint256 indexed cycle, uint256 nextEnd)',
  'event Paid(uint256 indexed reactorId, address indexed receiver, uint256 assets)',
  'struct ReactorState { address reactor; address asset; bool isPair; uint256 idle; uint256 dep; uint256 withheld; int256 lastReserve; int256 external_; uint256 dep0; uint256 maxLpShare; uint256 shortCycles; uint256 balancedIn; uint256 plannedIn; uint256 filledIn; }',
  'function reactorState(uint256 reactorId) view returns (ReactorState)',
  'function reserveOf(uint256 reactorId) view returns (int256)',
])

export const depositAbi = parseAbi([
  'event Deposit(address indexed sender, address indexed owner, uint256 assets, uint256 shares)',
])

export const vaultAbi = parseAbi([
  'struct Leg { address destination; uint256 units; }',
  'struct Book { uint256 idle; uint256 mark; uint256 sumSafe; uint256 sumMin; uint256 sumMax; uint256 locked; uint256 lockEnd; uint256 valuedAt; uint256 flow; uint256 flowAt; uint256 expiry; uint256 pausedUntil; bool clean; bool stale; }',
  'event Transfer(address indexed from, address indexed to, uint256 value)',
  'event PolicySet(address indexed gate, address indexed lossLedger)',
  'event DestinationRemoved(address indexed destination)',
  'event ClosingSet(address indexed destination, uint256 closingAt, uint256 slippage)',
  'event PauseSet(uint256 until)',
  'event LossSynced(uint256 lossMark, bool frozen, uint256 cover, int256 feeMarkDelta, uint256 mark)',
  'event DestinationValued(address indexed destination, uint256 units, uint256 safe, uint256 spot, uint256 backing, bool ok)',
  'event BookChanged(Book book)',
  'event Deposit(address indexed sender, address indexed owner, uint256 assets, uint256 shares)',
  'event Withdraw(address indexed sender, address indexed receiver, address indexed owner, uint256 assets, uint256 shares)',
  'event ProfitAdded(address indexed from, uint256 assets)',
  'event Flowed(uint256 hot)',
  'event Rebalanced(address indexed solver, Leg[] outs, Leg[] ins)',
  'event SoldForExit(address indexed destination, uint256 units, uint256 worth, uint256 proceeds)',
  'event RedeemedInKind(address indexed caller, address indexed receiver, uint256 shares, uint256 assets)',
  'struct DestinationState { uint256 units; uint256 safe; uint256 spot; uint256 backing; uint256 valuedAt; uint256 unsafeAt; uint256 closingAt; bool ok; }',
  'function book() view returns (Book)',
  'function destinationState(address destination) view returns (DestinationState)',
  'function asset() view returns (address)',
])

export const gateAbi = parseAbi([
  'event RebalanceChecked(address indexed lmp, uint256 cost, uint256 gain, uint256 incomeBefore, uint256 incomeAfter, uint256 moved, uint256 factor)',
])

export const destinationAbi = parseAbi([
  'event DestinationInitialized(address indexed vault, address indexed pool, address lpToken, address gauge, address[] legs, address[] rewards)',
])

export const rewardsAbi = parseAbi(['event Harvested(address indexed token, uint256 amount)'])

export const auctionAbi = parseAbi([
  'event Consigned(address indexed seller, address indexed token, address indexed from, uint256 amount)',
  'event Bought(address indexed seller, address indexed token, address indexed buyer, address receiver, uint256 amount, uint256 payment, uint256 price)',
  'event Pushed(address indexed seller, uint256 assets)',
  'struct Lot { uint256 left; uint256 size; uint256 waiting; uint256 openedAt; address registry; uint256 startPrice; }',
  'function lot(address seller, address token) view returns (Lot)',
  'function proceeds(address seller) view returns (uint256)',
])

export const adapterAbi = parseAbi(['function pool() view returns (address)'])

export const tokenAbi = parseAbi([
  'event Transfer(address indexed from, address indexed to, uint256 value)',
  'function balanceOf(address account) view returns (uint256)',
  'function totalSupply() view returns (uint256)',
  'function decimals() view returns (uint8)',
  'function symbol() view returns (string)',
])
