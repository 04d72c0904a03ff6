import { destinationAbi, dutchAuctionAbi, priceRegistryAbi } from '@headrace/abi'
import { type BlockRef, pinnedTo } from '@headrace/chain'
import type { Deployment } from '@headrace/service'
import { type Address, encodeFunctionData, getAbiItem, type PublicClient, zeroAddress } from 'viem'
import type { Job, Step, Verdict } from '../job.ts'
import { type HarvestPolicy, isDue, readNav } from '../proceeds.ts'
import { at, lastLogAt, listed } from '../reads.ts'

/** The feed behind a running lot. */
export interface FeedView {
  registry: Address
  token: Address
  /** When a call last found a price, and since when calls find none (0: they do), as the auction recorded it; unix seconds. */
  seenAt: bigint
  failedAt: bigint
  /** There is a price now. */
  works: boolean
  underway: boolean
}

/** Feeds the auction has to look at: what it holds for live is dead or the other way round, or it has not looked for long. */
export function pokesDue(now: bigint, feeds: readonly FeedView[], pokeAge: bigint): FeedView[] {
  return feeds.filter(({ seenAt, failedAt, works, underway }) => {
    if (underway) return false
    if (works === (failedAt !== 0n)) return true
    return works && now - seenAt >= pokeAge
  })
}

export interface ProceedsView {
  seller: Address
  /** Paid for its lots and not yet pushed, base units of its asset. */
  worth: bigint
  nav: bigint
  /** Last push within the interval, unix seconds. */
  lastAt?: bigint | undefined
  underway: boolean
}

/** Sellers whose proceeds are worth a transaction. */
export function pushesDue(
  now: bigint,
  proceeds: readonly ProceedsView[],
  policy: HarvestPolicy,
): ProceedsView[] {
  return proceeds.filter((each) => each.worth > 0n && !each.underway && isDue(now, each.nav, each, policy))
}

export interface AuctionOptions extends HarvestPolicy {
  client: PublicClient
  deployment: Deployment
  auction: Address
  /** Age of the auction's last look at a feed from which it looks again while a lot runs, block seconds. */
  pokeAge: bigint
  isUnderway: (prefix: string) => boolean
}

type Lmp = Deployment['lmps'][number]

const pushed = getAbiItem({ abi: dutchAuctionAbi, name: 'Pushed' })
const pushPrefix = (seller: Address) => `auction:push:${seller}:`
const pokePrefix = (registry: Address, token: Address) => `auction:poke:${registry}:${token}:`

/** Gives vaults what their lots brought, and lets the auction see feeds that nobody buys by. */
export function auctionJob(options: AuctionOptions): Job {
  const { deployment, auction, pokeAge } = options
  return {
    name: 'auction',
    look: async (block): Promise<Verdict> => {
      const [proceeds, feeds] = await Promise.all([
        Promise.all(deployment.lmps.map((lmp) => readProceeds(options, lmp, block))),
        readFeeds(options, block),
      ])
      return {
        steps: [
          ...pushesDue(block.timestamp, proceeds, options).map(({ seller }) => push(auction, seller, block)),
          ...pokesDue(block.timestamp, feeds, pokeAge).map((feed) => poke(auction, feed, block)),
        ],
      }
    },
  }
}

async function readProceeds(
  { client, auction, interval, isUnderway }: AuctionOptions,
  { address: seller }: Lmp,
  block: BlockRef,
): Promise<ProceedsView> {
  const worth = await client.readContract({
    ...pinnedTo(block),
    address: auction,
    abi: dutchAuctionAbi,
    functionName: 'proceeds',
    args: [seller],
  })
  const underway = isUnderway(pushPrefix(seller))
  if (worth === 0n) return { seller, worth, nav: 0n, underway }
  const [nav, lastAt] = await Promise.all([
    readNav(client, seller, block),
    lastLogAt(client, { address: auction, events: [pushed] }, block, interval, ({ topics }) =>
      (topics[1] ?? '').endsWith(seller.slice(2).toLowerCase()),
    ),
  ])
  return { seller, worth, nav, lastAt, underway }
}

/** Of every lot that runs at a registry's price, each once. */
async function readFeeds(options: AuctionOptions, block: BlockRef): Promise<FeedView[]> {
  const { client, deployment, auction, isUnderway } = options
  const found = new Map<string, FeedView>()
  for (const lmp of deployment.lmps) {
    const tokens = await readRewards(client, lmp, block)
    const lots = await client.multicall({
      ...at(block),
      allowFailure: false,
      contracts: tokens.map(
        (token) =>
          ({
            address: auction,
            abi: dutchAuctionAbi,
            functionName: 'lot',
            args: [lmp.address, token],
          }) as const,
      ),
    })
    for (const [i, token] of tokens.entries()) {
      const registry = lots[i]?.registry
      if (registry === undefined || registry === zeroAddress || lots[i]?.left === 0n) continue
      const [feed, [, works]] = await client.multicall({
        ...at(block),
        allowFailure: false,
        contracts: [
          { address: auction, abi: dutchAuctionAbi, functionName: 'feed', args: [registry, token] },
          { address: registry, abi: priceRegistryAbi, functionName: 'tryPrice', args: [token] },
        ],
      })
      const { seenAt, failedAt } = feed
      const underway = isUnderway(pokePrefix(registry, token))
      found.set(`${registry}:${token}`, { registry, token, seenAt, failedAt, works, underway })
    }
  }
  return [...found.values()]
}

async function readRewards(client: PublicClient, lmp: Lmp, block: BlockRef): Promise<Address[]> {
  const places = await listed(client, lmp, block)
  const lists = await client.multicall({
    ...at(block),
    allowFailure: false,
    contracts: places.map(
      ({ address }) => ({ address, abi: destinationAbi, functionName: 'rewards' }) as const,
    ),
  })
  return [...new Set(lists.flat())]
}

function push(auction: Address, seller: Address, block: BlockRef): Step {
  return {
    // The block it was found in: what is paid later is another push.
    key: `${pushPrefix(seller)}${block.number}`,
    label: `push the proceeds of ${seller}`,
    to: auction,
    data: encodeFunctionData({ abi: dutchAuctionAbi, functionName: 'push', args: [seller] }),
    benign: ['NothingToPush'],
  }
}

function poke(auction: Address, { registry, token }: FeedView, block: BlockRef): Step {
  return {
    key: `${pokePrefix(registry, token)}${block.number}`,
    label: `poke the feed of ${token} in ${registry}`,
    to: auction,
    data: encodeFunctionData({ abi: dutchAuctionAbi, functionName: 'poke', args: [registry, token] }),
    benign: [],
  }
}
