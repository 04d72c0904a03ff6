import { customType, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { JobName } from './job.ts'

/** Block times: an SQLite integer, bigint in the program. */
const blockTime = customType<{ data: bigint; driverData: number }>({
  dataType: () => 'integer',
  fromDriver: (value) => BigInt(value),
  toDriver: (value) => Number(value),
})

/** One row per job. Times of this machine are milliseconds since 1970. */
export const jobs = sqliteTable('keeper_jobs', {
  job: text().$type<JobName>().primaryKey(),
  /** When it last had an effect on the chain. */
  lastRunAt: integer(),
  lastAction: text(),
  /** Block time (unix seconds) from which it is due. */
  nextAt: blockTime(),
  /** Why it can do nothing. */
  note: text(),
  lastError: text(),
  lastErrorAt: integer(),
})
