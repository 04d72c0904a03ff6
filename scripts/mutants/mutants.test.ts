import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { isNode } from './ast.ts'
import { candidatesOf } from './candidates.ts'
import { culprit, instrumented, SWITCH, SWITCH_FILE } from './schemata.ts'

const ROOT = join(import.meta.dirname, '../..')
const FILE = 'contracts/src/a/Small.sol'
const SOURCE = `// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

contract Small {
    uint256 private constant LIMIT = 10;
    uint256 public total;

    function add(uint256 a, uint256 b) external returns (uint256 sum) {
        require(a <= LIMIT, unicode"§");
        sum = a + b;
        for (uint256 i; i < 2; ++i) {
            if (a != b) total += sum;
        }
    }

    function half(uint256 a) external pure returns (uint256) {
        return a / 2;
    }
}
`

interface Output {
  errors?: { severity: string; formattedMessage: string }[]
  sources: Record<string, { ast: unknown }>
}

/** @throws what the compiler says */
function compile(sources: Record<string, string>): Output {
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries(Object.entries(sources).map(([file, content]) => [file, { content }])),
    settings: { outputSelection: { '*': { '': ['ast'], '*': ['evm.bytecode'] } } },
  }
  const { stdout } = spawnSync('node', ['scripts/solc.mjs', '--standard-json'], {
    cwd: ROOT,
    input: JSON.stringify(input),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  const output: Output = JSON.parse(stdout)
  const failed = output.errors?.find(({ severity }) => severity === 'error')
  if (failed !== undefined) throw new Error(failed.formattedMessage)
  return output
}

function candidates() {
  const ast = compile({ [FILE]: SOURCE }).sources[FILE]?.ast
  if (!isNode(ast)) throw new Error('no syntax tree')
  return candidatesOf(FILE, Buffer.from(SOURCE), ast)
}

it('changes each statement in every way that is listed, loop steps aside', () => {
  expect(candidates().map(({ place, before, after }) => `${place}: ${before} -> ${after}`)).toEqual([
    'Small.add: require(a <= LIMIT, unicode"§"); -> require(true, unicode"§");',
    'Small.add: require(a <= LIMIT, unicode"§"); -> require(a < LIMIT, unicode"§");',
    'Small.add: require(a <= LIMIT, unicode"§"); -> require(a > LIMIT, unicode"§");',
    'Small.add: require(a <= LIMIT, unicode"§"); -> require(a <= (2 * LIMIT), unicode"§");',
    'Small.add: sum = a + b; -> (left out)',
    'Small.add: sum = a + b; -> sum = a - b;',
    'Small.add: i < 2 -> i <= 2',
    'Small.add: i < 2 -> i >= 2',
    'Small.add: i < 2 -> i < (2 + 1)',
    'Small.add: a != b -> true',
    'Small.add: a != b -> false',
    'Small.add: a != b -> a == b',
    'Small.add: total += sum; -> (left out)',
    'Small.add: total += sum; -> total -= sum;',
    'Small.half: return a / 2; -> return a * 2;',
    'Small.half: return a / 2; -> return a / (2 + 1);',
  ])
})

it('compiles all of them at once, in pure functions too', () => {
  const mutants = candidates().map((each, i) => ({ ...each, id: BigInt(i + 1) }))
  const code = instrumented(FILE, Buffer.from(SOURCE), mutants)
  for (const { id } of mutants) expect(code).toContain(`MutantSwitch.isOn(${id})`)
  expect(() => compile({ [FILE]: code, [SWITCH_FILE]: SWITCH })).not.toThrow()
})

it('names the mutant that an error of the compiler is in', () => {
  const mutants = candidates()
    .filter(({ before }) => before === 'sum = a + b;')
    .map((each, i) => ({
      ...each,
      id: BigInt(i + 1),
      replacement: i === 1 ? ' nonsense ' : each.replacement,
    }))
  const code = instrumented(FILE, Buffer.from(SOURCE), mutants)
  const lines = code.split('\n')
  const line = lines.findIndex((each) => each.includes('nonsense'))
  expect(culprit(code, line + 1, (lines[line] ?? '').indexOf('nonsense') + 1)).toBe(2n)
})
