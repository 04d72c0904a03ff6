import { destinationAbi, lmpAbi } from '@headrace/abi'
import type { BlockRef } from '@headrace/chain'
import type { Deployment } from '@headrace/service'
import { type Address, encodeFunctionData, type PublicClient } from 'viem'
import { earliest, type Job, type Step, type Verdict } from '../job.ts'
import { at, listed } from '../reads.ts'

export interface ReportPolicy {
  /** Oldest report that is left alone, seconds of block time. */
  maxAge: bigint
  /** Change of a destination's value that is reported at once, basis points. */
  moveBps: bigint
}

/** Values in base units of the vault's asset. */
export interface Valuation {
  safe: bigint
  spot: bigint
  ok: boolean
}

export interface LmpView {
  address: Address
  /** Time of the last report, unix seconds; 0 never. */
  valuedAt: bigint
  clean: boolean
  /** A report of ours is on its way. */
  underway: boolean
  /** Those that hold units. `live`: what a report would find now; absent when it cannot be valued. */
  destinations: readonly { address: Address; stored: Valuation; live?: Valuation }[]
}

/** Why a report is due now; undefined when none is. */
export function due(now: bigint, lmp: LmpView, policy: ReportPolicy): string | undefined {
  if (lmp.underway) return undefined
  if (now - lmp.valuedAt >= policy.maxAge) return 'too old'
  // A bad destination keeps its stored values, so only its first bad reading is news.
  const turned = lmp.destinations.find(({ stored, live }) => stored.ok && live?.ok !== true)
  if (turned !== undefined) return `${turned.address} turned unsafe`
  const moved = lmp.destinations.find(
    ({ stored, live }) =>
      live?.ok === true &&
      (hasMoved(stored.safe, live.safe, policy) || hasMoved(stored.spot, live.spot, policy)),
  )
  if (moved !== undefined) return `${moved.address} changed its value`
  if (!lmp.clean && lmp.destinations.every(({ live }) => live?.ok === true))
    return 'the book can be clean again'
  return undefined
}

function hasMoved(stored: bigint, live: bigint, { moveBps }: ReportPolicy): boolean {
  const change = live > stored ? live - stored : stored - live
  return change * 10_000n > stored * moveBps
}

type Held = Omit<LmpView, 'underway'>

export async function read(
  client: PublicClient,
  vault: Deployment['lmps'][number],
  block: BlockRef,
): Promise<Held> {
  const { address } = vault
  const lmp = { address, abi: lmpAbi } as const
  const destinations = await listed(client, vault, block)
  const [book, states] = await Promise.all([
    client.readContract({ ...lmp, functionName: 'book', blockHash: block.hash, requireCanonical: true }),
    client.multicall({
      ...at(block),
      allowFailure: false,
      contracts: destinations.map(
        (each) => ({ ...lmp, functionName: 'destinationState', args: [each.address] }) as const,
      ),
    }),
  ])
  const held = destinations.flatMap((each, i) => {
    const stored = states[i]
    return stored === undefined || stored.units === 0n ? [] : [{ address: each.address, stored }]
  })
  const live = await client.multicall({
    ...at(block),
    contracts: held.map(
      (each) =>
        ({
          address: each.address,
          abi: destinationAbi,
          functionName: 'value',
          args: [each.stored.units],
        }) as const,
    ),
  })
  return {
    address,
    valuedAt: book.valuedAt,
    clean: book.clean,
    destinations: held.map((each, i) => {
      const answer = live[i]
      if (answer?.status !== 'success') return each
      const [safe, spot, , ok] = answer.result
      return { ...each, live: { safe, spot, ok } }
    }),
  }
}

const prefixOf = (lmp: Address) => `report:${lmp}:`

/** The block it was found in tells two reports apart: blocks may share a timestamp, and so may their reports. */
export function toStep(address: Address, block: Pick<BlockRef, 'number'>): Step {
  return {
    key: `${prefixOf(address)}${block.number}`,
    label: `report ${address}`,
    to: address,
    data: encodeFunctionData({ abi: lmpAbi, functionName: 'report' }),
    benign: [],
  }
}

export interface ReportOptions extends ReportPolicy {
  client: PublicClient
  deployment: Deployment
  isUnderway: (prefix: string) => boolean
}

/** Keeps every vault's book young, and quick where a value jumps. */
export function reportJob({ client, deployment, isUnderway, ...policy }: ReportOptions): Job {
  return {
    name: 'report',
    look: async (block): Promise<Verdict> => {
      const lmps = await Promise.all(
        deployment.lmps.map(async (lmp) => ({
          ...(await read(client, lmp, block)),
          underway: isUnderway(prefixOf(lmp.address)),
        })),
      )
      const ready = lmps.filter((lmp) => due(block.timestamp, lmp, policy) !== undefined)
      const waiting = lmps.filter((lmp) => !ready.includes(lmp))
      return {
        steps: ready.map(({ address }) => toStep(address, block)),
        nextAt: earliest(waiting.map(({ valuedAt }) => valuedAt + policy.maxAge)),
      }
    },
  }
}
