/**
 * A backing pool's arithmetic on what was indexed, rounded as BackingMath.sol does, and the times of the loss ledger and
 * of Recovery.sol. TOKE and shares in wei, fees in base units of the asset, days since 1970.
 */

const DAY = 86_400
const YEAR = 365n * 86_400n
const WAD = 10n ** 18n
const RATE_SCALE = 10n ** 18n
const FEE_SCALE = 10n ** 28n
/** Fees flow only while so many shares are at risk. */
const MIN_SHARES = 10n ** 18n

export interface PoolState {
  /** A */
  toke: bigint
  /** H */
  shares: bigint
  /** G, fees per share, FEE_SCALE. */
  perShare: bigint
  /** Fees are in G up to here. */
  accruedAt: number
  /** Base units per second, RATE_SCALE. */
  rate: bigint
  end: number
}

/** Fees stream into G; with less than MIN_SHARES staked the stream stands still: its end moves with the clock. */
export function accrue<S extends PoolState>(pool: S, time: number): S {
  const { shares, perShare, accruedAt, rate, end } = pool
  if (shares < MIN_SHARES) {
    return { ...pool, end: end > accruedAt ? end + time - accruedAt : end, accruedAt: time }
  }
  const seconds = BigInt(Math.max(Math.min(time, end) - accruedAt, 0))
  return {
    ...pool,
    perShare: perShare + (rate * seconds * (FEE_SCALE / RATE_SCALE)) / shares,
    accruedAt: time,
  }
}

/** A bucket leaves at the start of its day, or as of the last change if that was later (in a freeze). */
export function leave<S extends PoolState>(pool: S, day: number, shares: bigint): { pool: S; toke: bigint } {
  const accrued = accrue(pool, Math.max(day * DAY, pool.accruedAt))
  const toke = tokeOf(accrued, shares)
  return { pool: { ...accrued, toke: accrued.toke - toke, shares: accrued.shares - shares }, toke }
}

/** TOKE of shares, rounded down. */
export function tokeOf({ toke, shares: all }: Pick<PoolState, 'toke' | 'shares'>, shares: bigint): bigint {
  return all === 0n ? 0n : (shares * toke) / all
}

/** Fees of shares since their G was `since`, rounded down. */
export function earned(shares: bigint, perShare: bigint, since: bigint): bigint {
  return (shares * (perShare - since)) / FEE_SCALE
}

/** Shares join a stake: what it earned before is spread over all of its shares, not paid out. */
export function join<S extends { shares: bigint; perShare: bigint }>(
  stake: S,
  shares: bigint,
  perShare: bigint,
): S {
  const all = stake.shares + shares
  return { ...stake, shares: all, perShare: perShare - (stake.shares * (perShare - stake.perShare)) / all }
}

/** Fees of a year at the present rate per 1e18 wei of TOKE, rounded down; of a pool accrued to now. */
export function yearlyFeesPerToke({ toke, shares, rate, end, accruedAt }: PoolState): bigint {
  return shares < MIN_SHARES || toke === 0n || end <= accruedAt ? 0n : (rate * YEAR) / toke
}

export interface Gone {
  readonly shares: bigint
  readonly toke: bigint
}

/**
 * The pool at `time`: buckets that are due have left, in a freeze only those due before it.
 * @param waiting buckets that have not left, oldest first
 */
export function roll<S extends PoolState>(
  stored: S,
  waiting: readonly { day: number; shares: bigint }[],
  frozenAt: number | undefined,
  time: number,
): { pool: S; gone: ReadonlyMap<number, Gone> } {
  const gone = new Map<number, Gone>()
  let pool = stored
  for (const { day, shares } of waiting) {
    if (day * DAY > (frozenAt ?? time)) break
    const left = leave(pool, day, shares)
    pool = left.pool
    gone.set(day, { shares, toke: left.toke })
  }
  return { pool: accrue(pool, time), gone }
}

/** What came back for shares that were slashed, less what was paid; `all` are the shares of the pool then. */
export function returnable(shares: bigint, all: bigint, returned: bigint, paid: bigint): bigint {
  return (shares * returned) / all - paid
}

/** Whether a loss freezes and may be reported: 1% of mark * supply, rounded up, or more. No loss never is. */
export function isAbove({ loss, mark, supply }: { loss: bigint; mark: bigint; supply: bigint }): boolean {
  const inverse = 100n * WAD
  return loss !== 0n && loss >= (mark * supply + inverse - 1n) / inverse
}

/** When the present freeze began; `undefined` when there is none, or its time is over. */
export function frozenAt(
  { frozenAt: since, freezeEnd }: { frozenAt: number | null; freezeEnd: number | null },
  time: number,
): number | undefined {
  return since === null || freezeEnd === null || time >= freezeEnd ? undefined : since
}

/** Vested linearly from start to end, rounded down. */
export function vestedAt(
  { toke, start, end }: { toke: bigint; start: number; end: number },
  time: number,
): bigint {
  if (time <= start) return 0n
  return time >= end ? toke : (toke * BigInt(time - start)) / BigInt(end - start)
}

/** Days over which a discount must last. */
export const DISCOUNT_DAYS = 14

/** The smallest of the days' discounts (bps), WAD; 0 while one has no record. */
export function sustained(bps: readonly number[]): bigint {
  return bps.length < DISCOUNT_DAYS ? 0n : BigInt(Math.min(...bps)) * (WAD / 10_000n)
}

export const dayStart = (day: number): number => day * DAY
export const dayOf = (time: number): number => Math.floor(time / DAY)
