import { eq } from 'drizzle-orm'
import type { Rows } from '../../db/open.ts'
import { signals } from '../../db/schema.ts'
import type { SignalsEvent } from '../events.ts'

export function applySignals(event: SignalsEvent, rows: Rows): void {
  if (event.eventName !== 'Snapshot') return
  const { destination, rate, sample, base, incentiveYearly, incentiveOthers, fell } = event.args
  const { timestamp } = event.at
  const latest = { lastAt: timestamp, rate, sample, base, incentiveYearly, incentiveOthers }
  const found = rows.select().from(signals).where(eq(signals.destination, destination)).get()
  if (found === undefined) {
    const first = { destination, firstAt: timestamp, count: 1, fellAt: fell ? timestamp : null }
    rows
      .insert(signals)
      .values({ ...first, ...latest })
      .run()
    return
  }
  rows
    .update(signals)
    .set({ ...latest, count: found.count + 1, ...(fell && { fellAt: timestamp }) })
    .where(eq(signals.destination, destination))
    .run()
}
