import type { Rows } from '../../db/open.ts'
import { priceSources } from '../../db/schema.ts'
import type { PricesEvent } from '../events.ts'
import { presentAddress } from './common.ts'

export function applyPrices(event: PricesEvent, rows: Rows): void {
  if (event.eventName !== 'SourceSet') return
  const { token, feed, maxAge, feedDecimals, issuer } = event.args
  const source = { feed, maxAge, feedDecimals, issuer: presentAddress(issuer) }
  rows
    .insert(priceSources)
    .values({ registry: event.address, token, ...source })
    .onConflictDoUpdate({ target: [priceSources.registry, priceSources.token], set: source })
    .run()
}
