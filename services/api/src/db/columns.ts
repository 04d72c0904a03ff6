import { sql } from 'drizzle-orm'
import { customType, integer, text } from 'drizzle-orm/sqlite-core'
import type { Address, Hash } from 'viem'

/** An integer of the chain, exact: a decimal string in the file, a `bigint` in the program. */
export const amount = customType<{ data: bigint; driverData: string }>({
  dataType: () => 'text',
  toDriver: (value) => value.toString(),
  fromDriver: (value) => BigInt(value),
})
export const address = (name: string) => text(name).$type<Address>()
export const hash = (name: string) => text(name).$type<Hash>()
export const flag = (name: string) => integer(name, { mode: 'boolean' })
/** An amount that is 0 until an event says otherwise. */
export const tally = (name: string) => amount(name).notNull().default(sql`'0'`)

/** Where an event stands on the chain; the key of every table that keeps events. */
export const position = {
  block: integer('block').notNull(),
  logIndex: integer('log_index').notNull(),
  timestamp: integer('timestamp').notNull(),
  transactionHash: hash('transaction_hash').notNull(),
}
