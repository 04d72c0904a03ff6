import { type ChaosRpc, startChaosRpc } from '@headrace/chaos-rpc'
import { startAnvil, type TestNode } from '@headrace/chaos-rpc/anvil'
import { parseAbi } from 'viem'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import {
  type BlockRef,
  compareChain,
  connect,
  DeepReorgError,
  type EndpointFailure,
  logsOfBlock,
  pinnedTo,
  RpcUnavailableError,
  readBlock,
  readFinalized,
  readHead,
  scanLogs,
  watchHeads,
} from '../src/index.ts'

const SEED = 11
const RICH = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const LOGGER = '0x00000000000000000000000000000000000000bb'
/** Emits a log with the word 1 as data: PUSH1 1 PUSH1 0 MSTORE PUSH1 32 PUSH1 0 LOG0. */
const LOGS_ONE = '0x600160005260206000a0'
/** Returns the block number: NUMBER PUSH1 0 MSTORE PUSH1 32 PUSH1 0 RETURN. */
const CLOCK = '0x00000000000000000000000000000000000000cc'
const RETURNS_NUMBER = '0x4360005260206000f3'
const clockAbi = parseAbi(['function now_() view returns (uint256)'])

let node: TestNode
let first: ChaosRpc
let second: ChaosRpc
let failures: EndpointFailure[]

beforeAll(async () => {
  node = await startAnvil('--slots-in-an-epoch', '1')
  first = await startChaosRpc({ upstream: node.url, seed: SEED })
  second = await startChaosRpc({ upstream: node.url, seed: SEED })
  await node.rpc('anvil_setCode', LOGGER, LOGS_ONE)
  await node.rpc('anvil_setCode', CLOCK, RETURNS_NUMBER)
})
afterEach(() => {
  first.set()
  second.set()
})
afterAll(async () => {
  await Promise.all([first.close(), second.close()])
  await node.stop()
})

function open(options: { timeoutMs?: number; cooldownMs?: number } = {}) {
  failures = []
  return connect({
    urls: [first.url, second.url],
    retryDelayMs: 20,
    ...options,
    onFailure: (failure) => failures.push(failure),
  })
}
const mine = (blocks: number) => node.rpc('anvil_mine', `0x${blocks.toString(16)}`)

it('goes on with the second endpoint, names the first, and leaves it alone for a while', async () => {
  first.set({ kind: 'down' })
  const { client, endpoints } = open()
  expect(await client.getChainId()).toBe(31337)
  expect(failures.map(({ endpoint }) => endpoint)).toEqual([endpoints[0]?.label])
  const asked = first.count('eth_blockNumber')
  await client.getBlockNumber({ cacheTime: 0 })
  expect(first.count('eth_blockNumber')).toBe(asked)
})

it('comes back to the preferred endpoint after the cooldown', async () => {
  first.set({ kind: 'rateLimited', times: 1 })
  const { client } = open({ cooldownMs: 50 })
  await client.getChainId()
  await new Promise((resolve) => setTimeout(resolve, 60))
  const asked = first.count('eth_gasPrice')
  await client.getGasPrice()
  expect(first.count('eth_gasPrice')).toBe(asked + 1)
})

it('gives up on a slow endpoint after its deadline', async () => {
  first.set({ kind: 'delay', ms: 2_000 })
  const { client } = open({ timeoutMs: 100 })
  const start = performance.now()
  await client.getChainId()
  expect(performance.now() - start).toBeLessThan(1_500)
})

it('tries the whole list again, then says who failed how without a URL', async () => {
  const { client } = open()
  first.set({ kind: 'down', times: 2 })
  second.set({ kind: 'down', times: 2 })
  expect(await client.getChainId()).toBe(31337)
  first.set({ kind: 'down' })
  second.set({ kind: 'rateLimited' })
  const error = await client.getChainId().catch((thrown) => thrown)
  expect(error).toBeInstanceOf(RpcUnavailableError)
  expect(error.message).toMatch(
    /no RPC endpoint answers \(127\.0\.0\.1:\d+#1: not reachable; .*#2: HTTP 429\)/,
  )
  expect(error.message).not.toContain('http://')
})

it('passes the chain’s own answers on at once', async () => {
  const { client } = open()
  first.set({ kind: 'error', code: 3, message: 'execution reverted', data: '0x', methods: ['eth_call'] })
  const asked = second.count('eth_call')
  await expect(client.call({ to: CLOCK })).rejects.toThrow(/revert/)
  expect(second.count('eth_call')).toBe(asked)
})

it('asks another endpoint for a block the first one does not know', async () => {
  const { client } = open()
  first.set({ kind: 'error', code: -32000, message: 'header not found', methods: ['eth_call'] })
  const block = await readHead(client)
  const read = { address: CLOCK, abi: clockAbi, functionName: 'now_', ...pinnedTo(block) } as const
  expect(await client.readContract(read)).toBe(block.number)
})

it('pins reads by hash and refuses a block that left the chain', async () => {
  const { client } = open()
  await mine(4)
  const block = await readHead(client)
  await mine(2)
  const read = { address: CLOCK, abi: clockAbi, functionName: 'now_', ...pinnedTo(block) } as const
  expect(await client.readContract(read)).toBe(block.number)
  await node.rpc('anvil_reorg', 4, [])
  await expect(client.readContract(read)).rejects.toThrow()
  expect((await readFinalized(client)).number).toBe((await readHead(client)).number - 2n)
  expect(await readBlock(client, { blockHash: block.hash })).toBeUndefined()
})

it('finds the common ancestor over a real reorg', async () => {
  const { client } = open()
  const canonical = (number: bigint) => readBlock(client, { blockNumber: number })
  const stored: BlockRef[] = []
  for (let i = 0; i < 6; i++) {
    await mine(1)
    stored.push(await readHead(client))
  }
  const head = () => readHead(client)
  expect(await compareChain(stored, await head(), canonical)).toEqual({ kind: 'current' })
  expect(await compareChain(stored, stored[3] ?? (await head()), canonical)).toEqual({ kind: 'behind' })
  await mine(3)
  expect(await compareChain(stored, await head(), canonical)).toEqual({
    kind: 'extended',
    ancestor: stored[5],
  })
  // Three blocks on top and two of the stored ones are rewritten.
  await node.rpc('anvil_reorg', 5, [])
  expect(await compareChain(stored, await head(), canonical)).toEqual({
    kind: 'reorged',
    ancestor: stored[3],
    orphaned: [stored[5], stored[4]],
  })
  await node.rpc('anvil_reorg', 9, [])
  await expect(compareChain(stored, await head(), canonical)).rejects.toThrow(DeepReorgError)
  // An endpoint that does not know a block, or is far behind, proves no reorg.
  await expect(compareChain(stored, await head(), async () => undefined)).rejects.toThrow(/lags/)
  const [oldest] = stored
  if (oldest === undefined) throw new Error('nothing stored')
  const behind = { ...(await head()), number: oldest.number - 1n }
  await expect(compareChain(stored, behind, canonical)).rejects.toThrow(/lags/)
})

it('scans every log once, in order, narrowing where the node refuses', async () => {
  const { client } = open()
  const fromBlock = (await readHead(client)).number + 1n
  for (let i = 0n; i < 20n; i++) {
    await node.rpc('eth_sendTransaction', { from: RICH, to: LOGGER })
    // The node answers before it mines: each transaction gets a block of its own.
    await expect.poll(async () => (await readHead(client)).number).toBe(fromBlock + i)
  }
  const toBlock = (await readHead(client)).number
  const refusal = { kind: 'error', code: -32005, message: 'query returned more than 10000 results' } as const
  first.set({ ...refusal, methods: ['eth_getLogs'], times: 3 })
  const ranges: Array<[bigint, bigint]> = []
  const blocks: bigint[] = []
  for await (const range of scanLogs(client, { address: LOGGER, fromBlock, toBlock, maxRange: 16n })) {
    ranges.push([range.fromBlock - fromBlock, range.toBlock - fromBlock])
    blocks.push(...range.logs.map(({ blockNumber }) => blockNumber))
  }
  expect(ranges).toEqual([
    [0n, 1n],
    [2n, 5n],
    [6n, 13n],
    [14n, 19n],
  ])
  expect(blocks).toEqual(Array.from({ length: 20 }, (_, i) => fromBlock + BigInt(i)))
  expect(failures).toEqual([])
  expect(await logsOfBlock(client, await readHead(client), [LOGGER])).toHaveLength(1)

  first.set({ ...refusal, methods: ['eth_getLogs'] })
  await expect(scanLogs(client, { address: LOGGER, fromBlock, toBlock }).next()).rejects.toThrow(
    /more than 10000/,
  )
})

it('judges lag by arrival, sees a reorg at equal height and survives an outage', async () => {
  const { client } = open()
  const stop = new AbortController()
  const heads: BlockRef[] = []
  const errors: unknown[] = []
  const watch = watchHeads(client, {
    pollMs: 20,
    onHead: (head) => heads.push(head),
    onError: (error) => errors.push(error),
    signal: stop.signal,
  })
  const until = async (done: () => boolean) => {
    for (const deadline = Date.now() + 10_000; !done() && Date.now() < deadline; ) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    expect(done()).toBe(true)
  }
  await until(() => heads.length === 1)
  // Block time far in the future: the block has only just arrived.
  await node.rpc('evm_increaseTime', 30 * 86_400)
  await mine(1)
  await until(() => heads.length === 2)
  expect(watch.arrival().silentMs).toBeLessThan(1_000)
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(watch.arrival().silentMs).toBeGreaterThan(250)

  await node.rpc('anvil_reorg', 1, [])
  await until(() => heads.length === 3)
  expect(heads[2]?.number).toBe(heads[1]?.number)
  first.set({ kind: 'down' })
  second.set({ kind: 'down' })
  await until(() => errors.length > 0)
  first.set()
  second.set()
  await mine(1)
  await until(() => heads.length === 4)
  stop.abort()
  await watch.done
})
