import { type Address, encodeAbiParameters, type Hash, type Hex, keccak256, zeroHash } from 'viem'
import type { lossAbi } from '../abi-loss.ts'
import type { Entry, Timed } from '../chain.ts'
import { MarkReplay } from './mark.ts'
import { earliestWindow, type Measured, type Window } from './window.ts'

export type LossEvent = Timed<Entry<typeof lossAbi>>
type Of<N extends LossEvent['eventName']> = Extract<LossEvent, { eventName: N }>

const WAD = 10n ** 18n
const HOUR = 3600n
const DAY = 24n * HOUR
/** Checkpoints the ledger keeps. */
const RING = 64n
const FREEZE = 21n * DAY

/** A transaction and its time. */
export type Moment = Pick<LossEvent, 'block' | 'time'> & { tx?: Hash }

export interface Checkpoint extends Measured {
  event: Of<'CheckpointWritten'>
  threshold: bigint
}

export interface Freeze {
  frozen: Of<'Frozen'>
  /** Its end by an event; without one it ends when its time is over. */
  thawed?: Of<'Thawed'>
}

/** A case and what the events up to its opening, and up to its end, say of it. */
export interface LossCase {
  opened: Of<'CaseOpened'>
  /** The earliest window among the checkpoints there were. */
  window: Window | undefined
  windowHash: Hex | undefined
  reporters: readonly Address[]
  quorum: bigint
  ends: Array<Of<'CaseExecuted'> | Of<'CaseRejected'>>
  /** Before the loss was counted: mark (WAD) and supply. */
  before?: { mark: bigint; supply: bigint }
  counted?: Of<'LossExecuted'>
  recovery?: Of<'RecoveryOpened'>
}

/** 1% of mark * supply, base units, rounded up. */
export const thresholdOf = (mark: bigint, supply: bigint): bigint => ceilDiv(mark * supply, 100n * WAD)

/** (mark - high)+ * supply, base units, rounded down. */
export const lossOf = (mark: bigint, high: bigint, supply: bigint): bigint =>
  mark > high ? ((mark - high) * supply) / WAD : 0n

/** Checkpoints, freezes and cases of one vault rebuilt from events, oldest first: of the ledger, the oracle, the recovery, the vault. */
export class LossReplay {
  readonly checkpoints: Checkpoint[] = []
  readonly freezes: Freeze[] = []
  readonly cases: LossCase[] = []
  readonly vault = new MarkReplay()
  /** Cases decided. */
  epoch = 0n
  readonly #faults: string[] = []
  readonly #lmp: Address
  #hash: Hex = zeroHash
  #reporters: readonly Address[] = []
  #quorum = 0n
  /** First checkpoint after the last case that was decided. */
  #since = 0n
  #above = 0
  /** When freezes at this mark end for good; set by the first. */
  #freezeEnd: bigint | undefined
  /** What the rules say of a freeze after the transaction that is read. */
  #frozen = false
  #tx: string | undefined

  constructor(lmp: Address, events: readonly LossEvent[]) {
    this.#lmp = lmp
    for (const event of events) this.#apply(event)
    this.#compareFreeze(undefined)
    this.vault.close()
  }

  get faults(): string[] {
    return [...this.#faults, ...this.vault.faults]
  }

  /** The freeze a moment lies in. A freeze lasts through the transaction that ends it. */
  freezeAt(place: Moment): Freeze | undefined {
    return this.freezes.find(
      ({ frozen, thawed }) =>
        frozen.block <= place.block &&
        place.time < frozen.args.until &&
        (thawed === undefined || place.block < thawed.block || place.tx === thawed.tx),
    )
  }

  #apply(event: LossEvent): void {
    if (event.tx !== this.#tx) this.#compareFreeze(event)
    this.#tx = event.tx
    switch (event.eventName) {
      case 'Deposit':
        if (this.freezeAt(event) !== undefined) this.#fault(event, 'inside a freeze')
        this.vault.apply(event)
        break
      case 'LossMarkMoved':
      case 'LossSynced':
      case 'Transfer':
        this.vault.apply(event)
        break
      case 'CheckpointWritten':
        this.#checkpoint(event)
        break
      case 'MarkLowered':
        if (event.args.mark > this.vault.mark) this.#fault(event, `the mark rises to ${event.args.mark}`)
        this.vault.say(event.args.mark)
        break
      case 'Frozen':
        this.#freeze(event)
        break
      case 'Thawed': {
        const open = this.freezes.at(-1)
        if (open === undefined || open.thawed !== undefined) this.#fault(event, 'nothing was frozen')
        else open.thawed = event
        break
      }
      case 'ReportersSet':
        this.#reporters = event.args.reporters
        this.#quorum = event.args.quorum
        break
      case 'CaseOpened':
        this.#open(event)
        break
      case 'CaseExecuted':
      case 'CaseRejected': {
        const found = this.cases.at(-1)
        if (found?.opened.args.epoch !== event.args.epoch)
          this.#fault(event, `no case of epoch ${event.args.epoch}`)
        else found.ends.push(event)
        break
      }
      case 'RecoveryOpened': {
        const found = this.cases.at(-1)
        if (found !== undefined) found.recovery = event
        break
      }
      case 'LossExecuted':
        this.#count(event)
        break
      case 'LossRejected':
        this.#decide(event)
        break
    }
  }

  #checkpoint(event: Of<'CheckpointWritten'>): void {
    const { id, high, low, supply, mark, loss, hash } = event.args
    const last = this.checkpoints.at(-1)
    const expect = (what: string, told: unknown, computed: unknown) => {
      if (told !== computed) this.#fault(event, `checkpoint ${id}: ${what} ${told}, computed ${computed}`)
    }
    expect('id', id, BigInt(this.checkpoints.length))
    this.#hash = keccak256(
      encodeAbiParameters(
        HASHED.map((type) => ({ type })),
        [this.#lmp, id, this.#hash, event.time, high, low, supply, mark],
      ),
    )
    expect('hash', hash, this.#hash)
    expect('supply', supply, this.vault.supply)
    if (last !== undefined && event.time - last.time < HOUR)
      this.#fault(event, `checkpoint ${id}: ${event.time - last.time} s after the one before`)
    if (low > high) this.#fault(event, `checkpoint ${id}: low ${low} above high ${high}`)
    const confirmed = last === undefined ? 0n : min(last.event.args.low, low)
    expect('mark', mark, max(this.vault.mark, confirmed))
    if (mark > this.vault.mark) this.#freezeEnd = undefined
    this.vault.say(mark)
    expect('loss', loss, lossOf(mark, high, supply))
    const threshold = thresholdOf(mark, supply)
    const above = loss > 0n && loss >= threshold
    this.checkpoints.push({ event, id, time: event.time, loss, threshold, above })

    this.#above = above ? this.#above + 1 : 0
    if (this.#above >= 2) this.#freezeEnd ??= event.time + FREEZE
    this.#frozen = this.#above >= 2 && this.#freezeEnd !== undefined && event.time < this.#freezeEnd
  }

  #freeze(event: Of<'Frozen'>): void {
    const { frozenAt, until } = event.args
    if (frozenAt !== event.time) this.#fault(event, `said of ${frozenAt}, it is ${event.time}`)
    if (until !== this.#freezeEnd) this.#fault(event, `until ${until}, computed ${this.#freezeEnd}`)
    this.freezes.push({ frozen: event })
  }

  /** After each transaction the events and the rules agree on whether there is a freeze. */
  #compareFreeze(next: LossEvent | undefined): void {
    const last = this.freezes.at(-1)
    const told = last !== undefined && last.thawed === undefined
    const over = this.#freezeEnd !== undefined && next !== undefined && next.time >= this.#freezeEnd
    if (told !== this.#frozen && !over)
      this.#faults.push(
        `transaction ${this.#tx}: ${told ? 'frozen' : 'not frozen'}, by the checkpoints it is the other way round`,
      )
    if (over) this.#frozen = false
  }

  #open(event: Of<'CaseOpened'>): void {
    const count = BigInt(this.checkpoints.length)
    const from = max(this.#since, count > RING ? count - RING : 0n)
    const window = earliestWindow(this.checkpoints.slice(Number(from)))
    if (event.args.epoch !== this.epoch)
      this.#fault(event, `epoch ${event.args.epoch}, ${this.epoch} cases were decided`)
    this.cases.push({
      opened: event,
      window,
      windowHash: window && this.checkpoints[Number(window.last)]?.event.args.hash,
      reporters: this.#reporters,
      quorum: this.#quorum,
      ends: [],
    })
  }

  #count(event: Of<'LossExecuted'>): void {
    const { mark, epoch } = event.args
    const found = this.cases.at(-1)
    if (found?.opened.args.epoch !== epoch) this.#fault(event, `no case of epoch ${epoch}`)
    else {
      found.counted = event
      found.before = { mark: this.vault.mark, supply: this.vault.supply }
    }
    this.vault.say(mark)
    this.#freezeEnd = undefined
    this.#decide(event)
  }

  /** A case needs checkpoints of its own. */
  #decide(event: Of<'LossExecuted'> | Of<'LossRejected'>): void {
    if (event.args.epoch !== this.epoch)
      this.#fault(event, `epoch ${event.args.epoch}, ${this.epoch} cases were decided`)
    this.epoch = event.args.epoch + 1n
    this.#since = BigInt(this.checkpoints.length)
    this.#above = 0
    this.#frozen = false
  }

  #fault({ block, eventName }: LossEvent, what: string): void {
    this.#faults.push(`block ${block} ${eventName}: ${what}`)
  }
}

const HASHED = [
  'address',
  'uint256',
  'bytes32',
  'uint256',
  'uint256',
  'uint256',
  'uint256',
  'uint256',
] as const

const min = (a: bigint, b: bigint) => (a < b ? a : b)
const max = (a: bigint, b: bigint) => (a > b ? a : b)
const ceilDiv = (a: bigint, b: bigint) => (a + b - 1n) / b
