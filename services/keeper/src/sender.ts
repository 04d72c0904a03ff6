import { type Outcome, simulate, type TxManager, TxTimeoutError } from '@headrace/txmgr'
import { type Abi, type Address, formatGwei, type PublicClient } from 'viem'
import type { JobName, Step } from './job.ts'

/** What became of a step. */
export type Result =
  /** It is in `block`; `cost` in wei. */
  | { kind: 'success'; block: bigint; cost: bigint }
  /** Somebody else did it, or it is no longer wanted. Nothing is wrong. */
  | { kind: 'needless'; why: string }
  | { kind: 'failed'; why: string }
  /** Sent, not in a block within the deadline; it goes on. */
  | { kind: 'underway' }
  /** A dry run: it would be sent. */
  | { kind: 'shown' }

/** Carries steps out. */
export interface Sender {
  send(job: JobName, step: Step): Promise<Result>
  /** Whether something with a key that starts with `prefix` is on its way. */
  isUnderway(prefix: string): boolean
}

/** Gas ceiling of each job's transactions. */
export type Ceilings = Readonly<Record<JobName, bigint>>

/** How long the keeper waits for a block before it looks at the chain again. */
const WAIT_MS = 120_000
/** In-flight transactions are among the newest. */
const NEWEST = 200

export interface LiveOptions {
  tx: TxManager
  client: PublicClient
  ceilings: Ceilings
  /** Wei per gas above which nothing new is sent. */
  maxFee: bigint
}

/** Sends through the transaction manager. */
export function liveSender({ tx, client, ceilings, maxFee }: LiveOptions): Sender {
  return {
    send: async (job, { key, label, to, data, benign, validUntil }) => {
      const fee = await currentFee(client)
      if (fee > maxFee)
        return {
          kind: 'failed',
          why: `held: gas costs ${formatGwei(fee)} gwei, MAX_FEE_GWEI is ${formatGwei(maxFee)}`,
        }
      try {
        const request = {
          dedupeKey: key,
          label: `${job}: ${label}`,
          to,
          data,
          benign,
          maxGas: ceilings[job],
          ...(validUntil !== undefined && { validUntil }),
        }
        const outcome = await tx.send(request, { timeoutMs: WAIT_MS })
        // Two keepers may send at once: the later one reverts because it is done.
        if (outcome.status === 'reverted') {
          const again = await tx.simulate(request)
          if (again.kind === 'benign') return { kind: 'needless', why: `somebody was faster: ${again.error}` }
        }
        return toResult(outcome)
      } catch (error) {
        if (error instanceof TxTimeoutError) return { kind: 'underway' }
        throw error
      }
    },
    isUnderway: (prefix) =>
      tx
        .list(NEWEST)
        .some(
          ({ dedupeKey, state }) => dedupeKey.startsWith(prefix) && (state === 'pending' || state === 'sent'),
        ),
  }
}

async function currentFee(client: PublicClient): Promise<bigint> {
  const [{ baseFeePerGas }, tip] = await Promise.all([
    client.getBlock(),
    client.estimateMaxPriorityFeePerGas(),
  ])
  return (baseFeePerGas ?? 0n) + tip
}

function toResult(outcome: Outcome): Result {
  const why = outcome.reason ?? outcome.status
  switch (outcome.status) {
    case 'success':
      return {
        kind: 'success',
        block: outcome.block ?? 0n,
        cost: (outcome.gasUsed ?? 0n) * (outcome.gasPrice ?? 0n),
      }
    case 'benign':
    case 'cancelled':
    case 'expired':
      return { kind: 'needless', why }
    case 'reverted':
    case 'failed':
      return { kind: 'failed', why }
  }
}

export interface DryOptions {
  client: PublicClient
  errors: Abi
  ceilings: Ceilings
  /** Who would send, where the step does not say. */
  from: Address
  show: (job: JobName, step: Step, finding: string) => void
}

/** Simulates and shows; sends nothing. */
export function drySender({ client, errors, ceilings, from, show }: DryOptions): Sender {
  return {
    send: async (job, step) => {
      const call = {
        from: step.from ?? from,
        to: step.to,
        data: step.data,
        value: 0n,
        benign: step.benign,
        maxGas: ceilings[job],
      }
      const found = await simulate(client, errors, call)
      if (found.kind === 'benign') return { kind: 'needless', why: found.error }
      show(job, step, found.kind === 'ok' ? `gas limit ${found.gas}` : found.reason)
      return found.kind === 'ok' ? { kind: 'shown' } : { kind: 'failed', why: found.reason }
    },
    isUnderway: () => false,
  }
}
