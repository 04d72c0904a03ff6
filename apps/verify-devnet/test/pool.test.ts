import { parseEther } from 'viem'
import { expect, it } from 'vitest'
import { feeFaults, tokeFaults } from '../src/checks/backing.ts'
import type { LossEvent } from '../src/replay/losses.ts'
import { type PoolEvent, PoolReplay } from '../src/replay/pool.ts'
import { address } from './events.ts'
import {
  ALICE,
  at,
  BOB,
  HOUR,
  moved,
  POOL,
  pool,
  RECOVERY,
  SLASHED,
  STAKED,
  T0,
  tamper,
  transaction,
} from './story.ts'

const ofPool = (events: LossEvent[]) => events.filter((event): event is PoolEvent => event.eventName in NAMES)
const NAMES = Object.fromEntries(pool().map(({ eventName }) => [eventName, true]))
const unfrozen = ({ time }: PoolEvent) => time
const replay = (events = pool(), limit = unfrozen) => new PoolReplay(ofPool(events), limit)
const DAY = T0 / 86_400n
const END = at(810)

it('rebuilds stake, buckets, slash and fees', () => {
  const found = replay()
  found.advance(END, undefined)
  expect(found.faults).toEqual([])
  expect(found.toke).toBe(parseEther('70'))
  expect(found.shares).toBe(parseEther('100'))
  // The slash left 280; 210 were taken; 10 of what was returned wait for Alice.
  expect(found.held).toBe(parseEther('80'))
  expect(found.slashes[0]).toMatchObject({ before: parseEther('400'), returned: parseEther('40') })
  expect(found.slashes[0]?.shares).toEqual(
    new Map([
      [ALICE, STAKED[0]],
      [BOB, STAKED[1]],
    ]),
  )
  // Per second 1, over 400 TOKE before and 280 after.
  expect(found.slashes[0]?.yearlyBefore).toBe((365n * 86_400n) / 400n)
  expect(found.slashes[0]?.yearlyAfter).toBe((365n * 86_400n) / 280n)
  expect(found.streaming).toBe(0n)
  const shared = 28n * 86_400n
  expect(found.owed(ALICE).active + found.owed(BOB).active + found.claimed).toBeGreaterThanOrEqual(
    shared - 2n,
  )
})

it('counts a bucket that is due as gone, but not in a freeze', () => {
  const events = pool().slice(0, 6)
  const open = replay(events)
  open.advance(at(33 * 24), undefined)
  expect(open.toke).toBe(parseEther('70'))
  const frozen = replay(events)
  frozen.advance(at(33 * 24), at(31 * 24))
  expect(frozen.toke).toBe(parseEther('280'))
})

it('lets the stream stand still while nobody is staked', () => {
  const alone = replay([
    ...transaction(0, {
      eventName: 'Notified',
      args: { from: address(5), assets: 28n * 86_400n, rate: 10n ** 18n, end: at(28 * 24) },
    }),
  ])
  alone.advance(at(10), undefined)
  expect(alone.end).toBe(at(28 * 24 + 10))
  expect(alone.streaming).toBe(28n * 86_400n)
})

it.each([
  ['a share too many', /shares, computed/, tamper(pool(), 'Staked', { shares: STAKED[1] + 1n }, 1)],
  [
    'a stake inside a freeze',
    /Staked: inside a freeze/,
    pool(),
    ({ time }: PoolEvent) => (time === at(2) ? at(1) : time),
  ],
  [
    'a bucket that leaves inside a freeze',
    /left inside a freeze/,
    pool(),
    ({ time }: PoolEvent) => (time > at(700) ? at(700) : time),
  ],
  ['a bucket that leaves before its day', /left before its day/, moved(pool(), 32 * 24 + 5, 31 * 24 + 5)],
  ['a bucket that does not leave', /buckets of days \d+ have not left/, tamper(pool(), 'BucketLeft', 'drop')],
  [
    'a bucket that takes one wei more',
    /the bucket of day \d+ took/,
    tamper(pool(), 'BucketLeft', { toke: parseEther('210') + 1n }),
  ],
  [
    'a bucket of other shares',
    /left with .* shares, replayed/,
    tamper(pool(), 'BucketLeft', { shares: STAKED[1] - 1n }),
  ],
  [
    'a bucket of an earlier day',
    /leaves on day \d+, today/,
    tamper(pool(), 'ExitRequested', { day: DAY + 31n }),
  ],
  [
    'an exit of more than there is',
    /moves more than it has/,
    tamper(pool(), 'ExitRequested', { shares: STAKED[1] + 1n }),
  ],
  ['a stake taken twice', /shares of day \d+, replayed 0/, tamper(pool(), 'Left', 'double')],
  [
    'a stake taken out of another bucket',
    /shares of day \d+, replayed 0/,
    tamper(pool(), 'Left', { day: DAY + 33n }),
  ],
  ['one wei too much taken', /TOKE, computed 210/, tamper(pool(), 'Left', { toke: parseEther('210') + 1n })],
  ['more fees than were earned', /more than it earned/, tamper(pool(), 'Claimed', { assets: 97n * HOUR })],
  [
    'a stream that pays more than came',
    /more than the 0 that were left/,
    tamper(pool(), 'Notified', { rate: 2n * 10n ** 18n }),
  ],
  ['a stream of another end', /streams until/, tamper(pool(), 'Notified', { end: at(3 + 27 * 24) })],
  [
    'a slash of one wei more than 30%',
    /slashed .*, at most/,
    tamper(pool(), 'Slashed', { toke: SLASHED + 1n, tokeLeft: parseEther('280') - 1n }),
  ],
  [
    'a slash that leaves another A',
    /TOKE are left, replayed/,
    tamper(pool(), 'Slashed', { tokeLeft: parseEther('281') }),
  ],
  [
    'a slash of other shares',
    /shares were slashed, replayed/,
    tamper(pool(), 'Slashed', { shares: parseEther('399') }),
  ],
  ['a slash of a case left out', /case 1, replayed 0/, tamper(pool(), 'Slashed', { caseId: 1n })],
  ['a return to an unknown case', /case 1 is unknown/, tamper(pool(), 'Returned', { caseId: 1n })],
  ['a return claimed twice', /took back 60/, tamper(pool(), 'ReturnClaimed', 'double')],
  [
    'a return to who was not slashed',
    /took back .*, due 0/,
    tamper(pool(), 'ReturnClaimed', { account: address(77) }),
  ],
])('finds %s', (_, fault, events, limit = unfrozen) => {
  expect(replay(events, limit).faults).toContainEqual(expect.stringMatching(fault))
})

const transfers = () => [
  { block: 1n, amount: STAKED[0], other: ALICE },
  { block: 2n, amount: STAKED[1], other: BOB },
  { block: 3n, amount: -SLASHED, other: RECOVERY },
  { block: 4n, amount: -parseEther('210'), other: BOB },
  { block: 5n, amount: parseEther('40'), other: RECOVERY },
  { block: 6n, amount: -parseEther('30'), other: BOB },
]
const HELD = parseEther('80')

it('finds every wei of TOKE', () => {
  expect(tokeFaults(replay(), RECOVERY, transfers(), HELD)).toEqual([])
})

it.each([
  ['a wei that is gone', /TOKE in the pool/, transfers(), HELD - 1n],
  ['a wei too many', /TOKE in the pool/, transfers(), HELD + 1n],
  ['a stake that did not arrive', /TOKE from stakers/, transfers().slice(1), HELD],
  [
    'a slash that went elsewhere',
    /TOKE to the recovery/,
    transfers().map((t, i) => (i === 2 ? { ...t, other: POOL } : t)),
    HELD,
  ],
  [
    'a withdrawal nobody asked for',
    /TOKE to stakers/,
    [...transfers(), { block: 7n, amount: -1n, other: BOB }],
    HELD,
  ],
  ['a return that did not come', /TOKE from the recovery/, transfers().filter((_, i) => i !== 4), HELD],
])('finds %s', (_, fault, moves, held) => {
  expect(tokeFaults(replay(), RECOVERY, moves, held)).toContainEqual(expect.stringMatching(fault))
})

const fees = () => {
  const found = replay()
  found.advance(END, undefined)
  return found
}
const claimable = () => new Map([ALICE, BOB].map((account) => [account, fees().owed(account).active]))
const inPool = () => fees().notified - fees().claimed

it('adds fees up', () => {
  const { faults, owed, dust } = feeFaults(fees(), claimable(), inPool())
  expect(faults).toEqual([])
  expect(owed).toBeGreaterThan(0n)
  expect(dust).toBeGreaterThanOrEqual(0n)
  expect(dust).toBeLessThan(3n)
})

it.each([
  ['fees that are gone', /the pool holds/, claimable(), inPool() - 1n],
  [
    'an account that can claim more than it earned',
    /can claim 1000000000/,
    new Map([...claimable(), [ALICE, 10n ** 9n]]),
    inPool(),
  ],
  ['an account that can claim nothing', /can claim 0/, new Map([...claimable(), [BOB, 0n]]), inPool()],
  ['an account nobody asks about', /dust/, new Map([...claimable()].slice(1)), inPool()],
])('finds %s', (_, fault, told, held) => {
  expect(feeFaults(fees(), told, held).faults).toContainEqual(expect.stringMatching(fault))
})
