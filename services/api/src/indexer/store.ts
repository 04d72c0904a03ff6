import type { BlockRef } from '@headrace/chain'
import { type Deployment, StartupError } from '@headrace/service'
import { asc, desc, gt, gte, lt } from 'drizzle-orm'
import type { Address } from 'viem'
import type { Database } from '../db/open.ts'
import {
  blocks,
  cycles,
  headrooms,
  lmps,
  lossReadings,
  lossStates,
  lotPrices,
  pools,
  prices,
  reactors,
  splitters,
  sync,
} from '../db/schema.ts'
import { applyBlock } from './apply.ts'
import { type Contracts, contractsOf, deploymentDigest } from './contracts.ts'
import { type ProtocolEvent, toNumber } from './events.ts'
import { IndexerFault } from './fault.ts'
import type { Readings } from './readings.ts'

/** Final blocks kept for pages that are pinned to them: a day of 12 s blocks. */
const PAGE_BLOCKS = 7_200

type Backing = NonNullable<Deployment['lmps'][number]['backing']>

export interface EventsOfBlock {
  readonly block: number
  readonly events: readonly ProtocolEvent[]
}

/** What the indexer has written, and the only place that writes it: each method is one transaction. */
export class Store {
  readonly #db: Database
  readonly #deployment: Deployment

  /** @throws StartupError when the file holds another chain or deployment. */
  constructor(db: Database, deployment: Deployment, file: string) {
    this.#db = db
    this.#deployment = deployment
    const digest = deploymentDigest(deployment)
    const found = db.write.select().from(sync).get()
    if (found === undefined) this.#create(digest)
    else if (found.chainId !== deployment.chainId || found.deployment !== digest) {
      throw new StartupError(
        `DATABASE_FILE ${file} holds another deployment (chain ${found.chainId}): set it to a new file, or remove the file to index again`,
      )
    }
  }

  /** The state before the first event: the vaults the deployment names and the cycle it starts with. */
  #create(deployment: string): void {
    const { chainId, startBlock } = this.#deployment
    this.#db.transact(() => {
      const finalized = toNumber(startBlock) - 1
      this.#db.write.insert(sync).values({ id: 1, chainId, deployment, finalized }).run()
      this.#db.write.insert(cycles).values({ number: 0 }).run()
      const book = {
        supply: 0n,
        idle: 0n,
        mark: 0n,
        sumSafe: 0n,
        sumMin: 0n,
        sumMax: 0n,
        clean: false,
        feeBps: 0,
      }
      const lock = { locked: 0n, lockStart: 0, lockEnd: 0 }
      for (const { address, backing } of this.#deployment.lmps) {
        this.#db.write
          .insert(lmps)
          .values({ address, ...book, ...lock })
          .run()
        this.#db.write.insert(lossStates).values({ lmp: address }).run()
        if (backing !== undefined) this.#createBacking(address, backing)
      }
    })
  }

  #createBacking(lmp: Address, { pool, mode, performanceSplitter, managementSplitter }: Backing): void {
    this.#db.write.insert(pools).values({ address: pool, lmp, mode }).run()
    this.#db.write
      .insert(splitters)
      .values([
        { address: performanceSplitter, lmp, fee: 'performance' },
        { address: managementSplitter, lmp, fee: 'management' },
      ])
      .run()
  }

  /** Number of the newest block that is final here. */
  finalized(): number {
    const row = this.#db.write.select({ finalized: sync.finalized }).from(sync).get()
    if (row === undefined) throw new IndexerFault('the file lost its sync row: remove it to index again')
    return row.finalized
  }

  /** The consecutive blocks that may still change and the final one they stand on, oldest first. */
  unfinalized(): BlockRef[] {
    const rows = this.#db.write
      .select()
      .from(blocks)
      .where(gte(blocks.number, this.finalized()))
      .orderBy(asc(blocks.number))
      .all()
    return rows.map(({ number, hash, parentHash, timestamp }) => ({
      number: BigInt(number),
      hash,
      parentHash,
      timestamp: BigInt(timestamp),
    }))
  }

  /** The contracts to follow: those of the deployment and those that events named since. */
  contracts(): Contracts {
    const contracts = contractsOf(this.#deployment)
    for (const { address } of this.#db.write.select({ address: reactors.address }).from(reactors).all()) {
      contracts.set(address, 'reactor')
    }
    for (const { gate } of this.#db.write.select({ gate: lmps.gate }).from(lmps).all()) {
      if (gate !== null) contracts.set(gate, 'gate')
    }
    return contracts
  }

  /** Blocks that are final already, up to and with `end`; only the last one's header is kept. */
  writeFinal(end: BlockRef, eventsByBlock: readonly EventsOfBlock[]): void {
    this.#apply(() => {
      this.#db.journal.begin(null)
      for (const { block, events } of eventsByBlock) applyBlock(block, events, this.#db.write)
      this.#insert(end)
      this.#setFinalized(toNumber(end.number))
    })
  }

  /** One block on top of the stored tip, undone by `undoTo`. */
  writeBlock(block: BlockRef, events: readonly ProtocolEvent[], readings: Readings): void {
    this.#apply(() => {
      const number = toNumber(block.number)
      this.#db.journal.begin(number)
      this.#insert(block)
      applyBlock(number, events, this.#db.write)
      this.#keep(readings)
    })
  }

  #keep(readings: Readings): void {
    const { write } = this.#db
    for (const { registry, token, ...set } of readings.prices) {
      write
        .insert(prices)
        .values({ registry, token, ...set })
        .onConflictDoUpdate({ target: [prices.registry, prices.token], set })
        .run()
    }
    for (const { destination, ...set } of readings.headrooms) {
      write
        .insert(headrooms)
        .values({ destination, ...set })
        .onConflictDoUpdate({ target: headrooms.destination, set })
        .run()
    }
    for (const { seller, token, ...set } of readings.lotPrices) {
      write
        .insert(lotPrices)
        .values({ seller, token, ...set })
        .onConflictDoUpdate({ target: [lotPrices.seller, lotPrices.token], set })
        .run()
    }
    for (const { lmp, ...set } of readings.losses) {
      write
        .insert(lossReadings)
        .values({ lmp, ...set })
        .onConflictDoUpdate({ target: lossReadings.lmp, set })
        .run()
    }
  }

  /** Takes back every block after `ancestor`. */
  undoTo(ancestor: BlockRef): void {
    this.#apply(() => {
      const number = toNumber(ancestor.number)
      if (number < this.finalized()) {
        throw new IndexerFault(`a reorg to block ${number} reaches below the final block ${this.finalized()}`)
      }
      this.#db.journal.undo(number)
      this.#db.write.delete(blocks).where(gt(blocks.number, number)).run()
    })
  }

  /** Blocks up to `number` are final: what would undo them goes, and headers too old to be paged by. */
  finalize(number: number): void {
    this.#apply(() => {
      this.#db.journal.forget(number)
      this.#setFinalized(number)
      this.#db.write
        .delete(blocks)
        .where(lt(blocks.number, number - PAGE_BLOCKS))
        .run()
    })
  }

  #setFinalized(finalized: number): void {
    this.#db.write.update(sync).set({ finalized }).run()
  }

  /** The parent must be the tip as it is now: a second program on the same file must not interleave. */
  #insert({ number, hash, parentHash, timestamp }: BlockRef): void {
    const tip = this.#db.write.select().from(blocks).orderBy(desc(blocks.number)).limit(1).get()
    if (
      tip !== undefined &&
      (tip.number >= number || (tip.number + 1 === toNumber(number) && tip.hash !== parentHash))
    ) {
      throw new IndexerFault(
        `block ${number} does not follow the stored block ${tip.number}: is another indexer writing this file?`,
      )
    }
    const row = {
      number: toNumber(number),
      hash,
      parentHash,
      timestamp: toNumber(timestamp),
      indexedAt: Date.now(),
    }
    this.#db.write.insert(blocks).values(row).run()
  }

  /** What fails while rows change would fail again: it is a fault of the program or the file, not of the network. */
  #apply(work: () => void): void {
    try {
      this.#db.transact(work)
    } catch (error) {
      throw error instanceof IndexerFault
        ? error
        : new IndexerFault('an event could not be applied', { cause: error })
    }
  }
}
