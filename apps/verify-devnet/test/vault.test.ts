import { zeroAddress } from 'viem'
import { expect, it } from 'vitest'
import { type Checked, gateFaults, type Rebalanced } from '../src/checks/rebalances.ts'
import { replayVault, type VaultEvent } from '../src/replay/vault.ts'
import { address, hash, vaultLogs } from './events.ts'

const [A, B] = [address(10), address(11)]
const flow = { sender: address(2), owner: address(2) }
const told = (idle: bigint) => ({ eventName: 'Flowed', args: { idle, mark: 0n } }) as const

const run = (): VaultEvent[] =>
  vaultLogs(
    { eventName: 'Deposit', args: { ...flow, assets: 100n, shares: 100n } },
    told(100n),
    {
      eventName: 'Rebalanced',
      args: {
        solver: address(3),
        outs: [{ destination: zeroAddress, units: 80n }],
        ins: [{ destination: A, units: 79n }],
      },
    },
    { eventName: 'ProfitAdded', args: { from: address(4), assets: 7n } },
    {
      eventName: 'Rebalanced',
      args: {
        solver: address(3),
        outs: [{ destination: A, units: 40n }],
        ins: [
          { destination: B, units: 39n },
          { destination: zeroAddress, units: 1n },
        ],
      },
    },
    { eventName: 'Withdraw', args: { ...flow, receiver: address(2), assets: 8n, shares: 8n } },
    told(20n),
    told(18n),
    {
      eventName: 'RedeemedInKind',
      args: {
        caller: address(2),
        receiver: address(2),
        shares: 10n,
        assets: 2n,
        destinations: [A, B],
        units: [3n, 4n],
      },
    },
  )

it('rebuilds idle and units', () => {
  const { idle, units, faults } = replayVault(run())
  expect(faults).toEqual([])
  expect(idle).toBe(18n)
  expect([...units]).toEqual([
    [A, 36n],
    [B, 35n],
  ])
})

it.each([
  ['a flow that tells one wei more', 1],
  ['a withdrawal left out', 5],
  ['an in-kind exit left out', 8],
  ['a deposit left out', 0],
  ['a profit left out', 3],
])('finds %s', (_, index) => {
  const events = run()
  const event = events[index]
  if (event?.eventName === 'Flowed') event.args.idle += 1n
  else events.splice(index, 1)
  expect(replayVault(events).faults).not.toEqual([])
})

it('finds units that leave without having come', () => {
  expect(replayVault(run().filter((_, i) => i !== 2)).faults).toEqual(
    expect.arrayContaining([expect.stringContaining('falls to')]),
  )
})

const VAULT = address(1)
const move = (): Rebalanced => ({
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
  expect(gateFaults(VAULT, [move()], [check()])).toEqual([])
})

it.each([
  ['no check', [move()], []],
  ['the check of another vault', [move()], [check({ lmp: address(99) })]],
  ['two moves for one check', [move(), move()], [check()]],
  ['no better income', [move()], [check({ incomeAfter: 100n })]],
  ['a cost of all that is allowed', [move()], [check({ cost: 5n })]],
])('finds a rebalance with %s', (_, moves, checked) => {
  expect(gateFaults(VAULT, moves, checked)).not.toEqual([])
})
