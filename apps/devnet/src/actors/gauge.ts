import { liquidityGaugeAbi } from '@headrace/venues'
import { erc20Abi } from 'viem'
import { accounts } from '../accounts.ts'
import { dayOf, type World } from '../world.ts'
import { mint } from './funding.ts'

const WAD = 10n ** 18n
/** Reward tokens a week: what a real gauge gets from its votes moves like this, and venues change places in yield. */
const WEEKS = [1_000n, 1_000n, 1_000n, 1_000n, 1_000n, 6_000n, 500n, 6_000n]

/** Whoever pays the gauge of the Balancer pool: funds the next seven days when a period is over. */
export class Gauge {
  readonly #world: World
  #nextDay = 7

  constructor(world: World) {
    this.#world = world
  }

  async act(): Promise<void> {
    const { chain, venues } = this.#world
    const day = dayOf(this.#world, await chain.now())
    if (day < this.#nextDay) return
    const amount = (WEEKS[Math.floor(day / 7) % WEEKS.length] ?? 0n) * WAD
    await mint(chain, venues.rewardToken, 'distributor', amount)
    await chain.send('distributor', {
      address: venues.rewardToken,
      abi: erc20Abi,
      functionName: 'approve',
      args: [venues.gauge, amount],
    })
    await chain.send('distributor', {
      address: venues.gauge,
      abi: liquidityGaugeAbi,
      functionName: 'deposit_reward_token',
      args: [venues.rewardToken, amount],
    })
    this.#nextDay = (Math.floor(day / 7) + 1) * 7
  }

  /** Other LPs of the pool stake half of what they hold, so that the vault is not alone in the gauge. */
  async stakeOthers(): Promise<void> {
    const { chain, venues } = this.#world
    const held = await chain.client.readContract({
      address: venues.stablePool,
      abi: erc20Abi,
      functionName: 'balanceOf',
      args: [accounts.deployer],
    })
    await chain.send('deployer', {
      address: venues.stablePool,
      abi: erc20Abi,
      functionName: 'approve',
      args: [venues.gauge, held / 2n],
    })
    await chain.send('deployer', {
      address: venues.gauge,
      abi: liquidityGaugeAbi,
      functionName: 'deposit',
      args: [held / 2n],
    })
  }
}
