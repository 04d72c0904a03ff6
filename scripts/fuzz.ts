/** Runs the stateful suites for long: histories of 10,000 random calls each, until every suite has had its number of calls. */
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type ForgeRun, forgeTest } from '../packages/foundry/forge-test.ts'

const USAGE = `usage: npm run fuzz -- [options]
  --suite <text>   only suites whose path or name contains it, e.g. lmp, Lmp18, backing (default: all)
  --calls <n>      calls per suite, rounded up to whole histories (default 1000000)
  --seed <hex>     random seed; history i of a suite has seed + i (default: drawn and printed)
  --check <n>      judge the whole book at every n-th call (default 25); a call's own effects are judged at each
  --list           print the suites and end
  --help           this text`

const ROOT = join(import.meta.dirname, '..')
const FOLDER = 'contracts/test/invariant'

interface Suite {
  path: string
  contract: string
}

interface Totals {
  histories: number
  calls: number
  reverts: number
  seconds: number
  /** By handler: calls, and those that did something. */
  handlers: Map<string, { calls: number; effective: number }>
  /** By action and named error. */
  refusals: Map<string, number>
}

function options() {
  try {
    const { values } = parseArgs({
      options: {
        suite: { type: 'string', default: '' },
        calls: { type: 'string', default: '1000000' },
        seed: { type: 'string', default: `0x${randomBytes(8).toString('hex')}` },
        check: { type: 'string', default: '25' },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    const [calls, check] = [Number(values.calls), Number(values.check)]
    if (!Number.isSafeInteger(calls) || calls < 1) throw new Error('--calls takes a number from 1 on')
    if (!Number.isSafeInteger(check) || check < 1) throw new Error('--check takes a number from 1 on')
    if (!/^0x[0-9a-fA-F]{1,32}$/.test(values.seed)) throw new Error('--seed takes 0x and up to 32 hex digits')
    return { ...values, calls, check, seed: BigInt(values.seed) }
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`)
    process.exit(2)
  }
}

/** The contracts of every file with an invariant. */
function suites(): Suite[] {
  return readdirSync(join(ROOT, FOLDER), { recursive: true, encoding: 'utf8' }).flatMap((file) => {
    const path = `${FOLDER}/${file}`
    if (!file.endsWith('.t.sol')) return []
    const source = readFileSync(join(ROOT, path), 'utf8')
    if (!/function invariant_/.test(source)) return []
    return [...source.matchAll(/^contract (\w+)/gm)].map(([, contract = '']) => ({ path, contract }))
  })
}

const add = (map: Map<string, number>, key: string, value: number) =>
  map.set(key, (map.get(key) ?? 0) + value)

/** Adds a history: what forge counted, and what the suite printed of its handlers. */
function tally(totals: Totals, run: ForgeRun) {
  totals.histories++
  totals.seconds += run.seconds
  for (const { kind, verdict, logs } of run.tests ?? []) {
    const counted = /calls: (\d+), reverts: (\d+)/.exec(verdict)
    if (kind !== 'invariant' || counted === null) continue
    totals.calls += Number(counted[1])
    totals.reverts += Number(counted[2])
    for (const line of logs) {
      const refused = /^\s*refused (\S+ \S+) (\d+)$/.exec(line)
      const handler = /^\s*(\w+) (\d+) (?:effective )?(\d+)$/.exec(line)
      if (refused !== null) add(totals.refusals, refused[1] ?? '', Number(refused[2]))
      else if (handler !== null) {
        const [, name = '', calls, effective] = handler
        const sum = totals.handlers.get(name) ?? { calls: 0, effective: 0 }
        totals.handlers.set(name, {
          calls: sum.calls + Number(calls),
          effective: sum.effective + Number(effective),
        })
      }
    }
  }
}

/** @returns whether every history passed */
async function fuzz({ path, contract }: Suite, calls: number, seed: bigint, check: number): Promise<boolean> {
  const totals: Totals = {
    histories: 0,
    calls: 0,
    reverts: 0,
    seconds: 0,
    handlers: new Map(),
    refusals: new Map(),
  }
  let ok = true
  while (totals.calls < calls && ok) {
    const history = `0x${(seed + BigInt(totals.histories)).toString(16)}`
    const args = ['--match-path', path, '--match-contract', `^${contract}$`, '--match-test', '^invariant_']
    const run = await forgeTest([...args, '--fuzz-seed', history], ROOT, {
      FOUNDRY_PROFILE: 'deep',
      FOUNDRY_INVARIANT_CHECK_INTERVAL: String(check),
    })
    const before = totals.calls
    tally(totals, run)
    const failed = run.tests?.filter(({ passed }) => !passed) ?? []
    if (run.code !== 0 || run.tests === undefined || failed.length > 0 || totals.calls === before) {
      ok = false
      console.error(`${contract}, seed ${history}: FAILED`)
      for (const { name, verdict, logs } of failed)
        console.error(`${name}: ${verdict.slice(0, 5000)}\n  ${logs.slice(0, 50).join('\n  ')}`)
      if (failed.length === 0) console.error(run.stderr)
      console.error(
        `repeat: FOUNDRY_PROFILE=deep npx forge test -vv --fuzz-seed ${history} --match-contract '^${contract}$'`,
      )
    } else {
      console.error(
        `${contract}: ${totals.calls.toLocaleString('en')} of ${calls.toLocaleString('en')} calls, ${totals.seconds.toFixed(0)} s`,
      )
    }
  }
  print(contract, totals, seed, ok)
  return ok
}

function print(contract: string, totals: Totals, seed: bigint, ok: boolean) {
  const { calls, reverts, histories, seconds, handlers, refusals } = totals
  console.log(
    `\n${contract}: ${ok ? 'held' : 'FAILED'}; ${calls.toLocaleString('en')} calls in ${histories} histories, ${reverts} unexpected reverts, ${seconds.toFixed(0)} s, seed 0x${seed.toString(16)}`,
  )
  const width = Math.max(0, ...[...handlers.keys(), ...refusals.keys()].map((name) => name.length))
  const number = (n: number) => n.toLocaleString('en').padStart(12)
  if (handlers.size > 0)
    console.log(`  ${'handler'.padEnd(width)} ${'calls'.padStart(12)} ${'effective'.padStart(12)}`)
  for (const [name, h] of handlers)
    console.log(`  ${name.padEnd(width)} ${number(h.calls)} ${number(h.effective)}`)
  if (refusals.size > 0) console.log(`  ${'refused'.padEnd(width)} ${'times'.padStart(12)}`)
  for (const [name, times] of [...refusals].sort()) console.log(`  ${name.padEnd(width)} ${number(times)}`)
}

const { suite, calls, seed, check, list, help } = options()
if (help) {
  console.log(USAGE)
  process.exit(0)
}
const chosen = suites().filter(({ path, contract }) => `${path}:${contract}`.includes(suite))
if (chosen.length === 0) {
  console.error(`no suite contains "${suite}"; npm run fuzz -- --list`)
  process.exit(2)
}
if (list) {
  for (const { path, contract } of chosen) console.log(`${path}:${contract}`)
  process.exit(0)
}
console.log(
  `seed 0x${seed.toString(16)}, ${calls.toLocaleString('en')} calls for each of ${chosen.length} suites`,
)
let failures = 0
for (const each of chosen) if (!(await fuzz(each, calls, seed, check))) failures++
console.log(`\n${chosen.length - failures} suites held, ${failures} failed`)
process.exitCode = failures > 0 ? 1 : 0
