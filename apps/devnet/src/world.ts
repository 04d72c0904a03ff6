import { readFileSync } from 'node:fs'
import { type Deployment, readDeployment } from '@headrace/service'
import { type Address, getAddress, isAddress, isAddressEqual } from 'viem'
import { z } from 'zod'
import type { Chain } from './chain.ts'
import type { History } from './history.ts'

const address = z
  .string()
  .refine((text) => isAddress(text))
  .transform((text) => getAddress(text))

/** What contracts/script/devnet/DeployVenues.s.sol writes. */
const venuesSchema = z.object({
  weth: address,
  abc: address,
  rewardToken: address,
  balancerVault: address,
  stablePool: address,
  gauge: address,
  curvePool: address,
  curveToken: address,
  uniswapRouter: address,
  pair: address,
  abcFeed: address,
  rewardFeed: address,
  lsts: z.array(address).length(3),
  lstFeeds: z.array(address).length(3),
  /** Dollar stablecoins: the pool is USDC/USDT, the Curve pool DAI/USDC/USDT/sUSD; feeds in USD but the last. */
  usd: z.object({
    usdc: address,
    usdt: address,
    dai: address,
    susd: address,
    stablePool: address,
    gauge: address,
    curvePool: address,
    curveToken: address,
    usdcFeed: address,
    usdtFeed: address,
    daiFeed: address,
    susdFeed: address,
    rewardFeed: address,
    crv: address,
    crvController: address,
    curveGauge: address,
    crvFeed: address,
    usdcEthFeed: address,
  }),
})

export type Venues = z.infer<typeof venuesSchema>

export function readVenues(file: string): Venues {
  return venuesSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
}

/** What every actor knows. */
export interface World {
  chain: Chain
  venues: Venues
  deployment: Deployment
  history: History
  /** Block time of day 0 of the history. */
  origin: bigint
}

export { readDeployment }

/** The vault of an asset. */
export function vaultOf({ deployment }: World, asset: Address): Deployment['lmps'][number] {
  const found = deployment.lmps.find((lmp) => isAddressEqual(lmp.asset, asset))
  if (found === undefined) throw new Error(`the deployment has no LMP of ${asset}`)
  return found
}

/** Days of history passed at a block time. */
export function dayOf(world: World, timestamp: bigint): number {
  return Number(timestamp - world.origin) / 86_400
}
