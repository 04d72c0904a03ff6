import {
  type Abi,
  type Address,
  createPublicClient,
  type DecodeEventLogReturnType,
  decodeEventLog,
  getAbiItem,
  getAddress,
  type Hash,
  http,
  type Log,
  type PublicClient,
  toEventSelector,
} from 'viem'
import { tokenAbi } from './abi.ts'
import { EnvironmentError } from './errors.ts'

/** Where an event stands. */
export interface Place {
  address: Address
  block: bigint
  tx: Hash
}

/** A decoded event of one of the ABI's kinds. */
export type Entry<A extends Abi> = DecodeEventLogReturnType<A> & Place

/** An event and the time of its block, unix seconds. */
export type Timed<E> = E & { time: bigint }

/** Positive: came in. `other`: from or to whom. */
export interface Transfer {
  block: bigint
  amount: bigint
  other: Address
}

const BLOCKS_PER_REQUEST = 1_000n
const BLOCKS_AT_ONCE = 50

/** One node, asked for logs up to a fixed head and for state at blocks up to it. */
export class Chain {
  readonly client: PublicClient
  readonly from: bigint
  readonly head: bigint

  private constructor(client: PublicClient, from: bigint, head: bigint) {
    this.client = client
    this.from = from
    this.head = head
  }

  /** @throws EnvironmentError in one line when the node does not answer or serves another chain */
  static async open(url: string, chainId: number, from: bigint): Promise<Chain> {
    const client = createPublicClient({ transport: http(url, { timeout: 30_000, retryCount: 1 }) })
    const id = await client.getChainId().catch(() => {
      throw new EnvironmentError(
        `no node answers at ${url}: start the devnet with npm start or name it with --rpc`,
      )
    })
    if (id !== chainId) {
      throw new EnvironmentError(
        `${url} serves chain ${id}, the deployment file is of chain ${chainId}: correct --rpc or --deployment`,
      )
    }
    const head = await client.getBlockNumber({ cacheTime: 0 })
    if (head < from) {
      throw new EnvironmentError(
        `${url} is at block ${head}, the deployment began at block ${from}: the chain was reset; deploy again`,
      )
    }
    return new Chain(client, from, head)
  }

  /** Events of the ABI's kinds, oldest first. No address: of every contract. */
  async events<const A extends Abi>(abi: A, address?: Address | Address[]): Promise<Entry<A>[]> {
    const found: Entry<A>[] = []
    for (const range of this.#ranges()) {
      const filter = address === undefined ? range : { ...range, address }
      found.push(...decode(abi, await this.client.getLogs(filter)))
    }
    return found
  }

  /** Events of the ABI's kinds in one transaction. */
  async eventsIn<const A extends Abi>(abi: A, hash: Hash): Promise<Entry<A>[]> {
    const { logs } = await this.client.getTransactionReceipt({ hash })
    return decode(abi, logs)
  }

  /** The same events with the time of their blocks. */
  async timed<E extends Place>(events: readonly E[]): Promise<Array<Timed<E>>> {
    const times = new Map<bigint, bigint>()
    const blocks = [...new Set(events.map(({ block }) => block))]
    for (let at = 0; at < blocks.length; at += BLOCKS_AT_ONCE) {
      const part = blocks.slice(at, at + BLOCKS_AT_ONCE)
      await Promise.all(part.map(async (block) => times.set(block, await this.timeOf(block))))
    }
    return events.map((event) => {
      const time = times.get(event.block)
      if (time === undefined) throw new Error(`block ${event.block} has no time`)
      return { ...event, time }
    })
  }

  /** Unix seconds. */
  async timeOf(blockNumber: bigint): Promise<bigint> {
    return (await this.client.getBlock({ blockNumber })).timestamp
  }

  /** What moved into and out of an account. */
  async transfers(token: Address, account: Address): Promise<Transfer[]> {
    const event = getAbiItem({ abi: tokenAbi, name: 'Transfer' })
    const found: Transfer[] = []
    for (const range of this.#ranges()) {
      const filter = { address: token, event, strict: true, ...range } as const
      const [arrived, left] = await Promise.all([
        this.client.getLogs({ ...filter, args: { to: account } }),
        this.client.getLogs({ ...filter, args: { from: account } }),
      ])
      for (const log of arrived) {
        found.push({ block: log.blockNumber, amount: log.args.value, other: log.args.from })
      }
      for (const log of left) {
        found.push({ block: log.blockNumber, amount: -log.args.value, other: log.args.to })
      }
    }
    return found
  }

  async hasCode(address: Address): Promise<boolean> {
    return (await this.client.getCode({ address, blockNumber: this.head })) !== undefined
  }

  /** A node keeps the state of its latest blocks only. */
  async hasState(block: bigint, account: Address): Promise<boolean> {
    return this.client.getCode({ address: account, blockNumber: block }).then(
      (code) => code !== undefined,
      () => false,
    )
  }

  *#ranges() {
    for (let fromBlock = this.from; fromBlock <= this.head; fromBlock += BLOCKS_PER_REQUEST) {
      const last = fromBlock + BLOCKS_PER_REQUEST - 1n
      yield { fromBlock, toBlock: last < this.head ? last : this.head }
    }
  }
}

/** Logs of other kinds are left out; one of a known kind in another form throws. */
function decode<const A extends Abi>(abi: A, logs: Log[]): Entry<A>[] {
  const known = new Set(abi.flatMap((item) => (item.type === 'event' ? [toEventSelector(item)] : [])))
  return logs.flatMap(({ address, blockNumber: block, transactionHash: tx, topics, data }): Entry<A>[] => {
    const [selector] = topics
    if (selector === undefined || !known.has(selector)) return []
    if (block === null || tx === null) throw new Error('a log without a block')
    return [{ ...decodeEventLog({ abi, topics, data }), address: getAddress(address), block, tx }]
  })
}
