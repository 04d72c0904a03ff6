import { type Address, zeroAddress } from 'viem'
import type { Proposal } from './calls.ts'
import { fitting, type Headroom } from './headroom.ts'
import { buildRoute, type Origin } from './route.ts'
import { maximize } from './search.ts'
import { type Check, type Setting, weigh } from './simulation.ts'
import type { Venue } from './venue.ts'

/** An origin and what may leave it, in its own units (assets when idle). */
export interface Source {
  origin: Origin
  most: bigint
  /** Units of the smallest trade worth a look. */
  least: bigint
  /** What so many of its units are worth in base units of the asset; above 0. */
  worth: { units: bigint; safe: bigint }
}

export interface Problem {
  setting: Setting
  sources: readonly Source[]
  targets: readonly Venue[]
  headroom: Headroom
  /** Share of the gain a cost may reach, WAD, as the gate says now. */
  factor: bigint
  /** What so much gas costs in base units of the asset, rounded up; 0 where it cannot be said. */
  gasCost: (gas: bigint) => bigint
  /** Least improvement worth a transaction, base units of the asset, on top of its gas. */
  leastNet: bigint
}

export interface Solution {
  proposal: Proposal
  from: Address
  to: Address
  cost: bigint
  gain: bigint
  /** gain - cost - gas, base units of the asset. */
  net: bigint
}

/** Part of what the gate allows that a proposal may cost: prices may move against it until inclusion. */
const MARGIN_PERCENT = 90n
const IMPOSSIBLE = -(2n ** 255n)
/** Sizes tried per pair: up to 4 + 1 + 5, with two to eight simulations each. */
const EFFORT = { samples: 4, refinements: 5 }

/**
 * The move into a venue that improves the vault most, or undefined when none passes with a margin. One pair at a
 * time: what is left to gain after it is found by the next search.
 */
export async function solve(problem: Problem): Promise<Solution | undefined> {
  let best: Solution | undefined
  for (const { source, to } of moves(problem)) {
    const found = await bestSize(problem, source, to)
    if (found !== undefined && (best === undefined || found.net > best.net)) best = found
  }
  return best
}

/** Every source with every target that has room for the smallest trade, bounded by that room. */
export function moves({
  sources,
  targets,
  headroom,
}: Pick<Problem, 'sources' | 'targets' | 'headroom'>): { source: Source; to: Venue }[] {
  return sources
    .flatMap((source) =>
      targets.map((to) => {
        const from = addressOf(source.origin)
        const room = from === to.destination ? 0n : headroom(from, to.destination)
        return { source: { ...source, most: fitting(source.most, room, source.worth) }, to }
      }),
    )
    .filter(({ source }) => source.most >= source.least && source.most > 0n)
}

async function bestSize(
  problem: Problem,
  { origin, most, least }: Source,
  to: Venue,
): Promise<Solution | undefined> {
  const found = new Map<bigint, { proposal: Proposal; check: Check }>()
  const score = async (size: bigint) => {
    const known = found.get(size)
    if (known !== undefined) return scoreOf(known.check)
    const proposal = await buildRoute(problem.setting, origin, to, size)
    if (proposal === undefined) return IMPOSSIBLE
    const check = await weigh(problem.setting, proposal, problem.factor)
    found.set(size, { proposal, check })
    return scoreOf(check)
  }
  // Gains fall and costs rise with the size: what does not pay at the least size pays at none.
  if ((await score(least)) <= 0n) return undefined
  const { size } = await maximize(least, most, score, EFFORT)
  const best = found.get(size)
  if (best?.check.kind !== 'weighed' || !best.check.passes || scoreOf(best.check) <= 0n) return undefined
  const { cost, gain, gas } = best.check
  const net = gain - cost - problem.gasCost(gas)
  if (net < problem.leastNet) return undefined
  return { proposal: best.proposal, from: addressOf(origin), to: to.destination, cost, gain, net }
}

/** Improvement before gas where the proposal passes with the margin; else how far it is from that, below 0. */
export function scoreOf(check: Check): bigint {
  if (check.kind === 'impossible') return IMPOSSIBLE
  const room = (check.allowed * MARGIN_PERCENT) / 100n - check.cost
  return room > 0n ? check.gain - check.cost : room - 1n
}

function addressOf(origin: Origin): Address {
  return origin.kind === 'idle' ? zeroAddress : origin.venue.destination
}
