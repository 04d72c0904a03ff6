import { type BlockRef, logsOfBlock, readBlock, scanLogs } from '@headrace/chain'
import type { Address, PublicClient } from 'viem'
import type { Contracts } from './contracts.ts'
import { decodeLog, type MinedLog, type ProtocolEvent, toNumber } from './events.ts'
import { IndexerFault } from './fault.ts'
import type { EventsOfBlock } from './store.ts'

/** What we read changed while we read it (a reorg, a lagging endpoint): try again from the head. */
export class UnsettledError extends Error {
  override readonly name = 'UnsettledError'
}

export interface FinalRange {
  readonly end: BlockRef
  readonly blocks: readonly EventsOfBlock[]
}

/**
 * The protocol's events of final blocks, a range at a time, each range closed by the header of its last block.
 * `contracts` is asked again whenever a range named a new one, after that range was taken.
 */
export async function* finalEvents(
  client: PublicClient,
  contracts: () => Contracts,
  fromBlock: bigint,
  toBlock: bigint,
): AsyncGenerator<FinalRange, void, undefined> {
  for (let start = fromBlock; start <= toBlock; ) {
    const known = contracts()
    const size = known.size
    for await (const range of scanLogs(client, { address: [...known.keys()], fromBlock: start, toBlock })) {
      const span = { fromBlock: range.fromBlock, toBlock: range.toBlock }
      const logs = await withDiscovered(range.logs, known, async (address) => {
        const found: MinedLog[] = []
        for await (const part of scanLogs(client, { address, ...span })) found.push(...part.logs)
        return found
      })
      yield { end: await header(client, range.toBlock), blocks: await byBlock(client, logs, known) }
      start = range.toBlock + 1n
      if (known.size > size) break
    }
  }
}

/** The protocol's events of one block, pinned by its hash. */
export async function blockEvents(
  client: PublicClient,
  contracts: Contracts,
  block: BlockRef,
): Promise<ProtocolEvent[]> {
  const first = await logsOfBlock(client, block, [...contracts.keys()])
  const logs = await withDiscovered(first, contracts, (address) => logsOfBlock(client, block, address))
  return decodeAll(logs, toNumber(block.timestamp), contracts)
}

/** The header of the canonical block of a number. */
export async function header(client: PublicClient, number: bigint): Promise<BlockRef> {
  const block = await readBlock(client, { blockNumber: number })
  if (block === undefined) throw new UnsettledError(`block ${number} is gone`)
  return block
}

/**
 * A reactor or a gate that these logs name is followed from here on: its own logs of the same blocks are fetched too.
 * Adds it to `contracts`.
 */
async function withDiscovered(
  logs: readonly MinedLog[],
  contracts: Contracts,
  fetch: (address: Address[]) => Promise<readonly MinedLog[]>,
): Promise<readonly MinedLog[]> {
  const added = discover(logs, contracts)
  if (added.length === 0) return logs
  const more = await fetch(added)
  const all = [...logs, ...more]
  return all.sort((a, b) => Number(a.blockNumber - b.blockNumber) || a.logIndex - b.logIndex)
}

function discover(logs: readonly MinedLog[], contracts: Contracts): Address[] {
  const added: Address[] = []
  const follow = (address: Address, kind: 'reactor' | 'gate') => {
    if (contracts.has(address)) return
    contracts.set(address, kind)
    added.push(address)
  }
  for (const log of logs) {
    const event = decodeLog(log, 0, contracts)?.event
    if (event?.eventName === 'ReactorAdded') follow(event.args.reactor, 'reactor')
    if (event?.eventName === 'PolicySet') follow(event.args.gate, 'gate')
  }
  return added
}

async function byBlock(
  client: PublicClient,
  logs: readonly MinedLog[],
  contracts: Contracts,
): Promise<EventsOfBlock[]> {
  const groups = new Map<bigint, MinedLog[]>()
  for (const log of logs) {
    const group = groups.get(log.blockNumber)
    if (group === undefined) groups.set(log.blockNumber, [log])
    else group.push(log)
  }
  const blocks: EventsOfBlock[] = []
  for (const [number, group] of groups) {
    const timestamp = await timeOf(client, number, group)
    blocks.push({ block: toNumber(number), events: decodeAll(group, timestamp, contracts) })
  }
  return blocks
}

/** Most nodes put the time into the log; where they do not, the header has it. */
async function timeOf(client: PublicClient, number: bigint, [first]: readonly MinedLog[]): Promise<number> {
  if (first?.blockTimestamp !== undefined && first.blockTimestamp !== null)
    return toNumber(BigInt(first.blockTimestamp))
  const block = await header(client, number)
  if (block.hash !== first?.blockHash) throw new UnsettledError(`block ${number} changed while it was read`)
  return toNumber(block.timestamp)
}

function decodeAll(logs: readonly MinedLog[], timestamp: number, contracts: Contracts): ProtocolEvent[] {
  return logs.flatMap((log) => {
    try {
      return decodeLog(log, timestamp, contracts) ?? []
    } catch (error) {
      throw new IndexerFault(
        `log ${log.blockNumber}/${log.logIndex} of ${log.address} does not fit its ABI: deployment and program are of different versions`,
        { cause: error },
      )
    }
  })
}
