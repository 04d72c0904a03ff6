import { BaseError, HttpRequestError, ResponseBodyTooLargeError, RpcRequestError, TimeoutError } from 'viem'

/** What an endpoint's error means for the request. */
export type Verdict =
  /** The endpoint is down, slow or throttles: leave it alone for a while and ask another one. */
  | 'fault'
  /** Another endpoint may know better: it lags, or answers in its own way. */
  | 'elsewhere'
  /** The chain's answer: a revert, a rejected transaction, a range too wide. */
  | 'answer'

const THROTTLED = new Set([429, -32005, -32007])
const UNKNOWN_BLOCK =
  /header not found|unknown block|block not found|missing trie node|state .*not available/i
const WIDE_RANGE =
  /block range|range (is )?too (large|wide)|too many (results|logs|blocks)|more than \d+ (results|logs)|response size|limited to|exceeds? max(imum)? (results|range)/i

export function judge(error: unknown): Verdict {
  if (error instanceof HttpRequestError || error instanceof TimeoutError)
    return isTooWide(error) ? 'answer' : 'fault'
  if (!(error instanceof RpcRequestError)) return 'elsewhere'
  if (isTooWide(error)) return 'answer'
  if (THROTTLED.has(error.code)) return 'fault'
  if (UNKNOWN_BLOCK.test(error.details)) return 'elsewhere'
  if (error.code === -32603)
    return error.data === undefined && !/revert/i.test(error.details) ? 'elsewhere' : 'answer'
  return error.code === -32601 ? 'elsewhere' : 'answer'
}

/** The node refused a log query for its size: ask for fewer blocks. */
export function isTooWide(error: unknown): boolean {
  if (!(error instanceof BaseError)) return false
  if (error instanceof RpcUnavailableError)
    return error.failures.some(({ error }) => error instanceof TimeoutError)
  return (
    error.walk(
      (inner) =>
        inner instanceof ResponseBodyTooLargeError ||
        (inner instanceof HttpRequestError && inner.status === 413) ||
        (inner instanceof RpcRequestError && WIDE_RANGE.test(inner.details)),
    ) !== null
  )
}

export interface EndpointFailure {
  /** Host and position of the endpoint; never its path, which may hold a key. */
  readonly endpoint: string
  readonly method: string
  readonly error: Error
}

/** No endpoint could be used for a request. */
export class RpcUnavailableError extends BaseError {
  readonly failures: readonly EndpointFailure[]

  constructor(method: string, failures: readonly EndpointFailure[]) {
    const each = failures.map(({ endpoint, error }) => `${endpoint}: ${briefly(error)}`)
    super(`${method}: no RPC endpoint answers (${each.join('; ')})`, { name: 'RpcUnavailableError' })
    this.failures = failures
  }
}

/** One line about an endpoint's error, without the URL viem puts into its messages. */
export function briefly(error: Error): string {
  if (error instanceof TimeoutError) return 'timed out'
  if (error instanceof HttpRequestError) return error.status ? `HTTP ${error.status}` : 'not reachable'
  if (error instanceof RpcRequestError) return `${error.code} ${error.details}`
  return error.message.split('\n', 1)[0] ?? error.name
}
