/** Kills reporters on a chain of their own and proves that no report is lost or signed twice. Exit code 0 when so. */
import { randomInt } from 'node:crypto'
import { Command, InvalidArgumentError } from 'commander'
import { World } from '../support/world.ts'
import { POINTS } from './draw.ts'
import { killScenario } from './scenario.ts'

const program = new Command('kill')
  .description(
    'kills the reporter whose turn it is with SIGKILL at random points and judges what comes out of it',
  )
  .option('--kills <n>', 'how often', count, 26)
  .option('--seed <n>', 'seed of the points', count, randomInt(1, 2 ** 31))
  .parse()
const { kills, seed } = program.opts<{ kills: number; seed: number }>()

console.log(`seed ${seed}: ${kills} kills over ${POINTS.length} points`)
const began = Date.now()
const world = await World.start()
try {
  const report = await killScenario(world, { count: kills, seed, say: console.log })
  for (const point of POINTS) {
    const times = report.kills.filter((each) => each === point).length
    console.log(`${point.padEnd(18)}${String(times).padStart(3)}  ${'#'.repeat(times)}`)
  }
  if (kills >= POINTS.length) {
    const missed = POINTS.filter((point) => !report.kills.includes(point))
    if (missed.length > 0) report.faults.push(`points never hit: ${missed.join(', ')}`)
  }
  console.log(
    `${report.kills.length} kills, ${report.epochs} epochs, ${report.transactions} transactions, ${report.served} signatures served: ` +
      `${report.faults.length} faults, ${Math.round((Date.now() - began) / 1000)} s`,
  )
  for (const fault of report.faults) console.error(fault)
  process.exitCode = report.faults.length === 0 ? 0 : 1
} finally {
  await world.stop()
}

function count(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('give a whole number from 1')
  return value
}
