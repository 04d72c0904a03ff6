import { type BlockRef, pinnedTo } from '@headrace/chain'

/** Calldata bytes of one request; a larger batch is split. */
const BATCH_BYTES = 16_384

/** Options of `client.multicall` that read everything at one block, on chains without a multicall contract too. */
export function at(block: BlockRef) {
  return { deployless: true, batchSize: BATCH_BYTES, ...pinnedTo(block) } as const
}
