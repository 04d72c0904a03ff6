import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { type Address, getAddress } from 'viem'
import type { cases, checkpoints, recoveries } from '../../db/schema.ts'
import { frozenAt, vestedAt } from '../../views/backing-math.ts'
import { optional, optionalText } from '../../views/text.ts'
import { addressParam, lmpOf } from '../params.ts'
import { Problem } from '../problem.ts'
import { type AnswerBlock, type ApiDeps, listResource, noParams, resource } from '../resource.ts'
import {
  CheckpointSchema,
  CurrentLossSchema,
  LossSchema,
  SlashSchema,
  VestingSchema,
} from '../schemas/losses.ts'

type CaseRow = typeof cases.$inferSelect

const vault = z.object({ lmp: addressParam('lmp', 'Address of the vault') })
const loss = z.object({
  id: z
    .string()
    .regex(/^0x[0-9a-fA-F]{40}-\d{1,9}$/, 'not the address of a vault and an epoch, e.g. 0x…-0')
    .transform((text) => ({
      lmp: getAddress(`0x${text.slice(2, 42)}`),
      epoch: Number(text.slice(43)),
    }))
    .openapi({ param: { name: 'id', in: 'path' }, description: 'Vault and epoch', type: 'string' }),
})

export function lossRoutes(app: OpenAPIHono, deps: ApiDeps): void {
  const { queries } = deps
  const tag = 'Losses'
  const byEvent = ({ block, logIndex }: { block: number; logIndex: number }) => [block, logIndex]

  listResource(app, deps, {
    path: '/v1/losses',
    tag,
    summary: 'Cases of all vaults, newest first',
    params: noParams,
    data: z.array(LossSchema),
    read: (_, block, slice) => queries.cases(block, slice).map((row) => lossView(row, block)),
    keyOf: byEvent,
  })

  resource(app, deps, {
    path: '/v1/losses/{id}',
    tag,
    summary: 'One case: window, signatures, countdown, outcome',
    params: loss,
    data: LossSchema,
    read: ({ id: { lmp, epoch } }, block) => {
      const row = queries.caseOf(lmp, epoch)
      if (row === undefined)
        throw new Problem('not-found', `there is no case ${epoch} of ${lmp}: see /v1/losses`)
      return lossView(row, block)
    },
  })

  resource(app, deps, {
    path: '/v1/losses/current/{lmp}',
    tag,
    summary: 'What a vault has lost now, and what became of it so far',
    params: vault,
    data: CurrentLossSchema,
    read: ({ lmp }, block) => currentView(lmp, block),
  })

  listResource(app, deps, {
    path: '/v1/lmps/{id}/checkpoints',
    tag,
    summary: 'Loss checkpoints of a vault, newest first',
    params: z.object({ id: addressParam('id', 'Address of the vault') }),
    data: z.array(CheckpointSchema),
    read: ({ id }, block, slice) =>
      queries.checkpoints(lmpOf(queries, id).address, block, slice).map(checkpointView),
    keyOf: byEvent,
  })

  listResource(app, deps, {
    path: '/v1/slashes',
    tag,
    summary: 'Slashes of all pools, newest first',
    params: noParams,
    data: z.array(SlashSchema),
    read: (_, block, slice) =>
      queries.slashes(block, slice).map(({ slashes: row, recoveries: recovery, cases: found }) => ({
        block: row.block,
        logIndex: row.logIndex,
        timestamp: row.timestamp,
        transactionHash: row.transactionHash,
        pool: row.pool,
        lmp: row.lmp,
        caseId: row.caseId,
        toke: row.toke.toString(),
        shares: row.shares.toString(),
        tokeLeft: row.tokeLeft.toString(),
        receiver: row.receiver,
        vestingId: recovery?.id,
        lossId: found ? idOf(found) : undefined,
      })),
    keyOf: byEvent,
  })

  listResource(app, deps, {
    path: '/v1/vesting',
    tag,
    summary: 'Slashed TOKE that vests, newest first',
    params: noParams,
    data: z.array(VestingSchema),
    read: (_, block, slice) =>
      queries
        .recoveries(block, slice)
        .map(({ recoveries: row, cases: found }) => vestingView(row, found ? idOf(found) : undefined, block)),
    keyOf: byEvent,
  })

  /** A page shows the case as it was at its block, whatever was decided since. */
  function lossView(row: CaseRow, { number }: AnswerBlock): z.input<typeof LossSchema> {
    const isDecided = row.decidedBlock !== null && row.decidedBlock <= number
    return {
      id: idOf(row),
      lmp: row.lmp,
      epoch: row.epoch,
      status: isDecided ? (row.executed ? 'executed' : 'rejected') : 'open',
      block: row.block,
      logIndex: row.logIndex,
      timestamp: row.timestamp,
      transactionHash: row.transactionHash,
      window: {
        first: row.first,
        last: row.last,
        firstAt: queries.checkpointTime(row.lmp, row.first),
        lastAt: queries.checkpointTime(row.lmp, row.last),
        hash: row.windowHash,
      },
      reportedLoss: row.loss.toString(),
      signers: row.signers,
      executableAt: row.executableAt,
      decided: isDecided ? decisionView(row) : undefined,
    }
  }

  function currentView(lmp: Address, block: AnswerBlock): z.input<typeof CurrentLossSchema> {
    const { lossMark, cover } = lmpOf(queries, lmp)
    const state = queries.lossState(lmp)
    if (state === undefined) throw new Error(`${lmp} has no loss state`)
    const [last] = queries.checkpoints(lmp, block, { limit: 1, before: undefined })
    const reading = queries.lossReading(lmp, block)
    const open = queries.openCaseOf(lmp)
    const since = frozenAt(state, block.timestamp)
    return {
      lmp,
      mark: lossMark.toString(),
      checkpoints: state.count,
      since: state.since,
      above: state.above,
      lastCheckpoint: last && checkpointView(last),
      now: reading && measuredView(reading),
      freeze: since !== undefined && state.freezeEnd !== null ? { since, until: state.freezeEnd } : undefined,
      epoch: state.epoch,
      openCase: open && idOf({ lmp, epoch: open.epoch }),
      cover: cover.toString(),
      skipped:
        state.skippedAt !== null && state.skippedFor !== null
          ? { timestamp: state.skippedAt, destination: state.skippedFor }
          : undefined,
      failedAt: optional(state.failedAt),
    }
  }
}

const idOf = ({ lmp, epoch }: Pick<CaseRow, 'lmp' | 'epoch'>) => `${lmp}-${epoch}`

function decisionView(row: CaseRow) {
  const { decidedBlock, decidedAt, decidedIn, countedLoss } = row
  if (decidedBlock === null || decidedAt === null || decidedIn === null || countedLoss === null)
    return undefined
  return {
    block: decidedBlock,
    timestamp: decidedAt,
    transactionHash: decidedIn,
    loss: countedLoss.toString(),
    threshold: optionalText(row.threshold),
    coverage: optionalText(row.coverage),
    slashed: optionalText(row.slashed),
    vestingId: optional(row.recoveryId),
  }
}

function measuredView({
  loss,
  high,
  threshold,
}: {
  loss: bigint | null
  high: bigint | null
  threshold: bigint | null
}) {
  if (loss === null || high === null || threshold === null) return undefined
  return { loss: loss.toString(), high: high.toString(), threshold: threshold.toString() }
}

function checkpointView(row: typeof checkpoints.$inferSelect): z.input<typeof CheckpointSchema> {
  const { block, logIndex, timestamp, transactionHash, checkpoint, high, low, supply, mark, hash } = row
  return {
    block,
    logIndex,
    timestamp,
    transactionHash,
    checkpoint,
    high: high.toString(),
    low: low === 0n ? undefined : low.toString(),
    totalSupply: supply.toString(),
    mark: mark.toString(),
    loss: row.loss.toString(),
    hash,
  }
}

function vestingView(
  row: typeof recoveries.$inferSelect,
  lossId: string | undefined,
  { number, timestamp }: AnswerBlock,
): z.input<typeof VestingSchema> {
  const { endedBlock, endedAt, returned, uncovered } = row
  const ended =
    endedBlock !== null && endedBlock <= number && endedAt !== null && returned !== null && uncovered !== null
      ? { timestamp: endedAt, returned: returned.toString(), uncovered: uncovered.toString() }
      : undefined
  return {
    id: row.id,
    block: row.block,
    logIndex: row.logIndex,
    timestamp: row.timestamp,
    transactionHash: row.transactionHash,
    lmp: row.lmp,
    pool: row.pool,
    caseId: row.caseId,
    toke: row.toke.toString(),
    vested: vestedAt(row, timestamp).toString(),
    start: row.start,
    end: row.end,
    coverage: row.coverage.toString(),
    outstanding: ended ? '0' : row.coverage.toString(),
    mark: row.mark.toString(),
    since: row.since,
    lossId,
    ended,
  }
}
