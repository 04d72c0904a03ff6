import { createLog, StartupError } from '@headrace/service'
import { type Address, getAddress, isAddress } from 'viem'
import { readAgreed } from './agree.ts'
import { computeReport, type State } from './compute.ts'
import type { OracleConfig } from './config.ts'
import { ContradictionError } from './errors.ts'
import { Finality, NO_MEMORY } from './finality.ts'
import { openEnvironment } from './open.ts'
import { readState } from './reads.ts'
import { digestOf } from './report.ts'
import { toJson } from './wire.ts'

export interface ShowOptions {
  block: bigint | undefined
  lmp: string | undefined
}

/** Prints, per LMP, the report of a finalized block as JSON, or why there is none. Signs nothing. */
export async function showReports(config: OracleConfig, options: ShowOptions): Promise<void> {
  // Needs no key, and tells nobody that there is one.
  const { ORACLE_KEY_FILE: _, ORACLE_KEYSTORE: __, ...keyless } = config
  const environment = await openEnvironment(
    keyless,
    createLog({ service: 'oracle', level: config.LOG_LEVEL }),
  )
  const { chain, contracts } = environment
  const lmps = chosen(environment.lmps, options.lmp)
  const finality = new Finality(chain.endpoints, config.FINALITY_DEPTH, NO_MEMORY)
  const finalized = await finality.newestNumber()
  const number = options.block ?? finalized
  if (number > finalized) {
    throw new StartupError(
      `FutureBlock: block ${number} is not final, block ${finalized} is: give one up to it`,
      1,
    )
  }
  const block = await finality.at(number)
  for (const lmp of lmps) {
    const state = await readAgreed(chain.endpoints, `the state of ${lmp} at block ${number}`, (client) =>
      readState(client, contracts, lmp, block),
    )
    const at = { number: block.number, hash: block.hash, timestamp: block.timestamp }
    process.stdout.write(`${toJson({ lmp, block: at, ...shown(state) }, 2)}\n`)
  }
}

function shown(state: State) {
  const finding = computeReport(state)
  switch (finding.kind) {
    case 'report':
      return { report: finding.report, digest: digestOf(state.domain, finding.report) }
    case 'nothing':
      return { nothing: finding.reason }
    case 'contradiction':
      throw new ContradictionError(`${state.lmp}: ${finding.reason}`)
  }
}

function chosen(lmps: readonly Address[], asked: string | undefined): readonly Address[] {
  if (asked === undefined) return lmps
  if (!isAddress(asked, { strict: false })) {
    throw new StartupError(`UnknownLmp: ${asked} is not an address: give one of ${lmps.join(', ')}`, 1)
  }
  const lmp = getAddress(asked)
  if (!lmps.includes(lmp)) {
    throw new StartupError(`UnknownLmp: the deployment has no LMP ${lmp}: give one of ${lmps.join(', ')}`, 1)
  }
  return [lmp]
}
