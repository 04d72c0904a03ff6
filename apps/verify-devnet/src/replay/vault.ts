import { type Address, zeroAddress } from 'viem'
import type { vaultAbi } from '../abi.ts'
import type { Entry } from '../chain.ts'

export type VaultEvent = Entry<typeof vaultAbi>

export interface VaultReplay {
  /** Base units of the asset. */
  idle: bigint
  units: Map<Address, bigint>
  /** Where the events contradict each other. */
  faults: string[]
}

/** Rebuilds what one vault holds from its events, oldest first. */
export function replayVault(events: readonly VaultEvent[]): VaultReplay {
  const units = new Map<Address, bigint>()
  const faults: string[] = []
  let idle = 0n
  // A vault tells its idle at the end of a flow; in an in-kind exit the event of what left follows at once.
  let told: { idle: bigint; event: VaultEvent } | undefined
  const add = (destination: Address, amount: bigint) => {
    if (destination === zeroAddress) idle += amount
    else units.set(destination, (units.get(destination) ?? 0n) + amount)
  }
  const settle = () => {
    if (told !== undefined && told.idle !== idle) {
      faults.push(`block ${told.event.block} ${told.event.eventName}: idle ${told.idle}, replayed ${idle}`)
    }
    told = undefined
  }

  for (const event of events) {
    if (event.eventName !== 'RedeemedInKind') settle()
    switch (event.eventName) {
      case 'Deposit':
      case 'ProfitAdded':
        add(zeroAddress, event.args.assets)
        break
      case 'Withdraw':
        add(zeroAddress, -event.args.assets)
        break
      case 'Rebalanced':
        for (const leg of event.args.outs) add(leg.destination, -leg.units)
        for (const leg of event.args.ins) add(leg.destination, leg.units)
        break
      case 'RedeemedInKind':
        add(zeroAddress, -event.args.assets)
        for (const [i, destination] of event.args.destinations.entries()) {
          add(destination, -(event.args.units[i] ?? 0n))
        }
        settle()
        break
      case 'Flowed':
      case 'Reported':
        told = { idle: event.args.idle, event }
        break
    }
  }
  settle()
  for (const [destination, amount] of [[zeroAddress, idle] as const, ...units]) {
    if (amount < 0n) faults.push(`${destination === zeroAddress ? 'idle' : destination} falls to ${amount}`)
  }
  return { idle, units, faults }
}
