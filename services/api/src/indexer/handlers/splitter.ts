import { eq } from 'drizzle-orm'
import type { Address } from 'viem'
import type { Rows } from '../../db/open.ts'
import { splitters } from '../../db/schema.ts'
import type { SplitterEvent } from '../events.ts'
import { known } from './common.ts'

export function applySplitter(event: SplitterEvent, rows: Rows): void {
  if (event.eventName !== 'Distributed') return
  const { shares, assets, rest, toProtocol } = event.args
  const where = eq(splitters.address, event.address)
  const sum = known(rows.select().from(splitters).where(where).get(), `splitter ${event.address}`)
  rows
    .update(splitters)
    .set({
      pending: rest,
      redeemed: sum.redeemed + shares,
      assets: sum.assets + assets,
      toProtocol: sum.toProtocol + toProtocol,
      lastAt: event.at.timestamp,
    })
    .where(where)
    .run()
}

/** Shares of the vault came or went; called for every transfer of them. */
export function moveHeldShares(rows: Rows, { from, to, value }: SharesMoved): void {
  for (const [address, change] of [
    [from, -value],
    [to, value],
  ] as const) {
    const where = eq(splitters.address, address)
    const found = rows.select({ held: splitters.held }).from(splitters).where(where).get()
    if (found !== undefined)
      rows
        .update(splitters)
        .set({ held: found.held + change })
        .where(where)
        .run()
  }
}

interface SharesMoved {
  readonly from: Address
  readonly to: Address
  readonly value: bigint
}
