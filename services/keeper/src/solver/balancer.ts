import {
  balancerStableDestinationAbi,
  balancerVaultAbi,
  composableStablePoolAbi,
  destinationAbi,
} from '@headrace/abi'
import type { BlockRef } from '@headrace/chain'
import {
  type Address,
  encodeAbiParameters,
  encodeFunctionData,
  type Hex,
  type PublicClient,
  parseAbi,
} from 'viem'
import { at } from '../reads.ts'
import type { Venue } from './venue.ts'

const vaultAbi = parseAbi([
  'struct JoinPoolRequest { address[] assets; uint256[] maxAmountsIn; bytes userData; bool fromInternalBalance; }',
  'struct ExitPoolRequest { address[] assets; uint256[] minAmountsOut; bytes userData; bool toInternalBalance; }',
  'function joinPool(bytes32 poolId, address sender, address recipient, JoinPoolRequest request) payable',
  'function exitPool(bytes32 poolId, address sender, address recipient, ExitPoolRequest request)',
])

/** Kinds of joins and exits of a ComposableStable pool, in the first word of its user data. */
const JOIN_EXACT_TOKENS_IN = 1n
const EXIT_INTO_ONE_TOKEN = 0n
const EXIT_IN_PROPORTION = 2n

export async function readBalancer(
  client: PublicClient,
  destination: Address,
  block: BlockRef,
): Promise<Venue> {
  const [pool, vault] = await client.multicall({
    ...at(block),
    allowFailure: false,
    contracts: [
      { address: destination, abi: destinationAbi, functionName: 'pool' },
      { address: destination, abi: balancerStableDestinationAbi, functionName: 'balancer' },
    ],
  })
  const pinned = { blockHash: block.hash, requireCanonical: true } as const
  const poolId = await client.readContract({
    address: pool,
    abi: composableStablePoolAbi,
    functionName: 'getPoolId',
    ...pinned,
  })
  const [assets, balances] = await client.readContract({
    address: vault,
    abi: balancerVaultAbi,
    functionName: 'getPoolTokens',
    args: [poolId],
    ...pinned,
  })
  return balancerVenue({ destination, pool, vault, poolId, assets, balances })
}

interface PoolTokens {
  destination: Address
  pool: Address
  vault: Address
  poolId: Hex
  /** In the vault's order, the pool's own LP token among them. */
  assets: readonly Address[]
  balances: readonly bigint[]
}

/**
 * A Balancer V2 ComposableStable pool. Joins and exits set no minimum of their own: the vault's exact pull at the end
 * of the rebalance is the minimum of the whole route.
 */
export function balancerVenue({ destination, pool, vault, poolId, assets, balances }: PoolTokens): Venue {
  const legs = assets.filter((asset) => asset !== pool)
  const zeros = assets.map(() => 0n)

  const exitCall = (executor: Address, userData: Hex) => ({
    target: vault,
    approvals: [],
    data: encodeFunctionData({
      abi: vaultAbi,
      functionName: 'exitPool',
      args: [
        poolId,
        executor,
        executor,
        { assets, minAmountsOut: zeros, userData, toInternalBalance: false },
      ],
    }),
  })

  return {
    destination,
    lpToken: pool,
    reserves: new Map(
      assets.flatMap((asset, i) => (asset === pool ? [] : [[asset, balances[i] ?? 0n] as const])),
    ),
    enter: (executor, amounts) => {
      const userData = encodeAbiParameters(
        [{ type: 'uint256' }, { type: 'uint256[]' }, { type: 'uint256' }],
        [JOIN_EXACT_TOKENS_IN, legs.map((leg) => amounts.get(leg) ?? 0n), 0n],
      )
      const maxAmountsIn = assets.map((asset) => amounts.get(asset) ?? 0n)
      return [
        {
          target: vault,
          approvals: [...amounts].map(([token, amount]) => ({ token, amount })),
          data: encodeFunctionData({
            abi: vaultAbi,
            functionName: 'joinPool',
            args: [
              poolId,
              executor,
              executor,
              { assets, maxAmountsIn, userData, fromInternalBalance: false },
            ],
          }),
        },
      ]
    },
    exit: (executor, lp, weights) => {
      if (legs.every((leg) => weights.has(leg))) {
        const userData = encodeAbiParameters(
          [{ type: 'uint256' }, { type: 'uint256' }],
          [EXIT_IN_PROPORTION, lp],
        )
        return { kind: 'all', calls: [exitCall(executor, userData)] }
      }
      const [only] = weights.keys()
      if (only === undefined || weights.size !== 1 || !legs.includes(only)) return undefined
      const userData = encodeAbiParameters(
        [{ type: 'uint256' }, { type: 'uint256' }, { type: 'uint256' }],
        [EXIT_INTO_ONE_TOKEN, lp, BigInt(legs.indexOf(only))],
      )
      return { kind: 'all', calls: [exitCall(executor, userData)] }
    },
  }
}
