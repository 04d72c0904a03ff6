import { startAnvil, type TestNode } from '@headrace/chaos-rpc/anvil'
import { parseEther } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkApi } from '../src/check/check.ts'
import { journalled } from '../src/db/schema.ts'
import { IndexerFault } from '../src/indexer/fault.ts'
import { NO_READINGS } from '../src/indexer/readings.ts'
import { liveBacking } from './backing-life.ts'
import { liveCycles, liveVault } from './life.ts'
import { type Served, serve } from './serve.ts'
import { deployProtocol, type Protocol, World } from './world.ts'

let node: TestNode
let world: World
let protocol: Protocol
const open: Served[] = []

async function api(deployment = protocol.deployment): Promise<Served> {
  const served = await serve(world.client, deployment)
  open.push(served)
  return served
}

beforeAll(async () => {
  // Final is head - 80: a whole life may still be undone.
  node = await startAnvil('--slots-in-an-epoch', '40')
  world = new World(node)
  protocol = await deployProtocol(world)
}, 120_000)

afterAll(async () => {
  for (const each of open) await each.close()
  await node.stop()
})

/** Everything handlers wrote, in an order of its own. */
const contents = ({ db }: Served) =>
  journalled.map((table) =>
    db.write
      .select()
      .from(table)
      .all()
      .map((row) => JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? `${value}n` : value)))
      .sort(),
  )

/** Equal to an index made at once, which is told of no reactor and must find them by their events. */
async function expectFreshIndex(followed: Served): Promise<void> {
  const fresh = await api({ ...protocol.deployment, reactors: [] })
  await fresh.indexer.advance()
  expect(contents(followed)).toEqual(contents(fresh))
}

async function expectChain({ url }: Served): Promise<void> {
  const { amounts, differences } = await checkApi(url, node.url)
  expect(differences).toEqual([])
  expect(amounts).toBeGreaterThan(50)
}

test('after a reorg of any depth the rows are those of the new chain', async () => {
  const followed = await api()
  world.onBlock = () => followed.indexer.advance()
  await followed.indexer.advance()
  const before = contents(followed)

  const start = await world.client.getBlockNumber()
  await liveVault(world, protocol)
  expect(contents(followed)).not.toEqual(before)
  for (const depth of [1, 4, 11, Number((await world.client.getBlockNumber()) - start)]) {
    await world.reorg(depth)
    await followed.indexer.advance()
    await expectFreshIndex(followed)
  }
  await expectChain(followed)
  expect(followed.indexer.status().reorgs).toBe(4)

  await liveCycles(world, protocol)
  for (const depth of [2, 9, 23]) {
    await world.reorg(depth)
    await followed.indexer.advance()
    await expectFreshIndex(followed)
  }
  await expectChain(followed)

  const losses = await world.client.getBlockNumber()
  await liveBacking(world, protocol)
  const length = Number((await world.client.getBlockNumber()) - losses)
  for (const depth of [1, 3, 8, 19, length - 31]) {
    await world.reorg(depth)
    await followed.indexer.advance()
    await expectFreshIndex(followed)
  }
  await expectChain(followed)
  // The chain goes on from there, and the index with it.
  await world.send(protocol.reserve, 'contribute', 0, parseEther('5'))
  await expectFreshIndex(followed)
}, 300_000)

test('a restart in the middle goes on where the file ends, a lagging node changes nothing', async () => {
  const [followed] = open
  if (followed === undefined) throw new Error('the test before made no index')
  const tip = followed.store.unfinalized().at(-1)
  await followed.indexer.advance()
  expect(followed.store.unfinalized().at(-1)).toEqual(tip)
  await world.mine(90)
  await followed.indexer.advance()
  await expectFreshIndex(followed)
})

test('a reorg below finality stops the indexer for good and leaves the rows alone', async () => {
  const [followed] = open
  if (followed === undefined) throw new Error('the test before made no index')
  const before = contents(followed)
  await world.reorg(100)
  await expect(followed.indexer.advance()).rejects.toThrow('went below finality')

  const stop = new AbortController()
  await followed.indexer.run(stop.signal)
  expect(followed.indexer.status().fault).toContain('went below finality')
  expect(contents(followed)).toEqual(before)
  const ready = await fetch(`${followed.url}/readyz`)
  expect(ready.status).toBe(503)
  expect((await fetch(`${followed.url}/v1/lmps`)).status).toBe(200)
})

test('a second program on the same file is refused', async () => {
  const served = await api()
  await served.indexer.advance()
  const tip = served.store.unfinalized().at(-1)
  if (tip === undefined) throw new Error('nothing was indexed')
  const sibling = { ...tip, number: tip.number + 1n, parentHash: tip.parentHash }
  expect(() => served.store.writeBlock(sibling, [], NO_READINGS)).toThrow(IndexerFault)
  expect(() => served.store.writeBlock(tip, [], NO_READINGS)).toThrow(IndexerFault)
  expect(served.store.unfinalized().at(-1)).toEqual(tip)
})
