import { readFileSync } from 'node:fs'
import { StartupError } from '@headrace/service'
import { parseEther } from 'viem'
import { z } from 'zod'

const series = z.array(z.string().transform((text) => parseEther(text))).min(2)
const schema = z.object({
  name: z.string(),
  start: z.string(),
  days: z.number().int(),
  series: z.object({
    ethUsd: series,
    lst: z.record(z.string(), z.object({ rate: series, market: series })),
  }),
})

export const SCENARIOS = ['calm', 'depeg-2022'] as const
export type Scenario = (typeof SCENARIOS)[number]

/** Order of the legs: LST 0, 1, 2 of the venues. */
const LEGS = ['wsteth', 'reth', 'wbeth']

export interface History {
  start: string
  days: number
  /** ETH/USD over its value at day 0, WAD. The devnet's ABC/WETH takes these moves. */
  abc(day: number): bigint
  /** Issuer rate of an LST, WAD; day by day, as issuers publish it. */
  rate(lst: number, day: number): bigint
  /** Market price of an LST in ETH, WAD. */
  market(lst: number, day: number): bigint
}

/** Real history resampled to days (data/README.md has its provenance), linear between two days. */
export function loadHistory(scenario: Scenario): History {
  const file = new URL(`../data/${scenario}.json`, import.meta.url)
  const parsed = schema.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  if (!parsed.success) {
    throw new StartupError(`history of scenario ${scenario} is malformed: ${parsed.error.issues[0]?.message}`)
  }
  const { start, days, series } = parsed.data
  const leg = (lst: number) => {
    const found = series.lst[LEGS[lst] ?? '']
    if (found === undefined) throw new StartupError(`scenario ${scenario} has no series for LST ${lst}`)
    return found
  }
  const first = at(series.ethUsd, 0)
  return {
    start,
    days,
    abc: (day) => (at(series.ethUsd, day) * 10n ** 18n) / first,
    rate: (lst, day) => at(leg(lst).rate, Math.floor(day)),
    market: (lst, day) => at(leg(lst).market, day),
  }
}

/** Value at a day, between two points in millionths of a day. The last point holds for ever. */
function at(points: readonly bigint[], day: number): bigint {
  const index = Math.min(Math.floor(day), points.length - 1)
  const here = points[index]
  if (here === undefined) throw new Error(`no history at day ${day}`)
  const next = points[index + 1]
  if (next === undefined) return here
  const part = BigInt(Math.floor((day - index) * 1e6))
  return here + ((next - here) * part) / 1_000_000n
}
