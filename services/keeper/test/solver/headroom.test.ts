import fc from 'fast-check'
import { zeroAddress } from 'viem'
import { describe, expect, it } from 'vitest'
import { fitting, type Headroom } from '../../src/solver/headroom.ts'
import { moves, type Source } from '../../src/solver/solve.ts'
import type { Venue } from '../../src/solver/venue.ts'

const A = '0x00000000000000000000000000000000000000aA'
const B = '0x00000000000000000000000000000000000000bb'

const venue = (destination: `0x${string}`): Venue => ({
  destination,
  lpToken: destination,
  reserves: new Map(),
  enter: () => [],
  exit: () => undefined,
})
const idle = (most: bigint, least: bigint): Source => ({
  origin: { kind: 'idle', asset: A },
  most,
  least,
  worth: { units: 1n, safe: 1n },
})
const pool = (destination: `0x${string}`, most: bigint, least: bigint, worth: Source['worth']): Source => ({
  origin: { kind: 'venue', venue: venue(destination) },
  most,
  least,
  worth,
})

describe('what fits', () => {
  it('is the room less a margin, in units of what leaves', () => {
    expect(fitting(10_000n, 1_000n, { units: 1n, safe: 1n })).toBe(995n)
    // Two units are worth three: 1000 base units are 666 of them, 663 with the margin.
    expect(fitting(10_000n, 1_000n, { units: 2n, safe: 3n })).toBe(663n)
    expect(fitting(500n, 1_000n, { units: 1n, safe: 1n })).toBe(500n)
    expect(fitting(500n, 0n, { units: 1n, safe: 1n })).toBe(0n)
  })

  it('is never more than there is, nor worth more than the room', () => {
    const amount = fc.bigInt(0n, 2n ** 96n)
    fc.assert(
      fc.property(
        amount,
        amount,
        fc.bigInt(1n, 2n ** 128n),
        fc.bigInt(1n, 2n ** 96n),
        (most, room, units, safe) => {
          const fits = fitting(most, room, { units, safe })
          expect(fits).toBeLessThanOrEqual(most)
          expect(fits * safe * 1_000n).toBeLessThanOrEqual(room * 995n * units)
        },
      ),
    )
  })
})

describe('the moves worth a look', () => {
  const rooms =
    (found: Record<string, bigint>): Headroom =>
    (from, to) =>
      found[`${from}${to}`] ?? 0n

  it('are bounded by the room of their own pair', () => {
    const headroom = rooms({ [zeroAddress + A]: 1_000n, [zeroAddress + B]: 100n, [A + B]: 2_000n })
    const worth = { units: 1n, safe: 2n }
    const found = moves({
      sources: [idle(5_000n, 10n), pool(A, 5_000n, 10n, worth)],
      targets: [venue(A), venue(B)],
      headroom,
    })
    expect(found.map(({ source, to }) => [source.origin.kind, to.destination, source.most])).toEqual([
      ['idle', A, 995n],
      ['idle', B, 99n],
      ['venue', B, 995n],
    ])
  })

  it('leave out pairs without room for the smallest trade', () => {
    const headroom = rooms({ [zeroAddress + A]: 100n })
    expect(moves({ sources: [idle(500n, 100n)], targets: [venue(A), venue(B)], headroom })).toEqual([])
    expect(moves({ sources: [idle(500n, 99n)], targets: [venue(A)], headroom })).toHaveLength(1)
    expect(moves({ sources: [idle(0n, 0n)], targets: [venue(A)], headroom })).toEqual([])
  })
})
