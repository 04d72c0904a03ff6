import { type Address, isAddressEqual, maxUint256 } from 'viem'
import type { Signed } from '../losses.ts'
import { type LossCase, lossOf, thresholdOf } from '../replay/losses.ts'
import type { PoolSlash } from '../replay/pool.ts'

const HOUR = 3600n
const DELAY = 48n * HOUR
const VESTING = 180n * 24n * HOUR
const MAX_SLASH = 30n

/** Where a case is not what the checkpoints, the signatures and the rules make of it. */
export function caseFaults(found: LossCase, signed: Signed, slash: PoolSlash | undefined): string[] {
  const faults = [...openingFaults(found, signed), ...endFaults(found, slash)]
  return faults.map((fault) => `case ${found.opened.args.epoch}: ${fault}`)
}

function openingFaults(
  { opened, window, windowHash, reporters, quorum }: LossCase,
  signed: Signed,
): string[] {
  const { lmp, epoch, first, last, loss, executableAt, signers } = opened.args
  const { report } = signed
  const faults: string[] = []
  const expect = (what: string, told: unknown, computed: unknown) => {
    if (told !== computed) faults.push(`${what} ${told}, computed ${computed}`)
  }
  expect('first checkpoint', first, window?.first)
  expect('last checkpoint', last, window?.last)
  expect('loss', loss, window?.loss)
  expect('window hash', opened.args.windowHash, windowHash)
  expect('executable at', executableAt, opened.time + DELAY)
  if (!isAddressEqual(report.lmp, lmp)) faults.push(`signed for ${report.lmp}`)
  expect('signed epoch', report.epoch, epoch)
  expect('signed first checkpoint', report.first, first)
  expect('signed last checkpoint', report.last, last)
  expect('signed window hash', report.windowHash, opened.args.windowHash)
  expect('signed loss', report.loss, loss)

  const known = signed.signers.filter(
    (signer): signer is Address =>
      signer !== undefined && reporters.some((reporter) => isAddressEqual(reporter, signer)),
  )
  const distinct = new Set(known).size
  if (known.length !== signed.signers.length)
    faults.push(`${signed.signers.length - known.length} signatures are of no reporter`)
  if (distinct !== known.length) faults.push(`${known.length} signatures of ${distinct} reporters`)
  if (quorum === 0n || BigInt(distinct) < quorum)
    faults.push(`${distinct} reporters signed, ${quorum} are needed`)
  expect('signers told', signers.join(', '), signed.signers.join(', '))
  return faults
}

function endFaults(found: LossCase, slash: PoolSlash | undefined): string[] {
  const { opened, ends, before, counted, recovery } = found
  const [end] = ends
  if (end === undefined) return counted === undefined ? [] : ['a loss was counted without an execution']
  const faults: string[] = []
  const expect = (what: string, told: unknown, computed: unknown) => {
    if (told !== computed) faults.push(`${what} ${told}, computed ${computed}`)
  }
  if (ends.length > 1) faults.push(`ended ${ends.length} times`)
  if (end.time < opened.time + DELAY) faults.push(`ended ${end.time - opened.time} s after its opening`)
  if (end.args.loss > opened.args.loss) faults.push(`loss ${end.args.loss}, reported ${opened.args.loss}`)
  if (end.eventName === 'CaseRejected') {
    if (end.args.loss > end.args.threshold)
      faults.push(`rejected with a loss of ${end.args.loss}, threshold ${end.args.threshold}`)
    if (counted !== undefined || slash !== undefined) faults.push('rejected, but a loss was counted')
    return faults
  }

  if (before === undefined || counted === undefined) return [...faults, 'the ledger counted no loss']
  const { loss, coverage, slashed, recoveryId } = end.args
  const live = lossOf(before.mark, counted.args.mark, before.supply)
  expect('loss', loss, live < opened.args.loss ? live : opened.args.loss)
  const due = loss - thresholdOf(before.mark, before.supply)
  if (due <= 0n) faults.push(`executed ${-due} below the threshold`)
  expect('coverage', coverage, slashed > 0n ? due : 0n)
  expect('coverage of the ledger', counted.args.coverage, coverage)
  expect('slashed', slashed, slash?.event.args.toke ?? 0n)
  if (slashed === 0n) {
    expect('recovery', recoveryId, maxUint256)
    return faults
  }
  expect('30% of A, rounded up,', slashed, ((slash?.before ?? 0n) * MAX_SLASH + 99n) / 100n)
  if (recovery === undefined) return [...faults, 'nothing vests']
  const entry = recovery.args
  expect('recovery', entry.id, recoveryId)
  expect('case of the pool', entry.caseId, slash?.event.args.caseId)
  expect('vesting TOKE', entry.toke, slashed)
  expect('coverage of the recovery', entry.coverage, coverage)
  expect('mark of the recovery', entry.mark, before.mark)
  expect('start of the vesting', entry.start, end.time)
  expect('end of the vesting', entry.end, end.time + VESTING)
  return faults
}

/** Losses that were counted twice: a later case at values the mark was lowered to already. */
export function repeatFaults(cases: readonly LossCase[]): string[] {
  const counted = cases.filter((found) => found.counted !== undefined)
  return counted.flatMap((found, i) => {
    const last = counted[i - 1]
    const [mark, high] = [found.before?.mark, found.counted?.args.mark]
    const lowered = last?.counted?.args.mark
    if (lowered === undefined || mark === undefined || high === undefined) return []
    // Only what the mark has risen to since then, or lost since then, may be lost (again).
    return high >= lowered && mark <= lowered
      ? [
          `case ${found.opened.args.epoch}: counts from ${mark} to ${high}, the case before had lowered the mark to ${lowered}`,
        ]
      : []
  })
}
