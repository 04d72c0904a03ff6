import type { BlockRef } from '@headrace/chain'
import { type Address, encodeAbiParameters, type Hex, keccak256, parseAbiParameters, zeroHash } from 'viem'
import { type Domain, digestOf, type LossReport } from './report.ts'

export interface Checkpoint {
  id: bigint
  /** Unix seconds. */
  time: bigint
  /** WAD of asset per share. */
  high: bigint
  low: bigint
  mark: bigint
  /** Shares, base units. */
  supply: bigint
  hash: Hex
}

/** Everything a report follows from, read at one block. */
export interface State {
  readonly block: BlockRef
  readonly domain: Domain
  readonly reporters: readonly Address[]
  readonly quorum: bigint
  readonly lmp: Address
  /** Whether the oracle knows a pool that backs the LMP. */
  readonly backed: boolean
  /** Cases decided. */
  readonly epoch: bigint
  /** First checkpoint that may be part of a window. */
  readonly since: bigint
  /** Checkpoints ever written. */
  readonly count: bigint
  /** Those still in the ring, by id. */
  readonly checkpoints: readonly Checkpoint[]
  /** Unix seconds; `openedAt` 0: no case is open. */
  readonly openCase: { openedAt: bigint; executableAt: bigint; epoch: bigint; loss: bigint }
  /** What the contract itself says; absent when it does not know the LMP. */
  readonly current?: LossReport | undefined
}

export type Finding =
  | {
      kind: 'report'
      report: LossReport
      /** Time of the window's last checkpoint, unix seconds. */
      windowEnd: bigint
    }
  | { kind: 'nothing'; reason: string }
  /** What was read cannot all be true: nothing may be signed on it. */
  | { kind: 'contradiction'; reason: string }

const WAD = 10n ** 18n
export const RING = 64n
const MIN_SPAN = 24n * 3600n
const MIN_GAP = 4n * 3600n
const MIN_SPACED = 4

/**
 * The report of one LMP: the earliest window of checkpoints with a loss, recomputed from the checkpoints themselves. Pure.
 * The contract's own answer is only compared: what differs from it is signed by nobody.
 */
export function computeReport(state: State): Finding {
  const { lmp, epoch, checkpoints, current, domain } = state
  if (!state.backed) return { kind: 'nothing', reason: 'nobody backs the LMP' }
  const flaw = flawOf(state)
  if (flaw !== undefined) return { kind: 'contradiction', reason: flaw }
  const window = earliestWindow(checkpoints.filter(({ id }) => id >= state.since))
  const last = window?.at(-1)
  const report: LossReport = {
    lmp,
    epoch,
    first: window?.[0]?.id ?? 0n,
    last: last?.id ?? 0n,
    windowHash: last?.hash ?? zeroHash,
    loss: window === undefined ? 0n : least(window.map(lossOf)),
  }
  if (current === undefined || digestOf(domain, current) !== digestOf(domain, report)) {
    return { kind: 'contradiction', reason: 'the contract reports something else than its checkpoints say' }
  }
  if (state.openCase.openedAt !== 0n) return { kind: 'nothing', reason: 'a case is open' }
  if (last === undefined) return { kind: 'nothing', reason: 'no window of checkpoints with a loss' }
  return { kind: 'report', report, windowEnd: last.time }
}

/** Base units of the asset, rounded down. */
export function lossOf({ mark, high, supply }: Checkpoint): bigint {
  return mark > high ? ((mark - high) * supply) / WAD : 0n
}

/** 1% of mark * supply in base units of the asset, rounded up. */
export function thresholdOf({ mark, supply }: Checkpoint): bigint {
  const divisor = 100n * WAD
  return (mark * supply + divisor - 1n) / divisor
}

/** Hash a checkpoint has after one with the hash `previous`. */
export function hashOf(lmp: Address, previous: Hex, checkpoint: Checkpoint): Hex {
  const { id, time, high, low, supply, mark } = checkpoint
  return keccak256(encodeAbiParameters(CHAINED, [lmp, id, previous, time, high, low, supply, mark]))
}

const CHAINED = parseAbiParameters(
  'address lmp, uint256 id, bytes32 previous, uint256 time, uint256 high, uint256 low, uint256 supply, uint256 mark',
)

/** Why the state cannot be what the contracts hold. */
function flawOf({ lmp, count, since, checkpoints, block }: State): string | undefined {
  const kept = count < RING ? count : RING
  if (BigInt(checkpoints.length) !== kept) return `${checkpoints.length} checkpoints were read, not ${kept}`
  if (since > count) return `the first checkpoint that counts, ${since}, is not written yet`
  // What the oldest of a full ring follows is not kept.
  let previous: Hex | undefined = count <= RING ? zeroHash : undefined
  let time = 0n
  for (const [index, checkpoint] of checkpoints.entries()) {
    const { id } = checkpoint
    if (id !== count - kept + BigInt(index)) return `checkpoint ${id} is out of order`
    if (checkpoint.time <= time || checkpoint.time > block.timestamp)
      return `checkpoint ${id} has a wrong time`
    if (previous !== undefined && checkpoint.hash !== hashOf(lmp, previous, checkpoint))
      return `checkpoint ${id} breaks the hash chain`
    previous = checkpoint.hash
    time = checkpoint.time
  }
  return undefined
}

/**
 * The contiguous checkpoints with a loss at or above the threshold that first span 24 h with 4 of them pairwise 4 h apart.
 * @param checkpoints contiguous, by id
 */
function earliestWindow(checkpoints: readonly Checkpoint[]): readonly Checkpoint[] | undefined {
  let run: Checkpoint[] = []
  let spaced: bigint[] = []
  for (const checkpoint of checkpoints) {
    const loss = lossOf(checkpoint)
    if (loss === 0n || loss < thresholdOf(checkpoint)) {
      run = []
      spaced = []
      continue
    }
    run.push(checkpoint)
    const lastSpaced = spaced.at(-1)
    if (lastSpaced === undefined || checkpoint.time - lastSpaced >= MIN_GAP) spaced.push(checkpoint.time)
    const span = checkpoint.time - (run[0]?.time ?? checkpoint.time)
    if (span >= MIN_SPAN && spaced.length >= MIN_SPACED) return run
  }
  return undefined
}

function least(values: readonly bigint[]): bigint {
  return values.reduce((smallest, value) => (value < smallest ? value : smallest))
}
