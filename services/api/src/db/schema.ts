import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Address } from 'viem'
import { address, amount, flag, hash, position, tally } from './columns.ts'
import {
  buckets,
  cases,
  checkpoints,
  exits,
  lossStates,
  pools,
  recoveries,
  slashes,
  slashShares,
  splitters,
  stakes,
} from './schema-backing.ts'

export * from './schema-backing.ts'

// ---------------------------------------------------------------- the indexer's own

/** One row: what this file holds and how far it is final. */
export const sync = sqliteTable('sync', {
  id: integer('id').primaryKey(),
  chainId: integer('chain_id').notNull(),
  /** Digest of the deployment's addresses: a file never mixes two deployments. */
  deployment: text('deployment').notNull(),
  /** Number of the last block below which nothing is undone. */
  finalized: integer('finalized').notNull(),
})

/** Indexed blocks: all from `sync.finalized` on, and for a while the ones before that pages are pinned to. */
export const blocks = sqliteTable('blocks', {
  number: integer('number').primaryKey(),
  hash: hash('hash').notNull(),
  parentHash: hash('parent_hash').notNull(),
  timestamp: integer('timestamp').notNull(),
  /** Milliseconds since 1970 on this machine's clock. */
  indexedAt: integer('indexed_at').notNull(),
})

/** The rows of unfinalized blocks as they were before; written by triggers, see journal.ts. */
export const journal = sqliteTable(
  'journal',
  {
    seq: integer('seq').primaryKey({ autoIncrement: true }),
    block: integer('block').notNull(),
    table: text('table_name').notNull(),
    /** JSON of the row to put back; null where the row did not exist. */
    before: text('before'),
    /** JSON of the row to remove; null where one is put back. */
    inserted: text('inserted'),
  },
  (t) => [index('journal_by_block').on(t.block)],
)

// ---------------------------------------------------------------- vaults

export const lmps = sqliteTable('lmps', {
  address: address('address').primaryKey(),
  supply: amount('supply').notNull(),
  idle: amount('idle').notNull(),
  mark: amount('mark').notNull(),
  sumSafe: amount('sum_safe').notNull(),
  sumMin: amount('sum_min').notNull(),
  sumMax: amount('sum_max').notNull(),
  /** Locked profit at `lockStart`; it unlocks linearly until `lockEnd`. */
  locked: amount('locked').notNull(),
  lockStart: integer('lock_start').notNull(),
  lockEnd: integer('lock_end').notNull(),
  /** Of the last report; null before the first. */
  valuedAt: integer('valued_at'),
  clean: flag('clean').notNull(),
  stale: flag('stale').notNull().default(false),
  /** When the first of the destinations that keep old values stops counting; null: none keeps any. */
  expiry: integer('expiry'),
  /** Null: never paused. */
  pausedUntil: integer('paused_until'),
  /** Used part of the flow budget at `flowAt`, millionths of V. */
  flow: tally('flow'),
  flowAt: integer('flow_at').notNull().default(0),
  /** Used part of the loss bucket at `lossAt`, WAD of V. */
  lossUsed: tally('loss_used'),
  lossAt: integer('loss_at').notNull().default(0),
  gate: address('gate'),
  cap: amount('cap'),
  feeBps: integer('fee_bps').notNull(),
  feeRecipient: address('fee_recipient'),
  /** WAD of asset per share. */
  lossMark: tally('loss_mark'),
  /** As the loss ledger last said. */
  frozen: flag('frozen').notNull().default(false),
  /** Outstanding coverage of slashes. */
  cover: tally('cover'),
  lossLedger: address('loss_ledger'),
  managementFeeBps: integer('management_fee_bps').notNull().default(0),
  /** Destinations in the order in which an exit beyond idle sells. */
  exitQueue: text('exit_queue', { mode: 'json' }).$type<Address[]>().notNull().default([]),
  /** What its lots brought and it was not given yet. */
  proceeds: tally('proceeds'),
  /** WAD. */
  maxPoolShare: tally('max_pool_share'),
  idleFloor: tally('idle_floor'),
  managementFeeRecipient: address('management_fee_recipient'),
})

export const destinations = sqliteTable(
  'destinations',
  {
    address: address('address').primaryKey(),
    lmp: address('lmp').notNull(),
    /** Place in the vault's list. */
    position: integer('position').notNull(),
    units: amount('units').notNull(),
    safe: amount('safe').notNull(),
    spot: amount('spot').notNull(),
    backing: amount('backing').notNull(),
    /** Null until the first valuation. */
    ok: flag('ok'),
    valuedAt: integer('valued_at'),
    unsafeAt: integer('unsafe_at'),
    /** Since when it is being closed; null: open. */
    closingAt: integer('closing_at'),
  },
  (t) => [index('destinations_by_lmp').on(t.lmp, t.position)],
)

export const signals = sqliteTable('signals', {
  destination: address('destination').primaryKey(),
  firstAt: integer('first_at').notNull(),
  lastAt: integer('last_at').notNull(),
  fellAt: integer('fell_at'),
  count: integer('count').notNull(),
  rate: amount('rate').notNull(),
  base: amount('base').notNull(),
  sample: amount('sample').notNull(),
  incentiveYearly: amount('incentive_yearly').notNull(),
  incentiveOthers: amount('incentive_others').notNull(),
})

/** One row per report of a vault. */
export const reports = sqliteTable(
  'reports',
  {
    ...position,
    lmp: address('lmp').notNull(),
    caller: address('caller').notNull(),
    idle: amount('idle').notNull(),
    sumSafe: amount('sum_safe').notNull(),
    sumMin: amount('sum_min').notNull(),
    sumMax: amount('sum_max').notNull(),
    locked: amount('locked').notNull(),
    mark: amount('mark').notNull(),
    supply: amount('supply').notNull(),
    clean: flag('clean').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.block, t.logIndex] }),
    index('reports_by_lmp').on(t.lmp, t.block, t.logIndex),
  ],
)

export interface StoredLeg {
  /** Null: idle. */
  destination: Address | null
  units: string
}

/** One row per rebalance; `cost` and what follows is what the gate found. */
export const rebalances = sqliteTable(
  'rebalances',
  {
    ...position,
    lmp: address('lmp').notNull(),
    solver: address('solver').notNull(),
    outs: text('outs', { mode: 'json' }).$type<StoredLeg[]>().notNull(),
    ins: text('ins', { mode: 'json' }).$type<StoredLeg[]>().notNull(),
    /** Null where the vault's gate says nothing. */
    cost: amount('cost'),
    gain: amount('gain'),
    incomeBefore: amount('income_before'),
    incomeAfter: amount('income_after'),
    moved: amount('moved'),
    factor: amount('factor'),
  },
  (t) => [
    primaryKey({ columns: [t.block, t.logIndex] }),
    index('rebalances_by_lmp').on(t.lmp, t.block, t.logIndex),
  ],
)

/** Most that a vault may hold of what an id names. */
export const caps = sqliteTable(
  'caps',
  {
    lmp: address('lmp').notNull(),
    id: hash('id').notNull(),
    /** Of the vault's assets, WAD. */
    share: amount('share').notNull(),
    amount: amount('amount').notNull(),
  },
  (t) => [primaryKey({ columns: [t.lmp, t.id] })],
)

/** What may still be moved from idle into a destination, at `block`; null where it cannot be valued. */
export const headrooms = sqliteTable('headrooms', {
  destination: address('destination').primaryKey(),
  block: integer('block').notNull(),
  room: amount('room'),
  /** Place in the contract's list of limits. */
  bound: integer('bound'),
  /** Null: the idle floor binds. */
  subject: address('subject'),
})

/** What is sold of a token for a vault. */
export const lots = sqliteTable(
  'lots',
  {
    seller: address('seller').notNull(),
    token: address('token').notNull(),
    listed: flag('listed').notNull(),
    /** Terms of the next lots; null: no oracle. */
    listedRegistry: address('listed_registry'),
    listedStart: tally('listed_start'),
    left: tally('left'),
    size: tally('size'),
    waiting: tally('waiting'),
    openedAt: integer('opened_at'),
    /** Terms of the running lot. */
    registry: address('registry'),
    startPrice: tally('start_price'),
    sold: tally('sold'),
    paid: tally('paid'),
  },
  (t) => [primaryKey({ columns: [t.seller, t.token] })],
)

/** What a running lot costs at `block`, WAD of the asset per token. */
export const lotPrices = sqliteTable(
  'lot_prices',
  {
    seller: address('seller').notNull(),
    token: address('token').notNull(),
    block: integer('block').notNull(),
    price: amount('price'),
  },
  (t) => [primaryKey({ columns: [t.seller, t.token] })],
)

// ---------------------------------------------------------------- reactors

export const reactors = sqliteTable('reactors', {
  id: integer('id').primaryKey(),
  address: address('address').notNull().unique(),
  asset: address('asset').notNull(),
  isPair: flag('is_pair').notNull(),
  supply: amount('supply').notNull(),
  idle: amount('idle').notNull(),
  dep: amount('dep').notNull(),
  withheld: amount('withheld').notNull(),
  /** R at the last balance. */
  lastReserve: amount('last_reserve').notNull(),
  /** External flows since the last balance. */
  external: amount('external').notNull(),
  /** `dep` at the last fill, the denominator of the health. */
  dep0: amount('dep0').notNull(),
  maxLpShare: amount('max_lp_share'),
  shortCycles: integer('short_cycles').notNull(),
  /** Cycle of the last balance, plan and fill; null never. */
  balancedIn: integer('balanced_in'),
  plannedIn: integer('planned_in'),
  filledIn: integer('filled_in'),
})

export const positions = sqliteTable('positions', {
  id: integer('id').primaryKey(),
  adapter: address('adapter').notNull(),
  tokenReactor: integer('token_reactor').notNull(),
  pairReactor: integer('pair_reactor').notNull(),
  multiple: amount('multiple'),
  units: amount('units').notNull(),
  tokenAmount: amount('token_amount').notNull(),
  pairAmount: amount('pair_amount').notNull(),
  stale: flag('stale').notNull(),
  markedIn: integer('marked_in'),
  movedIn: integer('moved_in'),
})

export const cycles = sqliteTable('cycles', {
  number: integer('number').primaryKey(),
  /** Completion of the cycle before; null for the first, whose start no event tells. */
  startedAt: integer('started_at'),
  /** When the rollover may start; null for the first, whose end no event tells. */
  endsAt: integer('ends_at'),
  rolloverAt: integer('rollover_at'),
  completedAt: integer('completed_at'),
  completedBlock: integer('completed_block').unique(),
})

/** What a cycle did to a reactor; the closing ledger is the one at the end of the completing block. */
export const cycleReactors = sqliteTable(
  'cycle_reactors',
  {
    cycle: integer('cycle').notNull(),
    reactorId: integer('reactor_id').notNull(),
    flow: amount('flow'),
    reserve: amount('reserve'),
    supply: amount('supply'),
    lpAssets: amount('lp_assets'),
    balancedBlock: integer('balanced_block'),
    target: amount('target'),
    plannedBlock: integer('planned_block'),
    filledShares: amount('filled_shares'),
    filledAssets: amount('filled_assets'),
    filledBlock: integer('filled_block'),
    closingIdle: amount('closing_idle'),
    closingDep: amount('closing_dep'),
    closingWithheld: amount('closing_withheld'),
    closingSupply: amount('closing_supply'),
    closingDep0: amount('closing_dep0'),
    closingMaxLpShare: amount('closing_max_lp_share'),
    closingReserveFloor: amount('closing_reserve_floor'),
  },
  (t) => [primaryKey({ columns: [t.cycle, t.reactorId] })],
)

/** What a cycle did to a position. */
export const cyclePositions = sqliteTable(
  'cycle_positions',
  {
    cycle: integer('cycle').notNull(),
    positionId: integer('position_id').notNull(),
    markedBlock: integer('marked_block'),
    markToken: amount('mark_token'),
    markPair: amount('mark_pair'),
    price: amount('price'),
    stale: flag('stale'),
    movedBlock: integer('moved_block'),
    units: amount('units'),
    tokenIdle: amount('token_idle'),
    pairIdle: amount('pair_idle'),
    tokenAmount: amount('token_amount'),
    pairAmount: amount('pair_amount'),
    skipped: flag('skipped'),
  },
  (t) => [primaryKey({ columns: [t.cycle, t.positionId] })],
)

/** Contributions, withdrawals and haircuts of a cycle, summed. */
export const externalFlows = sqliteTable(
  'external_flows',
  {
    cycle: integer('cycle').notNull(),
    reactorId: integer('reactor_id').notNull(),
    reason: text('reason', { enum: ['contribution', 'withdrawal', 'haircut'] }).notNull(),
    amount: amount('amount').notNull(),
    count: integer('count').notNull(),
  },
  (t) => [primaryKey({ columns: [t.cycle, t.reactorId, t.reason] })],
)

/** Redemptions asked in one cycle. */
export const cohorts = sqliteTable(
  'cohorts',
  {
    reactorId: integer('reactor_id').notNull(),
    cohort: integer('cohort').notNull(),
    /** Shares asked and not cancelled. */
    requested: amount('requested').notNull(),
    filledShares: amount('filled_shares').notNull(),
    filledAssets: amount('filled_assets').notNull(),
  },
  (t) => [primaryKey({ columns: [t.reactorId, t.cohort] })],
)

/** What one controller asked for in one cohort, cancellations taken off. */
export const requests = sqliteTable(
  'requests',
  {
    reactorId: integer('reactor_id').notNull(),
    cohort: integer('cohort').notNull(),
    controller: address('controller').notNull(),
    shares: amount('shares').notNull(),
  },
  (t) => [primaryKey({ columns: [t.reactorId, t.cohort, t.controller] })],
)

export const claims = sqliteTable(
  'claims',
  {
    ...position,
    reactorId: integer('reactor_id').notNull(),
    controller: address('controller').notNull(),
    receiver: address('receiver').notNull(),
    shares: amount('shares').notNull(),
    assets: amount('assets').notNull(),
  },
  (t) => [primaryKey({ columns: [t.block, t.logIndex] })],
)

// ---------------------------------------------------------------- prices

export const priceSources = sqliteTable(
  'price_sources',
  {
    /** Each prices in one asset. */
    registry: address('registry').notNull(),
    token: address('token').notNull(),
    feed: address('feed').notNull(),
    maxAge: integer('max_age').notNull(),
    feedDecimals: integer('feed_decimals').notNull(),
    /** Null: the token has no issuer rate. */
    issuer: address('issuer'),
  },
  (t) => [primaryKey({ columns: [t.registry, t.token] })],
)

/** What the registry and the feed answered at `block`; a row of another block than the tip is history, not a price. */
export const prices = sqliteTable(
  'prices',
  {
    registry: address('registry').notNull(),
    token: address('token').notNull(),
    block: integer('block').notNull(),
    market: amount('market').notNull(),
    backing: amount('backing').notNull(),
    ok: flag('ok').notNull(),
    /** The feed's last round; null when the feed does not answer. */
    answer: amount('answer'),
    updatedAt: integer('updated_at'),
  },
  (t) => [primaryKey({ columns: [t.registry, t.token] })],
)

/** The smallest discount of a token on a day, days since 1970. */
export const discounts = sqliteTable(
  'discounts',
  {
    /** The LossPrices that recorded it. */
    lossPrices: address('loss_prices').notNull(),
    token: address('token').notNull(),
    day: integer('day').notNull(),
    bps: integer('bps').notNull(),
  },
  (t) => [primaryKey({ columns: [t.lossPrices, t.token, t.day] })],
)

/** What the loss ledger measured at `block`; null when a destination could not be valued. */
export const lossReadings = sqliteTable('loss_readings', {
  lmp: address('lmp').primaryKey(),
  block: integer('block').notNull(),
  loss: amount('loss'),
  high: amount('high'),
  threshold: amount('threshold'),
})

/** What handlers write and a reorg undoes. */
export const journalled = [
  lmps,
  destinations,
  signals,
  reports,
  rebalances,
  caps,
  headrooms,
  lots,
  lotPrices,
  lossStates,
  checkpoints,
  cases,
  recoveries,
  pools,
  buckets,
  stakes,
  exits,
  slashes,
  slashShares,
  splitters,
  reactors,
  positions,
  cycles,
  cycleReactors,
  cyclePositions,
  externalFlows,
  cohorts,
  requests,
  claims,
  priceSources,
  prices,
  discounts,
  lossReadings,
] as const
