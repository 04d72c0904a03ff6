import { createHash } from 'node:crypto'
import { contractAddress, type Deployment } from '@headrace/service'
import { type Address, getAddress } from 'viem'

export type ContractKind =
  | 'lmp'
  | 'signals'
  | 'gate'
  | 'cycleManager'
  | 'reactor'
  | 'prices'
  | 'lossPrices'
  | 'lossLedger'
  | 'lossOracle'
  | 'recovery'
  | 'pool'
  | 'splitter'
  | 'limits'
  | 'auction'

/** Names of the contracts in the deployment file that the API follows. */
export const FOLLOWED = [
  'signals',
  'rebalanceGate',
  'cycleManager',
  'priceRegistry',
  'lossPrices',
  'lossLedger',
  'lossOracle',
  'recovery',
  'limits',
  'auction',
] as const

/** Which of our contracts sits at an address. Grows when the cycle manager adds a reactor. */
export type Contracts = Map<Address, ContractKind>

type Lmp = Deployment['lmps'][number]

/** The contracts of a deployment whose events make up the state. */
export function contractsOf(deployment: Deployment): Contracts {
  const named = (name: string) => contractAddress(deployment, name)
  return new Map<Address, ContractKind>([
    [named('signals'), 'signals'],
    [named('rebalanceGate'), 'gate'],
    [named('cycleManager'), 'cycleManager'],
    [named('priceRegistry'), 'prices'],
    [named('lossPrices'), 'lossPrices'],
    [named('lossLedger'), 'lossLedger'],
    [named('lossOracle'), 'lossOracle'],
    [named('recovery'), 'recovery'],
    [named('limits'), 'limits'],
    [named('auction'), 'auction'],
    ...deployment.lmps.map(({ address }): [Address, ContractKind] => [address, 'lmp']),
    ...deployment.lmps.flatMap(pricingContracts),
    ...deployment.lmps.flatMap(({ backing }) => backingContracts(backing)),
    ...deployment.reactors.map(({ address }): [Address, ContractKind] => [address, 'reactor']),
  ])
}

/** Those of an asset; vaults of the same asset share them. */
function pricingContracts({ priceRegistry, lossPrices, lossLedger }: Lmp): [Address, ContractKind][] {
  return [
    [priceRegistry, 'prices'],
    [lossPrices, 'lossPrices'],
    [lossLedger, 'lossLedger'],
  ]
}

/** Of a vault that nobody backs: none. */
function backingContracts(backing: Lmp['backing']): [Address, ContractKind][] {
  if (backing === undefined) return []
  return [
    [backing.pool, 'pool'],
    [backing.performanceSplitter, 'splitter'],
    [backing.managementSplitter, 'splitter'],
  ]
}

/** Tells deployments apart: chain, start and every address the index is built from. */
export function deploymentDigest(deployment: Deployment): string {
  const lmps = deployment.lmps.map((lmp) => [
    getAddress(lmp.address),
    ...[...pricingContracts(lmp), ...backingContracts(lmp.backing)].map(([each]) => getAddress(each)),
  ])
  const named = Object.entries(deployment.contracts).sort(([a], [b]) => (a < b ? -1 : 1))
  const identity = JSON.stringify([deployment.chainId, deployment.startBlock.toString(), lmps, named])
  return createHash('sha256').update(identity).digest('hex')
}
