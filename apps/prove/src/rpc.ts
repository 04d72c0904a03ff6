import { record } from './summary.ts'

/** One JSON-RPC call. */
export async function rpc(url: string, method: string, ...params: unknown[]): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal: AbortSignal.timeout(30_000),
  })
  const { result, error } = record(await response.json())
  if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`)
  return result
}

export async function rpcHex(url: string, method: string, ...params: unknown[]): Promise<`0x${string}`> {
  const result = await rpc(url, method, ...params)
  if (typeof result !== 'string' || !result.startsWith('0x')) throw new Error(`${method} answers no hex`)
  return `0x${result.slice(2)}`
}
