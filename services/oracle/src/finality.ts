import { type BlockRef, type Endpoint, readBlock, readFinalized, readHead } from '@headrace/chain'
import type { Hash, PublicClient } from 'viem'
import { readAgreed, readEach } from './agree.ts'
import { DisagreementError, EndpointError, FinalityError } from './errors.ts'

/** Finalized blocks that were seen, over restarts. */
export interface BlockMemory {
  /** The newest of them, at or below `upTo` when that is given. */
  newestBlock(upTo?: bigint): { number: bigint; hash: Hash } | undefined
  rememberBlock(block: BlockRef): void
}

/** For looks that leave no trace. */
export const NO_MEMORY: BlockMemory = { newestBlock: () => undefined, rememberBlock: () => {} }

/** The newest block that is final for every endpoint. */
export class Finality {
  readonly #endpoints: readonly Endpoint[]
  readonly #depth: number | undefined
  readonly #memory: BlockMemory

  /** @param depth finalized = head - depth; undefined: what the chain itself calls finalized. */
  constructor(endpoints: readonly Endpoint[], depth: number | undefined, memory: BlockMemory) {
    this.#endpoints = endpoints
    this.#depth = depth
    this.#memory = memory
  }

  /**
   * @throws FinalityError when a block that was final is another one for every endpoint; DisagreementError when they differ;
   * EndpointError when one lags or does not answer.
   */
  async newest(): Promise<BlockRef> {
    const number = await this.newestNumber()
    const known = this.#memory.newestBlock(number)
    // Its hash covers every block before it.
    if (known !== undefined) await this.#stillThere(known)
    const newest = this.#memory.newestBlock()
    if (newest !== undefined && number < newest.number) {
      throw new EndpointError(`block ${number} is final, ${newest.number} was already: an endpoint lags`)
    }
    const block = await this.at(number)
    this.#memory.rememberBlock(block)
    return block
  }

  /** The number of the newest block all endpoints call final. */
  async newestNumber(): Promise<bigint> {
    const found = await readEach(this.#endpoints, 'the finalized block', (client) => this.#finalized(client))
    return found.reduce((least, { value }) => (value < least ? value : least), found[0]?.value ?? 0n)
  }

  /** The block of a number, the same for every endpoint. */
  at(number: bigint): Promise<BlockRef> {
    return readAgreed(this.#endpoints, `block ${number}`, (client) => blockAt(client, number))
  }

  async #finalized(client: PublicClient): Promise<bigint> {
    if (this.#depth === undefined) return (await readFinalized(client)).number
    const head = (await readHead(client)).number
    return head > BigInt(this.#depth) ? head - BigInt(this.#depth) : 0n
  }

  async #stillThere(known: { number: bigint; hash: Hash }): Promise<void> {
    const seen = await readEach(this.#endpoints, `block ${known.number}`, (client) =>
      blockAt(client, known.number),
    )
    const changed = seen.filter(({ value }) => value.hash !== known.hash)
    if (changed.length === 0) return
    if (changed.length === seen.length) {
      throw new FinalityError(
        `block ${known.number} was final as ${known.hash} and is now ${changed[0]?.value.hash}: the chain broke its finality or was replaced; nothing is signed before somebody has looked`,
      )
    }
    throw new DisagreementError(
      `${changed[0]?.label} has another block ${known.number} than the one that is final: nothing is signed on it`,
    )
  }
}

async function blockAt(client: PublicClient, number: bigint): Promise<BlockRef> {
  const block = await readBlock(client, { blockNumber: number })
  // An endpoint behind a balancer may answer with what it has.
  if (block?.number !== number) throw new EndpointError(`does not have block ${number} yet`)
  return block
}
