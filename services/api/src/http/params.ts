import { z } from '@hono/zod-openapi'
import { type Address, getAddress, isAddress } from 'viem'
import { Problem } from './problem.ts'
import type { Queries } from './queries.ts'

/** An address in a path, in any case. */
export const addressParam = (name: string, description: string) =>
  z
    .string()
    .refine((text) => isAddress(text, { strict: false }), 'not an address')
    .transform((text) => getAddress(text))
    .openapi({ param: { name, in: 'path' }, description, type: 'string' })

/** The row of a vault. @throws Problem when the deployment has no such vault. */
export function lmpOf(queries: Queries, id: Address) {
  const found = queries.lmps().find(({ address }) => address === id)
  if (found === undefined) throw new Problem('not-found', `${id} is no LMP of this deployment: see /v1/lmps`)
  return found
}
