import type { Hash } from 'viem'
import { z } from 'zod'
import { Problem } from './problem.ts'

/** Where a list goes on: after the row `after`, on the chain as it was at `block`. */
export interface Cursor {
  readonly block: number
  readonly hash: Hash
  /** Key of the last row of the page before, e.g. block and log index. */
  readonly after: readonly number[]
}

const count = z.number().int().nonnegative()
const cursorSchema = z.tuple([count, z.string().regex(/^0x[0-9a-f]{64}$/), z.array(count).min(1).max(2)])

export function encodeCursor({ block, hash, after }: Cursor): string {
  return Buffer.from(JSON.stringify([block, hash, after])).toString('base64url')
}

/** @throws Problem for what this API did not hand out. */
export function decodeCursor(text: string): Cursor {
  let parsed: unknown
  try {
    parsed = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    parsed = undefined
  }
  const result = cursorSchema.safeParse(parsed)
  if (!result.success) throw new Problem('bad-request', 'cursor: take it from page.next of the page before')
  const [block, hash, after] = result.data
  return { block, hash: `0x${hash.slice(2)}`, after }
}
