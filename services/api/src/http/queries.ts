import { and, asc, desc, eq, lt, sql } from 'drizzle-orm'
import type { Rows } from '../db/open.ts'
import {
  blocks,
  caps,
  claims,
  cohorts,
  cyclePositions,
  cycleReactors,
  cycles,
  destinations,
  externalFlows,
  headrooms,
  lmps,
  lotPrices,
  lots,
  positions,
  priceSources,
  prices,
  reactors,
  rebalances,
  reports,
  requests,
  signals,
  sync,
} from '../db/schema.ts'
import { prepareBackingQueries } from './queries-backing.ts'
import { beforeEvent, place } from './queries-events.ts'
import type { AnswerBlock, Slice } from './resource.ts'

export type Queries = ReturnType<typeof prepareQueries>

const named = sql.placeholder

/** Every read of the API, prepared once. */
export function prepareQueries(read: Rows) {
  const tip = read.select().from(blocks).orderBy(desc(blocks.number)).limit(1).prepare()
  const block = read
    .select()
    .from(blocks)
    .where(eq(blocks.number, named('number')))
    .prepare()
  const finalized = read.select({ finalized: sync.finalized }).from(sync).prepare()
  const withFinality = (row: typeof blocks.$inferSelect | undefined): AnswerBlock | undefined =>
    row && { ...row, finalized: row.number <= (finalized.get()?.finalized ?? -1) }

  const lmpList = read.select().from(lmps).orderBy(asc(lmps.address)).prepare()
  const destinationsOf = read
    .select()
    .from(destinations)
    .leftJoin(signals, eq(signals.destination, destinations.address))
    .where(eq(destinations.lmp, named('lmp')))
    .orderBy(asc(destinations.position))
    .prepare()
  const capsOf = read
    .select()
    .from(caps)
    .where(eq(caps.lmp, named('lmp')))
    .orderBy(asc(caps.id))
    .prepare()
  const headroomsOf = read
    .select({ address: destinations.address, headroom: headrooms })
    .from(destinations)
    .leftJoin(
      headrooms,
      and(eq(headrooms.destination, destinations.address), eq(headrooms.block, named('block'))),
    )
    .where(eq(destinations.lmp, named('lmp')))
    .orderBy(asc(destinations.position))
    .prepare()
  const lotList = read
    .select({ lot: lots, price: lotPrices.price })
    .from(lots)
    .leftJoin(
      lotPrices,
      and(
        eq(lotPrices.seller, lots.seller),
        eq(lotPrices.token, lots.token),
        eq(lotPrices.block, named('block')),
      ),
    )
    .orderBy(asc(lots.seller), asc(lots.token))
    .prepare()
  const reportsOf = read
    .select()
    .from(reports)
    .where(and(eq(reports.lmp, named('lmp')), beforeEvent(reports)))
    .orderBy(desc(reports.block), desc(reports.logIndex))
    .limit(named('limit'))
    .prepare()
  const rebalanceList = read
    .select()
    .from(rebalances)
    .where(beforeEvent(rebalances))
    .orderBy(desc(rebalances.block), desc(rebalances.logIndex))
    .limit(named('limit'))
    .prepare()
  const rebalancesOf = read
    .select()
    .from(rebalances)
    .where(and(eq(rebalances.lmp, named('lmp')), beforeEvent(rebalances)))
    .orderBy(desc(rebalances.block), desc(rebalances.logIndex))
    .limit(named('limit'))
    .prepare()

  const reactorList = read.select().from(reactors).orderBy(asc(reactors.id)).prepare()
  const positionList = read.select().from(positions).orderBy(asc(positions.id)).prepare()
  const openCohorts = read
    .select()
    .from(cohorts)
    .where(and(eq(cohorts.reactorId, named('id')), sql`${cohorts.requested} <> ${cohorts.filledShares}`))
    .orderBy(asc(cohorts.cohort))
    .prepare()
  const claimsOf = read
    .select()
    .from(claims)
    .where(and(eq(claims.reactorId, named('id')), beforeEvent(claims)))
    .orderBy(desc(claims.block), desc(claims.logIndex))
    .limit(named('limit'))
    .prepare()
  const requestsOf = read
    .select()
    .from(requests)
    .where(and(eq(requests.reactorId, named('id')), eq(requests.controller, named('controller'))))
    .orderBy(asc(requests.cohort))
    .prepare()
  const cycleList = read
    .select()
    .from(cycles)
    .where(lt(cycles.number, named('before')))
    .orderBy(desc(cycles.number))
    .limit(named('limit'))
    .prepare()
  const ofCycle = {
    reactors: read
      .select()
      .from(cycleReactors)
      .where(eq(cycleReactors.cycle, named('cycle')))
      .orderBy(asc(cycleReactors.reactorId))
      .prepare(),
    positions: read
      .select()
      .from(cyclePositions)
      .where(eq(cyclePositions.cycle, named('cycle')))
      .orderBy(asc(cyclePositions.positionId))
      .prepare(),
    externalFlows: read
      .select()
      .from(externalFlows)
      .where(eq(externalFlows.cycle, named('cycle')))
      .orderBy(asc(externalFlows.reactorId), asc(externalFlows.reason))
      .prepare(),
  }
  const priceList = read
    .select()
    .from(priceSources)
    .leftJoin(
      prices,
      and(
        eq(prices.registry, priceSources.registry),
        eq(prices.token, priceSources.token),
        eq(prices.block, named('block')),
      ),
    )
    .orderBy(asc(priceSources.registry), asc(priceSources.token))
    .prepare()

  return {
    ...prepareBackingQueries(read),
    tip: () => withFinality(tip.get()),
    block: (number: number) => withFinality(block.get({ number })),
    lmps: () => lmpList.all(),
    destinations: (lmp: string) => destinationsOf.all({ lmp }),
    caps: (lmp: string) => capsOf.all({ lmp }),
    headrooms: (lmp: string, at: AnswerBlock) => headroomsOf.all({ lmp, block: at.number }),
    lots: (at: AnswerBlock) => lotList.all({ block: at.number }),
    reports: (lmp: string, at: AnswerBlock, slice: Slice) => reportsOf.all({ lmp, ...place(at, slice) }),
    rebalances: (at: AnswerBlock, slice: Slice) => rebalanceList.all(place(at, slice)),
    rebalancesOf: (lmp: string, at: AnswerBlock, slice: Slice) =>
      rebalancesOf.all({ lmp, ...place(at, slice) }),
    reactors: () => reactorList.all(),
    positions: () => positionList.all(),
    openCohorts: (id: number) => openCohorts.all({ id }),
    claims: (id: number, at: AnswerBlock, slice: Slice) => claimsOf.all({ id, ...place(at, slice) }),
    requests: (id: number, controller: string) => requestsOf.all({ id, controller }),
    cycles: ({ limit, before = [Number.MAX_SAFE_INTEGER] }: Slice) =>
      cycleList.all({ limit, before: before[0] ?? 0 }),
    cycleReactors: (cycle: number) => ofCycle.reactors.all({ cycle }),
    cyclePositions: (cycle: number) => ofCycle.positions.all({ cycle }),
    externalFlows: (cycle: number) => ofCycle.externalFlows.all({ cycle }),
    prices: (at: AnswerBlock) => priceList.all({ block: at.number }),
  }
}
