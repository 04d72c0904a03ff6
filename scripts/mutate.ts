/** Changes the contracts in small wrong ways, one at a time, and shows which of them no test notices. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { isNode } from './mutants/ast.ts'
import { type Candidate, candidatesOf } from './mutants/candidates.ts'
import { NoReport, type Outcome, Sandbox } from './mutants/sandbox.ts'
import { culprit, instrumented, type Numbered, SWITCH, SWITCH_FILE, settings } from './mutants/schemata.ts'

const USAGE = `usage: npm run mutate -- [options]
  --path <folder>  sources to change (default contracts/src/lmp, the only one with tests listed)
  --sample <n>     how many mutants, drawn from all (default 150)
  --seed <n>       of the draw and of the tests' random inputs (default 1)
  --only <text>    only mutants whose place or change contains it
  --maths          only mutants of the fee, share and mark maths
  --list           print the mutants and end
  --help           this text

Mutants are compiled a hundred at once, each behind a switch; each is then run against the vault's tests until one fails.
docs/testing.md says what is changed. Ends with 1 when fewer than 90% are killed, or a survivor is not explained in
scripts/mutants/explained.json, or an explanation fits no mutant any more.`

const ROOT = join(import.meta.dirname, '..')
const KILLED_AT_LEAST = 0.9
/** Compiled together: the vault with all their switches must still be deployable. */
const BATCH = 100

/** Folders of contracts/test that the tests below need. */
const TESTS = [
  ...['unit/lmp', 'unit/factory', 'unit/router', 'unit/loss', 'conformance', 'invariant/lmp'],
  ...['mocks', 'venues', 'fixtures', 'data'],
]

/** In the order in which the tests run: those that mostly find something first. */
const GROUPS = [
  'contracts/test/unit/lmp/*.sol',
  'contracts/test/conformance/*.sol',
  'contracts/test/invariant/lmp/*.sol',
  'contracts/test/unit/{factory,router}/*.sol',
  // The others of the ledger measure gas, which says nothing here: the optimizer is off.
  'contracts/test/unit/loss/{Decisions,Freeze,Rebalance,Scenarios}.t.sol',
]

/** Fee, share and mark maths. */
const MATHS =
  /^(LmpMath|ProfitLock)\.|^LmpLedger\.(_settle|_payFee|_payManagementFee|_mintFee|_setLossMark|_entryTerms|_exitTerms|_owedCover)$/

const isMaths = ({ place }: Candidate) => MATHS.test(place)

interface Explanation {
  place: string
  before: string
  after: string
  why: string
}

function options() {
  try {
    const { values } = parseArgs({
      options: {
        path: { type: 'string', default: 'contracts/src/lmp' },
        sample: { type: 'string', default: '150' },
        seed: { type: 'string', default: '1' },
        only: { type: 'string', default: '' },
        maths: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    const path = values.path.replace(/\/$/, '')
    if (path !== 'contracts/src/lmp')
      throw new Error('--path: only contracts/src/lmp has its tests listed here')
    const sample = Number(values.sample)
    if (!Number.isSafeInteger(sample) || sample < 1) throw new Error('--sample takes a number from 1 on')
    if (!/^\d{1,18}$/.test(values.seed)) throw new Error('--seed takes a number')
    return { ...values, path, sample, seed: BigInt(values.seed) }
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`)
    process.exit(2)
  }
}

function candidates(sandbox: Sandbox, folder: string): Candidate[] {
  return [...sandbox.syntaxTrees(folder)]
    .filter(([file]) => file.startsWith(`${folder}/`))
    .sort(([a], [b]) => a.localeCompare(b))
    .flatMap(([file, ast]) => (isNode(ast) ? candidatesOf(file, Buffer.from(sandbox.read(file)), ast) : []))
}

/**
 * Puts the first `count` mutants that compile beside the code as it is into the sandbox's sources; what does not, mostly for
 * want of stack, makes room for the next.
 */
function prepare(
  sandbox: Sandbox,
  folder: string,
  originals: ReadonlyMap<string, Buffer>,
  order: readonly Numbered[],
  count: number,
) {
  const unfit = new Set<Numbered>()
  for (;;) {
    const mutants = order.filter((mutant) => !unfit.has(mutant)).slice(0, count)
    for (const [file, original] of originals) {
      const here = mutants.filter((mutant) => mutant.file === file)
      sandbox.write(file, instrumented(file, original, here))
    }
    try {
      sandbox.compile(folder)
      return { mutants, unfit: [...unfit] }
    } catch (error) {
      if (!(error instanceof NoReport)) throw error
      const [, file = '', line, column] = /--> (\S+\.sol):(\d+):(\d+)/.exec(error.message) ?? []
      const id = originals.has(file) ? culprit(sandbox.read(file), Number(line), Number(column)) : undefined
      const found = mutants.find((mutant) => mutant.id === id)
      if (found === undefined) throw error
      console.error(`does not compile: ${describe(found)}`)
      unfit.add(found)
    }
  }
}

const identity = ({ place, before, after }: Omit<Explanation, 'why'>) => `${place}: ${before} -> ${after}`

/** In the order in which a seed draws them. */
function shuffled(all: readonly Candidate[], seed: bigint): Numbered[] {
  const rank = (each: Candidate, i: number) =>
    createHash('sha256')
      .update(`${seed} ${i} ${identity(each)}`)
      .digest('hex')
  return all
    .map((each, i) => ({ each, rank: rank(each, i) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .map(({ each }, i) => ({ ...each, id: BigInt(i + 1) }))
}

function explanations(): Map<string, string> {
  const list: Explanation[] = JSON.parse(readFileSync(join(ROOT, 'scripts/mutants/explained.json'), 'utf8'))
  return new Map(list.map((each) => [identity(each), each.why]))
}

const describe = (mutant: Candidate) =>
  `${mutant.file.replace(/^.*\//, '')}:${mutant.line} ${mutant.place}\n      ${mutant.before}\n   -> ${mutant.after}`

async function main(): Promise<number> {
  const { path, sample, seed, only, maths, list, help } = options()
  if (help) {
    console.log(USAGE)
    return 0
  }
  const sandbox = new Sandbox(TESTS)
  const all = candidates(sandbox, path)
  const explained = explanations()
  const known = new Set(all.map(identity))
  const stale = [...explained.keys()].filter((key) => !known.has(key))
  for (const key of stale) console.error(`explained, but no mutant: ${key}`)
  if (stale.length > 0) return 1

  const fitting = all.filter((each) => identity(each).includes(only) && (!maths || isMaths(each)))
  if (fitting.length === 0) {
    console.error(`no mutant of ${path}${maths ? "'s maths" : ''} contains "${only}"; --list shows them`)
    return 2
  }
  const order = shuffled(fitting, seed)
  console.log(`seed ${seed}: ${Math.min(sample, order.length)} of ${order.length} mutants of ${path}`)
  if (list) {
    for (const mutant of order.slice(0, sample)) console.log(`  ${describe(mutant)}`)
    return 0
  }

  // What a mutant breaks is to be found, not to be made short.
  const suites = 'contracts/test/invariant/lmp/Lmp.invariant.t.sol'
  sandbox.write(suites, sandbox.read(suites).replace(/(shrink-run-limit) = \d+/g, '$1 = 0'))
  sandbox.write(SWITCH_FILE, SWITCH)
  const originals = new Map(order.map(({ file }) => [file, Buffer.from(sandbox.read(file))]))
  const run = (mutant: bigint) => sandbox.test(GROUPS, `0x${seed.toString(16)}`, settings(mutant))

  const tested: Numbered[] = []
  const survivors: Numbered[] = []
  let [rest, unfit] = [order, 0]
  while (tested.length < sample && rest.length > 0) {
    const batch = prepare(sandbox, path, originals, rest, Math.min(BATCH, sample - tested.length))
    rest = rest.filter((each) => !batch.mutants.includes(each) && !batch.unfit.includes(each))
    unfit += batch.unfit.length
    console.error(`compiling ${batch.mutants.length} mutants`)
    sandbox.build()
    console.error('every mutant switched off: testing')
    const unchanged = await run(0n)
    if (unchanged.caughtBy !== undefined) {
      console.error(`fails ${unchanged.caughtBy}\n${unchanged.verdict.slice(0, 2000)}`)
      return 1
    }
    console.error(`passes, ${unchanged.seconds.toFixed(0)} s`)
    for (const mutant of batch.mutants) {
      const outcome: Outcome = await run(mutant.id)
      tested.push(mutant)
      if (outcome.caughtBy === undefined) survivors.push(mutant)
      console.error(
        `${String(mutant.id).padStart(4)} ${outcome.seconds.toFixed(0).padStart(3)} s  ${mutant.place}: ${outcome.caughtBy ?? 'SURVIVES'}`,
      )
    }
  }
  return judge(tested, survivors, unfit, explained)
}

function judge(
  mutants: readonly Numbered[],
  survivors: readonly Numbered[],
  unfit: number,
  explained: Map<string, string>,
): number {
  for (const survivor of survivors) {
    const why = explained.get(identity(survivor))
    console.log(
      `survives: ${describe(survivor)}\n      ${why === undefined ? 'NOT EXPLAINED' : `because ${why}`}`,
    )
  }
  const unexplained = survivors.filter((survivor) => !explained.has(identity(survivor))).length
  const killed = mutants.length - survivors.length
  const rate = killed / mutants.length
  const maths = mutants.filter(isMaths).length
  const mathsAlive = survivors.filter(isMaths).length
  console.log(
    `mutants: ${mutants.length} sampled, ${killed} killed, ${survivors.length} survive (${survivors.length - unexplained} explained, ${unexplained} not), ${unfit} not compiled; ${(100 * rate).toFixed(1)}% killed`,
  )
  console.log(`money maths: ${maths} sampled, ${maths - mathsAlive} killed, ${mathsAlive} survive`)
  return rate < KILLED_AT_LEAST || unexplained > 0 ? 1 : 0
}

try {
  process.exitCode = await main()
} catch (error) {
  if (!(error instanceof NoReport)) throw error
  console.error(`forge gave no report:\n${error.message}`)
  process.exitCode = 1
}
