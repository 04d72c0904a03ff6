import type { Address, Log, PublicClient } from 'viem'
import type { BlockRef } from './blocks.ts'
import { isTooWide } from './faults.ts'

type MinedLog = Log<bigint, number, false>

export interface ScanOptions {
  address: Address | readonly Address[]
  fromBlock: bigint
  /** Inclusive. Keep it at or below the finalized block: a range is not safe against reorgs. */
  toBlock: bigint
  /** Blocks per request at most. */
  maxRange?: bigint
}

export interface LogRange {
  readonly fromBlock: bigint
  readonly toBlock: bigint
  readonly logs: readonly MinedLog[]
}

/**
 * Every log of a range, in order, a chunk at a time. A chunk the node finds too large is halved; after a chunk
 * that went through the width doubles again, up to `maxRange`.
 */
export async function* scanLogs(
  client: Pick<PublicClient, 'getLogs'>,
  { address, fromBlock, toBlock, maxRange = 10_000n }: ScanOptions,
): AsyncGenerator<LogRange, void, undefined> {
  let width = maxRange
  for (let start = fromBlock; start <= toBlock; ) {
    const end = start + width - 1n < toBlock ? start + width - 1n : toBlock
    let logs: MinedLog[]
    try {
      logs = await client.getLogs({ address: [address].flat(), fromBlock: start, toBlock: end })
    } catch (error) {
      if (end === start || !isTooWide(error)) throw error
      width = (end - start + 1n) / 2n
      continue
    }
    yield { fromBlock: start, toBlock: end, logs }
    start = end + 1n
    width = width * 2n < maxRange ? width * 2n : maxRange
  }
}

/** The logs of one block, pinned by hash: for blocks that may still be reorganised away. */
export function logsOfBlock(
  client: Pick<PublicClient, 'getLogs'>,
  block: Pick<BlockRef, 'hash'>,
  address: Address | readonly Address[],
): Promise<MinedLog[]> {
  return client.getLogs({ address: [address].flat(), blockHash: block.hash })
}
