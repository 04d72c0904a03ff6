import { type OpenAPIHono, z } from '@hono/zod-openapi'
import type { cyclePositions, cycleReactors, cycles } from '../../db/schema.ts'
import { progressOf, reserveFloorOf } from '../../views/cycle-math.ts'
import { optional } from '../../views/text.ts'
import { Problem } from '../problem.ts'
import { type ApiDeps, indexParam, listResource, noParams, resource } from '../resource.ts'
import { CycleDetailSchema, CycleSchema } from '../schemas/reactors.ts'
import { ledgerView } from './reactors.ts'

type CycleRow = typeof cycles.$inferSelect
type CycleReactorRow = typeof cycleReactors.$inferSelect
type CyclePositionRow = typeof cyclePositions.$inferSelect

const params = z.object({
  number: indexParam('number', 'Cycles count from 0'),
})

export function cycleRoutes(app: OpenAPIHono, deps: ApiDeps): void {
  const { queries } = deps
  const tag = 'Cycles'

  listResource(app, deps, {
    path: '/v1/cycles',
    tag,
    summary: 'Cycles with the flows between reactors and the reserve, newest first',
    params: noParams,
    data: z.array(CycleSchema),
    read: (_, __, slice) =>
      queries.cycles(slice).map((row) => ({
        ...headView(row),
        flows: queries.cycleReactors(row.number).flatMap(flowView),
      })),
    keyOf: ({ number }) => [number],
  })

  resource(app, deps, {
    path: '/v1/cycles/{number}',
    tag,
    summary: 'One cycle: flows, plans, moves, fills, guardrails and health',
    params,
    data: CycleDetailSchema,
    read: ({ number }) => {
      const [row] = queries.cycles({ limit: 1, before: [number + 1] })
      if (row?.number !== number)
        throw new Problem('not-found', `there is no cycle ${number}: see /v1/cycles`)
      const perReactor = queries.cycleReactors(number)
      const perPosition = queries.cyclePositions(number)
      return {
        ...headView(row),
        flows: perReactor.flatMap(flowView),
        plans: perReactor.flatMap(planView),
        fills: perReactor.flatMap(fillView),
        marks: perPosition.flatMap(markView),
        moves: perPosition.flatMap(moveView),
        externalFlows: queries.externalFlows(number).map(({ reactorId, reason, amount, count }) => ({
          reactorId,
          reason,
          amount: amount.toString(),
          count,
        })),
        ledgers: row.completedAt === null ? currentLedgers() : perReactor.flatMap(closingView),
      }
    },
  })

  function headView(row: CycleRow) {
    return {
      number: row.number,
      ...phaseOf(row),
      startedAt: optional(row.startedAt),
      endsAt: optional(row.endsAt),
      rolloverAt: optional(row.rolloverAt),
      completedAt: optional(row.completedAt),
      completedBlock: optional(row.completedBlock),
    }
  }

  function phaseOf(row: CycleRow) {
    if (row.completedAt !== null) return { phase: 'completed' as const, left: 0 }
    return progressOf({
      cycle: row.number,
      rolloverStarted: row.rolloverAt !== null,
      positions: queries.positions(),
      reactors: queries.reactors(),
    })
  }

  function currentLedgers() {
    const held = queries.positions()
    return queries.reactors().map((row) => ({
      reactorId: row.id,
      ...ledgerView({ ...row, reserveFloor: reserveFloorOf(row.id, held) ?? null }),
    }))
  }
}

function flowView({ reactorId, balancedBlock, flow, reserve, supply, lpAssets }: CycleReactorRow) {
  if (balancedBlock === null || flow === null || reserve === null || supply === null || lpAssets === null)
    return []
  return [
    {
      reactorId,
      block: balancedBlock,
      flow: flow.toString(),
      reserve: reserve.toString(),
      totalSupply: supply.toString(),
      lpAssets: lpAssets.toString(),
    },
  ]
}

function planView({ reactorId, plannedBlock, target }: CycleReactorRow) {
  if (plannedBlock === null || target === null) return []
  return [{ reactorId, block: plannedBlock, target: target.toString() }]
}

function fillView({ reactorId, filledBlock, filledShares, filledAssets }: CycleReactorRow) {
  if (filledBlock === null || filledShares === null || filledAssets === null) return []
  return [{ reactorId, block: filledBlock, shares: filledShares.toString(), assets: filledAssets.toString() }]
}

function markView({ positionId, markedBlock, markToken, markPair, price, stale }: CyclePositionRow) {
  if (markedBlock === null || markToken === null || markPair === null || price === null || stale === null)
    return []
  return [
    {
      positionId,
      block: markedBlock,
      tokenAmount: markToken.toString(),
      pairAmount: markPair.toString(),
      price: price === 0n ? undefined : price.toString(),
      stale,
    },
  ]
}

function moveView(row: CyclePositionRow) {
  const { positionId, movedBlock, units, tokenIdle, pairIdle, tokenAmount, pairAmount, skipped } = row
  if (movedBlock === null || units === null || tokenIdle === null || pairIdle === null) return []
  if (tokenAmount === null || pairAmount === null || skipped === null) return []
  return [
    {
      positionId,
      block: movedBlock,
      units: units.toString(),
      tokenIdle: tokenIdle.toString(),
      pairIdle: pairIdle.toString(),
      tokenAmount: tokenAmount.toString(),
      pairAmount: pairAmount.toString(),
      skipped,
    },
  ]
}

function closingView(row: CycleReactorRow) {
  const { closingSupply, closingIdle, closingDep, closingWithheld, closingDep0 } = row
  if (closingSupply === null || closingIdle === null || closingDep === null) return []
  if (closingWithheld === null || closingDep0 === null) return []
  const ledger = {
    supply: closingSupply,
    idle: closingIdle,
    dep: closingDep,
    withheld: closingWithheld,
    dep0: closingDep0,
    maxLpShare: row.closingMaxLpShare,
    reserveFloor: row.closingReserveFloor,
  }
  return [{ reactorId: row.reactorId, ...ledgerView(ledger) }]
}
