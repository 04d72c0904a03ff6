import { and, eq } from 'drizzle-orm'
import { type Address, maxUint256 } from 'viem'
import type { Rows } from '../../db/open.ts'
import { cases } from '../../db/schema.ts'
import type { LossOracleEvent } from '../events.ts'
import { toNumber } from '../events.ts'
import { isOurs } from './common.ts'

type Case = typeof cases.$inferSelect

export function applyLossOracle(event: LossOracleEvent, rows: Rows): void {
  const { at } = event
  const decided = { decidedBlock: at.block, decidedAt: at.timestamp, decidedIn: at.transactionHash }
  switch (event.eventName) {
    case 'CaseOpened': {
      const { lmp, windowHash, loss, signers } = event.args
      if (!isOurs(rows, lmp)) return
      const window = { first: toNumber(event.args.first), last: toNumber(event.args.last), windowHash }
      const epoch = toNumber(event.args.epoch)
      const executableAt = toNumber(event.args.executableAt)
      rows
        .insert(cases)
        .values({ ...at, lmp, epoch, ...window, loss, executableAt, signers: [...signers] })
        .run()
      break
    }
    case 'CaseExecuted': {
      const { lmp, epoch, loss, coverage, slashed, recoveryId } = event.args
      changeCase(rows, lmp, epoch, {
        ...decided,
        executed: true,
        countedLoss: loss,
        coverage,
        slashed,
        recoveryId: recoveryId === maxUint256 ? null : toNumber(recoveryId),
      })
      break
    }
    case 'CaseRejected': {
      const { lmp, epoch, loss, threshold } = event.args
      changeCase(rows, lmp, epoch, { ...decided, executed: false, countedLoss: loss, threshold })
      break
    }
  }
}

function changeCase(rows: Rows, lmp: Address, epoch: bigint, set: Partial<Case>): void {
  rows
    .update(cases)
    .set(set)
    .where(and(eq(cases.lmp, lmp), eq(cases.epoch, toNumber(epoch))))
    .run()
}
