/** The ledger's arithmetic, rounded as CycleMath.sol and Guardrails.sol do. Amounts in base units of a reactor's asset. */

const WAD = 10n ** 18n

export interface Ledger {
  supply: bigint
  idle: bigint
  dep: bigint
  dep0: bigint
}

/** R = idle + dep - T. */
export const reserveOf = ({ supply, idle, dep }: Ledger): bigint => idle + dep - supply

/** q = min(1, (idle + dep) / T), WAD, rounded down. */
export function coverageOf({ supply, idle, dep }: Ledger): bigint {
  return idle + dep >= supply ? WAD : ((idle + dep) * WAD) / supply
}

/** RH = 1 + R / dep0, WAD, the quotient rounded toward zero; 1 while nothing is deployed. */
export function healthOf(ledger: Ledger): bigint {
  return ledger.dep0 === 0n ? WAD : WAD + (reserveOf(ledger) * WAD) / ledger.dep0
}

export interface Holding {
  tokenReactor: number
  pairReactor: number
  multiple: bigint | null
  tokenAmount: bigint
  pairAmount: bigint
}

/** Sum of dep_v / V_v, each rounded up; `undefined` while a multiple is unknown. */
export function reserveFloorOf(reactorId: number, positions: readonly Holding[]): bigint | undefined {
  let floor = 0n
  for (const { tokenReactor, pairReactor, multiple, tokenAmount, pairAmount } of positions) {
    const deployed = tokenReactor === reactorId ? tokenAmount : pairReactor === reactorId ? pairAmount : 0n
    if (deployed === 0n) continue
    if (multiple === null) return undefined
    floor += (deployed * WAD + multiple - 1n) / multiple
  }
  return floor
}

export type PhaseName = 'open' | 'mark' | 'balance' | 'plan' | 'move' | 'fill'

export interface Progress {
  cycle: number
  rolloverStarted: boolean
  positions: readonly { markedIn: number | null; movedIn: number | null }[]
  reactors: readonly { balancedIn: number | null; plannedIn: number | null; filledIn: number | null }[]
}

/**
 * The phase of the current cycle and how many items it still waits for: the first phase with an item left, or `fill`
 * with none, when only `complete` is missing.
 */
export function progressOf({ cycle, rolloverStarted, positions, reactors }: Progress): {
  phase: PhaseName
  left: number
} {
  if (!rolloverStarted) return { phase: 'open', left: 0 }
  const waiting = (stamps: readonly (number | null)[]) => stamps.filter((stamp) => stamp !== cycle).length
  const phases: [PhaseName, number][] = [
    ['mark', waiting(positions.map(({ markedIn }) => markedIn))],
    ['balance', waiting(reactors.map(({ balancedIn }) => balancedIn))],
    ['plan', waiting(reactors.map(({ plannedIn }) => plannedIn))],
    ['move', waiting(positions.map(({ movedIn }) => movedIn))],
    ['fill', waiting(reactors.map(({ filledIn }) => filledIn))],
  ]
  const [phase, left] = phases.find(([, items]) => items > 0) ?? ['fill', 0]
  return { phase, left }
}
