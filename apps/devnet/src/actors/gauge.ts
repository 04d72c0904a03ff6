import { liquidityGaugeAbi } from '@headrace/venues'
import { type Address, erc20Abi } from 'viem'
import { accounts } from '../accounts.ts'
import { dayOf, type Venues, type World } from '../world.ts'
import { mint } from './funding.ts'

const WAD = 10n ** 18n
/** Reward tokens a week: what a real gauge gets from its votes moves like this, and venues change places in yield. */
const WEEKS = [1_000n, 1_000n, 1_000n, 1_000n, 1_000n, 6_000n, 500n, 6_000n]
/** Of the dollar pool: 64 tokens are 1% a year of what is staked. */
const DOLLAR_WEEKS = [50n, 50n, 50n, 50n, 50n, 1_500n, 50n, 1_500n]

/** What is paid to one gauge. */
export interface GaugeFunding {
  gauge: Address
  pool: Address
  /** Reward tokens of each week; after the last from the first on. */
  weeks: readonly bigint[]
}

export const wethGauge = ({ gauge, stablePool }: Venues): GaugeFunding => ({
  gauge,
  pool: stablePool,
  weeks: WEEKS,
})
export const dollarGauge = ({ usd }: Venues): GaugeFunding => ({
  gauge: usd.gauge,
  pool: usd.stablePool,
  weeks: DOLLAR_WEEKS,
})

/** Whoever pays the gauge of a Balancer pool: funds the next seven days when a period is over. */
export class Gauge {
  readonly #world: World
  readonly #funding: GaugeFunding
  /** The first week of the first gauge is paid when the venues are deployed. */
  #nextDay: number

  constructor(world: World, funding: GaugeFunding, nextDay: number) {
    this.#world = world
    this.#funding = funding
    this.#nextDay = nextDay
  }

  async act(): Promise<void> {
    const { chain, venues } = this.#world
    const day = dayOf(this.#world, await chain.now())
    if (day < this.#nextDay) return
    const { gauge, weeks } = this.#funding
    const amount = (weeks[Math.floor(day / 7) % weeks.length] ?? 0n) * WAD
    await mint(chain, venues.rewardToken, 'distributor', amount)
    await chain.send('distributor', {
      address: venues.rewardToken,
      abi: erc20Abi,
      functionName: 'approve',
      args: [gauge, amount],
    })
    await chain.send('distributor', {
      address: gauge,
      abi: liquidityGaugeAbi,
      functionName: 'deposit_reward_token',
      args: [venues.rewardToken, amount],
    })
    this.#nextDay = (Math.floor(day / 7) + 1) * 7
  }

  /** Other LPs of the pool stake half of what they hold, so that the vault is not alone in the gauge. */
  async stakeOthers(): Promise<void> {
    const { chain } = this.#world
    const { gauge, pool } = this.#funding
    const held = await chain.client.readContract({
      address: pool,
      abi: erc20Abi,
      functionName: 'balanceOf',
      args: [accounts.deployer],
    })
    await chain.send('deployer', {
      address: pool,
      abi: erc20Abi,
      functionName: 'approve',
      args: [gauge, held / 2n],
    })
    await chain.send('deployer', {
      address: gauge,
      abi: liquidityGaugeAbi,
      functionName: 'deposit',
      args: [held / 2n],
    })
  }
}
