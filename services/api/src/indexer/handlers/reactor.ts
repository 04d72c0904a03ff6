import { and, eq } from 'drizzle-orm'
import type { Rows } from '../../db/open.ts'
import { claims, cohorts, reactors, requests } from '../../db/schema.ts'
import type { ReactorEvent } from '../events.ts'
import { toNumber } from '../events.ts'
import { known } from './common.ts'

/** Redemptions of a tAsset. Deposits and supply are the cycle manager's (its ledger counts them). */
export function applyReactor(event: ReactorEvent, rows: Rows): void {
  switch (event.eventName) {
    case 'RedeemRequest': {
      const { controller, requestId, shares } = event.args
      ask(rows, idOf(rows, event), toNumber(requestId), controller, shares)
      break
    }
    case 'RedeemCancelled': {
      const { controller, requestId, shares } = event.args
      ask(rows, idOf(rows, event), toNumber(requestId), controller, -shares)
      break
    }
    case 'CohortFilled': {
      const cohort = toNumber(event.args.cohort)
      const found = known(findCohort(rows, idOf(rows, event), cohort), `cohort ${cohort}`)
      rows
        .update(cohorts)
        .set({
          filledShares: found.filledShares + event.args.shares,
          filledAssets: found.filledAssets + event.args.assets,
        })
        .where(and(eq(cohorts.reactorId, found.reactorId), eq(cohorts.cohort, cohort)))
        .run()
      break
    }
    case 'Withdraw': {
      const { owner, receiver, assets, shares } = event.args
      rows
        .insert(claims)
        .values({ ...event.at, reactorId: idOf(rows, event), controller: owner, receiver, assets, shares })
        .run()
      break
    }
  }
}

function idOf(rows: Rows, { address }: ReactorEvent): number {
  const found = rows.select({ id: reactors.id }).from(reactors).where(eq(reactors.address, address)).get()
  return known(found, `reactor ${address}`).id
}

function findCohort(rows: Rows, reactorId: number, cohort: number) {
  return rows
    .select()
    .from(cohorts)
    .where(and(eq(cohorts.reactorId, reactorId), eq(cohorts.cohort, cohort)))
    .get()
}

/** A request asks for more shares, a cancellation for fewer. */
function ask(rows: Rows, reactorId: number, cohort: number, controller: `0x${string}`, shares: bigint): void {
  const requested = (findCohort(rows, reactorId, cohort)?.requested ?? 0n) + shares
  rows
    .insert(cohorts)
    .values({ reactorId, cohort, requested, filledShares: 0n, filledAssets: 0n })
    .onConflictDoUpdate({ target: [cohorts.reactorId, cohorts.cohort], set: { requested } })
    .run()

  const mine = and(
    eq(requests.reactorId, reactorId),
    eq(requests.cohort, cohort),
    eq(requests.controller, controller),
  )
  const held = (rows.select().from(requests).where(mine).get()?.shares ?? 0n) + shares
  rows
    .insert(requests)
    .values({ reactorId, cohort, controller, shares: held })
    .onConflictDoUpdate({
      target: [requests.reactorId, requests.cohort, requests.controller],
      set: { shares: held },
    })
    .run()
}
