import { lmpConfiguratorAbi } from '@headrace/abi'
import { contractAddress } from '@headrace/service'
import { dayOf, vaultOf, type World } from '../world.ts'
import { type Deed, doDue } from './deeds.ts'

/** The guardian: stops the dollar vault for a day, which keepers and those who leave in kind do not notice. */
export class Guardian {
  readonly #world: World
  readonly #deeds: Deed[]

  constructor(world: World) {
    this.#world = world
    this.#deeds = [
      { day: 36, what: 'the guardian pauses the dollar vault', act: () => this.#send('pause') },
      { day: 37, what: 'the guardian lets the dollar vault go on', act: () => this.#send('unpause') },
    ]
  }

  async act(): Promise<string[]> {
    return doDue(this.#deeds, dayOf(this.#world, await this.#world.chain.now()))
  }

  async #send(functionName: 'pause' | 'unpause'): Promise<void> {
    await this.#world.chain.send('guardian', {
      address: contractAddress(this.#world.deployment, 'configurator'),
      abi: lmpConfiguratorAbi,
      functionName,
      args: [vaultOf(this.#world, this.#world.venues.usd.usdc).address],
    })
  }
}
