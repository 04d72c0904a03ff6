import type { Deployment } from '@headrace/service'
import { type Address, encodeAbiParameters, getAddress, type Hash, keccak256 } from 'viem'

type Token = Deployment['tokens'][number]

/** Names and constants of the deployment, by address. What the deployment does not tell is absent. */
export interface Catalog {
  /** Every token once. */
  readonly tokens: readonly Token[]
  token(address: Address): Token | undefined
  lmp(address: Address): Deployment['lmps'][number] | undefined
  destination(address: Address): { venue: string; name: string } | undefined
  /** Whose cap an id is. */
  capped(id: Hash): { kind: 'destination' | 'issuer'; address: Address } | undefined
  /** What a price registry prices in, and what measures losses by it. */
  pricing(registry: Address): { quote: Address; lossPrices: Address }
}

export function catalogOf({ tokens, lmps, contracts }: Deployment): Catalog {
  const byAddress = <T extends { address: Address }>(items: readonly T[]) =>
    new Map(items.map((item) => [getAddress(item.address), item]))
  const [tokenOf, lmpOf] = [byAddress(tokens), byAddress(lmps)]
  const { priceRegistry, lossPrices, weth } = contracts
  const pricingOf = new Map(
    lmps.map(({ priceRegistry: registry, lossPrices, asset }) => [registry, { quote: asset, lossPrices }]),
  )
  if (priceRegistry !== undefined && lossPrices !== undefined && weth !== undefined)
    pricingOf.set(priceRegistry, { quote: weth, lossPrices })
  const destinationOf = byAddress(lmps.flatMap(({ destinations }) => destinations))
  const cappedBy = new Map(
    [
      ...[...destinationOf.keys()].map((address) => ({ kind: 'destination', address }) as const),
      ...[...tokenOf.keys()].map((address) => ({ kind: 'issuer', address }) as const),
    ].map((named) => [capId(named), named]),
  )
  return {
    tokens: [...tokenOf.values()],
    token: (address) => tokenOf.get(address),
    lmp: (address) => lmpOf.get(address),
    destination: (address) => destinationOf.get(address),
    capped: (id) => cappedBy.get(id),
    pricing: (registry) => {
      const found = pricingOf.get(registry)
      if (found === undefined) throw new Error(`the deployment file has no price registry ${registry}`)
      return found
    },
  }
}

/** As `Limits.destinationId` and `issuerId`. */
function capId({ kind, address }: { kind: string; address: Address }): Hash {
  return keccak256(encodeAbiParameters([{ type: 'string' }, { type: 'address' }], [kind, address]))
}
