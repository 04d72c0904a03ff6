import type { Address, Hash, Hex } from 'viem'
import type { Intent } from './schema.ts'

/** What a caller wants to happen once. */
export interface TxRequest {
  /** Names the effect: the same key is never carried out twice. */
  dedupeKey: string
  /** What the operator reads. */
  label: string
  to: Address
  data?: Hex
  /** Wei. */
  value?: bigint
  /** Custom errors that mean "somebody else did it": no transaction, no error. */
  benign?: readonly string[]
  /** Gas above which the intent fails instead of being sent. */
  maxGas?: bigint
  /** Last block timestamp (seconds) at which the effect is still wanted. */
  validUntil?: bigint
}

export type OutcomeStatus =
  /** The call is in a block and did not revert. */
  | 'success'
  /** The call is in a block and reverted. */
  | 'reverted'
  /** Not needed: the simulation met one of the request's benign errors. */
  | 'benign'
  /** Never executed; `reason` says why. */
  | 'failed'
  | 'cancelled'
  | 'expired'

export interface Outcome {
  status: OutcomeStatus
  /** No reorg can change it any more. */
  final: boolean
  reason?: string
  hash?: Hash
  block?: bigint
  gasUsed?: bigint
  /** Wei per gas. */
  gasPrice?: bigint
}

/** What has become of an intent; `undefined` while it is on its way. */
export function outcomeOf(intent: Intent): Outcome | undefined {
  const { state, closing } = intent
  if (state === 'pending' || state === 'sent') return undefined
  const status = (): OutcomeStatus => {
    if (intent.benignError !== null) return 'benign'
    if (closing !== null) return closing
    if (intent.minedHash !== null) return intent.succeeded ? 'success' : 'reverted'
    return state === 'expired' || state === 'cancelled' ? state : 'failed'
  }
  return {
    status: status(),
    final: state !== 'mined',
    ...(intent.reason !== null && { reason: intent.reason }),
    ...(intent.minedHash !== null && { hash: intent.minedHash }),
    ...(intent.minedBlock !== null && { block: intent.minedBlock }),
    ...(intent.gasUsed !== null && { gasUsed: intent.gasUsed }),
    ...(intent.gasPrice !== null && { gasPrice: intent.gasPrice }),
  }
}

/** Where a process can be stopped by a test: around every step that leaves a trace. */
export type Point =
  | 'intent:before'
  | 'intent:after'
  | 'sign:before'
  | 'sign:after'
  | 'broadcast:before'
  | 'broadcast:after'
  | 'receipt:before'
  | 'receipt:after'

export type OnPoint = (point: Point, intent: { dedupeKey: string; label: string }) => void | Promise<void>

/** What happened, for metrics and tests; everything is also logged. */
export type TxEvent = {
  kind:
    | 'sent'
    | 'replaced'
    | 'republished'
    | 'mined'
    | 'reopened'
    | 'settled'
    | 'released'
    | 'closing'
    | 'held'
    | 'rejected'
  intent: Intent
  detail?: string
}

/** The part of a pino logger that is used. */
export interface TxLog {
  debug(record: object, message: string): void
  info(record: object, message: string): void
  warn(record: object, message: string): void
  error(record: object, message: string): void
}
