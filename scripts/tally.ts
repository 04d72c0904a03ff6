import { readFileSync } from 'node:fs'
import type { ForgeRun } from '../packages/foundry/forge-test.ts'

export interface Tally {
  passed: number
  failed: number
}

/**
 * Counts a run of forge and prints what a reader needs of it: what failed, with counterexample and logs, and the
 * logs of invariant suites (their call counts).
 */
export function forgeTally({ tests, code, stderr }: ForgeRun): Tally {
  if (stderr !== '') console.error(stderr)
  if (tests === undefined) {
    console.error(`forge test gave no report (exit code ${code})`)
    return { passed: 0, failed: 1 }
  }
  const tally = { passed: 0, failed: 0 }
  for (const { suite, name, passed, kind, verdict, logs } of tests) {
    tally[passed ? 'passed' : 'failed']++
    if (!passed) console.error(`${suite} ${name}: ${verdict}`)
    // forge-std's `bound` logs every value it returns.
    const lines = logs.filter((line) => !line.startsWith('Bound result'))
    if (lines.length > 0 && (!passed || kind === 'invariant'))
      console.log(`${suite} ${name}\n  ${lines.join('\n  ')}`)
  }
  return settle('forge test', tally, code)
}

interface VitestReport {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  testResults: { name: string; status: string; assertionResults: unknown[] }[]
}

/** Counts vitest's JSON report; a file that fails before its first test, and a skipped test, count as failed. */
export function vitestTally(file: string, exitCode: number): Tally {
  let report: VitestReport
  try {
    report = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    console.error(`vitest gave no report (exit code ${exitCode})`)
    return { passed: 0, failed: 1 }
  }
  const broken = report.testResults.filter((f) => f.status === 'failed' && f.assertionResults.length === 0)
  const failed = report.numFailedTests + report.numPendingTests + broken.length
  return settle('vitest', { passed: report.numPassedTests, failed }, exitCode)
}

/** A runner that found nothing, or says it failed without naming a test, is a failure of its own. */
function settle(runner: string, { passed, failed }: Tally, exitCode: number): Tally {
  console.log(`${runner}: ${passed} passed, ${failed} failed`)
  if (failed === 0 && (exitCode !== 0 || passed === 0)) {
    console.error(`${runner} exited with code ${exitCode} after ${passed} passed tests`)
    return { passed, failed: 1 }
  }
  return { passed, failed }
}
