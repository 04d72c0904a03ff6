import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Stack, startStack } from '../support/stack.ts'
import { drawKills, POINTS, STEPS } from './draw.ts'
import { faults } from './faults.ts'
import { killScenario } from './scenario.ts'

describe('the draw of kills', () => {
  it('is the seed’s, covers every step and point, and follows the rollover within a cycle', () => {
    const cycles = drawKills('a', 30)
    expect(cycles).toEqual(drawKills('a', 30))
    expect(cycles).not.toEqual(drawKills('b', 30))
    expect(cycles.flat()).toHaveLength(30)
    for (const step of STEPS)
      expect(cycles.flat().filter((kill) => kill.step === step).length).toBeGreaterThanOrEqual(4)
    for (const point of POINTS)
      expect(cycles.flat().filter((kill) => kill.point === point).length).toBeGreaterThanOrEqual(3)
    for (const kills of cycles) {
      const order = kills.map(({ step }) => STEPS.indexOf(step))
      expect(order).toEqual([...order].sort((a, b) => a - b))
    }
  })
})

describe('a keeper that is killed', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({ cycleLength: 86_400 })
  }, 180_000)
  afterAll(() => stack?.stop())

  it('carries its rollover on: each cycle completes once, nothing reverts, nothing is done twice', {
    timeout: 180_000,
  }, async () => {
    const seed = process.env.KILL_SEED ?? randomBytes(8).toString('hex')
    console.log(`kill seed ${seed} (KILL_SEED)`)
    const report = await killScenario(stack, { count: 7, seed, say: () => {} })
    expect(faults(report)).toEqual([])
    expect(report.transactions).toBeGreaterThanOrEqual(10)
  })
})
