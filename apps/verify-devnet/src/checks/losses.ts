import { ledgerAbi, recoveryAbi, vaultLossAbi } from '../abi-loss.ts'
import type { Deployment } from '../deployment.ts'
import { readSigned, type VaultLosses } from '../losses.ts'
import type { LossCase } from '../replay/losses.ts'
import type { Report } from '../report.ts'
import type { Run } from '../run.ts'
import { caseFaults, repeatFaults } from './cases.ts'

/** What counts as a loss, and what became of it. */
export async function checkLosses(
  run: Run,
  deployment: Deployment,
  losses: readonly VaultLosses[],
  report: Report,
): Promise<void> {
  for (const found of losses) {
    const { vault, replay } = found
    const { checkpoints, freezes } = replay
    const above = checkpoints.filter((checkpoint) => checkpoint.above).length
    report.none(
      `the vault ${vault}: hash chain, distance, supply, mark, loss and freezes of its checkpoints follow from the events, and nobody deposits in a freeze`,
      [...replay.faults, ...(await stateFaults(run, deployment, found))],
      checkpoints.length,
      `${checkpoints.length} checkpoints, ${above} with a loss at or above the threshold, ${freezes.length} freezes${shownFreezes(found)}; ` +
        `largest discount of low to high ${percent(deepest(found))}`,
    )
    if (replay.cases.length > 0) await checkCases(run, deployment, found, report)
  }
}

async function checkCases(
  run: Run,
  { lossOracle, recovery, chainId }: Deployment,
  { vault, replay, backing }: VaultLosses,
  report: Report,
): Promise<void> {
  const { client, head: blockNumber } = run.chain
  const faults = repeatFaults(replay.cases)
  const shown: string[] = []
  for (const found of replay.cases) {
    const { opened, quorum, ends } = found
    const signed = await readSigned(run.chain, lossOracle, chainId, opened.tx)
    const slash = backing?.replay.slashes.find(({ event }) => ends.some(({ tx }) => tx === event.tx))
    faults.push(...caseFaults(found, signed, slash))
    shown.push(
      `case ${opened.args.epoch}: window ${opened.args.first} to ${opened.args.last}, ${signed.signers.length} signatures ` +
        `(${quorum} of ${found.reporters.length} needed), reported ${opened.args.loss}, ${ended(found)}`,
    )
    if (found.recovery === undefined) continue
    const { id, toke, start, end } = found.recovery.args
    const now = await run.chain.timeOf(blockNumber)
    const computed = now >= end ? toke : (toke * (now - start)) / (end - start)
    const vested = await client.readContract({
      address: recovery,
      abi: recoveryAbi,
      functionName: 'vested',
      args: [id],
      blockNumber,
    })
    if (vested !== computed) faults.push(`recovery ${id}: ${vested} vested, computed ${computed}`)
    shown.push(`recovery ${id}: ${vested} of ${toke} wei of TOKE vested at the head`)
  }
  report.none(
    `the vault ${vault}: window, signatures, waiting time, loss, coverage and slash of every case`,
    faults,
    replay.cases.length,
    shown.join('\n        '),
  )
}

function ended({ opened, ends: [end] }: LossCase): string {
  if (end === undefined) return 'open'
  const hours = (Number(end.time - opened.time) / 3600).toFixed(1)
  return end.eventName === 'CaseRejected'
    ? `rejected after ${hours} h with ${end.args.loss}`
    : `executed after ${hours} h with ${end.args.loss}, coverage ${end.args.coverage}, slashed ${end.args.slashed} wei of TOKE`
}

/** Where the state at the head is not what the events say. */
async function stateFaults(
  run: Run,
  { ledgers }: Deployment,
  { vault, replay }: VaultLosses,
): Promise<string[]> {
  const { client, head: blockNumber } = run.chain
  const lossLedger = ledgers.get(vault)
  if (lossLedger === undefined) return ['no loss ledger is named']
  const [state, mark, supply] = await Promise.all([
    client.readContract({
      address: lossLedger,
      abi: ledgerAbi,
      functionName: 'state',
      args: [vault],
      blockNumber,
    }),
    client.readContract({ address: vault, abi: vaultLossAbi, functionName: 'lossMark', blockNumber }),
    client.readContract({ address: vault, abi: vaultLossAbi, functionName: 'totalSupply', blockNumber }),
  ])
  const faults: string[] = []
  const expect = (what: string, told: bigint, replayed: bigint) => {
    if (told !== replayed) faults.push(`${what} ${told}, replayed ${replayed}`)
  }
  expect('checkpoints', state.count, BigInt(replay.checkpoints.length))
  expect('cases decided', state.epoch, replay.epoch)
  expect('loss mark', mark, replay.vault.mark)
  expect('supply', supply, replay.vault.supply)
  return faults
}

function shownFreezes({ replay }: VaultLosses): string {
  const shown = replay.freezes.map(({ frozen, thawed }) =>
    thawed === undefined
      ? `from ${frozen.time} until ${frozen.args.until} at the latest`
      : `from ${frozen.time} for ${(Number(thawed.time - frozen.time) / 3600).toFixed(1)} h`,
  )
  return shown.length === 0 ? '' : ` (${shown.join(', ')})`
}

/** The largest part by which the low prices were below the high ones, 1e-4. */
export function deepest({ replay }: VaultLosses): bigint {
  return replay.checkpoints.reduce((most, { event }) => {
    const { high, low } = event.args
    const part = low === 0n || high === 0n ? 0n : ((high - low) * 10_000n) / high
    return part > most ? part : most
  }, 0n)
}

const percent = (part: bigint) => `${(Number(part) / 100).toFixed(2)}%`
