import { join } from 'node:path'
import { type Claim, type Context, type Row, row } from '../claim.ts'
import { exit } from '../programs.ts'
import { vitest, vitestRow } from '../vitest.ts'

const KILLS = 24

/** Each must be named by a passing test. */
const CHAOS: ReadonlyArray<readonly [string, RegExp]> = [
  ['an RPC that lies gets no wrong signature', /\blie|lying/i],
  ['an RPC that stalls gets no wrong signature', /stall/i],
  ['an RPC that reorgs 5 deep gets no wrong signature', /reorg/i],
  [
    'a finalized hash that changes stops it with an alarm',
    /finalized (hash|block).*(changes|stops)|stops.*finalized/i,
  ],
]

export const oracle: Claim = {
  id: 'oracle',
  about: 'the loss oracle: killed at each of its states, on an RPC that lies, stalls and reorgs',
  async prove(context) {
    const killed = await killRows(context)
    context.say('oracle: its tests')
    const tests = await vitest(context, 'services/oracle', 1200)
    return [
      ...killed,
      vitestRow('all tests of the loss oracle', tests),
      ...CHAOS.map(([claim, name]) => vitestRow(claim, tests, name)),
    ]
  },
}

async function killRows({ programs, root, seed }: Context): Promise<Row[]> {
  const ended = await programs
    .tsx(join(root, 'services/oracle/test/kill/main.ts'), ['--kills', String(KILLS), '--seed', seed], {
      cwd: root,
    })
    .within(1200)
  return [row('kill harness', 'exit code 0', exit(ended), ended.code === 0)]
}
