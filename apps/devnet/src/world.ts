import { readFileSync } from 'node:fs'
import { type Deployment, readDeployment } from '@headrace/service'
import { getAddress, isAddress } from 'viem'
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

/** Days of history passed at a block time. */
export function dayOf(world: World, timestamp: bigint): number {
  return Number(timestamp - world.origin) / 86_400
}
