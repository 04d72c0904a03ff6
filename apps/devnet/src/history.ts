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

const ratio = z.string().transform((text) => parseEther(text))
/** A history with a loss that did not happen. */
const lossSchema = z.object({
  name: z.string(),
  history: z.enum(['calm', 'depeg-2022']),
  loss: z.object({ lst: z.string(), day: z.number().int(), part: ratio }),
})

export const SCENARIOS = ['calm', 'depeg-2022', 'slashing'] as const
export type Scenario = (typeof SCENARIOS)[number]

const WAD = 10n ** 18n

/** Order of the legs: LST 0, 1, 2 of the venues. */
const LEGS = ['wsteth', 'reth', 'wbeth']

export interface History {
  start: string
  days: number
  /**
   * People deposit and services start on day 0, not after the warm-up: what the history shows comes too early, and a vault that
   * is not invested has nothing to lose by it.
   */
  early: boolean
  /** ETH/USD over its value at day 0, WAD. The devnet's ABC/WETH takes these moves. */
  abc(day: number): bigint
  /** Issuer rate of an LST, WAD; day by day, as issuers publish it. */
  rate(lst: number, day: number): bigint
  /** Market price of an LST in ETH, WAD. */
  market(lst: number, day: number): bigint
}

/** Real history resampled to days (data/README.md has its provenance), linear between two days. */
export function loadHistory(scenario: Scenario): History {
  if (scenario !== 'slashing') return replay(scenario)
  const { history, loss } = parse(lossSchema, scenario)
  return afterLoss(replay(history), loss)
}

/** The same history in which an LST loses a part of its backing on a day, for good; its market falls with it. */
function afterLoss(history: History, { lst, day, part }: z.infer<typeof lossSchema>['loss']): History {
  const lost = LEGS.indexOf(lst)
  if (lost < 0) throw new StartupError(`there is no LST ${lst} that could lose`)
  const left = (leg: number, at: number, value: bigint) =>
    leg === lost && at >= day ? (value * (WAD - part)) / WAD : value
  return {
    ...history,
    rate: (leg, at) => left(leg, at, history.rate(leg, at)),
    market: (leg, at) => left(leg, at, history.market(leg, at)),
  }
}

function parse<T>(form: z.ZodType<T>, scenario: string): T {
  const file = new URL(`../data/${scenario}.json`, import.meta.url)
  const parsed = form.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  if (parsed.success) return parsed.data
  throw new StartupError(`history of scenario ${scenario} is malformed: ${parsed.error.issues[0]?.message}`)
}

function replay(scenario: string): History {
  const { start, days, series } = parse(schema, scenario)
  const leg = (lst: number) => {
    const found = series.lst[LEGS[lst] ?? '']
    if (found === undefined) throw new StartupError(`scenario ${scenario} has no series for LST ${lst}`)
    return found
  }
  const first = at(series.ethUsd, 0)
  return {
    start,
    days,
    early: scenario === 'depeg-2022',
    abc: (day) => (at(series.ethUsd, day) * WAD) / first,
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
