import { type Address, getAddress, parseAbi } from 'viem'
import { lmpAbi, lossLedgerAbi } from '../abis.ts'
import type { Chain } from './chain.ts'

const destinationAbi = parseAbi(['function prices() view returns (address)'])

/** What prices vaults and measures their losses, as the vaults themselves name it. */
export interface Pricing {
  readonly ledgerOf: (lmp: Address) => Address
  /** Every ledger once. */
  readonly ledgers: readonly Address[]
  /** The loss prices of each price registry. */
  readonly lossPricesOf: ReadonlyMap<Address, Address>
}

/** @param own of the deployment: what prices reactors too */
export async function readPricing(
  { client }: Chain,
  lmps: readonly Address[],
  own: { registry: Address; lossPrices: Address },
): Promise<Pricing> {
  const ledgers = new Map<Address, Address>()
  const lossPricesOf = new Map([[own.registry, own.lossPrices]])
  for (const lmp of lmps) {
    const vault = { address: lmp, abi: lmpAbi } as const
    const ledger = getAddress(await client.readContract({ ...vault, functionName: 'lossLedger' }))
    ledgers.set(lmp, ledger)
    const lossPrices = await client.readContract({
      address: ledger,
      abi: lossLedgerAbi,
      functionName: 'prices',
    })
    for (const address of await client.readContract({ ...vault, functionName: 'destinations' })) {
      const registry = await client
        .readContract({ address, abi: destinationAbi, functionName: 'prices' })
        .catch(() => undefined)
      if (registry !== undefined) lossPricesOf.set(getAddress(registry), getAddress(lossPrices))
    }
  }
  return {
    ledgerOf: (lmp) => {
      const ledger = ledgers.get(lmp)
      if (ledger === undefined) throw new Error(`no loss ledger of ${lmp} is known`)
      return ledger
    },
    ledgers: [...new Set(ledgers.values())],
    lossPricesOf,
  }
}
