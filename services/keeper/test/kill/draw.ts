import { createHash } from 'node:crypto'
import type { Point } from '@headrace/txmgr'

/** Functions of the rollover in the order the chain takes them. */
export const STEPS = ['startRollover', 'mark', 'balance', 'plan', 'move', 'fill', 'complete'] as const

export const POINTS: readonly Point[] = [
  'intent:before',
  'intent:after',
  'sign:before',
  'sign:after',
  'broadcast:before',
  'broadcast:after',
  'receipt:before',
  'receipt:after',
]

export interface Kill {
  step: (typeof STEPS)[number]
  point: Point
}

/** Kills in one rollover at most: it is started once more after each. */
const KILLS_PER_CYCLE = STEPS.length

/**
 * `count` kills by cycle, in the order a rollover meets them: every step is hit before one is hit twice, and so is every
 * point; which point meets which step is drawn from the seed.
 */
export function drawKills(seed: string, count: number): Kill[][] {
  const random = randomFrom(seed)
  const steps = bag(STEPS, random)
  const points = bag(POINTS, random)
  const cycles: Kill[][] = []
  for (let left = count; left > 0; left -= KILLS_PER_CYCLE) {
    const kills = Array.from({ length: Math.min(left, KILLS_PER_CYCLE) }, () => ({
      step: steps(),
      point: points(),
    }))
    cycles.push(kills.sort(inOrder))
  }
  return cycles
}

/** A rollover meets steps one after the other, and the points of one transaction too. */
function inOrder(a: Kill, b: Kill): number {
  return STEPS.indexOf(a.step) - STEPS.indexOf(b.step) || POINTS.indexOf(a.point) - POINTS.indexOf(b.point)
}

/** Draws all items in random order before it draws one again. */
function bag<T>(items: readonly T[], random: (below: number) => number): () => T {
  let rest: T[] = []
  return () => {
    if (rest.length === 0) rest = [...items]
    const [drawn] = rest.splice(random(rest.length), 1)
    if (drawn === undefined) throw new Error('nothing to draw from')
    return drawn
  }
}

/** Whole numbers below a bound from SHA-256 in counter mode. */
function randomFrom(seed: string): (below: number) => number {
  let counter = 0
  return (below) => {
    const digest = createHash('sha256').update(`${seed}:${counter}`).digest()
    counter += 1
    return Number(digest.readBigUInt64BE() % BigInt(below))
  }
}
