import { and, eq } from 'drizzle-orm'
import type { Address } from 'viem'
import type { Rows } from '../../db/open.ts'
import { buckets, exits, pools, slashes, slashShares, stakes } from '../../db/schema.ts'
import { accrue, earned, join, leave } from '../../views/backing-math.ts'
import type { PoolEvent } from '../events.ts'
import { toNumber } from '../events.ts'
import { known } from './common.ts'

type Pool = typeof pools.$inferSelect
type Bucket = typeof buckets.$inferSelect
type Stake = typeof stakes.$inferSelect
type Exit = typeof exits.$inferSelect

/**
 * A backing pool. The contract settles a position before its shares change (a stake joins it): fees go to what is owed, slashes
 * it has not seen are credited with the shares it had. Each case does the same, in the contract's order.
 */
export function applyPool(event: PoolEvent, rows: Rows): void {
  const books = new Books(rows, event.address)
  const { timestamp } = event.at
  switch (event.eventName) {
    case 'BucketLeft': {
      const day = toNumber(event.args.day)
      const { pool } = leave(books.pool(), day, event.args.shares)
      books.savePool(pool)
      const { toke } = event.args
      books.saveBucket({
        ...books.bucket(day),
        left: true,
        toke,
        perShare: pool.perShare,
        cases: pool.cases,
      })
      break
    }
    case 'StreamMoved':
      books.savePool({ ...accrue(books.pool(), timestamp), end: toNumber(event.args.end) })
      break
    case 'Staked': {
      const { account, toke, shares } = event.args
      const pool = accrue(books.pool(), timestamp)
      books.savePool({ ...pool, toke: pool.toke + toke, shares: pool.shares + shares })
      books.saveStake(join(books.creditedStake(account, pool), shares, pool.perShare))
      break
    }
    case 'ExitRequested':
    case 'ExitCancelled': {
      const { account, shares } = event.args
      const day = toNumber(event.args.day)
      const pool = accrue(books.pool(), timestamp)
      books.savePool(pool)
      const { exit, fees } = books.settledExit(account, day, pool)
      const stake = books.settledStake(account, pool)
      const moved = event.eventName === 'ExitRequested' ? shares : -shares
      books.saveStake({ ...stake, owed: stake.owed + fees, shares: stake.shares - moved })
      books.saveExit({ ...exit, shares: exit.shares + moved })
      const bucket = books.bucket(day)
      books.saveBucket({ ...bucket, shares: bucket.shares + moved })
      break
    }
    case 'Left': {
      const { account, shares, toke } = event.args
      const day = toNumber(event.args.day)
      const pool = accrue(books.pool(), timestamp)
      books.savePool(pool)
      const { fees } = books.settledExit(account, day, pool)
      books.owe(account, fees)
      books.removeExit(account, day)
      const bucket = books.bucket(day)
      books.saveBucket({ ...bucket, shares: bucket.shares - shares, toke: bucket.toke - toke })
      break
    }
    // Anyone may sync anybody: what the account does not have is no row.
    case 'Synced': {
      const { account, seen } = event.args
      if (!books.hasStake(account)) return
      const pool = accrue(books.pool(), timestamp)
      books.savePool(pool)
      books.saveStake(books.settledStake(account, pool, toNumber(seen)))
      break
    }
    case 'ExitSynced': {
      const { account, seen } = event.args
      const day = books.exitDay(account, event.args.day)
      if (day === undefined) return
      const pool = accrue(books.pool(), timestamp)
      books.savePool(pool)
      const { exit, fees } = books.settledExit(account, day, pool, toNumber(seen))
      books.owe(account, fees)
      books.saveExit(exit)
      break
    }
    case 'Claimed': {
      const pool = accrue(books.pool(), timestamp)
      books.savePool(pool)
      books.saveStake({ ...books.settledStake(event.args.account, pool), owed: 0n })
      break
    }
    case 'Notified': {
      const { rate, end } = event.args
      books.savePool({ ...accrue(books.pool(), timestamp), rate, end: toNumber(end) })
      break
    }
    case 'Slashed': {
      const { toke, shares, tokeLeft, to } = event.args
      const caseId = toNumber(event.args.caseId)
      const pool = accrue(books.pool(), timestamp)
      books.savePool({ ...pool, toke: tokeLeft, cases: caseId + 1 })
      rows
        .insert(slashes)
        .values({
          ...event.at,
          pool: pool.address,
          lmp: pool.lmp,
          caseId,
          toke,
          shares,
          tokeLeft,
          receiver: to,
        })
        .run()
      break
    }
    case 'Returned': {
      const slash = and(eq(slashes.pool, event.address), eq(slashes.caseId, toNumber(event.args.caseId)))
      const { returned } = known(
        rows.select().from(slashes).where(slash).get(),
        `a slash of ${event.address}`,
      )
      rows
        .update(slashes)
        .set({ returned: returned + event.args.toke })
        .where(slash)
        .run()
      break
    }
    case 'ReturnClaimed': {
      const { account, toke } = event.args
      const pool = accrue(books.pool(), timestamp)
      books.savePool(pool)
      books.saveStake(books.settledStake(account, pool))
      books.credit(account, toNumber(event.args.caseId), { shares: 0n, claimed: toke })
      break
    }
  }
}

/** The rows of one pool. */
class Books {
  readonly #rows: Rows
  readonly #address: Address

  constructor(rows: Rows, address: Address) {
    this.#rows = rows
    this.#address = address
  }

  pool(): Pool {
    const where = eq(pools.address, this.#address)
    return known(this.#rows.select().from(pools).where(where).get(), `pool ${this.#address}`)
  }

  savePool({ address, ...set }: Pool): void {
    this.#rows.update(pools).set(set).where(eq(pools.address, address)).run()
  }

  bucket(day: number): Bucket {
    const where = and(eq(buckets.pool, this.#address), eq(buckets.day, day))
    const found = this.#rows.select().from(buckets).where(where).get()
    const empty = { shares: 0n, left: false, toke: 0n, perShare: 0n, cases: 0 }
    return found ?? { pool: this.#address, day, ...empty }
  }

  saveBucket(row: Bucket): void {
    const { pool, day, ...set } = row
    this.#rows
      .insert(buckets)
      .values(row)
      .onConflictDoUpdate({ target: [buckets.pool, buckets.day], set })
      .run()
  }

  /** The active stake with the slashes below `seen` credited. */
  creditedStake(account: Address, { cases }: Pool, seen = cases): Stake {
    const where = and(eq(stakes.pool, this.#address), eq(stakes.account, account))
    const none = { pool: this.#address, account, shares: 0n, perShare: 0n, owed: 0n, cases: 0 }
    const stake = this.#rows.select().from(stakes).where(where).get() ?? none
    this.#creditSeen(stake, seen)
    return { ...stake, cases: seen }
  }

  /** The same with its fees up to the pool's time. */
  settledStake(account: Address, pool: Pool, seen?: number): Stake {
    const stake = this.creditedStake(account, pool, seen)
    const fees = earned(stake.shares, pool.perShare, stake.perShare)
    return { ...stake, owed: stake.owed + fees, perShare: pool.perShare }
  }

  saveStake(row: Stake): void {
    const { pool, account, ...set } = row
    this.#rows
      .insert(stakes)
      .values(row)
      .onConflictDoUpdate({ target: [stakes.pool, stakes.account], set })
      .run()
  }

  hasStake(account: Address): boolean {
    const where = and(eq(stakes.pool, this.#address), eq(stakes.account, account))
    return this.#rows.select({ owed: stakes.owed }).from(stakes).where(where).get() !== undefined
  }

  /** The day as a number where the account has an exit on it. */
  exitDay(account: Address, day: bigint): number | undefined {
    const where = and(eq(exits.pool, this.#address), eq(exits.account, account))
    const days = this.#rows.select({ day: exits.day }).from(exits).where(where).all()
    return days.find((each) => BigInt(each.day) === day)?.day
  }

  /** Fees of an exit go to what the account is owed, whatever else its active stake has earned. */
  owe(account: Address, fees: bigint): void {
    const where = and(eq(stakes.pool, this.#address), eq(stakes.account, account))
    const { owed } = known(this.#rows.select().from(stakes).where(where).get(), `the stake of ${account}`)
    this.#rows
      .update(stakes)
      .set({ owed: owed + fees })
      .where(where)
      .run()
  }

  /** The stake in a bucket, settled up to the pool's time or until it left, and the fees it earned since the last time. */
  settledExit(account: Address, day: number, pool: Pool, seen?: number): { exit: Exit; fees: bigint } {
    const none = { pool: this.#address, account, day, shares: 0n, perShare: 0n, cases: 0 }
    const exit = this.#rows.select().from(exits).where(this.#exit(account, day)).get() ?? none
    const bucket = this.bucket(day)
    const { perShare, cases } = bucket.left ? bucket : pool
    this.#creditSeen(exit, seen ?? cases)
    const fees = earned(exit.shares, perShare, exit.perShare)
    return { exit: { ...exit, perShare, cases: seen ?? cases }, fees }
  }

  saveExit(row: Exit): void {
    const { pool, account, day, ...set } = row
    this.#rows
      .insert(exits)
      .values(row)
      .onConflictDoUpdate({ target: [exits.pool, exits.account, exits.day], set })
      .run()
  }

  removeExit(account: Address, day: number): void {
    this.#rows.delete(exits).where(this.#exit(account, day)).run()
  }

  #exit(account: Address, day: number) {
    return and(eq(exits.pool, this.#address), eq(exits.account, account), eq(exits.day, day))
  }

  #creditSeen({ account, shares, cases }: Pick<Stake, 'account' | 'shares' | 'cases'>, seen: number): void {
    if (shares === 0n) return
    for (let caseId = cases; caseId < seen; caseId++) this.credit(account, caseId, { shares, claimed: 0n })
  }

  /** Adds to what an account had at a slash and has been paid for it. */
  credit(account: Address, caseId: number, more: { shares: bigint; claimed: bigint }): void {
    const key = { pool: this.#address, account, caseId }
    const where = and(
      eq(slashShares.pool, key.pool),
      eq(slashShares.account, account),
      eq(slashShares.caseId, caseId),
    )
    const found = this.#rows.select().from(slashShares).where(where).get()
    const set = {
      shares: (found?.shares ?? 0n) + more.shares,
      claimed: (found?.claimed ?? 0n) + more.claimed,
    }
    const target = [slashShares.pool, slashShares.account, slashShares.caseId]
    this.#rows
      .insert(slashShares)
      .values({ ...key, ...set })
      .onConflictDoUpdate({ target, set })
      .run()
  }
}
