import { and, asc, between, desc, eq, isNull, sql } from 'drizzle-orm'
import type { Rows } from '../db/open.ts'
import {
  buckets,
  cases,
  checkpoints,
  discounts,
  exits,
  lossReadings,
  lossStates,
  pools,
  recoveries,
  slashes,
  slashShares,
  splitters,
  stakes,
} from '../db/schema.ts'
import { beforeEvent, place } from './queries-events.ts'
import type { AnswerBlock, Slice } from './resource.ts'

const named = sql.placeholder

/** Every read about losses and backing, prepared once. */
export function prepareBackingQueries(read: Rows) {
  const lossStateOf = read
    .select()
    .from(lossStates)
    .where(eq(lossStates.lmp, named('lmp')))
    .prepare()
  const readingOf = read
    .select()
    .from(lossReadings)
    .where(and(eq(lossReadings.lmp, named('lmp')), eq(lossReadings.block, named('block'))))
    .prepare()
  const checkpointsOf = read
    .select()
    .from(checkpoints)
    .where(and(eq(checkpoints.lmp, named('lmp')), beforeEvent(checkpoints)))
    .orderBy(desc(checkpoints.block), desc(checkpoints.logIndex))
    .limit(named('limit'))
    .prepare()
  const checkpointTime = read
    .select({ timestamp: checkpoints.timestamp })
    .from(checkpoints)
    .where(and(eq(checkpoints.lmp, named('lmp')), eq(checkpoints.checkpoint, named('checkpoint'))))
    .prepare()
  const caseList = read
    .select()
    .from(cases)
    .where(beforeEvent(cases))
    .orderBy(desc(cases.block), desc(cases.logIndex))
    .limit(named('limit'))
    .prepare()
  const caseOf = read
    .select()
    .from(cases)
    .where(and(eq(cases.lmp, named('lmp')), eq(cases.epoch, named('epoch'))))
    .prepare()
  const openCaseOf = read
    .select({ epoch: cases.epoch })
    .from(cases)
    .where(and(eq(cases.lmp, named('lmp')), isNull(cases.decidedBlock)))
    .prepare()
  const slashList = read
    .select()
    .from(slashes)
    .leftJoin(recoveries, and(eq(recoveries.pool, slashes.pool), eq(recoveries.caseId, slashes.caseId)))
    .leftJoin(cases, eq(cases.recoveryId, recoveries.id))
    .where(beforeEvent(slashes))
    .orderBy(desc(slashes.block), desc(slashes.logIndex))
    .limit(named('limit'))
    .prepare()
  const recoveryList = read
    .select()
    .from(recoveries)
    .leftJoin(cases, eq(cases.recoveryId, recoveries.id))
    .where(beforeEvent(recoveries))
    .orderBy(desc(recoveries.block), desc(recoveries.logIndex))
    .limit(named('limit'))
    .prepare()

  const poolList = read.select().from(pools).orderBy(asc(pools.lmp)).prepare()
  const waitingBuckets = read
    .select()
    .from(buckets)
    .where(and(eq(buckets.pool, named('pool')), eq(buckets.left, false)))
    .orderBy(asc(buckets.day))
    .prepare()
  const splittersOf = read
    .select()
    .from(splitters)
    .where(eq(splitters.lmp, named('lmp')))
    .orderBy(desc(splitters.fee))
    .prepare()
  const stakeOf = read
    .select()
    .from(stakes)
    .where(and(eq(stakes.pool, named('pool')), eq(stakes.account, named('account'))))
    .prepare()
  const exitsOf = read
    .select()
    .from(exits)
    .leftJoin(buckets, and(eq(buckets.pool, exits.pool), eq(buckets.day, exits.day)))
    .where(and(eq(exits.pool, named('pool')), eq(exits.account, named('account'))))
    .orderBy(asc(exits.day))
    .prepare()
  const slashesOf = read
    .select()
    .from(slashes)
    .leftJoin(
      slashShares,
      and(
        eq(slashShares.pool, slashes.pool),
        eq(slashShares.caseId, slashes.caseId),
        eq(slashShares.account, named('account')),
      ),
    )
    .where(eq(slashes.pool, named('pool')))
    .orderBy(asc(slashes.caseId))
    .prepare()
  const discountsOf = read
    .select({ bps: discounts.bps })
    .from(discounts)
    .where(
      and(
        eq(discounts.lossPrices, named('lossPrices')),
        eq(discounts.token, named('token')),
        between(discounts.day, named('first'), named('last')),
      ),
    )
    .prepare()

  return {
    lossState: (lmp: string) => lossStateOf.get({ lmp }),
    lossReading: (lmp: string, at: AnswerBlock) => readingOf.get({ lmp, block: at.number }),
    checkpoints: (lmp: string, at: AnswerBlock, slice: Slice) =>
      checkpointsOf.all({ lmp, ...place(at, slice) }),
    checkpointTime: (lmp: string, checkpoint: number) => checkpointTime.get({ lmp, checkpoint })?.timestamp,
    cases: (at: AnswerBlock, slice: Slice) => caseList.all(place(at, slice)),
    caseOf: (lmp: string, epoch: number) => caseOf.get({ lmp, epoch }),
    openCaseOf: (lmp: string) => openCaseOf.get({ lmp }),
    slashes: (at: AnswerBlock, slice: Slice) => slashList.all(place(at, slice)),
    recoveries: (at: AnswerBlock, slice: Slice) => recoveryList.all(place(at, slice)),
    pools: () => poolList.all(),
    waitingBuckets: (pool: string) => waitingBuckets.all({ pool }),
    splitters: (lmp: string) => splittersOf.all({ lmp }),
    stake: (pool: string, account: string) => stakeOf.get({ pool, account }),
    exits: (pool: string, account: string) => exitsOf.all({ pool, account }),
    slashesOf: (pool: string, account: string) => slashesOf.all({ pool, account }),
    discounts: (lossPrices: string, token: string, first: number, last: number) =>
      discountsOf.all({ lossPrices, token, first, last }).map(({ bps }) => bps),
  }
}
