import { startChaosRpc } from '@headrace/chaos-rpc'
import { startAnvil, type TestNode } from '@headrace/chaos-rpc/anvil'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkApi } from '../src/check/check.ts'
import { liveBacking } from './backing-life.ts'
import { liveCycles, liveMarket, liveVault } from './life.ts'
import { type Served, serve } from './serve.ts'
import { deployProtocol, type Protocol, World } from './world.ts'

let node: TestNode
let world: World
let protocol: Protocol
const open: Served[] = []

async function api(file?: string): Promise<Served> {
  const served = await serve(world.client, protocol.deployment, file)
  open.push(served)
  return served
}

beforeAll(async () => {
  node = await startAnvil('--slots-in-an-epoch', '3')
  world = new World(node)
  protocol = await deployProtocol(world)
}, 300_000)

afterAll(async () => {
  for (const each of open) await each.close()
  await node.stop()
})

async function agree({ url }: Served): Promise<void> {
  const { amounts, differences } = await checkApi(url, node.url)
  expect(differences).toEqual([])
  expect(amounts).toBeGreaterThan(50)
}

test('every amount is the chain’s, however the blocks were indexed', async () => {
  const live = await api()
  await live.indexer.advance()
  await agree(live)

  await liveVault(world, protocol)
  await live.indexer.advance()
  await agree(live)

  await liveMarket(world, protocol)
  await live.indexer.advance()
  await agree(live)

  await liveCycles(world, protocol)
  await live.indexer.advance()
  await agree(live)

  await liveBacking(world, protocol, async () => {
    await live.indexer.advance()
    await agree(live)
  })
  await live.indexer.advance()
  await agree(live)

  // The same chain read by ranges from the start.
  await world.mine(20)
  const late = await api()
  await late.indexer.advance()
  await agree(late)
}, 300_000)

test('what a node without an archive has forgotten is named, not compared', async () => {
  const { url, indexer } = await api()
  await indexer.advance()
  const pruned = await startChaosRpc({ upstream: node.url, seed: 1 })
  const forgotten = {
    kind: 'error',
    code: -32602,
    message: 'BlockOutOfRangeError',
    methods: ['eth_getCode'],
  } as const
  try {
    pruned.set({ ...forgotten, times: 1 })
    const { differences, leftOut } = await checkApi(url, pruned.url)
    expect(differences).toEqual([])
    expect(leftOut).toEqual([
      expect.stringMatching(/cycles\/\d+ ledgers: the node keeps no state of block \d+$/),
    ])
    pruned.set(forgotten)
    await expect(checkApi(url, pruned.url)).rejects.toThrow(/state of no completed cycle/)
  } finally {
    await pruned.close()
  }
}, 120_000)
