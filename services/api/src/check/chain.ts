import { type LogRange, scanLogs } from '@headrace/chain'
import {
  type Address,
  BaseError,
  createPublicClient,
  type Hash,
  http,
  type PublicClient,
  RpcRequestError,
} from 'viem'

export type MinedLog = LogRange['logs'][number]

/** The chain, asked directly: `eth_call` pinned to a block hash and `eth_getLogs`. */
export class Chain {
  readonly client: PublicClient
  readonly #times = new Map<bigint, bigint>()
  #startBlock = 0n

  constructor(url: string) {
    this.client = createPublicClient({ transport: http(url, { retryCount: 1 }) })
  }

  /** Where the deployment's first event can be. */
  startAt(block: bigint): void {
    this.#startBlock = block
  }

  /** Where `readContract` reads. */
  at({ hash }: { hash: Hash }): { blockHash: Hash; requireCanonical: true } {
    return { blockHash: hash, requireCanonical: true }
  }

  /** Logs of contracts from the deployment on up to a block, oldest first. */
  async logs(address: Address | Address[], upTo: { number: bigint }): Promise<MinedLog[]> {
    const found: MinedLog[] = []
    const range = { address, fromBlock: this.#startBlock, toBlock: upTo.number }
    for await (const { logs } of scanLogs(this.client, range)) found.push(...logs)
    return found
  }

  /** Whether the node can say what a contract held at a block: most keep the state of their latest blocks only. */
  async hasState(blockNumber: bigint, address: Address): Promise<boolean> {
    return this.client.getCode({ address, blockNumber }).then(
      (code) => code !== undefined,
      (error: unknown) => {
        // It answered, and does not know.
        if (error instanceof BaseError && error.walk((cause) => cause instanceof RpcRequestError) !== null)
          return false
        throw error
      },
    )
  }

  async time(number: bigint): Promise<bigint> {
    const known = this.#times.get(number)
    if (known !== undefined) return known
    const { timestamp } = await this.client.getBlock({ blockNumber: number })
    this.#times.set(number, timestamp)
    return timestamp
  }
}

/** Zero that means "never" or "none" on the chain and absence in the API. */
export const unlessZero = (value: bigint | number): bigint | undefined =>
  Number(value) === 0 ? undefined : BigInt(value)
