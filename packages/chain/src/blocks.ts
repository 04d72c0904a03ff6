import { BlockNotFoundError, type Hash, type PublicClient } from 'viem'

/** What identifies a block and ties it to its chain. */
export interface BlockRef {
  readonly number: bigint
  readonly hash: Hash
  readonly parentHash: Hash
  /** Seconds since 1970, as the block says. */
  readonly timestamp: bigint
}

type BlockAt = { blockTag: 'latest' | 'finalized' } | { blockNumber: bigint } | { blockHash: Hash }

/** The block, or `undefined` when the endpoint does not have it. */
export async function readBlock(
  client: Pick<PublicClient, 'getBlock'>,
  at: BlockAt,
): Promise<BlockRef | undefined> {
  try {
    const { number, hash, parentHash, timestamp } = await client.getBlock(at)
    if (number === null || hash === null) return undefined
    return { number, hash, parentHash, timestamp }
  } catch (error) {
    if (error instanceof BlockNotFoundError) return undefined
    throw error
  }
}

/** The newest block. */
export function readHead(client: Pick<PublicClient, 'getBlock'>): Promise<BlockRef> {
  return required(client, 'latest')
}

/** The newest block that no reorg undoes. */
export function readFinalized(client: Pick<PublicClient, 'getBlock'>): Promise<BlockRef> {
  return required(client, 'finalized')
}

async function required(
  client: Pick<PublicClient, 'getBlock'>,
  blockTag: 'latest' | 'finalized',
): Promise<BlockRef> {
  const block = await readBlock(client, { blockTag })
  if (block === undefined) throw new Error(`the RPC endpoint has no ${blockTag} block`)
  return block
}

/**
 * Pins a read to one block by hash: `client.readContract({ ..., ...pinnedTo(block) })`. The read fails, rather than
 * answers from another fork, when the block has been reorganised away.
 */
export function pinnedTo(block: Pick<BlockRef, 'hash'>): { blockHash: Hash; requireCanonical: true } {
  return { blockHash: block.hash, requireCanonical: true }
}
