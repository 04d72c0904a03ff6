import { join } from 'node:path'
import { foundryBinary } from '@headrace/foundry'
import { describeCase, runCase } from '../bad-case.ts'
import { type Claim, type Context, type Row, row } from '../claim.ts'
import { readReactors } from '../deployment.ts'
import { importsOf } from '../imports.ts'
import { exit, freePort, occupy, type Program, sleep } from '../programs.ts'
import { rpc } from '../rpc.ts'
import { runVerifier, VERIFIER, verifierRow, withoutOneWei } from '../verifier.ts'
import { build, devnetOptions, type Net, startDevnet } from './devnet.ts'
import { portCases } from './services.ts'

const CYCLES = 3

/** A devnet that is left running: what is claimed of it while it runs, and of Ctrl-C. */
export const live: Claim = {
  id: 'live',
  about: 'verify:devnet, check:api and Ctrl-C on a running devnet',
  async prove(context) {
    await build(context)
    const foreign = await foreignAnvil(context)
    const net = await devnetOptions(context, 'live')
    const devnet = startDevnet(context, ['--cycles', String(CYCLES), '--speed', '20', ...net.args])
    await devnet.says(/the clock stands still/, 1800)
    devnet.watch()

    const rows = [
      ...(await verifierRows(context, net)),
      await apiRow(context, net),
      ...(await portRows(context, net)),
      ...(await interruptRows(devnet, foreign)),
    ]
    await foreign.program.stop()
    return rows
  },
}

export async function foreignAnvil({ programs, root }: Context) {
  const port = await freePort()
  const args = ['--host', '127.0.0.1', '--port', String(port), '--silent']
  const program = programs.start(foundryBinary('anvil'), args, { cwd: root })
  const url = `http://127.0.0.1:${port}`
  const answers = () =>
    rpc(url, 'eth_chainId').then(
      () => true,
      () => false,
    )
  for (let tries = 0; !(await answers()); tries++) {
    if (tries > 200) throw new Error('the foreign anvil does not start')
    await sleep(100)
  }
  return { program, answers }
}

async function verifierRows(context: Context, net: Net): Promise<Row[]> {
  const args = ['--cycles', String(CYCLES)]
  const imports = importsOf(join(context.root, VERIFIER))
  const rows = [
    row(
      'verify:devnet is a program of its own',
      'imports node:, viem and commander alone',
      imports.join(', '),
      imports.length > 0 && imports.every((name) => /^(node:.+|viem|commander)$/.test(name)),
    ),
    verifierRow('verify:devnet proves the running devnet', await runVerifier(context, net, args), 0),
  ]
  const { cycleManager, assets } = readReactors(net.deployment)
  for (const token of assets) {
    const what = `${token} in the cycle manager`
    const names = /tokens held, idle \+ W is/
    rows.push(await withoutOneWei(context, net, { token, account: cycleManager, what, names, args }))
  }
  const again = await runVerifier(context, net, args)
  rows.push(verifierRow('verify:devnet with the wei given back', again, 0))
  return rows
}

export async function apiRow({ programs, root }: Context, { rpc: url, api }: Net): Promise<Row> {
  const ended = await programs
    .start('npm', ['run', 'check:api', '--', '--api', api, '--rpc', url], { cwd: root })
    .within(300)
  const found = /(\d+) amounts and (\d+) other values compared, (\d+) differ/.exec(ended.stdout)
  const [amounts, differ] = [Number(found?.[1] ?? 0), Number(found?.[3] ?? -1)]
  return row(
    'check:api compares every amount with the chain',
    'exit code 0, > 0 amounts, 0 differ',
    `${exit(ended)}${found === null ? '' : `: ${found[0]}`}`,
    ended.code === 0 && amounts > 0 && differ === 0,
  )
}

/** Ports that something else holds; it takes a running chain to get as far as that. */
async function portRows(context: Context, { rpc: url, deployment }: Net): Promise<Row[]> {
  const taken = await occupy()
  try {
    const rows: Row[] = []
    for (const bad of portCases(context, url, deployment, taken.port)) {
      rows.push(describeCase(bad, await runCase(context, bad)))
    }
    return rows
  } finally {
    await taken.release()
  }
}

export async function interruptRows(
  devnet: Program,
  foreign: Awaited<ReturnType<typeof foreignAnvil>>,
): Promise<Row[]> {
  const started = devnet.watch().size
  devnet.interrupt()
  const ended = await devnet.within(60)
  const left = devnet.left()
  const survives = await foreign.answers()
  return [
    row(
      'Ctrl-C ends everything the devnet started',
      'no process left',
      `${exit(ended)} after the signal; ${left.length === 0 ? `none of ${started} processes left` : left.join('\n')}`,
      started > 0 && left.length === 0,
    ),
    row(
      'and nothing else: a foreign anvil on another port',
      'answers',
      survives ? 'answers' : 'gone',
      survives,
    ),
  ]
}
