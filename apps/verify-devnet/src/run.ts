import { type Address, formatUnits } from 'viem'
import { cycleManagerAbi, destinationAbi, tokenAbi, vaultAbi } from './abi.ts'
import type { Chain, Transfer } from './chain.ts'
import type { Deployment } from './deployment.ts'
import { type CycleEvent, type CycleReplay, replayCycles } from './replay/cycles.ts'
import type { VaultEvent } from './replay/vault.ts'

export interface Vault {
  address: Address
  asset: Address
  events: VaultEvent[]
}

export interface Destination {
  vault: Address
  pool: Address
  rewards: readonly Address[]
  lpToken: Address
}

/** All a verification looks at: events up to one head, and a node to ask for state. */
export interface Run {
  chain: Chain
  cycleManager: Address
  cycleEvents: CycleEvent[]
  cycles: CycleReplay
  /** What came into (positive) and left the cycle manager, per asset of a reactor. */
  transfers: Map<Address, Transfer[]>
  vaults: Vault[]
  /** Every destination that was ever created. */
  destinations: Map<Address, Destination>
  /** An amount of a token as people read it. */
  show(token: Address, amount: bigint): Promise<string>
}

export async function loadRun(chain: Chain, deployment: Deployment): Promise<Run> {
  const { cycleManager } = deployment
  const cycleEvents = await chain.events(cycleManagerAbi, cycleManager)
  const initialized = await chain.events(destinationAbi)
  const vaults = await Promise.all(
    deployment.vaults.map(async (address): Promise<Vault> => {
      const asset = await chain.client.readContract({ address, abi: vaultAbi, functionName: 'asset' })
      return { address, asset, events: await chain.events(vaultAbi, address) }
    }),
  )
  const cycles = replayCycles(cycleEvents)
  const transfers = new Map<Address, Transfer[]>()
  for (const { asset } of cycles.reactors) transfers.set(asset, await chain.transfers(asset, cycleManager))
  return {
    chain,
    cycleManager,
    cycleEvents,
    cycles,
    transfers,
    vaults,
    destinations: new Map(initialized.map(({ address, args }) => [address, args])),
    show: amounts(chain),
  }
}

function amounts(chain: Chain): Run['show'] {
  const known = new Map<Address, Promise<readonly [string, number]>>()
  const describe = async (address: Address) => {
    const token = { address, abi: tokenAbi } as const
    return Promise.all([
      chain.client.readContract({ ...token, functionName: 'symbol' }),
      chain.client.readContract({ ...token, functionName: 'decimals' }),
    ])
  }
  return async (token, amount) => {
    const found = known.get(token) ?? describe(token)
    known.set(token, found)
    const [symbol, decimals] = await found
    return `${formatUnits(amount, decimals)} ${symbol}`
  }
}

export const sum = (values: readonly bigint[]): bigint => values.reduce((a, b) => a + b, 0n)
