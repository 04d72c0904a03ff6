import { parseForge } from '@headrace/foundry/report'
import { expect, it } from 'vitest'
import { describeCase } from '../src/bad-case.ts'
import { gasRows } from '../src/claims/gas.ts'
import { killSummary } from '../src/claims/keeper.ts'
import { scenarioRows } from '../src/claims/losses.ts'
import { reporterKills } from '../src/claims/oracle.ts'
import { handlerTable, spread } from '../src/forge.ts'
import { importsOf, outside } from '../src/imports.ts'
import { refusals } from '../src/refusals.ts'
import { parseSummary, progress } from '../src/summary.ts'
import { table, verdict } from '../src/table.ts'
import { checkRows, parseChecks, verifierRow } from '../src/verifier.ts'
import { parseVitest, vitestRow } from '../src/vitest.ts'

const entry = (handler: string, calls: number, effective = 1) => ({ handler, calls, effective })

it('reads a report of forge', () => {
  const report = `{"event":"failure","invariant":"invariant_LMP1_x"}
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="Test run" tests="4">
  <testsuite name="contracts/test/invariant/lmp/Lmp.t.sol:LmpInvariants" tests="1">
    <testcase name="invariant_LMP1_x()" time="1.7">
      <system-out>[PASS] invariant_LMP1_x() (runs: 1, calls: 10, reverts: 0)\\nLogs:\\n  calls 10 fee segments 2\\n  deposit 6 effective 4\\n  redeem 4 effective 0\\n</system-out>
    </testcase>
  </testsuite>
  <testsuite name="contracts/test/unit/A.t.sol:A" tests="3">
    <testcase name="test_a()" time="0">
      <failure message="1 &gt;= 0"/>
      <system-out>[FAIL: 1 &gt;= 0] test_a() (gas: 1)\\nLogs:\\n</system-out>
    </testcase>
    <testcase name="testFuzz_b(uint256)" time="0">
      <system-out>[PASS] testFuzz_b(uint256) (runs: 256, μ: 5, ~: 5)\\nLogs:\\n</system-out>
    </testcase>
    <testcase name="test_c()" time="0"><skipped/><system-out>[SKIP] test_c() (gas: 0)</system-out></testcase>
    <system-out>Suite result: FAILED.</system-out>
  </testsuite>
</testsuites>`
  const tests = parseForge(report) ?? []
  expect(tests.map(({ name, kind, passed, verdict }) => [name, kind, passed, verdict])).toEqual([
    ['invariant_LMP1_x', 'invariant', true, '[PASS] invariant_LMP1_x() (runs: 1, calls: 10, reverts: 0)'],
    ['test_a', 'unit', false, '[FAIL: 1 >= 0] test_a() (gas: 1)'],
    ['testFuzz_b', 'fuzz', true, '[PASS] testFuzz_b(uint256) (runs: 256, μ: 5, ~: 5)'],
    ['test_c', 'unit', false, '[SKIP] test_c() (gas: 0)'],
  ])
  expect(handlerTable(tests[0]?.logs ?? [])).toEqual({
    total: 10,
    handlers: [entry('deposit', 6, 4), entry('redeem', 4, 0)],
  })
  expect(parseForge('Error: Compiler run failed')).toBeUndefined()
})

it('reads a table without the word effective, with names of several words, and nothing else', () => {
  const logs = ['calls 70', 'rollovers completed 12', 'fill 30 29', 'price, pools follow 40 38']
  expect(handlerTable(logs)).toEqual({
    total: 70,
    handlers: [entry('fill', 30, 29), entry('price, pools follow', 40, 38)],
  })
})

it.each([
  ['equal calls', [entry('a', 50), entry('b', 50)], true],
  ['exactly half of an equal share', [entry('a', 25), entry('b', 75)], true],
  ['less than half of it', [entry('a', 24), entry('b', 76)], false],
  ['a handler that was never called', [entry('a', 0), entry('b', 100)], false],
  ['a handler without effect', [entry('a', 50, 0), entry('b', 50)], false],
])('judges %s', (_, calls, holds) => {
  expect(spread({ total: 100, handlers: calls })?.holds).toBe(holds)
})

it('does not trust a table that leaves calls out', () => {
  expect(spread({ total: 101, handlers: [entry('a', 50), entry('b', 50)] })?.holds).toBe(false)
})

it('says nothing of an empty table', () => {
  expect(spread({ total: 0, handlers: [] })).toBeUndefined()
  expect(spread({ total: 0, handlers: [entry('a', 0)] })).toBeUndefined()
})

it('finds errors for bad input that no test expects', () => {
  const sources = [
    '  error ZeroAmount();\n  error OnlyReserve();\n  error NotEnoughGas();',
    'error ZeroAmount();',
  ]
  const tests = ['vm.expectRevert(IVault.ZeroAmount.selector);']
  expect(refusals(sources, tests)).toEqual({
    declared: ['OnlyReserve', 'ZeroAmount'],
    untested: ['OnlyReserve'],
  })
})

const SUMMARY = {
  seconds: 200,
  phases: [
    { name: 'chain', seconds: 1 },
    { name: 'cycle 0', seconds: 60 },
  ],
  deposits: 4,
  rebalances: 3,
  venueToVenue: 1,
  surpluses: 2,
  deficits: 1,
  cyclesCompleted: 1,
  verified: true,
}

it('reads a summary of the devnet', () => {
  expect(parseSummary(JSON.stringify(SUMMARY))).toMatchObject({
    deposits: 4,
    venueToVenue: 1,
    verified: true,
  })
  expect(parseSummary(JSON.stringify({ ...SUMMARY, verified: undefined })).verified).toBe(false)
  expect(() => parseSummary(JSON.stringify({ ...SUMMARY, deposits: '4' }))).toThrow('"deposits"')
})

it('counts the lines of phases and cycles', () => {
  const summary = parseSummary(JSON.stringify(SUMMARY))
  const output = '[   1.0 s] chain done in 1.0 s: url\n[  61.0 s] cycle 0 done in 60.0 s: even\n'
  expect(progress(summary, output)).toEqual({ phases: { all: 2, shown: 2 }, cycles: 1 })
  expect(progress(summary, '[   1.0 s] chain done in 1.0 s\n')).toEqual({
    phases: { all: 2, shown: 1 },
    cycles: 0,
  })
})

it('reads what the kill scenario prints', () => {
  const output = [
    'seed 1f: 2 kills over 7 steps and 8 points',
    'cycle 0: killed at mark, sign:after',
    'cycle 0: killed at fill, receipt:before',
    'cycle 0: completed',
    '2 kills, 1 cycles, 12 transactions: 0 reverted, 1 doubled, 40 s',
  ].join('\n')
  expect(killSummary(output)).toEqual({
    ...{ kills: 2, cycles: 1, transactions: 12, reverted: 0, doubled: 1 },
    ...{ completed: 1, steps: 2, points: 2 },
  })
  expect(killSummary('cycle 0: completed')).toBeUndefined()
})

it('reads what the kill harness of the loss oracle prints', () => {
  const output = [
    'seed 7: 3 kills over 2 points',
    'epoch 0: killed at read',
    'read                2  ##',
    'sign:before         1  #',
    'quorum              0  ',
    '3 kills, 1 epochs, 1 transactions, 4 signatures served: 0 faults, 9 s',
  ].join('\n')
  expect(reporterKills(output)).toEqual({
    ...{ kills: 3, epochs: 1, transactions: 1, served: 4, faults: 0 },
    histogram: [
      { point: 'read', times: 2 },
      { point: 'sign:before', times: 1 },
      { point: 'quorum', times: 0 },
    ],
  })
  expect(reporterKills('epoch 0: killed at read')).toBeUndefined()
})

it('finds what a source imports from outside of its folder', () => {
  const source = [
    `import { a } from 'viem'`,
    `import type { B } from "../b.ts"`,
    `export { c } from '../../other/c.ts'`,
    `import './side.ts'`,
    `const d = await import('@headrace/abi')`,
  ].join('\n')
  expect(outside(source, 'checks/x.ts')).toEqual(['viem', '../../other/c.ts', '@headrace/abi'])
  expect(outside(source, 'x.ts')).toContain('../b.ts')
})

it('the verifier uses nothing of services and packages', () => {
  const imports = importsOf(new URL('../../verify-devnet/src', import.meta.url).pathname)
  expect(imports).toEqual(['commander', 'node:fs', 'viem'])
})

const ended = {
  code: 78,
  signal: null,
  stdout: '',
  stderr: 'api: port 8080 is taken: set API_PORT\n',
  seconds: 1,
}
const bad = { program: 'api', fault: 'port taken', names: /API_PORT/ }
const judge = (change: Partial<typeof ended>, left: string[] = []) =>
  describeCase(bad, { ended: { ...ended, ...change }, left }).verdict

it('judges how a program ends in bad surroundings', () => {
  expect(judge({})).toBe('ok')
  expect(judge({ code: 0 })).toBe('short')
  expect(judge({ stderr: 'api: bug\n' })).toBe('short')
  expect(judge({ stderr: '' })).toBe('short')
  expect(judge({ stderr: 'set API_PORT\n    at start\n' })).toBe('short')
  expect(judge({}, ['12 anvil'])).toBe('short')
})

it('draws a table and sums it up', () => {
  const rows = [
    { claim: 'a', expected: '1', measured: '1', verdict: 'ok' },
    { claim: 'b', expected: '1', measured: 'x\ny', verdict: 'short' },
    { claim: 'c', expected: '', measured: '', verdict: 'not run' },
  ] as const
  expect(table(rows).split('\n')).toEqual([
    'claim | expected | measured |',
    '------+----------+----------+--------',
    'a     | 1        | 1        | ok',
    'b     | 1        | x        | short',
    '      |          | y        |',
    'c     |          |          | not run',
  ])
  expect(verdict(rows)).toEqual({ ok: 1, short: 1, notRun: 1, holds: false })
  expect(verdict(rows.slice(2)).holds).toBe(false)
  expect(verdict([rows[0], rows[2]]).holds).toBe(true)
})

const VERIFIED = [
  'chain 31337, blocks 92 to 1664',
  'ok    slash: TOKE vests',
  '        12 wei over 4320.0 h',
  'FAIL  slash: the case is executed, once',
  '        2 ends, 48.0 h after the opening',
  '        and another line',
  '1 of 2 checks hold, 1 FAILED',
].join('\n')

it('reads what the verifier prints', () => {
  expect(parseChecks(VERIFIED)).toEqual([
    { holds: true, claim: 'slash: TOKE vests', measured: '12 wei over 4320.0 h' },
    {
      ...{ holds: false, claim: 'slash: the case is executed, once' },
      measured: '2 ends, 48.0 h after the opening\nand another line',
    },
  ])
  const rows = checkRows(VERIFIED, [/TOKE vests/, /executed, once/, /freeze/])
  expect(rows.map(({ verdict }) => verdict)).toEqual(['ok', 'short', 'short'])
  expect(checkRows('', [/freeze/]).map(({ verdict }) => verdict)).toEqual(['short'])
})

it('judges a run of the verifier', () => {
  const run = (code: number, stdout: string) => ({ ...ended, code, stdout, stderr: '' })
  expect(verifierRow('a', run(0, 'all hold'), 0).verdict).toBe('ok')
  expect(verifierRow('a', run(1, 'one FAILED'), 0).verdict).toBe('short')
  expect(verifierRow('a', run(1, 'a wei is gone'), 1, /wei/).verdict).toBe('ok')
  expect(verifierRow('a', run(1, 'all is lost'), 1, /wei/).verdict).toBe('short')
  expect(verifierRow('a', run(0, 'a wei is gone'), 1, /wei/).verdict).toBe('short')
})

const snapshots = (change: Record<string, number> = {}) =>
  new Map(
    Object.entries({
      'stake, first after a slash, stakers: 1': 100_000,
      'stake, stakers: 1': 64_000,
      'stake, stakers: 10000': 64_010,
      'claim, stakers: 1': 57_000,
      'claim, stakers: 10000': 57_000,
      'slash and vesting entry, stakers: 1': 140_000,
      'slash and vesting entry, stakers: 10000': 140_000,
      ...change,
    }),
  )
const verdicts = (rows: ReturnType<typeof gasRows>) => rows.map(({ verdict }) => verdict)

it('judges gas', () => {
  const good = verdicts(gasRows(snapshots()))
  expect(good).toHaveLength(9)
  expect(new Set(good)).toEqual(new Set(['ok']))
  expect(verdicts(gasRows(snapshots({ 'stake, stakers: 1': 75_001 })))).toContain('short')
  expect(verdicts(gasRows(snapshots({ 'claim, stakers: 10000': 67_000 })))).toContain('short')
  expect(new Set(verdicts(gasRows(new Map())))).toEqual(new Set(['short']))
})

it('judges loss scenarios', () => {
  const test = (log: string, passed = true) => ({
    ...{ suite: 'Scenarios', name: 'test_Scenario_x', passed, kind: 'unit' as const, verdict: '' },
    logs: [log],
  })
  const good = test('scenario issuer rate -5%: expected 3.0000%, counted 3.0000%')
  expect(scenarioRows([good])[0]).toEqual({
    ...{ claim: 'loss scenario: issuer rate -5%', expected: '3.0000%', measured: '3.0000%', verdict: 'ok' },
  })
  // Ten are needed.
  expect(scenarioRows([good])[1]?.verdict).toBe('short')
  expect(scenarioRows(Array.from({ length: 10 }, () => good)).every(({ verdict }) => verdict === 'ok')).toBe(
    true,
  )
  expect(scenarioRows([test('scenario a: expected 3%, counted 4%')])[0]?.verdict).toBe('short')
  expect(scenarioRows([test('scenario a: expected 3%, counted 3%', false)])[0]?.verdict).toBe('short')
  expect(scenarioRows([test('nothing')])[0]?.verdict).toBe('short')
})

it('reads a report of vitest', () => {
  const report = {
    testResults: [
      {
        assertionResults: [
          { fullName: 'a lying endpoint', status: 'passed' },
          { fullName: 'a stalled endpoint', status: 'skipped' },
        ],
      },
    ],
  }
  const tests = parseVitest(JSON.stringify(report))
  expect(vitestRow('a', tests, /lying/).verdict).toBe('ok')
  expect(vitestRow('a', tests, /stalled/).verdict).toBe('short')
  expect(vitestRow('a', tests, /reorg/).verdict).toBe('short')
  expect(vitestRow('a', tests).verdict).toBe('short')
})
