import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Database from 'better-sqlite3'
import { type Hex, hexToBigInt, numberToHex, slice } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PeerFault } from '../src/peers.ts'
import { readDomain } from '../src/reads.ts'
import { type Domain, sign } from '../src/report.ts'
import { type SignedReport, toJson } from '../src/wire.ts'
import { fetchReport, metric, type Running, reporterEnv, startOracle, until } from './support/oracles.ts'
import { type Vault, World } from './support/world.ts'

const STRANGER = privateKeyToAccount(`0x${'77'.repeat(32)}`)
const CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

let world: World
let vault: Vault
let oracle: Running
let env: Record<string, string>
let domain: Domain
/** The reporter's own report. */
let own: SignedReport
let peer: Server
/** What the peer answers: status and body. */
let answer: { status: number; body: string } = { status: 404, body: '{}' }

beforeAll(async () => {
  world = await World.start()
  vault = await world.vault()
  peer = createServer((_, response) => response.writeHead(answer.status).end(answer.body))
  await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve))
  const { port } = peer.address() as AddressInfo
  env = await reporterEnv(world, [vault], 0, { PEER_URLS: `http://127.0.0.1:${port}` })
  oracle = await startOracle(env)
  await world.mark(vault)
  await world.loss(vault)
  await world.mine(2)
  await until('it signs', async () => (await fetchReport(oracle.url, vault.address)) !== undefined)
  const served = await fetchReport(oracle.url, vault.address)
  if (served === undefined) throw new Error('no report')
  own = served
  domain = await readDomain(world.client, world.contracts.oracle.address)
})
afterAll(async () => {
  await oracle?.stop()
  peer?.close()
  await world?.stop()
})

/** A peer's signed report as it is served, by the second reporter unless said otherwise. */
async function answerOf({
  by = world.reporters[1] ?? STRANGER,
  report = own.report,
  block = own.block,
  in: where = domain,
  change = (signature: Hex): Hex => signature,
} = {}): Promise<string> {
  const signature = change(await sign(by, where, report))
  return toJson({ report, signature, signer: by.address, block })
}

/** The same signature in the form the contract refuses. */
function upperHalf(signature: Hex): Hex {
  const s = CURVE_ORDER - hexToBigInt(slice(signature, 32, 64))
  const v = signature.endsWith('1b') ? '1c' : '1b'
  return `${slice(signature, 0, 32)}${numberToHex(s, { size: 32 }).slice(2)}${v}`
}

/** Tables of the journal with what a peer could have changed. */
function stored(): unknown {
  const file = new Database(env.DATABASE_FILE ?? '', { readonly: true })
  try {
    return [
      file.prepare('select * from oracle_signatures').all(),
      file.prepare('select * from tx_intents').all(),
    ]
  } finally {
    file.close()
  }
}

const cases: [string, PeerFault, () => Promise<string>][] = [
  ['no JSON', 'MalformedReport', async () => '<html>'],
  ['another shape', 'MalformedReport', async () => '{"report": 1}'],
  [
    'an amount that is no decimal',
    'MalformedReport',
    async () => (await answerOf()).replace(`"${own.report.loss}"`, '"1e18"'),
  ],
  ['an endless answer', 'Unreachable', async () => ' '.repeat(100_000)],
  [
    'a signature that is no hex',
    'MalformedSignature',
    async () => (await answerOf()).replace(/"signature":"0x../, '"signature":"0xzz'),
  ],
  [
    'a short signature',
    'MalformedSignature',
    async () => answerOf({ change: (signature) => slice(signature, 0, 64) }),
  ],
  ['a signature with s in the upper half', 'MalformedSignature', async () => answerOf({ change: upperHalf })],
  [
    'a signature with v 0',
    'MalformedSignature',
    async () => answerOf({ change: (signature) => `${slice(signature, 0, 64)}00` }),
  ],
  [
    "somebody else's signature under a reporter's name",
    'MalformedSignature',
    async () =>
      (await answerOf({ by: STRANGER })).replace(STRANGER.address, world.reporters[1]?.address ?? ''),
  ],
  [
    'a signature for another chain',
    'MalformedSignature',
    async () => answerOf({ in: { ...domain, chainId: 1n } }),
  ],
  [
    'a signature for another contract',
    'MalformedSignature',
    async () => answerOf({ in: { ...domain, verifyingContract: vault.address } }),
  ],
  ['a signer who is no reporter', 'UnknownSigner', async () => answerOf({ by: STRANGER })],
  [
    'another vault than asked for',
    'UnknownLmp',
    async () => answerOf({ report: { ...own.report, lmp: STRANGER.address } }),
  ],
  [
    'a block that is not final',
    'FutureBlock',
    async () => answerOf({ block: { ...own.block, number: own.block.number + 1_000n } }),
  ],
  [
    'another loss',
    'DifferentReport',
    async () => answerOf({ report: { ...own.report, loss: own.report.loss + 1n } }),
  ],
  ['an epoch to come', 'DifferentReport', async () => answerOf({ report: { ...own.report, epoch: 1n } })],
]

describe('a peer that answers badly changes nothing:', () => {
  it.each(cases)('%s is %s', async (_, fault, body) => {
    const before = stored()
    const series = `oracle_peer_answers_total{result="${fault}"}`
    const counted = await metric(oracle.url, series)
    answer = { status: 200, body: await body() }
    // The first may still be of the answer before.
    await until(`${fault} is counted`, async () => (await metric(oracle.url, series)) > counted + 1)
    expect(await metric(oracle.url, 'oracle_signatures')).toBe(1)
    expect(await metric(oracle.url, 'oracle_alarm{alarm="peer-differs"}')).toBe(
      fault === 'DifferentReport' ? 1 : 0,
    )
    expect(stored()).toEqual(before)
    expect((await world.openCase(vault.address)).openedAt).toBe(0n)
  })

  it('and its right answer counts', async () => {
    answer = { status: 200, body: await answerOf() }
    await until('a case is open', async () => (await world.openCase(vault.address)).openedAt !== 0n)
    const [opened] = await world.casesOpened(vault.address)
    const signers = [world.reporters[0]?.address, world.reporters[1]?.address]
    expect(new Set(opened?.args.signers)).toEqual(new Set(signers))
  })
})

describe('who asks badly gets a named problem:', () => {
  it.each([
    ['an unknown vault', 'GET', STRANGER.address, 404, 'unknown-lmp'],
    ['no address', 'GET', '0x12', 400, 'bad-request'],
    ['a report that is sent', 'POST', STRANGER.address, 405, 'method-not-allowed'],
  ])('%s', async (_, method, lmp, status, kind) => {
    const response = await fetch(`${oracle.url}/v1/reports/${lmp}`, { method })
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.json()).toMatchObject({ type: `urn:headrace:problem:${kind}`, status })
  })

  it('a vault without a report', async () => {
    await world.mine(4)
    await until('the case is seen', async () => (await fetchReport(oracle.url, vault.address)) === undefined)
    const response = await fetch(`${oracle.url}/v1/reports/${vault.address}`)
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ type: 'urn:headrace:problem:no-report' })
  })

  it('any other path', async () => {
    expect((await fetch(`${oracle.url}/v1/reports`)).status).toBe(404)
  })
})
