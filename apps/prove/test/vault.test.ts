import type { ForgeTest } from '@headrace/foundry/report'
import { expect, it } from 'vitest'
import type { Row } from '../src/claim.ts'
import { auditRows, readAudit } from '../src/claims/audit.ts'
import { erc4626Rows } from '../src/claims/erc4626.ts'
import { familyRow, readFamilies, variantRows, venueRow } from '../src/claims/families.ts'
import { feeRows } from '../src/claims/fees.ts'
import { campaignRow, readCampaigns } from '../src/claims/fuzz.ts'
import { suiteRows } from '../src/claims/invariants.ts'
import { mutantRows } from '../src/claims/mutants.ts'
import { triedRow } from '../src/claims/vault-bad-input.ts'
import { readBench, vaultGasRows } from '../src/claims/vault-gas.ts'

const verdicts = (rows: readonly Row[]) => rows.map(({ verdict }) => verdict)
const allOk = (rows: readonly Row[]) => verdicts(rows).every((verdict) => verdict === 'ok')

const test = (suite: string, name: string, change: Partial<ForgeTest> = {}): ForgeTest => ({
  ...{ suite: `contracts/test/${suite}`, name, passed: true, kind: 'unit', verdict: '', logs: [] },
  ...change,
})

const INVARIANT = 'invariant_LMP1_LMP2_LMP3_LMP4_LMP5_LMP6'
const suite = (change: Partial<ForgeTest> = {}) =>
  suiteRows('Lmp18Invariants', [
    test('invariant/lmp/Lmp.invariant.t.sol:Lmp18Invariants', INVARIANT, {
      kind: 'invariant',
      verdict: `[PASS] ${INVARIANT}() (runs: 1, calls: 30, reverts: 0)`,
      logs: [
        'calls 30 fee segments 2',
        'callbacks refused 7 exits of closing ones 1',
        ...['deposit 10 effective 4', 'setAnswer 10 effective 3', 'arm 10 effective 10'],
      ],
      ...change,
    }),
  ])

it('judges a stateful suite by its ids, calls and hostile handlers', () => {
  expect(verdicts(suite())).toEqual(['ok', 'ok', 'ok'])
  expect(verdicts(suite({ passed: false }))).toEqual(['short', 'ok', 'short'])
  expect(verdicts(suite({ name: 'invariant_LMP1' }))[0]).toBe('short')
  expect(verdicts(suite({ verdict: '(runs: 1, calls: 30, reverts: 1)' }))[1]).toBe('short')
  expect(verdicts(suite({ logs: ['calls 10', 'deposit 10 effective 0'] }))).toEqual(['ok', 'short', 'short'])
  expect(suiteRows('Lmp6Invariants', []).every(({ verdict }) => verdict === 'short')).toBe(true)
})

const CAMPAIGN = `seed 0x1, 1,000,000 calls for each of 2 suites

Lmp18Invariants: held; 1,000,000 calls in 100 histories, 0 unexpected reverts, 3000 s, seed 0x1
  handler                       calls    effective
  deposit                      60,000       30,000
  arm                          40,000            0
  refused                       times
  deposit CapExceeded             120
  rebalance NotValued              30

AuctionInvariants: FAILED; 10,000 calls in 1 histories, 2 unexpected reverts, 3 s, seed 0x1

1 suites held, 1 failed`

it('reads campaigns of fuzzing', () => {
  const [first, second] = readCampaigns(CAMPAIGN)
  expect(first).toEqual({
    ...{ suite: 'Lmp18Invariants', held: true, calls: 1_000_000, reverts: 0, seed: '0x1' },
    ...{ handlers: 2, idle: ['arm'], refusals: ['deposit CapExceeded 120', 'rebalance NotValued 30'] },
  })
  expect(second).toMatchObject({ suite: 'AuctionInvariants', held: false, calls: 10_000, reverts: 2 })
  const good = { ...first, idle: [] } as NonNullable<typeof first>
  expect(campaignRow(good).verdict).toBe('ok')
  expect(campaignRow({ ...good, calls: 999_999 }).verdict).toBe('short')
  expect(campaignRow({ ...good, idle: ['arm'] }).verdict).toBe('short')
  expect(campaignRow({ ...good, reverts: 1 }).verdict).toBe('short')
  expect(campaignRow({ ...good, held: false }).verdict).toBe('short')
})

const FAMILIES = `
E  rewards
E3   rewards while nobody holds units
       integration/destinations/LiquidityTest.sol: harvestWithoutUnits
E4   rewards of few decimals vanish in an accumulator
       does not touch the vault: rewards are auctioned whole; no reward per share
E5   a later step that fails does not stop the claim
       unit/auction/Hostile.t.sol: aFailingPushChangesNothing, another
E6   nobody looked
       NO TEST

2 items with tests, 1 that do not touch the vault, 1 without a test; 0 tests name an item`

it('reads the families and finds what did not run', () => {
  const items = readFamilies(FAMILIES)
  expect(items.map(({ id, gap, apart }) => [id, gap, apart])).toEqual([
    ['E3', false, undefined],
    ['E4', false, 'rewards are auctioned whole; no reward per share'],
    ['E5', false, undefined],
    ['E6', true, undefined],
  ])
  const sound = items.slice(0, 3)
  const ran = [
    test('integration/destinations/Curve.t.sol:CurveTest', 'test_E3_harvestWithoutUnits'),
    test('unit/auction/Hostile.t.sol:HostileTest', 'test_E5_aFailingPushChangesNothing'),
    test('unit/auction/Hostile.t.sol:HostileTest', 'testFuzz_E5_E6_another'),
  ]
  expect(familyRow('E', sound, ran).verdict).toBe('ok')
  expect(familyRow('E', items, ran).verdict).toBe('short')
  expect(familyRow('E', sound, ran.slice(1)).measured).toContain('E3 harvestWithoutUnits: not run')
  const elsewhere = test('unit/auction/Other.t.sol:OtherTest', 'testFuzz_E5_E6_another')
  expect(familyRow('E', sound, [...ran.slice(0, 2), elsewhere]).verdict).toBe('short')
  const failed = { ...ran[0], passed: false } as ForgeTest
  expect(familyRow('E', sound, [failed, ...ran]).verdict).toBe('short')
  expect(familyRow('F', sound, ran).verdict).toBe('short')
})

it('names the tests of a venue', () => {
  const own = test('integration/destinations/CurveDestination.t.sol:T', 'testFuzz_D3_inside')
  expect(venueRow('Curve', 'D3', 'reentrancy', [own])).toMatchObject({
    measured: '1 passed, 0 failed\ninside',
    verdict: 'ok',
  })
  expect(venueRow('Curve', 'D4', 'skew', [own]).verdict).toBe('short')
  expect(venueRow('Balancer', 'D3', 'reentrancy', [own]).verdict).toBe('short')
})

const VARIANTS = [
  'k measured on V                                      12 s  Lmp6Test test_a',
  'mark lowered by its part above the mark               2 s  Lmp6Test test_b',
  'mark not moved for the lock taken in kind             2 s  Lmp6Test test_c',
  'earned fee not minted before an exit in kind          2 s  Lmp6Test test_d',
  'fee shares at the exit price                          2 s  Lmp6Test test_e',
]

it('wants every wrong variant caught', () => {
  const rows = (lines: string[], count = '5 of 5') =>
    variantRows([...lines, '', `${count} variants caught`].join('\n'), 'exit code 0', true)
  expect(allOk(rows(VARIANTS))).toBe(true)
  const survivor = [...VARIANTS.slice(0, 4), 'fee shares at the exit price    2 s  SURVIVES: who pays']
  expect(verdicts(rows(survivor, '4 of 5'))).toEqual(['ok', 'ok', 'ok', 'ok', 'short', 'short'])
  expect(verdicts(rows(VARIANTS.slice(1), '4 of 4'))).toEqual(['short', 'ok', 'ok', 'ok', 'ok', 'short'])
})

const FEES = [
  ...[1, 2, 6, 24, 200].map((n) => `profit 1, evaluations ${n}: cost 0.199999999999`),
  'noise of 10 bp, 365 days: first peak 0.010000000000, phi x amplitude 0.020000000000',
  'noise of 10 bp, 365 days: after it 0.000000000000',
]

it('judges what fees take', () => {
  expect(allOk(feeRows(FEES.join('\n')))).toBe(true)
  const changed = (from: string, to: string) => verdicts(feeRows(FEES.join('\n').replace(from, to)))
  expect(changed('6: cost 0.199', '6: cost 0.210').at(2)).toBe('short')
  expect(changed('peak 0.01', 'peak 0.03').at(5)).toBe('short')
  expect(changed('after it 0.000000000000', 'after it 0.000000000001').at(6)).toBe('short')
  expect(new Set(verdicts(feeRows('')))).toEqual(new Set(['short']))
})

const BENCH = `operation                                                     gas  change
ERC4626: deposit, OpenZeppelin                             56,288
ERC4626: deposit, solady                                   54,914
ERC4626: deposit, solmate                                  55,224
ERC4626: redeem, OpenZeppelin                              55,123
ERC4626: redeem, solady                                    53,815
ERC4626: redeem, solmate                                   53,867
LMP: deposit, destinations: 1                              72,859
LMP: deposit, destinations: 20                             72,859
LMP: rebalance into Curve, 2 destinations                1,681,296
LMP: rebalance into Curve, 2 destinations, net of the venue's calls  1,348,642
LMP: redeem through one destination, Curve                 730,898
LMP: redeem through one destination, Curve, net of the venue's calls    259,758
LMP: redeem, destinations: 1                               69,521
LMP: redeem, destinations: 20                              69,521
LMP: redeemInKind, destinations: 1                        169,511
LMP: redeemInKind, destinations: 5                        387,687
LMP: redeemInKind, destinations: 20                     1,205,940
LMP: report, destinations: 1                              163,168  +8
LMP: report, destinations: 20                             741,363  new`

it('reads the bench of gas, and judges it', () => {
  const measured = readBench(BENCH)
  expect(measured.size).toBe(19)
  expect(measured.get('LMP: report, destinations: 1')).toEqual({ gas: 163_168, change: '+8' })
  expect(measured.get('LMP: report, destinations: 20')?.change).toBe('new')
  expect(allOk(vaultGasRows(measured))).toBe(true)
  const changed = (from: string, to: string) =>
    verdicts(vaultGasRows(readBench(BENCH.replaceAll(from, to)))).filter((verdict) => verdict === 'short')
  expect(changed('72,859', '73,001')).toHaveLength(1)
  expect(changed('redeem, destinations: 20                              69,521', 'x')).toHaveLength(1)
  expect(changed('redeemInKind, destinations: 5 ', 'x')).toHaveLength(1)
  expect(changed('deposit, solady', 'x')).toHaveLength(1)
  expect(new Set(verdicts(vaultGasRows(new Map())))).toEqual(new Set(['short']))
})

const conformance = (without = /^$/) =>
  [6, 8, 18].flatMap((decimals) => {
    const suite = (kind: string) => `conformance/X.t.sol:Lmp${decimals}${kind}`
    const bounds = ['balance', 'idle', 'budgetBindsExits', 'budgetBindsEntries', 'cap', 'pause', 'age']
    return [
      test(suite('Erc4626Test'), 'testFuzz_I3_views', { logs: ['delta: 0'] }),
      ...[...bounds, 'whatIsTooOldBindsEntries', 'aFreezeBindsEntries', 'beyondIdleThePreviewIsAFloor'].map(
        (name) => test(suite('MaximaTest'), `testFuzz_I2_${/[A-Z]/.test(name) ? name : `${name}Binds`}`),
      ),
    ].filter(({ suite, name }) => !without.test(`${suite} ${name}`))
  })
const withdrawIdle = (tests: ForgeTest[]) =>
  tests.map((one) => ({ ...one, name: one.name.replace(/_idleBinds$/, '_idleBindsWithdraw') }))

it('wants every property and bound over every decimals', () => {
  const rows = (without?: RegExp) => erc4626Rows(withdrawIdle(conformance(without)))
  expect(allOk(rows())).toBe(true)
  expect(verdicts(rows(/Lmp8.*_ageBinds/)).filter((verdict) => verdict === 'short')).toHaveLength(1)
  expect(verdicts(rows(/Lmp8Erc4626Test/)).slice(0, 2)).toEqual(['short', 'short'])
  const loose = conformance().map((one) => ({ ...one, logs: one.logs.map(() => 'delta: 2') }))
  expect(erc4626Rows(loose)[1]?.verdict).toBe('short')
})

const MUTANTS = [
  'mutants: 150 sampled, 141 killed, 9 survive (9 explained, 0 not), 0 not compiled; 94.0% killed',
  'money maths: 60 sampled, 60 killed, 0 survive',
].join('\n')

it('judges mutants', () => {
  expect(allOk(mutantRows(MUTANTS))).toBe(true)
  const changed = (from: string, to: string) => verdicts(mutantRows(MUTANTS.replace(from, to)))
  expect(changed('150 sampled', '149 sampled')[0]).toBe('short')
  expect(changed('141 killed, 9 survive (9', '134 killed, 16 survive (16')[0]).toBe('short')
  expect(changed('(9 explained, 0 not)', '(8 explained, 1 not)').slice(1)).toEqual(['short', 'short'])
  expect(changed('60 sampled', '61 sampled')[2]).toBe('short')
  expect(verdicts(mutantRows('killed'))).toEqual(['short', 'short', 'short'])
})

it('reads the table of the audit', () => {
  const lines = [
    ['claim', 'means', 'result', 'seconds'],
    ['entry_is_above_exit: ENTRY >= EXIT in every book', 'lemma: z3', 'proven', '    1.5'],
    ['entry_is_above_exit fails with the fee rounded up', 'wrong variant: z3', 'caught', '    0.1'],
    ['LockSymbolic.check_remainingFalls', 'forge test: testFuzz_remainingFalls', 'fuzz', '    6.1'],
    [
      'no unexplained high or medium finding, no explanation without one (37 places)',
      'slither',
      'proven',
      '30.0',
    ],
  ]
  const widths = [0, 1, 2, 3].map((i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)))
  const table = lines.map((line) => line.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  '))
  const claims = readAudit(['audit: progress', '', ...table, '', '2 proven, 1 caught, 1 fuzz'].join('\n'))
  expect(claims).toHaveLength(4)
  expect(claims[2]).toEqual({
    ...{ claim: 'LockSymbolic.check_remainingFalls', means: 'forge test: testFuzz_remainingFalls' },
    ...{ result: 'fuzz', seconds: 6.1 },
  })
  const rows = auditRows(claims)
  const of = (claim: RegExp) => rows.find((one) => claim.test(one.claim))
  expect(of(/^ENTRY/)?.verdict).toBe('ok')
  expect(of(/^Slither/)?.verdict).toBe('ok')
  expect(of(/no solver/)).toMatchObject({ verdict: 'ok', measured: expect.stringContaining('6.1 s') })
  expect(of(/mean of the lock/)?.measured).toContain('lock_end_is_the_mean: not there')
  expect(of(/mean of the lock/)?.verdict).toBe('short')
  const worse = claims.map((claim) => ({
    ...claim,
    result: claim.result === 'proven' ? 'SHORT' : claim.result,
  }))
  expect(auditRows(worse).filter(({ verdict }) => verdict === 'ok')).toHaveLength(1)
  expect(readAudit('Refused')).toEqual([])
})

it('wants a passing test for each bad input', () => {
  const tried = ['a paused pool', 'Aerodrome', 'refused', 'UnitsTest.test_paused'] as const
  const passing = test('x/Units.t.sol:UnitsTest18x18', 'test_paused')
  expect(triedRow(tried, [passing]).verdict).toBe('ok')
  expect(triedRow(tried, [passing, { ...passing, passed: false }]).verdict).toBe('short')
  expect(triedRow(tried, [test('x/Units.t.sol:Other', 'test_paused')]).verdict).toBe('short')
})
