import { seeded } from '@headrace/chaos-rpc'

/** What a reporter goes through with one report, in order: its own states, then those of its transaction. */
export const POINTS = [
  'read',
  'decided',
  'signed',
  'served',
  'quorum',
  'intent:before',
  'intent:after',
  'sign:before',
  'sign:after',
  'broadcast:before',
  'broadcast:after',
  'receipt:before',
  'receipt:after',
] as const
export type KillPoint = (typeof POINTS)[number]

/** Kills of one epoch at most: the reporter is started once more after each. */
const KILLS_PER_EPOCH = 5

/**
 * `count` kills by epoch, in the order a report meets them: every point is hit before one is hit twice, in an order drawn
 * from the seed.
 */
export function drawKills(seed: number, count: number): KillPoint[][] {
  const random = seeded(seed)
  let bag: KillPoint[] = []
  const draw = (): KillPoint => {
    if (bag.length === 0) bag = [...POINTS]
    const [point] = bag.splice(Math.floor(random() * bag.length), 1)
    if (point === undefined) throw new Error('nothing to draw from')
    return point
  }
  const epochs: KillPoint[][] = []
  for (let left = count; left > 0; left -= KILLS_PER_EPOCH) {
    const kills = Array.from({ length: Math.min(left, KILLS_PER_EPOCH) }, draw)
    epochs.push(kills.sort((a, b) => POINTS.indexOf(a) - POINTS.indexOf(b)))
  }
  return epochs
}
