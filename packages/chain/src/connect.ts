import pRetry from 'p-retry'
import { createPublicClient, custom, http, type PublicClient } from 'viem'
import { type EndpointFailure, judge, RpcUnavailableError } from './faults.ts'

export interface ConnectOptions {
  /** RPC URLs, the preferred one first. */
  urls: readonly string[]
  /** Deadline of one request to one endpoint. */
  timeoutMs?: number
  /** How often the whole list is tried again after every endpoint failed. */
  retries?: number
  /** Pause before the first of those rounds; doubles with each. */
  retryDelayMs?: number
  /** How long a failed endpoint is asked last. */
  cooldownMs?: number
  /** Told of every failure of an endpoint, for log and metrics. */
  onFailure?: (failure: EndpointFailure) => void
}

export interface Endpoint {
  /** `host#position`: names the endpoint without the key its URL may hold. */
  readonly label: string
  /** This endpoint alone, without failover: for cross-checks. */
  readonly client: PublicClient
}

export interface ChainAccess {
  /** Every request goes to the preferred endpoint that works. */
  readonly client: PublicClient
  readonly endpoints: readonly Endpoint[]
}

type Request = (call: { method: string; params?: unknown }) => Promise<unknown>

interface Member extends Endpoint {
  request: Request
  cooledAt: number
}

/** A client over several endpoints: in order of preference, the ones that failed lately last. */
export function connect(options: ConnectOptions): ChainAccess {
  const { urls, timeoutMs = 10_000, retries = 2, retryDelayMs = 250, cooldownMs = 5_000 } = options
  if (urls.length === 0) throw new Error('connect: no RPC URL given')
  const members = urls.map((url, index) => member(url, index, timeoutMs))

  const tryEach = async (method: string, params: unknown) => {
    const now = Date.now()
    const warm = members.filter(({ cooledAt }) => cooledAt <= now)
    const failures: EndpointFailure[] = []
    let answer: Error | undefined
    for (const endpoint of [...warm, ...members.filter((each) => !warm.includes(each))]) {
      try {
        const result = await endpoint.request({ method, params })
        endpoint.cooledAt = 0
        return result
      } catch (thrown) {
        const error = thrown instanceof Error ? thrown : new Error(String(thrown))
        const verdict = judge(error)
        if (verdict === 'answer') throw error
        if (verdict === 'elsewhere') answer ??= error
        else endpoint.cooledAt = Date.now() + cooldownMs
        const failure = { endpoint: endpoint.label, method, error }
        failures.push(failure)
        options.onFailure?.(failure)
      }
    }
    throw answer ?? new RpcUnavailableError(method, failures)
  }

  const request: Request = ({ method, params }) =>
    pRetry(() => tryEach(method, params), {
      retries,
      minTimeout: retryDelayMs,
      shouldRetry: ({ error }) => error instanceof RpcUnavailableError,
    })
  const transport = custom({ request }, { key: 'pool', name: 'RPC pool', retryCount: 0 })
  return { client: createPublicClient({ transport }), endpoints: members }
}

function member(url: string, index: number, timeoutMs: number): Member {
  const transport = http(url, { retryCount: 0, timeout: timeoutMs })
  // The undecorated request: its errors are the endpoint's own, which `judge` reads.
  const { request } = transport({ retryCount: 0 }).config
  const client = createPublicClient({ transport: custom({ request }, { retryCount: 0 }) })
  return { label: `${new URL(url).host}#${index + 1}`, client, request, cooledAt: 0 }
}
