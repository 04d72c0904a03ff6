import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { seeded } from '@headrace/chaos-rpc'
import type { Address } from 'viem'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Point } from '../src/types.ts'
import { type Bench, newSigner, type Signer, startBench, transfer } from './harness.ts'

const SEED = Number(process.env.KILL_SEED ?? randomInt(2 ** 31))
const SENDER = fileURLToPath(new URL('sender.ts', import.meta.url))
const TRANSFERS = 3
const POINTS: readonly Point[] = [
  'intent:before',
  'intent:after',
  'sign:before',
  'sign:after',
  'broadcast:before',
  'broadcast:after',
  'receipt:before',
  'receipt:after',
]

const random = seeded(SEED)
const draw = (below: number) => Math.floor(random() * below)
let bench: Bench

beforeAll(async () => {
  console.log(`kill test: KILL_SEED=${SEED}`)
  bench = await startBench(SEED)
})
afterAll(() => bench.close())

interface Sender {
  signer: Signer
  keyFile: string
  recipients: Address[]
}

async function newSender(): Promise<Sender> {
  const signer = await newSigner(bench.node)
  const keyFile = `${signer.journal}.key`
  writeFileSync(keyFile, signer.key, { mode: 0o600 })
  return { signer, keyFile, recipients: Array.from({ length: TRANSFERS }, () => transfer().to) }
}

/** Runs the sender to its end: exit code, or the signal it died of. */
function send({ signer, keyFile, recipients }: Sender, point = '', nth = 0): Promise<number | string> {
  const args = [bench.node.url, signer.journal, keyFile, recipients.join(','), point, String(nth)]
  const child = spawn(process.execPath, ['--import', 'tsx', SENDER, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8')
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (code !== 0 && signal !== 'SIGKILL') console.error(output)
      resolve(signal ?? code ?? -1)
    })
  })
}

/** Each recipient got its wei once, by as many transactions as there are transfers. */
async function expectOnce({ signer, recipients }: Sender): Promise<void> {
  const { client } = bench.chain
  for (const address of recipients) expect(await client.getBalance({ address })).toBe(1n)
  expect(await client.getTransactionCount({ address: signer.account.address })).toBe(TRANSFERS)
}

it.each(POINTS)('killed at %s, a restart finishes and doubles nothing', async (point) => {
  const sender = await newSender()
  expect(await send(sender, point, draw(TRANSFERS))).toBe('SIGKILL')
  expect(await send(sender)).toBe(0)
  await expectOnce(sender)
})

it('killed again and again while blocks come by the clock, it finishes and doubles nothing', async () => {
  await bench.node.rpc('evm_setIntervalMining', 1)
  const sender = await newSender()
  for (let i = 0; i < 4; i++) {
    const point = POINTS[draw(POINTS.length)]
    expect(['SIGKILL', 0]).toContain(await send(sender, point, 0))
  }
  expect(await send(sender)).toBe(0)
  await bench.node.rpc('evm_setAutomine', true)
  await expectOnce(sender)
})

it('two processes with one key and the same work send it once', async () => {
  const sender = await newSender()
  expect(await Promise.all([send(sender), send(sender)])).toEqual([0, 0])
  await expectOnce(sender)
})

it('a process takes over from one that was killed in the middle', async () => {
  const sender = await newSender()
  const fates = await Promise.all([send(sender, 'broadcast:before', draw(TRANSFERS)), send(sender)])
  expect(fates[1]).toBe(0)
  await expectOnce(sender)
})
