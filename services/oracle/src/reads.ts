import { lossLedgerAbi, lossOracleAbi, recoveryAbi } from '@headrace/abi'
import { type BlockRef, pinnedTo } from '@headrace/chain'
import { type Address, type PublicClient, zeroAddress } from 'viem'
import { RING, type State } from './compute.ts'
import type { Domain } from './report.ts'

export interface Contracts {
  oracle: Address
  ledger: Address
  recovery: Address
}

/** Calldata bytes of one request; a larger batch is split. */
const BATCH_BYTES = 16_384

/** Everything at one block, by its hash, on chains without a multicall contract too. */
const at = (block: BlockRef) => ({ deployless: true, batchSize: BATCH_BYTES, ...pinnedTo(block) }) as const

const ids = (from: bigint, to: bigint) =>
  Array.from({ length: Number(to - from) }, (_, i) => from + BigInt(i))

/** What `computeReport` needs. Every call names the block by hash: an answer from another fork is an error. */
export async function readState(
  client: PublicClient,
  { oracle, ledger }: Contracts,
  lmp: Address,
  block: BlockRef,
): Promise<State> {
  const [of, by] = [
    { address: oracle, abi: lossOracleAbi },
    { address: ledger, abi: lossLedgerAbi },
  ] as const
  const [domain, reporters, quorum, pool, openCase, { epoch, since, count }] = await client.multicall({
    ...at(block),
    allowFailure: false,
    contracts: [
      { ...of, functionName: 'eip712Domain' },
      { ...of, functionName: 'reporters' },
      { ...of, functionName: 'quorum' },
      { ...of, functionName: 'backingOf', args: [lmp] },
      { ...of, functionName: 'openCase', args: [lmp] },
      { ...by, functionName: 'state', args: [lmp] },
    ],
  })
  const backed = pool !== zeroAddress
  const kept = ids(count < RING ? 0n : count - RING, count)
  const checkpoints = await client.multicall({
    ...at(block),
    allowFailure: false,
    contracts: kept.map((id) => ({ ...by, functionName: 'checkpointAt', args: [lmp, id] }) as const),
  })
  const current = backed
    ? await client.readContract({ ...of, functionName: 'currentReport', args: [lmp], ...pinnedTo(block) })
    : undefined
  return {
    block,
    domain: toDomain(domain),
    reporters,
    quorum,
    lmp,
    backed,
    epoch,
    since,
    count,
    checkpoints: kept.flatMap((id, index) => {
      const checkpoint = checkpoints[index]
      return checkpoint === undefined ? [] : [{ id, ...checkpoint }]
    }),
    openCase,
    current,
  }
}

export function readDomain(client: PublicClient, oracle: Address): Promise<Domain> {
  return client
    .readContract({ address: oracle, abi: lossOracleAbi, functionName: 'eip712Domain' })
    .then(toDomain)
}

type DomainAnswer = readonly [
  fields: `0x${string}`,
  name: string,
  version: string,
  chainId: bigint,
  verifyingContract: Address,
  ...rest: unknown[],
]

const toDomain = ([, name, version, chainId, verifyingContract]: DomainAnswer): Domain => ({
  name,
  version,
  chainId,
  verifyingContract,
})

/** Recoveries that may end: the LMP is back at the mark of the case. */
export async function readRecovered(
  client: PublicClient,
  { ledger, recovery }: Contracts,
  block: BlockRef,
  ended: ReadonlySet<bigint>,
): Promise<{ ended: bigint[]; due: bigint[] }> {
  const of = { address: recovery, abi: recoveryAbi } as const
  const count = await client.readContract({ ...of, functionName: 'count', ...pinnedTo(block) })
  const open = ids(0n, count).filter((id) => !ended.has(id))
  const entries = await client.multicall({
    ...at(block),
    allowFailure: false,
    contracts: open.map((id) => ({ ...of, functionName: 'entry', args: [id] }) as const),
  })
  const known = open.flatMap((id, index) => {
    const entry = entries[index]
    return entry === undefined ? [] : [{ id, ...entry }]
  })
  const running = known.filter((entry) => !entry.ended)
  const recovered = await client.multicall({
    ...at(block),
    allowFailure: false,
    contracts: running.map(
      ({ lmp, mark, since }) =>
        ({
          address: ledger,
          abi: lossLedgerAbi,
          functionName: 'isRecovered',
          args: [lmp, mark, since],
        }) as const,
    ),
  })
  return {
    ended: known.filter((entry) => entry.ended).map(({ id }) => id),
    due: running.filter((_, index) => recovered[index]).map(({ id }) => id),
  }
}
