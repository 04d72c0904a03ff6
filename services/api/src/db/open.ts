import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { oneLine, StartupError } from '@headrace/service'
import BetterSqlite3 from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { migrate } from 'drizzle-orm/better-sqlite3/migrator'
import type { Journal } from './journal.ts'
import { openJournal } from './journal.ts'

const MIGRATIONS = join(import.meta.dirname, '../../drizzle')

/** What handlers and queries get: rows through drizzle, nothing else. */
export type Rows = ReturnType<typeof rows>

export interface Database {
  /** The only connection that writes. */
  readonly write: Rows
  /** Serves requests; cannot write. */
  readonly read: Rows
  readonly journal: Journal
  /** Runs `work` in one transaction; nothing of it stays when it throws. */
  transact<T>(work: () => T): T
  /** Runs `work` on one snapshot of the file. */
  snapshot<T>(work: () => T): T
  close(): void
}

const rows = (connection: BetterSqlite3.Database) => drizzle(connection)

/**
 * Opens the file, creates it where it is missing and brings its tables up to date.
 * @throws StartupError when it cannot be used.
 */
export function openDatabase(file: string): Database {
  try {
    mkdirSync(dirname(file), { recursive: true })
    const writer = new BetterSqlite3(file)
    writer.pragma('journal_mode = WAL')
    // WAL with NORMAL loses no committed block to a crash of the program; the chain has what a power cut takes.
    writer.pragma('synchronous = NORMAL')
    const write = rows(writer)
    migrate(write, { migrationsFolder: MIGRATIONS })
    const reader = new BetterSqlite3(file, { readonly: true })
    const begin = reader.prepare('BEGIN')
    const end = reader.prepare('COMMIT')
    return {
      write,
      read: rows(reader),
      journal: openJournal(writer),
      transact: (work) => writer.transaction(work).immediate(),
      snapshot: (work) => {
        begin.run()
        try {
          return work()
        } finally {
          end.run()
        }
      },
      close: () => {
        reader.close()
        writer.close()
      },
    }
  } catch (error) {
    throw new StartupError(
      `DATABASE_FILE ${file} cannot be used (${oneLine(error)}): set it to a file this program may write, or remove the file to index again`,
    )
  }
}
