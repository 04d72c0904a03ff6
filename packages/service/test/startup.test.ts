import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { Counter } from 'prom-client'
import { getAddress } from 'viem'
import { expect, it } from 'vitest'
import { z } from 'zod'
import {
  assertChainId,
  assertCode,
  configHelp,
  contractAddress,
  createLog,
  createMetrics,
  field,
  listenLocal,
  loadConfig,
  readDeployment,
  readEnv,
  StartupError,
  startMonitor,
} from '../src/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'service-'))
const file = (name: string, content: string) => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const schema = z.object({
  CHAIN_ID: field.chainId(),
  RPC_URLS: field.rpcUrls(),
  PORT: field.port(3000, 'the API'),
  LOG_LEVEL: field.logLevel(),
})

it('reads a configuration', () => {
  const env = { CHAIN_ID: '1', RPC_URLS: 'http://a:8545, https://b/key', PORT: '', OTHER: 'x' }
  expect(loadConfig(schema, env)).toEqual({
    CHAIN_ID: 1,
    RPC_URLS: ['http://a:8545', 'https://b/key'],
    PORT: 3000,
    LOG_LEVEL: 'info',
  })
})

it.each([
  [{ RPC_URLS: 'http://a' }, /^CHAIN_ID is not set: set it to the chain id the service runs on, e\.g\. 1$/],
  [{}, /^CHAIN_ID is not set: .* \(also check RPC_URLS\)$/],
  [
    { CHAIN_ID: '1', RPC_URLS: 'ftp://user:secret@a' },
    /^RPC_URLS is not valid \(.*\): set it to comma-separated/,
  ],
  [
    { CHAIN_ID: '1', RPC_URLS: 'http://a', PORT: '70000' },
    /^PORT is not valid .*: set it to port of the API, default 3000$/,
  ],
])('says in one line what to set for %j', (env, message) => {
  const load = () => loadConfig(schema, env)
  expect(load).toThrow(StartupError)
  expect(load).toThrow(message)
  expect(load).not.toThrow(/secret/)
  expect(load).not.toThrow(/\n/)
})

it('lets the environment win over a .env file, and does without one', () => {
  const path = file('env', 'HEADRACE_TEST=file\nPATH=file\n')
  expect(readEnv(path)).toMatchObject({ HEADRACE_TEST: 'file', PATH: process.env.PATH })
  expect(readEnv(join(folder, 'none'))).toMatchObject({ PATH: process.env.PATH })
  expect(() => readEnv(folder)).toThrow(/cannot be read/)
})

it('lists every variable for --help', () => {
  expect(configHelp(schema).split('\n')).toHaveLength(4)
  expect(configHelp(schema)).toContain('PORT       port of the API, default 3000')
})

const A = '0x00000000000000000000000000000000000000aa'
const deployment = {
  chainId: 31337,
  startBlock: 12,
  contracts: { toke: '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266' },
  lmps: [
    {
      ...{ address: A, asset: A, priceRegistry: A, lossPrices: A, lossLedger: A },
      destinations: [{ address: A, venue: 'curve', name: 'x' }],
    },
  ],
  reactors: [{ address: A, asset: A, symbol: 'ABC', kind: 'token' }],
  positions: [{ index: 0, adapter: A, token: A, pair: A }],
  tokens: [{ address: A, symbol: 'WETH', decimals: 18 }],
  extra: true,
}

it('reads a deployment file', () => {
  const read = readDeployment(file('good.json', JSON.stringify(deployment)), 31337)
  expect(read.startBlock).toBe(12n)
  expect(contractAddress(read, 'toke')).toBe('0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266')
  expect(() => contractAddress(read, 'vault')).toThrow(/has no contract "vault"/)
})

it('knows which vaults are backed', () => {
  const backing = { pool: A, performanceSplitter: A, managementSplitter: A, mode: 'slashing' }
  const write = (change: object) => {
    const [lmp] = deployment.lmps
    return file('backed.json', JSON.stringify({ ...deployment, lmps: [lmp, { ...lmp, backing: change }] }))
  }
  const { lmps } = readDeployment(write(backing))
  expect(lmps[0]).not.toHaveProperty('backing')
  expect(lmps[1]?.backing).toMatchObject({ pool: getAddress(A), mode: 'slashing' })
  expect(() => readDeployment(write({ ...backing, mode: 'none' }))).toThrow(
    /backed\.json is malformed \(lmps\.1\.backing\.mode/,
  )
})

it.each([
  ['{', /bad\.json is not JSON: deploy again$/],
  [JSON.stringify({ ...deployment, contracts: { toke: '0x12' } }), /contracts\.toke: not an address/],
  [JSON.stringify({ ...deployment, startBlock: -1 }), /malformed \(startBlock: .*\): deploy again$/],
  [JSON.stringify({ ...deployment, chainId: 1 }), /is of chain 1, not 31337/],
])('refuses a bad deployment file in one line', (content, message) => {
  const read = () => readDeployment(file('bad.json', content), 31337)
  expect(read).toThrow(StartupError)
  expect(read).toThrow(message)
  expect(read).not.toThrow(/\n/)
})

it('says what to do when the deployment file is missing', () => {
  expect(() => readDeployment(join(folder, 'none.json'))).toThrow(
    /none\.json is missing: deploy with .* npm start/,
  )
})

it('serves health and metrics, and names the variable of a taken port', async () => {
  const registry = createMetrics('keeper')
  new Counter({ name: 'jobs_total', help: 'jobs', registers: [registry] }).inc()
  let ready = false
  const options = { portVariable: 'METRICS_PORT', registry, ready: () => ({ ready, head: 5n }) }
  const monitor = await startMonitor({ port: 0, ...options })
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${monitor.port}${path}`)
    return { status: response.status, body: await response.text() }
  }
  expect(await get('/healthz')).toEqual({ status: 200, body: 'ok\n' })
  expect(await get('/readyz')).toEqual({ status: 503, body: '{"ready":false,"head":"5"}' })
  ready = true
  expect((await get('/readyz')).status).toBe(200)
  expect((await get('/metrics')).body).toContain('jobs_total{service="keeper"} 1')
  expect((await get('/other')).status).toBe(404)
  // What a URL parser throws on must not end the service.
  expect((await get('//')).status).toBe(404)
  await expect(startMonitor({ port: monitor.port, ...options })).rejects.toThrow(
    `port ${monitor.port} is in use: stop what uses it or set METRICS_PORT to a free port`,
  )
  await monitor.close()
})

it('logs amounts as decimal strings', () => {
  const lines: string[] = []
  const destination = new Writable({
    write: (chunk, _, done) => {
      lines.push(String(chunk))
      done()
    },
  })
  createLog({ service: 'keeper', destination }).info({ amount: 10n ** 30n, nested: { list: [1n] } }, 'paid')
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    service: 'keeper',
    amount: `1${'0'.repeat(30)}`,
    nested: { list: ['1'] },
    msg: 'paid',
  })
})

const endpoint = (label: string, chainId: number | Error) => ({
  label,
  client: { getChainId: async () => (chainId instanceof Error ? Promise.reject(chainId) : chainId) },
})

it('checks the chain id of every endpoint that answers', async () => {
  const down = endpoint('b#2', new Error('not reachable\nURL: http://key'))
  await assertChainId([endpoint('a#1', 1), down], 1)
  await expect(assertChainId([endpoint('a#1', 1), endpoint('c#2', 5)], 1)).rejects.toThrow(
    'RPC c#2 serves chain 5, expected 1: correct RPC_URLS or CHAIN_ID',
  )
  await expect(assertChainId([down], 1)).rejects.toThrow(
    /^no RPC endpoint answers \(b#2: not reachable\): start the node or correct RPC_URLS$/,
  )
})

it('names the contracts that have no code', async () => {
  const client = {
    getCode: async ({ address }: { address: string }) => (address === A ? '0x00' : undefined),
  } as const
  await assertCode(client, { vault: A })
  await expect(
    assertCode(client, { vault: A, toke: '0x00000000000000000000000000000000000000bb' }),
  ).rejects.toThrow(/^no code at toke 0x0+bb: /)
})

it('passes other listen errors through', async () => {
  const server = createServer()
  await expect(listenLocal(server, 70_000, 'PORT')).rejects.toThrow(/port.*65536/i)
})
