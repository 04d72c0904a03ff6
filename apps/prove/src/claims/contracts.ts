import { join } from 'node:path'
import type { ForgeTest } from '@headrace/foundry/report'
import { atLeast, type Claim, type Row, row } from '../claim.ts'
import { forge, handlerTable, type Spread, spread } from '../forge.ts'
import { refusals, solidity } from '../refusals.ts'

export interface StatefulSuite {
  what: string
  folder: string
  /** Each must be named by a passing test of the folder. */
  invariants: readonly RegExp[]
}

const STATEFUL: readonly StatefulSuite[] = [
  {
    what: 'LMP',
    folder: '/invariant/lmp/',
    invariants: [/LMP1_/, /LMP2_/, /LMP3_/, /LMP4_/, /LMP5_/, /LMP6_/],
  },
  {
    what: 'CycleManager with Reactor and Reserve',
    folder: '/invariant/reactors/',
    // After complete: books and backing; any order; a pool moved and moved back; guardrails on the sum; failing venues; little gas.
    invariants: [
      /invariant_books/,
      /anyOrderGivesTheSameBooks/,
      /movedPoolCostsNothing/,
      /guardrailsHold/,
      /anyFailureOfAVenue/,
      /littleGasCannotMakeAPositionStale/,
      /littleGasCannotPassAPositionOver/,
    ],
  },
]

/** Spec vectors: guardrails, health, impermanent loss. */
const VECTORS: ReadonlyArray<readonly [string, RegExp]> = [
  ['guardrail (1): reserve 25M, LPs 100M deploy 75M', /test_guardrail_reserve25M/],
  ['guardrail M on the sum of the venues', /test_guardrail_M/],
  ['RH 1.33 at V = 3', /test_health_133/],
  ['RH 1.0404 at k = 2', /test_health_10404/],
  ['RH 1 at k = 2.25', /test_health_1AtK225/],
  ['IL table', /test_impermanentLossTable/],
  ['example of 1,000 ABC and 5 ETH', /test_example_1000Abc/],
]

export const contracts: Claim = {
  id: 'contracts',
  about: 'forge suites: unit, fuzz, integration, stateful, ERC-4626 properties, vectors',
  async prove(context) {
    const tests = await forge(context, [], 1800)
    return [
      allTests('all tests of the contracts', tests),
      ...(['unit', 'fuzz', 'invariant'] as const).map((kind) =>
        atLeast(
          `of them ${kind} tests that pass`,
          tests.filter((test) => test.kind === kind && test.passed).length,
          1,
        ),
      ),
      ...STATEFUL.flatMap((suite) => statefulRows(suite, tests)),
      allTests(
        'a16z ERC-4626 properties',
        tests.filter(({ suite }) => /conformance\/.*4626/i.test(suite)),
      ),
      refusalRow(context.root),
      ...VECTORS.map(([what, name]) =>
        allTests(
          what,
          tests.filter((test) => name.test(test.name)),
        ),
      ),
    ]
  },
}

/** Zero amounts or addresses, unknown ids, wrong callers: that the tests pass is a row of its own. */
function refusalRow(root: string): Row {
  const contracts = join(root, 'contracts')
  const { declared, untested } = refusals(
    solidity(join(contracts, 'src'), '.sol'),
    solidity(join(contracts, 'test'), '.t.sol'),
  )
  return row(
    'errors for bad input, each expected by a test',
    'all of them',
    `${declared.length - untested.length} of ${declared.length}${untested.map((name) => `, not ${name}`).join('')}`,
    declared.length > 0 && untested.length === 0,
  )
}

/** There are such tests, and all of them pass. */
export function allTests(claim: string, tests: readonly ForgeTest[]): Row {
  const failed = tests
    .filter(({ passed }) => !passed)
    .map(({ suite, name }) => `${suite.split(':').at(-1)}.${name}`)
  const measured = `${tests.length - failed.length} passed, ${failed.length} failed`
  return row(
    claim,
    '> 0 passed, 0 failed',
    [measured, ...failed.slice(0, 5)].join('\n'),
    tests.length > 0 && failed.length === 0,
  )
}

export function statefulRows(
  { what, folder, invariants }: StatefulSuite,
  tests: readonly ForgeTest[],
): Row[] {
  const own = tests.filter(({ suite }) => suite.includes(folder))
  const missing = invariants.filter((id) => !own.some(({ name, passed }) => passed && id.test(name)))
  const tables = own.filter(({ kind }) => kind === 'invariant').map(({ logs }) => spread(handlerTable(logs)))
  const bad = tables.filter((found) => found === undefined || !found.holds)
  const shown = bad.length > 0 ? bad : worst(tables)
  return [
    row(
      `${what}: invariants of the specification`,
      `${invariants.length} named, passing`,
      `${invariants.length - missing.length} of ${invariants.length}${missing.map((id) => `, not ${id.source}`).join('')}`,
      missing.length === 0,
    ),
    row(
      `${what}: calls of the handlers`,
      'none below half its equal share, none with 0 effective',
      `${tables.length} tables, ${bad.length} bad; ${shown.map(describe).join('\n')}`,
      tables.length > 0 && bad.length === 0,
    ),
  ]
}

/** The table with the handler that has the smallest part of an equal share. */
function worst(tables: readonly (Spread | undefined)[]): (Spread | undefined)[] {
  return [...tables].sort((a, b) => (a?.least.share ?? 0) - (b?.least.share ?? 0)).slice(0, 1)
}

function describe(found: Spread | undefined): string {
  if (found === undefined) return 'no table printed'
  const { handlers, calls, least, idle, complete } = found
  const none = idle.length === 0 ? 'all effective' : `no effect: ${idle.join(', ')}`
  const all = complete ? '' : ', not all calls accounted for'
  return `${calls} calls of ${handlers} handlers${all}, least ${least.handler} with ${(least.share * 100).toFixed(0)}% of an equal share, ${none}`
}

export const roles: Claim = {
  id: 'roles',
  about: 'after deployment the deployer can call no restricted function',
  async prove(context) {
    const tests = await forge(context, ['--match-path', 'contracts/test/integration/deploy/Roles.t.sol'], 600)
    const walk = tests.find(({ name }) => name === 'test_DeployerCanCallNoRestrictedFunction')
    const found = walk?.logs
      .map((line) => /functions walked: (\d+), restricted: (\d+)/.exec(line))
      .find((match) => match !== null)
    const [walked, restricted] = [Number(found?.[1] ?? 0), Number(found?.[2] ?? 0)]
    return [
      row(
        'a walk over every function: the deployer can call none that is restricted',
        'every restricted function refuses the deployer',
        `${walk?.passed === true ? 'passed' : 'failed'}: ${walked} functions walked, ${restricted} restricted`,
        walk?.passed === true && restricted > 0 && walked > restricted,
      ),
      allTests('roles: who may call what, documents, resumed deployment', tests),
    ]
  },
}
