import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startAnvil, type TestNode } from '@headrace/chaos-rpc/anvil'
import { listenLocal, loadConfig, StartupError } from '@headrace/service'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { configSchema } from '../src/config.ts'
import { start } from '../src/start.ts'
import { deployProtocol, World } from './world.ts'

const MAIN = join(import.meta.dirname, '../src/main.ts')
const CHECK = join(import.meta.dirname, '../src/check/main.ts')

let node: TestNode
let folder: string
let env: Record<string, string>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'api-command-'))
  node = await startAnvil()
  const { deployment } = await deployProtocol(new World(node))
  const file = join(folder, 'deployment.json')
  writeFileSync(file, JSON.stringify({ ...deployment, startBlock: Number(deployment.startBlock) }))
  env = {
    RPC_URLS: node.url,
    CHAIN_ID: '31337',
    DEPLOYMENT_FILE: file,
    DATABASE_FILE: join(folder, 'index.db'),
    API_PORT: String(await freePort()),
    LOG_LEVEL: 'warn',
  }
}, 120_000)

afterAll(async () => {
  await node.stop()
  rmSync(folder, { recursive: true })
})

async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listenLocal(server, 0, 'TEST')
  await new Promise((resolve) => server.close(resolve))
  return port
}

interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

function api(
  args: string[],
  changed: Record<string, string>,
  onStart?: (kill: () => void) => void,
  program = MAIN,
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), program, ...args], {
      cwd: folder,
      env: { PATH: process.env.PATH ?? '', ...env, ...changed },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk
    })
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk
    })
    child.on('close', (code) => resolve({ code, stdout, stderr }))
    onStart?.(() => child.kill('SIGINT'))
  })
}

/** What `run` does, up to its first error. */
async function expectRefused(changed: Record<string, string>, text: string): Promise<void> {
  const stop = new AbortController()
  const closers: (() => unknown)[] = []
  const starting = async () =>
    start(loadConfig(configSchema, { ...env, ...changed }), {
      signal: stop.signal,
      onStop: (close) => closers.push(close),
    })
  const error: unknown = await starting().catch((thrown) => thrown)
  for (const close of closers.reverse()) await close()
  if (!(error instanceof StartupError)) throw new Error('it was not refused', { cause: error })
  expect(error.message).toContain(text)
  expect(error.message).not.toContain('\n')
  expect(error.exitCode).not.toBe(0)
}

test('a bad environment is refused in one line that says what to do', async () => {
  const broken = join(folder, 'broken.json')
  writeFileSync(broken, '{"chainId": 31337')
  await expectRefused({ CHAIN_ID: 'one' }, 'CHAIN_ID is not valid')
  await expectRefused({ CHAIN_ID: '1' }, 'is of chain 31337, not 1')
  await expectRefused({ DEPLOYMENT_FILE: join(folder, 'none.json') }, 'is missing')
  await expectRefused({ DEPLOYMENT_FILE: broken }, 'deploy again')
  await expectRefused({ RPC_URLS: 'http://127.0.0.1:9' }, 'no RPC endpoint answers')
  await expectRefused({ DATABASE_FILE: folder }, 'cannot be used')
})

test('so are a chain with another id, a file of another deployment and a port that is taken', async () => {
  const other = await startAnvil('--chain-id', '31338')
  try {
    await expectRefused({ RPC_URLS: other.url }, 'serves chain 31338, expected 31337')
  } finally {
    await other.stop()
  }
  const server = createServer()
  const port = await listenLocal(server, 0, 'TEST')
  try {
    await expectRefused({ API_PORT: String(port) }, `port ${port} is in use`)
  } finally {
    server.close()
  }
  const moved = join(folder, 'moved.json')
  const deployment: object = JSON.parse(readFileSync(env.DEPLOYMENT_FILE ?? '', 'utf8'))
  writeFileSync(moved, JSON.stringify({ ...deployment, startBlock: 2 }))
  await expectRefused({ DEPLOYMENT_FILE: moved }, 'holds another deployment')
})

test('the program ends with that line alone and its exit code', async () => {
  const { code, stdout, stderr } = await api(['run'], { RPC_URLS: '' })
  expect(stdout).toBe('')
  expect(stderr.trim().split('\n'), stderr).toHaveLength(1)
  expect(stderr).toContain('RPC_URLS is not set')
  expect(code).toBe(78)
})

test('check proves the environment and help lists the variables', async () => {
  const { code, stdout } = await api(['check'], {})
  expect(stdout).toContain('chain 31337 at block')
  expect(code).toBe(0)
  const help = await api(['--help'], {})
  expect(help.code).toBe(0)
  for (const name of Object.keys(env)) expect(help.stdout).toContain(name)
}, 60_000)

test('run serves what it indexed, stops on a signal and goes on after it', async () => {
  const url = `http://127.0.0.1:${env.API_PORT}`
  for (let start = 0; start < 2; start++) {
    let stop = () => {}
    const ended = api(['run'], {}, (kill) => {
      stop = kill
    })
    await expect.poll(() => ready(url), { timeout: 60_000, interval: 100 }).toBe(true)
    expect((await fetch(`${url}/v1/lmps`)).status).toBe(200)
    stop()
    const { code, stderr } = await ended
    expect(stderr).toBe('')
    expect(code).toBe(0)
  }
}, 180_000)

test('check:api is one line when nothing listens', async () => {
  const { code, stderr } = await api(
    ['--api', 'http://127.0.0.1:9', '--rpc', env.RPC_URLS ?? ''],
    {},
    undefined,
    CHECK,
  )
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(stderr).toContain('start both or name them')
  expect(code).toBe(1)
}, 60_000)

async function ready(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`)).status === 200
  } catch {
    return false
  }
}
