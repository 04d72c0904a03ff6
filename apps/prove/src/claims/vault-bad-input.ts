import type { ForgeTest } from '@headrace/foundry/report'
import { type Claim, type Row, row } from '../claim.ts'
import { forge } from '../forge.ts'

const REGISTERED = 'refused at registration'
const USED = 'a named error at use, assets where they were'

/** Fault, where it is, what becomes of it, and the test that tries it. */
const TRIED: ReadonlyArray<readonly [string, string, string, string]> = [
  [
    'a venue that returns less',
    'of the gauge, Balancer',
    USED,
    'BalancerLiquidityTest.test_aGaugeThatReturnsLessIsRefused',
  ],
  [
    'a venue that returns less',
    'of the pool, Balancer',
    USED,
    'BalancerLiquidityTest.test_anExitThatPaysNothingIsRefused',
  ],
  ['a venue that returns less', 'to a rebalance', USED, 'LmpRebalanceTest.test_theSolverMustDeliverExactly'],
  [
    'a venue that returns less',
    'to an exit',
    'the exit goes on to the next venue',
    'LmpQueueTest.test_L4_aSaleThatFailsIsPassedOver',
  ],
  [
    'a venue that returns less',
    'than it says it has paid to an exit',
    USED,
    'LmpQueueTest.test_aSaleThatBringsLessThanItSaysIsRefused',
  ],
  ['a venue that returns less', 'to an exit, everywhere', USED, 'LmpQueueTest.test_theQueueAtItsEnd'],
  [
    'a token that takes a fee',
    'as asset of a vault',
    REGISTERED,
    'LmpFactoryTest.test_aTokenThatTakesAFeeIsRefused',
  ],
  ['a token that takes a fee', 'of entries and profits', USED, 'LmpErrorsTest.test_feeOnTransferIsRefused'],
  ['a token that takes a fee', 'as coin, Curve', USED, 'CurveGaugeTest.test_aCoinThatTakesAFeeIsRefused'],
  [
    'a token that takes a fee',
    'as LP token, Curve',
    USED,
    'CurveGaugeTest.test_anLpTokenThatTakesAFeeIsRefused',
  ],
  [
    'a token that takes a fee',
    'as leg, Uniswap V3',
    USED,
    'UniswapV3CreationTest.test_aTokenThatTakesAFeeIsRefusedAtUse',
  ],
  ['a paused pool', 'Balancer', REGISTERED, 'BalancerLiquidityTest.test_aPausedPoolIsRefused'],
  [
    'a paused pool',
    'Balancer, in recovery',
    REGISTERED,
    'BalancerLiquidityTest.test_aPoolInRecoveryIsRefused',
  ],
  [
    'a paused pool',
    'Aerodrome',
    REGISTERED,
    'AerodromeUnitsTest.test_pausedUnpricedUnsafeAndEmptyPoolsAreRefused',
  ],
  [
    'a paused pool',
    'Balancer',
    USED,
    'BalancerLiquidityTest.test_L_aPausedPoolRefusesAtUseWithTheAssetsWhereTheyWere',
  ],
  [
    'a paused pool',
    'Aerodrome',
    USED,
    'AerodromeUnitsTest.test_whilePoolsArePausedLiquidityLeavesWithBothLegs',
  ],
  ['a paused pool', 'Curve, entered', USED, 'KilledPoolTest.test_aPausedPoolIsNotEntered'],
  ['a paused pool', 'Curve, left', USED, 'KilledPoolTest.test_aPausedPoolIsPassedOverAndLeftInKind'],
  [
    'an oracle with wrong decimals',
    'of the pool',
    REGISTERED,
    'BalancerLiquidityTest.test_D2_pricesOfWrongDecimalsAreRefused',
  ],
  [
    'an oracle with wrong decimals',
    'that no answer fits',
    REGISTERED,
    'PriceRegistryTest.test_wrongSourcesAreRefused',
  ],
  [
    'an oracle with wrong decimals',
    'of a ratio',
    REGISTERED,
    'RatioFeedTest.test_refusesAPriceInItselfAndTooManyDecimals',
  ],
]

export const vaultBadInput: Claim = {
  id: 'bad-input',
  about: 'bad input of the vault: venues, tokens, pools and oracles that are not what they should be',
  async prove(context) {
    const names = TRIED.map(([, , , test]) => test.split('.')[1])
    const tests = await forge(context, ['--match-test', `^(${names.join('|')})(\\(|$)`], 1200)
    return TRIED.map((tried) => triedRow(tried, tests))
  },
}

export function triedRow(
  [fault, where, expected, name]: (typeof TRIED)[number],
  tests: readonly ForgeTest[],
): Row {
  const [suite = '', test] = name.split('.')
  // A suite over several pairs of tokens has several contracts.
  const found = tests.filter((one) => one.name === test && one.suite.split(':').at(-1)?.startsWith(suite))
  const passed = found.length > 0 && found.every((one) => one.passed)
  const verdict = found.length === 0 ? 'no such test' : passed ? 'passes' : 'FAILS'
  return row(`${fault}: ${where}`, expected, `${name} ${verdict}`, passed)
}
