import { eq } from 'drizzle-orm'
import type { Address } from 'viem'
import type { Rows } from '../../db/open.ts'
import { checkpoints, lossStates } from '../../db/schema.ts'
import { isAbove } from '../../views/backing-math.ts'
import type { LossLedgerEvent } from '../events.ts'
import { toNumber } from '../events.ts'

type LossState = typeof lossStates.$inferSelect

/** The ledger serves whoever calls it: what it says of vaults that are not of this deployment is passed over. */
export function applyLossLedger(event: LossLedgerEvent, rows: Rows): void {
  if (!('lmp' in event.args)) return
  const { lmp } = event.args
  const state = rows.select().from(lossStates).where(eq(lossStates.lmp, lmp)).get()
  if (state === undefined) return
  const change = (set: Partial<LossState>) => changeLossState(rows, lmp, set)
  switch (event.eventName) {
    case 'CheckpointWritten': {
      const { id, lmp: _, ...values } = event.args
      const checkpoint = toNumber(id)
      rows
        .insert(checkpoints)
        .values({ ...event.at, lmp, checkpoint, ...values })
        .run()
      change({ count: checkpoint + 1, above: isAbove(values) ? state.above + 1 : 0 })
      break
    }
    case 'CheckpointSkipped':
      change({ skippedAt: event.at.timestamp, skippedFor: event.args.destination })
      break
    case 'Frozen': {
      const { frozenAt, until } = event.args
      change({ frozenAt: toNumber(frozenAt), freezeEnd: toNumber(until) })
      break
    }
    case 'Thawed':
      change({ frozenAt: null })
      break
    case 'LossExecuted':
    case 'LossRejected':
      // What the case was made of may be part of no other.
      change({ epoch: toNumber(event.args.epoch) + 1, since: state.count, above: 0 })
      break
  }
}

export function changeLossState(rows: Rows, lmp: Address, set: Partial<LossState>): void {
  rows.update(lossStates).set(set).where(eq(lossStates.lmp, lmp)).run()
}
