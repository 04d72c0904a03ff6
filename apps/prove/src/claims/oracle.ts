import { join } from 'node:path'
import { type Claim, type Context, type Row, row } from '../claim.ts'
import { exit, lines } from '../programs.ts'
import { vitest, vitestRow } from '../vitest.ts'
import { build } from './devnet.ts'

const KILLS = 26
/** What a reporter goes through with one report, besides the points of its transaction. */
const STATES = ['read', 'decided', 'signed', 'served', 'quorum']

/** Each must be named by a passing test. */
const CHAOS: ReadonlyArray<readonly [string, RegExp]> = [
  [
    'an RPC that lies, stalls or reorgs 5 deep gets no wrong signature',
    /an endpoint that lies, stalls or lags and reorgs 5 deep/,
  ],
  ['a finalized hash that changes stops it, for good', /stops for good when a finalized hash changes/],
  ['one endpoint that differs: nothing is signed', /not when one endpoint alone has another chain/],
  [
    "a computed report that is not the contract's stops it",
    /when what it computes is not what the contract says/,
  ],
]

export const oracle: Claim = {
  id: 'oracle',
  about: 'the loss oracle: killed at each of its states, on an RPC that lies, stalls and reorgs',
  async prove(context) {
    // Its tests deploy what forge has built.
    await build(context)
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
  // The harness takes a whole number below 2^31.
  const drawn = Number((BigInt(`0x${seed}`) % (2n ** 31n - 1n)) + 1n)
  const ended = await programs
    .tsx(
      join(root, 'services/oracle/test/kill/main.ts'),
      ['--kills', String(KILLS), '--seed', String(drawn)],
      { cwd: root },
    )
    .within(1200)
  const found = reporterKills(ended.stdout)
  const faults = lines(ended.stderr)
  if (found === undefined) throw new Error(`the kill harness ends without a summary: ${exit(ended)}`)
  const { kills, histogram, epochs, transactions, served } = found
  return [
    row(
      'a reporter is killed with -9 at points drawn from the seed',
      `${KILLS}`,
      `${kills} (seed ${drawn})`,
      kills === KILLS,
    ),
    row(
      'each of its states is hit',
      `${STATES.join(', ')}, and each point of a transaction`,
      histogram.map(({ point, times }) => `${point} ${times}`).join(', '),
      STATES.every((state) => histogram.some(({ point }) => point === state)) &&
        histogram.some(({ point }) => point.includes(':')) &&
        histogram.every(({ times }) => times > 0) &&
        histogram.reduce((sum, { times }) => sum + times, 0) === kills,
    ),
    row(
      'it restarts without a second or a lost report',
      'one case and one transaction per epoch, 0 faults, exit code 0',
      `${epochs} epochs, ${transactions} transactions, ${served} signatures served, ${found.faults} faults, exit code ${ended.code}${faults.map((fault) => `\n${fault}`).join('')}`,
      ended.code === 0 && found.faults === 0 && epochs > 0 && transactions === epochs && served > 0,
    ),
  ]
}

/** What the kill harness prints: a line `<point> <times> ###` for each point, and a summary. */
export function reporterKills(output: string) {
  const end = /^(\d+) kills, (\d+) epochs, (\d+) transactions, (\d+) signatures served: (\d+) faults/m.exec(
    output,
  )
  if (end === null) return undefined
  const [kills = 0, epochs = 0, transactions = 0, served = 0, faults = 0] = end.slice(1).map(Number)
  const histogram = [...output.matchAll(/^(\w+(?::\w+)?) +(\d+) {2}#*$/gm)].map(([, point = '', times]) => ({
    point,
    times: Number(times),
  }))
  return { kills, epochs, transactions, served, faults, histogram }
}
