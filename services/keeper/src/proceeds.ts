import { dutchAuctionAbi, lmpAbi, priceRegistryAbi } from '@headrace/abi'
import { type BlockRef, pinnedTo } from '@headrace/chain'
import { type Address, erc20Abi, type PublicClient, zeroAddress } from 'viem'
import { at } from './reads.ts'

const WAD = 10n ** 18n
const BPS = 10_000n

/** When earnings are worth a transaction. */
export interface HarvestPolicy {
  /** Part of the vault's assets from which they are moved at once, basis points. */
  minBps: bigint
  /** Block seconds after which they are moved whatever they are worth. */
  interval: bigint
}

/** Whether `worth` is large enough, or was left alone for long enough. Absent `lastAt`: not within the interval. */
export function isDue(
  now: bigint,
  nav: bigint,
  { worth, lastAt }: { worth: bigint; lastAt?: bigint | undefined },
  { minBps, interval }: HarvestPolicy,
): boolean {
  const enough = worth > 0n && worth * BPS >= nav * minBps
  return enough || lastAt === undefined || now - lastAt >= interval
}

/** What a vault holds at its last report's prices, base units of its asset. */
export async function readNav(client: PublicClient, lmp: Address, block: BlockRef): Promise<bigint> {
  const { idle, sumSafe } = await client.readContract({
    ...pinnedTo(block),
    address: lmp,
    abi: lmpAbi,
    functionName: 'book',
  })
  return idle + sumSafe
}

/**
 * Worth of tokens at the terms the auction sells them for `seller` on: the registry's price, without one what the last lot brought
 * or is to start from. Base units of the asset, rounded down. What is not listed or has no price counts 0.
 */
export async function readWorth(
  client: PublicClient,
  { auction, seller, asset }: { auction: Address; seller: Address; asset: Address },
  amounts: readonly { token: Address; amount: bigint }[],
  block: BlockRef,
): Promise<bigint> {
  if (amounts.length === 0) return 0n
  const unit = 10n ** BigInt(await readDecimals(client, asset, block))
  let worth = 0n
  for (const { token, amount } of amounts) {
    const terms = await client.readContract({
      ...pinnedTo(block),
      address: auction,
      abi: dutchAuctionAbi,
      functionName: 'listing',
      args: [seller, token],
    })
    if (!terms.listed) continue
    const price =
      terms.registry === zeroAddress
        ? terms.rememberedPrice || terms.startPrice
        : await livePrice(client, terms.registry, token, block)
    worth += (amount * price * unit) / (WAD * 10n ** BigInt(await readDecimals(client, token, block)))
  }
  return worth
}

/** 0 where the registry has none now. */
async function livePrice(client: PublicClient, address: Address, token: Address, block: BlockRef) {
  const [price, ok] = await client.readContract({
    ...pinnedTo(block),
    address,
    abi: priceRegistryAbi,
    functionName: 'tryPrice',
    args: [token],
  })
  return ok ? price : 0n
}

async function readDecimals(client: PublicClient, token: Address, block: BlockRef): Promise<number> {
  const [decimals] = await client.multicall({
    ...at(block),
    allowFailure: false,
    contracts: [{ address: token, abi: erc20Abi, functionName: 'decimals' }],
  })
  return decimals
}
