import { count, desc, eq } from 'drizzle-orm'
import { type Address, isAddressEqual, zeroAddress } from 'viem'
import type { Rows } from '../../db/open.ts'
import { destinations, lmps, rebalances, reports, type StoredLeg } from '../../db/schema.ts'
import { lockedAt, unpackFlow } from '../../views/lmp-math.ts'
import type { LmpEvent, ProtocolEvent } from '../events.ts'
import { toNumber } from '../events.ts'
import { known, presentAddress } from './common.ts'
import { changeLossState } from './loss-ledger.ts'
import { moveHeldShares } from './splitter.ts'

type Lmp = typeof lmps.$inferSelect

/**
 * The vault's book. `following` are the events of the same block after this one: a `DestinationValued` says nothing
 * about time when the call it belongs to ends in `RedeemedInKind` (see ILMP).
 */
export function applyLmp(event: LmpEvent, rows: Rows, following: readonly ProtocolEvent[]): void {
  const { address, at } = event
  const change = (set: Partial<Lmp>) => changeLmp(rows, address, set)
  switch (event.eventName) {
    case 'PolicySet': {
      const { gate, lossLedger } = event.args
      change({ gate, lossLedger })
      break
    }
    case 'CapSet':
      change({ cap: event.args.cap })
      break
    case 'FeesSet': {
      const { feeBps, recipient, managementFeeBps, managementRecipient } = event.args
      change({
        feeBps: toNumber(feeBps),
        feeRecipient: recipient,
        managementFeeBps: toNumber(managementFeeBps),
        managementFeeRecipient: managementRecipient,
      })
      break
    }
    case 'PauseSet':
      change({ pausedUntil: presentTime(event.args.until) })
      break
    case 'LossMarkMoved':
      change({ lossMark: event.args.lossMark })
      break
    case 'LossSynced': {
      const { lossMark, frozen, cover, mark } = event.args
      change({ lossMark, frozen, cover, mark })
      break
    }
    case 'CheckpointFailed':
      changeLossState(rows, address, { failedAt: at.timestamp })
      break
    case 'DestinationAdded': {
      const listed = rows
        .select({ count: count() })
        .from(destinations)
        .where(eq(destinations.lmp, address))
        .get()
      const empty = { units: 0n, safe: 0n, spot: 0n, backing: 0n }
      const row = { address: event.args.destination, lmp: address, position: listed?.count ?? 0, ...empty }
      rows.insert(destinations).values(row).run()
      break
    }
    case 'DestinationRemoved':
      removeDestination(rows, address, event.args.destination)
      change({ exitQueue: without(lmpRow(rows, address).exitQueue, event.args.destination) })
      break
    case 'ClosingSet': {
      const { destination, closingAt } = event.args
      rows
        .update(destinations)
        .set({ closingAt: presentTime(closingAt) })
        .where(eq(destinations.address, destination))
        .run()
      break
    }
    case 'Transfer': {
      const { from, to, value } = event.args
      const { supply } = lmpRow(rows, address)
      const minted = from === zeroAddress ? value : 0n
      const burned = to === zeroAddress ? value : 0n
      if (minted !== burned) change({ supply: supply + minted - burned })
      moveHeldShares(rows, event.args)
      break
    }
    case 'DestinationValued': {
      const { destination, ok, ...values } = event.args
      const inKind = closing(event, following) === 'RedeemedInKind'
      const time = ok ? { valuedAt: at.timestamp } : { unsafeAt: at.timestamp }
      rows
        .update(destinations)
        .set(inKind ? values : { ...values, ok, ...time })
        .where(eq(destinations.address, destination))
        .run()
      break
    }
    case 'Reported': {
      // The book of a report has just been told by a BookChanged.
      const book = lmpRow(rows, address)
      const { idle, sumSafe, sumMin, sumMax, mark, clean } = book
      const locked = lockedAt(book, at.timestamp)
      rows
        .insert(reports)
        .values({ ...at, lmp: address, ...event.args, idle, sumSafe, sumMin, sumMax, locked, mark, clean })
        .run()
      break
    }
    case 'BookChanged': {
      const { idle, mark, sumSafe, sumMin, sumMax, clean, stale, flow, locked } = event.args.book
      const { lockEnd, valuedAt, expiry, pausedUntil, flowAt } = event.args.book
      change({
        ...{ idle, mark, sumSafe, sumMin, sumMax, clean, stale, flow, locked },
        lockEnd: toNumber(lockEnd),
        lockStart: at.timestamp,
        flowAt: toNumber(flowAt),
        valuedAt: presentTime(valuedAt),
        expiry: presentTime(expiry),
        pausedUntil: presentTime(pausedUntil),
      })
      break
    }
    case 'Flowed': {
      const { flowAt, ...flowed } = unpackFlow(event.args.hot)
      change({ ...flowed, flowAt: toNumber(flowAt) })
      break
    }
    case 'LossCharged':
      change({ lossUsed: event.args.used, lossAt: at.timestamp })
      break
    case 'Rebalanced': {
      const { solver, outs, ins } = event.args
      const legs = { outs: outs.map(storedLeg), ins: ins.map(storedLeg) }
      rows
        .insert(rebalances)
        .values({ ...at, lmp: address, solver, ...legs })
        .run()
      change({ exitQueue: queueAfter(lmpRow(rows, address).exitQueue, event.args) })
      break
    }
  }
}

/** What the calls of a vault end with that value destinations or take units out of them. */
const VALUING: ReadonlySet<string> = new Set(['Reported', 'Rebalanced', 'Withdraw', 'RedeemedInKind'])

/** The event that ends the vault's call a valuation belongs to. */
function closing({ address }: LmpEvent, following: readonly ProtocolEvent[]): string | undefined {
  for (const { kind, event } of following) {
    if (kind !== 'lmp' || !isAddressEqual(event.address, address)) continue
    const { eventName } = event
    if (VALUING.has(eventName)) return eventName
  }
  return undefined
}

interface ChainLeg {
  destination: Address
  units: bigint
}

const storedLeg = ({ destination, units }: ChainLeg): StoredLeg => ({
  destination: presentAddress(destination),
  units: units.toString(),
})

/** As the vault does: what is left comes first, what is entered last. */
function queueAfter(
  queue: readonly Address[],
  { outs, ins }: { outs: readonly ChainLeg[]; ins: readonly ChainLeg[] },
): Address[] {
  const places = (legs: readonly ChainLeg[]) =>
    legs.map(({ destination }) => destination).filter((destination) => destination !== zeroAddress)
  const left = places(outs).reduce<Address[]>((rest, each) => [each, ...without(rest, each)], [...queue])
  return places(ins).reduce((rest, each) => [...without(rest, each), each], left)
}

const without = (queue: readonly Address[], gone: Address) => queue.filter((each) => each !== gone)

/** As the vault does: the last of its list takes the place that is free. */
function removeDestination(rows: Rows, lmp: Address, removed: Address): void {
  const row = known(
    rows.select().from(destinations).where(eq(destinations.address, removed)).get(),
    `destination ${removed}`,
  )
  rows.delete(destinations).where(eq(destinations.address, removed)).run()
  const last = rows
    .select()
    .from(destinations)
    .where(eq(destinations.lmp, lmp))
    .orderBy(desc(destinations.position))
    .limit(1)
    .get()
  if (last === undefined || last.position < row.position) return
  rows
    .update(destinations)
    .set({ position: row.position })
    .where(eq(destinations.address, last.address))
    .run()
}

/** 0 means never, or none. */
const presentTime = (time: bigint): number | null => (time === 0n ? null : toNumber(time))

function lmpRow(rows: Rows, address: Address): Lmp {
  return known(rows.select().from(lmps).where(eq(lmps.address, address)).get(), `LMP ${address}`)
}

function changeLmp(rows: Rows, address: Address, set: Partial<Lmp>): void {
  rows.update(lmps).set(set).where(eq(lmps.address, address)).run()
}
