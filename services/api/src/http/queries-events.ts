import { type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import type { AnswerBlock, Slice } from './resource.ts'

const named = sql.placeholder

/** Rows before an event, in keyset order; `before` is the last row of the page before, or the first place after the block. */
export function beforeEvent(t: { block: SQLiteColumn; logIndex: SQLiteColumn }): SQL {
  return sql`(${t.block}, ${t.logIndex}) < (${named('block')}, ${named('logIndex')})`
}

export function place(block: AnswerBlock, { limit, before = [block.number + 1, 0] }: Slice) {
  return { limit, block: before[0] ?? 0, logIndex: before[1] ?? 0 }
}
