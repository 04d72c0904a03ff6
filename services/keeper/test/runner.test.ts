import { type ChainAccess, connect } from '@headrace/chain'
import { startAnvil, type TestNode } from '@headrace/chaos-rpc/anvil'
import { createLog, createMetrics } from '@headrace/service'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Job, Step } from '../src/job.ts'
import { Ledger } from '../src/ledger.ts'
import { keeperMetrics } from '../src/metrics.ts'
import { Runner } from '../src/runner.ts'
import type { Sender } from '../src/sender.ts'

const TARGET = '0x00000000000000000000000000000000000000A1'

let node: TestNode
let chain: ChainAccess
beforeAll(async () => {
  node = await startAnvil()
  chain = connect({ urls: [node.url] })
})
afterAll(() => node?.stop())

/** A job whose step has another key in every block, as reports have. */
const everyBlock: Job = {
  name: 'report',
  look: async ({ number }) => ({
    steps: [{ key: `report:${number}`, label: 'report', to: TARGET, data: '0x', benign: [] }],
  }),
}

it('stands by for a duty, not for the block it was found in', async () => {
  const sent: Step[] = []
  const sender: Sender = {
    send: async (_, step) => {
      sent.push(step)
      return { kind: 'shown' }
    },
    isUnderway: () => false,
  }
  const ledger = new Ledger(':memory:')
  const runner = new Runner({
    client: chain.client,
    jobs: [everyBlock],
    sender,
    ledger,
    metrics: keeperMetrics(createMetrics('keeper')),
    log: createLog({ service: 'keeper', level: 'silent' }),
    standbyMs: 300,
    retryMs: 10,
  })
  const started = performance.now()
  for (const signal = AbortSignal.timeout(20_000); sent.length === 0; ) {
    await node.rpc('evm_mine')
    expect(await runner.once(signal)).toEqual([])
  }
  expect(performance.now() - started).toBeGreaterThanOrEqual(300)
  expect(sent).toHaveLength(1)
  ledger.close()
})
