import { signalsAbi } from '@headrace/abi'
import type { BlockRef } from '@headrace/chain'
import type { Deployment } from '@headrace/service'
import { type Address, encodeFunctionData, type PublicClient } from 'viem'
import { earliest, type Job, type Step, type Verdict } from '../job.ts'
import { at } from '../reads.ts'

export interface SnapshotView {
  now: bigint
  destinations: readonly {
    address: Address
    /** Unix seconds; 0 before the first snapshot. */
    nextSnapshotAt: bigint
  }[]
}

/** The destinations whose interval has passed, and when the next one's does. */
export function due({ now, destinations }: SnapshotView): {
  destinations: SnapshotView['destinations']
  nextAt?: bigint | undefined
} {
  const ready = destinations.filter(({ nextSnapshotAt }) => nextSnapshotAt <= now)
  const waiting = destinations.filter(({ nextSnapshotAt }) => nextSnapshotAt > now)
  return { destinations: ready, nextAt: earliest(waiting.map(({ nextSnapshotAt }) => nextSnapshotAt)) }
}

export async function read(
  client: PublicClient,
  signals: Address,
  destinations: readonly Address[],
  block: BlockRef,
): Promise<SnapshotView> {
  const times = await client.multicall({
    ...at(block),
    allowFailure: false,
    contracts: destinations.map(
      (address) =>
        ({ address: signals, abi: signalsAbi, functionName: 'nextSnapshotAt', args: [address] }) as const,
    ),
  })
  return {
    now: block.timestamp,
    destinations: destinations.flatMap((address, i) => {
      const nextSnapshotAt = times[i]
      return nextSnapshotAt === undefined ? [] : [{ address, nextSnapshotAt }]
    }),
  }
}

function toStep(signals: Address, { address, nextSnapshotAt }: SnapshotView['destinations'][number]): Step {
  return {
    key: `snapshot:${address}:${nextSnapshotAt}`,
    label: `snapshot ${address}`,
    to: signals,
    data: encodeFunctionData({ abi: signalsAbi, functionName: 'snapshot', args: [address] }),
    benign: ['TooEarly'],
  }
}

/** Keeps the yield signals of every destination going. */
export function snapshotJob(client: PublicClient, signals: Address, deployment: Deployment): Job {
  const destinations = [
    ...new Set(deployment.lmps.flatMap((lmp) => lmp.destinations.map(({ address }) => address))),
  ]
  return {
    name: 'snapshot',
    look: async (block): Promise<Verdict> => {
      const { destinations: ready, nextAt } = due(await read(client, signals, destinations, block))
      return { steps: ready.map((each) => toStep(signals, each)), nextAt }
    },
  }
}
