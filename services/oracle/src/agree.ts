import { briefly, type Endpoint } from '@headrace/chain'
import type { PublicClient } from 'viem'
import { DisagreementError, EndpointError } from './errors.ts'
import { toJson } from './wire.ts'

/**
 * Reads the same from every endpoint. One that is silent or says something else is enough to have no answer: nobody
 * can tell which of them lies, and a majority is no proof.
 * @throws EndpointError when one does not answer, DisagreementError when two differ.
 */
export async function readAgreed<T>(
  endpoints: readonly Endpoint[],
  what: string,
  read: (client: PublicClient) => Promise<T>,
): Promise<T> {
  const [first, ...others] = await readEach(endpoints, what, read)
  if (first === undefined) throw new Error('there is no endpoint')
  const text = toJson(first.value)
  const other = others.find(({ value }) => toJson(value) !== text)
  if (other !== undefined) {
    throw new DisagreementError(
      `${first.label} and ${other.label} differ about ${what}: nothing is signed on it`,
    )
  }
  return first.value
}

/** What each endpoint says. */
export function readEach<T>(
  endpoints: readonly Endpoint[],
  what: string,
  read: (client: PublicClient) => Promise<T>,
): Promise<{ label: string; value: T }[]> {
  return Promise.all(
    endpoints.map(async ({ label, client }) => {
      try {
        return { label, value: await read(client) }
      } catch (error) {
        if (error instanceof EndpointError) throw new EndpointError(`${label}: ${error.message}`)
        throw new EndpointError(
          `${label} does not tell ${what}: ${error instanceof Error ? briefly(error) : error}`,
        )
      }
    }),
  )
}
