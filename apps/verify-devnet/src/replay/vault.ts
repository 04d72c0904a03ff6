import { type Address, zeroAddress } from 'viem'
import type { vaultAbi } from '../abi.ts'
import type { Entry } from '../chain.ts'

/** From the low end idle (96 bits), mark (96), flow (24), flowAt (40). */
const unpackFlow = (hot: bigint) => ({
  idle: BigInt.asUintN(96, hot),
  mark: BigInt.asUintN(96, hot >> 96n),
  flow: BigInt.asUintN(24, hot >> 192n),
  flowAt: hot >> 216n,
})

export type VaultEvent = Entry<typeof vaultAbi>
export type Rebalanced = Extract<VaultEvent, { eventName: 'Rebalanced' }>
type Of<N extends VaultEvent['eventName']> = Extract<VaultEvent, { eventName: N }>

/** What of the book only changes by an event: all of it but the lock, which decays. */
export type ToldBook = Omit<Of<'BookChanged'>['args']['book'], 'locked' | 'lockEnd'>

/** Calls after which the vault holds something else. Its word of what it holds then comes just before. */
const MOVES: ReadonlySet<string> = new Set([
  'Deposit',
  'Withdraw',
  'ProfitAdded',
  'Rebalanced',
  'RedeemedInKind',
])

/** Rebuilds what one vault holds from its events, oldest first. */
export function replayVault(events: readonly VaultEvent[]): VaultReplay {
  const replay = new VaultReplay()
  for (const event of events) replay.apply(event)
  replay.close()
  return replay
}

interface Values {
  safe: bigint
  spot: bigint
}

export class VaultReplay {
  /** From what came and went, base units of the asset. */
  idle = 0n
  readonly units = new Map<Address, bigint>()
  /** Rebalances the gate has to approve: all but those that leave a closing destination for idle. */
  readonly gated: Rebalanced[] = []
  /** As the vault told it last. */
  book: ToldBook = {
    ...{ idle: 0n, mark: 0n, sumSafe: 0n, sumMin: 0n, sumMax: 0n, valuedAt: 0n },
    ...{ flow: 0n, flowAt: 0n, expiry: 0n, pausedUntil: 0n, clean: false, stale: false },
  }
  /** Where the events contradict each other. */
  readonly faults: string[] = []
  readonly #values = new Map<Address, Values>()
  readonly #closing = new Set<Address>()
  #supply = 0n
  /** Units told since the vault last told its idle. */
  #units = new Map<Address, bigint>()
  /** Those of them that were told as they were held at that event. */
  #held = new Set<Address>()
  /** What the vault said it holds, until it is known what it held. */
  #told: { event: VaultEvent; idle: bigint; units: ReadonlyMap<Address, bigint> } | undefined

  apply(event: VaultEvent): void {
    // Shares are minted and burned between the vault's word and the call's own event.
    if (event.eventName === 'Transfer') {
      this.#transfer(event)
      return
    }
    const moves = MOVES.has(event.eventName)
    if (!moves) this.#settle()
    else if (this.#told === undefined) this.#fault(event, 'the vault did not tell what it holds')
    switch (event.eventName) {
      case 'Deposit':
      case 'ProfitAdded':
        this.#add(zeroAddress, event.args.assets)
        break
      case 'Withdraw':
        this.#add(zeroAddress, -event.args.assets)
        break
      case 'SoldForExit':
        this.#add(event.args.destination, -event.args.units)
        this.#add(zeroAddress, event.args.proceeds)
        break
      case 'Rebalanced':
        this.#rebalance(event)
        break
      case 'RedeemedInKind':
        this.#leaveInKind(event)
        break
      case 'DestinationValued':
        this.#value(event)
        break
      case 'Flowed': {
        const flowed = unpackFlow(event.args.hot)
        this.book = { ...this.book, ...flowed }
        this.#tell(event, flowed.idle)
        break
      }
      case 'BookChanged': {
        const { locked: _, lockEnd: __, ...book } = event.args.book
        this.book = book
        this.#expectSums(event)
        this.#tell(event, book.idle)
        break
      }
      case 'LossSynced':
        this.book = { ...this.book, mark: event.args.mark }
        break
      case 'PauseSet':
        this.book = { ...this.book, pausedUntil: event.args.until }
        break
      case 'ClosingSet':
        if (event.args.closingAt === 0n) this.#closing.delete(event.args.destination)
        else this.#closing.add(event.args.destination)
        break
      case 'DestinationRemoved':
        this.#remove(event)
        break
    }
    if (moves) this.#settle()
  }

  /** After the last event. */
  close(): void {
    this.#settle()
    for (const [place, amount] of [[zeroAddress, this.idle] as const, ...this.units]) {
      if (amount < 0n) this.faults.push(`${place === zeroAddress ? 'idle' : place} falls to ${amount}`)
    }
  }

  #transfer({ args: { from, to, value } }: Of<'Transfer'>): void {
    if (from === zeroAddress) this.#supply += value
    if (to === zeroAddress) this.#supply -= value
  }

  /** Valued twice in a call: what it held when it was valued first, before units left in that call, or the same again. */
  #value(event: Of<'DestinationValued'>): void {
    const { destination, units, safe, spot } = event.args
    const earlier = this.#units.get(destination) ?? units
    if (earlier !== units && !this.#held.has(destination))
      this.#fault(event, `${earlier} units of ${destination}, then ${units}`)
    this.#units.set(destination, units)
    if (units === (this.units.get(destination) ?? 0n)) this.#held.add(destination)
    else this.#held.delete(destination)
    this.#values.set(destination, { safe, spot })
  }

  #rebalance(event: Rebalanced): void {
    const { outs, ins } = event.args
    for (const leg of outs) this.#add(leg.destination, -leg.units)
    for (const leg of ins) this.#add(leg.destination, leg.units)
    const [from, to] = [outs[0]?.destination, ins[0]?.destination]
    const leaves = outs.length === 1 && ins.length === 1 && to === zeroAddress
    if (!leaves || from === undefined || !this.#closing.has(from)) this.gated.push(event)
  }

  /** The units that left are what is missing of those told: of everything the same slice, at most the shares' part. */
  #leaveInKind(event: Of<'RedeemedInKind'>): void {
    const { shares, assets } = event.args
    const take = (place: Address, amount: bigint, held: bigint) => {
      // The shares are burned by now, and one more is virtual.
      if (amount * (this.#supply + shares + 1n) > held * shares)
        this.#fault(event, `${amount} of ${held} ${place} for ${shares} shares`)
      if (amount < 0n) this.#fault(event, `${-amount} of ${place} came`)
      this.#add(place, -amount)
    }
    take(zeroAddress, assets, this.idle)
    for (const [destination, left] of this.#told?.units ?? []) {
      const held = this.units.get(destination) ?? 0n
      take(destination, held - left, held)
    }
  }

  #remove(event: Of<'DestinationRemoved'>): void {
    const { destination } = event.args
    const units = this.units.get(destination) ?? 0n
    if (units !== 0n) this.#fault(event, `${destination} still holds ${units} units`)
    this.units.delete(destination)
    this.#values.delete(destination)
    this.#closing.delete(destination)
  }

  /** The sums of the book are those of its destinations' values. What is stale counts 0 in one of them. */
  #expectSums(event: Of<'BookChanged'>): void {
    const { sumSafe, sumMin, sumMax, stale } = this.book
    let [safe, min, max] = [0n, 0n, 0n]
    for (const value of this.#values.values()) {
      const isSafeLower = value.safe < value.spot
      safe += value.safe
      min += isSafeLower ? value.safe : value.spot
      max += isSafeLower ? value.spot : value.safe
    }
    if (sumSafe !== safe) this.#fault(event, `sumSafe ${sumSafe}, replayed ${safe}`)
    if (sumMax !== max) this.#fault(event, `sumMax ${sumMax}, replayed ${max}`)
    if (stale ? sumMin > min : sumMin !== min) this.#fault(event, `sumMin ${sumMin}, replayed ${min}`)
  }

  #tell(event: VaultEvent, idle: bigint): void {
    this.#told = { event, idle, units: this.#units }
    this.#units = new Map()
    this.#held = new Set()
  }

  #settle(): void {
    if (this.#told === undefined) return
    const { event, idle, units } = this.#told
    this.#told = undefined
    if (idle !== this.idle) this.#fault(event, `idle ${idle}, replayed ${this.idle}`)
    for (const [destination, told] of units) {
      const replayed = this.units.get(destination) ?? 0n
      if (told !== replayed) this.#fault(event, `${told} units of ${destination}, replayed ${replayed}`)
    }
  }

  #add(place: Address, amount: bigint): void {
    if (place === zeroAddress) this.idle += amount
    else this.units.set(place, (this.units.get(place) ?? 0n) + amount)
  }

  #fault({ block, eventName }: VaultEvent, what: string): void {
    this.faults.push(`block ${block} ${eventName}: ${what}`)
  }
}
