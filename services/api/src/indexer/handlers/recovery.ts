import { eq } from 'drizzle-orm'
import type { Rows } from '../../db/open.ts'
import { recoveries } from '../../db/schema.ts'
import type { RecoveryEvent } from '../events.ts'
import { toNumber } from '../events.ts'
import { isOurs } from './common.ts'

export function applyRecovery(event: RecoveryEvent, rows: Rows): void {
  switch (event.eventName) {
    case 'RecoveryOpened': {
      const { id, caseId, start, end, since, ...values } = event.args
      if (!isOurs(rows, values.lmp)) return
      const times = { start: toNumber(start), end: toNumber(end), since: toNumber(since) }
      rows
        .insert(recoveries)
        .values({ ...event.at, id: toNumber(id), caseId: toNumber(caseId), ...times, ...values })
        .run()
      break
    }
    case 'RecoveryEnded': {
      const { id, returned, uncovered } = event.args
      rows
        .update(recoveries)
        .set({ endedBlock: event.at.block, endedAt: event.at.timestamp, returned, uncovered })
        .where(eq(recoveries.id, toNumber(id)))
        .run()
      break
    }
  }
}
