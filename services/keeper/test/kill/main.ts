/** Kills a keeper on a chain of its own and proves that nothing was lost or doubled. Exit code 0 when so. */
import { randomBytes } from 'node:crypto'
import { Command, InvalidArgumentError } from 'commander'
import { startStack } from '../support/stack.ts'
import { POINTS, STEPS } from './draw.ts'
import { faults } from './faults.ts'
import { killScenario } from './scenario.ts'

const program = new Command('kill')
  .description(
    'kills the keeper with SIGKILL at random points of the rollover and reads the outcome from the chain',
  )
  .option('--kills <n>', 'how often', count, 30)
  .option('--seed <hex>', 'seed of the points', randomBytes(8).toString('hex'))
  .parse()
const options = program.opts<{ kills: number; seed: string }>()

console.log(
  `seed ${options.seed}: ${options.kills} kills over ${STEPS.length} steps and ${POINTS.length} points`,
)
const began = Date.now()
const stack = await startStack({ cycleLength: 86_400 })
try {
  const report = await killScenario(stack, { count: options.kills, seed: options.seed, say: console.log })
  const found = faults(report)
  console.log(
    `${report.kills.length} kills, ${report.cycles} cycles, ${report.transactions} transactions: ${report.reverted} reverted, ` +
      `${report.doubled.length} doubled, ${Math.round((Date.now() - began) / 1000)} s`,
  )
  for (const fault of found) console.error(fault)
  process.exitCode = found.length === 0 ? 0 : 1
} finally {
  await stack.stop()
}

function count(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('give a whole number from 1')
  return value
}
