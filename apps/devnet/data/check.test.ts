import { describe, expect, it } from 'vitest'
import { loadHistory } from '../src/history.ts'
import calm from './calm.json' with { type: 'json' }
import depeg from './depeg-2022.json' with { type: 'json' }
import slashing from './slashing.json' with { type: 'json' }

type Scenario = typeof calm | typeof depeg

const WARM_UP = 30
const WEEK = 7
const WEEKS = 3
/** Least rise, and least fall, of ETH/USD in some week after the warm-up: 3%. */
const NOTICEABLE = 0.03
/** Most an issuer's rate may grow in a day: 0.02%, or 7.6% a year. */
const MAX_DAILY_GROWTH = 0.0002
const KINDS = ['measured', 'derived', 'assumed']

const numbers = (series: string[]) => series.map(Number)

/** Growth from each entry to the one `step` later. */
const growth = (values: number[], step = 1) =>
  values.slice(step).map((later, i) => later / (values[i] ?? Number.NaN) - 1)

/** Premium (> 0) or discount (< 0) of each day's market price to the issuer's rate. */
const premiums = (leg: { rate: string[]; market: string[] }) => {
  const rate = numbers(leg.rate)
  return numbers(leg.market).map((price, i) => price / (rate[i] ?? Number.NaN) - 1)
}

/** Moves of ETH/USD in the first weeks after the warm-up, when the first cycle starts on day `start`. */
const weeklyMoves = (scenario: Scenario, start: number) => {
  const moves = growth(numbers(scenario.series.ethUsd), WEEK)
  return Array.from({ length: WEEKS }, (_, week) => moves[start + week * WEEK] ?? Number.NaN)
}

/** Every property common to the scenarios that `scenario` lacks, in words. */
function faults(scenario: Scenario): string[] {
  const found: string[] = []
  const check = (holds: boolean, fault: string) => {
    if (!holds) found.push(fault)
  }
  const { ethUsd, lst } = scenario.series
  const series: [name: string, values: string[], decimals: number][] = [['ethUsd', ethUsd, 2]]
  for (const [key, leg] of Object.entries(lst)) {
    series.push([`${key}.rate`, leg.rate, 9], [`${key}.market`, leg.market, 9])
    check(Number(leg.rate[0]) === 1, `${key}.rate does not start at 1`)
    const daily = growth(numbers(leg.rate))
    check(
      daily.every((g) => g >= 0),
      `${key}.rate falls`,
    )
    check(
      daily.every((g) => g <= MAX_DAILY_GROWTH),
      `${key}.rate grows by more than ${MAX_DAILY_GROWTH} in a day`,
    )
  }

  const provenance = new Map(Object.entries(scenario.provenance.series))
  for (const [name, values, decimals] of series) {
    check(values.length === scenario.days, `${name} has ${values.length} entries`)
    const plain = new RegExp(`^\\d+\\.\\d{${decimals}}$`)
    check(
      values.every((value) => plain.test(value) && Number(value) > 0),
      `${name} is not positive with ${decimals} decimals`,
    )
    const origin = provenance.get(name)
    check(origin !== undefined && KINDS.includes(origin.kind), `${name} has no provenance`)
    provenance.delete(name)
  }
  for (const name of provenance.keys()) found.push(`${name} is described but absent`)
  for (const source of scenario.provenance.sources) {
    check(/^[0-9a-f]{40}$/.test(source.commit), `${source.repository} names no full commit`)
  }

  // two days of slack on either side: the devnet's clock runs in jumps and its set-up takes blocks
  for (let start = WARM_UP - 2; start <= WARM_UP + 2; start++) {
    const moves = weeklyMoves(scenario, start)
    check(Math.max(...moves) >= NOTICEABLE, `no week of the cycles from day ${start} rises`)
    check(Math.min(...moves) <= -NOTICEABLE, `no week of the cycles from day ${start} falls`)
  }
  return found
}

describe.each([calm, depeg])('$name', (scenario) => {
  it('has every property the devnet relies on', () => {
    expect(faults(scenario)).toEqual([])
  })

  it('covers the warm-up and the cycles, with the same legs as the other scenarios', () => {
    expect(scenario.days).toBe(120)
    expect(new Date(`${scenario.start}T00:00:00Z`).toISOString().slice(0, 10)).toBe(scenario.start)
    expect(Object.keys(scenario.series.lst)).toEqual(['wsteth', 'reth', 'wbeth'])
  })

  it('pays staking income of 2% to 5% a year on every leg', () => {
    for (const leg of Object.values(scenario.series.lst)) {
      const yearly = (Number(leg.rate.at(-1)) ** (365 / (scenario.days - 1)) - 1) * 100
      expect(yearly).toBeGreaterThan(2)
      expect(yearly).toBeLessThan(5)
    }
  })
})

describe('calm', () => {
  it('keeps every leg within 0.4% of its rate, and never far above it', () => {
    for (const leg of Object.values(calm.series.lst)) {
      expect(Math.min(...premiums(leg))).toBeGreaterThan(-0.004)
      expect(Math.max(...premiums(leg))).toBeLessThan(0.001)
    }
  })

  it('moves the discounts of the legs that have a market', () => {
    for (const leg of [calm.series.lst.wsteth, calm.series.lst.wbeth]) {
      expect(Math.min(...premiums(leg))).toBeLessThan(-0.001)
    }
  })

  it('ends the first cycle on a rise and the second on a fall', () => {
    const [first, second] = weeklyMoves(calm, WARM_UP)
    expect(first).toBeGreaterThan(NOTICEABLE)
    expect(second).toBeLessThan(-NOTICEABLE)
  })
})

describe('depeg-2022', () => {
  const stEth = premiums(depeg.series.lst.wsteth)

  it('reaches the real depth of 6.3% in mid June 2022, within the first three cycles', () => {
    const low = Math.min(...stEth)
    const day = stEth.indexOf(low)
    expect(low).toBeCloseTo(-0.0626, 4)
    expect(new Date(Date.parse(depeg.start) + day * 86_400_000).toISOString().slice(0, 10)).toBe('2022-06-18')
    expect(day).toBeGreaterThan(WARM_UP)
    expect(day).toBeLessThan(WARM_UP + WEEKS * WEEK)
  })

  it('starts within 1% of the rate and recovers half of the fall', () => {
    expect(stEth[0]).toBeGreaterThan(-0.01)
    expect(stEth.at(-1)).toBeGreaterThan(-0.0313)
  })

  it('leaves the other legs at their rates', () => {
    expect(depeg.series.lst.reth.market).toEqual(depeg.series.lst.reth.rate)
    expect(depeg.series.lst.wbeth.market).toEqual(depeg.series.lst.wbeth.rate)
  })
})

describe('slashing', () => {
  const { day, part } = slashing.loss
  const [before, after] = [loadHistory('calm'), loadHistory('slashing')]
  const LSTS = [0, 1, 2]
  const all = (history: typeof before, at: number) => [
    history.abc(at),
    ...LSTS.flatMap((lst) => [history.rate(lst, at), history.market(lst, at)]),
  ]

  it('is calm until the loss, in the second cycle, and for every other LST after it', () => {
    expect(day).toBeGreaterThan(WARM_UP + WEEK)
    expect(day).toBeLessThan(WARM_UP + 2 * WEEK)
    for (const at of [0, WARM_UP, day - 0.01]) expect(all(after, at)).toEqual(all(before, at))
    expect(all(after, day).toSpliced(1, 2)).toEqual(all(before, day).toSpliced(1, 2))
  })

  it('takes the part from backing and market alike, at once and for good', () => {
    const left = (value: bigint) => (value * BigInt(Math.round((1 - Number(part)) * 1e9))) / 10n ** 9n
    for (const at of [day, day + 0.5, 119]) {
      expect(after.rate(0, at)).toBe(left(before.rate(0, at)))
      expect(after.market(0, at)).toBe(left(before.market(0, at)))
    }
  })
})

describe('the check itself', () => {
  const broken = (change: (copy: typeof calm) => void) => {
    const copy = structuredClone(calm)
    change(copy)
    return faults(copy)
  }

  it.each<[fault: string, change: (copy: typeof calm) => void]>([
    ['reth.rate does not start at 1', (copy) => copy.series.lst.reth.rate.splice(0, 1, '1.000000001')],
    ['wbeth.rate falls', (copy) => copy.series.lst.wbeth.rate.splice(-1, 1, '1.000100000')],
    [
      'wsteth.rate grows by more than 0.0002 in a day',
      (copy) => copy.series.lst.wsteth.rate.splice(-1, 1, '1.100000000'),
    ],
    ['wsteth.market has 119 entries', (copy) => copy.series.lst.wsteth.market.pop()],
    ['ethUsd is not positive with 2 decimals', (copy) => copy.series.ethUsd.splice(5, 1, '3e3')],
    [
      'https://github.com/xrchz/rockettrack names no full commit',
      (copy) =>
        copy.provenance.sources.forEach((s) => {
          s.commit = s.repository.endsWith('rockettrack') ? 'main' : s.commit
        }),
    ],
    ['no week of the cycles from day 30 rises', (copy) => copy.series.ethUsd.fill('3000.00')],
  ])('finds: %s', (fault, change) => {
    expect(broken(change)).toContain(fault)
  })
})
