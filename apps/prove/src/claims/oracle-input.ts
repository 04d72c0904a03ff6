import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { foundryBinary } from '@headrace/foundry'
import { type Hex, isHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { type BadCase, describeCase, runCase } from '../bad-case.ts'
import { type Context, type Row, row } from '../claim.ts'
import { readLosses } from '../deployment.ts'
import { exit, freePort, lines, occupy, type Program, sleep } from '../programs.ts'
import { rpc, rpcHex } from '../rpc.ts'
import type { Net } from './devnet.ts'

/** Nothing of the deployment. */
const STRANGER = `0x${'11'.repeat(20)}`
const OTHER_CHAIN = 31338
/** An oracle without a key is watched for so long. */
const DRY_SECONDS = 10

type Env = Record<string, string>

/** What an operator may get wrong, on a devnet where everything else fits. */
export async function oracleInputRows(context: Context, devnet: Net): Promise<Row[]> {
  const port = await freePort()
  const other = context.programs.start(
    foundryBinary('anvil'),
    ['--host', '127.0.0.1', '--port', String(port), '--chain-id', String(OTHER_CHAIN), '--silent'],
    { cwd: context.root },
  )
  const otherChain = `http://127.0.0.1:${port}`
  for (let tries = 0; !(await rpcHex(otherChain, 'eth_chainId').catch(() => undefined)); tries++) {
    if (tries > 200) throw new Error('anvil does not start')
    await sleep(100)
  }
  const taken = await occupy()
  const accounts = ['reporter0', 'keeper'].map((name) => addressOf(join(devnet.state, `${name}.key`)))
  const sent = () =>
    Promise.all(accounts.map((account) => rpcHex(devnet.rpc, 'eth_getTransactionCount', account, 'latest')))
  const before = await sent()

  const rows: Row[] = []
  for (const bad of badCases(context, devnet, { otherChain, taken: taken.port })) {
    context.say(`${bad.program}: ${bad.fault}`)
    rows.push(describeCase(bad, await runCase(context, bad)))
  }
  rows.push(await versionRow(context, devnet), ...(await dryRows(context, devnet)))
  const after = await sent()
  rows.push(
    row(
      'transactions of the keys these were given',
      'none',
      accounts
        .map((account, i) => `${account}: ${BigInt(after[i] ?? 0) - BigInt(before[i] ?? 0)}`)
        .join(', '),
      accounts.every((_, i) => after[i] === before[i]),
    ),
  )
  await taken.release()
  await other.stop()
  return rows
}

function badCases(
  context: Context,
  devnet: Net,
  { otherChain, taken }: { otherChain: string; taken: number },
): BadCase[] {
  const bad = (fault: string, names: RegExp, args: string[], env: Env = {}): BadCase => ({
    program: `oracle ${args[0]}`,
    fault,
    names,
    start: (dir) => startOracle(context, devnet, dir, args, env),
  })
  const report = (...args: string[]) => ['report', '--dry-run', ...args]
  return [
    bad('unknown LMP', /UnknownLmp: .*has no LMP/, report('--lmp', STRANGER)),
    bad('an LMP that is no address', /UnknownLmp: .*is not an address/, report('--lmp', 'hWETH')),
    bad('future block', /FutureBlock: .*is not final/, report('--block', '999999999')),
    bad('a block that is no number', /--block.*give a block number/, report('--block', 'latest')),
    bad('the node serves another chain', /31338.*correct RPC_URLS or CHAIN_ID/, ['run'], {
      RPC_URLS: otherChain,
    }),
    bad('the deployment is of another chain', /use deployments\/31338\.json/, ['run'], { CHAIN_ID: '31338' }),
    bad('a key that is no reporter', /is no reporter.*correct the key/, ['run'], {
      ORACLE_KEY_FILE: join(devnet.state, 'keeper.key'),
    }),
    bad('a key file that is missing', /missing\.key/, ['run'], {
      ORACLE_KEY_FILE: join(devnet.state, 'missing.key'),
    }),
    bad('port taken', new RegExp(`${taken}.*ORACLE_PORT|ORACLE_PORT.*${taken}`), ['run'], {
      ORACLE_PORT: String(taken),
    }),
    bad('malformed config: PEER_URLS', /PEER_URLS is not valid.*set it to/, ['run'], {
      PEER_URLS: 'ftp://nowhere',
    }),
    bad('malformed config: PERSONALITY', /PERSONALITY is not valid.*set it to/, ['run'], {
      PERSONALITY: 'king',
    }),
    bad('missing config', /CHAIN_ID is not set: set it to/, ['run'], { CHAIN_ID: '' }),
  ]
}

/** A reporter of the devnet as its operator starts it, with one thing changed. An empty variable counts as none. */
function startOracle(
  { programs, root }: Context,
  devnet: Net,
  dir: string,
  args: readonly string[],
  env: Env,
): Program {
  return programs.tsx(join(root, 'services/oracle/src/main.ts'), args, {
    cwd: dir,
    env: {
      ...{ RPC_URLS: devnet.rpc, CHAIN_ID: '31337', DEPLOYMENT_FILE: devnet.deployment },
      ...{ ORACLE_KEY_FILE: join(devnet.state, 'reporter0.key'), DATABASE_FILE: join(dir, 'oracle.db') },
      ...{ LOG_LEVEL: 'silent', ...env },
    },
  })
}

/** Where the contract keeps its EIP-712 version: a short string, left-aligned, with its length in the last byte. */
const shortString = (text: string): string =>
  `${Buffer.from(text).toString('hex').padEnd(62, '0')}${text.length.toString(16).padStart(2, '0')}`

/** The same contract of another version: what the program does not know, it does not sign for. */
async function versionRow(context: Context, devnet: Net): Promise<Row> {
  const { lossOracle } = readLosses(devnet.deployment)
  const code = await rpcHex(devnet.rpc, 'eth_getCode', lossOracle, 'latest')
  const changed = code.replaceAll(shortString('1'), shortString('2'))
  if (changed === code) throw new Error('the code of the loss oracle does not show its version')
  await rpc(devnet.rpc, 'anvil_setCode', lossOracle, changed)
  try {
    const bad: BadCase = {
      program: 'oracle run',
      fault: 'a contract of an unknown version',
      names: /version 2, this program knows .* version 1/,
      start: (dir) => startOracle(context, devnet, dir, ['run'], {}),
    }
    return describeCase(bad, await runCase(context, bad))
  } finally {
    await rpc(devnet.rpc, 'anvil_setCode', lossOracle, code)
  }
}

/** Without a key it looks and says what it finds, and that is all. */
async function dryRows(context: Context, devnet: Net): Promise<Row[]> {
  const dir = join(context.dir, 'oracle-without-key')
  mkdirSync(dir)
  const port = await freePort()
  const env = { ORACLE_KEY_FILE: '', ORACLE_PORT: String(port), LOG_LEVEL: 'info' }
  const program = startOracle(context, devnet, dir, ['run'], env)
  await program.says(/oracle started/, 60)
  await sleep(DRY_SECONDS * 1000)
  const { lmps } = readLosses(devnet.deployment)
  const served = await Promise.all(
    lmps.map(async (lmp) => (await fetch(`http://127.0.0.1:${port}/v1/reports/${lmp}`)).status),
  )
  const ready = (await fetch(`http://127.0.0.1:${port}/readyz`)).status
  process.kill(program.pid, 'SIGTERM')
  const ended = await program.within(60)
  const says = lines(ended.stdout).find((line) => line.includes('oracle started')) ?? ''

  const shown = await startOracle(context, devnet, dir, ['report', '--dry-run'], {
    ORACLE_KEY_FILE: '',
  }).within(60)
  return [
    row(
      'oracle run without a key: a dry run',
      'says so, looks (ready), serves no signature, ends with exit code 0',
      `${/"dry":true/.test(says) ? 'says "dry":true' : `says ${says}`}, readyz ${ready}, reports ${served.join(', ')}, ${exit(ended)}`,
      /"dry":true/.test(says) &&
        ready === 200 &&
        served.length > 0 &&
        served.every((code) => code === 404) &&
        ended.code === 0,
    ),
    row(
      'oracle report --dry-run without a key',
      'a report, or why there is none, for each vault; exit code 0',
      `${exit(shown)}: ${shown.stdout.replace(/\s+/g, ' ').slice(0, 160)}`,
      shown.code === 0 && (shown.stdout.match(/"(report|nothing)":/g) ?? []).length === lmps.length,
    ),
  ]
}

function addressOf(keyFile: string): string {
  const key = readFileSync(keyFile, 'utf8').trim()
  if (!isHex(key)) throw new Error(`${keyFile} holds no key`)
  const hex: Hex = key
  return privateKeyToAccount(hex).address
}
