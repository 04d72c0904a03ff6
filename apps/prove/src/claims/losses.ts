import type { ForgeTest } from '@headrace/foundry/report'
import { atLeast, type Claim, type Row, row } from '../claim.ts'
import { forge } from '../forge.ts'
import { allTests, type StatefulSuite, statefulRows } from './contracts.ts'

const SCENARIOS = 10

/** Each must be named by a passing test. */
const NAMED: ReadonlyArray<readonly [string, RegExp]> = [
  ['a loss counts once: a second epoch at the same NAV counts 0', /test_aLossCountsOnce$/],
  ['of two losses the second counts only its own', /test_ofTwoLossesTheSecondCountsOnlyItsOwn/],
  ['from the loss to the TOKE that returns, on real contracts', /test_lossSignedSlashedRecoveredReturned/],
  ['quorum - 1 opens nothing', /test_quorumLessOne/],
  ['a signer counts once', /test_duplicateSigner/],
  ['signatures of another chain id', /test_signaturesOfAnotherChain$/],
  ['a fork with another chain id', /test_signaturesOfThisChainOnAFork/],
  ['signatures never raise a loss', /testFuzz_signaturesNeverRaiseALoss/],
  ['a malformed signature', /test_malformed/],
  ['an unknown signer', /testFuzz_unknownSigner/],
  ['an unknown LMP', /test_unknownLmp/],
  ['a sandwich of a checkpoint changes nothing', /aSandwichOfTheCheckpointChangesNothing/],
]

const POOL: StatefulSuite = {
  what: 'backing pool',
  folder: '/invariant/backing/',
  invariants: [/tokeAndFeesAreConservedToTheWei/, /everybodyHasWhatTheGhostHas/],
}

export const losses: Claim = {
  id: 'losses',
  about: 'forge suites of losses, signatures and backing: ten scenarios, vectors, stateful suite',
  async prove(context) {
    const path = 'contracts/test/{unit,integration,invariant}/{loss,oracle,backing,vesting}/**'
    const tests = await forge(context, ['--match-path', path], 1800)
    return [
      allTests('all tests of losses, the loss oracle and backing', tests),
      ...scenarioRows(tests),
      ...NAMED.map(([what, name]) =>
        allTests(
          what,
          tests.filter((test) => name.test(test.name)),
        ),
      ),
      ...statefulRows(POOL, tests),
    ]
  },
}

/** Tests `test_Scenario_*` log `scenario <name>: expected <x>, counted <y>`. */
export function scenarioRows(tests: readonly ForgeTest[]): Row[] {
  const scenarios = tests.filter(({ name }) => name.startsWith('test_Scenario_'))
  return [
    ...scenarios.map(({ name, passed, logs }) => {
      const told = logs.map((line) => /^scenario (.*): expected (.*), counted (.*)$/.exec(line.trim()))
      const [, what = name, expected = 'a figure', counted = 'none logged'] =
        told.find((found) => found !== null) ?? []
      return row(
        `loss scenario: ${what}`,
        expected,
        `${counted}${passed ? '' : ', test failed'}`,
        passed && counted === expected,
      )
    }),
    atLeast('loss scenarios', scenarios.length, SCENARIOS),
  ]
}
