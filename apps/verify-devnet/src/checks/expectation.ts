import type { VaultLosses } from '../losses.ts'
import type { LossCase } from '../replay/losses.ts'
import type { Report } from '../report.ts'

export const EXPECTATIONS = ['slash', 'no-loss', 'any'] as const
/** What a run is meant to show of losses. */
export type Expectation = (typeof EXPECTATIONS)[number]

interface Step {
  claim: string
  holds: boolean
  measured: string
}

/** One line per step of the story that was to be told. */
export function checkExpectation(wanted: Expectation, losses: readonly VaultLosses[], report: Report): void {
  const steps = wanted === 'slash' ? slashSteps(losses) : wanted === 'no-loss' ? calmSteps(losses) : []
  for (const { claim, holds, measured } of steps) report.check(claim, holds, measured)
}

/** A loss is seen, signed, slashed and vests, and the backers who stay earn more. */
export function slashSteps(losses: readonly VaultLosses[]): Step[] {
  const stories = losses.flatMap((found) => found.replay.cases.map((loss) => ({ ...found, loss })))
  const story = stories.find(({ loss }) => loss.recovery !== undefined) ?? stories.at(-1)
  const loss = story?.loss
  const [end] = loss?.ends ?? []
  const executed = end?.eventName === 'CaseExecuted' ? end : undefined
  const above = losses.flatMap(({ replay }) => replay.checkpoints).filter((checkpoint) => checkpoint.above)
  const inside = windowOf(story)
  const freeze = loss === undefined ? undefined : story?.replay.freezeAt(loss.opened)
  const slash = story?.backing?.replay.slashes.find(({ event }) => event.tx === executed?.tx)
  const later = story?.backing?.replay.yearlyFeesPerToke ?? 0n
  const signers = loss?.opened.args.signers.length ?? 0
  return [
    {
      claim: 'slash: checkpoints show a loss at or above the threshold',
      holds: above.length > 0,
      measured:
        above
          .map(({ id, loss, threshold }) => `${id}: ${loss} of ${threshold}`)
          .slice(0, 3)
          .join(', ') || 'none',
    },
    {
      claim: 'slash: a window of such checkpoints',
      holds: inside.length >= 4,
      measured: `${inside.length} checkpoints over ${hours(inside.at(0)?.time, inside.at(-1)?.time)} h`,
    },
    {
      claim: 'slash: the vault is frozen when the case opens',
      holds: freeze !== undefined,
      measured:
        freeze === undefined ? 'no freeze' : `since ${hours(freeze.frozen.time, loss?.opened.time)} h`,
    },
    {
      claim: 'slash: m of n reporters have signed',
      holds: loss !== undefined && loss.quorum > 0n && BigInt(signers) >= loss.quorum,
      measured: `${signers} of ${loss?.reporters.length ?? 0}, ${loss?.quorum ?? 0n} needed`,
    },
    {
      claim: 'slash: the case is executed, once',
      holds: executed !== undefined && loss?.ends.length === 1,
      measured: `${loss?.ends.length ?? 0} ends, ${hours(loss?.opened.time, executed?.time)} h after the opening`,
    },
    {
      claim: 'slash: TOKE vests',
      holds: (loss?.recovery?.args.toke ?? 0n) > 0n,
      measured: `${loss?.recovery?.args.toke ?? 0n} wei over ${hours(loss?.recovery?.args.start, loss?.recovery?.args.end)} h`,
    },
    {
      claim: 'slash: a year of backing pays more per TOKE than before',
      holds: slash !== undefined && slash.yearlyAfter > slash.yearlyBefore && later > slash.yearlyBefore,
      measured: `${slash?.yearlyBefore ?? 'unknown'} before, ${slash?.yearlyAfter ?? 'unknown'} after, ${later} at the head`,
    },
  ]
}

/** Prices move, and nothing of it is a loss. */
export function calmSteps(losses: readonly VaultLosses[]): Step[] {
  const replays = losses.map(({ replay }) => replay)
  const count = (of: (replay: VaultLosses['replay']) => number) =>
    replays.reduce((sum, found) => sum + of(found), 0)
  const checkpoints = count(({ checkpoints }) => checkpoints.length)
  const slashes = losses.reduce((sum, { backing }) => sum + (backing?.replay.slashes.length ?? 0), 0)
  const none = (what: string, found: number): Step => ({
    claim: `no loss: no ${what}`,
    holds: found === 0,
    measured: String(found),
  })
  return [
    {
      claim: 'no loss: checkpoints are written, a mark is confirmed',
      holds: checkpoints >= 2 && replays.some(({ vault }) => vault.mark > 0n),
      measured: `${checkpoints} checkpoints, marks ${replays.map(({ vault }) => vault.mark).join(', ')}`,
    },
    none(
      'checkpoint with a loss at or above the threshold',
      count(({ checkpoints }) => checkpoints.filter(({ above }) => above).length),
    ),
    none(
      'freeze',
      count(({ freezes }) => freezes.length),
    ),
    none(
      'case',
      count(({ cases }) => cases.length),
    ),
    none('slash', slashes),
  ]
}

function windowOf(story: (VaultLosses & { loss: LossCase }) | undefined) {
  const { first, last } = story?.loss.opened.args ?? {}
  if (first === undefined || last === undefined) return []
  return (story?.replay.checkpoints ?? []).filter(({ id }) => id >= first && id <= last)
}

const hours = (from: bigint | undefined, to: bigint | undefined): string =>
  from === undefined || to === undefined ? '?' : (Number(to - from) / 3600).toFixed(1)
