import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Address } from 'viem'
import { address, amount, flag, hash, position, tally } from './columns.ts'

// ---------------------------------------------------------------- losses

/** What the loss ledger and the loss oracle hold of a vault; one row per vault. */
export const lossStates = sqliteTable('loss_states', {
  lmp: address('lmp').primaryKey(),
  /** Checkpoints ever written. */
  count: integer('count').notNull().default(0),
  /** First checkpoint that may be part of a window. */
  since: integer('since').notNull().default(0),
  /** Cases decided. */
  epoch: integer('epoch').notNull().default(0),
  /** Checkpoints in a row, up to the last, with a loss at or above the threshold. */
  above: integer('above').notNull().default(0),
  /** Null: the last freeze was lifted, or there was none. It also ends at `freezeEnd`, which no event tells. */
  frozenAt: integer('frozen_at'),
  freezeEnd: integer('freeze_end'),
  /** The last checkpoint that could not be written for a destination, or at all. */
  skippedAt: integer('skipped_at'),
  skippedFor: address('skipped_for'),
  failedAt: integer('failed_at'),
})

export const checkpoints = sqliteTable(
  'checkpoints',
  {
    ...position,
    lmp: address('lmp').notNull(),
    checkpoint: integer('checkpoint').notNull(),
    high: amount('high').notNull(),
    low: amount('low').notNull(),
    supply: amount('supply').notNull(),
    mark: amount('mark').notNull(),
    loss: amount('loss').notNull(),
    hash: hash('hash').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.block, t.logIndex] }),
    index('checkpoints_by_lmp').on(t.lmp, t.block, t.logIndex),
  ],
)

/** A case of the loss oracle; its position is that of the opening. */
export const cases = sqliteTable(
  'cases',
  {
    ...position,
    lmp: address('lmp').notNull(),
    epoch: integer('epoch').notNull(),
    first: integer('first').notNull(),
    last: integer('last').notNull(),
    windowHash: hash('window_hash').notNull(),
    /** The one that was reported. */
    loss: amount('loss').notNull(),
    executableAt: integer('executable_at').notNull(),
    signers: text('signers', { mode: 'json' }).$type<Address[]>().notNull(),
    /** Null while it is open. */
    decidedBlock: integer('decided_block'),
    decidedAt: integer('decided_at'),
    decidedIn: hash('decided_in'),
    executed: flag('executed'),
    /** The one that counted. */
    countedLoss: amount('counted_loss'),
    coverage: amount('coverage'),
    slashed: amount('slashed'),
    recoveryId: integer('recovery_id'),
    /** Of a rejected case. */
    threshold: amount('threshold'),
  },
  (t) => [primaryKey({ columns: [t.lmp, t.epoch] }), index('cases_by_block').on(t.block, t.logIndex)],
)

/** Slashed TOKE that vests; its position is that of the opening. */
export const recoveries = sqliteTable('recoveries', {
  id: integer('id').primaryKey(),
  ...position,
  lmp: address('lmp').notNull(),
  pool: address('pool').notNull(),
  caseId: integer('case_id').notNull(),
  toke: amount('toke').notNull(),
  start: integer('start').notNull(),
  end: integer('end').notNull(),
  coverage: amount('coverage').notNull(),
  mark: amount('mark').notNull(),
  since: integer('since').notNull(),
  /** Null while it runs. */
  endedBlock: integer('ended_block'),
  endedAt: integer('ended_at'),
  returned: amount('returned'),
  uncovered: amount('uncovered'),
})

// ---------------------------------------------------------------- backing

/** What a pool stored last; what has passed since is the views' work. One row per backed vault. */
export const pools = sqliteTable('pools', {
  address: address('address').primaryKey(),
  lmp: address('lmp').notNull().unique(),
  mode: text('mode', { enum: ['slashing', 'no-slashing'] }).notNull(),
  /** A */
  toke: tally('toke'),
  /** H */
  shares: tally('shares'),
  /** G, fees per share. */
  perShare: tally('per_share'),
  /** Up to when fees are in G. */
  accruedAt: integer('accrued_at').notNull().default(0),
  rate: tally('rate'),
  end: integer('end').notNull().default(0),
  cases: integer('cases').notNull().default(0),
})

/** Shares that leave a pool on a day. What has left is what nobody withdrew yet. */
export const buckets = sqliteTable(
  'buckets',
  {
    pool: address('pool').notNull(),
    day: integer('day').notNull(),
    shares: amount('shares').notNull(),
    left: flag('left').notNull().default(false),
    /** This and what follows: since it left. */
    toke: tally('toke'),
    perShare: tally('per_share'),
    cases: integer('cases').notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.pool, t.day] })],
)

export const stakes = sqliteTable(
  'stakes',
  {
    pool: address('pool').notNull(),
    account: address('account').notNull(),
    shares: tally('shares'),
    /** G up to which fees are in `owed`. */
    perShare: tally('per_share'),
    owed: tally('owed'),
    /** Cases credited. */
    cases: integer('cases').notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.pool, t.account] })],
)

/** Shares of an account in the bucket of a day. */
export const exits = sqliteTable(
  'exits',
  {
    pool: address('pool').notNull(),
    account: address('account').notNull(),
    day: integer('day').notNull(),
    shares: tally('shares'),
    perShare: tally('per_share'),
    cases: integer('cases').notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.pool, t.account, t.day] })],
)

/** One row per slash, a case of the pool. */
export const slashes = sqliteTable(
  'slashes',
  {
    ...position,
    pool: address('pool').notNull(),
    lmp: address('lmp').notNull(),
    caseId: integer('case_id').notNull(),
    toke: amount('toke').notNull(),
    /** H at the slash. */
    shares: amount('shares').notNull(),
    tokeLeft: amount('toke_left').notNull(),
    receiver: address('receiver').notNull(),
    /** What came back for those who were slashed. */
    returned: tally('returned'),
  },
  (t) => [primaryKey({ columns: [t.block, t.logIndex] }), index('slashes_by_case').on(t.pool, t.caseId)],
)

/** Shares an account held at a slash, as far as they were credited. */
export const slashShares = sqliteTable(
  'slash_shares',
  {
    pool: address('pool').notNull(),
    account: address('account').notNull(),
    caseId: integer('case_id').notNull(),
    shares: tally('shares'),
    /** Wei of TOKE. */
    claimed: tally('claimed'),
  },
  (t) => [primaryKey({ columns: [t.pool, t.account, t.caseId] })],
)

/** A fee splitter: the vault's shares it holds and what it has distributed, summed. */
export const splitters = sqliteTable('splitters', {
  address: address('address').primaryKey(),
  lmp: address('lmp').notNull(),
  fee: text('fee', { enum: ['performance', 'management'] }).notNull(),
  held: tally('held'),
  /** Split already, waiting to be redeemed. */
  pending: tally('pending'),
  redeemed: tally('redeemed'),
  assets: tally('assets'),
  toProtocol: tally('to_protocol'),
  lastAt: integer('last_at'),
})
