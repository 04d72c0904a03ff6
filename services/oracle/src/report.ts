import {
  type Address,
  type Hex,
  hashTypedData,
  hexToBigInt,
  isHex,
  type PrivateKeyAccount,
  recoverAddress,
  size,
  slice,
} from 'viem'
import type { z } from 'zod'
import type { reportSchema } from './wire.ts'

/** What reporters sign. Ids of checkpoints are of the LMP's ring; `loss` is in base units of its asset. */
export type LossReport = z.infer<typeof reportSchema>

/** EIP-712 domain, as the contract itself tells it (ERC-5267). */
export interface Domain {
  readonly name: string
  readonly version: string
  readonly chainId: bigint
  readonly verifyingContract: Address
}

const types = {
  LossReport: [
    { name: 'lmp', type: 'address' },
    { name: 'epoch', type: 'uint256' },
    { name: 'first', type: 'uint256' },
    { name: 'last', type: 'uint256' },
    { name: 'windowHash', type: 'bytes32' },
    { name: 'loss', type: 'uint256' },
  ],
} as const

const typedData = (domain: Domain, message: LossReport) =>
  ({ domain, types, primaryType: 'LossReport', message }) as const

/** EIP-712 digest: two reports are the same if theirs is. */
export function digestOf(domain: Domain, report: LossReport): Hex {
  return hashTypedData(typedData(domain, report))
}

export function sign(account: PrivateKeyAccount, domain: Domain, report: LossReport): Promise<Hex> {
  return account.signTypedData(typedData(domain, report))
}

const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

/**
 * Who signed. Only what the contract accepts has a signer: one form of a signature in two would make the transaction
 * revert that carries it, with the honest ones.
 * @returns undefined unless it is 65 bytes r, s, v with s in the lower half and v 27 or 28.
 */
export async function signerOf(digest: Hex, signature: Hex): Promise<Address | undefined> {
  if (!isHex(signature) || size(signature) !== 65) return undefined
  const [s, v] = [hexToBigInt(slice(signature, 32, 64)), hexToBigInt(slice(signature, 64))]
  if (s > HALF_ORDER || (v !== 27n && v !== 28n)) return undefined
  return recoverAddress({ hash: digest, signature }).catch(() => undefined)
}
