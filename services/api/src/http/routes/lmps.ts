import { type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Address } from 'viem'
import type { lmps, lots, rebalances, StoredLeg } from '../../db/schema.ts'
import { toAssets, valueBook } from '../../views/lmp-math.ts'
import { optional, optionalText } from '../../views/text.ts'
import type { Catalog } from '../catalog.ts'
import { addressParam, lmpOf } from '../params.ts'
import { type AnswerBlock, type ApiDeps, listResource, noParams, resource } from '../resource.ts'
import {
  DestinationSchema,
  LIMITS,
  LimitsSchema,
  LmpSchema,
  LotSchema,
  RebalanceSchema,
  ReportSchema,
} from '../schemas/lmps.ts'

const params = z.object({ id: addressParam('id', 'Address of the vault') })

export function lmpRoutes(app: OpenAPIHono, deps: ApiDeps, catalog: Catalog): void {
  const { queries } = deps
  const tag = 'LMPs'

  const find = (id: Address) => lmpOf(queries, id)
  const view = (row: typeof lmps.$inferSelect, block: AnswerBlock) => lmpView(row, block, catalog)

  resource(app, deps, {
    path: '/v1/lmps',
    tag,
    summary: 'Vaults with their books at the block',
    params: noParams,
    data: z.array(LmpSchema),
    read: (_, block) => queries.lmps().map((row) => view(row, block)),
  })

  resource(app, deps, {
    path: '/v1/lmps/{id}',
    tag,
    summary: 'One vault',
    params,
    data: LmpSchema,
    read: ({ id }, block) => view(find(id), block),
  })

  listResource(app, deps, {
    path: '/v1/lmps/{id}/history',
    tag,
    summary: 'Reports of a vault, newest first',
    params,
    data: z.array(ReportSchema),
    read: ({ id }, block, slice) =>
      queries.reports(find(id).address, block, slice).map(({ lmp: _, supply, ...row }) => ({
        ...row,
        idle: row.idle.toString(),
        sumSafe: row.sumSafe.toString(),
        sumMin: row.sumMin.toString(),
        sumMax: row.sumMax.toString(),
        locked: row.locked.toString(),
        mark: row.mark.toString(),
        totalSupply: supply.toString(),
      })),
    keyOf: ({ block, logIndex }) => [block, logIndex],
  })

  resource(app, deps, {
    path: '/v1/lmps/{id}/destinations',
    tag,
    summary: 'Destinations of a vault with their last values and signals',
    params,
    data: z.array(DestinationSchema),
    read: ({ id }) =>
      queries.destinations(find(id).address).map(({ destinations: row, signals: signal }) => ({
        address: row.address,
        venue: catalog.destination(row.address)?.venue,
        name: catalog.destination(row.address)?.name,
        units: row.units.toString(),
        safe: row.safe.toString(),
        spot: row.spot.toString(),
        backing: row.backing.toString(),
        ok: optional(row.ok),
        valuedAt: optional(row.valuedAt),
        unsafeAt: optional(row.unsafeAt),
        closingAt: optional(row.closingAt),
        signal: signal
          ? {
              firstAt: signal.firstAt,
              lastAt: signal.lastAt,
              fellAt: optional(signal.fellAt),
              count: signal.count,
              rate: signal.rate.toString(),
              base: signal.base.toString(),
              sample: signal.sample.toString(),
              incentiveYearly: signal.incentiveYearly.toString(),
              incentiveOthers: signal.incentiveOthers.toString(),
            }
          : undefined,
      })),
  })

  resource(app, deps, {
    path: '/v1/lmps/{id}/limits',
    tag,
    summary: 'What a vault may enter, and what of it is left',
    params,
    data: LimitsSchema,
    read: ({ id }, block) => {
      const row = find(id)
      return {
        maxPoolShare: row.maxPoolShare.toString(),
        idleFloor: row.idleFloor.toString(),
        caps: queries.caps(row.address).map((cap) => ({
          id: cap.id,
          ...catalog.capped(cap.id),
          share: cap.share.toString(),
          amount: cap.amount.toString(),
        })),
        headroom: queries.headrooms(row.address, block).map(({ address, headroom }) => ({
          destination: address,
          room: optionalText(headroom?.room ?? null),
          limit: typeof headroom?.bound === 'number' ? LIMITS[headroom.bound] : undefined,
          subject: optional(headroom?.subject ?? null),
        })),
      }
    },
  })

  resource(app, deps, {
    path: '/v1/auctions',
    tag: 'Auctions',
    summary: 'What is sold for the vaults, per vault and token',
    params: noParams,
    data: z.array(LotSchema),
    read: (_, block) => queries.lots(block).map((row) => lotView(row, catalog)),
  })

  listResource(app, deps, {
    path: '/v1/lmps/{id}/rebalances',
    tag,
    summary: 'Rebalances of a vault, newest first',
    params,
    data: z.array(RebalanceSchema),
    read: ({ id }, block, slice) => queries.rebalancesOf(find(id).address, block, slice).map(rebalanceView),
    keyOf: ({ block, logIndex }) => [block, logIndex],
  })

  listResource(app, deps, {
    path: '/v1/rebalances',
    tag,
    summary: 'Rebalances of all vaults, newest first',
    params: noParams,
    data: z.array(RebalanceSchema),
    read: (_, block, slice) => queries.rebalances(block, slice).map(rebalanceView),
    keyOf: ({ block, logIndex }) => [block, logIndex],
  })
}

function lmpView(
  row: typeof lmps.$inferSelect,
  { timestamp }: AnswerBlock,
  catalog: Catalog,
): z.input<typeof LmpSchema> {
  const asset = catalog.lmp(row.address)?.asset
  if (asset === undefined) throw new Error(`the deployment file has no LMP ${row.address}`)
  const token = catalog.token(asset)
  const { locked, totalAssets, entryAssets, exitAssets, fresh, flowRoom, lossRoom } = valueBook(
    row,
    timestamp,
  )
  return {
    id: row.address,
    asset,
    symbol: catalog.token(row.address)?.symbol,
    assetSymbol: token?.symbol,
    decimals: token?.decimals,
    totalSupply: row.supply.toString(),
    totalAssets: totalAssets.toString(),
    entryAssets: entryAssets.toString(),
    exitAssets: exitAssets.toString(),
    assetsPerShare: optionalText(token && toAssets(10n ** BigInt(token.decimals), totalAssets, row.supply)),
    idle: row.idle.toString(),
    mark: row.mark.toString(),
    sumSafe: row.sumSafe.toString(),
    sumMin: row.sumMin.toString(),
    sumMax: row.sumMax.toString(),
    locked: locked.toString(),
    lockEnd: row.lockEnd,
    valuedAt: optional(row.valuedAt),
    clean: row.clean,
    fresh,
    stale: row.stale,
    expiry: optional(row.expiry),
    pausedUntil: optional(row.pausedUntil),
    flowRoom: flowRoom.toString(),
    lossRoom: lossRoom.toString(),
    gate: optional(row.gate),
    cap: optionalText(row.cap),
    feeBps: row.feeBps,
    feeRecipient: optional(row.feeRecipient),
    managementFee: {
      bps: row.managementFeeBps,
      recipient: optional(row.managementFeeRecipient),
    },
    lossMark: row.lossMark.toString(),
    frozen: row.frozen,
    cover: row.cover.toString(),
    lossLedger: optional(row.lossLedger),
    exitQueue: row.exitQueue,
    auctionProceeds: row.proceeds.toString(),
  }
}

type LotRow = { lot: typeof lots.$inferSelect; price: bigint | null }

function lotView({ lot, price }: LotRow, catalog: Catalog): z.input<typeof LotSchema> {
  const runs = lot.left > 0n
  return {
    seller: lot.seller,
    token: lot.token,
    tokenSymbol: catalog.token(lot.token)?.symbol,
    asset: catalog.lmp(lot.seller)?.asset,
    listed: lot.listed,
    left: lot.left.toString(),
    size: lot.size.toString(),
    waiting: lot.waiting.toString(),
    openedAt: optional(lot.openedAt),
    price: optionalText(price),
    registry: optional(lot.registry),
    startPrice: runs && lot.registry === null ? lot.startPrice.toString() : undefined,
    sold: lot.sold.toString(),
    paid: lot.paid.toString(),
  }
}

const legView = ({ destination, units }: StoredLeg) => ({ destination: optional(destination), units })

function rebalanceView(row: typeof rebalances.$inferSelect): z.input<typeof RebalanceSchema> {
  const { block, logIndex, timestamp, transactionHash, lmp, solver } = row
  const { cost, gain, incomeBefore, incomeAfter, moved, factor } = row
  const checked =
    cost !== null &&
    gain !== null &&
    incomeBefore !== null &&
    incomeAfter !== null &&
    moved !== null &&
    factor !== null
  return {
    block,
    logIndex,
    timestamp,
    transactionHash,
    lmp,
    solver,
    outs: row.outs.map(legView),
    ins: row.ins.map(legView),
    check: checked
      ? {
          cost: cost.toString(),
          gain: gain.toString(),
          incomeBefore: incomeBefore.toString(),
          incomeAfter: incomeAfter.toString(),
          moved: moved.toString(),
          factor: factor.toString(),
        }
      : undefined,
  }
}
