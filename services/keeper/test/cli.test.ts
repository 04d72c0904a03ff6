import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, startAnvil, type TestNode } from '@headrace/chaos-rpc/anvil'
import { createLog, loadConfig, oneLine } from '@headrace/service'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { configSchema } from '../src/config.ts'
import { openEnvironment } from '../src/open.ts'
import { keeper } from './support/cli.ts'

const ZERO_CODE = '0x00000000000000000000000000000000000000Aa'

const silent = createLog({ service: 'keeper', level: 'silent' })

/** What stops the start: one line on stderr that says what to do, and an exit code that is not 0. */
describe('bad input', () => {
  const dir = mkdtempSync(join(tmpdir(), 'headrace-keeper-cli-'))
  const file = (name: string, text: string, mode = 0o600) => {
    const path = join(dir, name)
    writeFileSync(path, text, { mode })
    chmodSync(path, mode)
    return path
  }
  const deployment = (chainId: number, contracts: Record<string, string>) =>
    file(
      `${chainId}.json`,
      JSON.stringify({
        chainId,
        startBlock: 0,
        contracts,
        lmps: [],
        reactors: [],
        positions: [],
        tokens: [],
      }),
    )
  const contracts = Object.fromEntries(
    ['signals', 'cycleManager', 'priceRegistry', 'weth', 'auction', 'solverExecutor'].map((name) => [
      name,
      ZERO_CODE,
    ]),
  )

  let node: TestNode
  let good: Record<string, string>
  beforeAll(async () => {
    node = await startAnvil()
    good = {
      RPC_URLS: node.url,
      CHAIN_ID: '31337',
      DEPLOYMENT_FILE: deployment(31337, contracts),
      DATABASE_FILE: join(dir, 'keeper.db'),
    }
  })
  afterAll(async () => {
    await node?.stop()
    rmSync(dir, { recursive: true })
  })

  const cases: [string, () => Promise<Record<string, string>>, RegExp][] = [
    ['no configuration', async () => ({}), /RPC_URLS is not set: set it to .*also check CHAIN_ID/],
    ['a malformed URL', async () => ({ ...good, RPC_URLS: 'localhost' }), /RPC_URLS is not valid/],
    ['a malformed fee', async () => ({ ...good, MAX_FEE_GWEI: 'much' }), /MAX_FEE_GWEI is not valid/],
    [
      'a malformed executor',
      async () => ({ ...good, SOLVER_EXECUTOR: '0x12' }),
      /SOLVER_EXECUTOR is not valid/,
    ],
    [
      'reports too rare for losses to be counted',
      async () => ({ ...good, REPORT_MAX_AGE_S: '21601' }),
      /REPORT_MAX_AGE_S is not valid/,
    ],
    [
      'a missing deployment file',
      async () => ({ ...good, DEPLOYMENT_FILE: join(dir, 'none.json') }),
      /none\.json is missing: deploy/,
    ],
    [
      'a malformed deployment file',
      async () => ({ ...good, DEPLOYMENT_FILE: file('bad.json', '{}') }),
      /bad\.json is malformed/,
    ],
    ['the deployment of another chain', async () => ({ ...good, CHAIN_ID: '1' }), /is of chain 31337, not 1/],
    [
      'an endpoint of another chain',
      async () => ({ ...good, CHAIN_ID: '5', DEPLOYMENT_FILE: deployment(5, contracts) }),
      /serves chain 31337, expected 5/,
    ],
    [
      'no endpoint',
      async () => ({ ...good, RPC_URLS: `http://127.0.0.1:${await freePort()}` }),
      /no RPC endpoint answers/,
    ],
    ['a chain without the contracts', async () => good, /no code at .*the chain was reset; deploy again/],
    [
      'a deployment without a contract',
      async () => ({ ...good, DEPLOYMENT_FILE: deployment(31337, { signals: ZERO_CODE }) }),
      /has no contract "cycleManager"/,
    ],
    [
      'a missing key file',
      async () => ({ ...good, KEEPER_KEY_FILE: join(dir, 'none') }),
      /key file .* cannot be read/,
    ],
    [
      'a key file that others can read',
      async () => ({ ...good, KEEPER_KEY_FILE: file('open.key', `0x${'11'.repeat(32)}`, 0o644) }),
      /chmod 600/,
    ],
    [
      'a key file without a key',
      async () => ({ ...good, KEEPER_KEY_FILE: file('bad.key', 'secret') }),
      /64 hex digits/,
    ],
  ]

  it.each(cases)('%s', async (_, env, message) => {
    const opened = (async () => openEnvironment(loadConfig(configSchema, await env()), silent))()
    const error: unknown = await opened.then(
      () => 'it started',
      (reason) => reason,
    )
    expect(error).toMatchObject({ exitCode: 78 })
    expect(oneLine(error)).toMatch(message)
    expect(String(error)).not.toContain('\n')
    expect(String(error)).not.toContain('secret')
  })

  it('reaches the operator as one line and an exit code', { timeout: 60_000 }, async () => {
    const { code, stderr } = await keeper(['run'], { ...good, DEPLOYMENT_FILE: join(dir, 'none.json') })
    expect(stderr).toMatch(/^keeper: deployment file .*none\.json is missing: .*\n$/)
    expect(code).toBe(78)
  })

  it('status without a journal', { timeout: 60_000 }, async () => {
    const { code, stderr } = await keeper(['status'], { DATABASE_FILE: join(dir, 'none.db') })
    expect(stderr).toMatch(/there is no journal at .*none\.db: run the keeper first/)
    expect(code).toBe(78)
  })

  it('help names every variable', { timeout: 60_000 }, async () => {
    const { code, stdout } = await keeper(['--help'], {})
    expect(code).toBe(0)
    for (const variable of ['RPC_URLS', 'KEEPER_KEY_FILE', 'MAX_GAS_CYCLE', 'STANDBY_MS'])
      expect(stdout).toContain(variable)
  })
})
