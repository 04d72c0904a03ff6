import { expect, test } from 'vitest'
import {
  accrue,
  frozenAt,
  isAbove,
  join,
  returnable,
  roll,
  sustained,
  vestedAt,
  yearlyFeesPerToke,
} from '../src/views/backing-math.ts'
import { coverageOf, healthOf, progressOf, reserveFloorOf, reserveOf } from '../src/views/cycle-math.ts'
import { lockedAt, toAssets, valueBook } from '../src/views/lmp-math.ts'

const WAD = 10n ** 18n

test('locked profit falls linearly, rounded up, and is 0 from its end on', () => {
  const lock = { locked: 10n, lockStart: 100, lockEnd: 103 }
  expect([100, 101, 102, 103, 200].map((time) => lockedAt(lock, time))).toEqual([10n, 7n, 4n, 0n, 0n])
  expect(lockedAt({ locked: 0n, lockStart: 0, lockEnd: 0 }, 0)).toBe(0n)
})

const book = {
  supply: 1_000n,
  idle: 100n,
  mark: 900n,
  sumSafe: 1_000n,
  sumMin: 990n,
  sumMax: 1_010n,
  locked: 101n,
  lockStart: 0,
  lockEnd: 100,
  feeBps: 2_000,
  cover: 0n,
  valuedAt: 0,
  clean: true,
  flow: 5_000n,
  flowAt: 0,
  lossUsed: 4n * 10n ** 14n,
  lossAt: 0,
}

test('a book with profit: entrants pay for it, leavers leave it, fees round for those who stay', () => {
  // L = 51 (50.5 up), V = 1100, R = 1049, fee on R - M = 29.8 up to 30, on V - M = 40.
  expect(valueBook(book, 50)).toEqual({
    locked: 51n,
    totalAssets: 1_019n,
    entryAssets: 1_070n,
    exitAssets: 1_009n,
    fresh: true,
    // 0.5% and 0.06% of so little.
    flowRoom: 0n,
    lossRoom: 0n,
  })
})

test('the flow budget is 0.5% of V and leaks all of it in a day, the loss bucket 0.1% and 0.005% a day, rounded down', () => {
  const large = { ...book, sumSafe: 10n ** 6n, idle: 0n }
  const at = (time: number) => valueBook(large, time)
  expect([0, 17, 18, 43_200, 86_400, 10 ** 6].map((time) => at(time).flowRoom)).toEqual([
    0n,
    0n,
    1n,
    2_500n,
    5_000n,
    5_000n,
  ])
  expect([0, 86_400, 8 * 86_400, 10 ** 6].map((time) => at(time).lossRoom)).toEqual([
    600n,
    650n,
    1_000n,
    1_000n,
  ])
})

test('entrants pay for what a recovery still owes, leavers get nothing of it', () => {
  const covered = valueBook({ ...book, cover: 25n }, 50)
  expect(covered).toEqual({ ...valueBook(book, 50), entryAssets: 1_095n })
})

test('a book below its mark pays no fee and is never worth less than 0', () => {
  const poor = { ...book, mark: 10n ** 9n, idle: 0n, sumMin: 20n }
  expect(valueBook(poor, 0)).toMatchObject({ totalAssets: 899n, entryAssets: 1_010n, exitAssets: 0n })
})

test('a report opens deposits for less than 24 h and only when it is clean', () => {
  expect(valueBook(book, 86_399).fresh).toBe(true)
  expect(valueBook(book, 86_400).fresh).toBe(false)
  expect(valueBook({ ...book, clean: false }, 1).fresh).toBe(false)
  expect(valueBook({ ...book, valuedAt: null }, 1).fresh).toBe(false)
})

test('shares convert with one virtual share and one virtual unit, down', () => {
  expect(toAssets(10n, 1_019n, 1_000n)).toBe(10n)
  expect(toAssets(WAD, 0n, 0n)).toBe(WAD)
})

test('health and coverage: the vectors of k = 2 at V = 3', () => {
  // 300 deployed with 100 of reserve; the price doubles: 29.289% of the tokens are gone.
  const before = { supply: 200n * WAD, idle: 0n, dep: 300n * WAD, dep0: 300n * WAD }
  expect(reserveOf(before)).toBe(100n * WAD)
  expect(healthOf(before)).toBe(1_333_333_333_333_333_333n)
  const after = { ...before, dep: (300n * WAD * 707_106_781n) / 1_000_000_000n }
  expect(Number(reserveOf(after) / 10n ** 16n)).toBe(1_213)
  expect(Number(healthOf(after) / 10n ** 14n)).toBe(10_404)
  expect(coverageOf(after)).toBe(WAD)
})

test('a shortfall: negative reserve, coverage down, health toward zero', () => {
  const short = { supply: 300n, idle: 0n, dep: 200n, dep0: 300n }
  expect(reserveOf(short)).toBe(-100n)
  expect(coverageOf(short)).toBe(666_666_666_666_666_666n)
  expect(healthOf(short)).toBe(666_666_666_666_666_667n)
  expect(healthOf({ ...short, dep0: 0n })).toBe(WAD)
  expect(coverageOf({ supply: 0n, idle: 0n, dep: 0n, dep0: 0n })).toBe(WAD)
})

test('the reserve floor rounds every position up; an unknown multiple is not guessed', () => {
  const position = { tokenReactor: 0, pairReactor: 1, multiple: 3n * WAD, tokenAmount: 10n, pairAmount: 4n }
  expect(reserveFloorOf(0, [position, position])).toBe(8n)
  expect(reserveFloorOf(1, [position])).toBe(2n)
  expect(reserveFloorOf(2, [position])).toBe(0n)
  expect(reserveFloorOf(0, [{ ...position, multiple: null }])).toBeUndefined()
})

test('the phase is the first one that waits for an item; phases without items are passed', () => {
  const position = (markedIn: number | null, movedIn: number | null) => ({ markedIn, movedIn })
  const reactor = (balancedIn: number | null, plannedIn: number | null, filledIn: number | null) => ({
    balancedIn,
    plannedIn,
    filledIn,
  })
  const base = { cycle: 4, rolloverStarted: true }
  expect(progressOf({ ...base, rolloverStarted: false, positions: [], reactors: [] })).toEqual({
    phase: 'open',
    left: 0,
  })
  expect(progressOf({ ...base, positions: [position(3, 3)], reactors: [reactor(3, 3, 3)] })).toEqual({
    phase: 'mark',
    left: 1,
  })
  expect(
    progressOf({ ...base, positions: [], reactors: [reactor(4, 3, 3), reactor(null, null, null)] }),
  ).toEqual({
    phase: 'balance',
    left: 1,
  })
  expect(progressOf({ ...base, positions: [position(4, null)], reactors: [reactor(4, 4, 3)] })).toEqual({
    phase: 'move',
    left: 1,
  })
  expect(progressOf({ ...base, positions: [position(4, 4)], reactors: [reactor(4, 4, 4)] })).toEqual({
    phase: 'fill',
    left: 0,
  })
})

const pool = {
  toke: 70n * WAD,
  shares: 100n * WAD,
  perShare: 0n,
  accruedAt: 1_000,
  rate: 5n * WAD,
  end: 1_100,
}

test('fees stream to shares up to the end of the stream; with less than 1e18 staked the end moves with the clock', () => {
  // 100 base units to 100e18 shares, 1e28 is one.
  expect(accrue(pool, 1_020)).toMatchObject({ perShare: 10n ** 10n, accruedAt: 1_020, end: 1_100 })
  expect(accrue(pool, 5_000)).toMatchObject({ perShare: 5n * 10n ** 10n, end: 1_100 })
  const few = { ...pool, shares: WAD - 1n }
  expect(accrue(few, 1_030)).toMatchObject({ perShare: 0n, end: 1_130 })
  expect(accrue({ ...few, end: 900 }, 1_030).end).toBe(900)
  expect(accrue({ ...pool, shares: WAD }, 1_001).perShare).toBe(5n * 10n ** 10n)
  expect(yearlyFeesPerToke(pool)).toBe((5n * 365n * 86_400n) / 70n)
  expect(yearlyFeesPerToke({ ...pool, end: 1_000 })).toBe(0n)
  expect(yearlyFeesPerToke({ ...pool, toke: 0n })).toBe(0n)
  expect(yearlyFeesPerToke(few)).toBe(0n)
})

test('shares that join spread what was earned over all, rounded down', () => {
  const stake = join({ shares: 2n, perShare: 10n }, 5n, 24n)
  // 2 * 14 over 7 shares.
  expect(stake).toEqual({ shares: 7n, perShare: 20n })
  expect(join({ shares: 2n, perShare: 10n }, 4n, 25n).perShare).toBe(20n)
})

test('due buckets leave in order at the start of their day, rounded down; a freeze holds back what falls due in it', () => {
  const day = 86_400
  const waiting = [
    { day: 1, shares: 33n },
    { day: 2, shares: 10n },
    { day: 3, shares: 1n },
  ]
  const small = { ...pool, toke: 70n, shares: 100n }
  const free = roll(small, waiting, undefined, 2 * day)
  expect(free.gone).toEqual(
    new Map([
      [1, { shares: 33n, toke: 23n }],
      [2, { shares: 10n, toke: 7n }],
    ]),
  )
  expect(free.pool).toMatchObject({ toke: 40n, shares: 57n, accruedAt: 2 * day })
  const frozen = roll(small, waiting, 2 * day - 1, 4 * day)
  expect([...frozen.gone.keys()]).toEqual([1])
})

test('a freeze ends by itself, a loss of 0 is never above, a day without a record is no discount', () => {
  const freeze = { frozenAt: 100, freezeEnd: 200 }
  expect([199, 200].map((time) => frozenAt(freeze, time))).toEqual([100, undefined])
  expect(frozenAt({ frozenAt: null, freezeEnd: 200 }, 150)).toBeUndefined()
  // 1% of 1.5 * 101, rounded up, is 2.
  const at = (loss: bigint) => isAbove({ loss, mark: (3n * WAD) / 2n, supply: 101n })
  expect([0n, 1n, 2n].map(at)).toEqual([false, false, true])
  expect(isAbove({ loss: 0n, mark: 0n, supply: 0n })).toBe(false)
  expect(sustained(Array.from({ length: 14 }, (_, i) => 700 + i))).toBe((7n * WAD) / 100n)
  expect(sustained(Array.from({ length: 13 }, () => 700))).toBe(0n)
})

test('TOKE vests linearly, rounded down, and what came back is shared by the shares at the slash', () => {
  const entry = { toke: 10n, start: 100, end: 103 }
  expect([50, 100, 101, 102, 103, 999].map((time) => vestedAt(entry, time))).toEqual([
    0n,
    0n,
    3n,
    6n,
    10n,
    10n,
  ])
  expect(returnable(1n, 3n, 10n, 2n)).toBe(1n)
})
