import { type Address, type Hex, toHex } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'

/** Anvil's public development mnemonic: worthless everywhere else. */
export const MNEMONIC = 'test test test test test test test test test test test junk'

const NAMES = [
  'deployer',
  'issuer',
  'oracle',
  'market',
  'distributor',
  'keeper',
  'lp0',
  'lp1',
  'lp2',
  'treasury',
  'governor',
  'curator',
  'risk',
  'guardian',
  'reporter0',
  'reporter1',
  'reporter2',
  'executor',
  'staker0',
  'staker1',
  'staker2',
  'taker',
] as const

export type Actor = (typeof NAMES)[number]

export const ACCOUNT_COUNT = NAMES.length

/** Who signs loss reports: two of the three open a case. */
export const REPORTERS = ['reporter0', 'reporter1', 'reporter2'] as const
export const QUORUM = 2

/** Who acts on the devnet. Anvil holds the keys; only programs of their own are given theirs. */
export const accounts = Object.fromEntries(
  NAMES.map((name, addressIndex) => [name, mnemonicToAccount(MNEMONIC, { addressIndex }).address]),
) as Record<Actor, Address>

export function privateKeyOf(actor: Actor): Hex {
  const key = mnemonicToAccount(MNEMONIC, { addressIndex: NAMES.indexOf(actor) }).getHdKey().privateKey
  if (key === null) throw new Error(`no key for ${actor}`)
  return toHex(key)
}

/** The actor of an address; the address itself where it is nobody's. */
export function nameOf(address: Address): string {
  return NAMES.find((name) => accounts[name] === address) ?? address
}
