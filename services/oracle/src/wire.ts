import { type Address, getAddress, type Hex, isAddress, isHex, size } from 'viem'
import { z } from 'zod'

/** Reports as JSON: numbers are decimal strings. */

const uint = z
  .string()
  .regex(/^(0|[1-9]\d{0,77})$/, 'not a decimal uint256')
  .transform((text) => BigInt(text))
const bytes32 = z.custom<Hex>((value) => isHex(value) && size(value) === 32, 'not 32 bytes of hex')

export const addressSchema = z
  .custom<Address>((value) => isAddress(String(value), { strict: false }), 'not an address')
  .transform((value) => getAddress(value))

export const reportSchema = z.object({
  lmp: addressSchema,
  epoch: uint,
  first: uint,
  last: uint,
  windowHash: bytes32,
  loss: uint,
})

/** The finalized block the report was computed at. */
export const blockSchema = z.object({ number: uint, hash: bytes32 })

/** What a reporter serves. */
export const signedReportSchema = z.object({
  report: reportSchema,
  // Its form is judged where its signer is.
  signature: z.custom<Hex>((value) => isHex(value), 'not hex'),
  signer: addressSchema,
  block: blockSchema,
})

export type SignedReport = z.infer<typeof signedReportSchema>

/** JSON with decimal strings for bigint. Equal for equal values of one shape. */
export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? item.toString() : item), indent)
}
