import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '@headrace/chaos-rpc/anvil'
import { foundryBinary } from '@headrace/foundry'
import { createLog, loadConfig, oneLine } from '@headrace/service'
import { type Hex, parseEther, toHex } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { configSchema } from '../src/config.ts'
import { openEnvironment } from '../src/open.ts'
import { oracle } from './support/cli.ts'
import { fetchReport, type Running, reporterEnv, startOracle, until } from './support/oracles.ts'
import { SUPPLY, type Vault, World } from './support/world.ts'

const silent = createLog({ service: 'oracle', level: 'silent' })
const PASSWORD = 'correct horse'

let world: World
let vault: Vault
let good: Record<string, string>
let running: Running | undefined
beforeAll(async () => {
  world = await World.start()
  vault = await world.vault()
  await world.mark(vault)
  good = await reporterEnv(world, [vault], 0)
})
afterAll(async () => {
  await running?.stop()
  await world?.stop()
})

/** A keystore as cast writes it. */
function keystoreFile(key: Hex, change: (text: string) => string = (text) => text): string {
  const name = `keystore-${key.slice(2, 10)}`
  const args = ['--keystore-dir', world.dir, '--private-key', key, '--unsafe-password', PASSWORD]
  execFileSync(foundryBinary('cast'), ['wallet', 'import', name, ...args], { stdio: 'ignore' })
  return world.file('keystore.json', change(readFileSync(join(world.dir, name), 'utf8')))
}

/** A key with ether that is no reporter. */
async function stranger(): Promise<string> {
  const key = generatePrivateKey()
  await world.node.rpc('anvil_setBalance', privateKeyToAccount(key).address, toHex(parseEther('1')))
  return world.file('stranger.key', key)
}

const open = async (env: Record<string, string>) => openEnvironment(loadConfig(configSchema, env), silent)

/** What stops the start: one line that says what to do, exit code 78, and no transaction. */
describe('bad input', () => {
  const deployment = (change: Record<string, string>) => {
    const { oracle: lossOracle, ledger, recovery } = world.contracts
    const contracts = {
      lossOracle: lossOracle.address,
      lossLedger: ledger.address,
      recovery: recovery.address,
    }
    return world.deployment([vault], { contracts: { ...contracts, ...change } })
  }
  const other = async () => {
    const { address } = await world.deploy(world.code('OtherVersionFixture'))
    return deployment({ lossOracle: address })
  }
  const keystore = { ORACLE_KEY_FILE: '' }

  const cases: [string, () => Promise<Record<string, string>>, RegExp][] = [
    ['no configuration', async () => ({}), /RPC_URLS is not set: set it to .*also check CHAIN_ID/],
    ['a malformed peer', async () => ({ ...good, PEER_URLS: 'peer' }), /PEER_URLS is not valid/],
    [
      'an unknown personality',
      async () => ({ ...good, PERSONALITY: 'disputer' }),
      /PERSONALITY is not valid/,
    ],
    ['no personality', async () => ({ ...good, PERSONALITY: ' , ' }), /PERSONALITY is not valid/],
    [
      'the deployment of another chain',
      async () => ({ ...good, CHAIN_ID: '1' }),
      /is of chain 31337, not 1: use deployments\/1\.json/,
    ],
    [
      'an endpoint of another chain',
      async () => ({ ...good, CHAIN_ID: '5', DEPLOYMENT_FILE: world.deployment([vault], { chainId: 5 }) }),
      /serves chain 31337, expected 5/,
    ],
    [
      'no endpoint',
      async () => ({ ...good, RPC_URLS: `http://127.0.0.1:${await freePort()}` }),
      /no RPC endpoint answers/,
    ],
    [
      'a deployment without a loss oracle',
      async () => ({ ...good, DEPLOYMENT_FILE: world.deployment([vault], { contracts: {} }) }),
      /has no contract "lossOracle"/,
    ],
    [
      'a chain without the contract',
      async () => ({
        ...good,
        DEPLOYMENT_FILE: deployment({ lossOracle: '0x00000000000000000000000000000000000000aa' }),
      }),
      /no code at lossOracle/,
    ],
    [
      'another contract in its place',
      async () => ({ ...good, DEPLOYMENT_FILE: deployment({ lossOracle: world.contracts.ledger.address }) }),
      /does not answer like a loss oracle/,
    ],
    [
      'an unknown contract version',
      async () => ({ ...good, DEPLOYMENT_FILE: await other() }),
      /is Headrace version 2, this program knows Headrace version 1/,
    ],
    [
      'the ledger of another deployment',
      async () => ({
        ...good,
        DEPLOYMENT_FILE: deployment({ lossLedger: world.contracts.recovery.address }),
      }),
      /works with the ledger 0x\w+ and .* the deployment file names others/,
    ],
    [
      'a key that is no reporter',
      async () => ({ ...good, ORACLE_KEY_FILE: await stranger() }),
      /is no reporter \(they are 0x/,
    ],
    [
      'an account without ether',
      async () => ({
        ...good,
        PERSONALITY: 'executor',
        ORACLE_KEY_FILE: world.file('key', generatePrivateKey()),
      }),
      /holds no ETH: fund it/,
    ],
    [
      'a missing key file',
      async () => ({ ...good, ORACLE_KEY_FILE: join(world.dir, 'none') }),
      /key file .* cannot be read/,
    ],
    [
      'a key file that others can read',
      async () => ({ ...good, ORACLE_KEY_FILE: world.file('open.key', generatePrivateKey(), 0o644) }),
      /key file .* can be read by others: chmod 600/,
    ],
    [
      'a key file and a keystore',
      async () => ({ ...good, ORACLE_KEYSTORE: 'x' }),
      /are both set: set one of them/,
    ],
    [
      'a keystore without a password',
      async () => ({ ...good, ...keystore, ORACLE_KEYSTORE: 'x' }),
      /ORACLE_KEYSTORE_PASSWORD_FILE is not set/,
    ],
    [
      'a keystore with another password',
      async () => ({
        ...good,
        ...keystore,
        ORACLE_KEYSTORE: keystoreFile(generatePrivateKey()),
        ORACLE_KEYSTORE_PASSWORD_FILE: world.file('password', 'secret'),
      }),
      /does not open with the password in/,
    ],
    [
      'a keystore of another version',
      async () => ({
        ...good,
        ...keystore,
        ORACLE_KEYSTORE: keystoreFile(generatePrivateKey(), (text) =>
          text.replace('"version":3', '"version":1'),
        ),
        ORACLE_KEYSTORE_PASSWORD_FILE: world.file('password', PASSWORD),
      }),
      /is no v3 keystore/,
    ],
  ]

  it.each(cases)('%s', async (_, env, message) => {
    const error: unknown = await env()
      .then(open)
      .then(
        () => 'it started',
        (reason) => reason,
      )
    expect(oneLine(error)).toMatch(message)
    expect(error).toMatchObject({ exitCode: 78 })
    expect(String(error)).not.toContain('\n')
    expect(String(error)).not.toContain('secret')
    for (const { address } of world.reporters) {
      expect(await world.client.getTransactionCount({ address })).toBe(0)
    }
  })

  it('reaches the operator as one line and an exit code', async () => {
    const { code, stderr } = await oracle(['run'], { ...good, ORACLE_KEY_FILE: await stranger() })
    expect(stderr).toMatch(/^oracle: the oracle's account 0x\w+ is no reporter .*\n$/)
    expect(code).toBe(78)
  })
})

describe('good input', () => {
  it('a keystore opens', async () => {
    const key = generatePrivateKey()
    const { address } = privateKeyToAccount(key)
    await world.node.rpc('anvil_setBalance', address, toHex(parseEther('1')))
    const { account } = await open({
      ...good,
      ORACLE_KEY_FILE: '',
      ORACLE_KEYSTORE: keystoreFile(key),
      ORACLE_KEYSTORE_PASSWORD_FILE: world.file('password', `${PASSWORD}\n`),
      PERSONALITY: 'executor',
    })
    expect(account?.address).toBe(address)
  })

  it('check proves the environment and sends nothing; what is not proven fails it', async () => {
    running = await startOracle(good)
    const dead = `http://127.0.0.1:${await freePort()}`
    const { code, stdout, stderr } = await oracle(['check'], { ...good, PEER_URLS: `${running.url},${dead}` })
    await running.stop()
    for (const line of [
      /^chain +31337$/m,
      /^endpoint +127\.0\.0\.1:\d+#1: block \d+$/m,
      /^finalized +block \d+ 0x/m,
      /^clock +block time is \d+ s (behind|ahead of) this machine$/m,
      /^contract +Headrace version 1 at 0x/m,
      /^reporters +2 of 3: 0x/m,
      new RegExp(`^account +${world.reporters[0]?.address}, reporter, 10 ETH$`, 'm'),
      /^peer +127\.0\.0\.1:\d+ answers$/m,
      /^peer +FAILED: 127\.0\.0\.1:\d+ is not reached/m,
    ])
      expect(stdout).toMatch(line)
    expect(stderr).toBe('oracle: not proven: peer; see the lines above\n')
    expect(code).toBe(1)
  })

  it('help names every command and variable', async () => {
    const { code, stdout } = await oracle(['--help'], {})
    expect(code).toBe(0)
    for (const name of [...Object.keys(configSchema.shape), 'run', 'report', 'status', 'check'])
      expect(stdout).toContain(name)
  })

  it('status without a journal, and of one', async () => {
    const none = await oracle(['status'], { DATABASE_FILE: join(world.dir, 'none.db') })
    expect(none.stderr).toMatch(
      /^oracle: there is no journal at .*none\.db: run the oracle first or correct DATABASE_FILE\n$/,
    )
    expect(none.code).toBe(78)
  })
})

describe('a loss', () => {
  beforeAll(async () => {
    await world.loss(vault)
    await world.mine(2)
  })

  const report = (...args: string[]) =>
    oracle(['report', '--dry-run', ...args], { ...good, ORACLE_KEY_FILE: '' })

  it('is printed as the report without a key, at the newest finalized block and at others', async () => {
    const { stdout, code } = await report()
    expect(code).toBe(0)
    const { block, report: printed, ...rest } = JSON.parse(stdout)
    expect(rest).toEqual({ lmp: vault.address, digest: expect.stringMatching(/^0x[0-9a-f]{64}$/) })
    const truth = await world.truth(vault.address, block.hash)
    expect(printed).toMatchObject({ windowHash: truth.windowHash, loss: String(truth.loss), epoch: '0' })
    expect(truth.loss).toBeGreaterThan(SUPPLY / 20n)

    const before = await report(
      '--block',
      String(BigInt(block.number) - 2n),
      '--lmp',
      vault.address.toLowerCase(),
    )
    expect(JSON.parse(before.stdout)).toMatchObject({ nothing: 'no window of checkpoints with a loss' })
  })

  it.each([
    [
      'a block to come',
      ['--block', '999999'],
      /^oracle: FutureBlock: block 999999 is not final, block \d+ is/,
      1,
    ],
    [
      'an unknown vault',
      ['--lmp', `0x${'12'.repeat(20)}`],
      /^oracle: UnknownLmp: the deployment has no LMP 0x1212/,
      1,
    ],
    ['no vault', ['--lmp', 'x'], /^oracle: UnknownLmp: x is not an address/, 1],
    ['no block', ['--block', '-1'], /argument '-1' is invalid. give a block number/, 1],
  ])('is not printed for %s', async (_, args, message, exitCode) => {
    const { code, stderr, stdout } = await report(...args)
    expect(stderr).toMatch(message)
    expect(stdout).toBe('')
    expect(code).toBe(exitCode)
  })

  it('is signed by nobody without a key, and status shows what a key signed', async () => {
    running = await startOracle({ ...good, ORACLE_KEY_FILE: '' })
    await until('it is ready', async () => (await fetch(`${running?.url}/readyz`)).ok)
    expect(await fetchReport(running.url, vault.address)).toBeUndefined()
    await running.stop()

    running = await startOracle(good)
    await until('it signs', async () => (await fetchReport(running?.url ?? '', vault.address)) !== undefined)
    await running.stop()
    const { stdout, code } = await oracle(['status'], good)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^finalized block \d+$/m)
    expect(stdout).toMatch(new RegExp(`^${vault.address}  0 +6 +\\d+ +signed`, 'm'))
    expect(stdout).toContain('nothing was sent')
  })
})
