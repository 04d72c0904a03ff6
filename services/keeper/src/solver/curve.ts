import { curveStableSwapAbi, destinationAbi } from '@headrace/abi'
import type { BlockRef } from '@headrace/chain'
import { type Address, concat, erc20Abi, type Hex, type PublicClient, toFunctionSelector, toHex } from 'viem'
import { at } from '../reads.ts'
import type { Venue } from './venue.ts'

export async function readCurve(client: PublicClient, destination: Address, block: BlockRef): Promise<Venue> {
  const [pool, lpToken, legs] = await client.multicall({
    ...at(block),
    allowFailure: false,
    contracts: [
      { address: destination, abi: destinationAbi, functionName: 'pool' },
      { address: destination, abi: destinationAbi, functionName: 'lpToken' },
      { address: destination, abi: destinationAbi, functionName: 'legs' },
    ],
  })
  const [supply, balances, decimals] = await Promise.all([
    client.readContract({
      address: lpToken,
      abi: erc20Abi,
      functionName: 'totalSupply',
      blockHash: block.hash,
      requireCanonical: true,
    }),
    client.multicall({
      ...at(block),
      allowFailure: false,
      contracts: legs.map(
        (_, i) =>
          ({ address: pool, abi: curveStableSwapAbi, functionName: 'balances', args: [BigInt(i)] }) as const,
      ),
    }),
    client.multicall({
      ...at(block),
      allowFailure: false,
      contracts: legs.map((address) => ({ address, abi: erc20Abi, functionName: 'decimals' }) as const),
    }),
  ])
  return curveVenue({ destination, pool, lpToken, legs, balances, decimals, supply })
}

interface PoolTokens {
  destination: Address
  pool: Address
  lpToken: Address
  /** In the pool's order. */
  legs: readonly Address[]
  balances: readonly bigint[]
  decimals: readonly number[]
  /** LP tokens. */
  supply: bigint
}

/**
 * Part of an exit's fair size at which tuning starts. Leaving into some coins of a balanced pool pays more of those
 * than the share of them, less fee and slip: a pool that charges over 20% for it is not worth leaving that way.
 */
const START = 80n

/**
 * A Curve v1 plain pool. It has no exit into one coin for a given number of LP tokens, so an
 * uneven exit is tuned. No minimum of its own: the vault's exact pull is the minimum of the whole route.
 */
export function curveVenue({
  destination,
  pool,
  lpToken,
  legs,
  balances,
  decimals,
  supply,
}: PoolTokens): Venue {
  const n = legs.length
  const amountsOf = (amounts: ReadonlyMap<Address, bigint>) => legs.map((leg) => amounts.get(leg) ?? 0n)
  // Coins are worth the same, whatever their decimals: sums are of 18 decimals, amounts of the coin's own.
  const scales = new Map(legs.map((leg, i) => [leg, 10n ** BigInt(18 - (decimals[i] ?? 18))]))
  const scaleOf = (leg: Address) => scales.get(leg) ?? 1n
  const total = legs.reduce((sum, leg, i) => sum + (balances[i] ?? 0n) * scaleOf(leg), 0n)

  return {
    destination,
    lpToken,
    reserves: new Map(legs.map((leg, i) => [leg, balances[i] ?? 0n])),
    enter: (_, amounts) => [
      {
        target: pool,
        approvals: [...amounts].map(([token, amount]) => ({ token, amount })),
        data: encode(`add_liquidity(uint256[${n}],uint256)`, [...amountsOf(amounts), 0n]),
      },
    ],
    exit: (_, lp, weights) => {
      if (legs.every((leg) => weights.has(leg))) {
        const data = encode(`remove_liquidity(uint256,uint256[${n}])`, [lp, ...legs.map(() => 0n)])
        return { kind: 'all', calls: [{ target: pool, approvals: [], data }] }
      }
      const weight = [...weights].reduce((sum, [token, each]) => sum + each * scaleOf(token), 0n)
      if (weight === 0n || ![...weights.keys()].every((token) => legs.includes(token))) return undefined
      // Coins worth the same, so what the LP tokens stand for is their share of all coins.
      const fair = (lp * total) / supply
      return {
        kind: 'tuned',
        start: (fair * START) / 100n,
        calls: (scale) => {
          const amounts = new Map([...weights].map(([token, each]) => [token, (scale * each) / weight]))
          const data = encode(`remove_liquidity_imbalance(uint256[${n}],uint256)`, [
            ...amountsOf(amounts),
            lp,
          ])
          return [{ target: pool, approvals: [], data }]
        },
      }
    },
  }
}

/** Calldata of a function whose arguments are words and fixed arrays of words. */
function encode(signature: string, words: readonly bigint[]): Hex {
  return concat([toFunctionSelector(signature), ...words.map((word) => toHex(word, { size: 32 }))])
}
