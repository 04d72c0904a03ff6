import type BetterSqlite3 from 'better-sqlite3'
import { getTableName } from 'drizzle-orm'
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import { journal, journalled } from './schema.ts'

const JOURNAL = getTableName(journal)

/**
 * Keeps, for every block that may still be reorganised away, what its rows were before. Triggers write it, so no
 * handler can forget to: after `begin(block)` every insert, update and delete of a journalled table is recorded under
 * that block; `undo` replays the records backwards. Triggers and the block are the connection's own (TEMP), so the
 * file holds no code and another connection writes no journal.
 */
export interface Journal {
  /** Records what follows under `block`; null records nothing (blocks that are final when they are written). */
  begin(block: number | null): void
  /** Puts every row back as it was after `block`. */
  undo(block: number): void
  /** Forgets the records of blocks up to `block`: they are final. */
  forget(block: number): void
}

export function openJournal(sqlite: BetterSqlite3.Database): Journal {
  sqlite.exec(`
    CREATE TEMP TABLE journalling (block INTEGER);
    INSERT INTO journalling VALUES (NULL);
    ${journalled.map(triggers).join('\n')}
  `)
  const setBlock = sqlite.prepare('UPDATE temp.journalling SET block = ?')
  const forget = sqlite.prepare(`DELETE FROM ${JOURNAL} WHERE block <= ?`)
  const drop = sqlite.prepare(`DELETE FROM ${JOURNAL} WHERE block > ?`)
  const after = sqlite.prepare<
    [number],
    { table_name: string; before: string | null; inserted: string | null }
  >(`SELECT table_name, before, inserted FROM ${JOURNAL} WHERE block > ? ORDER BY seq DESC`)
  const reversals = new Map<string, Reversal>(
    journalled.map((table) => [getTableName(table), reversal(sqlite, table)]),
  )

  const begin = (block: number | null) => {
    setBlock.run(block)
  }
  return {
    begin,
    forget: (block) => {
      forget.run(block)
    },
    undo: (block) => {
      begin(null)
      for (const { table_name, before, inserted } of after.all(block)) {
        const reverse = reversals.get(table_name)
        if (reverse === undefined) throw new Error(`the journal names the unknown table ${table_name}`)
        if (inserted !== null) reverse.remove.run(inserted)
        if (before !== null) reverse.restore.run(before)
      }
      drop.run(block)
    },
  }
}

const quoted = (name: string) => `"${name}"`
const columnsOf = (table: SQLiteTable) => getTableConfig(table).columns.map(({ name }) => name)

function keyOf(table: SQLiteTable): string[] {
  const { columns, primaryKeys } = getTableConfig(table)
  const key = primaryKeys.flatMap((each) => each.columns)
  return (key.length > 0 ? key : columns.filter(({ primary }) => primary)).map(({ name }) => name)
}

function triggers(table: SQLiteTable): string {
  const name = getTableName(table)
  const row = (side: 'NEW' | 'OLD') =>
    `json_object(${columnsOf(table).map((column) => `'${column}', ${side}.${quoted(column)}`)})`
  const record = (event: string, before: string, inserted: string) => `
    CREATE TEMP TRIGGER journal_${name}_${event} AFTER ${event} ON main.${quoted(name)}
    WHEN (SELECT block FROM journalling) IS NOT NULL BEGIN
      INSERT INTO ${JOURNAL} (block, table_name, before, inserted)
      VALUES ((SELECT block FROM journalling), '${name}', ${before}, ${inserted});
    END;`
  return (
    record('INSERT', 'NULL', row('NEW')) +
    record('UPDATE', row('OLD'), 'NULL') +
    record('DELETE', row('OLD'), 'NULL')
  )
}

type Reversal = ReturnType<typeof reversal>

/** Statements over the JSON of one row. Keys of rows never change, so replacing by key undoes an update. */
function reversal(sqlite: BetterSqlite3.Database, table: SQLiteTable) {
  const name = quoted(getTableName(table))
  const columns = columnsOf(table)
  const field = (column: string) => `json_extract(row.value, '$.${column}')`
  return {
    remove: sqlite.prepare(
      `WITH row(value) AS (VALUES (?)) DELETE FROM ${name}
       WHERE (${keyOf(table).map(quoted)}) = (SELECT ${keyOf(table).map(field)} FROM row)`,
    ),
    restore: sqlite.prepare(
      `WITH row(value) AS (VALUES (?)) INSERT OR REPLACE INTO ${name} (${columns.map(quoted)})
       SELECT ${columns.map(field)} FROM row`,
    ),
  }
}
