import {
  balancerVaultAbi,
  composableStablePoolAbi,
  uniswapV2PairAbi,
  uniswapV2RouterAbi,
} from '@headrace/venues'
import { type Address, erc20Abi, type Hex, maxUint256, parseAbi } from 'viem'
import { accounts } from '../accounts.ts'
import { tradeToPrice } from '../stable.ts'
import { dayOf, type World } from '../world.ts'
import { ABC_PRICE } from './feeds.ts'
import { giveWeth, mint } from './funding.ts'

const WAD = 10n ** 18n
/** An arbitrageur does not trade for less than this. */
const BAND = 2n * 10n ** 14n
const DEADLINE = maxUint256
/** The published ABI of this Vyper contract predates `stateMutability`. */
const curveAbi = parseAbi([
  'function A() view returns (uint256)',
  'function balances(int128 i) view returns (uint256)',
  'function exchange(int128 i, int128 j, uint256 dx, uint256 minDy)',
])
const rateAbi = parseAbi(['function getRate() view returns (uint256)'])

/** Arbitrageurs: swap the real pools to the price of the feeds, with an inventory that does not run out. */
export class Market {
  readonly #world: World
  #poolId: Hex | undefined
  #stableTokens: Address[] = []

  constructor(world: World) {
    this.#world = world
  }

  async stockUp(): Promise<void> {
    const { chain, venues } = this.#world
    await giveWeth(chain, venues.weth, 'market', 100_000n * WAD)
    for (const lst of venues.lsts) await mint(chain, lst, 'market', 100_000n * WAD)
    await mint(chain, venues.abc, 'market', 20_000_000n * WAD)
    for (const token of [venues.weth, venues.abc, ...venues.lsts]) {
      for (const spender of [venues.balancerVault, venues.curvePool, venues.uniswapRouter]) {
        await chain.send('market', {
          address: token,
          abi: erc20Abi,
          functionName: 'approve',
          args: [spender, maxUint256],
        })
      }
    }
  }

  async act(): Promise<void> {
    const day = dayOf(this.#world, await this.#world.chain.now())
    await this.#tradeBalancer(day)
    await this.#tradeCurve(day)
    await this.#tradeUniswap(day)
  }

  async #tradeCurve(day: number): Promise<void> {
    const { chain, venues, history } = this.#world
    const pool = { address: venues.curvePool, abi: curveAbi } as const
    const ann = (await chain.client.readContract({ ...pool, functionName: 'A' })) * 4n
    for (const coin of [1, 2, 3]) {
      const balances = await Promise.all(
        [0n, 1n, 2n, 3n].map((i) =>
          chain.client.readContract({ ...pool, functionName: 'balances', args: [i] }),
        ),
      )
      const trade = tradeToPrice(balances, coin, ann, history.market(coin - 1, day), BAND)
      if (trade === undefined) continue
      const args = [BigInt(trade.sell), BigInt(trade.buy), trade.amount, 0n] as const
      await chain.send('market', { ...pool, functionName: 'exchange', args })
    }
  }

  async #tradeBalancer(day: number): Promise<void> {
    const { chain, venues, history } = this.#world
    const pool = { address: venues.stablePool, abi: composableStablePoolAbi } as const
    const lst = venues.lsts[0]
    if (lst === undefined) throw new Error('no LST 0')
    this.#poolId ??= await chain.client.readContract({ ...pool, functionName: 'getPoolId' })
    const poolId = this.#poolId
    const [tokens, balances] = await chain.client.readContract({
      address: venues.balancerVault,
      abi: balancerVaultAbi,
      functionName: 'getPoolTokens',
      args: [poolId],
    })
    this.#stableTokens = [venues.weth, lst]
    const rate = await chain.client.readContract({ address: lst, abi: rateAbi, functionName: 'getRate' })
    const [amplification, , precision] = await chain.client.readContract({
      ...pool,
      functionName: 'getAmplificationParameter',
    })
    const held = this.#stableTokens.map((token) => balances[tokens.indexOf(token)] ?? 0n)
    const scaled = [held[0] ?? 0n, ((held[1] ?? 0n) * rate) / WAD]
    // The pool trades the LST at its rate: on its curve the price is market over rate.
    const target = (history.market(0, day) * WAD) / rate
    const trade = tradeToPrice(scaled, 1, (amplification * 2n) / precision, target, BAND)
    const [sell, buy] = [this.#stableTokens[trade?.sell ?? 0], this.#stableTokens[trade?.buy ?? 1]]
    if (trade === undefined || sell === undefined || buy === undefined) return
    const amount = trade.sell === 1 ? (trade.amount * WAD) / rate : trade.amount
    await chain.send('market', {
      address: venues.balancerVault,
      abi: balancerVaultAbi,
      functionName: 'swap',
      args: [
        { poolId, kind: 0, assetIn: sell, assetOut: buy, amount, userData: '0x' },
        {
          sender: accounts.market,
          fromInternalBalance: false,
          recipient: accounts.market,
          toInternalBalance: false,
        },
        0n,
        DEADLINE,
      ],
    })
  }

  async #tradeUniswap(day: number): Promise<void> {
    const { chain, venues, history } = this.#world
    const pair = { address: venues.pair, abi: uniswapV2PairAbi } as const
    const [reserves, token0] = await Promise.all([
      chain.client.readContract({ ...pair, functionName: 'getReserves' }),
      chain.client.readContract({ ...pair, functionName: 'token0' }),
    ])
    const [abc, weth] =
      token0.toLowerCase() === venues.abc.toLowerCase()
        ? [reserves[0], reserves[1]]
        : [reserves[1], reserves[0]]
    const target = (ABC_PRICE * history.abc(day)) / WAD
    const spot = (weth * WAD) / abc
    const off = spot > target ? spot - target : target - spot
    if ((off * WAD) / target <= 5n * BAND) return
    const k = abc * weth
    const sellAbc = spot > target
    // Reserves at the target price: abc = sqrt(k / p), weth = sqrt(k * p); 0.3% of what comes in is the pool's fee.
    const grown = sellAbc ? sqrt((k * WAD) / target) - abc : sqrt((k * target) / WAD) - weth
    const path = sellAbc ? [venues.abc, venues.weth] : [venues.weth, venues.abc]
    await chain.send('market', {
      address: venues.uniswapRouter,
      abi: uniswapV2RouterAbi,
      functionName: 'swapExactTokensForTokens',
      args: [(grown * 1000n) / 997n, 0n, path, accounts.market, DEADLINE],
    })
  }
}

function sqrt(value: bigint): bigint {
  let x = value
  for (let y = (x + 1n) / 2n; y < x; y = (x + value / x) / 2n) x = y
  return x
}
