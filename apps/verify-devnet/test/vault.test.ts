import { type Address, zeroAddress } from 'viem'
import { expect, it } from 'vitest'
import { type Checked, gateFaults } from '../src/checks/rebalances.ts'
import { bookFaults } from '../src/checks/vaults.ts'
import { type Rebalanced, replayVault, type VaultEvent } from '../src/replay/vault.ts'
import { address, hash, vaultLogs } from './events.ts'

const [A, B] = [address(10), address(11)]
const ME = address(2)
const flow = { sender: ME, owner: ME }
const flowed = (idle: bigint) =>
  ({ eventName: 'Flowed', args: { hot: (5n << 216n) | (1n << 192n) | idle } }) as const
const minted = (value: bigint) =>
  ({ eventName: 'Transfer', args: { from: zeroAddress, to: ME, value } }) as const
const burned = (value: bigint) =>
  ({ eventName: 'Transfer', args: { from: ME, to: zeroAddress, value } }) as const
/** A unit is worth 1, and 2 in its pool. */
const valued = (destination: Address, units: bigint) =>
  ({
    eventName: 'DestinationValued',
    args: { destination, units, safe: units, spot: 2n * units, backing: units, ok: true },
  }) as const
const booked = (idle: bigint, units: bigint) =>
  ({
    eventName: 'BookChanged',
    args: {
      book: {
        ...{ idle, mark: 0n, sumSafe: units, sumMin: units, sumMax: 2n * units, locked: 0n, lockEnd: 0n },
        ...{ valuedAt: 9n, flow: 1n, flowAt: 5n, expiry: 0n, pausedUntil: 0n, clean: true, stale: false },
      },
    },
  }) as const
const move = (outs: readonly Leg[], ins: readonly Leg[]) =>
  ({ eventName: 'Rebalanced', args: { solver: address(3), outs, ins } }) as const
type Leg = Rebalanced['args']['outs'][number]

/** An entry, a move into A, profit, a move from A to B and idle, an exit from idle, one through the queue, one in kind, a report. */
const run = (): VaultEvent[] =>
  vaultLogs(
    ...[flowed(100n), minted(100n)],
    { eventName: 'Deposit', args: { ...flow, assets: 100n, shares: 100n } },
    ...[valued(A, 0n), booked(100n, 0n), valued(A, 79n), booked(20n, 79n)],
    move([{ destination: zeroAddress, units: 80n }], [{ destination: A, units: 79n }]),
    booked(27n, 79n),
    { eventName: 'ProfitAdded', args: { from: address(4), assets: 7n } },
    ...[valued(A, 79n), valued(B, 0n), booked(27n, 79n), valued(B, 39n), valued(A, 39n), booked(28n, 78n)],
    move(
      [{ destination: A, units: 40n }],
      [
        { destination: B, units: 39n },
        { destination: zeroAddress, units: 1n },
      ],
    ),
    ...[flowed(20n), burned(8n)],
    { eventName: 'Withdraw', args: { ...flow, receiver: ME, assets: 8n, shares: 8n } },
    valued(A, 39n),
    { eventName: 'SoldForExit', args: { destination: A, units: 10n, worth: 10n, proceeds: 11n } },
    ...[valued(A, 29n), burned(30n), booked(1n, 68n)],
    { eventName: 'Withdraw', args: { ...flow, receiver: ME, assets: 30n, shares: 30n } },
    ...[burned(10n), valued(A, 25n), valued(B, 34n), booked(1n, 59n)],
    { eventName: 'RedeemedInKind', args: { caller: ME, receiver: ME, shares: 10n, assets: 0n } },
    ...[valued(A, 25n), valued(B, 34n), booked(1n, 59n)],
  )

const faultsOf = (events: readonly VaultEvent[]) => replayVault(events).faults

it('rebuilds idle, units and book', () => {
  const { idle, units, faults, book, gated } = replayVault(run())
  expect(faults).toEqual([])
  expect(idle).toBe(1n)
  expect([...units]).toEqual([
    [A, 25n],
    [B, 34n],
  ])
  expect(book).toMatchObject({ idle: 1n, sumSafe: 59n, sumMax: 118n, valuedAt: 9n, flow: 1n })
  expect(gated).toHaveLength(2)
})

/** Amounts of an event that say what the vault holds: one more in any of them is a lie. */
function tampered({ eventName, args }: VaultEvent): Array<() => void> {
  switch (eventName) {
    case 'Flowed':
      return [() => void args.hot++]
    case 'BookChanged':
      return (['idle', 'sumSafe', 'sumMin', 'sumMax'] as const).map((field) => () => void args.book[field]++)
    case 'DestinationValued':
      return (['units', 'safe', 'spot'] as const).map((field) => () => void args[field]++)
    case 'SoldForExit':
      return (['units', 'proceeds'] as const).map((field) => () => void args[field]++)
    case 'Deposit':
    case 'Withdraw':
    case 'ProfitAdded':
    case 'RedeemedInKind':
      return [() => void args.assets++]
    case 'Rebalanced':
      return [...args.outs, ...args.ins].map((leg) => () => void leg.units++)
    default:
      return []
  }
}

/** What A was worth before its units were sold is in no book; how many there were, is. */
const SOLD_LATER = 20

it('finds one wei too many, whichever event tells it', () => {
  let tried = 0
  for (const [i, { eventName }] of run().entries()) {
    for (let k = 0; k < (i === SOLD_LATER ? 1 : 4); k++) {
      const events = run()
      const event = events[i]
      const tamper = event && tampered(event)[k]
      if (tamper === undefined) break
      tamper()
      tried++
      expect(faultsOf(events), `${eventName} ${i}, amount ${k}`).not.toEqual([])
    }
  }
  expect(tried).toBeGreaterThan(40)
})

it('finds any flow, move or word of the vault that is left out', () => {
  const said = ['Deposit', 'Withdraw', 'ProfitAdded', 'Rebalanced', 'RedeemedInKind', 'SoldForExit', 'Flowed']
  const left = run().flatMap(({ eventName }, i) => (said.includes(eventName) ? [i] : []))
  expect(left.length).toBeGreaterThan(9)
  for (const i of left) expect(faultsOf(run().filter((_, k) => k !== i)), `event ${i}`).not.toEqual([])
})

it('finds units that leave without having come', () => {
  const [entered] = run().flatMap(({ eventName }, i) => (eventName === 'Rebalanced' ? [i] : []))
  expect(
    faultsOf(
      run()
        .slice(0, 17)
        .filter((_, i) => i !== entered),
    ),
  ).toEqual(expect.arrayContaining([expect.stringContaining('falls to')]))
})

it('finds an exit in kind with more than the part of its shares, and one that brings units', () => {
  const entered = [
    ...[flowed(100n), minted(99n)],
    { eventName: 'Deposit', args: { ...flow, assets: 100n, shares: 99n } },
  ] as const
  const leave = (assets: bigint, ...left: ReturnType<typeof valued>[]) =>
    faultsOf(
      vaultLogs(...entered, ...[burned(50n), ...left, booked(100n - assets, left.length === 0 ? 0n : 1n)], {
        eventName: 'RedeemedInKind',
        args: { caller: ME, receiver: ME, shares: 50n, assets },
      }),
    )
  expect(leave(50n)).toEqual([])
  expect(leave(51n)).toEqual([expect.stringContaining('51 of 100')])
  expect(leave(50n, valued(A, 1n))).toEqual([expect.stringContaining('came')])
})

it('asks no gate for a move out of a closing destination into idle, and a removed destination must be empty', () => {
  const closing = (closingAt: bigint) =>
    ({ eventName: 'ClosingSet', args: { destination: A, closingAt, slippage: 1n } }) as const
  const out = [
    ...[valued(A, 79n), booked(20n, 79n), valued(A, 0n), booked(99n, 0n)],
    move([{ destination: A, units: 79n }], [{ destination: zeroAddress, units: 79n }]),
  ] as const
  const removed = { eventName: 'DestinationRemoved', args: { destination: A } } as const
  const start = run().slice(0, 8)
  const after = (...events: Parameters<typeof vaultLogs>) => replayVault([...start, ...vaultLogs(...events)])

  const left = after(closing(7n), ...out, removed)
  expect(left.faults).toEqual([])
  expect(left.gated).toHaveLength(1)
  expect([...left.units]).toEqual([])
  expect(after(closing(7n), closing(0n), ...out).gated).toHaveLength(2)
  expect(after(...out).gated).toHaveLength(2)
  expect(after(removed).faults).toEqual([expect.stringContaining('still holds 79')])
})

it('takes the mark from the loss ledger, the pause from its event, and compares each field of the book', () => {
  const { book } = replayVault([
    ...run(),
    ...vaultLogs(
      {
        eventName: 'LossSynced',
        args: { lossMark: 1n, frozen: false, cover: 0n, feeMarkDelta: 3n, mark: 3n },
      },
      { eventName: 'PauseSet', args: { until: 77n } },
    ),
  ])
  expect(book).toMatchObject({ mark: 3n, pausedUntil: 77n })
  expect(bookFaults(book, book)).toEqual([])
  expect(bookFaults({ ...book, flow: 2n }, book)).toEqual(['books flow 2, replayed 1'])
  expect(bookFaults({ ...book, clean: false }, book)).toEqual(['books clean false, replayed true'])
})

const VAULT = address(1)
const rebalance = (): Rebalanced => ({
  eventName: 'Rebalanced',
  args: { solver: address(3), outs: [], ins: [] },
  address: VAULT,
  block: 1n,
  tx: hash(1),
})
const check = (args: Partial<Checked['args']> = {}): Checked => ({
  eventName: 'RebalanceChecked',
  args: {
    lmp: VAULT,
    cost: 4n,
    gain: 10n,
    incomeBefore: 100n,
    incomeAfter: 110n,
    moved: 50n,
    factor: 5n * 10n ** 17n,
    ...args,
  },
  address: address(9),
  block: 1n,
  tx: hash(1),
})

it('accepts a rebalance that improves the income for less than its share of the gain', () => {
  expect(gateFaults(VAULT, [rebalance()], [check()])).toEqual([])
})

it.each([
  ['no check', [rebalance()], []],
  ['the check of another vault', [rebalance()], [check({ lmp: address(99) })]],
  ['two moves for one check', [rebalance(), rebalance()], [check()]],
  ['no better income', [rebalance()], [check({ incomeAfter: 100n })]],
  ['a cost of all that is allowed', [rebalance()], [check({ cost: 5n })]],
])('finds a rebalance with %s', (_, moves, checked) => {
  expect(gateFaults(VAULT, moves, checked)).not.toEqual([])
})
