import { pad, toHex } from 'viem'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { JournalMismatchError, type TxManager, TxTimeoutError } from '../src/index.ts'
import {
  type Bench,
  mine,
  newSigner,
  ONCE,
  once,
  type Running,
  run,
  type Signer,
  startBench,
  transfer,
  until,
} from './harness.ts'

const SEED = 23
let bench: Bench
const running: Running[] = []

beforeAll(async () => {
  bench = await startBench(SEED)
})
afterEach(async () => {
  bench.proxy.set()
  for (const { txm } of running.splice(0)) await txm.stop()
  await bench.node.rpc('evm_setAutomine', true)
})
afterAll(() => bench.close())

async function start(signer?: Signer, options: Parameters<typeof run>[2] = {}) {
  const owner = signer ?? (await newSigner(bench.node))
  const started = await run(bench, owner, options)
  running.push(started)
  return { signer: owner, ...started }
}
const balance = (address: `0x${string}`) => bench.chain.client.getBalance({ address })
const nonce = ({ account }: Signer) => bench.chain.client.getTransactionCount({ address: account.address })
const setDone = (word: number, done: boolean) =>
  bench.node.rpc(
    'anvil_setStorageAt',
    ONCE,
    pad(toHex(word), { size: 32 }),
    pad(toHex(done ? 1 : 0), { size: 32 }),
  )

/** The node holds the intent's attempt number `count`. */
const pooled = (txm: TxManager, dedupeKey: string, count: number) =>
  until(async () => {
    const hash = txm.attempts(dedupeKey)[count - 1]?.hash
    return hash !== undefined && (await bench.node.rpc('eth_getTransactionByHash', hash)) !== null
  })

it('sends once, reports it mined, then final', async () => {
  const { txm, signer, kinds } = await start()
  const request = transfer()
  const outcome = await txm.send(request)
  expect(outcome).toMatchObject({ status: 'success', final: false, gasUsed: 21_000n })
  expect(await txm.send(request)).toEqual(outcome)
  await mine(bench.node, 6)
  expect(await txm.wait(request.dedupeKey, { until: 'final' })).toMatchObject({
    status: 'success',
    final: true,
  })
  expect(await txm.send(request)).toMatchObject({ status: 'success', final: true })
  expect(await balance(request.to)).toBe(1n)
  expect(await nonce(signer)).toBe(1)
  expect(kinds()).toEqual(['sent', 'mined', 'settled'])
})

it('keeps several transactions in flight on consecutive nonces', async () => {
  const { txm, signer } = await start()
  const requests = Array.from({ length: 10 }, () => transfer())
  const outcomes = await Promise.all(requests.map((request) => txm.send(request)))
  expect(outcomes.every(({ status }) => status === 'success')).toBe(true)
  expect(await nonce(signer)).toBe(10)
  expect(txm.list(3).map(({ nonce }) => nonce)).toEqual([9, 8, 7])
})

it('sends nothing when somebody else did it, or when the call reverts', async () => {
  const { txm, signer } = await start()
  await setDone(1, true)
  expect(await txm.simulate(once(1))).toEqual({ kind: 'benign', error: 'AlreadyDone' })
  expect(await txm.send(once(1))).toEqual({
    status: 'benign',
    final: true,
    reason: 'not needed: AlreadyDone',
  })
  const strict = once(1, { dedupeKey: 'strict', benign: [] })
  expect(await txm.send(strict)).toEqual({ status: 'failed', final: true, reason: 'reverts: AlreadyDone()' })
  expect(await nonce(signer)).toBe(0)
  // What ended without an effect may be asked for again.
  await setDone(1, false)
  expect(await txm.send(strict)).toMatchObject({ status: 'success' })
  expect(await nonce(signer)).toBe(1)
})

it('keeps to the gas ceiling and to the deadline', async () => {
  const { txm, signer } = await start()
  expect(await txm.send(once(2, { maxGas: 30_000n }))).toMatchObject({
    status: 'failed',
    reason: expect.stringMatching(/needs \d+ gas, more than the ceiling of 30000/),
  })
  expect(await txm.send(transfer({ validUntil: 1n }))).toMatchObject({ status: 'expired' })
  expect(await nonce(signer)).toBe(0)
})

/** Blocks whose base fee lies above what pending transactions offer. */
async function priceOut(signer: Signer, blocks = 1) {
  for (let i = 0; i < blocks; i++) {
    await bench.node.rpc('anvil_setNextBlockBaseFeePerGas', toHex(40n * 10n ** 9n))
    await mine(bench.node)
  }
  expect(await nonce(signer)).toBe(0)
}

it('replaces a transaction that the base fee left behind', async () => {
  await bench.node.rpc('evm_setAutomine', false)
  const { txm, signer } = await start()
  const request = transfer()
  await txm.submit(request)
  await pooled(txm, request.dedupeKey, 1)
  await priceOut(signer)
  await pooled(txm, request.dedupeKey, 2)
  await mine(bench.node)
  expect(await txm.wait(request.dedupeKey)).toMatchObject({ status: 'success' })
  expect(await balance(request.to)).toBe(1n)
  const [first, second] = txm.attempts(request.dedupeKey)
  expect(second?.nonce).toBe(first?.nonce)
  for (const fee of ['maxFeePerGas', 'maxPriorityFeePerGas'] as const) {
    expect((second?.[fee] ?? 0n) * 1000n).toBeGreaterThanOrEqual((first?.[fee] ?? 0n) * 1125n)
  }
})

it('fills the nonce of a cancelled transaction with a no-op', async () => {
  await bench.node.rpc('evm_setAutomine', false)
  const { txm, signer } = await start()
  const request = transfer()
  await txm.submit(request)
  await pooled(txm, request.dedupeKey, 1)
  txm.cancel(request.dedupeKey)
  await pooled(txm, request.dedupeKey, 2)
  await bench.node.rpc('evm_setAutomine', true)
  await mine(bench.node, 7)
  expect(await txm.wait(request.dedupeKey, { until: 'final' })).toMatchObject({ status: 'cancelled' })
  expect(await balance(request.to)).toBe(0n)
  expect(await txm.send(transfer())).toMatchObject({ status: 'success' })
  expect(await nonce(signer)).toBe(2)
})

it('withdraws what is in flight when somebody else does it first', async () => {
  await bench.node.rpc('evm_setAutomine', false)
  const { txm } = await start()
  const request = once(3)
  await txm.submit(request)
  await pooled(txm, request.dedupeKey, 1)
  await setDone(3, true)
  await pooled(txm, request.dedupeKey, 2)
  await mine(bench.node)
  expect(await txm.wait(request.dedupeKey)).toMatchObject({
    status: 'benign',
    reason: 'not needed: AlreadyDone',
  })
})

it('opens a mined transaction again when a reorg takes it back', async () => {
  const { txm, signer, kinds } = await start()
  await mine(bench.node, 3)
  const request = transfer()
  const before = await txm.send(request)
  await mine(bench.node, 2)
  await bench.node.rpc('anvil_reorg', 4, [])
  await until(() => kinds().includes('reopened'))
  await until(async () => (await nonce(signer)) === 1)
  const after = await txm.wait(request.dedupeKey)
  expect(after.hash).toBe(before.hash)
  await mine(bench.node, 7)
  expect(await txm.wait(request.dedupeKey, { until: 'final' })).toMatchObject({ status: 'success' })
  expect(await balance(request.to)).toBe(1n)
})

it('survives a node that takes the transaction and never answers', async () => {
  bench.proxy.set({ kind: 'dropResponse', methods: ['eth_sendRawTransaction'] })
  const { txm, signer, events } = await start()
  const request = transfer()
  expect(await txm.send(request)).toMatchObject({ status: 'success' })
  expect(events.find(({ kind }) => kind === 'rejected')?.detail).toMatch(/^unreachable/)
  expect(await balance(request.to)).toBe(1n)
  expect(await nonce(signer)).toBe(1)
})

it('raises the fees at once when a node calls them too low', async () => {
  const message = 'replacement transaction underpriced'
  bench.proxy.set({ kind: 'error', code: -32000, message, methods: ['eth_sendRawTransaction'], times: 2 })
  const { txm, kinds } = await start(undefined, { policy: { replaceAfterMs: 3_600_000 } })
  expect(await txm.send(transfer())).toMatchObject({ status: 'success' })
  expect(kinds()).toEqual(['sent', 'rejected', 'replaced', 'rejected', 'replaced', 'mined'])
})

it('gives up a call the node can never include', async () => {
  const message = 'exceeds block gas limit'
  bench.proxy.set({ kind: 'error', code: -32000, message, methods: ['eth_sendRawTransaction'], times: 1 })
  const { txm, signer } = await start()
  const request = transfer()
  expect(await txm.send(request)).toMatchObject({ status: 'failed', reason: message })
  expect(await balance(request.to)).toBe(0n)
  expect(await nonce(signer)).toBe(1)
})

it('starts over with a new nonce once a foreign transaction has taken its own for good', async () => {
  bench.proxy.set({
    kind: 'error',
    code: -32000,
    message: 'txpool is full',
    methods: ['eth_sendRawTransaction'],
  })
  const { txm, signer, kinds } = await start()
  const request = transfer()
  await txm.submit(request)
  await until(() => kinds().includes('rejected'))
  const foreign = await signer.account.signTransaction({
    type: 'eip1559',
    chainId: 31337,
    nonce: 0,
    to: ONCE,
    gas: 100_000n,
    maxFeePerGas: 10n ** 12n,
    maxPriorityFeePerGas: 1n,
  })
  await bench.node.rpc('eth_sendRawTransaction', foreign)
  bench.proxy.set()
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(kinds()).not.toContain('released')
  await mine(bench.node, 7)
  expect(await txm.wait(request.dedupeKey)).toMatchObject({ status: 'success' })
  expect(kinds()).toContain('released')
  expect(await balance(request.to)).toBe(1n)
  expect(await nonce(signer)).toBe(2)
})

it('fills a nonce that a reorg left open below its own', async () => {
  const { txm, signer, kinds } = await start()
  await mine(bench.node, 6)
  const foreign = { from: signer.account.address, to: ONCE, data: pad('0x4', { size: 32 }) }
  await bench.node.rpc('anvil_impersonateAccount', signer.account.address)
  await bench.node.rpc('eth_sendTransaction', foreign)
  const request = transfer()
  await txm.send(request)
  await bench.node.rpc('anvil_reorg', 2, [])
  await until(() => kinds().includes('reopened'))
  expect(await txm.wait(request.dedupeKey)).toMatchObject({ status: 'success' })
  expect(txm.list().find(({ label }) => label === 'fill nonce 0')?.closing).toBe('cancelled')
  expect(await balance(request.to)).toBe(1n)
  expect(await nonce(signer)).toBe(2)
})

it('is not misled by an endpoint that lags', async () => {
  const { txm, kinds, signer } = await start()
  const request = transfer()
  await txm.send(request)
  bench.proxy.set({ kind: 'staleHead', blocks: 3 })
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(kinds()).toEqual(['sent', 'mined'])
  bench.proxy.set()
  await mine(bench.node, 7)
  await txm.wait(request.dedupeKey, { until: 'final' })
  bench.proxy.set({ kind: 'staleHead', blocks: 8 })
  await expect(txm.send(transfer(), { timeoutMs: 300 })).rejects.toThrow(TxTimeoutError)
  expect(await nonce(signer)).toBe(0)
  bench.proxy.set()
  expect(await nonce(signer)).toBe(1)
})

it('works on through an outage', async () => {
  const { txm } = await start()
  bench.proxy.set({ kind: 'down' })
  const request = transfer()
  await expect(txm.send(request, { timeoutMs: 300 })).rejects.toThrow(/is still pending after 300 ms/)
  bench.proxy.set()
  expect(await txm.wait(request.dedupeKey)).toMatchObject({ status: 'success' })
  expect(await balance(request.to)).toBe(1n)
})

it('publishes again after a restart what the nodes have forgotten', async () => {
  await bench.node.rpc('evm_setAutomine', false)
  const first = await start()
  const request = transfer()
  await first.txm.submit(request)
  await pooled(first.txm, request.dedupeKey, 1)
  await first.txm.stop()
  await bench.node.rpc('anvil_dropAllTransactions')
  await bench.node.rpc('evm_setAutomine', true)
  const second = await start(first.signer)
  expect(await second.txm.wait(request.dedupeKey)).toMatchObject({ status: 'success' })
  expect(second.kinds()).toEqual(['republished', 'mined'])
  expect(second.txm.attempts(request.dedupeKey)).toHaveLength(1)
})

it('lets one of two managers send, and hands over', async () => {
  const first = await start()
  await until(() => first.txm.leads)
  const second = await start(first.signer)
  const request = transfer()
  expect(await second.txm.send(request)).toMatchObject({ status: 'success' })
  expect(second.txm.leads).toBe(false)
  expect(second.events).toEqual([])
  await first.txm.stop()
  expect(await second.txm.send(transfer())).toMatchObject({ status: 'success' })
  expect(second.txm.leads).toBe(true)
})

it('refuses a journal of another chain, and one that knows more than the chain', async () => {
  const { txm, signer } = await start()
  await txm.send(transfer())
  await mine(bench.node, 7)
  await until(() => txm.openCount() === 0)
  await txm.stop()
  await bench.node.rpc('anvil_setNonce', signer.account.address, '0x0')
  await expect(run(bench, signer)).rejects.toThrow(JournalMismatchError)
  const other = await startBench(SEED)
  await expect(run(other, signer)).rejects.toThrow(/belongs to another chain .* move the file away/)
  await other.close()
})

it('ends waits when it stops and does not start twice', async () => {
  await bench.node.rpc('evm_setAutomine', false)
  const { txm } = await start()
  const waiting = txm.send(transfer())
  const ended = expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
  await new Promise((resolve) => setTimeout(resolve, 100))
  await txm.stop()
  await ended
  expect(() => txm.start()).toThrow(/open a new one/)
})
