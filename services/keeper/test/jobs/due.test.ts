import { describe, expect, it } from 'vitest'
import { pokesDue, pushesDue } from '../../src/jobs/auction.ts'
import { due as feesDue, type SplitterView } from '../../src/jobs/fees.ts'
import { due as harvestDue } from '../../src/jobs/harvest.ts'
import { due as rebalanceDue, type VaultView } from '../../src/jobs/rebalance.ts'
import { type LmpView, due as reportDue, toStep as reportStep } from '../../src/jobs/report.ts'
import { due as snapshotDue } from '../../src/jobs/snapshot.ts'

const WAD = 10n ** 18n
const A = '0x00000000000000000000000000000000000000A1'
const B = '0x00000000000000000000000000000000000000b2'

describe('report', () => {
  const policy = { maxAge: 100n, moveBps: 10n }
  const good = { safe: 10_000n, spot: 10_000n, ok: true }
  const lmp = (change: Partial<LmpView>): LmpView => ({
    address: A,
    valuedAt: 1_000n,
    clean: true,
    underway: false,
    destinations: [{ address: B, stored: good, live: good }],
    ...change,
  })
  const bad = { ...good, ok: false }

  it.each<[string, bigint, Partial<LmpView>, boolean]>([
    ['a young report of a quiet pool', 1_099n, {}, false],
    ['one that is as old as allowed', 1_100n, {}, true],
    ['none yet', 1_000n, { valuedAt: 0n }, true],
    [
      'a value that moved as much as allowed',
      1_001n,
      { destinations: [{ address: B, stored: good, live: { ...good, safe: 9_990n } }] },
      false,
    ],
    [
      'a safe value that moved more',
      1_001n,
      { destinations: [{ address: B, stored: good, live: { ...good, safe: 9_989n } }] },
      true,
    ],
    [
      'a spot value that moved more',
      1_001n,
      { destinations: [{ address: B, stored: good, live: { ...good, spot: 10_011n } }] },
      true,
    ],
    ['a pool that turned unsafe', 1_001n, { destinations: [{ address: B, stored: good, live: bad }] }, true],
    ['a pool that cannot be valued any more', 1_001n, { destinations: [{ address: B, stored: good }] }, true],
    [
      'a pool known to be unsafe, whatever its price',
      1_001n,
      { clean: false, destinations: [{ address: B, stored: bad, live: { ...bad, safe: 1n } }] },
      false,
    ],
    [
      'a pool that is safe again',
      1_001n,
      { clean: false, destinations: [{ address: B, stored: bad, live: good }] },
      true,
    ],
    ['an old one, while a new one is on its way', 1_100n, { underway: true }, false],
    ['an unclean book without holdings', 1_001n, { clean: false, destinations: [] }, true],
  ])('%s', (_, now, change, expected) => {
    expect(reportDue(now, lmp(change), policy) !== undefined).toBe(expected)
  })

  it('is another report in another block, also at the same time', () => {
    const step = (number: bigint) => reportStep(A, { number })
    expect(step(1n).key).not.toBe(step(2n).key)
    expect(step(1n)).toEqual(step(1n))
  })
})

describe('snapshot', () => {
  it('takes those whose time has come and knows the next', () => {
    const destinations = [
      { address: A, nextSnapshotAt: 0n },
      { address: B, nextSnapshotAt: 1_001n },
      { address: A, nextSnapshotAt: 1_000n },
      { address: B, nextSnapshotAt: 5_000n },
    ] as const
    const found = snapshotDue({ now: 1_000n, destinations })
    expect(found.destinations).toEqual([destinations[0], destinations[2]])
    expect(found.nextAt).toBe(1_001n)
    expect(snapshotDue({ now: 9_000n, destinations }).nextAt).toBeUndefined()
  })
})

describe('fees', () => {
  const splitter = (change: Partial<SplitterView>): SplitterView => ({
    address: A,
    payable: WAD / 20n,
    price: WAD,
    decimals: 18,
    underway: false,
    ...change,
  })
  const least = WAD / 20n

  it.each<[string, Partial<SplitterView>, boolean]>([
    ['what is worth the least', {}, true],
    ['one wei less', { payable: WAD / 20n - 1n }, false],
    ['nothing, or only what the vault cannot pay now', { payable: 0n }, false],
    ['fees on their way', { underway: true }, false],
    ['an asset without a price', { price: undefined }, false],
    [
      '100 units of 6 decimals at 0.0005 ETH',
      { payable: 100_000_000n, price: WAD / 2_000n, decimals: 6 },
      true,
    ],
    ['99.999999 of them', { payable: 99_999_999n, price: WAD / 2_000n, decimals: 6 }, false],
  ])('%s', (_, change, expected) => {
    expect(feesDue([splitter(change)], { least })).toEqual(expected ? [A] : [])
  })

  it('decides about each splitter by itself, and never sends for nothing', () => {
    const poor = splitter({ address: B, payable: 0n })
    expect(feesDue([poor, splitter({})], { least })).toEqual([A])
    expect(feesDue([poor], { least: 0n })).toEqual([])
  })
})

describe('rebalance', () => {
  const vault = (change: Partial<VaultView>): VaultView => ({
    now: 10_000n,
    idle: 400n * WAD,
    deployed: 600n * WAD,
    turnoverShare: WAD / 5n,
    turnoverUsed: 0n,
    underway: false,
    ...change,
  })

  it('searches with what the bucket leaves, less a hair', () => {
    expect(rebalanceDue(vault({}), 3_600n)).toEqual({ room: 198n * WAD, least: 20n * WAD + 1n })
    expect(rebalanceDue(vault({ turnoverUsed: WAD / 2n }), 3_600n)).toEqual({
      room: 99n * WAD,
      least: 20n * WAD + 1n,
    })
  })

  it('waits while a proposal is on its way, after a search, and for an empty bucket', () => {
    expect(rebalanceDue(vault({ underway: true }), 3_600n)).toEqual({})
    expect(rebalanceDue(vault({ waitUntil: 10_001n }), 3_600n)).toEqual({ nextAt: 10_001n })
    expect(rebalanceDue(vault({ waitUntil: 10_000n }), 3_600n)).toHaveProperty('room')
    expect(rebalanceDue(vault({ turnoverUsed: WAD }), 3_600n)).toEqual({ nextAt: 13_600n })
    expect(rebalanceDue(vault({ idle: 0n, deployed: 0n }), 3_600n)).toEqual({})
  })
})

describe('harvest', () => {
  const policy = { minBps: 2n, interval: 86_400n }
  const view = { address: A, worth: 0n, any: true, underway: false } as const
  const nav = 10_000n

  it.each([
    ['worth less than the part, harvested lately', { worth: 1n, lastAt: 86_401n }, false],
    ['worth the part', { worth: 2n, lastAt: 172_800n }, true],
    ['worth it, while one is on its way', { worth: 2n, underway: true }, false],
    ['worth nothing that has a price, a second before its day is over', { lastAt: 86_401n }, false],
    ['worth nothing that has a price, a day later', { lastAt: 86_400n }, true],
    ['never harvested within the day', {}, true],
    ['nothing to harvest', { any: false }, false],
  ])('%s', (_, change, expected) => {
    expect(harvestDue(172_800n, nav, [{ ...view, ...change }], policy)).toEqual(expected ? [A] : [])
  })
})

describe('auction', () => {
  const policy = { minBps: 2n, interval: 86_400n }

  it.each([
    ['proceeds of the part', { worth: 2n, lastAt: 172_799n }, true],
    ['less, pushed lately', { worth: 1n, lastAt: 172_799n }, false],
    ['less, pushed a day ago', { worth: 1n, lastAt: 86_400n }, true],
    ['nothing, never pushed', { worth: 0n }, false],
    ['on its way', { worth: 2n, underway: true }, false],
  ])('pushes: %s', (_, change, expected) => {
    const view = { seller: A, nav: 10_000n, underway: false, ...change } as const
    expect(pushesDue(172_800n, [view], policy)).toHaveLength(expected ? 1 : 0)
  })

  it.each([
    ['a live feed it looked at lately', { seenAt: 901n, failedAt: 0n, works: true }, false],
    ['a live feed it has not looked at for long', { seenAt: 900n, failedAt: 0n, works: true }, true],
    ['a dead feed it holds for live', { seenAt: 999n, failedAt: 0n, works: false }, true],
    ['a dead feed it knows of', { seenAt: 1n, failedAt: 2n, works: false }, false],
    ['a feed that is back', { seenAt: 1n, failedAt: 2n, works: true }, true],
    ['one that is being poked', { seenAt: 1n, failedAt: 2n, works: true, underway: true }, false],
  ])('pokes: %s', (_, change, expected) => {
    const view = { registry: A, token: B, underway: false, ...change } as const
    expect(pokesDue(1_000n, [view], 100n)).toHaveLength(expected ? 1 : 0)
  })
})
