import { customType, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Address, Hash, Hex } from 'viem'

/** uint256: decimal text in the file, bigint in the program. */
const uint = customType<{ data: bigint; driverData: string }>({
  dataType: () => 'text',
  fromDriver: (value) => BigInt(value),
  toDriver: (value) => value.toString(),
})

/** Block numbers: an SQLite integer, bigint in the program. */
const blockNumber = customType<{ data: bigint; driverData: number }>({
  dataType: () => 'integer',
  fromDriver: (value) => BigInt(value),
  toDriver: (value) => Number(value),
})

/** Finalized blocks seen. */
export const blocks = sqliteTable('oracle_blocks', {
  number: blockNumber().primaryKey(),
  hash: text().$type<Hash>().notNull(),
})

/** What this key has signed or is about to: one report per epoch and last checkpoint. */
export const signatures = sqliteTable(
  'oracle_signatures',
  {
    chainId: integer().notNull(),
    /** The contract that takes the report. */
    oracle: text().$type<Address>().notNull(),
    signer: text().$type<Address>().notNull(),
    lmp: text().$type<Address>().notNull(),
    epoch: uint().notNull(),
    last: uint().notNull(),
    first: uint().notNull(),
    windowHash: text().$type<Hex>().notNull(),
    loss: uint().notNull(),
    /** EIP-712. */
    digest: text().$type<Hex>().notNull(),
    /** Finalized block at which it was computed. */
    blockNumber: blockNumber().notNull(),
    blockHash: text().$type<Hash>().notNull(),
    /** Null from the decision to sign until the signature is written down. */
    signature: text().$type<Hex>(),
    /** Milliseconds since 1970 on this machine. */
    createdAt: integer().notNull(),
  },
  ({ chainId, oracle, signer, lmp, epoch, last }) => [
    primaryKey({ columns: [chainId, oracle, signer, lmp, epoch, last] }),
  ],
)
