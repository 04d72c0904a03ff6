import type { Address, PublicClient } from 'viem'
import { oneLine, StartupError } from './errors.ts'

export interface NamedClient {
  /** Shown in messages; never the URL, which may hold a key. */
  readonly label: string
  readonly client: Pick<PublicClient, 'getChainId'>
}

/**
 * Every endpoint that answers serves `expected`, and one at least answers.
 * @throws StartupError in one line.
 */
export async function assertChainId(endpoints: readonly NamedClient[], expected: number): Promise<void> {
  const ids = await Promise.allSettled(endpoints.map(({ client }) => client.getChainId()))
  const failures: string[] = []
  ids.forEach((id, index) => {
    const label = endpoints[index]?.label
    if (id.status === 'rejected') failures.push(`${label}: ${oneLine(id.reason)}`)
    else if (id.value !== expected) {
      throw new StartupError(
        `RPC ${label} serves chain ${id.value}, expected ${expected}: correct RPC_URLS or CHAIN_ID`,
      )
    }
  })
  if (failures.length === endpoints.length) {
    throw new StartupError(
      `no RPC endpoint answers (${failures.join('; ')}): start the node or correct RPC_URLS`,
    )
  }
}

/**
 * Every named address holds code.
 * @throws StartupError naming those that hold none.
 */
export async function assertCode(
  client: Pick<PublicClient, 'getCode'>,
  contracts: Readonly<Record<string, Address>>,
): Promise<void> {
  const empty = await Promise.all(
    Object.entries(contracts).map(async ([name, address]) =>
      (await client.getCode({ address })) === undefined ? [`${name} ${address}`] : [],
    ),
  )
  const names = empty.flat()
  if (names.length > 0) {
    throw new StartupError(
      `no code at ${names.join(', ')}: the deployment file belongs to another chain or the chain was reset; deploy again`,
    )
  }
}
