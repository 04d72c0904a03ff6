import {
  encodeAbiParameters,
  type Hash,
  type Hex,
  keccak256,
  maxUint256,
  parseEther,
  zeroAddress,
} from 'viem'
import type { Place, Timed } from '../src/chain.ts'
import type { LossEvent } from '../src/replay/losses.ts'
import { address, hash } from './events.ts'

export const VAULT = address(1)
export const POOL = address(20)
export const RECOVERY = address(21)
export const REPORTERS = [address(31), address(32), address(33)] as const
export const [ALICE, BOB] = [address(41), address(42)]
export const HOUR = 3600n
/** The start of a day. */
export const T0 = 20_000n * 24n * HOUR
export const at = (hours: number): bigint => T0 + BigInt(Math.round(hours * 3600))

type Bare = LossEvent extends infer E ? (E extends LossEvent ? Omit<E, keyof Timed<Place>> : never) : never

/** Events of one transaction. */
export function transaction(hours: number, ...events: Bare[]): LossEvent[] {
  const block = BigInt(Math.round(hours * 3600)) + 1n
  return events.map((event) => ({
    ...event,
    ...{ address: VAULT, block, tx: hash(Number(block)), time: at(hours) },
  }))
}

export const WAD = 10n ** 18n
export const SUPPLY = parseEther('1000')
/** 60% of the book lost 5%. */
export const FALLEN = parseEther('0.97')
export const [LOSS, THRESHOLD] = [parseEther('30'), parseEther('10')]
export const STAKED = [parseEther('100'), parseEther('300')] as const
export const SLASHED = parseEther('120')

/** What the ledger hashes: computed here a second time, from the specification. */
export function chainHash(
  previous: Hash,
  id: bigint,
  time: bigint,
  high: bigint,
  low: bigint,
  mark: bigint,
): Hash {
  const words = [id, BigInt(previous), time, high, low, SUPPLY, mark]
  const data = words.map((word) => word.toString(16).padStart(64, '0')).join('')
  const lmp: Hex = encodeAbiParameters([{ type: 'address' }], [VAULT])
  return keccak256(`${lmp}${data}`)
}

/** Checkpoints of a story, hashes included: hours, high, low, and the mark they lead to. */
const CHECKPOINTS = [
  [0, WAD, WAD, 0n],
  [6, WAD, WAD, WAD],
  [12, FALLEN, FALLEN, WAD],
  [18, FALLEN, FALLEN, WAD],
  [24, FALLEN, FALLEN, WAD],
  [30, FALLEN, FALLEN, WAD],
  [36, FALLEN, FALLEN, WAD],
  [85, FALLEN, FALLEN, WAD],
] as const

const hashes: Hash[] = []
for (const [i, [hours, high, low, mark]] of CHECKPOINTS.entries()) {
  hashes.push(chainHash(hashes[i - 1] ?? hash(0), BigInt(i), at(hours), high, low, mark))
}

export const windowHash = hashes[6] ?? hash(0)

function checkpoint(id: number): Bare[] {
  const [, high, low, mark] = CHECKPOINTS[id] ?? [0, 0n, 0n, 0n]
  const loss = mark > high ? ((mark - high) * SUPPLY) / WAD : 0n
  const frozen = id >= 3
  return [
    {
      eventName: 'CheckpointWritten',
      args: {
        lmp: VAULT,
        id: BigInt(id),
        high,
        low,
        supply: SUPPLY,
        mark,
        loss,
        hash: hashes[id] ?? hash(0),
      },
    },
    ...(id === 3
      ? ([
          {
            eventName: 'Frozen',
            args: { lmp: VAULT, frozenAt: at(18), until: at(18 + 21 * 24) },
          },
        ] as const)
      : []),
    { eventName: 'LossSynced', args: { lossMark: mark, frozen, cover: 0n, feeMarkDelta: 0n, mark: 0n } },
  ]
}

/** Half a story: prices fall and nothing is lost. */
export const calm = (): LossEvent[] => [
  ...transaction(-1, { eventName: 'ReportersSet', args: { reporters: [...REPORTERS], quorum: 2n } }),
  ...transaction(
    -0.5,
    { eventName: 'Transfer', args: { from: zeroAddress, to: ALICE, value: SUPPLY } },
    { eventName: 'Deposit', args: { sender: ALICE, owner: ALICE, assets: SUPPLY, shares: SUPPLY } },
  ),
  ...transaction(0, ...checkpoint(0)),
  ...transaction(6, ...checkpoint(1)),
]

/** A loss, from the deposit to the slash. */
export const slashing = (): LossEvent[] => [
  ...calm(),
  ...[2, 3, 4, 5, 6].flatMap((id) => transaction(id * 6, ...checkpoint(id))),
  ...transaction(37, {
    eventName: 'CaseOpened',
    args: {
      ...{ lmp: VAULT, epoch: 0n, first: 2n, last: 6n, windowHash, loss: LOSS, executableAt: at(85) },
      signers: [REPORTERS[0], REPORTERS[2]],
    },
  }),
  ...transaction(
    85,
    ...checkpoint(7),
    {
      eventName: 'RecoveryOpened',
      args: {
        ...{
          id: 0n,
          lmp: VAULT,
          pool: POOL,
          caseId: 0n,
          toke: SLASHED,
          start: at(85),
          end: at(85 + 180 * 24),
        },
        ...{ coverage: LOSS - THRESHOLD, mark: WAD, since: 8n },
      },
    },
    {
      eventName: 'CaseExecuted',
      args: {
        lmp: VAULT,
        epoch: 0n,
        loss: LOSS,
        coverage: LOSS - THRESHOLD,
        slashed: SLASHED,
        recoveryId: 0n,
      },
    },
    { eventName: 'LossExecuted', args: { lmp: VAULT, epoch: 0n, mark: FALLEN, coverage: LOSS - THRESHOLD } },
    { eventName: 'Thawed', args: { lmp: VAULT } },
    {
      eventName: 'LossSynced',
      args: {
        ...{
          lossMark: FALLEN,
          frozen: false,
          cover: LOSS - THRESHOLD,
          feeMarkDelta: THRESHOLD - LOSS,
          mark: 0n,
        },
      },
    },
  ),
]

/** The pool of the same story: two stakers, fees, one who leaves before the slash, one who waits. */
export const pool = (): LossEvent[] => [
  ...transaction(1, { eventName: 'Staked', args: { account: ALICE, toke: STAKED[0], shares: STAKED[0] } }),
  ...transaction(2, { eventName: 'Staked', args: { account: BOB, toke: STAKED[1], shares: STAKED[1] } }),
  ...transaction(3, {
    eventName: 'Notified',
    args: { from: address(50), assets: 28n * 86_400n, rate: WAD, end: at(3 + 28 * 24) },
  }),
  ...transaction(84, {
    eventName: 'ExitRequested',
    args: { account: BOB, day: T0 / 86_400n + 32n, shares: STAKED[1] },
  }),
  ...transaction(85, {
    eventName: 'Slashed',
    args: { caseId: 0n, toke: SLASHED, shares: parseEther('400'), tokeLeft: parseEther('280'), to: RECOVERY },
  }),
  ...transaction(100, {
    eventName: 'Claimed',
    args: { account: ALICE, receiver: ALICE, assets: (97n * HOUR) / 4n },
  }),
  ...transaction(
    32 * 24 + 5,
    {
      eventName: 'BucketLeft',
      args: { day: T0 / 86_400n + 32n, shares: STAKED[1], toke: parseEther('210') },
    },
    {
      eventName: 'Left',
      args: {
        ...{
          account: BOB,
          receiver: BOB,
          day: T0 / 86_400n + 32n,
          shares: STAKED[1],
          toke: parseEther('210'),
        },
      },
    },
  ),
  ...transaction(800, { eventName: 'Returned', args: { caseId: 0n, toke: parseEther('40') } }),
  ...transaction(801, {
    eventName: 'ReturnClaimed',
    args: { account: BOB, receiver: BOB, caseId: 0n, toke: parseEther('30') },
  }),
]

export const NO_RECOVERY = maxUint256

type Args<N extends LossEvent['eventName']> = Partial<Extract<LossEvent, { eventName: N }>['args']>

/** A story with its nth event of a name changed, or dropped. */
export function tamper<N extends LossEvent['eventName']>(
  events: LossEvent[],
  eventName: N,
  change: Args<N> | 'drop' | 'double',
  nth = 0,
): LossEvent[] {
  let seen = 0
  const tampered = events.flatMap((event) => {
    if (event.eventName !== eventName || seen++ !== nth) return [event]
    if (change === 'drop') return []
    if (change === 'double') return [event, event]
    Object.assign(event.args, change)
    return [event]
  })
  if (seen <= nth) throw new Error(`the story has no ${eventName} ${nth}`)
  return tampered
}

/** A story with everything from the nth transaction of an event on at another time. */
export function moved(events: LossEvent[], from: number, hours: number): LossEvent[] {
  return events.map((event) => (event.time === at(from) ? { ...event, time: at(hours) } : event))
}
