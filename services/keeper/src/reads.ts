import { lmpAbi } from '@headrace/abi'
import { type BlockRef, pinnedTo } from '@headrace/chain'
import type { Deployment } from '@headrace/service'
import { isAddressEqual, type PublicClient } from 'viem'

/** Calldata bytes of one request; a larger batch is split. */
const BATCH_BYTES = 16_384

/** Options of `client.multicall` that read everything at one block, on chains without a multicall contract too. */
export function at(block: BlockRef) {
  return { deployless: true, batchSize: BATCH_BYTES, ...pinnedTo(block) } as const
}

type Lmp = Deployment['lmps'][number]

/** Destinations of the deployment file that the vault still lists: it knows nothing of those that were removed. */
export async function listed(
  client: PublicClient,
  { address, destinations }: Lmp,
  block: BlockRef,
): Promise<Lmp['destinations']> {
  const list = await client.readContract({
    ...pinnedTo(block),
    address,
    abi: lmpAbi,
    functionName: 'destinations',
  })
  return destinations.filter((each) => list.some((found) => isAddressEqual(found, each.address)))
}
