import { aerodromeStableDestinationAbi, destinationAbi, uniswapV3DestinationAbi } from '@headrace/abi'
import type { BlockRef } from '@headrace/chain'
import type { Deployment } from '@headrace/service'
import {
  type Address,
  encodeFunctionData,
  getAbiItem,
  isAddressEqual,
  type Log,
  type PublicClient,
  parseEventLogs,
} from 'viem'
import type { Job, Step, Verdict } from '../job.ts'
import { type HarvestPolicy, isDue, readNav, readWorth } from '../proceeds.ts'
import { lastLogAt, listed } from '../reads.ts'

/** Block seconds between two looks at a vault of which nothing is due: rewards grow slowly, a simulation costs the node something. */
const LOOK_EVERY = 600n

/** What a harvest brings: rewards to the auction, or fees back into the pool. */
const harvestAbi = [
  getAbiItem({ abi: destinationAbi, name: 'Harvested' }),
  getAbiItem({ abi: aerodromeStableDestinationAbi, name: 'FeesAdded' }),
  getAbiItem({ abi: uniswapV3DestinationAbi, name: 'FeesCompounded' }),
] as const

export interface HarvestView {
  address: Address
  /** What a harvest would bring to the auction now, base units of the vault's asset; tokens without a price count 0. */
  worth: bigint
  /** It would bring something. */
  any: boolean
  /** Last harvest within the interval, unix seconds. */
  lastAt?: bigint | undefined
  underway: boolean
}

/** Those worth a transaction. */
export function due(
  now: bigint,
  nav: bigint,
  destinations: readonly HarvestView[],
  policy: HarvestPolicy,
): Address[] {
  return destinations
    .filter((each) => !each.underway && each.any && isDue(now, nav, each, policy))
    .map(({ address }) => address)
}

export interface HarvestOptions extends HarvestPolicy {
  client: PublicClient
  deployment: Deployment
  auction: Address
  isUnderway: (prefix: string) => boolean
}

const prefixOf = (destination: Address) => `harvest:${destination}:`

/** Sends what destinations have earned to the auction, when it is worth it or a day has passed. */
export function harvestJob(options: HarvestOptions): Job {
  const waitUntil = new Map<Address, bigint>()
  return {
    name: 'harvest',
    look: async (block): Promise<Verdict> => {
      const ready: Address[] = []
      for (const lmp of options.deployment.lmps) {
        if (block.timestamp < (waitUntil.get(lmp.address) ?? 0n)) continue
        const { nav, destinations } = await read(options, lmp, block)
        const found = due(block.timestamp, nav, destinations, options)
        if (found.length === 0) waitUntil.set(lmp.address, block.timestamp + LOOK_EVERY)
        ready.push(...found)
      }
      return { steps: ready.map((address) => toStep(address, block)) }
    },
  }
}

export async function read(
  { client, auction, interval, isUnderway }: HarvestOptions,
  lmp: Deployment['lmps'][number],
  block: BlockRef,
): Promise<{ nav: bigint; destinations: HarvestView[] }> {
  const [nav, places] = await Promise.all([readNav(client, lmp.address, block), listed(client, lmp, block)])
  const destinations = await Promise.all(
    places.map(async ({ address }): Promise<HarvestView> => {
      const found = await simulate(client, address, block)
      const rewards = found.flatMap((log) => (log.eventName === 'Harvested' ? [log.args] : []))
      const any = found.length > 0
      return {
        address,
        worth: await readWorth(client, { auction, seller: lmp.address, asset: lmp.asset }, rewards, block),
        any,
        // Asked only where it decides: it is a search in the chain's history.
        lastAt: any ? await lastHarvest(client, address, block, interval) : undefined,
        underway: isUnderway(prefixOf(address)),
      }
    }),
  )
  return { nav, destinations }
}

const data = encodeFunctionData({ abi: destinationAbi, functionName: 'harvest' })

/** What a harvest would say of itself. */
async function simulate(client: PublicClient, destination: Address, { number }: BlockRef) {
  const [result] = await client.simulateBlocks({
    blockNumber: number,
    blocks: [{ calls: [{ to: destination, data }] }],
  })
  const logs: Log[] = (result?.calls ?? []).flatMap((call) => call.logs ?? [])
  return parseEventLogs({ abi: harvestAbi, logs }).filter((log) => isAddressEqual(log.address, destination))
}

async function lastHarvest(client: PublicClient, address: Address, block: BlockRef, interval: bigint) {
  return lastLogAt(client, { address, events: harvestAbi }, block, interval)
}

function toStep(destination: Address, block: BlockRef): Step {
  return {
    // The block it was found in: what is earned later is another harvest.
    key: `${prefixOf(destination)}${block.number}`,
    label: `harvest ${destination}`,
    to: destination,
    data,
    benign: [],
  }
}
