import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { BlockRef } from '@headrace/chain'
import { oneLine, StartupError } from '@headrace/service'
import { type Intent, intents } from '@headrace/txmgr'
import Database from 'better-sqlite3'
import { and, desc, eq, lt, lte } from 'drizzle-orm'
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3'
import { migrate } from 'drizzle-orm/better-sqlite3/migrator'
import type { Address, Hex } from 'viem'
import { ConflictError } from './errors.ts'
import type { BlockMemory } from './finality.ts'
import type { LossReport } from './report.ts'
import { blocks, signatures } from './schema.ts'

export type Signature = typeof signatures.$inferSelect

/** Finalized blocks that are kept, in blocks seen. */
const KEPT_BLOCKS = 10_000n

export interface SigningKey {
  chainId: number
  oracle: Address
  signer: Address
}

/** What must outlive a restart: what was final, and what was signed. */
export class Journal implements BlockMemory {
  readonly #file: Database.Database
  readonly #db: BetterSQLite3Database

  constructor(path: string) {
    this.#file = new Database(path)
    this.#file.pragma('busy_timeout = 5000')
    this.#file.pragma('journal_mode = WAL')
    // A commit survives power loss: a signature that went out must not be forgotten.
    this.#file.pragma('synchronous = FULL')
    this.#db = drizzle({ client: this.#file })
    migrate(this.#db, {
      migrationsFolder: fileURLToPath(new URL('../drizzle', import.meta.url)),
      migrationsTable: 'oracle_migrations',
    })
  }

  newestBlock(upTo?: bigint) {
    return this.#db
      .select()
      .from(blocks)
      .where(upTo === undefined ? undefined : lte(blocks.number, upTo))
      .orderBy(desc(blocks.number))
      .limit(1)
      .get()
  }

  rememberBlock({ number, hash }: BlockRef): void {
    this.#db.insert(blocks).values({ number, hash }).onConflictDoNothing().run()
    this.#db
      .delete(blocks)
      .where(lt(blocks.number, number - KEPT_BLOCKS))
      .run()
  }

  /** After somebody has looked: the chain as it is now counts as final. What was signed stays. */
  forgetBlocks(): void {
    this.#db.delete(blocks).run()
  }

  /**
   * Writes down what is about to be signed, before it is. The same report again is the same entry.
   * @throws ConflictError when this key has decided for another report of the epoch with the same last checkpoint.
   */
  decide(key: SigningKey, report: LossReport, digest: Hex, block: BlockRef): Signature {
    const { lmp, epoch, last } = report
    this.#db
      .insert(signatures)
      .values({
        ...key,
        ...report,
        digest,
        blockNumber: block.number,
        blockHash: block.hash,
        createdAt: Date.now(),
      })
      .onConflictDoNothing()
      .run()
    const entry = this.#db.select().from(signatures).where(ofReport(key, report)).get()
    if (entry?.digest !== digest) {
      throw new ConflictError(
        `epoch ${epoch} of ${lmp}: another report that ends with checkpoint ${last} is signed already; this one is not`,
      )
    }
    return entry
  }

  keep(key: SigningKey, report: LossReport, signature: Hex): void {
    this.#db.update(signatures).set({ signature }).where(ofReport(key, report)).run()
  }

  close(): void {
    this.#file.close()
  }
}

function ofReport({ chainId, oracle, signer }: SigningKey, { lmp, epoch, last }: LossReport) {
  return and(
    eq(signatures.chainId, chainId),
    eq(signatures.oracle, oracle),
    eq(signatures.signer, signer),
    eq(signatures.lmp, lmp),
    eq(signatures.epoch, epoch),
    eq(signatures.last, last),
  )
}

export interface JournalStatus {
  block: { number: bigint } | undefined
  signatures: Signature[]
  transactions: Intent[]
}

/**
 * The newest entries of a journal file.
 * @throws StartupError when there is no journal.
 */
export function readStatus(path: string, limit = 20): JournalStatus {
  assertExists(path)
  const file = new Database(path, { readonly: true })
  try {
    const db = drizzle({ client: file })
    return {
      block: db.select().from(blocks).orderBy(desc(blocks.number)).limit(1).get(),
      signatures: db.select().from(signatures).orderBy(desc(signatures.createdAt)).limit(limit).all(),
      transactions: db.select().from(intents).orderBy(desc(intents.id)).limit(limit).all(),
    }
  } catch (error) {
    throw new StartupError(`${path} is no journal of an oracle (${oneLine(error)}): correct DATABASE_FILE`)
  } finally {
    file.close()
  }
}

/** @throws StartupError when there is no journal. */
export function forgetBlocks(path: string): void {
  assertExists(path)
  const journal = new Journal(path)
  journal.forgetBlocks()
  journal.close()
}

function assertExists(path: string): void {
  if (!existsSync(path)) {
    throw new StartupError(`there is no journal at ${path}: run the oracle first or correct DATABASE_FILE`)
  }
}
