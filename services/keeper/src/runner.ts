import { readHead } from '@headrace/chain'
import { type Logger, oneLine } from '@headrace/service'
import type { PublicClient } from 'viem'
import { Backoff } from './backoff.ts'
import type { Job, JobName, Step } from './job.ts'
import type { Ledger } from './ledger.ts'
import type { KeeperMetrics } from './metrics.ts'
import type { Result, Sender } from './sender.ts'

export interface RunnerOptions {
  client: PublicClient
  jobs: readonly Job[]
  sender: Sender
  ledger: Ledger
  metrics: KeeperMetrics
  log: Logger
  /** How long a duty must have been due before it is done here. */
  standbyMs: number
  /** Pause after the first failure of a duty. */
  retryMs: number
}

const dutyOf = (job: JobName, { label }: Step) => `${job}: ${label}`

/** Lets each job look at every new block and carries out what it finds. Jobs do not wait for each other. */
export class Runner {
  readonly #options: RunnerOptions
  readonly #backoff: Backoff
  /** Since when each duty has been due, in milliseconds. */
  readonly #dueSince = new Map<string, number>()
  #heads = 0
  #wake: () => void = () => {}
  #nextHead: Promise<void> = Promise.resolve()

  constructor(options: RunnerOptions) {
    this.#options = options
    this.#backoff = new Backoff(options.retryMs)
    this.#arm()
  }

  /** A new block: every job looks again. */
  headArrived(): void {
    this.#heads += 1
    this.#wake()
    this.#arm()
  }

  /** Works until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.#wake(), { once: true })
    await Promise.all(this.#options.jobs.map((job) => this.#loop(job, signal)))
  }

  /**
   * Does what is due until nothing more is.
   * @returns what failed, one line each.
   */
  async once(signal: AbortSignal): Promise<string[]> {
    const troubles: string[] = []
    for (const job of this.#options.jobs) {
      for (let pass = await this.#pass(job); !signal.aborted; pass = await this.#pass(job)) {
        troubles.push(...pass.troubles.map((trouble) => `${job.name}: ${trouble}`))
        if (!pass.progressed) break
      }
    }
    return troubles
  }

  #arm(): void {
    this.#nextHead = new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  async #loop(job: Job, signal: AbortSignal): Promise<void> {
    for (let seen = -1; !signal.aborted; ) {
      if (seen === this.#heads) await this.#nextHead
      seen = this.#heads
      while (!signal.aborted && (await this.#pass(job, signal)).progressed);
    }
  }

  async #pass(job: Job, signal?: AbortSignal): Promise<{ progressed: boolean; troubles: string[] }> {
    try {
      const block = await readHead(this.#options.client)
      const { steps, nextAt, note } = await job.look(block)
      this.#noteDue(job.name, steps.length > 0 ? block.timestamp : nextAt, note)
      const ready = this.#ready(job.name, steps)
      const results = await Promise.all(ready.map((step) => this.#carryOut(job.name, step)))
      this.#options.metrics.lookedAt(job.name, block.number)
      return {
        // Without a new block the next look would find the same.
        progressed: results.some((result) => result.kind === 'success' && result.block > block.number),
        troubles: results.flatMap((result) => (result.kind === 'failed' ? [result.why] : [])),
      }
    } catch (error) {
      if (signal?.aborted) return { progressed: false, troubles: [] }
      const trouble = oneLine(error)
      this.#options.metrics.lookFailed(job.name)
      this.#fail(job.name, trouble)
      return { progressed: false, troubles: [trouble] }
    }
  }

  async #carryOut(job: JobName, step: Step): Promise<Result> {
    const { sender, metrics, ledger, log } = this.#options
    const result = await sender.send(job, step)
    metrics.stepDone(job, result)
    const duty = dutyOf(job, step)
    if (result.kind === 'failed') {
      this.#backoff.failed(duty, performance.now())
      this.#fail(job, `${step.label}: ${result.why}`)
    } else {
      this.#backoff.succeeded(duty)
    }
    if (result.kind === 'success') {
      log.info({ job, step: step.label, block: result.block, cost: result.cost }, 'done')
      ledger.note(job, { lastRunAt: Date.now(), lastAction: step.label, lastError: null, lastErrorAt: null })
    }
    if (result.kind === 'needless') log.info({ job, step: step.label, why: result.why }, 'not needed')
    return result
  }

  /** Those that have been due for long enough and do not wait after a failure. */
  #ready(job: JobName, steps: readonly Step[]): Step[] {
    const now = performance.now()
    // A duty outlives its steps: their keys may name the block that found them.
    const duties = new Set(steps.map((step) => dutyOf(job, step)))
    for (const duty of this.#dueSince.keys()) {
      if (duty.startsWith(`${job}:`) && !duties.has(duty)) this.#dueSince.delete(duty)
    }
    return steps.filter((step) => {
      const duty = dutyOf(job, step)
      // Nobody else can do what one account alone may send: standing by for it would be for ever.
      const standbyMs = step.from === undefined ? this.#options.standbyMs : 0
      const since = this.#dueSince.get(duty) ?? now
      this.#dueSince.set(duty, since)
      return now - since >= standbyMs && this.#backoff.mayTry(duty, now)
    })
  }

  #noteDue(job: JobName, nextAt: bigint | undefined, note: string | undefined): void {
    this.#options.ledger.note(job, { nextAt: nextAt ?? null, note: note ?? null })
    if (nextAt !== undefined) this.#options.metrics.dueAt(job, nextAt)
  }

  #fail(job: JobName, lastError: string): void {
    this.#options.ledger.note(job, { lastError, lastErrorAt: Date.now() })
    this.#options.log.warn({ job, error: lastError }, 'failed')
  }
}
