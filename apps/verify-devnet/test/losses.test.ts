import { zeroAddress } from 'viem'
import { expect, it } from 'vitest'
import { LossReplay } from '../src/replay/losses.ts'
import { earliestWindow, type Measured } from '../src/replay/window.ts'
import { address, hash } from './events.ts'
import {
  ALICE,
  at,
  calm,
  chainHash,
  FALLEN,
  HOUR,
  LOSS,
  moved,
  SUPPLY,
  slashing,
  T0,
  tamper,
  transaction,
  VAULT,
  WAD,
  windowHash,
} from './story.ts'

const replay = (events = slashing()) => new LossReplay(VAULT, events)

it('rebuilds checkpoints, freeze and case', () => {
  const found = replay()
  expect(found.faults).toEqual([])
  expect(found.checkpoints.map(({ above }) => above)).toEqual([
    false,
    false,
    true,
    true,
    true,
    true,
    true,
    true,
  ])
  expect(found.vault.mark).toBe(FALLEN)
  expect(found.vault.supply).toBe(SUPPLY)
  expect(found.epoch).toBe(1n)
  expect(found.freezes).toHaveLength(1)
  expect(found.freezes[0]?.frozen.time).toBe(at(18))
  expect(found.freezes[0]?.thawed?.time).toBe(at(85))
  expect(found.cases).toHaveLength(1)
  const [only] = found.cases
  expect(only).toMatchObject({
    window: { first: 2n, last: 6n, loss: LOSS },
    windowHash,
    quorum: 2n,
    before: { mark: WAD, supply: SUPPLY },
  })
  expect(only?.ends.map(({ eventName }) => eventName)).toEqual(['CaseExecuted'])
})

it('knows which moments lie in a freeze', () => {
  const found = replay()
  const moment = (hours: number, tx?: `0x${string}`) => ({
    block: BigInt(hours * 3600) + 1n,
    time: at(hours),
    ...(tx === undefined ? {} : { tx }),
  })
  expect(found.freezeAt(moment(17))).toBeUndefined()
  expect(found.freezeAt(moment(18))?.frozen.time).toBe(at(18))
  expect(found.freezeAt(moment(84))).toBeDefined()
  // The transaction that ends it is still inside.
  expect(found.freezeAt(moment(85, hash(85 * 3600 + 1)))).toBeDefined()
  expect(found.freezeAt(moment(86))).toBeUndefined()
})

it('ends a freeze when its time is over', () => {
  const found = replay(slashing().slice(0, -7))
  expect(found.freezes[0]?.thawed).toBeUndefined()
  expect(found.freezeAt({ block: 10n ** 9n, time: at(18 + 21 * 24) - 1n })).toBeDefined()
  expect(found.freezeAt({ block: 10n ** 9n, time: at(18 + 21 * 24) })).toBeUndefined()
})

it.each([
  [
    'a high that is not what was hashed',
    /checkpoint 3: hash/,
    tamper(slashing(), 'CheckpointWritten', { high: FALLEN + 1n }, 3),
  ],
  [
    'a low that is not what was hashed',
    /checkpoint 4: hash/,
    tamper(slashing(), 'CheckpointWritten', { low: 0n }, 4),
  ],
  ['a checkpoint of another moment', /checkpoint 4: hash/, moved(slashing(), 24, 24.5)],
  [
    'a hash that is not chained to the one before',
    /checkpoint 2: hash/,
    tamper(slashing(), 'CheckpointWritten', { hash: hash(9) }, 2),
  ],
  [
    'a checkpoint left out',
    /checkpoint 5: id 5, computed 4/,
    tamper(slashing(), 'CheckpointWritten', 'drop', 4),
  ],
  ['a checkpoint within the hour', /3240 s after the one before/, moved(slashing(), 36, 30.9)],
  [
    'a mark nothing confirms',
    /checkpoint 0: mark/,
    tamper(slashing(), 'CheckpointWritten', { mark: WAD }, 0),
  ],
  [
    'a mark that is not raised',
    /checkpoint 1: mark/,
    tamper(slashing(), 'CheckpointWritten', { mark: 0n }, 1),
  ],
  [
    'a supply of one wei more',
    /checkpoint 0: supply/,
    tamper(slashing(), 'Transfer', { value: SUPPLY + 1n }),
  ],
  [
    'a loss of one wei more',
    /checkpoint 2: loss/,
    tamper(slashing(), 'CheckpointWritten', { loss: LOSS + 1n }, 2),
  ],
  ['a freeze left out', /: not frozen, by the checkpoints/, tamper(slashing(), 'Frozen', 'drop')],
  [
    'a freeze that is too long',
    /until .*, computed/,
    tamper(slashing(), 'Frozen', { until: at(18 + 22 * 24) }),
  ],
  ['a freeze of another beginning', /said of/, tamper(slashing(), 'Frozen', { frozenAt: at(12) })],
  ['a freeze that outlasts its case', /: frozen, by the checkpoints/, tamper(slashing(), 'Thawed', 'drop')],
  ['a freeze without a loss', /: frozen, by the checkpoints/, [...calm(), ...transaction(7, frozen(7))]],
  [
    'a freeze of one checkpoint',
    /: frozen, by the checkpoints/,
    [...slashing().slice(0, -19), ...transaction(13, frozen(13))],
  ],
  [
    'a vault that keeps another mark',
    /the vault keeps 999999999999999999,/,
    tamper(slashing(), 'LossSynced', { lossMark: WAD - 1n }, 3),
  ],
  [
    'a mark that is not lowered to high',
    /the vault keeps 1000000000000000000, the ledger said 970000000000000000/,
    tamper(slashing(), 'LossSynced', { lossMark: WAD }, 8),
  ],
  ['an epoch counted twice', /epoch 0, 1 cases were decided/, tamper(slashing(), 'LossExecuted', 'double')],
  [
    'an epoch passed over',
    /epoch 1, 0 cases were decided/,
    tamper(slashing(), 'LossExecuted', { epoch: 1n }),
  ],
  [
    'a case of another epoch',
    /CaseOpened: epoch 1, 0 cases/,
    tamper(slashing(), 'CaseOpened', { epoch: 1n }),
  ],
  [
    'a deposit inside a freeze',
    /Deposit: inside a freeze/,
    [...slashing().slice(0, -8), ...entry(20, 10n * WAD, 10n * WAD)],
  ],
  ['shares that were not minted', /shares that were not minted/, tamper(slashing(), 'Transfer', 'drop')],
  ['a mark that rises by itself', /mark rises from/, [...calm(), ...transaction(7, markMoved(WAD + 1n))]],
  [
    'a rebalance that raises the mark',
    /MarkLowered: the mark rises/,
    [...calm(), ...transaction(7, lowered(WAD + 1n), synced(WAD + 1n))],
  ],
  [
    'a rebalance the vault does not hear of',
    /the ledger said 970000000000000000/,
    [...calm(), ...transaction(7, lowered(FALLEN), synced(WAD))],
  ],
])('finds %s', (_, fault, events) => {
  expect(replay(events).faults).toContainEqual(expect.stringMatching(fault))
})

it('follows the mark down with fees, cheap entries and rebalances', () => {
  const fee = SUPPLY / 100n
  const afterFee = (WAD * SUPPLY) / (SUPPLY + fee)
  const supply = SUPPLY + fee
  const [assets, shares] = [90n * WAD, 100n * WAD]
  const afterEntry = (afterFee * supply + assets * WAD) / (supply + shares)
  const events = [
    ...calm(),
    ...transaction(7, markMoved(afterFee), mint(fee)),
    ...transaction(8, markMoved(afterEntry), mint(shares), deposit(assets, shares)),
    // At a price above the mark nothing moves.
    ...transaction(9, mint(WAD), deposit(2n * WAD, WAD)),
    ...transaction(10, lowered(FALLEN), synced(FALLEN)),
  ]
  const found = replay(events)
  expect(found.faults).toEqual([])
  expect(found.vault.mark).toBe(FALLEN)
  expect(found.vault.supply).toBe(supply + shares + WAD)
})

it.each([
  ['a fee that leaves the mark', /after a fee of/, [mint(SUPPLY / 100n)]],
  ['a fee that lowers the mark too far', /after a fee of/, [markMoved(WAD / 2n), mint(SUPPLY / 100n)]],
  [
    'a cheap entry that leaves the mark',
    /assets for .* shares, computed/,
    [mint(WAD), deposit(WAD / 2n, WAD)],
  ],
  [
    'a cheap entry that takes the mark to its price',
    /assets for .* shares, computed/,
    [markMoved(WAD / 2n), mint(WAD), deposit(WAD / 2n, WAD)],
  ],
])('finds %s', (_, fault, events) => {
  expect(replay([...calm(), ...transaction(7, ...events)]).faults).toContainEqual(
    expect.stringMatching(fault),
  )
})

type Bare = Parameters<typeof transaction>[1]
function frozen(hours: number): Bare {
  return {
    eventName: 'Frozen',
    args: { lmp: VAULT, frozenAt: at(hours), until: at(hours + 21 * 24) },
  }
}
function markMoved(lossMark: bigint): Bare {
  return { eventName: 'LossMarkMoved', args: { lossMark } }
}
function lowered(mark: bigint): Bare {
  return { eventName: 'MarkLowered', args: { lmp: VAULT, mark } }
}
function synced(lossMark: bigint): Bare {
  return { eventName: 'LossSynced', args: { lossMark, frozen: false, cover: 0n, feeMarkDelta: 0n, mark: 0n } }
}
function mint(value: bigint): Bare {
  return { eventName: 'Transfer', args: { from: zeroAddress, to: ALICE, value } }
}
function deposit(assets: bigint, shares: bigint): Bare {
  return { eventName: 'Deposit', args: { sender: ALICE, owner: address(5), assets, shares } }
}
function entry(hours: number, assets: bigint, shares: bigint) {
  return transaction(hours, mint(shares), deposit(assets, shares))
}

const measured = (hours: readonly number[], loss = (_: number) => 10n): Measured[] =>
  hours.map((hour, i) => ({
    id: BigInt(i),
    time: T0 + BigInt(hour) * HOUR,
    loss: loss(i),
    above: loss(i) >= 10n,
  }))

it.each([
  ['24 h with five of them', measured([0, 6, 12, 18, 24]), { first: 0n, last: 4n, loss: 10n }],
  ['less than 24 h', measured([0, 5, 10, 15, 20, 23]), undefined],
  ['24 h with three that are 4 h apart', measured([0, 1, 2, 3, 12, 13, 24]), undefined],
  ['24 h with four that are 4 h apart', measured([0, 4, 8, 24]), { first: 0n, last: 3n, loss: 10n }],
  ['one of them below the threshold', measured([0, 6, 12, 18, 24], (i) => (i === 2 ? 9n : 10n)), undefined],
  [
    'a start below the threshold',
    measured([0, 6, 12, 18, 24, 30], (i) => (i === 0 ? 0n : 11n)),
    { first: 1n, last: 5n, loss: 11n },
  ],
  [
    'the smallest loss',
    measured([0, 6, 12, 18, 24], (i) => 20n - BigInt(i)),
    { first: 0n, last: 4n, loss: 16n },
  ],
  [
    'the earliest of several',
    measured([0, 6, 12, 18, 24, 30, 36], (i) => 10n + BigInt(i)),
    { first: 0n, last: 4n, loss: 10n },
  ],
])('finds the window of %s', (_, checkpoints, expected) => {
  expect(earliestWindow(checkpoints)).toEqual(expected)
})

it('freezes no more at a mark when 21 days are over', () => {
  const below = { high: WAD, low: WAD, supply: SUPPLY, mark: WAD, loss: 0n }
  const above = { ...below, high: FALLEN, low: FALLEN, loss: LOSS }
  let previous = windowHash
  const written = (id: bigint, hours: number, values: typeof below): Bare => {
    previous = chainHash(previous, id, at(hours), values.high, values.low, values.mark)
    return { eventName: 'CheckpointWritten', args: { lmp: VAULT, id, ...values, hash: previous } }
  }
  const [first, second] = [18 + 20 * 24, 18 + 22 * 24]
  const events = [
    ...slashing().slice(0, -8),
    ...transaction(first, written(7n, first, below), { eventName: 'Thawed', args: { lmp: VAULT } }),
    ...transaction(second, written(8n, second, above)),
    ...transaction(second + 6, written(9n, second + 6, above)),
  ]
  expect(replay(events).faults).toEqual([])
  const again = [...events, ...transaction(second + 6, frozen(second + 6))]
  expect(replay(again).faults).toContainEqual(expect.stringMatching(/Frozen: until/))
})

it('looks for windows only in the ring and after the last case', () => {
  const again = replay([
    ...slashing(),
    ...transaction(90, {
      eventName: 'CaseOpened',
      args: {
        ...{ lmp: VAULT, epoch: 1n, first: 2n, last: 6n, windowHash, loss: LOSS, executableAt: at(138) },
        signers: [],
      },
    }),
  ])
  expect(again.cases[1]?.window).toBeUndefined()
})
