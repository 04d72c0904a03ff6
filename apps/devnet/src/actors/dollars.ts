import { balancerVaultAbi, composableStablePoolAbi } from '@headrace/venues'
import { type Address, erc20Abi, type Hex, maxUint256, parseAbi } from 'viem'
import { accounts } from '../accounts.ts'
import { tradeToPrice } from '../stable.ts'
import { dayOf, type World } from '../world.ts'
import { mint } from './funding.ts'

export type Dollar = 'usdc' | 'usdt' | 'dai' | 'susd'

/**
 * Dollar stablecoins have no history here: they swing around a dollar as in a quiet market, each in its own time, and what follows
 * them earns the pools their fees. Basis points, and swings a day.
 */
const SWINGS: Record<Dollar, { bps: number; aDay: number }> = {
  usdc: { bps: 0, aDay: 0 },
  usdt: { bps: 4, aDay: 1 },
  dai: { bps: 3, aDay: 0.7 },
  susd: { bps: 5, aDay: 0.45 },
}

const DECIMALS: Record<Dollar, number> = { usdc: 6, usdt: 6, dai: 18, susd: 18 }
const CURVE_COINS = ['dai', 'usdc', 'usdt', 'susd'] as const
const BALANCER_COINS = ['usdc', 'usdt'] as const
const WAD = 10n ** 18n
/** An arbitrageur does not trade for less than this. */
const BAND = 10n ** 14n
const STOCK = 50_000_000n
const curveAbi = parseAbi([
  'function A() view returns (uint256)',
  'function balances(int128 i) view returns (uint256)',
  'function exchange(int128 i, int128 j, uint256 dx, uint256 minDy)',
])

/** USD, WAD, in steps of the feeds' 8 decimals. */
export function dollarPrice(coin: Dollar, day: number): bigint {
  const { bps, aDay } = SWINGS[coin]
  return BigInt(Math.round(1e8 + bps * 1e4 * Math.sin(2 * Math.PI * aDay * day))) * 10n ** 10n
}

/** Arbitrageurs of the dollar pools: swap them to the price of the feeds. */
export class DollarMarket {
  readonly #world: World
  #poolId: Hex | undefined

  constructor(world: World) {
    this.#world = world
  }

  async stockUp(): Promise<void> {
    const { chain, venues } = this.#world
    for (const coin of CURVE_COINS) {
      const address = venues.usd[coin]
      await mint(chain, address, 'market', STOCK * 10n ** BigInt(DECIMALS[coin]))
      for (const spender of [venues.balancerVault, venues.usd.curvePool]) {
        const args = [spender, maxUint256] as const
        await chain.send('market', { address, abi: erc20Abi, functionName: 'approve', args })
      }
    }
  }

  async act(): Promise<void> {
    const day = dayOf(this.#world, await this.#world.chain.now())
    await this.#tradeBalancer(day)
    await this.#tradeCurve(day)
  }

  async #tradeCurve(day: number): Promise<void> {
    const { chain, venues } = this.#world
    const pool = { address: venues.usd.curvePool, abi: curveAbi } as const
    const ann = (await chain.client.readContract({ ...pool, functionName: 'A' })) * 4n
    for (const coin of [1, 2, 3]) {
      const balances = await Promise.all(
        CURVE_COINS.map(async (each, i) =>
          scaled(
            each,
            await chain.client.readContract({ ...pool, functionName: 'balances', args: [BigInt(i)] }),
          ),
        ),
      )
      const target = priceIn(at(CURVE_COINS, coin), 'dai', day)
      const trade = tradeToPrice(balances, coin, ann, target, BAND)
      if (trade === undefined) continue
      const amount = unscaled(at(CURVE_COINS, trade.sell), trade.amount)
      const args = [BigInt(trade.sell), BigInt(trade.buy), amount, 0n] as const
      await chain.send('market', { ...pool, functionName: 'exchange', args })
    }
  }

  async #tradeBalancer(day: number): Promise<void> {
    const { chain, venues } = this.#world
    const pool = { address: venues.usd.stablePool, abi: composableStablePoolAbi } as const
    const vault = { address: venues.balancerVault, abi: balancerVaultAbi } as const
    this.#poolId ??= await chain.client.readContract({ ...pool, functionName: 'getPoolId' })
    const poolId = this.#poolId
    const [tokens, held] = await chain.client.readContract({
      ...vault,
      functionName: 'getPoolTokens',
      args: [poolId],
    })
    const [amplification, , precision] = await chain.client.readContract({
      ...pool,
      functionName: 'getAmplificationParameter',
    })
    const balances = BALANCER_COINS.map((coin) => scaled(coin, held[tokens.indexOf(venues.usd[coin])] ?? 0n))
    const target = priceIn('usdt', 'usdc', day)
    const trade = tradeToPrice(balances, 1, (amplification * 2n) / precision, target, BAND)
    if (trade === undefined) return
    const [sell, buy] = [at(BALANCER_COINS, trade.sell), at(BALANCER_COINS, trade.buy)]
    const [assetIn, assetOut] = [venues.usd[sell], venues.usd[buy]]
    const amount = unscaled(sell, trade.amount)
    const swap = { poolId, kind: 0, assetIn, assetOut, amount, userData: '0x' } as const
    const self: Address = accounts.market
    const funds = { sender: self, fromInternalBalance: false, recipient: self, toInternalBalance: false }
    await chain.send('market', { ...vault, functionName: 'swap', args: [swap, funds, 0n, maxUint256] })
  }
}

const priceIn = (coin: Dollar, other: Dollar, day: number) =>
  (dollarPrice(coin, day) * WAD) / dollarPrice(other, day)
const scaled = (coin: Dollar, amount: bigint) => amount * 10n ** BigInt(18 - DECIMALS[coin])
const unscaled = (coin: Dollar, amount: bigint) => amount / 10n ** BigInt(18 - DECIMALS[coin])

function at(coins: readonly Dollar[], index: number): Dollar {
  const coin = coins[index]
  if (coin === undefined) throw new Error(`no coin ${index}`)
  return coin
}
