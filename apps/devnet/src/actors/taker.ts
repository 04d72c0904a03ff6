import { destinationAbi, dutchAuctionAbi } from '@headrace/abi'
import { contractAddress } from '@headrace/service'
import { type Address, erc20Abi, isAddressEqual, maxUint256 } from 'viem'
import { accounts } from '../accounts.ts'
import type { World } from '../world.ts'
import { giveWeth, mint } from './funding.ts'

const WAD = 10n ** 18n
/** It buys when a lot is this much below the market, 1e-4: two hours after the opening at 1.1. */
const DISCOUNT_BPS = 100n
const DEADLINE_SECONDS = 86_400n

/** Buys what vaults earn from the auction once it is cheap enough. */
export class Taker {
  readonly #world: World
  readonly #auction: Address

  constructor(world: World) {
    this.#world = world
    this.#auction = contractAddress(world.deployment, 'auction')
  }

  async open(): Promise<void> {
    const { chain, venues } = this.#world
    await giveWeth(chain, venues.weth, 'taker', 1_000n * WAD)
    await mint(chain, venues.usd.usdc, 'taker', 1_000_000n * 10n ** 6n)
    for (const address of [venues.weth, venues.usd.usdc]) {
      const args = [this.#auction, maxUint256] as const
      await chain.send('taker', { address, abi: erc20Abi, functionName: 'approve', args })
    }
  }

  /** Says nothing: it buys too often for that. */
  async act(): Promise<string[]> {
    for (const lmp of this.#world.deployment.lmps) {
      for (const token of await this.#rewards(lmp.destinations)) await this.#buy(lmp, token)
    }
    return []
  }

  async #buy(
    { address: seller, asset }: { address: Address; asset: Address },
    token: Address,
  ): Promise<void> {
    const { chain, deployment } = this.#world
    const auction = { address: this.#auction, abi: dutchAuctionAbi } as const
    const lot = await chain.client.readContract({ ...auction, functionName: 'lot', args: [seller, token] })
    if (lot.left === 0n) return
    const [price, feed] = await Promise.all([
      chain.client.readContract({ ...auction, functionName: 'price', args: [seller, token] }),
      chain.client.readContract({ ...auction, functionName: 'feed', args: [lot.registry, token] }),
    ])
    const wanted = (feed.lastGood * (10_000n - DISCOUNT_BPS)) / 10_000n
    if (price > wanted) return
    const decimals = deployment.tokens.find((each) => isAddressEqual(each.address, asset))?.decimals
    if (decimals === undefined) throw new Error(`the deployment has no token ${asset}`)
    // Rewards of the devnet have 18 decimals; a unit more for the auction's rounding.
    const most = (lot.left * wanted * 10n ** BigInt(decimals)) / (WAD * WAD) + 1n
    const deadline = (await chain.now()) + DEADLINE_SECONDS
    await chain.send('taker', {
      ...auction,
      functionName: 'buy',
      args: [seller, token, lot.left, most, accounts.taker, deadline, '0x'],
    })
  }

  async #rewards(destinations: readonly { address: Address }[]): Promise<Set<Address>> {
    const lists = await Promise.all(
      destinations.map(({ address }) =>
        this.#world.chain.client.readContract({ address, abi: destinationAbi, functionName: 'rewards' }),
      ),
    )
    return new Set(lists.flat())
  }
}
