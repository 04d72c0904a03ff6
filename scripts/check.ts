/**
 * Runs the repository's checks and sums their results. A failing step never hides the later ones.
 * The last line is `N passed, M failed`: every forge and vitest test counts as one, every other step as one.
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { forgeTest } from '../packages/foundry/forge-test.ts'
import { forgeTally, type Tally, vitestTally } from './tally.ts'

const USAGE = `usage: tsx scripts/check.ts [all | lint | test]
  all   everything CI runs (default)
  lint  formatting, linters, types, contract sizes
  test  every test runner`

const ROOT = join(import.meta.dirname, '..')
const REPORTS = join(ROOT, '.reports')
const SNAPSHOTS = join(ROOT, 'contracts/snapshots')
/** CI judges a change, not a draw: its seed is fixed. Everywhere else each run draws, prints and can repeat its own. */
const CI_SEED = '0x6865616472616365'
const SEED =
  process.env.FUZZ_SEED ?? (process.env.CI === undefined ? `0x${randomBytes(8).toString('hex')}` : CI_SEED)

interface Step {
  name: string
  /** None: only where everything is run. */
  in: readonly ('lint' | 'test')[]
  /** Absent: always. */
  applies?: () => boolean
  run: () => Promise<Tally>
}

/** Runs a program of node_modules/.bin or PATH from the root. */
function run(command: string, env: Record<string, string> = {}) {
  return new Promise<{ code: number }>((done, fail) => {
    const child = spawn(command, {
      cwd: ROOT,
      shell: true,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env, PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env.PATH}` },
    })
    child.on('error', fail)
    child.on('close', (code) => done({ code: code ?? 1 }))
  })
}

const one = (ok: boolean): Tally => (ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 })

const command = (line: string, env?: Record<string, string>) => async () =>
  one((await run(line, env)).code === 0)

async function forgeTests(): Promise<Tally> {
  return forgeTally(await forgeTest(['--fuzz-seed', SEED], ROOT))
}

async function vitestTests(): Promise<Tally> {
  mkdirSync(REPORTS, { recursive: true })
  const file = join(REPORTS, 'vitest.json')
  const { code } = await run(`vitest run --reporter=default --reporter=json --outputFile.json=${file}`, {
    FUZZ_SEED: SEED,
  })
  return vitestTally(file, code)
}

const STEPS: readonly Step[] = [
  { name: 'build', in: ['lint', 'test'], run: command('turbo run build') },
  {
    name: 'contracts compile without warnings',
    in: ['lint'],
    // Its own output folders: what is cached is not compiled, and what is not compiled does not warn.
    run: command('forge build contracts/src contracts/script --force --deny warnings', {
      FOUNDRY_OUT: '.reports/warnings/out',
      FOUNDRY_CACHE_PATH: '.reports/warnings/cache',
    }),
  },
  { name: 'format: TypeScript', in: ['lint'], run: command('biome format .') },
  { name: 'format: Solidity', in: ['lint'], run: command('forge fmt --check') },
  { name: 'lint: TypeScript', in: ['lint'], run: command('biome lint --error-on-warnings .') },
  {
    name: 'lint: Solidity',
    in: ['lint'],
    // Of what has changed it writes artifacts with nothing but the ABI, which a build takes for its own.
    run: command('forge lint --deny warnings', {
      FOUNDRY_OUT: '.reports/lint/out',
      FOUNDRY_CACHE_PATH: '.reports/lint/cache',
    }),
  },
  { name: 'types', in: ['lint'], run: command('turbo run types types:root --continue') },
  { name: 'contract sizes', in: ['lint'], run: command('tsx scripts/sizes.ts') },
  {
    name: 'gas snapshots',
    in: ['test'],
    applies: () => existsSync(SNAPSHOTS),
    run: command("forge test --isolate --match-path 'contracts/test/gas/**'", {
      FORGE_SNAPSHOT_CHECK: 'true',
    }),
  },
  { name: 'forge test', in: ['test'], run: forgeTests },
  { name: 'vitest', in: ['test'], run: vitestTests },
  { name: 'audit', in: [], run: command('npm run --silent audit') },
]

const group = process.argv[2] ?? 'all'
if (group !== 'all' && group !== 'lint' && group !== 'test') {
  console.error(USAGE)
  process.exit(2)
}
const steps = STEPS.filter(
  (step) => (group === 'all' || step.in.includes(group)) && (step.applies?.() ?? true),
)

const total = { passed: 0, failed: 0 }
const summary: string[] = []
console.log(`random seed ${SEED} (repeat with FUZZ_SEED=${SEED})`)
for (const step of steps) {
  console.log(`\n== ${step.name}`)
  const started = performance.now()
  const { passed, failed } = await step.run()
  total.passed += passed
  total.failed += failed
  const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(7)
  summary.push(`${seconds} s  ${step.name}: ${passed} passed${failed > 0 ? `, ${failed} FAILED` : ''}`)
}
console.log(`\n${summary.join('\n')}\n${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed > 0 ? 1 : 0
