import { type OpenAPIHono, z } from '@hono/zod-openapi'
import type { cohorts, positions, reactors } from '../../db/schema.ts'
import { coverageOf, healthOf, reserveFloorOf, reserveOf } from '../../views/cycle-math.ts'
import { optionalText } from '../../views/text.ts'
import type { Catalog } from '../catalog.ts'
import { addressParam } from '../params.ts'
import { Problem } from '../problem.ts'
import { type ApiDeps, indexParam, listResource, noParams, resource } from '../resource.ts'
import type { LedgerSchema } from '../schemas/reactors.ts'
import { ClaimSchema, ReactorDetailSchema, ReactorSchema, RequestSchema } from '../schemas/reactors.ts'

type ReactorRow = typeof reactors.$inferSelect
type PositionRow = typeof positions.$inferSelect
type CohortRow = typeof cohorts.$inferSelect

const params = z.object({
  id: indexParam('id', 'Id of the reactor, an index from 0'),
})

export function reactorRoutes(app: OpenAPIHono, deps: ApiDeps, catalog: Catalog): void {
  const { queries } = deps
  const tag = 'Reactors'

  const find = (id: number) => {
    const row = queries.reactors().find((reactor) => reactor.id === id)
    if (row === undefined) throw new Problem('not-found', `there is no reactor ${id}: see /v1/reactors`)
    return row
  }

  resource(app, deps, {
    path: '/v1/reactors',
    tag,
    summary: 'Reactors with their ledgers at the block',
    params: noParams,
    data: z.array(ReactorSchema),
    read: () => {
      const held = queries.positions()
      return queries.reactors().map((row) => reactorView(row, held, queries.openCohorts(row.id), catalog))
    },
  })

  resource(app, deps, {
    path: '/v1/reactors/{id}',
    tag,
    summary: 'One reactor with its positions and open redemptions',
    params,
    data: ReactorDetailSchema,
    read: ({ id }) => {
      const row = find(id)
      const held = queries.positions()
      const open = queries.openCohorts(id)
      return {
        ...reactorView(row, held, open, catalog),
        positions: held
          .filter(({ tokenReactor, pairReactor }) => tokenReactor === id || pairReactor === id)
          .map(positionView),
        openCohorts: open.map(({ cohort, requested, filledShares, filledAssets }) => ({
          cohort,
          requestedShares: requested.toString(),
          filledShares: filledShares.toString(),
          filledAssets: filledAssets.toString(),
        })),
      }
    },
  })

  listResource(app, deps, {
    path: '/v1/reactors/{id}/claims',
    tag,
    summary: 'Filled redemptions that were claimed, newest first',
    params,
    data: z.array(ClaimSchema),
    read: ({ id }, block, slice) =>
      queries.claims(find(id).id, block, slice).map(({ reactorId: _, shares, assets, ...row }) => ({
        ...row,
        shares: shares.toString(),
        assets: assets.toString(),
      })),
    keyOf: ({ block, logIndex }) => [block, logIndex],
  })

  resource(app, deps, {
    path: '/v1/reactors/{id}/requests/{controller}',
    tag,
    summary: 'What a controller asked to be redeemed, by cohort',
    params: params.extend({ controller: addressParam('controller', 'Who controls the requests') }),
    data: z.array(RequestSchema),
    read: ({ id, controller }) => {
      const asked = queries.requests(find(id).id, controller)
      if (asked.length === 0)
        throw new Problem('not-found', `${controller} never asked reactor ${id} for a redemption`)
      return asked.map(({ cohort, shares }) => ({ cohort, shares: shares.toString() }))
    },
  })
}

function reactorView(
  row: ReactorRow,
  held: readonly PositionRow[],
  open: readonly CohortRow[],
  catalog: Catalog,
) {
  const token = catalog.token(row.asset)
  const kind: 'pair' | 'token' = row.isPair ? 'pair' : 'token'
  return {
    id: row.id,
    address: row.address,
    asset: row.asset,
    symbol: catalog.token(row.address)?.symbol,
    assetSymbol: token?.symbol,
    decimals: token?.decimals,
    kind,
    ...ledgerView({ ...row, reserveFloor: reserveFloorOf(row.id, held) ?? null }),
    reserveAtBalance: row.lastReserve.toString(),
    externalFlow: row.external.toString(),
    shortCycles: row.shortCycles,
    openShares: open.reduce((sum, each) => sum + each.requested - each.filledShares, 0n).toString(),
  }
}

export interface LedgerRow {
  supply: bigint
  idle: bigint
  dep: bigint
  withheld: bigint
  dep0: bigint
  maxLpShare: bigint | null
  reserveFloor: bigint | null
}

export function ledgerView(row: LedgerRow): z.input<typeof LedgerSchema> {
  return {
    totalSupply: row.supply.toString(),
    idle: row.idle.toString(),
    deployed: row.dep.toString(),
    withheld: row.withheld.toString(),
    reserve: reserveOf(row).toString(),
    coverage: coverageOf(row).toString(),
    deployedAtFill: row.dep0.toString(),
    health: healthOf(row).toString(),
    maxLpShare: optionalText(row.maxLpShare),
    reserveFloor: optionalText(row.reserveFloor),
  }
}

function positionView(row: PositionRow) {
  return {
    id: row.id,
    adapter: row.adapter,
    tokenReactor: row.tokenReactor,
    pairReactor: row.pairReactor,
    multiple: optionalText(row.multiple),
    units: row.units.toString(),
    tokenAmount: row.tokenAmount.toString(),
    pairAmount: row.pairAmount.toString(),
    stale: row.stale,
  }
}
