import { readFileSync } from 'node:fs'
import { type Address, getAddress, isAddress } from 'viem'
import { EnvironmentError } from './errors.ts'

/** What is taken from the deployment file: where to look. Everything else comes from the chain. */
export interface Deployment {
  chainId: number
  startBlock: bigint
  cycleManager: Address
  toke: Address
  /** The loss ledger of each vault; vaults of one asset share it. */
  ledgers: Map<Address, Address>
  lossOracle: Address
  recovery: Address
  auction: Address
  vaults: Address[]
  /** The backing pool of each vault that has one. */
  pools: Map<Address, Address>
}

/** @throws EnvironmentError in one line */
export function readDeployment(file: string): Deployment {
  let json: unknown
  try {
    json = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    throw new EnvironmentError(
      missing
        ? `deployment file ${file} is missing: start the devnet with npm start or name the file with --deployment`
        : `deployment file ${file} cannot be read as JSON: deploy again or name another with --deployment`,
    )
  }
  const malformed = (what: string) =>
    new EnvironmentError(`deployment file ${file} is malformed (${what}): deploy again`)
  const address = (value: unknown, what: string): Address => {
    if (typeof value !== 'string' || !isAddress(value, { strict: false })) throw malformed(what)
    return getAddress(value)
  }

  const root = record(json)
  const { chainId, startBlock, lmps } = root
  if (typeof chainId !== 'number' || !Number.isSafeInteger(chainId)) throw malformed('chainId')
  if (typeof startBlock !== 'number' || !Number.isSafeInteger(startBlock)) throw malformed('startBlock')
  if (!Array.isArray(lmps) || lmps.length === 0) throw malformed('lmps')
  const contract = (name: string) => address(record(root.contracts)[name], `contracts.${name}`)
  const vaults = lmps.map((lmp, i) => address(record(lmp).address, `lmps.${i}.address`))
  const pools = new Map<Address, Address>()
  for (const [i, vault] of vaults.entries()) {
    const { backing } = record(lmps[i])
    if (backing !== undefined) pools.set(vault, address(record(backing).pool, `lmps.${i}.backing.pool`))
  }
  return {
    chainId,
    startBlock: BigInt(startBlock),
    cycleManager: contract('cycleManager'),
    toke: contract('toke'),
    ledgers: new Map(
      vaults.map((vault, i) => [vault, address(record(lmps[i]).lossLedger, `lmps.${i}.lossLedger`)]),
    ),
    lossOracle: contract('lossOracle'),
    recovery: contract('recovery'),
    auction: contract('auction'),
    vaults,
    pools,
  }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
