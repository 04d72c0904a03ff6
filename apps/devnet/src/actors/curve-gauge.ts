import { erc20Abi, parseAbi } from 'viem'
import { accounts } from '../accounts.ts'
import { dayOf, type World } from '../world.ts'

const crvAbi = parseAbi(['function update_mining_parameters()'])
const controllerAbi = parseAbi(['function checkpoint_gauge(address gauge)'])
const gaugeAbi = parseAbi(['function deposit(uint256 amount)'])

/** Others in the gauge of the Curve dollar pool: they stake, start CRV's inflation, and write down the gauge's weight each week. */
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
