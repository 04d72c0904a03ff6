import { sql } from 'drizzle-orm'
import { customType, index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { Address, Hash, Hex } from 'viem'

/** Amounts beyond 64 bits: decimal text in the file, bigint in the program. */
const wei = customType<{ data: bigint; driverData: string }>({
  dataType: () => 'text',
  fromDriver: (value) => BigInt(value),
  toDriver: (value) => value.toString(),
})

/** Block numbers, gas and block timestamps: an SQLite integer, bigint in the program. */
const count = customType<{ data: bigint; driverData: number }>({
  dataType: () => 'integer',
  fromDriver: (value) => BigInt(value),
  toDriver: (value) => Number(value),
})

export const STATES = ['pending', 'sent', 'mined', 'confirmed', 'failed', 'cancelled', 'expired'] as const
export type IntentState = (typeof STATES)[number]

/** One effect wanted on the chain, identified for ever by its dedupe key. */
export const intents = sqliteTable(
  'tx_intents',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    chainId: integer().notNull(),
    signer: text().$type<Address>().notNull(),
    dedupeKey: text().notNull(),
    /** What the operator reads, e.g. the job's name. */
    label: text().notNull(),
    to: text().$type<Address>().notNull(),
    data: text().$type<Hex>().notNull(),
    value: wei().notNull(),
    /** Names of custom errors that mean "somebody else did it". */
    benign: text({ mode: 'json' }).$type<readonly string[]>().notNull(),
    /** Gas above which the intent fails instead of being sent. */
    maxGas: count(),
    /** Last block timestamp (seconds) at which the effect is still wanted. */
    validUntil: count(),
    state: text({ enum: STATES }).notNull(),
    /** The nonce that is burnt on this intent; null until it is signed. */
    nonce: integer(),
    /** Set while the nonce is being filled with a no-op: the state that follows. */
    closing: text({ enum: ['failed', 'cancelled', 'expired'] }),
    reason: text(),
    /** The benign custom error that made the transaction needless. */
    benignError: text(),
    /** A reorg took the mined transaction back and it has not been mined again yet. */
    reopened: integer({ mode: 'boolean' }).notNull().default(false),
    minedHash: text().$type<Hash>(),
    minedBlock: count(),
    minedBlockHash: text().$type<Hash>(),
    /** The mined transaction is the call (not a no-op) and did not revert. */
    succeeded: integer({ mode: 'boolean' }),
    gasUsed: count(),
    /** Wei per gas paid. */
    gasPrice: wei(),
    /** Milliseconds since 1970 on this machine. */
    createdAt: integer().notNull(),
    updatedAt: integer().notNull(),
  },
  (table) => [
    uniqueIndex('tx_intents_dedupe').on(table.chainId, table.signer, table.dedupeKey),
    index('tx_intents_open')
      .on(table.chainId, table.signer)
      .where(sql`state in ('pending', 'sent', 'mined')`),
  ],
)

/** One signed transaction, written before it is broadcast. */
export const attempts = sqliteTable(
  'tx_attempts',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    intentId: integer()
      .notNull()
      .references(() => intents.id),
    nonce: integer().notNull(),
    kind: text({ enum: ['call', 'noop'] }).notNull(),
    hash: text().$type<Hash>().notNull().unique(),
    raw: text().$type<Hex>().notNull(),
    gas: count().notNull(),
    maxFeePerGas: wei().notNull(),
    maxPriorityFeePerGas: wei().notNull(),
    /** What the last broadcast met, when not accepted. */
    error: text(),
    createdAt: integer().notNull(),
  },
  (table) => [index('tx_attempts_intent').on(table.intentId, table.nonce)],
)

/** Who may sign for a key: one row per chain and key. */
export const leases = sqliteTable(
  'tx_leases',
  {
    chainId: integer().notNull(),
    signer: text().$type<Address>().notNull(),
    /** Hash of block 0: a journal of another chain with the same id is refused. */
    genesis: text().$type<Hash>().notNull(),
    /** Random per process; null when given back. */
    owner: text(),
    host: text(),
    pid: integer(),
    expiresAt: integer().notNull(),
  },
  (table) => [uniqueIndex('tx_leases_key').on(table.chainId, table.signer)],
)

export type Intent = typeof intents.$inferSelect
export type Attempt = typeof attempts.$inferSelect
