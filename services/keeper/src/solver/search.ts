/** Ratio of the golden section, in millionths. */
const GOLDEN = 618_034n
const MILLION = 1_000_000n

export interface SearchOptions {
  /** Sizes tried first, evenly spaced in their logarithm, both ends included; at least 2. */
  samples: number
  /** Steps of the golden section around the best of them. */
  refinements: number
}

/**
 * The size in [low, high] with the highest score found. Exact up to the section's width where the score rises to one
 * peak and falls; the gain of a move is concave and its cost convex, so it does.
 */
export async function maximize(
  low: bigint,
  high: bigint,
  score: (size: bigint) => Promise<bigint>,
  { samples, refinements }: SearchOptions,
): Promise<{ size: bigint; score: bigint }> {
  let best: { size: bigint; score: bigint } | undefined
  const known = new Map<bigint, bigint>()
  const at = async (size: bigint) => {
    const found = known.get(size) ?? (await score(size))
    known.set(size, found)
    if (best === undefined || found > best.score) best = { size, score: found }
    return found
  }

  const sizes = geometric(low, high, samples)
  let peak = await at(low)
  for (const size of sizes) peak = maxOf(peak, await at(size))
  const top = sizes.findIndex((size) => known.get(size) === peak)
  let a = sizes[Math.max(0, top - 1)] ?? low
  let b = sizes[Math.min(sizes.length - 1, top + 1)] ?? high

  const inner = () => ((b - a) * GOLDEN) / MILLION
  let [left, right] = [b - inner(), a + inner()]
  for (let step = 0; step < refinements && b - a > 3n; step += 1) {
    // One of the two points of a section serves the next one too.
    if ((await at(left)) >= (await at(right))) {
      b = right
      right = left
      left = b - inner()
    } else {
      a = left
      left = right
      right = a + inner()
    }
  }
  return best ?? { size: low, score: peak }
}

/** `count` sizes from low to high with a constant ratio. */
export function geometric(low: bigint, high: bigint, count: number): bigint[] {
  if (high <= low) return [low]
  const ratio = Number(high) / Number(low)
  return Array.from({ length: count }, (_, i) => {
    if (i === 0) return low
    if (i === count - 1) return high
    const factor = BigInt(Math.round(ratio ** (i / (count - 1)) * Number(MILLION)))
    return (low * factor) / MILLION
  })
}

function maxOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
