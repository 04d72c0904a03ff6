import { and, eq, isNotNull, max } from 'drizzle-orm'
import type { Rows } from '../../db/open.ts'
import { cyclePositions, cycleReactors, cycles, externalFlows, positions, reactors } from '../../db/schema.ts'
import type { CycleManagerEvent } from '../events.ts'
import { toNumber } from '../events.ts'
import { known } from './common.ts'

type Reactor = typeof reactors.$inferSelect
type Position = typeof positions.$inferSelect

/** `ICycleManager.Reason`, by its number. */
const REASONS = ['contribution', 'withdrawal', 'haircut'] as const

/** The ledger of a cycle: each case does to the rows what the event's comment in ICycleManager says. */
export function applyCycleManager(event: CycleManagerEvent, rows: Rows): void {
  const { block, timestamp } = event.at
  switch (event.eventName) {
    case 'ReactorAdded': {
      const { reactor, asset, isPair } = event.args
      const id = toNumber(event.args.reactorId)
      const ledger = { supply: 0n, idle: 0n, dep: 0n, withheld: 0n, lastReserve: 0n, external: 0n, dep0: 0n }
      rows
        .insert(reactors)
        .values({ id, address: reactor, asset, isPair, shortCycles: 0, ...ledger })
        .run()
      break
    }
    case 'MaxLpShareSet':
      changeReactor(rows, event.args.reactorId, () => ({ maxLpShare: event.args.maxLpShare }))
      break
    case 'PositionAdded': {
      const { positionId, tokenReactor, pairReactor, adapter } = event.args
      const sides = { tokenReactor: toNumber(tokenReactor), pairReactor: toNumber(pairReactor) }
      const holdings = { units: 0n, tokenAmount: 0n, pairAmount: 0n, stale: false }
      rows
        .insert(positions)
        .values({ id: toNumber(positionId), adapter, ...sides, ...holdings })
        .run()
      break
    }
    case 'MultipleSet':
      changePosition(rows, event.args.positionId, { multiple: event.args.multiple })
      break
    case 'Deposited': {
      const { assets } = event.args
      changeReactor(rows, event.args.reactorId, ({ supply, idle }) => ({
        supply: supply + assets,
        idle: idle + assets,
      }))
      break
    }
    case 'ExternalFlow': {
      const { reactorId, amount, reason: number } = event.args
      const reason = known(REASONS[number], `reason ${number} of an external flow`)
      changeReactor(rows, reactorId, ({ idle, external }) => ({
        external: external + amount,
        // A haircut is what filled shares were not paid: no token moves.
        idle: reason === 'haircut' ? idle : idle + amount,
      }))
      addExternalFlow(rows, toNumber(reactorId), reason, amount)
      break
    }
    case 'RolloverStarted': {
      const number = toNumber(event.args.cycle)
      rows
        .insert(cycles)
        .values({ number, rolloverAt: timestamp })
        .onConflictDoUpdate({ target: cycles.number, set: { rolloverAt: timestamp } })
        .run()
      break
    }
    case 'PositionMarked': {
      const { tokenAmount, pairAmount, price, stale } = event.args
      const cycle = toNumber(event.args.cycle)
      const marked = revalue(rows, event.args.positionId, { tokenAmount, pairAmount })
      changePosition(rows, event.args.positionId, { tokenAmount, pairAmount, stale, markedIn: cycle })
      const mark = { markedBlock: block, markToken: tokenAmount, markPair: pairAmount, price, stale }
      upsertCyclePosition(rows, cycle, marked.id, mark)
      break
    }
    case 'ReactorBalanced': {
      const { flow, reserve, supply, lpAssets } = event.args
      const cycle = toNumber(event.args.cycle)
      changeReactor(rows, event.args.reactorId, () => ({
        lastReserve: reserve,
        external: 0n,
        balancedIn: cycle,
      }))
      const balance = { flow, reserve, supply, lpAssets, balancedBlock: block }
      upsertCycleReactor(rows, cycle, toNumber(event.args.reactorId), balance)
      break
    }
    case 'ReactorPlanned': {
      const cycle = toNumber(event.args.cycle)
      changeReactor(rows, event.args.reactorId, () => ({ plannedIn: cycle }))
      const plan = { target: event.args.target, plannedBlock: block }
      upsertCycleReactor(rows, cycle, toNumber(event.args.reactorId), plan)
      break
    }
    case 'PositionMoved': {
      const { units, tokenIdle, pairIdle, tokenAmount, pairAmount, skipped } = event.args
      const cycle = toNumber(event.args.cycle)
      const moved = revalue(rows, event.args.positionId, { tokenAmount, pairAmount })
      changeReactor(rows, BigInt(moved.tokenReactor), ({ idle }) => ({ idle: idle + tokenIdle }))
      changeReactor(rows, BigInt(moved.pairReactor), ({ idle }) => ({ idle: idle + pairIdle }))
      const held = { units: moved.units + units, tokenAmount, pairAmount, movedIn: cycle }
      changePosition(rows, event.args.positionId, held)
      const move = { movedBlock: block, units, tokenIdle, pairIdle, tokenAmount, pairAmount, skipped }
      upsertCyclePosition(rows, cycle, moved.id, move)
      break
    }
    case 'ReactorFilled': {
      const { shares, assets } = event.args
      const cycle = toNumber(event.args.cycle)
      changeReactor(rows, event.args.reactorId, ({ supply, idle, dep, withheld, shortCycles }) => ({
        supply: supply - shares,
        idle: idle - assets,
        withheld: withheld + assets,
        dep0: dep,
        // Short is who was short before the fill.
        shortCycles: idle + dep < supply ? shortCycles + 1 : 0,
        filledIn: cycle,
      }))
      const fill = { filledShares: shares, filledAssets: assets, filledBlock: block }
      upsertCycleReactor(rows, cycle, toNumber(event.args.reactorId), fill)
      break
    }
    case 'CycleCompleted': {
      const number = toNumber(event.args.cycle)
      rows
        .update(cycles)
        .set({ completedAt: timestamp, completedBlock: block })
        .where(eq(cycles.number, number))
        .run()
      const next = { number: number + 1, startedAt: timestamp, endsAt: toNumber(event.args.nextEnd) }
      rows.insert(cycles).values(next).run()
      break
    }
    case 'Paid': {
      const { assets } = event.args
      changeReactor(rows, event.args.reactorId, ({ withheld }) => ({ withheld: withheld - assets }))
      break
    }
  }
}

type Reason = (typeof REASONS)[number]

function addExternalFlow(rows: Rows, reactorId: number, reason: Reason, amount: bigint): void {
  const key = { cycle: currentCycle(rows), reactorId, reason }
  const found = rows
    .select()
    .from(externalFlows)
    .where(
      and(
        eq(externalFlows.cycle, key.cycle),
        eq(externalFlows.reactorId, reactorId),
        eq(externalFlows.reason, reason),
      ),
    )
    .get()
  const sum = { amount: (found?.amount ?? 0n) + amount, count: (found?.count ?? 0) + 1 }
  const target = [externalFlows.cycle, externalFlows.reactorId, externalFlows.reason]
  rows
    .insert(externalFlows)
    .values({ ...key, ...sum })
    .onConflictDoUpdate({ target, set: sum })
    .run()
}

/** The cycle that runs: one after the last completed. */
function currentCycle(rows: Rows): number {
  const last = rows
    .select({ number: max(cycles.number) })
    .from(cycles)
    .where(isNotNull(cycles.completedAt))
    .get()?.number
  return last === undefined || last === null ? 0 : last + 1
}

function changeReactor(rows: Rows, id: bigint, change: (reactor: Reactor) => Partial<Reactor>): void {
  const where = eq(reactors.id, toNumber(id))
  const reactor = known(rows.select().from(reactors).where(where).get(), `reactor ${id}`)
  rows.update(reactors).set(change(reactor)).where(where).run()
}

function changePosition(rows: Rows, id: bigint, change: Partial<Position>): void {
  rows
    .update(positions)
    .set(change)
    .where(eq(positions.id, toNumber(id)))
    .run()
}

/** The deployed amounts of both reactors move by the difference to the previous marks. */
function revalue(rows: Rows, id: bigint, marks: { tokenAmount: bigint; pairAmount: bigint }): Position {
  const found = rows
    .select()
    .from(positions)
    .where(eq(positions.id, toNumber(id)))
    .get()
  const old = known(found, `position ${id}`)
  changeReactor(rows, BigInt(old.tokenReactor), ({ dep }) => ({
    dep: dep + marks.tokenAmount - old.tokenAmount,
  }))
  changeReactor(rows, BigInt(old.pairReactor), ({ dep }) => ({
    dep: dep + marks.pairAmount - old.pairAmount,
  }))
  return old
}

type CycleReactor = Omit<Partial<typeof cycleReactors.$inferInsert>, 'cycle' | 'reactorId'>
type CyclePosition = Omit<Partial<typeof cyclePositions.$inferInsert>, 'cycle' | 'positionId'>

export function upsertCycleReactor(rows: Rows, cycle: number, reactorId: number, set: CycleReactor): void {
  const target = [cycleReactors.cycle, cycleReactors.reactorId]
  rows
    .insert(cycleReactors)
    .values({ cycle, reactorId, ...set })
    .onConflictDoUpdate({ target, set })
    .run()
}

function upsertCyclePosition(rows: Rows, cycle: number, positionId: number, set: CyclePosition): void {
  const target = [cyclePositions.cycle, cyclePositions.positionId]
  rows
    .insert(cyclePositions)
    .values({ cycle, positionId, ...set })
    .onConflictDoUpdate({ target, set })
    .run()
}
