import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { StartupError } from '@headrace/service'
import { intents } from '@headrace/txmgr'
import Database from 'better-sqlite3'
import { isNotNull } from 'drizzle-orm'
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3'
import { migrate } from 'drizzle-orm/better-sqlite3/migrator'
import { JOBS, type JobName } from './job.ts'
import { jobs } from './schema.ts'

export type JobRow = typeof jobs.$inferSelect
type Change = Partial<Omit<JobRow, 'job'>>

export interface JobStatus extends JobRow {
  transactions: number
  /** Wei. */
  spent: bigint
}

/** What the keeper remembers of its jobs, for the operator. It decides nothing by it: the chain says what is due. */
export class Ledger {
  readonly #file: Database.Database
  readonly #db: BetterSQLite3Database
  /** What was last written, so that a look that changes nothing writes nothing. */
  readonly #known = new Map<JobName, JobRow>()

  constructor(path: string) {
    this.#file = new Database(path)
    this.#file.pragma('busy_timeout = 5000')
    this.#file.pragma('journal_mode = WAL')
    this.#db = drizzle({ client: this.#file })
    migrate(this.#db, {
      migrationsFolder: fileURLToPath(new URL('../drizzle', import.meta.url)),
      migrationsTable: 'keeper_migrations',
    })
    for (const row of this.#db.select().from(jobs).all()) this.#known.set(row.job, row)
  }

  note(job: JobName, change: Change): void {
    const known = this.#known.get(job) ?? EMPTY(job)
    const next = { ...known, ...change }
    if (
      this.#known.has(job) &&
      Object.entries(change).every(([name, value]) => value === Reflect.get(known, name))
    )
      return
    this.#known.set(job, next)
    this.#db.insert(jobs).values(next).onConflictDoUpdate({ target: jobs.job, set: change }).run()
  }

  close(): void {
    this.#file.close()
  }
}

const EMPTY = (job: JobName): JobRow => ({
  job,
  lastRunAt: null,
  lastAction: null,
  nextAt: null,
  note: null,
  lastError: null,
  lastErrorAt: null,
})

/**
 * Every job's last run, next due time and gas, from the journal file alone.
 * @throws StartupError when there is no journal.
 */
export function readStatus(path: string): JobStatus[] {
  if (!existsSync(path)) {
    throw new StartupError(`there is no journal at ${path}: run the keeper first or correct DATABASE_FILE`)
  }
  const file = new Database(path, { readonly: true })
  try {
    const db = drizzle({ client: file })
    const rows = new Map(
      db
        .select()
        .from(jobs)
        .all()
        .map((row) => [row.job, row]),
    )
    const mined = db.select().from(intents).where(isNotNull(intents.minedHash)).all()
    return JOBS.map((job) => {
      const own = mined.filter(({ dedupeKey }) => dedupeKey.startsWith(`${job}:`))
      const spent = own.reduce((sum, { gasUsed, gasPrice }) => sum + (gasUsed ?? 0n) * (gasPrice ?? 0n), 0n)
      return { ...(rows.get(job) ?? EMPTY(job)), transactions: own.length, spent }
    })
  } catch (error) {
    throw new StartupError(
      `${path} is no journal of a keeper (${error instanceof Error ? error.message : error}): correct DATABASE_FILE`,
    )
  } finally {
    file.close()
  }
}
