import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { geometric, maximize } from '../../src/solver/search.ts'
import { scoreOf } from '../../src/solver/solve.ts'

const EFFORT = { samples: 4, refinements: 5 }

describe('the search for a size', () => {
  it('tries both ends and a constant ratio between them', () => {
    expect(geometric(1n, 1_000n, 4)).toEqual([1n, 10n, 100n, 1_000n])
    expect(geometric(5n, 5n, 4)).toEqual([5n])
  })

  it('finds the peak of a concave gain less a convex cost', async () => {
    await fc.assert(
      fc.asyncProperty(fc.bigInt(1n, 10n ** 6n), async (peak) => {
        const high = 10n ** 6n
        let tries = 0
        const value = (size: bigint) => 2n * peak * size - size * size
        const score = async (size: bigint) => {
          tries += 1
          return value(size)
        }
        const found = await maximize(1n, high, score, EFFORT)
        expect(found.score).toBe(value(found.size))
        // The bracket spans two of the three geometric steps and shrinks to 0.618^5 of itself.
        expect(tries).toBeLessThanOrEqual(4 + 1 + 5)
        const distance = found.size > peak ? found.size - peak : peak - found.size
        expect(distance).toBeLessThanOrEqual(high / 5n)
      }),
    )
  })

  it('takes an end where the score has no peak inside', async () => {
    expect((await maximize(10n, 1_000n, async (size) => size, EFFORT)).size).toBe(1_000n)
    expect((await maximize(10n, 1_000n, async (size) => -size, EFFORT)).size).toBe(10n)
  })
})

describe('the score of a proposal', () => {
  const weighed = (cost: bigint, gain: bigint, allowed: bigint) =>
    scoreOf({ kind: 'weighed', passes: cost < allowed, cost, gain, allowed, gas: 0n })

  it('is what the vault wins where the cost keeps a margin, and negative elsewhere', () => {
    expect(weighed(10n, 100n, 50n)).toBe(90n)
    expect(weighed(44n, 100n, 50n)).toBe(56n)
    expect(weighed(45n, 100n, 50n)).toBeLessThan(0n)
    expect(weighed(80n, 100n, 50n)).toBeLessThan(weighed(60n, 100n, 50n))
    expect(scoreOf({ kind: 'impossible', why: 'UnsafeDestination' })).toBeLessThan(
      weighed(10n ** 30n, 0n, 0n),
    )
  })
})
