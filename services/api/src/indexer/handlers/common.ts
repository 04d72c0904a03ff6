import { eq } from 'drizzle-orm'
import { type Address, zeroAddress } from 'viem'
import type { Rows } from '../../db/open.ts'
import { lmps } from '../../db/schema.ts'

/** The chain's zero address means "none"; ours is null. */
export const presentAddress = (address: Address): Address | null => (address === zeroAddress ? null : address)

/** A row that an earlier event must have written. */
export function known<Row>(row: Row | undefined, what: string): Row {
  if (row === undefined) throw new Error(`${what} is not indexed: an event before startBlock was missed`)
  return row
}

/** Whether the deployment names this vault. */
export const isOurs = (rows: Rows, lmp: Address): boolean =>
  rows.select({ address: lmps.address }).from(lmps).where(eq(lmps.address, lmp)).get() !== undefined
