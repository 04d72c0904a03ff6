import { setTimeout as sleep } from 'node:timers/promises'
import {
  type BlockRef,
  compareChain,
  DeepReorgError,
  readBlock,
  readFinalized,
  readHead,
} from '@headrace/chain'
import { oneLine } from '@headrace/service'
import type { Logger } from 'pino'
import type { PublicClient } from 'viem'
import { toNumber } from './events.ts'
import { IndexerFault } from './fault.ts'
import { blockEvents, finalEvents, header, UnsettledError } from './fetch.ts'
import { NO_READINGS, type Readings } from './readings.ts'
import type { Store } from './store.ts'

export interface IndexerOptions {
  client: PublicClient
  store: Store
  startBlock: bigint
  /** What no event tells; asked about the newest block. */
  read: (block: BlockRef) => Promise<Readings>
  log: Logger
  pollMs?: number
}

export interface IndexerStatus {
  /** Newest block of the chain, when one was seen. */
  readonly head: number | undefined
  /** Newest block indexed. */
  readonly tip: number | undefined
  readonly finalized: number
  /** The tip was the head when the last look ended. */
  readonly caughtUp: boolean
  /** Milliseconds since the chain was last read without an error, on this machine's clock. */
  readonly silentMs: number
  /** Why the indexer stopped for good; absent while it runs. */
  readonly fault: string | undefined
  readonly lastError: string | undefined
  readonly reorgs: number
  readonly events: number
}

/**
 * Follows the chain: final blocks by ranges, the others one by one, each on its parent. Every look starts from what is
 * stored, so an error, a restart or a reorg in the middle needs no repair.
 */
export class Indexer {
  readonly #options: IndexerOptions
  #head: BlockRef | undefined
  #tip: BlockRef | undefined
  #fault: string | undefined
  #lastError: string | undefined
  #reorgs = 0
  #events = 0
  #caughtUp = false
  #lookedAt = performance.now()

  constructor(options: IndexerOptions) {
    this.#options = options
    this.#tip = options.store.unfinalized().at(-1)
  }

  status(): IndexerStatus {
    return {
      head: this.#head && toNumber(this.#head.number),
      tip: this.#tip && toNumber(this.#tip.number),
      finalized: this.#options.store.finalized(),
      caughtUp: this.#caughtUp,
      silentMs: Math.round(performance.now() - this.#lookedAt),
      fault: this.#fault,
      lastError: this.#lastError,
      reorgs: this.#reorgs,
      events: this.#events,
    }
  }

  /** Runs until `signal` aborts, or until a fault: then it says so in the log and in `status`, and touches nothing. */
  async run(signal: AbortSignal): Promise<void> {
    const { log, pollMs = 1_000 } = this.#options
    while (!signal.aborted) {
      try {
        await this.advance(signal)
        this.#lastError = undefined
      } catch (error) {
        if (signal.aborted) return
        this.#lastError = oneLine(error)
        if (error instanceof IndexerFault || error instanceof DeepReorgError) {
          this.#fault = oneLine(error)
          log.fatal({ err: error }, 'the indexer stopped; what is indexed stays readable')
          return
        }
        log.warn({ error: this.#lastError }, 'the chain could not be followed; trying again')
      }
      await sleep(pollMs, undefined, { signal }).catch(() => undefined)
    }
  }

  /** Indexes up to the head as it is now. */
  async advance(signal?: AbortSignal): Promise<void> {
    const { client } = this.#options
    const [head, finalized] = await Promise.all([readHead(client), readFinalized(client)])
    this.#head = head
    if (await this.#stepBack(head)) {
      await this.#backfill(finalized, signal)
      await this.#follow(head, signal)
      this.#finalize(finalized)
    }
    this.#caughtUp = this.#tip?.hash === head.hash
    this.#lookedAt = performance.now()
  }

  /** Undoes what left the chain. False when the endpoint lags behind what is stored. */
  async #stepBack(head: BlockRef): Promise<boolean> {
    const { client, store, log } = this.#options
    const stored = store.unfinalized()
    if (stored.length === 0) return true
    const step = await compareChain(stored, head, (blockNumber) => readBlock(client, { blockNumber }))
    if (step.kind === 'reorged') {
      const depth = step.orphaned.length
      log.warn({ ancestor: step.ancestor.number, depth }, 'reorg: undoing blocks')
      store.undoTo(step.ancestor)
      this.#tip = step.ancestor
      this.#reorgs++
    }
    return step.kind !== 'behind'
  }

  async #backfill(finalized: BlockRef, signal: AbortSignal | undefined): Promise<void> {
    const { client, store, startBlock, log } = this.#options
    const from = this.#tip === undefined ? startBlock : this.#tip.number + 1n
    if (from > finalized.number) return
    const began = performance.now()
    for await (const { end, blocks } of finalEvents(
      client,
      () => store.contracts(),
      from,
      finalized.number,
    )) {
      // The journal of the blocks below is of no use any more: they are final too.
      this.#finalize(finalized)
      store.writeFinal(end, blocks)
      this.#tip = end
      const events = blocks.reduce((sum, each) => sum + each.events.length, 0)
      this.#events += events
      const seconds = ((performance.now() - began) / 1000).toFixed(1)
      log.info({ block: end.number, of: finalized.number, events, seconds }, 'indexed final blocks')
      if (signal?.aborted) return
    }
  }

  async #follow(head: BlockRef, signal: AbortSignal | undefined): Promise<void> {
    const { client, store, startBlock, read } = this.#options
    const from = this.#tip === undefined ? startBlock : this.#tip.number + 1n
    for (let number = from; number <= head.number && !signal?.aborted; number++) {
      const block = number === head.number ? head : await header(client, number)
      if (this.#tip !== undefined && block.parentHash !== this.#tip.hash) {
        throw new UnsettledError(
          `block ${number} does not follow the indexed block: the chain changed meanwhile`,
        )
      }
      const events = await blockEvents(client, store.contracts(), block)
      // Readings are of the newest block or none: those of older ones would be gone at once.
      const readings = number === head.number ? await read(block) : NO_READINGS
      store.writeBlock(block, events, readings)
      this.#tip = block
      this.#events += events.length
    }
  }

  /** Finality never goes back, and never beyond what is indexed. */
  #finalize(finalized: BlockRef): void {
    const { store } = this.#options
    if (this.#tip === undefined) return
    const number = Math.min(toNumber(finalized.number), toNumber(this.#tip.number))
    if (number > store.finalized()) store.finalize(number)
  }
}
