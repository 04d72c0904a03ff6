import { setTimeout as sleep } from 'node:timers/promises'
import type { BlockRef, ChainAccess } from '@headrace/chain'
import { type Logger, oneLine } from '@headrace/service'
import type { Address } from 'viem'
import { readAgreed } from './agree.ts'
import { computeReport, type Finding, type State } from './compute.ts'
import { ContradictionError, DisagreementError, FinalityError } from './errors.ts'
import type { Executor } from './executor.ts'
import type { Finality } from './finality.ts'
import type { OracleMetrics } from './metrics.ts'
import type { OnPoint } from './points.ts'
import { type Contracts, readState } from './reads.ts'
import { digestOf } from './report.ts'
import type { Reporter } from './reporter.ts'

export interface LookerOptions {
  chain: ChainAccess
  contracts: Contracts
  lmps: readonly Address[]
  finality: Finality
  reporter: Reporter | undefined
  executor: Executor | undefined
  metrics: OracleMetrics
  log: Logger
  onPoint: OnPoint
}

/** Reads every new finalized block and lets the personalities act on what was found. */
export class Looker {
  readonly #options: LookerOptions
  /** What was last said of each LMP, so that it is logged once. */
  readonly #said = new Map<Address, string>()
  #newest: BlockRef | undefined
  /** The block everything was done at. */
  #done: BlockRef | undefined
  #arrivedAt = performance.now()
  #trouble: string | undefined

  constructor(options: LookerOptions) {
    this.#options = options
  }

  /** The newest finalized block all endpoints agree on. */
  newest(): BlockRef | undefined {
    return this.#newest
  }

  /** Milliseconds since it became that, or since the start. */
  silentMs(): number {
    return performance.now() - this.#arrivedAt
  }

  /**
   * Works until `signal` aborts.
   * @throws FinalityError, ContradictionError: nothing may be signed before somebody has looked.
   */
  async run(pollMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.look()
        this.#trouble = undefined
      } catch (error) {
        if (signal.aborted) return
        this.#failed(error)
      }
      await sleep(pollMs, undefined, { signal }).catch(() => undefined)
    }
  }

  /** One look at the chain and what follows from it. */
  async look(): Promise<void> {
    const { finality, reporter, executor, metrics } = this.#options
    const block = await finality.newest()
    metrics.finalizedIs(block.number)
    if (block.hash !== this.#newest?.hash) {
      this.#newest = block
      this.#arrivedAt = performance.now()
    }
    if (block.hash !== this.#done?.hash) {
      for (const lmp of this.#options.lmps) await this.#lookAt(lmp, block)
      await executor?.recoveries(block)
      this.#done = block
    }
    metrics.alarm('disagreement', false)
    await reporter?.gather()
    metrics.lookedAt(block.number)
  }

  async #lookAt(lmp: Address, block: BlockRef): Promise<void> {
    const { chain, contracts, reporter, executor, onPoint } = this.#options
    const state = await readAgreed(
      chain.endpoints,
      `the state of ${lmp} at block ${block.number}`,
      (client) => readState(client, contracts, lmp, block),
    )
    await onPoint('read', lmp)
    const finding = computeReport(state)
    this.#say(state, finding)
    if (finding.kind === 'contradiction') {
      throw new ContradictionError(
        `${lmp} at block ${block.number}: ${finding.reason}; nothing is signed before somebody has looked`,
      )
    }
    await reporter?.found(state, finding)
    await executor?.found(state)
  }

  #say({ lmp, domain, block }: State, finding: Finding): void {
    const text = finding.kind === 'report' ? digestOf(domain, finding.report) : finding.reason
    if (this.#said.get(lmp) === text) return
    this.#said.set(lmp, text)
    this.#options.log.info({ lmp, block: block.number, ...finding }, 'looked')
  }

  #failed(error: unknown): void {
    const { metrics, log } = this.#options
    metrics.lookFailed(error instanceof Error ? error.name : 'Error')
    if (error instanceof FinalityError || error instanceof ContradictionError) {
      const alarm = error instanceof FinalityError ? 'finality' : 'contradiction'
      metrics.alarm(alarm, true)
      log.error({ alarm, error: error.message }, 'the oracle stops')
      throw error
    }
    const trouble = oneLine(error)
    const repeated = trouble === this.#trouble
    this.#trouble = trouble
    if (error instanceof DisagreementError) {
      metrics.alarm('disagreement', true)
      log[repeated ? 'debug' : 'error']({ alarm: 'disagreement', error: trouble }, 'nothing is signed')
      return
    }
    log[repeated ? 'debug' : 'warn']({ error: trouble }, 'cannot look at the chain')
  }
}
