import { and, eq } from 'drizzle-orm'
import type { Address } from 'viem'
import type { Rows } from '../../db/open.ts'
import { lmps, lots } from '../../db/schema.ts'
import type { AuctionEvent } from '../events.ts'
import { known, presentAddress } from './common.ts'

type Lot = typeof lots.$inferSelect

/** Lots of every seller, and what they brought the vaults of this deployment. */
export function applyAuction(event: AuctionEvent, rows: Rows): void {
  switch (event.eventName) {
    case 'Listed': {
      const { seller, token, registry, startPrice } = event.args
      const terms = { listed: true, listedRegistry: presentAddress(registry), listedStart: startPrice }
      rows
        .insert(lots)
        .values({ seller, token, ...terms })
        .onConflictDoUpdate({ target: [lots.seller, lots.token], set: terms })
        .run()
      break
    }
    case 'Delisted':
      change(rows, event.args, () => ({ listed: false }))
      break
    case 'Consigned':
      change(rows, event.args, ({ waiting }) => ({ waiting: waiting + event.args.amount }))
      break
    case 'LotOpened': {
      const { amount, registry, startPrice } = event.args
      change(rows, event.args, ({ waiting }) => ({
        ...{ waiting: waiting - amount, left: amount, size: amount, openedAt: event.at.timestamp },
        ...{ registry: presentAddress(registry), startPrice },
      }))
      break
    }
    case 'Bought': {
      const { seller, amount, payment } = event.args
      change(rows, event.args, (lot) => {
        const sold = { sold: lot.sold + amount, paid: lot.paid + payment }
        if (lot.left > amount) return { ...sold, left: lot.left - amount }
        // Of a lot that is over the contract keeps nothing.
        return { ...sold, ...{ left: 0n, size: 0n, openedAt: null, registry: null, startPrice: 0n } }
      })
      addProceeds(rows, seller, payment)
      break
    }
    case 'Pushed':
      addProceeds(rows, event.args.seller, -event.args.assets)
      break
  }
}

function change(
  rows: Rows,
  { seller, token }: { seller: Address; token: Address },
  set: (lot: Lot) => Partial<Lot>,
): void {
  const place = and(eq(lots.seller, seller), eq(lots.token, token))
  const lot = known(rows.select().from(lots).where(place).get(), `lot of ${token} for ${seller}`)
  rows.update(lots).set(set(lot)).where(place).run()
}

/** A seller that is no vault of this deployment has no row. */
function addProceeds(rows: Rows, seller: Address, amount: bigint): void {
  const row = rows.select({ proceeds: lmps.proceeds }).from(lmps).where(eq(lmps.address, seller)).get()
  if (row === undefined) return
  rows
    .update(lmps)
    .set({ proceeds: row.proceeds + amount })
    .where(eq(lmps.address, seller))
    .run()
}
