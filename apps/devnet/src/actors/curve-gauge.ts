import { erc20Abi, parseAbi } from 'viem'
import { accounts } from '../accounts.ts'
import { dayOf, type World } from '../world.ts'

const crvAbi = parseAbi(['function update_mining_parameters()'])
const controllerAbi = parseAbi([
  'function change_gauge_weight(address gauge, uint256 weight)',
  'function checkpoint_gauge(address gauge)',
])
const gaugeAbi = parseAbi(['function deposit(uint256 amount)'])

/**
 * Weight of the gauge among 1e18 of all others. CRV is paid by the week, and a move counts it no further: what stakers get for this,
 * 11% a year, pays within a week for the way into the pool, and is more than the Balancer gauge's lean weeks and less than its rich ones.
 */
const VOTES = 6n * 10n ** 15n

/** Others in the gauge of the Curve dollar pool: they stake, vote, start CRV's inflation, and write down the gauge's weight each week. */
export class CurveGauge {
  readonly #world: World
  #week = -1
  #started = false

  constructor(world: World) {
    this.#world = world
  }

  async act(): Promise<void> {
    const { chain, venues } = this.#world
    const now = await chain.now()
    // Inflation starts a day after the deployment, weights hold from Thursday to Thursday.
    if (!this.#started && dayOf(this.#world, now) >= 1.5) {
      await chain.send('market', {
        address: venues.usd.crv,
        abi: crvAbi,
        functionName: 'update_mining_parameters',
        args: [],
      })
      await this.#vote()
      this.#started = true
    }
    const week = Number(now / (7n * 86_400n))
    if (week === this.#week) return
    await chain.send('market', {
      address: venues.usd.crvController,
      abi: controllerAbi,
      functionName: 'checkpoint_gauge',
      args: [venues.usd.curveGauge],
    })
    this.#week = week
  }

  /** Counts from next Thursday. The controller's owner speaks for the holders of veCRV. */
  async #vote(): Promise<void> {
    const { chain, venues } = this.#world
    await chain.send('deployer', {
      address: venues.usd.crvController,
      abi: controllerAbi,
      functionName: 'change_gauge_weight',
      args: [venues.usd.curveGauge, VOTES],
    })
  }

  /** Half of what the first LP holds. */
  async stakeOthers(): Promise<void> {
    const { chain, venues } = this.#world
    const { curveToken: address, curveGauge } = venues.usd
    const held = await chain.client.readContract({
      address,
      abi: erc20Abi,
      functionName: 'balanceOf',
      args: [accounts.deployer],
    })
    const args = [curveGauge, held / 2n] as const
    await chain.send('deployer', { address, abi: erc20Abi, functionName: 'approve', args })
    await chain.send('deployer', {
      address: curveGauge,
      abi: gaugeAbi,
      functionName: 'deposit',
      args: [held / 2n],
    })
  }
}
