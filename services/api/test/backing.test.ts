import { startAnvil, type TestNode } from '@headrace/chaos-rpc/anvil'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { checkApi } from '../src/check/check.ts'
import { encodeCursor } from '../src/http/cursor.ts'
import { BackingSchema, StakeSchema } from '../src/http/schemas/backing.ts'
import { LmpSchema } from '../src/http/schemas/lmps.ts'
import {
  CheckpointSchema,
  CurrentLossSchema,
  LossSchema,
  SlashSchema,
  VestingSchema,
} from '../src/http/schemas/losses.ts'
import { PriceSchema } from '../src/http/schemas/market.ts'
import { liveBacking } from './backing-life.ts'
import { REPORTERS } from './backing-world.ts'
import { type Served, serve } from './serve.ts'
import { deployProtocol, type Protocol, World } from './world.ts'

let node: TestNode
let world: World
let protocol: Protocol
let served: Served

const metaShape = z.object({
  block: z.object({ number: z.number(), hash: z.string(), timestamp: z.number() }),
})

async function get<T extends z.ZodType>(path: string, data: T) {
  const response = await fetch(`${served.url}/v1/${path}`)
  expect(response.status, path).toBe(200)
  const answer = z.object({ data: z.unknown(), meta: metaShape }).parse(await response.json())
  return { data: data.parse(answer.data), block: answer.meta.block }
}

/** Everything the new routes say at one moment. */
async function moment() {
  await served.indexer.advance()
  const lmp = protocol.lmp.address
  const { data: vault, block } = await get(`lmps/${lmp}`, LmpSchema)
  const of = async <T extends z.ZodType>(path: string, data: T) => (await get(path, data)).data
  return {
    block,
    vault,
    current: await of(`losses/current/${lmp}`, CurrentLossSchema),
    losses: await of('losses', z.array(LossSchema)),
    slashes: await of('slashes', z.array(SlashSchema)),
    vesting: await of('vesting', z.array(VestingSchema)),
    backing: await of(`backing/${lmp}`, BackingSchema),
    staker: await of(`backing/${lmp}/positions/${world.staker}`, StakeSchema),
  }
}

type Moment = Awaited<ReturnType<typeof moment>>
const seen: Moment[] = []

/** The moments of a life, in the order of its `look`s. */
function at(index: number): Moment {
  const found = seen[index]
  if (found === undefined) throw new Error(`the life had no moment ${index}`)
  return found
}

beforeAll(async () => {
  node = await startAnvil('--slots-in-an-epoch', '3')
  world = new World(node)
  protocol = await deployProtocol(world)
  served = await serve(world.client, protocol.deployment)
  await liveBacking(world, protocol, async () => {
    seen.push(await moment())
  })
  seen.push(await moment())
}, 300_000)

afterAll(async () => {
  await served.close()
  await node.stop()
})

test('stakes earn what was distributed; an exit cools', () => {
  const { vault, backing, staker, losses, current } = at(0)
  expect(losses).toEqual([])
  expect(current).toMatchObject({ above: 0, epoch: 0 })
  expect(current.freeze).toBeUndefined()
  expect(current.lastCheckpoint?.mark).toBe(vault.lossMark)
  expect(vault).toMatchObject({ frozen: false, cover: '0', managementFee: { bps: 20 } })
  expect(backing).toMatchObject({ toke: '1333000000000000000007', mode: 'slashing', cases: 0 })
  // TOKE has no price: what would need one is absent.
  expect(Object.keys(backing)).not.toContain('apr')
  expect(Object.keys(backing)).not.toContain('coverage')
  expect(BigInt(backing.yearlyFeesPerToke)).toBeGreaterThan(0n)
  const [performance, management] = backing.splitters
  expect(performance?.fee).toBe('performance')
  expect(BigInt(performance?.distributedAssets ?? 0)).toBeGreaterThan(0n)
  expect(management?.fee).toBe('management')
  expect(staker).toMatchObject({ shares: '300000000000000000007', returns: [] })
  expect(staker.exits).toMatchObject([{ state: 'cooling', shares: '33000000000000000000' }])
})

test('a loss freezes; a bucket that falls due in the freeze waits', () => {
  const { vault, current, backing } = at(1)
  expect(vault.frozen).toBe(true)
  expect(current.above).toBeGreaterThanOrEqual(2)
  expect(BigInt(current.now?.loss ?? 0)).toBeGreaterThan(BigInt(current.now?.threshold ?? 0))
  expect(current.freeze).toBeDefined()
  expect(backing.freeze).toEqual(current.freeze)
  expect(at(2).staker.exits.map(({ state }) => state)).toEqual(['due', 'cooling'])
})

test('a case counts down, is executed and vests', () => {
  const { losses: open, current } = at(2)
  expect(open).toMatchObject([{ epoch: 0, status: 'open' }])
  expect(open[0]?.decided).toBeUndefined()
  expect(current.openCase).toBe(open[0]?.id)
  expect([...(open[0]?.signers ?? [])].sort()).toEqual(REPORTERS.map(({ address }) => address).sort())
  expect(open[0]?.executableAt).toBe((open[0]?.timestamp ?? 0) + 48 * 3_600)

  const { losses, slashes, vesting, vault, backing, staker } = at(3)
  expect(losses).toMatchObject([{ status: 'executed', decided: { vestingId: 0 } }])
  expect(slashes).toMatchObject([{ caseId: 0, vestingId: 0, lossId: losses[0]?.id }])
  expect(slashes[0]?.toke).toBe(losses[0]?.decided?.slashed)
  expect(vesting).toMatchObject([{ id: 0, vested: '0', lossId: losses[0]?.id }])
  expect(vesting[0]?.outstanding).toBe(vault.cover)
  expect(vault).toMatchObject({ frozen: false, cover: losses[0]?.decided?.coverage })
  expect(backing.freeze).toBeUndefined()
  expect(staker.exits.map(({ state }) => state)).toEqual(['left', 'cooling'])

  const later = at(4)
  expect(BigInt(later.vesting[0]?.vested ?? 0)).toBeGreaterThan(0n)
  expect(BigInt(later.vault.entryAssets)).toBeGreaterThan(BigInt(later.vault.exitAssets))
})

test('what recovers returns to those who were slashed', () => {
  const { vesting, vault, staker } = at(5)
  expect(vesting).toMatchObject([{ outstanding: '0', ended: { returned: vesting[0]?.toke } }])
  expect(vault.cover).toBe('0')
  expect(staker.returns).toMatchObject([{ caseId: 0 }])
})

test('a rejected case says against what; each case is as it was at the block of its page', async () => {
  expect(at(6).losses.map(({ status }) => status)).toEqual(['open', 'executed'])
  const { losses, slashes } = at(7)
  expect(losses.map(({ status }) => status)).toEqual(['rejected', 'executed'])
  expect(losses[0]?.decided?.threshold).toBeDefined()
  expect(losses[0]?.decided?.slashed).toBeUndefined()
  expect(slashes).toHaveLength(1)
  expect(at(8).losses.map(({ status }) => status)).toEqual(['open', 'rejected', 'executed'])

  const { number, hash } = at(6).block
  const cursor = encodeCursor({ block: number, hash: `0x${hash.slice(2)}`, after: [number + 1, 0] })
  expect((await get(`losses?cursor=${cursor}`, z.array(LossSchema))).data).toEqual(at(6).losses)
})

test('one case, and the checkpoints its window names', async () => {
  const [open] = at(8).losses
  if (open === undefined) throw new Error('there is no case')
  expect((await get(`losses/${open.id.toLowerCase()}`, LossSchema)).data).toEqual(open)
  const { data } = await get(`lmps/${protocol.lmp.address}/checkpoints?limit=200`, z.array(CheckpointSchema))
  expect(data.length).toBe(at(8).current.checkpoints)
  const last = data.find(({ checkpoint }) => checkpoint === open.window.last)
  expect(last).toMatchObject({ timestamp: open.window.lastAt, hash: open.window.hash })
})

test('a feed whose answer is no round has no price and stops nothing', async () => {
  await world.send(protocol.feed, 'breakDown')
  await served.indexer.advance()
  const { data } = await get('prices', z.array(PriceSchema))
  expect(data).toMatchObject([{ ok: false }])
  expect(Object.keys(data[0] ?? {})).not.toContain('market')
  expect(Object.keys(data[0]?.source ?? {})).not.toContain('answer')
  expect((await checkApi(served.url, node.url)).differences).toEqual([])
}, 60_000)

test('check:api sees one wei of a stake, of a bucket and of a case', async () => {
  const tables = ['stakes', 'buckets', 'recoveries', 'checkpoints'] as const
  const columns = { stakes: 'owed', buckets: 'shares', recoveries: 'coverage', checkpoints: 'loss' }
  const named = { stakes: 'claimable', buckets: 'exits', recoveries: 'coverage', checkpoints: 'loss' }
  for (const table of tables) {
    const column = columns[table]
    const changed = `UPDATE ${table} SET ${column} = CAST(substr(${column}, 1, length(${column}) - 1) || `
    const flip = `((CAST(substr(${column}, -1) AS INTEGER) + 1) % 10) AS TEXT)`
    served.db.write.run(`${changed}${flip}`)
    const { differences } = await checkApi(served.url, node.url)
    expect(differences.join('\n'), table).toContain(named[table])
    const back = `((CAST(substr(${column}, -1) AS INTEGER) + 9) % 10) AS TEXT)`
    served.db.write.run(`${changed}${back}`)
  }
  expect((await checkApi(served.url, node.url)).differences).toEqual([])
}, 120_000)
