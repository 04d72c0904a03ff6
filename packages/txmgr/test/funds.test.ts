import { setTimeout as sleep } from 'node:timers/promises'
import { parseEther, toHex } from 'viem'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { watchFunds } from '../src/index.ts'
import { type Bench, newSigner, startBench } from './harness.ts'

let bench: Bench
beforeAll(async () => {
  bench = await startBench(1)
})
afterAll(() => bench.close())

it('says that the account is low, that it is funded again, that it cannot be read, and nothing once stopped', async () => {
  const { address } = (await newSigner(bench.node)).account
  const minimum = parseEther('1')
  const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const onBalance = vi.fn()
  const funds = watchFunds({
    ...{ client: bench.chain.client, address, owner: 'keeper', balance: minimum, minimum, onBalance, log },
    everyMs: 20,
  })
  expect(onBalance.mock.calls).toEqual([[minimum, false]])
  expect(funds.low()).toBe(false)

  await bench.node.rpc('anvil_setBalance', address, toHex(minimum - 1n))
  await vi.waitFor(() => expect(funds.low()).toBe(true), 10_000)
  expect(onBalance).toHaveBeenLastCalledWith(minimum - 1n, true)
  expect(log.error).toHaveBeenLastCalledWith(
    { alarm: 'balance', balance: '0.999999999999999999', minimum: '1' },
    'low balance: fund the keeper',
  )

  await bench.node.rpc('anvil_setBalance', address, toHex(minimum))
  await vi.waitFor(() => expect(funds.low()).toBe(false), 10_000)

  await bench.proxy.close()
  await vi.waitFor(() => expect(log.warn).toHaveBeenCalled(), 10_000)
  expect(log.warn.mock.lastCall?.[1]).toBe('cannot read the balance')
  expect(funds.low()).toBe(false)

  funds.stop()
  await sleep(3_000)
  const looks = onBalance.mock.calls.length + log.warn.mock.calls.length
  await sleep(200)
  expect(onBalance.mock.calls.length + log.warn.mock.calls.length).toBe(looks)
}, 60_000)
