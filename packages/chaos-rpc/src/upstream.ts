export interface RpcCall {
  jsonrpc: '2.0'
  id: unknown
  method: string
  params: readonly unknown[]
}

export interface RpcAnswer {
  jsonrpc: '2.0'
  id: unknown
  result?: unknown
  error?: { code: number; message: string; data?: unknown }
}

export type Forward = (call: RpcCall) => Promise<RpcAnswer>

/** Asks the real node. */
export function forwardTo(url: string): Forward {
  return async (call) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(call),
    })
    const answer: unknown = await response.json()
    if (!isRecord(answer))
      throw new Error(`upstream answered HTTP ${response.status} without a JSON-RPC object`)
    return { ...answer, jsonrpc: '2.0', id: call.id }
  }
}

/** A request body as calls; `undefined` when it is not JSON-RPC. */
export function parseCalls(body: string): { calls: RpcCall[]; batch: boolean } | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    return undefined
  }
  const items = Array.isArray(parsed) ? parsed : [parsed]
  const calls = items.flatMap((item: unknown): RpcCall[] => {
    if (!isRecord(item) || typeof item.method !== 'string') return []
    const params = Array.isArray(item.params) ? item.params : []
    return [{ jsonrpc: '2.0', id: item.id, method: item.method, params }]
  })
  return calls.length === items.length && calls.length > 0
    ? { calls, batch: Array.isArray(parsed) }
    : undefined
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
