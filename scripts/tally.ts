import { readFileSync } from 'node:fs'

export interface Tally {
  passed: number
  failed: number
}

interface ForgeResult {
  status: 'Success' | 'Failure' | 'Skipped'
  reason: string | null
  counterexample: unknown
  decoded_logs: string[]
  kind: Record<string, unknown>
}

type ForgeReport = Record<string, { test_results: Record<string, ForgeResult> }>

/**
 * Counts `forge test --json -vv` and prints what a reader needs of it: what failed, with counterexample and logs, and
 * the logs of invariant suites (their call counts).
 */
export function forgeTally(json: string, exitCode: number): Tally {
  let report: ForgeReport
  try {
    report = JSON.parse(json)
  } catch {
    console.error(`forge test gave no report (exit code ${exitCode})\n${json.slice(0, 10_000)}`)
    return { passed: 0, failed: 1 }
  }
  const tally = { passed: 0, failed: 0 }
  for (const [suite, { test_results }] of Object.entries(report)) {
    for (const [test, result] of Object.entries(test_results)) {
      const ok = result.status === 'Success'
      if (ok) {
        tally.passed++
      } else {
        tally.failed++
        console.error(
          `${result.status.toUpperCase()} ${suite} ${test}: ${result.reason ?? 'no reason given'}`,
        )
        if (result.counterexample) console.error(`  counterexample ${JSON.stringify(result.counterexample)}`)
      }
      // forge-std's `bound` logs every value it returns.
      const logs = result.decoded_logs.filter((line) => !line.startsWith('Bound result'))
      if (logs.length > 0 && (!ok || 'Invariant' in result.kind))
        console.log(`${suite} ${test}\n  ${logs.join('\n  ')}`)
    }
  }
  return settle('forge test', tally, exitCode)
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
