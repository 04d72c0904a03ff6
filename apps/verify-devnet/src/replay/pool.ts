import type { Address } from 'viem'
import type { poolAbi } from '../abi-loss.ts'
import type { Entry, Timed } from '../chain.ts'

export type PoolEvent = Timed<Entry<typeof poolAbi>>

const DAY = 86_400n
const YEAR = 365n * DAY
/** Fees per share are kept with 36 decimals; rates have 18. */
const SCALE = 10n ** 36n
const WAD = 10n ** 18n
/** The stream ends at most so long after the last fee. */
const STREAM = 28n * DAY
/** Fees flow while so many shares are at risk. */
const MIN_SHARES = WAD
/** A rate is a multiple of this: what it rounds away of an amount, at most, joins the next one. */
const RATE_STEP = 10n ** 15n
export const MAX_ROUNDED_AWAY = (STREAM * RATE_STEP) / WAD + 1n
const COOLDOWN_DAYS = 29n
/** Of the slashable TOKE, percent: rounded up. */
const MAX_SLASH = 30n

interface Holding {
  shares: bigint
  /** G when it was last settled. */
  g: bigint
}

interface Account extends Holding {
  /** Fees settled and not claimed. */
  owed: bigint
  cooling: Map<bigint, Holding>
}

interface Bucket {
  shares: bigint
  /** Set when it has left; what of it was not taken yet. */
  left?: { g: bigint; toke: bigint; shares: bigint }
}

export interface PoolSlash {
  event: Extract<PoolEvent, { eventName: 'Slashed' }>
  /** A before it. */
  before: bigint
  /** Shares of each account that was slashed, active and cooling. */
  shares: Map<Address, bigint>
  returned: bigint
  claimed: Map<Address, bigint>
  /** Fees of a year per TOKE (1e18 wei), base units of the asset, right before and right after it. */
  yearlyBefore: bigint
  yearlyAfter: bigint
}

/** The latest moment at which a bucket may have left by the time of an event: the start of a freeze it lies in, or its own. */
export type Limit = (event: PoolEvent) => bigint

/** A backing pool rebuilt from its events alone, oldest first; a model of its own, not the contract's code. */
export class PoolReplay {
  /** A and H. */
  toke = 0n
  shares = 0n
  /** Fees per share. */
  g = 0n
  rate = 0n
  end = 0n
  readonly accounts = new Map<Address, Account>()
  readonly buckets = new Map<bigint, Bucket>()
  readonly slashes: PoolSlash[] = []
  readonly faults: string[] = []
  staked = 0n
  withdrawn = 0n
  notified = 0n
  claimed = 0n
  events = 0
  #last = 0n
  readonly #limit: Limit

  constructor(events: readonly PoolEvent[], limit: Limit) {
    this.#limit = limit
    for (const event of events) this.#apply(event)
  }

  /** TOKE that must be in the pool: slashable, left and not taken, returned and not claimed. */
  get held(): bigint {
    const waiting = [...this.buckets.values()].reduce((sum, { left }) => sum + (left?.toke ?? 0n), 0n)
    const returns = this.slashes.reduce((sum, slash) => sum + slash.returned - total(slash.claimed), 0n)
    return this.toke + waiting + returns
  }

  /** Fees the stream has not paid out yet, rounded up. */
  get streaming(): bigint {
    return this.end > this.#last ? (this.rate * (this.end - this.#last) + WAD - 1n) / WAD : 0n
  }

  get yearlyFeesPerToke(): bigint {
    return this.shares >= MIN_SHARES && this.toke > 0n && this.end > this.#last
      ? (this.rate * YEAR) / this.toke
      : 0n
  }

  /** Brings the model to a moment: buckets that are due leave. */
  advance(time: bigint, frozenAt: bigint | undefined): void {
    for (const [day, bucket] of this.#due(frozenAt ?? time)) {
      this.#accrue(day * DAY)
      this.#leave(bucket, (bucket.shares * this.toke) / this.shares)
    }
    this.#accrue(time)
  }

  /** Fees that are owed now: of active shares, and of shares in buckets. */
  owed(address: Address): { active: bigint; cooling: bigint } {
    const account = this.accounts.get(address)
    if (account === undefined) return { active: 0n, cooling: 0n }
    const active = account.owed + earned(account, this.g)
    const cooling = [...account.cooling].reduce(
      (sum, [day, holding]) => sum + earned(holding, this.buckets.get(day)?.left?.g ?? this.g),
      0n,
    )
    return { active, cooling }
  }

  #apply(event: PoolEvent): void {
    this.events++
    const limit = this.#limit(event)
    if (event.eventName === 'BucketLeft') {
      this.#bucketLeft(event, limit)
      return
    }
    const late = [...this.#due(limit)].map(([day]) => day)
    if (late.length > 0) this.#fault(event, `the buckets of days ${late.join(', ')} have not left`)
    this.#accrue(event.time)
    switch (event.eventName) {
      case 'Staked': {
        const { account, toke, shares } = event.args
        if (limit < event.time) this.#fault(event, `inside a freeze of ${limit}`)
        const expected = this.shares === 0n ? toke : (toke * this.shares) / this.toke
        if (shares !== expected) this.#fault(event, `${shares} shares, computed ${expected}`)
        this.#settle(account).shares += shares
        this.toke += toke
        this.shares += shares
        this.staked += toke
        break
      }
      case 'ExitRequested':
      case 'ExitCancelled':
        this.#exit(event)
        break
      case 'Left':
        this.#left(event)
        break
      case 'Claimed': {
        const account = this.#settle(event.args.account)
        account.owed -= event.args.assets
        this.claimed += event.args.assets
        if (account.owed < -BigInt(this.events))
          this.#fault(event, `${event.args.account} took ${-account.owed} more than it earned`)
        break
      }
      case 'Synced':
        this.#settle(event.args.account)
        break
      case 'ExitSynced':
        this.#settleExit(event.args.account, event.args.day)
        break
      case 'StreamMoved':
        if (event.args.end !== this.end) this.#fault(event, `to ${event.args.end}, computed ${this.end}`)
        break
      case 'Notified':
        this.#notified(event)
        break
      case 'Slashed':
        this.#slashed(event)
        break
      case 'Returned': {
        const slash = this.slashes[Number(event.args.caseId)]
        if (slash === undefined) this.#fault(event, `case ${event.args.caseId} is unknown`)
        else slash.returned += event.args.toke
        break
      }
      case 'ReturnClaimed':
        this.#returnClaimed(event)
        break
    }
  }

  #bucketLeft(event: Extract<PoolEvent, { eventName: 'BucketLeft' }>, limit: bigint): void {
    const { day, shares, toke } = event.args
    const bucket = this.buckets.get(day)
    if (bucket === undefined || bucket.left !== undefined || bucket.shares !== shares) {
      this.#fault(
        event,
        `the bucket of day ${day} left with ${shares} shares, replayed ${bucket?.shares ?? 0n}`,
      )
      return
    }
    if (day * DAY > event.time) this.#fault(event, `the bucket of day ${day} left before its day`)
    else if (day * DAY > limit)
      this.#fault(event, `the bucket of day ${day} left inside a freeze of ${limit}`)
    this.#accrue(day * DAY)
    const expected = shares === 0n ? 0n : (shares * this.toke) / this.shares
    if (toke !== expected) this.#fault(event, `the bucket of day ${day} took ${toke}, computed ${expected}`)
    this.#leave(bucket, toke)
  }

  #leave(bucket: Bucket, toke: bigint): void {
    bucket.left = { g: this.g, toke, shares: bucket.shares }
    this.toke -= toke
    this.shares -= bucket.shares
  }

  #exit(event: Extract<PoolEvent, { eventName: 'ExitRequested' | 'ExitCancelled' }>): void {
    const { account: address, day, shares } = event.args
    const account = this.#settle(address)
    const requested = event.eventName === 'ExitRequested'
    const moved = requested ? shares : -shares
    const bucket = this.buckets.get(day) ?? { shares: 0n }
    const holding = this.#settleExit(address, day)
    account.shares -= moved
    bucket.shares += moved
    holding.shares += moved
    account.cooling.set(day, holding)
    this.buckets.set(day, bucket)
    if (account.shares < 0n || holding.shares < 0n) this.#fault(event, `${address} moves more than it has`)
    if (bucket.left !== undefined) this.#fault(event, `the bucket of day ${day} has left`)
    if (requested && day !== event.time / DAY + COOLDOWN_DAYS)
      this.#fault(event, `leaves on day ${day}, today is ${event.time / DAY}`)
  }

  #left(event: Extract<PoolEvent, { eventName: 'Left' }>): void {
    const { account: address, day, shares, toke } = event.args
    const account = this.#settle(address)
    const bucket = this.buckets.get(day)
    const holding = account.cooling.get(day)
    if (bucket?.left === undefined || holding === undefined || holding.shares !== shares) {
      this.#fault(event, `${address} took ${shares} shares of day ${day}, replayed ${holding?.shares ?? 0n}`)
      return
    }
    // Who comes last gets what rounding left.
    const expected = (shares * bucket.left.toke) / bucket.left.shares
    if (toke !== expected) this.#fault(event, `${address} took ${toke} TOKE, computed ${expected}`)
    this.#settleExit(address, day)
    account.cooling.delete(day)
    bucket.left.toke -= toke
    bucket.left.shares -= shares
    this.withdrawn += toke
  }

  #notified(event: Extract<PoolEvent, { eventName: 'Notified' }>): void {
    const { assets, rate, end } = event.args
    const remaining = this.end > event.time ? this.end - event.time : 0n
    const left = this.rate * remaining
    const added = assets * WAD
    // Its end is the mean of the old end and 28 days from now, weighted by amount.
    const expected = event.time + (left * remaining + added * STREAM) / (left + added)
    if (end !== expected) this.#fault(event, `streams until ${end}, computed ${expected}`)
    const more = (rate * (end - event.time) - left - added) / WAD
    if (more > MAX_ROUNDED_AWAY || more < -MAX_ROUNDED_AWAY)
      this.#fault(
        event,
        `streams ${more} more than the ${left / WAD} that were left and the ${assets} that came`,
      )
    this.rate = rate
    this.end = end
    this.notified += assets
  }

  #slashed(event: Extract<PoolEvent, { eventName: 'Slashed' }>): void {
    const { caseId, toke, shares, tokeLeft } = event.args
    const before = this.toke
    const yearlyBefore = this.yearlyFeesPerToke
    const most = (before * MAX_SLASH + 99n) / 100n
    this.toke -= toke
    if (caseId !== BigInt(this.slashes.length))
      this.#fault(event, `case ${caseId}, replayed ${this.slashes.length}`)
    if (toke > most) this.#fault(event, `slashed ${toke}, at most ${most}`)
    if (shares !== this.shares) this.#fault(event, `${shares} shares were slashed, replayed ${this.shares}`)
    if (tokeLeft !== this.toke) this.#fault(event, `${tokeLeft} TOKE are left, replayed ${this.toke}`)
    const held = new Map([...this.accounts].map(([address, account]) => [address, this.#atRisk(account)]))
    if (total(held) !== this.shares)
      this.#fault(event, `accounts hold ${total(held)} of ${this.shares} shares`)
    this.slashes.push({
      ...{ event, before, shares: held, returned: 0n, claimed: new Map() },
      ...{ yearlyBefore, yearlyAfter: this.yearlyFeesPerToke },
    })
  }

  #returnClaimed(event: Extract<PoolEvent, { eventName: 'ReturnClaimed' }>): void {
    const { account, caseId, toke } = event.args
    const slash = this.slashes[Number(caseId)]
    const claimed = (slash?.claimed.get(account) ?? 0n) + toke
    const due =
      slash === undefined
        ? 0n
        : ((slash.shares.get(account) ?? 0n) * slash.returned) / slash.event.args.shares
    if (claimed > due) this.#fault(event, `${account} took back ${claimed} of case ${caseId}, due ${due}`)
    slash?.claimed.set(account, claimed)
  }

  #atRisk({ shares, cooling }: Account): bigint {
    return [...cooling].reduce(
      (sum, [day, holding]) => (this.buckets.get(day)?.left === undefined ? sum + holding.shares : sum),
      shares,
    )
  }

  #settle(address: Address): Account {
    const account = this.accounts.get(address) ?? { shares: 0n, g: this.g, owed: 0n, cooling: new Map() }
    account.owed += earned(account, this.g)
    account.g = this.g
    this.accounts.set(address, account)
    return account
  }

  /** What a holding in a bucket has earned is the account's. */
  #settleExit(address: Address, day: bigint): Holding {
    const account = this.#settle(address)
    const g = this.buckets.get(day)?.left?.g ?? this.g
    const holding = account.cooling.get(day) ?? { shares: 0n, g }
    account.owed += earned(holding, g)
    holding.g = g
    return holding
  }

  /** Buckets that a moment finds due, oldest first. */
  #due(time: bigint): Array<[bigint, Bucket]> {
    return [...this.buckets]
      .filter(([day, { shares, left }]) => left === undefined && shares > 0n && day * DAY <= time)
      .sort(([a], [b]) => Number(a - b))
  }

  #accrue(time: bigint): void {
    if (time <= this.#last) return
    if (this.shares < MIN_SHARES) {
      if (this.end > this.#last) this.end += time - this.#last
    } else {
      const until = time < this.end ? time : this.end
      if (until > this.#last) this.g += (this.rate * (until - this.#last) * SCALE) / (WAD * this.shares)
    }
    this.#last = time
  }

  #fault({ block, eventName }: PoolEvent, what: string): void {
    this.faults.push(`block ${block} ${eventName}: ${what}`)
  }
}

const earned = ({ shares, g }: Holding, now: bigint): bigint => (shares * (now - g)) / SCALE

const total = (amounts: ReadonlyMap<unknown, bigint>): bigint =>
  [...amounts.values()].reduce((sum, amount) => sum + amount, 0n)
