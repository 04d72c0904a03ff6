import { type BlockRef, pinnedTo } from '@headrace/chain'
import type { Deployment } from '@headrace/service'
import {
  type Address,
  BaseError,
  CallExecutionError,
  ContractFunctionExecutionError,
  decodeFunctionResult,
  encodeFunctionData,
  type Hex,
  type PublicClient,
  parseAbi,
} from 'viem'
import { lossLedgerAbi, priceRegistryAbi } from '../abis.ts'
import type { lossReadings, prices } from '../db/schema.ts'
import { toNumber } from './events.ts'

/** Chainlink's aggregator. */
const feedAbi = parseAbi([
  'function latestRoundData() view returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)',
])

export type Price = typeof prices.$inferInsert
export type LossReading = typeof lossReadings.$inferInsert

export interface PricedToken {
  readonly registry: Address
  readonly token: Address
  readonly feed: Address
}

/**
 * What contracts answer at a block, by hash, where no event tells it: prices (a feed's round says nothing of the
 * registry's age bound, and issuers' rates have no event) and the loss at those prices.
 */
export interface Readings {
  readonly prices: readonly Price[]
  readonly losses: readonly LossReading[]
}

export const NO_READINGS: Readings = { prices: [], losses: [] }

/** What to read of a deployment; `pricedTokens` are those the registry prices, as indexed so far. */
export function readerOf(
  client: PublicClient,
  deployment: Deployment,
  pricedTokens: () => readonly PricedToken[],
): (block: BlockRef) => Promise<Readings> {
  return async (block) => {
    const [priced, losses] = await Promise.all([
      Promise.all(pricedTokens().map((token) => readPrice(client, token, block))),
      Promise.all(
        deployment.lmps.map(({ address, lossLedger }) => readLoss(client, lossLedger, address, block)),
      ),
    ])
    return { prices: priced, losses }
  }
}

async function readPrice(
  client: PublicClient,
  { registry, token, feed }: PricedToken,
  block: BlockRef,
): Promise<Price> {
  const [[backing, market, ok], round] = await Promise.all([
    client.readContract({
      ...pinnedTo(block),
      address: registry,
      abi: priceRegistryAbi,
      functionName: 'legPrices',
      args: [token],
    }),
    readRound(client, feed, block),
  ])
  return { registry, token, block: toNumber(block.number), market, backing, ok, ...round }
}

/** A feed that reverts, or whose words are no round, has no answer; a node that fails is not an answer. */
async function readRound(client: PublicClient, feed: Address, block: BlockRef) {
  const data = encodeFunctionData({ abi: feedAbi, functionName: 'latestRoundData' })
  const answer = await client.call({ ...pinnedTo(block), to: feed, data }).catch(absentIfReverted)
  return roundIn(answer?.data) ?? { answer: null, updatedAt: null }
}

function roundIn(data: Hex | undefined): { answer: bigint; updatedAt: number } | undefined {
  if (data === undefined) return undefined
  try {
    const [, answer, , updatedAt] = decodeFunctionResult({
      abi: feedAbi,
      functionName: 'latestRoundData',
      data,
    })
    return { answer, updatedAt: toNumber(updatedAt) }
  } catch {
    return undefined
  }
}

/** The ledger reverts while a destination cannot be valued: then nobody knows the loss. */
async function readLoss(
  client: PublicClient,
  ledger: Address,
  lmp: Address,
  block: BlockRef,
): Promise<LossReading> {
  const measured = await client
    .readContract({
      ...pinnedTo(block),
      address: ledger,
      abi: lossLedgerAbi,
      functionName: 'measure',
      args: [lmp],
    })
    .catch(absentIfReverted)
  const [loss, high, threshold] = measured ?? [null, null, null]
  return { lmp, block: toNumber(block.number), loss, high, threshold }
}

function absentIfReverted(error: unknown): undefined {
  const contractSaid =
    (error instanceof ContractFunctionExecutionError || error instanceof CallExecutionError) &&
    error.walk((inner) => inner instanceof BaseError && /RevertedError|ZeroDataError/.test(inner.name)) !==
      null
  if (!contractSaid) throw error
  return undefined
}
