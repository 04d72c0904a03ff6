import { aggregatorProxyAbi, fluxAggregatorAbi } from '@headrace/venues'
import type { Address } from 'viem'
import { dayOf, type World } from '../world.ts'
import { dollarPrice } from './dollars.ts'

/** WETH per ABC and per reward token at day 0; as contracts/test/venues deploys the pools. */
export const ABC_PRICE = 5n * 10n ** 15n
export const REWARD_PRICE = 2n * 10n ** 15n
/** USD per ETH of the dollar feeds, which do not follow the history; as contracts/test/venues deploys them. */
const ETH_USD = 3_000n
/** 8 decimals. */
const CRV_USD = 15_000_000n
/** An answer that stands is repeated after so long, seconds: below the age at which the registries take none any more. */
const HEARTBEAT = 20n * 3600n

interface Feed {
  aggregator: Address
  round: number
  /** What it was told last, and when. */
  answer?: bigint
  at?: bigint
}

/** The oracle network: pushes history to the Chainlink aggregators. */
export class Feeds {
  readonly #world: World
  readonly #feeds = new Map<Address, Feed>()

  constructor(world: World) {
    this.#world = world
  }

  /** Answers every feed for the time of the latest block, but for what it knows. */
  async push(): Promise<void> {
    const { chain, venues, history } = this.#world
    const now = await chain.now()
    const day = dayOf(this.#world, now)
    const answers: Array<[Address, bigint]> = venues.lstFeeds.map((feed, lst) => [
      feed,
      history.market(lst, day),
    ])
    answers.push([venues.abcFeed, (ABC_PRICE * history.abc(day)) / 10n ** 18n])
    answers.push([venues.rewardFeed, REWARD_PRICE])
    const { usd } = venues
    // 8 decimals.
    answers.push([usd.usdcFeed, dollarPrice('usdc', day) / 10n ** 10n])
    answers.push([usd.usdtFeed, dollarPrice('usdt', day) / 10n ** 10n])
    answers.push([usd.daiFeed, dollarPrice('dai', day) / 10n ** 10n])
    answers.push([usd.susdFeed, dollarPrice('susd', day) / 10n ** 10n])
    answers.push([usd.rewardFeed, (REWARD_PRICE * ETH_USD) / 10n ** 10n])
    answers.push([usd.crvFeed, CRV_USD])
    answers.push([usd.usdcEthFeed, dollarPrice('usdc', day) / ETH_USD])
    for (const [feed, answer] of answers) await this.#submit(feed, answer, now)
  }

  async #submit(feed: Address, answer: bigint, now: bigint): Promise<void> {
    const known = this.#feeds.get(feed) ?? (await this.#find(feed))
    if (known.answer === answer && known.at !== undefined && now - known.at < HEARTBEAT) return
    known.round += 1
    await this.#world.chain.send('oracle', {
      address: known.aggregator,
      abi: fluxAggregatorAbi,
      functionName: 'submit',
      args: [BigInt(known.round), answer],
    })
    known.answer = answer
    known.at = now
  }

  async #find(feed: Address): Promise<Feed> {
    const { client } = this.#world.chain
    const aggregator = await client.readContract({
      address: feed,
      abi: aggregatorProxyAbi,
      functionName: 'aggregator',
    })
    const round = await client.readContract({
      address: aggregator,
      abi: fluxAggregatorAbi,
      functionName: 'latestRound',
    })
    const found = { aggregator, round: Number(round) }
    this.#feeds.set(feed, found)
    return found
  }
}
