import { createPublicClient, http } from 'viem'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { startAnvil, type TestNode } from '../src/anvil.ts'
import { type ChaosRpc, seeded, startChaosRpc } from '../src/index.ts'

const SEED = 7
const RICH = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const POOR = '0x00000000000000000000000000000000000000aa'
/** Returns the word 1 for any call: PUSH1 1 PUSH1 0 MSTORE PUSH1 32 PUSH1 0 RETURN. */
const ALWAYS_ONE = '0x600160005260206000f3'
/** Emits a log with the word 1 as data: PUSH1 1 PUSH1 0 MSTORE PUSH1 32 PUSH1 0 LOG0. */
const LOGS_ONE = '0x600160005260206000a0'
const LOGGER = '0x00000000000000000000000000000000000000bb'

let node: TestNode
let proxy: ChaosRpc

beforeAll(async () => {
  node = await startAnvil()
  proxy = await startChaosRpc({ upstream: node.url, seed: SEED })
  await node.rpc('anvil_setCode', POOR, ALWAYS_ONE)
  await node.rpc('anvil_setCode', LOGGER, LOGS_ONE)
})
afterEach(() => proxy.set())
afterAll(async () => {
  await proxy.close()
  await node.stop()
})

const client = () => createPublicClient({ transport: http(proxy.url, { retryCount: 0, timeout: 2_000 }) })
/** Sent and mined: the node answers before it mines. */
async function transfer() {
  const hash = await node.rpc('eth_sendTransaction', { from: RICH, to: LOGGER, value: '0x1' })
  await expect.poll(() => node.rpc('eth_getTransactionReceipt', hash)).not.toBeNull()
}

it('forwards single calls and batches', async () => {
  expect(await client().getChainId()).toBe(31337)
  const batch = createPublicClient({ transport: http(proxy.url, { batch: true }) })
  expect(await Promise.all([batch.getChainId(), batch.getBalance({ address: POOR })])).toEqual([31337, 0n])
})

it('is down, for as many requests as asked', async () => {
  proxy.set({ kind: 'down', times: 1 })
  await expect(client().getChainId()).rejects.toThrow(/fetch failed/)
  expect(await client().getChainId()).toBe(31337)
})

it('delays', async () => {
  proxy.set({ kind: 'delay', ms: 300 })
  const start = performance.now()
  await client().getChainId()
  expect(performance.now() - start).toBeGreaterThanOrEqual(295)
})

it('drops the response of what it forwarded', async () => {
  const before = await client().getTransactionCount({ address: RICH })
  proxy.set({ kind: 'dropResponse', methods: ['eth_sendTransaction'] })
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'eth_sendTransaction',
    params: [{ from: RICH, to: POOR, value: '0x1' }],
  })
  await expect(fetch(proxy.url, { method: 'POST', body })).rejects.toThrow()
  // The node answers before it mines.
  await expect.poll(() => client().getTransactionCount({ address: RICH })).toBe(before + 1)
})

it('answers with an error, or with 429', async () => {
  proxy.set({ kind: 'error', code: -32000, message: 'nonce too low', methods: ['eth_gasPrice'] })
  await expect(client().getGasPrice()).rejects.toThrow(/nonce too low/)
  expect(await client().getChainId()).toBe(31337)
  proxy.set({ kind: 'rateLimited' })
  await expect(client().getChainId()).rejects.toThrow(/429/)
})

it('shows an older chain', async () => {
  await transfer()
  await transfer()
  const head = await client().getBlock()
  const nonce = await client().getTransactionCount({ address: RICH })
  const logs = await client().getLogs({ address: LOGGER, fromBlock: 0n })
  const hash = head.transactions[0] ?? '0x'
  proxy.set({ kind: 'staleHead', blocks: 1 })
  expect((await client().getBlock()).hash).toBe(head.parentHash)
  expect(await client().getBlockNumber({ cacheTime: 0 })).toBe(head.number - 1n)
  expect(await client().getTransactionCount({ address: RICH })).toBe(nonce - 1)
  await expect(client().getTransactionReceipt({ hash })).rejects.toThrow(/could not be found/)
  expect(await client().getLogs({ address: LOGGER, fromBlock: 0n })).toHaveLength(logs.length - 1)
})

it('lies in eth_call and eth_getLogs, and in nothing else', async () => {
  await transfer()
  const truth = await client().getLogs({ address: LOGGER, fromBlock: 0n })
  proxy.set({ kind: 'lyingCall' }, { kind: 'lyingLogs' })
  expect((await client().call({ to: POOR })).data).not.toBe(`0x${'1'.padStart(64, '0')}`)
  expect(await client().getLogs({ address: LOGGER, fromBlock: 0n })).not.toEqual(truth)
  expect(await client().getChainId()).toBe(31337)
})

it('fails the same requests for the same seed', async () => {
  const run = async (seed: number) => {
    const chaotic = await startChaosRpc({ upstream: node.url, seed, rules: [{ kind: 'down', chance: 0.5 }] })
    const each = createPublicClient({ transport: http(chaotic.url, { retryCount: 0 }) })
    const fates: boolean[] = []
    for (let i = 0; i < 16; i++)
      fates.push(
        await each.getChainId().then(
          () => true,
          () => false,
        ),
      )
    expect(chaotic.count('eth_chainId')).toBe(16)
    await chaotic.close()
    return fates
  }
  const first = await run(SEED)
  expect(await run(SEED)).toEqual(first)
  expect(await run(SEED + 1)).not.toEqual(first)
  expect(new Set(first).size).toBe(2)
})

it('draws numbers evenly from [0, 1)', () => {
  const random = seeded(SEED)
  const draws = Array.from({ length: 10_000 }, random)
  expect(draws.every((draw) => draw >= 0 && draw < 1)).toBe(true)
  expect(draws.reduce((sum, draw) => sum + draw) / draws.length).toBeCloseTo(0.5, 1)
})
