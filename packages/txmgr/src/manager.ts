import { randomUUID } from 'node:crypto'
import type { ChainAccess } from '@headrace/chain'
import type { Abi, Hash, LocalAccount } from 'viem'
import {
  DEFAULT_POLICY,
  decide,
  firstFreeNonce,
  type JournalState,
  type Policy,
  type Publication,
} from './decide.ts'
import { type EffectContext, Effects } from './effects.ts'
import { JournalMismatchError, LeaseLostError, messages, TxTimeoutError } from './errors.ts'
import { Journal } from './journal.ts'
import type { Attempt, Intent } from './schema.ts'
import { type Simulation, simulate } from './simulate.ts'
import { type OnPoint, type Outcome, outcomeOf, type TxEvent, type TxLog, type TxRequest } from './types.ts'
import { readLatest, readView } from './view.ts'

export interface TxManagerOptions {
  chain: ChainAccess
  chainId: number
  account: LocalAccount
  /** Path of the journal file; created when missing. */
  journal: string
  /** Custom errors of the contracts called, to decode reverts with. */
  errors: Abi
  log: TxLog
  policy?: Partial<Policy>
  /** Pause between two looks at the chain. */
  pollMs?: number
  /** How long another process waits for this one's silence before it takes the key over. */
  leaseMs?: number
  onEvent?: (event: TxEvent) => void
  onPoint?: OnPoint
}

export interface WaitOptions {
  /** `mined`: in a block, a reorg may still undo it. `final`: for good. */
  until?: 'mined' | 'final'
  /** Deadline of the wait; the intent goes on after it. */
  timeoutMs?: number
}

/** The one owner of a key's nonces. Open it, `start` it, `submit` to it. */
export class TxManager {
  readonly #options: TxManagerOptions
  readonly #journal: Journal
  readonly #policy: Policy
  readonly #pollMs: number
  readonly #leaseMs: number
  readonly #owner = randomUUID()
  readonly #published = new Map<Hash, Publication>()
  readonly #context: EffectContext
  #leads = false
  #renewedAt = 0
  #lastHead: Hash | undefined
  #lastTrouble: string | undefined
  #held = new Set<number>()
  #stopped = true
  #closed = false
  #loop: Promise<void> = Promise.resolve()
  #wake: () => void = () => {}

  private constructor(options: TxManagerOptions, journal: Journal) {
    this.#options = options
    this.#journal = journal
    this.#policy = { ...DEFAULT_POLICY, ...options.policy }
    this.#pollMs = options.pollMs ?? 1_000
    this.#leaseMs = options.leaseMs ?? 30_000
    this.#context = {
      ...options,
      journal,
      owner: this.#owner,
      onPoint: options.onPoint ?? (() => {}),
      emit: (event) => this.#report(event),
      published: this.#published,
    }
  }

  /**
   * Opens the journal and checks that it belongs to this chain. Sends nothing yet.
   * @throws JournalMismatchError when the file is another chain's.
   */
  static async open(options: TxManagerOptions): Promise<TxManager> {
    const { client } = options.chain
    const signer = options.account.address
    const [genesis, nonce] = await Promise.all([
      client.getBlock({ blockNumber: 0n }),
      client.getTransactionCount({ address: signer }),
    ])
    const journal = new Journal(options.journal, { chainId: options.chainId, signer, genesis: genesis.hash })
    const settled = journal.settledNonces()
    if (nonce < settled) {
      journal.close()
      throw new JournalMismatchError(
        `the journal knows ${settled} final transactions of ${signer}, the chain ${nonce}: the endpoint lags or the chain was reset; check RPC_URLS or move ${options.journal} away`,
      )
    }
    return new TxManager(options, journal)
  }

  /** Whether this process sends for the key; another one with the same journal may. */
  get leads(): boolean {
    return this.#leads
  }

  /** Adopts what was in flight and works until `stop`. */
  start(): void {
    if (!this.#stopped) return
    if (this.#closed) throw new Error('a stopped transaction manager does not start again: open a new one')
    this.#stopped = false
    this.#loop = this.#run()
  }

  /** Ends after the step at hand, gives the key back and closes the journal. What is in flight is adopted by the next start. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#wake()
    await this.#loop
    if (this.#closed) return
    this.#closed = true
    this.#leads = false
    this.#journal.release(this.#owner)
    this.#journal.close()
  }

  /** Writes the intent down; it is sent soon. Known dedupe keys are not sent again unless they ended without an effect. */
  async submit(request: TxRequest): Promise<Intent> {
    const { onPoint } = this.#context
    await onPoint('intent:before', request)
    const intent = this.#journal.submit(request)
    await onPoint('intent:after', request)
    this.#wake()
    return intent
  }

  /**
   * Waits for the outcome of an intent, whichever process carries it out.
   * @throws TxTimeoutError at the deadline, an `AbortError` when the manager stops; the intent goes on.
   */
  async wait(
    dedupeKey: string,
    { until = 'mined', timeoutMs = 300_000 }: WaitOptions = {},
  ): Promise<Outcome> {
    const deadline = performance.now() + timeoutMs
    for (;;) {
      if (this.#stopped)
        throw new DOMException(`the wait for ${dedupeKey} ends with the manager`, 'AbortError')
      const intent = this.#journal.find(dedupeKey)
      if (intent === undefined) throw new Error(`no transaction was submitted with the key ${dedupeKey}`)
      const outcome = outcomeOf(intent)
      if (outcome !== undefined && (until === 'mined' || outcome.final)) return outcome
      if (performance.now() >= deadline) {
        throw new TxTimeoutError(
          `${intent.label} (${dedupeKey}) is still ${intent.state} after ${timeoutMs} ms`,
        )
      }
      await new Promise((resolve) => setTimeout(resolve, Math.min(this.#pollMs, 250)))
    }
  }

  /** `submit`, then `wait`. */
  async send(request: TxRequest, options?: WaitOptions): Promise<Outcome> {
    await this.submit(request)
    return this.wait(request.dedupeKey, options)
  }

  /** What `send` would meet now; writes and sends nothing. */
  simulate(request: TxRequest): Promise<Simulation> {
    const { chain, errors, account } = this.#options
    const { to, data = '0x', value = 0n, benign = [], maxGas = null } = request
    return simulate(chain.client, errors, { from: account.address, to, data, value, benign, maxGas })
  }

  /** Withdraws an intent: at once while it is unsigned, by filling its nonce with a no-op after that. A mined one stays. */
  cancel(dedupeKey: string): Intent | undefined {
    const intent = this.#journal.find(dedupeKey)
    if (intent?.state === 'pending') {
      return this.#journal.update(intent, { state: 'cancelled', reason: 'cancelled' })
    }
    if (intent?.state !== 'sent' || intent.closing !== null) return intent
    this.#wake()
    return this.#journal.update(intent, { closing: 'cancelled', reason: 'cancelled' })
  }

  find(dedupeKey: string): Intent | undefined {
    return this.#journal.find(dedupeKey)
  }

  /** Newest first. */
  list(limit = 100): Intent[] {
    return this.#journal.list(limit)
  }

  /** The signed transactions of an intent, oldest first. */
  attempts(dedupeKey: string): Attempt[] {
    const intent = this.#journal.find(dedupeKey)
    return intent === undefined ? [] : this.#journal.attemptsOf(intent)
  }

  /** How many intents are not final yet. */
  openCount(): number {
    return this.#journal.open().length
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      await this.#tick().then(
        () => {
          this.#lastTrouble = undefined
        },
        (error) => this.#trouble(error),
      )
      if (this.#stopped) return
      await Promise.race([woken, pause(this.#pollMs)])
    }
  }

  /** One look at the chain and the steps that follow from it. */
  async #tick(): Promise<void> {
    const leads = this.#keepLease()
    const open = leads ? this.#journal.open() : []
    if (open.length === 0) {
      this.#published.clear()
      return
    }

    const { chain, account } = this.#options
    const latest = await readLatest(chain.client)
    const settling = open.every(({ intent }) => intent.state === 'mined')
    if (settling && latest.head.hash === this.#lastHead) return
    const view = await readView(chain.client, account.address, open, latest)
    const state: JournalState = {
      open,
      settledNonces: this.#journal.settledNonces(),
      published: this.#published,
      now: Date.now(),
    }
    const effects = new Effects(this.#context, view, firstFreeNonce(state, view))
    const troubles: unknown[] = []
    for (const action of decide(state, view, this.#policy)) {
      // One intent in trouble must not keep the others waiting.
      await effects.apply(action).catch((error) => {
        if (error instanceof LeaseLostError) throw error
        troubles.push(error)
      })
    }
    if (troubles.length > 0) throw troubles[0]
    this.#lastHead = latest.head.hash
  }

  /** Renews the lease when a third of it has passed; tries for it while another process has it. */
  #keepLease(): boolean {
    const now = performance.now()
    if (this.#leads && now - this.#renewedAt < this.#leaseMs / 3) return true
    const leads = this.#journal.acquire(this.#owner, this.#leaseMs)
    this.#renewedAt = now
    if (leads !== this.#leads) {
      const message = leads ? 'sends for the key' : 'waits: another process sends for the key'
      this.#options.log.info({ signer: this.#options.account.address }, message)
    }
    this.#leads = leads
    return leads
  }

  #trouble(error: unknown): void {
    if (error instanceof LeaseLostError) this.#leads = false
    const message = messages(error)
    // The same trouble at every poll is one line.
    const level = message === this.#lastTrouble ? 'debug' : error instanceof LeaseLostError ? 'info' : 'warn'
    this.#lastTrouble = message
    this.#options.log[level]({ trouble: message }, 'cannot work on transactions')
  }

  #report(event: TxEvent): void {
    const { kind, intent, detail } = event
    if (kind === 'held') {
      if (this.#held.has(intent.id)) return
      this.#held.add(intent.id)
    } else if (kind !== 'republished') this.#held.delete(intent.id)
    const bad = kind === 'held' || kind === 'rejected' || (kind === 'settled' && intent.state === 'failed')
    this.#options.log[bad ? 'warn' : kind === 'republished' ? 'debug' : 'info'](
      { key: intent.dedupeKey, label: intent.label, state: intent.state, detail },
      `transaction ${kind}`,
    )
    this.#options.onEvent?.(event)
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
