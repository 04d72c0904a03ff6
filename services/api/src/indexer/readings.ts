import { type BlockRef, pinnedTo } from '@headrace/chain'
import { type Address, BaseError, ContractFunctionExecutionError, type PublicClient, parseAbi } from 'viem'
import { priceRegistryAbi } from '../abis.ts'
import { toNumber } from './events.ts'
import type { Price } from './store.ts'

/** Chainlink's aggregator. */
const feedAbi = parseAbi([
  'function latestRoundData() view returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)',
])

export interface PricedToken {
  readonly token: Address
  readonly feed: Address
}

/**
 * What the registry says at a block, by hash. Prices are read, not replayed: a feed's round says nothing of the
 * registry's age bound, and issuers' rates have no event.
 */
export function readPrices(
  client: PublicClient,
  registry: Address,
  tokens: readonly PricedToken[],
  block: BlockRef,
): Promise<Price[]> {
  const pinned = pinnedTo(block)
  return Promise.all(
    tokens.map(async ({ token, feed }) => {
      const [[backing, market, ok], round] = await Promise.all([
        client.readContract({
          ...pinned,
          address: registry,
          abi: priceRegistryAbi,
          functionName: 'legPrices',
          args: [token],
        }),
        client
          .readContract({ ...pinned, address: feed, abi: feedAbi, functionName: 'latestRoundData' })
          .catch(absentIfReverted),
      ])
      const answer =
        round === undefined
          ? { answer: null, updatedAt: null }
          : { answer: round[1], updatedAt: toNumber(round[3]) }
      return { token, block: toNumber(block.number), market, backing, ok, ...answer }
    }),
  )
}

/** A feed that reverts has no answer; a node that fails is not an answer. */
function absentIfReverted(error: unknown): undefined {
  const contractSaid =
    error instanceof ContractFunctionExecutionError &&
    error.walk((inner) => inner instanceof BaseError && /RevertedError|ZeroDataError/.test(inner.name)) !==
      null
  if (!contractSaid) throw error
  return undefined
}
