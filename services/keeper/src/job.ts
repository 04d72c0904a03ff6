import type { BlockRef } from '@headrace/chain'
import type { Address, Hex } from 'viem'

export const JOBS = ['cycle', 'report', 'snapshot', 'rebalance', 'fees', 'harvest', 'auction'] as const
export type JobName = (typeof JOBS)[number]

/** One transaction a job wants. */
export interface Step {
  /**
   * Names the effect, made of chain state, so that every process and every restart gives it the same name and the
   * transaction manager carries it out once. Starts with the job's name and a colon.
   */
  readonly key: string
  /** What the operator reads. Equal for every attempt at the same duty, whatever state the chain is in. */
  readonly label: string
  readonly to: Address
  /** The only account that may send it, where there is one. */
  readonly from?: Address
  readonly data: Hex
  /** Custom errors that mean that somebody else did it. */
  readonly benign: readonly string[]
  /** Last block timestamp (seconds) at which it is still wanted. */
  readonly validUntil?: bigint
}

/** What a job found when it looked at one block. */
export interface Verdict {
  /** Independent of each other: they may be carried out in any order. Empty: nothing is due. */
  readonly steps: readonly Step[]
  /** Block time (unix seconds) from which something is due next, as far as time alone decides it. */
  readonly nextAt?: bigint | undefined
  /** Why nothing can be done, for the operator. */
  readonly note?: string | undefined
}

export interface Job {
  readonly name: JobName
  /** Reads the chain at `block` and decides. Sends nothing. */
  look(block: BlockRef): Promise<Verdict>
}

/** The earliest of the times that are known. */
export function earliest(times: readonly (bigint | undefined)[]): bigint | undefined {
  return times.reduce(
    (least, time) => (time !== undefined && (least === undefined || time < least) ? time : least),
    undefined,
  )
}
