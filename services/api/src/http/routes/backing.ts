import { type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Address } from 'viem'
import type { pools } from '../../db/schema.ts'
import {
  dayStart,
  earned,
  frozenAt,
  returnable,
  roll,
  tokeOf,
  yearlyFeesPerToke,
} from '../../views/backing-math.ts'
import { optional } from '../../views/text.ts'
import type { Catalog } from '../catalog.ts'
import { addressParam, lmpOf } from '../params.ts'
import { Problem } from '../problem.ts'
import { type AnswerBlock, type ApiDeps, noParams, resource } from '../resource.ts'
import { BackingSchema, StakeSchema } from '../schemas/backing.ts'

type Pool = typeof pools.$inferSelect

const vault = z.object({ lmp: addressParam('lmp', 'Address of the vault') })

export function backingRoutes(app: OpenAPIHono, deps: ApiDeps, catalog: Catalog): void {
  const { queries } = deps
  const tag = 'Backing'

  resource(app, deps, {
    path: '/v1/backing',
    tag,
    summary: 'Backing pools of all vaults that have one',
    params: noParams,
    data: z.array(BackingSchema),
    read: (_, block) => queries.pools().map((pool) => poolView(pool, block)),
  })

  resource(app, deps, {
    path: '/v1/backing/{lmp}',
    tag,
    summary: 'The backing pool of a vault',
    params: vault,
    data: BackingSchema,
    read: ({ lmp }, block) => poolView(poolOf(lmp), block),
  })

  resource(app, deps, {
    path: '/v1/backing/{lmp}/positions/{account}',
    tag,
    summary: 'What an account has staked on a vault: shares, exits, fees, returns',
    params: vault.extend({ account: addressParam('account', 'Who staked') }),
    data: StakeSchema,
    read: ({ lmp, account }, block) => stakeView(poolOf(lmp), account, block),
  })

  function poolOf(lmp: Address): Pool {
    const { address } = lmpOf(queries, lmp)
    const found = queries.pools().find((pool) => pool.lmp === address)
    if (found === undefined) throw new Problem('not-found', `nobody backs ${address}: see /v1/backing`)
    return found
  }

  /** When the freeze began that holds buckets back; it concerns no pool that cannot be slashed. */
  function freezeOf({ lmp, mode }: Pool, { timestamp }: AnswerBlock) {
    const state = queries.lossState(lmp)
    if (mode === 'no-slashing' || state === undefined || !lmpOf(queries, lmp).frozen) return undefined
    const since = frozenAt(state, timestamp)
    return since === undefined || state.freezeEnd === null ? undefined : { since, until: state.freezeEnd }
  }

  /** The pool as of the block: buckets that are due count as gone. */
  function rolled(stored: Pool, block: AnswerBlock) {
    const freeze = freezeOf(stored, block)
    return { freeze, ...roll(stored, queries.waitingBuckets(stored.address), freeze?.since, block.timestamp) }
  }

  function poolView(stored: Pool, block: AnswerBlock): z.input<typeof BackingSchema> {
    const asset = catalog.lmp(stored.lmp)?.asset
    if (asset === undefined) throw new Error(`the deployment file has no LMP ${stored.lmp}`)
    const { pool, freeze } = rolled(stored, block)
    return {
      lmp: stored.lmp,
      pool: stored.address,
      mode: stored.mode,
      asset,
      toke: pool.toke.toString(),
      totalShares: pool.shares.toString(),
      rate: pool.rate.toString(),
      end: pool.end,
      cases: pool.cases,
      yearlyFeesPerToke: yearlyFeesPerToke(pool).toString(),
      freeze,
      splitters: queries.splitters(stored.lmp).map((row) => ({
        address: row.address,
        fee: row.fee,
        heldShares: row.held.toString(),
        pendingShares: row.pending.toString(),
        distributedShares: row.redeemed.toString(),
        distributedAssets: row.assets.toString(),
        protocolShares: row.toProtocol.toString(),
        lastAt: optional(row.lastAt),
      })),
    }
  }

  function stakeView(stored: Pool, account: Address, block: AnswerBlock): z.input<typeof StakeSchema> {
    const stake = queries.stake(stored.address, account)
    if (stake === undefined) throw new Problem('not-found', `${account} never staked on ${stored.lmp}`)
    const { pool, gone } = rolled(stored, block)
    const exits = queries.exits(stored.address, account).flatMap(({ exits: exit, buckets: bucket }) => {
      const { day, shares } = exit
      if (shares === 0n || bucket === null) return []
      const left = bucket.left ? bucket : gone.get(day)
      const leavesAt = dayStart(day)
      const state: 'left' | 'due' | 'cooling' = left
        ? 'left'
        : leavesAt <= block.timestamp
          ? 'due'
          : 'cooling'
      const toke = tokeOf(left ?? pool, shares)
      return [{ day, leavesAt, state, shares: shares.toString(), toke: toke.toString() }]
    })
    const returns = queries
      .slashesOf(stored.address, account)
      .flatMap(({ slashes: slash, slash_shares: credited }) => {
        // A slash the stake was not settled since counts the shares it has.
        const shares = (credited?.shares ?? 0n) + (slash.caseId >= stake.cases ? stake.shares : 0n)
        const toke = returnable(shares, slash.shares, slash.returned, credited?.claimed ?? 0n)
        return toke === 0n ? [] : [{ caseId: slash.caseId, returnable: toke.toString() }]
      })
    return {
      account,
      pool: stored.address,
      shares: stake.shares.toString(),
      toke: tokeOf(pool, stake.shares).toString(),
      claimable: (stake.owed + earned(stake.shares, pool.perShare, stake.perShare)).toString(),
      exits,
      returns,
    }
  }
}
