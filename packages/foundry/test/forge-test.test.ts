import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it, vi } from 'vitest'
import { forgeTest } from '../forge-test.ts'

const COMPILER = join(import.meta.dirname, '../../../scripts/solc.mjs')
// The npm compiler starts slowly on a busy machine.
vi.setConfig({ testTimeout: 300_000 })
const folder = mkdtempSync(join(tmpdir(), 'headrace-forge-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function project(test: string) {
  mkdirSync(join(folder, 'test'), { recursive: true })
  writeFileSync(join(folder, 'foundry.toml'), `[profile.default]\nsolc = "${COMPILER}"\n`)
  writeFileSync(
    join(folder, 'test/A.t.sol'),
    `// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\ncontract ATest { ${test} }\n`,
  )
}

it('gives the tests of a run with their outcome, and takes arguments', async () => {
  project('function test_holds() public pure {} function test_fails() public pure { require(false, "no"); }')
  const run = await forgeTest([], folder)
  expect(run.tests?.map(({ suite, name, passed }) => [suite, name, passed]).sort()).toEqual([
    ['test/A.t.sol:ATest', 'test_fails', false],
    ['test/A.t.sol:ATest', 'test_holds', true],
  ])
  expect(run.code).toBe(1)
  const one = await forgeTest(['--match-test', 'test_holds'], folder)
  expect(one.tests?.map(({ name }) => name)).toEqual(['test_holds'])
  expect(one.code).toBe(0)
})

it('gives no tests but the reason when the code does not compile', async () => {
  project('function test_holds() public { nothing(); }')
  const run = await forgeTest([], folder)
  expect(run.tests).toBeUndefined()
  expect(run.code).not.toBe(0)
  expect(run.stderr).toContain('Undeclared identifier')
})

it('sets the environment, and ends what takes too long', async () => {
  project('function test_long() public pure { for (uint256 i; i < 2 ** 250; ++i) {} }')
  const short = await forgeTest([], folder, { FOUNDRY_GAS_LIMIT: '100000' })
  expect(short.tests?.map(({ passed }) => passed)).toEqual([false])
  const endless = forgeTest([], folder, { FOUNDRY_GAS_LIMIT: '9223372036854775807' }, 3)
  await expect(endless).rejects.toThrow('not done within 3 s')
})
