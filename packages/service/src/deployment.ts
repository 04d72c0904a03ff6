import { readFileSync } from 'node:fs'
import { type Address, getAddress, isAddress } from 'viem'
import { z } from 'zod'
import { StartupError, systemCode } from './errors.ts'

const address = z
  .custom<Address>(
    (value) => typeof value === 'string' && isAddress(value, { strict: false }),
    'not an address',
  )
  .transform((value) => getAddress(value))

const blockNumber = z
  .union([z.number().int().nonnegative(), z.string().regex(/^\d+$/)], 'not a block number')
  .transform((value) => BigInt(value))

/** Who backs an LMP and where its fees go. */
const backing = z.object({
  pool: address,
  performanceSplitter: address,
  managementSplitter: address,
  mode: z.enum(['slashing', 'no-slashing']),
})

/** What the deploy script writes to `deployments/<chainId>.json`. Keys it does not know are kept out. */
export const deploymentSchema = z.object({
  chainId: z.number().int().positive(),
  /** First block that can hold an event of the protocol. */
  startBlock: blockNumber,
  contracts: z.record(z.string(), address),
  lmps: z.array(
    z.object({
      address,
      asset: address,
      /** What prices its destinations and its rewards, in its asset. */
      priceRegistry: address,
      /** What measures its losses, at which prices; only that of `contracts` has reporters. */
      lossPrices: address,
      lossLedger: address,
      destinations: z.array(z.object({ address, venue: z.string(), name: z.string() })),
      /** Absent: nobody backs it. */
      backing: backing.optional(),
    }),
  ),
  reactors: z.array(
    z.object({ address, asset: address, symbol: z.string(), kind: z.enum(['token', 'pair']) }),
  ),
  positions: z.array(
    z.object({ index: z.number().int().nonnegative(), adapter: address, token: address, pair: address }),
  ),
  tokens: z.array(z.object({ address, symbol: z.string(), decimals: z.number().int().min(0).max(255) })),
})

export type Deployment = z.infer<typeof deploymentSchema>

/**
 * Reads and checks a deployment file.
 * @throws StartupError in one line when it is missing, not JSON, malformed or of another chain than `chainId`.
 */
export function readDeployment(path: string, chainId?: number): Deployment {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') {
      throw new StartupError(
        `deployment file ${path} cannot be read (${systemCode(error)}): fix its permissions`,
      )
    }
    throw new StartupError(
      `deployment file ${path} is missing: deploy with contracts/script/Deploy.s.sol or start the devnet with npm start`,
    )
  }
  const result = deploymentSchema.safeParse(parseJson(path, text))
  if (!result.success) {
    const issue = result.error.issues[0]
    const where = issue?.path.length ? `${issue.path.join('.')}: ` : ''
    throw new StartupError(`deployment file ${path} is malformed (${where}${issue?.message}): deploy again`)
  }
  if (chainId !== undefined && result.data.chainId !== chainId) {
    throw new StartupError(
      `deployment file ${path} is of chain ${result.data.chainId}, not ${chainId}: use deployments/${chainId}.json`,
    )
  }
  return result.data
}

/**
 * The address of a named contract.
 * @throws StartupError when the deployment has no such contract.
 */
export function contractAddress(deployment: Deployment, name: string): Address {
  const found = deployment.contracts[name]
  if (found !== undefined) return found
  throw new StartupError(
    `the deployment of chain ${deployment.chainId} has no contract "${name}": deploy this version of the contracts`,
  )
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new StartupError(`deployment file ${path} is not JSON: deploy again`)
  }
}
