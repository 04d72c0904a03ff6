import { createHash } from 'node:crypto'
import { contractAddress, type Deployment } from '@headrace/service'
import { type Address, getAddress } from 'viem'

export type ContractKind = 'lmp' | 'signals' | 'gate' | 'cycleManager' | 'reactor' | 'prices'

/** Which of our contracts sits at an address. Grows when the cycle manager adds a reactor. */
export type Contracts = Map<Address, ContractKind>

/** The contracts of a deployment whose events make up the state. */
export function contractsOf(deployment: Deployment): Contracts {
  const named = (name: string) => contractAddress(deployment, name)
  return new Map<Address, ContractKind>([
    [named('signals'), 'signals'],
    [named('rebalanceGate'), 'gate'],
    [named('cycleManager'), 'cycleManager'],
    [named('priceRegistry'), 'prices'],
    ...deployment.lmps.map(({ address }): [Address, ContractKind] => [address, 'lmp']),
    ...deployment.reactors.map(({ address }): [Address, ContractKind] => [address, 'reactor']),
  ])
}

/** Tells deployments apart: chain, start and every address the index is built from. */
export function deploymentDigest(deployment: Deployment): string {
  const lmps = deployment.lmps.map(({ address }) => getAddress(address))
  const named = Object.entries(deployment.contracts).sort(([a], [b]) => (a < b ? -1 : 1))
  const identity = JSON.stringify([deployment.chainId, deployment.startBlock.toString(), lmps, named])
  return createHash('sha256').update(identity).digest('hex')
}
