import type { Rows } from '../../db/open.ts'
import { discounts } from '../../db/schema.ts'
import type { LossPricesEvent } from '../events.ts'
import { toNumber } from '../events.ts'

export function applyLossPrices(event: LossPricesEvent, rows: Rows): void {
  if (event.eventName !== 'DiscountRecorded') return
  const { token } = event.args
  const bps = toNumber(event.args.bps)
  rows
    .insert(discounts)
    .values({ lossPrices: event.address, token, day: toNumber(event.args.day), bps })
    .onConflictDoUpdate({ target: [discounts.lossPrices, discounts.token, discounts.day], set: { bps } })
    .run()
}
