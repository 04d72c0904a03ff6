import type { ForgeTest } from '@headrace/foundry/report'
import { type Claim, type Row, row } from '../claim.ts'
import { forge } from '../forge.ts'
import { allTests } from './contracts.ts'

const DECIMALS = [6, 8, 18]

/** What binds, and the tests of op(max) and op(max + 1). */
const BOUNDS: ReadonlyArray<readonly [string, RegExp]> = [
  ['redeem and withdraw, balance', /_balanceBinds$/],
  ['redeem and withdraw, budget', /_budgetBindsExits$/],
  ['all four, pause', /_pauseBinds$/],
  ['all four, age of the report', /_ageBinds$/],
  ['withdraw, idle', /_idleBindsWithdraw$/],
  ['deposit and mint, cap', /_capBinds$/],
  ['deposit and mint, budget', /_budgetBindsEntries$/],
  ['deposit and mint, age of a destination', /_whatIsTooOldBindsEntries$/],
  ['deposit and mint, freeze', /_aFreezeBindsEntries$/],
]

export const erc4626: Claim = {
  id: 'erc4626',
  about: 'ERC-4626: the properties of a16z, the maxima, the preview beyond idle',
  async prove(context) {
    return erc4626Rows(await forge(context, ['--match-path', 'contracts/test/conformance/**'], 1800))
  },
}

export function erc4626Rows(tests: readonly ForgeTest[]): Row[] {
  const suites = (ending: string) => DECIMALS.map((decimals) => `:Lmp${decimals}${ending}`)
  const of = (ending: string, name = /./) => {
    const all = suites(ending).map((suite) =>
      tests.filter((test) => test.suite.endsWith(suite) && name.test(test.name)),
    )
    return { tests: all.flat(), everywhere: all.every((found) => found.length > 0) }
  }
  const judged = (claim: string, ending: string, name?: RegExp) => {
    const { tests: found, everywhere } = of(ending, name)
    const { expected, measured, verdict } = allTests(claim, found)
    return row(
      claim,
      `${expected}, over ${DECIMALS.join(', ')} decimals`,
      measured,
      verdict === 'ok' && everywhere,
    )
  }
  const properties = of('Erc4626Test')
  const deltas = properties.tests.flatMap(({ logs }) =>
    logs.flatMap((line) => /^\s*delta: (\d+)$/.exec(line)?.[1] ?? []),
  )
  return [
    judged('properties of a16z while idle serves', 'Erc4626Test'),
    row(
      'tolerance those properties were given',
      DECIMALS.map(() => '0').join(', '),
      deltas.join(', ') || 'not said',
      deltas.length === DECIMALS.length && deltas.every((delta) => delta === '0'),
    ),
    ...BOUNDS.map(([what, name]) =>
      judged(`op(max) passes, op(max + 1) is refused: ${what}`, 'MaximaTest', name),
    ),
    judged('beyond idle the preview of redeem is a floor', 'MaximaTest', /_beyondIdleThePreviewIsAFloor$/),
  ]
}
