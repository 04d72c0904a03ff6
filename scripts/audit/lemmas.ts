/** Lemmas over whole numbers of any size, and what ties their formulas to the code: lemmas/main.py. */
import { join } from 'node:path'
import { foundryBinary } from '../../packages/foundry/index.mjs'
import type { Row } from './rows.ts'
import { OUT, Refusal, ROOT, run, tool } from './tools.ts'

/** @param seconds per step and solver */
export async function lemmas(seconds: number, seed: number): Promise<Row[]> {
  const rows: Row[] = []
  const { code } = await run(
    tool('python'),
    [
      join(import.meta.dirname, 'lemmas/main.py'),
      ...['--harness', join(ROOT, OUT, 'MathHarness.sol/MathHarness.json')],
      ...['--anvil', foundryBinary('anvil'), '--forge', foundryBinary('forge')],
      ...['--timeout', String(seconds), '--seed', String(seed)],
    ],
    { onLine: (line) => rows.push(JSON.parse(line)) },
  )
  if (code !== 0) throw new Refusal('the lemmas ended early; their message is above')
  return rows
}
