import { z } from '@hono/zod-openapi'
import { AddressText, Amount, Seconds, Wad } from './envelope.ts'

export const ChainSchema = z
  .object({
    chainId: z.number().int(),
    startBlock: z.number().int(),
    contracts: z.record(z.string(), AddressText),
  })
  .openapi('Chain')

export const TokenSchema = z
  .object({ address: AddressText, symbol: z.string(), decimals: z.number().int() })
  .openapi('Token')

export const PriceSchema = z
  .object({
    token: AddressText,
    quote: AddressText.openapi({ description: 'The asset it is priced in' }),
    registry: AddressText,
    symbol: z.string().optional(),
    market: Wad.optional().openapi({ description: 'Market price; absent when the feed cannot be used' }),
    backing: Wad.optional().openapi({ description: 'Issuer rate; absent when it cannot be read' }),
    ok: z.boolean().openapi({ description: 'Both could be read and are fresh' }),
    sustainedDiscount: Wad.openapi({
      description: 'd14: smallest discount of today and the 13 days before; 0 while a day has no record',
    }),
    source: z.object({
      feed: AddressText,
      maxAge: z.number().int().openapi({ description: 'Oldest accepted answer, seconds' }),
      decimals: z.number().int(),
      answer: Amount.optional().openapi({ description: "The feed's last answer in its own decimals" }),
      updatedAt: Seconds.optional(),
      age: z.number().int().optional().openapi({ description: 'Seconds from the answer to the block' }),
      issuer: AddressText.optional(),
    }),
  })
  .openapi('Price')
