import { lmpAbi } from '@headrace/abi'
import { type BlockRef, pinnedTo, scanLogs } from '@headrace/chain'
import type { Deployment } from '@headrace/service'
import {
  type AbiEvent,
  type Address,
  isAddressEqual,
  type Log,
  type PublicClient,
  toEventSelector,
} from 'viem'

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

/**
 * Block time of the newest of a contract's events in the `span` seconds before a block; undefined when there is none. Reads the logs of
 * that span, so it is for what is asked seldom.
 */
export async function lastLogAt(
  client: PublicClient,
  { address, events }: { address: Address; events: readonly AbiEvent[] },
  { number, timestamp }: BlockRef,
  span: bigint,
  isMeant: (log: Log) => boolean = () => true,
): Promise<bigint | undefined> {
  const selectors = new Set(events.map((event) => toEventSelector(event)))
  const fromBlock = await firstBlockAfter(client, timestamp - span, number)
  let last: bigint | undefined
  for await (const { logs } of scanLogs(client, { address, fromBlock, toBlock: number })) {
    for (const log of logs) {
      if (selectors.has(log.topics[0] ?? '0x') && isMeant(log)) last = log.blockNumber
    }
  }
  return last === undefined ? undefined : (await client.getBlock({ blockNumber: last })).timestamp
}

/** The first block up to `head` that is later than `time`; the one after `head` when none is. */
async function firstBlockAfter(client: PublicClient, time: bigint, head: bigint): Promise<bigint> {
  let [low, high] = [0n, head + 1n]
  while (low < high) {
    const middle = (low + high) / 2n
    const { timestamp } = await client.getBlock({ blockNumber: middle })
    if (timestamp > time) high = middle
    else low = middle + 1n
  }
  return low
}
