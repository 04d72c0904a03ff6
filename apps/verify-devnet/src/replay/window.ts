const HOUR = 3600n
const SPAN = 24n * HOUR
const APART = 4n * HOUR
const NEEDED = 4

/** Of a checkpoint what a window looks at. */
export interface Measured {
  id: bigint
  /** Unix seconds. */
  time: bigint
  loss: bigint
  /** Loss >= threshold. */
  above: boolean
}

export interface Window {
  first: bigint
  last: bigint
  /** The smallest of it. */
  loss: bigint
}

/**
 * The earliest window among checkpoints in order: neighbours, all at or above the threshold, over at least 24 h, with at least 4 of
 * them pairwise 4 h apart. Tries every pair of ends.
 */
export function earliestWindow(checkpoints: readonly Measured[]): Window | undefined {
  for (const [end, last] of checkpoints.entries()) {
    for (const [start, first] of checkpoints.slice(0, end).entries()) {
      const inside = checkpoints.slice(start, end + 1)
      if (!inside.every(({ above }) => above) || last.time - first.time < SPAN) continue
      if (spaced(inside) < NEEDED) continue
      const loss = inside.reduce(
        (least, checkpoint) => (checkpoint.loss < least ? checkpoint.loss : least),
        first.loss,
      )
      return { first: first.id, last: last.id, loss }
    }
  }
  return undefined
}

/** The most checkpoints that are pairwise 4 h apart. */
function spaced(checkpoints: readonly Measured[]): number {
  let found = 0
  let next = 0n
  for (const { time } of checkpoints) {
    if (found > 0 && time < next) continue
    found++
    next = time + APART
  }
  return found
}
