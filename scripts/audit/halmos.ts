/** Halmos and cvc5 on the bytecode of the arithmetic: contracts/test/symbolic. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { foundryBinary } from '../../packages/foundry/index.mjs'
import type { Row } from './rows.ts'
import { FOLDER, OUT, progress, Refusal, ROOT, run, TESTS, tool } from './tools.ts'

interface Outcome {
  name: string
  /** 0 proven, 1 counterexample, 2 no answer in time. */
  exitcode: number
  time: [number, ...number[]] | null
}

interface Claim {
  contract: string
  name: string
}

const SOLVER = join(import.meta.dirname, 'halmos/solver.py')
const PROVEN = 0
const REFUTED = 1
const UNSETTLED = 2
/** Of the time of a proof: what is known not to settle, and is fuzzed, is tried for so much only. */
const ATTEMPT = 1 / 10

const twin = (check: string) => check.replace(/^check_/, 'testFuzz_')

/** Every function of the contracts of `TESTS` that are for the solver. */
function declared(): Claim[] {
  const files = readdirSync(join(ROOT, TESTS))
    .filter((file) => file.endsWith('.t.sol'))
    .sort()
  const contracts = files.flatMap((file) => {
    const folder = join(ROOT, OUT, file)
    return existsSync(folder)
      ? readdirSync(folder)
          .sort()
          .map((artifact) => join(folder, artifact))
      : []
  })
  return contracts.flatMap((file) => {
    const contract = /([^/]*Symbolic)\.json$/.exec(file)?.[1]
    if (contract === undefined) return []
    const { abi }: { abi: { type: string; name?: string }[] } = JSON.parse(readFileSync(file, 'utf8'))
    return abi.flatMap(({ type, name }) =>
      type === 'function' && name !== undefined ? [{ contract, name }] : [],
    )
  })
}

async function prove(claims: readonly Claim[], seconds: number): Promise<Map<string, Outcome>> {
  const report = join(FOLDER, 'halmos.json')
  rmSync(report, { force: true })
  const names = [...new Set(claims.map(({ name }) => name))]
  await run(
    tool('halmos'),
    [
      ...['--root', ROOT, '--forge-build-out', OUT, '--json-output', report],
      ...['--match-contract', 'Symbolic$', '--match-test', `^(${names.join('|')})\\(`],
      ...['--solver-command', `${tool('python')} ${SOLVER}`, '--solver-timeout-assertion', `${seconds}s`],
    ],
    {
      onLine: (line) => {
        if (/^\[(PASS|FAIL|TIMEOUT|ERROR)/.test(line)) progress(`halmos: ${line}`)
      },
    },
  )
  if (!existsSync(report)) throw new Refusal('halmos gave no report; its message is above')
  const { test_results }: { test_results: Record<string, Outcome[]> } = JSON.parse(
    readFileSync(report, 'utf8'),
  )
  return new Map(
    Object.entries(test_results).flatMap(([suite, outcomes]) =>
      outcomes.map((outcome) => [`${suite.split(':')[1]}.${outcome.name.split('(')[0]}`, outcome] as const),
    ),
  )
}

/** The fuzz tests that pass, as `Contract.name`. */
async function fuzzed(): Promise<Set<string>> {
  const { stdout } = await run(foundryBinary('forge'), ['test', '--match-contract', 'Symbolic$', '--json'])
  const report: Record<string, { test_results: Record<string, { status: string }> }> = JSON.parse(
    stdout.slice(Math.max(0, stdout.indexOf('{'))),
  )
  return new Set(
    Object.entries(report).flatMap(([suite, { test_results }]) =>
      Object.entries(test_results)
        .filter(([, { status }]) => status === 'Success')
        .map(([test]) => `${suite.split(':')[1]}.${test.split('(')[0]}`),
    ),
  )
}

/** @param seconds for a proof */
export async function halmos(seconds: number): Promise<Row[]> {
  const all = declared()
  const known = new Set(all.map(({ contract, name }) => `${contract}.${name}`))
  const claims = all.filter(({ name }) => name.startsWith('check'))
  if (claims.length === 0) throw new Refusal(`no check_ function in ${TESTS}`)
  const hasTwin = ({ contract, name }: Claim) => known.has(`${contract}.${twin(name)}`) && twin(name) !== name
  const outcomes = new Map([
    ...(await prove(
      claims.filter((claim) => !hasTwin(claim)),
      seconds,
    )),
    ...(await prove(claims.filter(hasTwin), Math.ceil(seconds * ATTEMPT))),
  ])
  progress('halmos: fuzzing what no solver settles')
  const passing = await fuzzed()
  return claims.map(({ contract, name }) => row(contract, name, outcomes.get(`${contract}.${name}`), passing))
}

function row(
  contract: string,
  name: string,
  outcome: Outcome | undefined,
  passing: ReadonlySet<string>,
): Row {
  const claim = `${contract}.${name}`
  const [code, seconds] = [outcome?.exitcode, outcome?.time?.[0] ?? 0]
  const means = 'bytecode: halmos, cvc5'
  if (name.startsWith('checkWrong_')) {
    const result = code === REFUTED ? 'caught' : 'SHORT'
    return { claim, means, result, seconds, note: 'no counterexample of a claim that is wrong' }
  }
  const test = `${contract}.${twin(name)}`
  const held = { means: `forge test: ${twin(name)}`, result: 'fuzz' } as const
  // A faster machine may prove what is only claimed to be fuzzed.
  if (code === PROVEN)
    return { claim, means, result: 'proven', seconds, ...(passing.has(test) ? { promised: held } : {}) }
  if (code === UNSETTLED && passing.has(test)) return { claim, ...held, seconds }
  const why =
    code === REFUTED
      ? 'a counterexample'
      : code === UNSETTLED
        ? `not settled, and no passing ${test}`
        : 'not run'
  return { claim, means, result: 'SHORT', seconds, note: `${why} (exit code ${code})` }
}
