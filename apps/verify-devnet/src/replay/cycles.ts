import type { Address } from 'viem'
import type { cycleManagerAbi } from '../abi.ts'
import type { Entry } from '../chain.ts'

export type CycleEvent = Entry<typeof cycleManagerAbi>

/** Books of one reactor as its events tell them, base units of its asset. */
export interface ReactorBooks {
  reactor: Address
  asset: Address
  idle: bigint
  dep: bigint
  withheld: bigint
  /** T: deposits less filled shares. */
  supply: bigint
  /** R at the last balance: the sum of all flows, and of the external flows before it. */
  balancedReserve: bigint
  /** Since the last balance: external flows, and what moves won or lost. The next flow contains the latter. */
  external: bigint
  moved: bigint
}

export interface PositionBooks {
  adapter: Address
  token: ReactorBooks
  pair: ReactorBooks
  /** LP tokens. */
  units: bigint
  tokenAmount: bigint
  pairAmount: bigint
}

export interface Flow {
  cycle: bigint
  reactorId: bigint
  flow: bigint
}

export interface CycleReplay {
  reactors: ReactorBooks[]
  positions: PositionBooks[]
  flows: Flow[]
  /** Completed cycles and the block of each completion. */
  completed: Array<{ cycle: bigint; block: bigint }>
  /** A rollover is under way: dep is marked before the flow of it is booked. */
  rolling: boolean
  /** Where the events contradict each other. */
  faults: string[]
}

/** R from flows, external flows and move differences. No getter and no reserve field of an event goes into it. */
export const reserveOf = ({ balancedReserve, external, moved }: ReactorBooks): bigint =>
  balancedReserve + external + moved

export const balances = (books: ReactorBooks): boolean =>
  books.idle + books.dep === books.supply + reserveOf(books)

/** Rebuilds the books of all reactors from the cycle manager's events, oldest first. */
export function replayCycles(events: readonly CycleEvent[]): CycleReplay {
  const ledger = new CycleLedger()
  for (const event of events) ledger.apply(event)
  return ledger
}

type Step = 'mark' | 'balance' | 'plan' | 'move' | 'fill'

class CycleLedger implements CycleReplay {
  readonly reactors: ReactorBooks[] = []
  readonly positions: PositionBooks[] = []
  readonly flows: Flow[] = []
  readonly completed: Array<{ cycle: bigint; block: bigint }> = []
  readonly faults: string[] = []
  rolling = false
  /** Items of the running rollover, as "step id". */
  readonly #done = new Set<string>()

  apply(event: CycleEvent): void {
    switch (event.eventName) {
      case 'ReactorAdded': {
        const { reactor, asset } = event.args
        const empty = {
          idle: 0n,
          dep: 0n,
          withheld: 0n,
          supply: 0n,
          balancedReserve: 0n,
          external: 0n,
          moved: 0n,
        }
        this.reactors.push({ reactor, asset, ...empty })
        break
      }
      case 'PositionAdded': {
        const { adapter, tokenReactor, pairReactor } = event.args
        const [token, pair] = [this.#reactor(tokenReactor), this.#reactor(pairReactor)]
        this.positions.push({ adapter, token, pair, units: 0n, tokenAmount: 0n, pairAmount: 0n })
        break
      }
      case 'Deposited': {
        const books = this.#reactor(event.args.reactorId)
        books.idle += event.args.assets
        books.supply += event.args.assets
        break
      }
      case 'ExternalFlow': {
        const books = this.#reactor(event.args.reactorId)
        books.external += event.args.amount
        if (event.args.reason !== HAIRCUT) books.idle += event.args.amount
        break
      }
      case 'Paid':
        this.#reactor(event.args.reactorId).withheld -= event.args.assets
        break
      case 'RolloverStarted':
        if (this.rolling) this.#fault(event, 'a rollover starts inside another')
        this.#expectCycle(event, event.args.cycle)
        this.rolling = true
        this.#done.clear()
        break
      case 'PositionMarked':
        this.#step(event, 'mark', event.args.positionId)
        remark(this.#position(event.args.positionId), event.args)
        break
      case 'ReactorBalanced':
        this.#step(event, 'balance', event.args.reactorId)
        this.#balance(event)
        break
      case 'ReactorPlanned':
        this.#step(event, 'plan', event.args.reactorId)
        break
      case 'PositionMoved':
        this.#step(event, 'move', event.args.positionId)
        move(this.#position(event.args.positionId), event.args)
        break
      case 'ReactorFilled': {
        this.#step(event, 'fill', event.args.reactorId)
        const books = this.#reactor(event.args.reactorId)
        books.supply -= event.args.shares
        books.idle -= event.args.assets
        books.withheld += event.args.assets
        break
      }
      case 'CycleCompleted':
        this.#complete(event, event.args.cycle)
        break
    }
  }

  #balance(event: Extract<CycleEvent, { eventName: 'ReactorBalanced' }>): void {
    const { cycle, reactorId, flow, reserve, supply, lpAssets } = event.args
    const books = this.#reactor(reactorId)
    books.balancedReserve += books.external + flow
    books.external = 0n
    books.moved = 0n
    this.flows.push({ cycle, reactorId, flow })

    const assets = books.idle + books.dep
    const expected = supply < assets ? supply : assets
    if (!balances(books)) this.#fault(event, `reactor ${reactorId}: idle + dep is not T + R after the flow`)
    if (reserve !== books.balancedReserve)
      this.#fault(event, `reactor ${reactorId}: R ${reserve}, replayed ${books.balancedReserve}`)
    if (supply !== books.supply)
      this.#fault(event, `reactor ${reactorId}: T ${supply}, replayed ${books.supply}`)
    if (lpAssets !== expected) this.#fault(event, `reactor ${reactorId}: L ${lpAssets}, replayed ${expected}`)
  }

  #complete(event: CycleEvent, cycle: bigint): void {
    this.#expectCycle(event, cycle)
    if (!this.rolling) this.#fault(event, 'completed without a rollover')
    const expected = this.positions.length * 2 + this.reactors.length * 3
    if (this.#done.size !== expected) {
      this.#fault(event, `completed after ${this.#done.size} of ${expected} steps`)
    }
    this.rolling = false
    this.completed.push({ cycle, block: event.block })
  }

  #step(event: CycleEvent & { args: { cycle: bigint } }, step: Step, id: bigint): void {
    this.#expectCycle(event, event.args.cycle)
    if (!this.rolling) this.#fault(event, `${step} ${id} outside of a rollover`)
    const item = `${step} ${id}`
    if (this.#done.has(item)) this.#fault(event, `${item} twice`)
    this.#done.add(item)
  }

  /** Cycles count from 0, so the running one is the number of those completed. */
  #expectCycle(event: CycleEvent, cycle: bigint): void {
    const running = BigInt(this.completed.length)
    if (cycle !== running) this.#fault(event, `of cycle ${cycle} while cycle ${running} runs`)
  }

  #fault(event: CycleEvent, what: string): void {
    this.faults.push(`block ${event.block} ${event.eventName}: ${what}`)
  }

  #reactor(id: bigint): ReactorBooks {
    const books = this.reactors[Number(id)]
    if (books === undefined) throw new Error(`an event of reactor ${id}, which was never added`)
    return books
  }

  #position(id: bigint): PositionBooks {
    const books = this.positions[Number(id)]
    if (books === undefined) throw new Error(`an event of position ${id}, which was never added`)
    return books
  }
}

/** `Reason.Haircut`: R without tokens. */
const HAIRCUT = 2

/** New marks of both sides; dep follows. */
function remark(position: PositionBooks, marks: { tokenAmount: bigint; pairAmount: bigint }): void {
  position.token.dep += marks.tokenAmount - position.tokenAmount
  position.pair.dep += marks.pairAmount - position.pairAmount
  position.tokenAmount = marks.tokenAmount
  position.pairAmount = marks.pairAmount
}

/** What a move turns idle into is seldom worth the same at the oracle price: the difference is R's. */
function move(
  position: PositionBooks,
  moved: { units: bigint; tokenIdle: bigint; pairIdle: bigint; tokenAmount: bigint; pairAmount: bigint },
): void {
  position.token.moved += moved.tokenIdle + moved.tokenAmount - position.tokenAmount
  position.pair.moved += moved.pairIdle + moved.pairAmount - position.pairAmount
  position.token.idle += moved.tokenIdle
  position.pair.idle += moved.pairIdle
  position.units += moved.units
  remark(position, moved)
}
