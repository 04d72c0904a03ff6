import { parseAbi } from 'viem'

/** Written by hand from the interfaces, like abi.ts. */
export const ledgerAbi = parseAbi([
  'event CheckpointWritten(address indexed lmp, uint256 indexed id, uint256 high, uint256 low, uint256 supply, uint256 mark, uint256 loss, bytes32 hash)',
  'event Frozen(address indexed lmp, uint256 frozenAt, uint256 until)',
  'event Thawed(address indexed lmp)',
  'event MarkLowered(address indexed lmp, uint256 mark)',
  'event LossExecuted(address indexed lmp, uint256 indexed epoch, uint256 mark, uint256 coverage)',
  'event LossRejected(address indexed lmp, uint256 indexed epoch)',
  'struct State { uint256 count; uint256 since; uint256 epoch; uint256 above; uint256 frozenAt; uint256 freezeEnd; }',
  'function state(address lmp) view returns (State)',
])

export const oracleAbi = parseAbi([
  'event ReportersSet(address[] reporters, uint256 quorum)',
  'event BackingSet(address indexed lmp, address indexed pool)',
  'event CaseOpened(address indexed lmp, uint256 indexed epoch, uint256 first, uint256 last, bytes32 windowHash, uint256 loss, uint256 executableAt, address[] signers)',
  'event CaseExecuted(address indexed lmp, uint256 indexed epoch, uint256 loss, uint256 coverage, uint256 slashed, uint256 recoveryId)',
  'event CaseRejected(address indexed lmp, uint256 indexed epoch, uint256 loss, uint256 threshold)',
  'struct LossReport { address lmp; uint256 epoch; uint256 first; uint256 last; bytes32 windowHash; uint256 loss; }',
  'function submit(LossReport report, bytes[] signatures)',
])

export const recoveryAbi = parseAbi([
  'event RecoveryOpened(uint256 indexed id, address indexed lmp, address indexed pool, uint256 caseId, uint256 toke, uint256 start, uint256 end, uint256 coverage, uint256 mark, uint256 since)',
  'event RecoveryEnded(uint256 indexed id, uint256 returned, uint256 uncovered)',
  'function vested(uint256 id) view returns (uint256)',
])

export const poolAbi = parseAbi([
  'event Staked(address indexed account, uint256 toke, uint256 shares)',
  'event ExitRequested(address indexed account, uint256 indexed day, uint256 shares)',
  'event ExitCancelled(address indexed account, uint256 indexed day, uint256 shares)',
  'event BucketLeft(uint256 indexed day, uint256 shares, uint256 toke)',
  'event Left(address indexed account, address indexed receiver, uint256 indexed day, uint256 shares, uint256 toke)',
  'event Claimed(address indexed account, address indexed receiver, uint256 assets)',
  'event Notified(address indexed from, uint256 assets, uint256 rate, uint256 end)',
  'event StreamMoved(uint256 end)',
  'event Slashed(uint256 indexed caseId, uint256 toke, uint256 shares, uint256 tokeLeft, address to)',
  'event Returned(uint256 indexed caseId, uint256 toke)',
  'event ReturnClaimed(address indexed account, address indexed receiver, uint256 indexed caseId, uint256 toke)',
  'event Synced(address indexed account, uint256 seen)',
  'event ExitSynced(address indexed account, uint256 indexed day, uint256 seen)',
  'struct Totals { uint256 toke; uint256 shares; uint256 rate; uint256 end; uint256 cases; }',
  'function mode() view returns (uint8)',
  'function totals() view returns (Totals)',
  'function claimable(address account) view returns (uint256)',
  'function yearlyFeesPerToke() view returns (uint256)',
])

/** What of a vault bears on its losses. */
export const vaultLossAbi = parseAbi([
  'event Deposit(address indexed sender, address indexed owner, uint256 assets, uint256 shares)',
  'event LossMarkMoved(uint256 lossMark)',
  'event LossSynced(uint256 lossMark, bool frozen, uint256 cover, int256 feeMarkDelta, uint256 mark)',
  'event Transfer(address indexed from, address indexed to, uint256 value)',
  'function lossMark() view returns (uint256)',
  'function totalSupply() view returns (uint256)',
])

/** Every event of a loss, of whichever contract: the names are distinct. */
export const lossAbi = [...ledgerAbi, ...oracleAbi, ...recoveryAbi, ...poolAbi, ...vaultLossAbi] as const
