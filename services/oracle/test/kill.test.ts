import { randomInt } from 'node:crypto'
import { expect, it } from 'vitest'
import { drawKills, POINTS } from './kill/draw.ts'
import { killScenario } from './kill/scenario.ts'
import { World } from './support/world.ts'

const SEED = Number(BigInt(process.env.FUZZ_SEED ?? randomInt(2 ** 31)) % 2n ** 31n)

it('killed anywhere, a reporter signs no second report and loses none', { timeout: 120_000 }, async () => {
  const world = await World.start()
  try {
    const report = await killScenario(world, { count: 4, seed: SEED, say: () => {} })
    console.log(`kill: FUZZ_SEED=${SEED}, ${report.kills.join(', ')}`)
    expect(report.faults).toEqual([])
    expect(report).toMatchObject({ epochs: 1, transactions: 1 })
    expect(report.served).toBeGreaterThan(0)
  } finally {
    await world.stop()
  }
})

it('every point is drawn before one is drawn twice', () => {
  const drawn = drawKills(SEED, 2 * POINTS.length)
  for (const point of POINTS) expect(drawn.flat().filter((each) => each === point)).toHaveLength(2)
  for (const kills of drawn) {
    expect(kills).toEqual([...kills].sort((a, b) => POINTS.indexOf(a) - POINTS.indexOf(b)))
  }
})
