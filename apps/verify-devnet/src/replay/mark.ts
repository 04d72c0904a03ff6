import { zeroAddress } from 'viem'
import type { LossEvent } from './losses.ts'

const WAD = 10n ** 18n

/** What a vault's own events tell of its supply and its loss mark. */
export class MarkReplay {
  /** WAD of asset per share. */
  mark = 0n
  supply = 0n
  readonly faults: string[] = []
  /** What the loss ledger said last, until the vault repeats it. */
  #said: bigint | undefined
  /** A mark that fell and whose cause is still to come: shares that are minted. */
  #fell: { from: bigint } | undefined
  /** Shares minted, for which a deposit may still follow. */
  #minted: { event: LossEvent; shares: bigint; supply: bigint; from: bigint } | undefined

  /** The ledger's word: what the vault must hold from now on. */
  say(mark: bigint): void {
    this.#said = mark === this.mark ? undefined : mark
  }

  apply(event: LossEvent): void {
    if (this.#said !== undefined && event.eventName !== 'LossSynced') this.#deaf()
    if (event.eventName === 'Deposit') {
      this.#deposit(event)
      return
    }
    this.#fee()
    switch (event.eventName) {
      case 'LossMarkMoved':
        if (event.args.lossMark > this.mark)
          this.#fault(event, `rises from ${this.mark} to ${event.args.lossMark}`)
        this.#fell = { from: this.mark }
        this.mark = event.args.lossMark
        break
      case 'LossSynced': {
        const expected = this.#said ?? this.mark
        if (event.args.lossMark !== expected)
          this.#fault(event, `the vault keeps ${event.args.lossMark}, the ledger said ${expected}`)
        this.mark = event.args.lossMark
        this.#said = undefined
        break
      }
      case 'Transfer': {
        const { from, to, value } = event.args
        if (from === zeroAddress) {
          this.#minted = { event, shares: value, supply: this.supply, from: this.#fell?.from ?? this.mark }
          this.#fell = undefined
          this.supply += value
        }
        if (to === zeroAddress) this.supply -= value
        break
      }
    }
  }

  /** After the last event. */
  close(): void {
    this.#fee()
    if (this.#said !== undefined) this.#deaf()
  }

  #deaf(): void {
    this.faults.push(`the vault keeps mark ${this.mark}, the ledger said ${this.#said}`)
    this.#said = undefined
  }

  /** Shares nobody paid for are a fee: the mark falls with the value per share. */
  #fee(): void {
    if (this.#minted === undefined) return
    const { event, shares, supply, from } = this.#minted
    this.#minted = undefined
    const expected = supply === 0n ? from : (from * supply) / (supply + shares)
    if (this.mark !== expected)
      this.#fault(event, `${this.mark} after a fee of ${shares} shares, computed ${expected}`)
  }

  /** Who enters below the mark brings what he paid; who enters above it does not move it. */
  #deposit(event: Extract<LossEvent, { eventName: 'Deposit' }>): void {
    const { assets, shares } = event.args
    const minted = this.#minted
    this.#minted = undefined
    if (minted === undefined || minted.shares !== shares) {
      this.#fault(event, `${shares} shares that were not minted`)
      return
    }
    const { supply, from } = minted
    const below = assets * WAD < shares * from
    const expected = below ? (from * supply + assets * WAD) / (supply + shares) : from
    if (this.mark !== expected)
      this.#fault(event, `${this.mark} after ${assets} assets for ${shares} shares, computed ${expected}`)
  }

  #fault({ block, eventName }: LossEvent, what: string): void {
    this.faults.push(`block ${block} ${eventName}: mark ${what}`)
  }
}
