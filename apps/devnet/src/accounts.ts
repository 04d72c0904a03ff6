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
] as const

export type Actor = (typeof NAMES)[number]

export const ACCOUNT_COUNT = NAMES.length

/** Who acts on the devnet. Anvil holds the keys; only the keeper, a program of its own, is given one. */
export const accounts = Object.fromEntries(
  NAMES.map((name, addressIndex) => [name, mnemonicToAccount(MNEMONIC, { addressIndex }).address]),
) as Record<Actor, Address>

export function privateKeyOf(actor: Actor): Hex {
  const key = mnemonicToAccount(MNEMONIC, { addressIndex: NAMES.indexOf(actor) }).getHdKey().privateKey
  if (key === null) throw new Error(`no key for ${actor}`)
  return toHex(key)
}
