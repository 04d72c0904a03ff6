import { getAddress, isAddress } from 'viem'
import { z } from 'zod'

export const addressText = z
  .string()
  .refine((text) => isAddress(text), 'not a checksummed address')
  .transform((text) => getAddress(text))
