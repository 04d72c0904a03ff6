import { eq } from 'drizzle-orm'
import type { Rows } from '../../db/open.ts'
import { caps, lmps } from '../../db/schema.ts'
import type { LimitsEvent } from '../events.ts'

/** The contract serves every vault; those of other deployments have no row to change. */
export function applyLimits(event: LimitsEvent, rows: Rows): void {
  switch (event.eventName) {
    case 'CapSet': {
      const { lmp, id, share, amount } = event.args
      rows
        .insert(caps)
        .values({ lmp, id, share, amount })
        .onConflictDoUpdate({ target: [caps.lmp, caps.id], set: { share, amount } })
        .run()
      break
    }
    case 'MaxPoolShareSet':
      rows.update(lmps).set({ maxPoolShare: event.args.share }).where(eq(lmps.address, event.args.lmp)).run()
      break
    case 'IdleFloorSet':
      rows.update(lmps).set({ idleFloor: event.args.share }).where(eq(lmps.address, event.args.lmp)).run()
      break
  }
}
