import { z } from '@hono/zod-openapi'

export const Hash = z.string().openapi({ example: `0x${'ab'.repeat(32)}` })
export const AddressText = z.string().openapi({ example: '0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2' })
/** An exact integer of the chain. */
export const Amount = z
  .string()
  .regex(/^-?\d+$/)
  .openapi('Amount', { description: 'Decimal integer in base units', example: '1000000000000000000' })
export const Wad = z
  .string()
  .regex(/^-?\d+$/)
  .openapi('Wad', { description: 'Decimal integer, 1e18 is one', example: '1000000000000000000' })
export const Seconds = z.number().int().openapi({ description: 'Unix seconds of the block' })

export const BlockSchema = z
  .object({ number: z.number().int(), hash: Hash, timestamp: Seconds, finalized: z.boolean() })
  .openapi('Block')

export const MetaSchema = z
  .object({
    chainId: z.number().int(),
    block: BlockSchema.openapi({ description: 'The answer is the state at the end of this block' }),
    indexedAt: z.iso.datetime().openapi({ description: 'When the block was indexed' }),
  })
  .openapi('Meta')

export const PageSchema = z
  .object({
    limit: z.number().int(),
    next: z.string().optional().openapi({ description: 'Cursor of the next page; absent on the last one' }),
  })
  .openapi('Page')

/** Where a row's event stands. */
export const eventFields = {
  block: z.number().int(),
  logIndex: z.number().int(),
  timestamp: Seconds,
  transactionHash: Hash,
}
