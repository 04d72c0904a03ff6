import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Context, type Row, row } from './claim.ts'
import { record } from './summary.ts'

export interface VitestTest {
  name: string
  passed: boolean
}

/** Tests of a report of vitest's JSON reporter; one that was skipped has not passed. */
export function parseVitest(text: string): VitestTest[] {
  const { testResults } = record(JSON.parse(text))
  const files: unknown[] = Array.isArray(testResults) ? testResults : []
  return files.flatMap((file) => {
    const { assertionResults } = record(file)
    const tests: unknown[] = Array.isArray(assertionResults) ? assertionResults : []
    return tests.map((test) => {
      const { fullName, status } = record(test)
      return { name: String(fullName), passed: status === 'passed' }
    })
  })
}

/** Runs the tests below a folder; the seed of the run is theirs. */
export async function vitest(
  { programs, root, seed }: Context,
  folder: string,
  seconds: number,
): Promise<VitestTest[]> {
  const program = join(fileURLToPath(import.meta.resolve('vitest/package.json')), '../vitest.mjs')
  const { code, stdout, stderr } = await programs
    .start(process.execPath, [program, 'run', folder, '--reporter=json'], {
      cwd: root,
      env: { FUZZ_SEED: `0x${seed}` },
    })
    .within(seconds)
  const json = stdout.split('\n').find((line) => line.startsWith('{'))
  if (json === undefined)
    throw new Error(`vitest exits ${code} without a report: ${stderr.trim().split('\n')[0]}`)
  return parseVitest(json)
}

/** There are such tests, and all of them pass. */
export function vitestRow(claim: string, tests: readonly VitestTest[], name?: RegExp): Row {
  const own = tests.filter((test) => name === undefined || name.test(test.name))
  const failed = own.filter(({ passed }) => !passed)
  const shown = name === undefined ? failed : own
  return row(
    claim,
    '> 0 passed, 0 failed',
    [
      `${own.length - failed.length} passed, ${failed.length} failed`,
      ...shown.slice(0, 5).map((test) => test.name),
    ].join('\n'),
    own.length > 0 && failed.length === 0,
  )
}
