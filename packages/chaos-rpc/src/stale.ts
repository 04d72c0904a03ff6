import { type Forward, isRecord, type RpcAnswer, type RpcCall } from './upstream.ts'

/** Where a method takes its block. */
const BLOCK_AT: Readonly<Record<string, number>> = {
  eth_getBlockByNumber: 0,
  eth_getBalance: 1,
  eth_getCode: 1,
  eth_getTransactionCount: 1,
  eth_call: 1,
  eth_estimateGas: 1,
  eth_getStorageAt: 2,
}

/** Answers as a node that is `blocks` behind would. Broadcasts still go through. */
export async function askStale(call: RpcCall, blocks: number, forward: Forward): Promise<RpcAnswer> {
  const head = await headOf(forward)
  const stale = head - blocks > 0 ? head - blocks : 0
  if (call.method === 'eth_blockNumber') return { jsonrpc: '2.0', id: call.id, result: toHex(stale) }
  const at = BLOCK_AT[call.method]
  if (at !== undefined) return forward({ ...call, params: await pin(call.params, at, stale, forward) })
  const answer = await forward(call)
  if (call.method === 'eth_getTransactionReceipt' || call.method === 'eth_getBlockByHash') {
    return isAfter(answer.result, stale) ? { ...answer, result: null } : answer
  }
  if (call.method === 'eth_getLogs' && Array.isArray(answer.result)) {
    return { ...answer, result: answer.result.filter((log) => !isAfter(log, stale)) }
  }
  return answer
}

/** The parameters with every block later than `stale`, by tag or number, moved back to it. */
async function pin(
  params: readonly unknown[],
  at: number,
  stale: number,
  forward: Forward,
): Promise<readonly unknown[]> {
  const asked = params[at] ?? 'latest'
  if (typeof asked !== 'string') return params
  const number = await numberOf(asked, forward)
  return number <= stale ? params : params.with(at, toHex(stale))
}

async function numberOf(asked: string, forward: Forward): Promise<number> {
  if (asked.startsWith('0x')) return Number(asked)
  if (asked === 'earliest') return 0
  if (asked === 'latest' || asked === 'pending') return Number.POSITIVE_INFINITY
  const block = await forward({
    jsonrpc: '2.0',
    id: 0,
    method: 'eth_getBlockByNumber',
    params: [asked, false],
  })
  return isRecord(block.result) ? Number(block.result.number) : 0
}

async function headOf(forward: Forward): Promise<number> {
  const answer = await forward({ jsonrpc: '2.0', id: 0, method: 'eth_blockNumber', params: [] })
  if (typeof answer.result !== 'string') throw new Error('upstream has no block number')
  return Number(answer.result)
}

function isAfter(item: unknown, stale: number): boolean {
  return isRecord(item) && Number(item.blockNumber ?? item.number) > stale
}

function toHex(value: number): string {
  return `0x${value.toString(16)}`
}
