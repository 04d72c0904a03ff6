/** What the performance fee takes from the holders: one profit however often it is evaluated, and a year of noise. */
import { join } from 'node:path'
import { forgeTest } from '../packages/foundry/forge-test.ts'

const ROOT = join(import.meta.dirname, '..')

const { tests, stderr } = await forgeTest(['--match-path', 'contracts/test/bench/FeeCosts.t.sol'], ROOT)
if (tests === undefined || tests.length === 0) {
  console.error(stderr.trim() || 'no benchmark ran: contracts/test/bench/FeeCosts.t.sol')
  process.exit(1)
}
for (const { logs } of tests) for (const line of logs) console.log(line)
for (const { passed, verdict } of tests) console.log(passed ? `ok: ${verdict}` : `SHORT: ${verdict}`)
process.exit(tests.every(({ passed }) => passed) ? 0 : 1)
