import { parseAbi } from 'viem'
import { dayOf, type World } from '../world.ts'

const lstAbi = parseAbi(['function setRate(uint256 rate)', 'function getRate() view returns (uint256)'])

/** The issuers of the LSTs: publish their rates once a day. The tokens are fixtures (LstFixture), the rates are history. */
export class Issuer {
  readonly #world: World
  #published = -1

  constructor(world: World) {
    this.#world = world
  }

  async act(): Promise<void> {
    const { chain, venues, history } = this.#world
    const day = Math.floor(dayOf(this.#world, await chain.now()))
    if (day <= this.#published) return
    for (const [lst, address] of venues.lsts.entries()) {
      await chain.send('issuer', {
        address,
        abi: lstAbi,
        functionName: 'setRate',
        args: [history.rate(lst, day)],
      })
    }
    this.#published = day
  }
}
