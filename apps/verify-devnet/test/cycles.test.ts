import { expect, it } from 'vitest'
import { identityFaults } from '../src/checks/cycles.ts'
import { type CycleEvent, replayCycles, reserveOf } from '../src/replay/cycles.ts'
import { address, cycleLogs } from './events.ts'

const TOKEN = { reactorId: 0n }
const PAIR = { reactorId: 1n }
const FIRST = { cycle: 0n, positionId: 0n }
const SECOND = { cycle: 1n, positionId: 0n }

/** Two reactors and a position; cycle 0 deploys with a loss of 1 on the move, cycle 1 has a flow both ways and a haircut. */
const run = (): CycleEvent[] =>
  cycleLogs(
    { eventName: 'ReactorAdded', args: { ...TOKEN, reactor: address(2), asset: address(3), isPair: false } },
    { eventName: 'ReactorAdded', args: { ...PAIR, reactor: address(4), asset: address(5), isPair: true } },
    {
      eventName: 'PositionAdded',
      args: { positionId: 0n, tokenReactor: 0n, pairReactor: 1n, adapter: address(6) },
    },
    { eventName: 'ExternalFlow', args: { ...TOKEN, amount: 40n, reason: 0 } },
    { eventName: 'Deposited', args: { ...TOKEN, assets: 100n } },
    { eventName: 'Deposited', args: { ...PAIR, assets: 50n } },
    { eventName: 'RolloverStarted', args: { cycle: 0n, caller: address(7) } },
    {
      eventName: 'PositionMarked',
      args: { ...FIRST, tokenAmount: 0n, pairAmount: 0n, price: 1n, stale: false },
    },
    {
      eventName: 'ReactorBalanced',
      args: { cycle: 0n, ...TOKEN, flow: 0n, reserve: 40n, supply: 100n, lpAssets: 100n },
    },
    {
      eventName: 'ReactorBalanced',
      args: { cycle: 0n, ...PAIR, flow: 0n, reserve: 0n, supply: 50n, lpAssets: 50n },
    },
    { eventName: 'ReactorPlanned', args: { cycle: 0n, ...TOKEN, target: 60n } },
    { eventName: 'ReactorPlanned', args: { cycle: 0n, ...PAIR, target: 30n } },
    {
      eventName: 'PositionMoved',
      args: {
        ...FIRST,
        units: 42n,
        tokenIdle: -60n,
        pairIdle: -30n,
        tokenAmount: 59n,
        pairAmount: 30n,
        skipped: false,
      },
    },
    { eventName: 'ReactorFilled', args: { cycle: 0n, ...TOKEN, shares: 0n, assets: 0n } },
    { eventName: 'ReactorFilled', args: { cycle: 0n, ...PAIR, shares: 0n, assets: 0n } },
    { eventName: 'CycleCompleted', args: { cycle: 0n, nextEnd: 2n } },
    { eventName: 'ExternalFlow', args: { ...TOKEN, amount: -5n, reason: 1 } },
    { eventName: 'RolloverStarted', args: { cycle: 1n, caller: address(7) } },
    {
      eventName: 'PositionMarked',
      args: { ...SECOND, tokenAmount: 65n, pairAmount: 25n, price: 1n, stale: false },
    },
    // 6 from the mark, 1 lost by the move before.
    {
      eventName: 'ReactorBalanced',
      args: { cycle: 1n, ...TOKEN, flow: 5n, reserve: 40n, supply: 100n, lpAssets: 100n },
    },
    {
      eventName: 'ReactorBalanced',
      args: { cycle: 1n, ...PAIR, flow: -5n, reserve: -5n, supply: 50n, lpAssets: 45n },
    },
    { eventName: 'ReactorPlanned', args: { cycle: 1n, ...TOKEN, target: 60n } },
    { eventName: 'ReactorPlanned', args: { cycle: 1n, ...PAIR, target: 25n } },
    {
      eventName: 'PositionMoved',
      args: {
        ...SECOND,
        units: -2n,
        tokenIdle: 5n,
        pairIdle: 1n,
        tokenAmount: 60n,
        pairAmount: 24n,
        skipped: false,
      },
    },
    { eventName: 'ReactorFilled', args: { cycle: 1n, ...TOKEN, shares: 30n, assets: 30n } },
    { eventName: 'ReactorFilled', args: { cycle: 1n, ...PAIR, shares: 10n, assets: 9n } },
    { eventName: 'ExternalFlow', args: { ...PAIR, amount: 1n, reason: 2 } },
    { eventName: 'CycleCompleted', args: { cycle: 1n, nextEnd: 3n } },
    { eventName: 'Paid', args: { ...TOKEN, receiver: address(8), assets: 12n } },
  )

/** The run with its nth event of a name changed, or dropped. */
function tamper<N extends CycleEvent['eventName']>(
  eventName: N,
  change: Partial<Extract<CycleEvent, { eventName: N }>['args']> | 'drop' | 'double',
  nth = 0,
): CycleEvent[] {
  let seen = 0
  return run().flatMap((event) => {
    if (event.eventName !== eventName || seen++ !== nth) return [event]
    if (change === 'drop') return []
    if (change === 'double') return [event, event]
    Object.assign(event.args, change)
    return [event]
  })
}

const faultsOf = (events: CycleEvent[]) => {
  const replay = replayCycles(events)
  return [...replay.faults, ...identityFaults(replay)]
}

it('rebuilds the books of a good run', () => {
  const replay = replayCycles(run())
  expect(faultsOf(run())).toEqual([])
  expect(replay.completed).toEqual([
    { cycle: 0n, block: 15n },
    { cycle: 1n, block: 27n },
  ])
  const [token, pair] = replay.reactors
  expect(token).toMatchObject({ idle: 50n, dep: 60n, withheld: 18n, supply: 70n })
  expect(pair).toMatchObject({ idle: 12n, dep: 24n, withheld: 9n, supply: 40n })
  expect(replay.reactors.map(reserveOf)).toEqual([40n, -4n])
  expect(replay.positions[0]).toMatchObject({ units: 40n, tokenAmount: 60n, pairAmount: 24n })
  expect(replay.flows.map(({ flow }) => flow)).toEqual([0n, 0n, 5n, -5n])
  expect(replay.rolling).toBe(false)
})

it('counts what a move won or lost into R until the next flow contains it', () => {
  const upToFirst = run().slice(0, 16)
  const replay = replayCycles(upToFirst)
  expect(replay.reactors.map(reserveOf)).toEqual([39n, 0n])
  expect(identityFaults(replay)).toEqual([])
})

it.each([
  ['a flow of one wei more', tamper('ReactorBalanced', { flow: 1n })],
  ['a reserve of one wei more', tamper('ReactorBalanced', { reserve: 41n }, 2)],
  ['a supply of one wei less', tamper('ReactorBalanced', { supply: 99n })],
  ['LP assets above what is there', tamper('ReactorBalanced', { lpAssets: 50n }, 3)],
  ['a lost deposit', tamper('Deposited', 'drop')],
  ['a doubled deposit', tamper('Deposited', 'double')],
  ['a lost contribution', tamper('ExternalFlow', 'drop')],
  ['a haircut called a contribution', tamper('ExternalFlow', { reason: 0 }, 2)],
  ['a lost haircut', tamper('ExternalFlow', 'drop', 2)],
  ['a mark of one wei more', tamper('PositionMarked', { tokenAmount: 66n }, 1)],
  ['a mark done twice', tamper('PositionMarked', 'double')],
  ['a move left out', tamper('PositionMoved', 'drop')],
  ['a fill of more than was burned', tamper('ReactorFilled', { assets: 31n }, 2)],
  ['a fill left out', tamper('ReactorFilled', 'drop', 3)],
  ['a plan left out', tamper('ReactorPlanned', 'drop')],
  ['a rollover without a start', tamper('RolloverStarted', 'drop')],
  ['a start inside a rollover', tamper('RolloverStarted', 'double')],
  ['a cycle completed twice', tamper('CycleCompleted', 'double')],
  ['a cycle number left out', tamper('CycleCompleted', { cycle: 2n }, 1)],
  ['a step of another cycle', tamper('ReactorFilled', { cycle: 0n }, 2)],
])('finds %s', (_, events) => {
  expect(faultsOf(events)).not.toEqual([])
})

it('refuses events of what was never added', () => {
  expect(() => replayCycles(run().slice(1))).toThrow('never added')
})
