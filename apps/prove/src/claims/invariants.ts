import type { ForgeTest } from '@headrace/foundry/report'
import { type Claim, type Row, row } from '../claim.ts'
import { forge, handlerTable, spread } from '../forge.ts'

const SUITES = ['Lmp6Invariants', 'Lmp8Invariants', 'Lmp18Invariants']
const IDS = ['LMP1', 'LMP2', 'LMP3', 'LMP4', 'LMP5', 'LMP6']
/** What makes destinations fail, and what makes tokens and units call back. */
const HOSTILE = ['setAnswer', 'arm']

export const invariants: Claim = {
  id: 'invariants',
  about: 'invariants 1 to 6 of the vault over 6, 8 and 18 decimals, as long as CI runs them',
  async prove(context) {
    const args = ['--match-path', 'contracts/test/invariant/lmp/**']
    const tests = await forge(context, args, 1800, { FOUNDRY_PROFILE: 'ci' })
    return SUITES.flatMap((suite) => suiteRows(suite, tests))
  },
}

/** What the suite asserts, what it called, and whom it let misbehave. */
export function suiteRows(suite: string, tests: readonly ForgeTest[]): Row[] {
  const own = tests.filter((test) => test.suite.endsWith(`:${suite}`) && test.kind === 'invariant')
  const held = own.filter(({ passed }) => passed)
  const missing = IDS.filter((id) => !held.some(({ name }) => name.split('_').includes(id)))
  const failed = own.filter(({ passed }) => !passed).map(({ verdict }) => verdict.slice(0, 300))
  const logs = own.flatMap((test) => test.logs)
  const counted = own.map(({ verdict }) => /calls: (\d+), reverts: (\d+)/.exec(verdict)).at(0)
  const reverts = Number(counted?.[2] ?? Number.NaN)
  const table = handlerTable(logs)
  const found = spread(table)
  const hostile = table.handlers.filter(({ handler }) => HOSTILE.includes(handler))
  const callbacks = Number(/^\s*callbacks refused (\d+)/m.exec(logs.join('\n'))?.[1] ?? 0)
  return [
    row(
      `${suite}: invariants by id`,
      `${IDS.length} named, holding`,
      [
        `${IDS.length - missing.length} of ${IDS.length}${missing.map((id) => `, not ${id}`).join('')}`,
        ...failed,
      ].join('\n'),
      missing.length === 0 && failed.length === 0,
    ),
    row(
      `${suite}: calls`,
      'every handler effective, 0 unexpected reverts',
      found === undefined
        ? 'no table of calls'
        : `${found.calls} calls of ${found.handlers} handlers, ${found.idle.length === 0 ? 'all effective' : `no effect: ${found.idle.join(', ')}`}, ${reverts} unexpected reverts`,
      found?.complete === true && found.idle.length === 0 && reverts === 0,
    ),
    row(
      `${suite}: failing destinations, tokens and units that call back`,
      `${HOSTILE.join(', ')} effective, > 0 callbacks, all refused`,
      `${hostile.map(({ handler, effective }) => `${handler} ${effective} effective`).join(', ')}; ${callbacks} callbacks refused`,
      failed.length === 0 &&
        hostile.length === HOSTILE.length &&
        hostile.every(({ effective }) => effective > 0) &&
        callbacks > 0,
    ),
  ]
}
