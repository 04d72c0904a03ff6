import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { and, asc, desc, eq, inArray, isNotNull, max } from 'drizzle-orm'
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3'
import { migrate } from 'drizzle-orm/better-sqlite3/migrator'
import type { Address, Hash } from 'viem'
import type { OpenIntent } from './decide.ts'
import { JournalMismatchError, LeaseLostError } from './errors.ts'
import { type Attempt, attempts, type Intent, type IntentState, intents, leases } from './schema.ts'
import type { TxRequest } from './types.ts'

const OPEN: IntentState[] = ['pending', 'sent', 'mined']
const WITHOUT_EFFECT: IntentState[] = ['failed', 'cancelled', 'expired']

export interface JournalKey {
  chainId: number
  signer: Address
  /** Hash of block 0. */
  genesis: Hash
}

export type NewAttempt = Omit<typeof attempts.$inferInsert, 'id' | 'intentId' | 'createdAt' | 'error'>
export type IntentChange = Partial<Omit<Intent, 'id' | 'chainId' | 'signer' | 'dedupeKey' | 'createdAt'>>

/** The file that is written before anything happens. Several processes may have it open. */
export class Journal {
  readonly #file: Database.Database
  readonly #db: BetterSQLite3Database
  readonly #key: JournalKey

  constructor(path: string, key: JournalKey) {
    this.#file = new Database(path)
    this.#file.pragma('busy_timeout = 5000')
    this.#file.pragma('journal_mode = WAL')
    // A commit survives power loss: a broadcast transaction must not be forgotten.
    this.#file.pragma('synchronous = FULL')
    this.#file.pragma('foreign_keys = ON')
    this.#db = drizzle({ client: this.#file })
    this.#key = key
    this.#migrate()
    this.#claim()
  }

  close(): void {
    this.#file.close()
  }

  find(dedupeKey: string): Intent | undefined {
    return this.#db
      .select()
      .from(intents)
      .where(and(this.#mine(), eq(intents.dedupeKey, dedupeKey)))
      .get()
  }

  /** Newest first. */
  list(limit: number): Intent[] {
    return this.#db.select().from(intents).where(this.#mine()).orderBy(desc(intents.id)).limit(limit).all()
  }

  attemptsOf(intent: Intent): Attempt[] {
    return this.#db
      .select()
      .from(attempts)
      .where(eq(attempts.intentId, intent.id))
      .orderBy(asc(attempts.id))
      .all()
  }

  /** Everything that is not final, by id. */
  open(): OpenIntent[] {
    const rows = this.#db
      .select()
      .from(intents)
      .where(and(this.#mine(), inArray(intents.state, OPEN)))
      .orderBy(asc(intents.nonce), asc(intents.id))
      .all()
    return rows.map((intent) => ({
      intent,
      attempts: this.attemptsOf(intent).filter(({ nonce }) => nonce === intent.nonce),
    }))
  }

  /** 1 + the highest nonce of a final intent; 0 when there is none. */
  settledNonces(): number {
    const row = this.#db
      .select({ nonce: max(intents.nonce) })
      .from(intents)
      .where(
        and(this.#mine(), inArray(intents.state, ['confirmed', ...WITHOUT_EFFECT]), isNotNull(intents.nonce)),
      )
      .get()
    return row === undefined || row.nonce === null ? 0 : row.nonce + 1
  }

  /**
   * Writes an intent down. A dedupe key that is known keeps its intent; one that ended without an effect is
   * opened again with the new call.
   */
  submit(request: TxRequest): Intent {
    const call = {
      label: request.label,
      to: request.to,
      data: request.data ?? ('0x' as const),
      value: request.value ?? 0n,
      benign: request.benign ?? [],
      maxGas: request.maxGas ?? null,
      validUntil: request.validUntil ?? null,
      state: 'pending' as const,
    }
    return this.#exclusively(() => {
      const known = this.find(request.dedupeKey)
      if (known === undefined) return this.#insert({ dedupeKey: request.dedupeKey, ...call })
      return WITHOUT_EFFECT.includes(known.state) ? this.update(known, { ...RESET, ...call }) : known
    })
  }

  update(intent: Intent, change: IntentChange): Intent {
    return this.#db
      .update(intents)
      .set({ ...change, updatedAt: Date.now() })
      .where(eq(intents.id, intent.id))
      .returning()
      .get()
  }

  /**
   * Writes a signed transaction down, before its broadcast. `undefined`: the intent has changed since `intent` was
   * read (it was cancelled), nothing may be broadcast.
   * @throws LeaseLostError when another process has the key by now: then nothing may be broadcast.
   */
  recordAttempt(intent: Intent, attempt: NewAttempt, owner: string): Attempt | undefined {
    return this.#exclusively(() => {
      this.#fence(owner)
      if (this.find(intent.dedupeKey)?.state !== intent.state) return undefined
      this.update(intent, { state: 'sent', nonce: attempt.nonce })
      return this.#insertAttempt(intent, attempt)
    })
  }

  /**
   * A no-op for a nonce nobody holds, with an intent of its own.
   * @throws LeaseLostError as `recordAttempt`.
   */
  recordFill(attempt: NewAttempt, owner: string): { intent: Intent; attempt: Attempt } {
    return this.#exclusively(() => {
      this.#fence(owner)
      const intent = this.#insert({
        dedupeKey: `fill:${attempt.hash}`,
        label: `fill nonce ${attempt.nonce}`,
        to: this.#key.signer,
        data: '0x',
        value: 0n,
        benign: [],
        state: 'sent',
        nonce: attempt.nonce,
        closing: 'cancelled',
        reason: 'the nonce was left unused below others',
      })
      return { intent, attempt: this.#insertAttempt(intent, attempt) }
    })
  }

  noteRefusal(attempt: Attempt, error: string | null): void {
    this.#db.update(attempts).set({ error }).where(eq(attempts.id, attempt.id)).run()
  }

  /** Takes or renews the lease. `false`: another living process has it. */
  acquire(owner: string, ttlMs: number): boolean {
    return this.#exclusively(() => {
      const lease = this.#lease()
      const free =
        lease.owner === null || lease.owner === owner || lease.expiresAt <= Date.now() || hasDied(lease)
      if (!free) return false
      this.#db
        .update(leases)
        .set({ owner, host: hostname(), pid: process.pid, expiresAt: Date.now() + ttlMs })
        .where(this.#leaseKey())
        .run()
      return true
    })
  }

  /** Gives the lease back, if it is `owner`'s. */
  release(owner: string): void {
    this.#db
      .update(leases)
      .set({ owner: null, host: null, pid: null, expiresAt: 0 })
      .where(and(this.#leaseKey(), eq(leases.owner, owner)))
      .run()
  }

  #insert(
    values: Omit<typeof intents.$inferInsert, 'chainId' | 'signer' | 'createdAt' | 'updatedAt'>,
  ): Intent {
    const now = Date.now()
    const { chainId, signer } = this.#key
    return this.#db
      .insert(intents)
      .values({ ...values, chainId, signer, createdAt: now, updatedAt: now })
      .returning()
      .get()
  }

  #insertAttempt(intent: Intent, attempt: NewAttempt): Attempt {
    return this.#db
      .insert(attempts)
      .values({ ...attempt, intentId: intent.id, createdAt: Date.now() })
      .returning()
      .get()
  }

  #fence(owner: string): void {
    if (this.#lease().owner !== owner) throw new LeaseLostError('another process sends for this key now')
  }

  #lease(): typeof leases.$inferSelect {
    const lease = this.#db.select().from(leases).where(this.#leaseKey()).get()
    if (lease === undefined) throw new Error('the journal has lost its lease row')
    return lease
  }

  /** The first process makes the lease row; later ones check that the chain is the same. */
  #claim(): void {
    this.#db
      .insert(leases)
      .values({ ...this.#key, expiresAt: 0 })
      .onConflictDoNothing()
      .run()
    if (this.#lease().genesis === this.#key.genesis) return
    this.#file.close()
    throw new JournalMismatchError(
      `the journal belongs to another chain with id ${this.#key.chainId} (genesis differs): move the file away`,
    )
  }

  #migrate(): void {
    const config = {
      migrationsFolder: fileURLToPath(new URL('../drizzle', import.meta.url)),
      migrationsTable: 'tx_migrations',
    }
    try {
      migrate(this.#db, config)
    } catch {
      // Two processes may start at once: the loser finds the work done. A real fault throws again.
      migrate(this.#db, config)
    }
  }

  #exclusively<T>(work: () => T): T {
    return this.#file.inTransaction ? work() : this.#file.transaction(work).immediate()
  }

  #mine() {
    return and(eq(intents.chainId, this.#key.chainId), eq(intents.signer, this.#key.signer))
  }

  #leaseKey() {
    return and(eq(leases.chainId, this.#key.chainId), eq(leases.signer, this.#key.signer))
  }
}

/** Columns of an intent that starts over. */
export const RESET = {
  nonce: null,
  closing: null,
  reason: null,
  benignError: null,
  reopened: false,
  minedHash: null,
  minedBlock: null,
  minedBlockHash: null,
  succeeded: null,
  gasUsed: null,
  gasPrice: null,
} as const satisfies IntentChange

/** The lease's process ran on this machine and is gone: no need to wait for the lease to run out. */
function hasDied({ host, pid }: typeof leases.$inferSelect): boolean {
  if (host !== hostname() || pid === null) return false
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}
