import { limitsAbi } from '@headrace/abi'
import type { BlockRef } from '@headrace/chain'
import { type Address, BaseError, ContractFunctionRevertedError, type PublicClient } from 'viem'
import { at } from '../reads.ts'

/** Base units of the vault's asset that may still be moved from one place (zero: idle) to another. */
export type Headroom = (from: Address, to: Address) => bigint

/** Part of the room that is used: a move is worth a little more or less when it arrives than when it was planned. */
const MARGIN = { part: 995n, of: 1_000n }
/** One answer looks at up to twenty destinations and values a pool: few fit into the gas of one request. */
const BATCH = 8

/** What a source may send where `room` base units may arrive, when `units` of it are worth `safe` base units. */
export function fitting(
  most: bigint,
  room: bigint,
  { units, safe }: { units: bigint; safe: bigint },
): bigint {
  const fits = (room * MARGIN.part * units) / (MARGIN.of * safe)
  return fits < most ? fits : most
}

/**
 * What the limits of a vault let through from each place to each other, at one block. A pool that cannot be valued has no room: it
 * could not be entered either.
 * @throws when the node does not answer.
 */
export async function readHeadroom(
  client: PublicClient,
  limits: Address,
  lmp: Address,
  { from, to }: { from: readonly Address[]; to: readonly Address[] },
  block: BlockRef,
): Promise<Headroom> {
  const pairs = from.flatMap((source) =>
    to.filter((target) => target !== source).map((target) => ({ source, target })),
  )
  const rooms = new Map<string, bigint>()
  for (let start = 0; start < pairs.length; start += BATCH) {
    const batch = pairs.slice(start, start + BATCH)
    const answers = await client.multicall({
      ...at(block),
      contracts: batch.map(
        ({ source, target }) =>
          ({
            address: limits,
            abi: limitsAbi,
            functionName: 'headroom',
            args: [lmp, source, target],
          }) as const,
      ),
    })
    for (const [i, { source, target }] of batch.entries()) {
      const answer = answers[i]
      if (answer?.status === 'failure' && !isRevert(answer.error)) throw answer.error
      rooms.set(keyOf(source, target), answer?.status === 'success' ? answer.result[0] : 0n)
    }
  }
  return (source, target) => rooms.get(keyOf(source, target)) ?? 0n
}

function isRevert(error: Error): boolean {
  return (
    error instanceof BaseError &&
    error.walk((cause) => cause instanceof ContractFunctionRevertedError) !== null
  )
}

function keyOf(from: Address, to: Address): string {
  return `${from}:${to}`
}
