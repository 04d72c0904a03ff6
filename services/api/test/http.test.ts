import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startAnvil, type TestNode } from '@headrace/chaos-rpc/anvil'
import { eq } from 'drizzle-orm'
import { parseEther } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { checkApi } from '../src/check/check.ts'
import { lmps, reports } from '../src/db/schema.ts'
import { renderDocument } from '../src/http/document.ts'
import { DestinationSchema, LmpSchema, RebalanceSchema, ReportSchema } from '../src/http/schemas/lmps.ts'
import { ClaimSchema, CycleDetailSchema, ReactorDetailSchema } from '../src/http/schemas/reactors.ts'
import { liveCycles, liveVault } from './life.ts'
import { type Served, serve } from './serve.ts'
import { deployProtocol, type Protocol, World } from './world.ts'

let node: TestNode
let world: World
let protocol: Protocol
let served: Served

beforeAll(async () => {
  node = await startAnvil('--slots-in-an-epoch', '3')
  world = new World(node)
  protocol = await deployProtocol(world)
  served = await serve(world.client, protocol.deployment)
}, 120_000)

afterAll(async () => {
  await served.close()
  await node.stop()
})

const get = (path: string, init?: RequestInit) => fetch(`${served.url}${path}`, init)

const problemShape = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  instance: z.string(),
})

async function expectProblem(path: string, status: number, kind: string, init?: RequestInit): Promise<void> {
  const response = await get(path, init)
  expect(response.status, path).toBe(status)
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(response.headers.get('access-control-allow-origin')).toBe('*')
  const problem = problemShape.parse(await response.json())
  expect(problem).toMatchObject({
    type: `urn:headrace:problem:${kind}`,
    status,
    instance: path.split('?')[0],
  })
}

const listShape = z.object({
  data: z.array(ReportSchema),
  meta: z.object({ block: z.object({ number: z.number(), hash: z.string() }) }),
  page: z.object({ limit: z.number(), next: z.string().optional() }),
})

const history = async (query: string) =>
  listShape.parse(await (await get(`/v1/lmps/${protocol.lmp.address}/history${query}`)).json())

test('before the first block there is nothing to answer with', async () => {
  await expectProblem('/v1/lmps', 503, 'not-indexed')
  expect((await get('/healthz')).status).toBe(200)
  expect((await get('/readyz')).status).toBe(503)
})

test('the openapi document is the committed one and what is served', async () => {
  const committed = readFileSync(join(import.meta.dirname, '../openapi.json'), 'utf8')
  expect(JSON.parse(renderDocument()), 'run `npm run openapi -w @headrace/api`').toEqual(
    JSON.parse(committed),
  )
  expect(await (await get('/openapi.json')).json()).toEqual(JSON.parse(committed))
})

test('answers fit their schemas', async () => {
  await liveVault(world, protocol)
  await liveCycles(world, protocol)
  await served.indexer.advance()
  const data = async (path: string) =>
    z.object({ data: z.unknown() }).parse(await (await get(path)).json()).data
  z.array(LmpSchema)
    .min(1)
    .parse(await data('/v1/lmps'))
  // The last one left a closing destination, of which the gate is not asked.
  z.tuple([
    RebalanceSchema.refine(({ check }) => check === undefined),
    RebalanceSchema.required({ check: true }),
    RebalanceSchema.required({ check: true }),
  ]).parse(await data('/v1/rebalances'))
  z.array(DestinationSchema)
    .length(2)
    .parse(await data(`/v1/lmps/${protocol.lmp.address}/destinations`))
  ReactorDetailSchema.parse(await data('/v1/reactors/0'))
  z.array(ClaimSchema)
    .min(1)
    .parse(await data('/v1/reactors/0/claims'))
  expect(await data(`/v1/reactors/0/requests/${world.admin}`)).toEqual([
    { cohort: 0, shares: parseEther('1000').toString() },
    { cohort: 1, shares: parseEther('2500').toString() },
  ])
  CycleDetailSchema.parse(await data('/v1/cycles/1'))
  expect(await data('/v1/cycles/2')).toMatchObject({ phase: 'balance', left: 1 })
  expect((await get('/readyz')).status).toBe(200)
})

test('pages hold every row once, of the block of the first page, whatever happens meanwhile', async () => {
  const all = await history('?limit=200')
  expect(all.page.next).toBeUndefined()
  expect(all.data.length).toBeGreaterThan(3)

  const first = await history('?limit=2')
  await world.send(protocol.lmp, 'report')
  await served.indexer.advance()
  const rows = [...first.data]
  for (let next = first.page.next; next !== undefined; ) {
    const page = await history(`?limit=2&cursor=${next}`)
    expect(page.meta.block).toEqual(first.meta.block)
    rows.push(...page.data)
    next = page.page.next
  }
  expect(rows).toEqual(all.data)
  expect((await history('?limit=200')).data.length).toBe(all.data.length + 1)
})

test('a cursor of a block that was reorganised away is gone', async () => {
  const { page } = await history('?limit=1')
  await world.reorg(2)
  await world.mine(1)
  await served.indexer.advance()
  await expectProblem(
    `/v1/lmps/${protocol.lmp.address}/history?limit=1&cursor=${page.next}`,
    410,
    'cursor-expired',
  )
})

test('an unchanged block is not sent twice', async () => {
  const first = await get('/v1/lmps')
  const tag = first.headers.get('etag') ?? ''
  expect(tag).toMatch(/^W\/"0x[0-9a-f]{64}"$/)
  expect(first.headers.get('cache-control')).toContain('max-age')
  const second = await get('/v1/lmps', { headers: { 'If-None-Match': `"other", ${tag}` } })
  expect(second.status).toBe(304)
  expect(await second.text()).toBe('')
  await world.mine(1)
  await served.indexer.advance()
  expect((await get('/v1/lmps', { headers: { 'If-None-Match': tag } })).status).toBe(200)
})

test('a browser of another origin may read, and only read', async () => {
  const preflight = await get('/v1/lmps', { method: 'OPTIONS', headers: { origin: 'https://app.example' } })
  expect(preflight.status).toBe(204)
  expect(preflight.headers.get('access-control-allow-methods')).toBe('GET, HEAD, OPTIONS')
  expect((await get('/v1/lmps')).headers.get('access-control-allow-origin')).toBe('*')
  expect((await get('/v1/lmps', { method: 'HEAD' })).status).toBe(200)
  await expectProblem('/v1/lmps', 405, 'method-not-allowed', { method: 'POST' })
})

test('bad requests are named', async () => {
  const lmp = protocol.lmp.address
  await expectProblem('/v1/nothing', 404, 'not-found')
  await expectProblem('/v1/lmps/0x12', 400, 'bad-request')
  await expectProblem(`/v1/lmps/${protocol.weth.address}`, 404, 'not-found')
  await expectProblem('/v1/reactors/9', 404, 'not-found')
  await expectProblem('/v1/reactors/-1', 400, 'bad-request')
  await expectProblem('/v1/reactors/9/claims', 404, 'not-found')
  await expectProblem('/v1/reactors/0/claims?cursor=abc', 400, 'bad-request')
  await expectProblem('/v1/reactors/0/requests/me', 400, 'bad-request')
  await expectProblem(`/v1/reactors/0/requests/${lmp}`, 404, 'not-found')
  await expectProblem('/v1/cycles/99', 404, 'not-found')
  const { bare, weth } = protocol
  for (const path of ['losses/current', 'backing']) {
    await expectProblem(`/v1/${path}/0x12`, 400, 'bad-request')
    await expectProblem(`/v1/${path}/${weth.address}`, 404, 'not-found')
  }
  await expectProblem(`/v1/backing/${bare.address}`, 404, 'not-found')
  await expectProblem(`/v1/backing/${bare.address}/positions/${lmp}`, 404, 'not-found')
  await expectProblem(`/v1/backing/${lmp}/positions/${lmp}`, 404, 'not-found')
  await expectProblem(`/v1/backing/${lmp}/positions/me`, 400, 'bad-request')
  await expectProblem('/v1/losses/7', 400, 'bad-request')
  await expectProblem(`/v1/losses/${lmp}-99`, 404, 'not-found')
  await expectProblem(`/v1/losses/${weth.address}-0`, 404, 'not-found')
  await expectProblem(`/v1/lmps/${weth.address}/checkpoints`, 404, 'not-found')
  for (const list of ['losses', 'slashes', 'vesting', `lmps/${lmp}/checkpoints`]) {
    await expectProblem(`/v1/${list}?cursor=abc`, 400, 'bad-request')
    await expectProblem(`/v1/${list}?limit=0`, 400, 'bad-request')
  }
  await expectProblem(`/v1/lmps/${lmp}/history?limit=0`, 400, 'bad-request')
  await expectProblem(`/v1/lmps/${lmp}/history?limit=201`, 400, 'bad-request')
  await expectProblem(`/v1/lmps/${lmp}/history?cursor=abc`, 400, 'bad-request')
  expect((await get(`/v1/lmps/${lmp.toLowerCase()}`)).status).toBe(200)
})

test('the docs page fetches nothing from elsewhere', async () => {
  const page = await get('/docs')
  const html = await page.text()
  expect(page.headers.get('content-security-policy')).toContain("default-src 'self'")
  const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link ?? '')
  expect(links.filter((link) => !link.startsWith('/') && link !== 'data:,')).toEqual([])
  for (const link of links.filter((each) => each.startsWith('/'))) {
    expect((await get(link)).status, link).toBe(200)
  }
})

test('metrics tell where the index stands', async () => {
  const text = await (await get('/metrics')).text()
  const head = await world.client.getBlockNumber()
  expect(text).toContain(`indexer_tip_block{service="api"} ${head}`)
  expect(text).toContain('indexer_fault{service="api"} 0')
})

test('check:api sees one wei and a missing row', async () => {
  const before = await checkApi(served.url, node.url)
  expect(before.differences).toEqual([])
  const { db } = served
  const mine = eq(lmps.address, protocol.lmp.address)
  const row = db.write.select().from(lmps).where(mine).get()
  if (row === undefined) throw new Error('no vault is indexed')
  const differences = async (idle: bigint) => {
    db.write.update(lmps).set({ idle }).where(mine).run()
    return (await checkApi(served.url, node.url)).differences.join('\n')
  }
  expect(await differences(row.idle + 1n)).toMatch(/\d\.idle: /)
  // More than the fee's rounding can hide.
  const off = await differences(row.idle + 10n)
  for (const field of ['totalAssets', 'entryAssets', 'exitAssets'])
    expect(off).toMatch(new RegExp(`\\d\\.${field}: `))
  db.write.update(lmps).set({ idle: row.idle }).where(mine).run()

  db.write.delete(reports).run()
  expect((await checkApi(served.url, node.url)).differences.join('\n')).toContain('/history : 0 items')
}, 120_000)

test('amounts are exact strings', async () => {
  const text = await (await get(`/v1/lmps/${protocol.lmp.address}`)).text()
  const { data } = z.object({ data: LmpSchema }).parse(JSON.parse(text))
  expect(data.cap).toBe(parseEther('9000').toString())
  expect(data.symbol).toBe('hrETH')
})
