import { type BlockRef, pinnedTo } from '@headrace/chain'
import { contractAddress, type Deployment } from '@headrace/service'
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
  zeroAddress,
} from 'viem'
import { dutchAuctionAbi, limitsAbi, lossLedgerAbi, priceRegistryAbi } from '../abis.ts'
import type { Database } from '../db/open.ts'
import {
  destinations,
  type headrooms,
  type lossReadings,
  type lotPrices,
  lots,
  priceSources,
  type prices,
} from '../db/schema.ts'
import { toNumber } from './events.ts'

/** Chainlink's aggregator. */
const feedAbi = parseAbi([
  'function latestRoundData() view returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)',
])

export type Price = typeof prices.$inferInsert
export type LossReading = typeof lossReadings.$inferInsert
export type Headroom = typeof headrooms.$inferInsert
export type LotPrice = typeof lotPrices.$inferInsert

/** What is indexed so far of which contracts are asked. */
export interface Asked {
  /** What the registries price. */
  tokens(): readonly PricedToken[]
  /** What vaults list. */
  destinations(): readonly { lmp: Address; address: Address }[]
  /** What is for sale. */
  lots(): readonly { seller: Address; token: Address }[]
}

export interface PricedToken {
  readonly registry: Address
  readonly token: Address
  readonly feed: Address
}

/**
 * What contracts answer at a block, by hash, where no event tells it: prices (a feed's round says nothing of the
 * registry's age bound, and issuers' rates have no event), the loss at those prices, what may still be moved into a destination,
 * what a running lot costs.
 */
export interface Readings {
  readonly prices: readonly Price[]
  readonly losses: readonly LossReading[]
  readonly headrooms: readonly Headroom[]
  readonly lotPrices: readonly LotPrice[]
}

export const NO_READINGS: Readings = { prices: [], losses: [], headrooms: [], lotPrices: [] }

/** All of it, from the rows. */
export const askedOf = ({ write }: Pick<Database, 'write'>): Asked => ({
  tokens: () =>
    write
      .select({ registry: priceSources.registry, token: priceSources.token, feed: priceSources.feed })
      .from(priceSources)
      .all(),
  destinations: () =>
    write.select({ lmp: destinations.lmp, address: destinations.address }).from(destinations).all(),
  lots: () => write.select({ seller: lots.seller, token: lots.token }).from(lots).all(),
})

/** What to read of a deployment at a block. */
export function readerOf(
  client: PublicClient,
  deployment: Deployment,
  asked: Asked,
): (block: BlockRef) => Promise<Readings> {
  const limits = contractAddress(deployment, 'limits')
  const auction = contractAddress(deployment, 'auction')
  return async (block) => {
    const [priced, losses, rooms, running] = await Promise.all([
      Promise.all(asked.tokens().map((token) => readPrice(client, token, block))),
      Promise.all(
        deployment.lmps.map(({ address, lossLedger }) => readLoss(client, lossLedger, address, block)),
      ),
      Promise.all(asked.destinations().map((place) => readHeadroom(client, limits, place, block))),
      Promise.all(asked.lots().map((lot) => readLotPrice(client, auction, lot, block))),
    ])
    return { prices: priced, losses, headrooms: rooms, lotPrices: running }
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

/** A pool that cannot be valued has none: it could not be entered. */
async function readHeadroom(
  client: PublicClient,
  limits: Address,
  { lmp, address }: { lmp: Address; address: Address },
  block: BlockRef,
): Promise<Headroom> {
  const found = await client
    .readContract({
      ...pinnedTo(block),
      address: limits,
      abi: limitsAbi,
      functionName: 'headroom',
      args: [lmp, zeroAddress, address],
    })
    .catch(absentIfReverted)
  const [room, bound, subject] = found ?? [null, null, zeroAddress]
  return {
    ...{ destination: address, block: toNumber(block.number), room, bound },
    subject: subject === zeroAddress ? null : subject,
  }
}

/** Absent where the lot is over. */
async function readLotPrice(
  client: PublicClient,
  auction: Address,
  { seller, token }: { seller: Address; token: Address },
  block: BlockRef,
): Promise<LotPrice> {
  const price = await client
    .readContract({
      ...pinnedTo(block),
      address: auction,
      abi: dutchAuctionAbi,
      functionName: 'price',
      args: [seller, token],
    })
    .catch(absentIfReverted)
  return { seller, token, block: toNumber(block.number), price: price ?? null }
}

function absentIfReverted(error: unknown): undefined {
  const contractSaid =
    (error instanceof ContractFunctionExecutionError || error instanceof CallExecutionError) &&
    error.walk((inner) => inner instanceof BaseError && /RevertedError|ZeroDataError/.test(inner.name)) !==
      null
  if (!contractSaid) throw error
  return undefined
}
