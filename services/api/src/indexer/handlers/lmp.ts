import { count, eq } from 'drizzle-orm'
import { type Address, isAddressEqual, zeroAddress } from 'viem'
import type { Rows } from '../../db/open.ts'
import { destinations, lmps, rebalances, reports, type StoredLeg } from '../../db/schema.ts'
import { lockedAt } from '../../views/lmp-math.ts'
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
    case 'GateSet':
      change({ gate: event.args.gate })
      break
    case 'CapSet':
      change({ cap: event.args.cap })
      break
    case 'FeeSet':
      change({
        feeBps: toNumber(event.args.feeBps),
        feeRecipient: presentAddress(event.args.recipient),
      })
      break
    case 'ManagementFeeSet': {
      const { feeBps, recipient } = event.args
      change({
        managementFeeBps: toNumber(feeBps),
        managementFeeRecipient: presentAddress(recipient),
      })
      break
    }
    case 'LossLedgerSet':
      change({ lossLedger: presentAddress(event.args.ledger) })
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
      const { idle, sumSafe, sumMin, sumMax, mark, clean } = event.args
      change({ idle, sumSafe, sumMin, sumMax, mark, clean, valuedAt: at.timestamp })
      rows
        .insert(reports)
        .values({ ...at, lmp: address, ...event.args })
        .run()
      break
    }
    case 'BookChanged': {
      const { sumSafe, sumMin, sumMax, clean } = event.args
      const locked = event.args.locked
      const lockEnd = toNumber(event.args.lockEnd)
      const before = lmpRow(rows, address)
      // The vault stores the lock anew only when it changed; decaying it again from here would round differently.
      const same = locked === lockedAt(before, at.timestamp) && lockEnd === before.lockEnd
      const lock = same ? {} : { locked, lockEnd, lockStart: at.timestamp }
      change({ sumSafe, sumMin, sumMax, clean, ...lock })
      break
    }
    case 'Settled': {
      const { delta, locked, mark } = event.args
      const lock = { locked, lockEnd: toNumber(event.args.lockEnd), lockStart: at.timestamp }
      // Without a change of value only the mark rises; the lock stays as it was stored.
      change(delta === 0n ? { mark } : { mark, ...lock })
      break
    }
    case 'Flowed':
      change({ idle: event.args.idle, mark: event.args.mark })
      break
    case 'ProfitAdded':
      change({ idle: lmpRow(rows, address).idle + event.args.assets })
      break
    case 'Rebalanced': {
      const { solver, outs, ins } = event.args
      const idle = lmpRow(rows, address).idle - idlePart(outs) + idlePart(ins)
      change({ idle })
      const legs = { outs: outs.map(storedLeg), ins: ins.map(storedLeg) }
      rows
        .insert(rebalances)
        .values({ ...at, lmp: address, solver, ...legs })
        .run()
      break
    }
  }
}

/** The event that ends the vault's call a valuation belongs to. */
function closing({ address }: LmpEvent, following: readonly ProtocolEvent[]): string | undefined {
  for (const { kind, event } of following) {
    if (kind !== 'lmp' || !isAddressEqual(event.address, address)) continue
    const { eventName } = event
    if (eventName === 'Reported' || eventName === 'Rebalanced' || eventName === 'RedeemedInKind')
      return eventName
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

const idlePart = (legs: readonly ChainLeg[]): bigint =>
  legs.reduce((sum, leg) => (leg.destination === zeroAddress ? sum + leg.units : sum), 0n)

function lmpRow(rows: Rows, address: Address): Lmp {
  return known(rows.select().from(lmps).where(eq(lmps.address, address)).get(), `LMP ${address}`)
}

function changeLmp(rows: Rows, address: Address, set: Partial<Lmp>): void {
  rows.update(lmps).set(set).where(eq(lmps.address, address)).run()
}
