import { RpcUnavailableError } from '@headrace/chain'
import { BaseError } from 'viem'

/** The journal file holds another chain's or another key's history. */
export class JournalMismatchError extends Error {
  override readonly name = 'JournalMismatchError'
  /** Configuration error: the operator must act before a restart helps. */
  readonly exitCode = 78
}

/** Another process took over the key while this one was busy. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError'
}

/** A wait ended before the intent did. The intent goes on. */
export class TxTimeoutError extends Error {
  override readonly name = 'TxTimeoutError'
}

/** What a node's refusal of a broadcast means. */
export type Refusal =
  /** It has the transaction: as good as accepted. */
  | 'known'
  /** The nonce is used: the next look at receipts tells by whom. */
  | 'nonceTooLow'
  /** Higher fees are needed, now. */
  | 'underpriced'
  /** It can never be mined as it is: give the nonce up. */
  | 'invalid'
  /** Broadcast again later: no funds yet, a nonce before it missing, the pool full. */
  | 'later'
  /** Nobody can say whether it went out: treat as sent, broadcast again later. */
  | 'unreachable'

/** By message: nodes agree on no codes for these. First match wins. */
const TABLE: ReadonlyArray<readonly [RegExp, Refusal]> = [
  [/already known|already imported|known transaction|already exists|already in .*pool/i, 'known'],
  [/nonce (is )?too low|old nonce|nonce has already been used/i, 'nonceTooLow'],
  [
    /underpriced|fee too low|could not replace|below (the )?(block )?base ?fee|less than (the )?block base ?fee|gas price (is )?(too low|below)/i,
    'underpriced',
  ],
  [
    /intrinsic gas too low|exceeds (the )?(block|transaction) gas limit|exceeds max.* gas limit|gas limit too high|oversized data|invalid sender|invalid chain ?id/i,
    'invalid',
  ],
  [/insufficient (funds|balance)|nonce too high|nonce gap|pool (is )?full|pool limit/i, 'later'],
]

/** Reads the refusal out of what `eth_sendRawTransaction` threw. What nobody listed is tried again later. */
export function readRefusal(error: unknown): Refusal {
  if (error instanceof BaseError && error.walk((inner) => inner instanceof RpcUnavailableError) !== null) {
    return 'unreachable'
  }
  const text = messages(error)
  return TABLE.find(([pattern]) => pattern.test(text))?.[1] ?? 'later'
}

/** The error's own words and those of its causes, on one line. */
export function messages(error: unknown): string {
  const parts: string[] = []
  for (let inner: unknown = error; inner instanceof Error; inner = inner.cause) {
    parts.push(inner instanceof BaseError ? inner.details || inner.shortMessage : inner.message)
  }
  return [...new Set(parts.map((part) => part.split('\n', 1)[0]))].join(': ')
}
