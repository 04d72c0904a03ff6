/**
 * The vault's arithmetic on the indexed book, in base units of the asset, rounded as LmpMath.sol, ProfitLock.sol and
 * LeakyBucket.sol do. V = idle + sumSafe, L the profit still locked, R = V - L, M the mark, phi the fee, (x)+ = max(x, 0).
 */

const BPS = 10_000n
const WAD = 10n ** 18n
const MILLION = 1_000_000n
const DAY = 86_400n
/** Age from which a report opens no flow, seconds; `Positions.MAX_AGE`. */
const MAX_AGE = 86_400
/** Millionths of V: `LmpMath.FLOW_CAPACITY`, and as much leaks a day. */
const FLOW_CAPACITY = 5_000n
/** WAD of V, and a day's leak of it: `LmpMath.LOSS_CAPACITY` and `LOSS_REFILL`. */
const LOSS_CAPACITY = WAD / 1_000n
const LOSS_REFILL = WAD / 20_000n

/** What a vault's `Flowed` says: from the low end idle (96 bits), mark (96), flow (24), flowAt (40). */
export function unpackFlow(hot: bigint) {
  return {
    idle: BigInt.asUintN(96, hot),
    mark: BigInt.asUintN(96, hot >> 96n),
    flow: BigInt.asUintN(24, hot >> 192n),
    flowAt: hot >> 216n,
  }
}

export interface StoredLock {
  locked: bigint
  lockStart: number
  lockEnd: number
}

export interface StoredBook extends StoredLock {
  supply: bigint
  idle: bigint
  mark: bigint
  sumSafe: bigint
  sumMin: bigint
  sumMax: bigint
  feeBps: number
  cover: bigint
  valuedAt: number | null
  clean: boolean
  /** Millionths of V at `flowAt`. */
  flow: bigint
  flowAt: number
  /** WAD of V at `lossAt`. */
  lossUsed: bigint
  lossAt: number
}

/** locked * (end - time) / (end - start), rounded up; 0 from the end on. */
export function lockedAt({ locked, lockStart, lockEnd }: StoredLock, time: number): bigint {
  if (time >= lockEnd) return 0n
  return ceilDiv(locked * BigInt(lockEnd - time), BigInt(lockEnd - lockStart))
}

export interface BookValues {
  /** L */
  locked: bigint
  /** R - phi*(R - M)+, rounded down. */
  totalAssets: bigint
  /** idle + sumMax - phi*(V - M)+ + cover, rounded up. */
  entryAssets: bigint
  /** idle + sumMin - L - phi*(R - M)+, rounded down, never below 0. */
  exitAssets: bigint
  /** The last report was clean and is younger than 24 h. */
  fresh: boolean
  /** What the flow budget leaves, rounded down. */
  flowRoom: bigint
  /** What the loss bucket leaves, rounded down. */
  lossRoom: bigint
}

export function valueBook(book: StoredBook, time: number): BookValues {
  const { idle, mark, clean, valuedAt } = book
  const fee = BigInt(book.feeBps)
  const locked = lockedAt(book, time)
  const gross = idle + book.sumSafe
  const released = positive(gross - locked)
  const feeOnReleased = ceilDiv(positive(released - mark) * fee, BPS)
  return {
    locked,
    totalAssets: released - feeOnReleased,
    entryAssets: idle + book.sumMax - (positive(gross - mark) * fee) / BPS + book.cover,
    exitAssets: positive(positive(idle + book.sumMin - locked) - feeOnReleased),
    fresh: clean && valuedAt !== null && time < valuedAt + MAX_AGE,
    flowRoom: ((FLOW_CAPACITY - level(book.flow, book.flowAt, FLOW_CAPACITY, time)) * gross) / MILLION,
    lossRoom: ((LOSS_CAPACITY - level(book.lossUsed, book.lossAt, LOSS_REFILL, time)) * gross) / WAD,
  }
}

/** Assets for `shares`: shares * (value + 1) / (supply + 1), rounded down; `convertToAssets` with value = totalAssets. */
export function toAssets(shares: bigint, value: bigint, supply: bigint): bigint {
  return (shares * (value + 1n)) / (supply + 1n)
}

/** What is left at `time` of a bucket's level set at `since`; the leak, per day, is rounded down. */
const level = (used: bigint, since: number, leak: bigint, time: number): bigint =>
  positive(used - (leak * BigInt(time - since)) / DAY)

const positive = (value: bigint) => (value > 0n ? value : 0n)
const ceilDiv = (a: bigint, b: bigint) => (a + b - 1n) / b
