import { join } from 'node:path'
import { foundryBinary } from '@headrace/foundry'
import { describeCase, runCase } from '../bad-case.ts'
import { type Claim, type Context, type Row, row } from '../claim.ts'
import { deploymentFile, readReactors } from '../deployment.ts'
import { importsOf } from '../imports.ts'
import { removeOneWei } from '../one-wei.ts'
import { freePort, occupy, type Program, sleep } from '../programs.ts'
import { rpc } from '../rpc.ts'
import { build, devnetOptions, exit, startDevnet } from './devnet.ts'
import { portCases } from './services.ts'

const CYCLES = 3
const VERIFIER = 'apps/verify-devnet/src'

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
      ...(await verifierRows(context, net.rpc)),
      await apiRow(context, net),
      ...(await portRows(context, net.rpc)),
      ...(await interruptRows(devnet, foreign)),
    ]
    await foreign.program.stop()
    return rows
  },
}

async function foreignAnvil({ programs, root }: Context) {
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

async function verifierRows(context: Context, url: string): Promise<Row[]> {
  const verify = () =>
    context.programs
      .tsx(join(context.root, VERIFIER, 'main.ts'), ['--rpc', url, '--cycles', String(CYCLES)], {
        cwd: context.root,
      })
      .within(180)
  const checks = (stdout: string) => stdout.trim().split('\n').at(-1) ?? ''
  const imports = importsOf(join(context.root, VERIFIER))
  const rows = [
    row(
      'verify:devnet is a program of its own',
      'imports node:, viem and commander alone',
      imports.join(', '),
      imports.length > 0 && imports.every((name) => /^(node:.+|viem|commander)$/.test(name)),
    ),
  ]
  const good = await verify()
  rows.push(
    row(
      'verify:devnet proves the running devnet',
      'exit code 0',
      `${exit(good)}: ${checks(good.stdout)}`,
      good.code === 0,
    ),
  )

  const { cycleManager, assets } = readReactors(deploymentFile(context.root))
  for (const asset of assets) {
    const giveBack = await removeOneWei(url, asset, cycleManager)
    const bad = await verify()
    rows.push(
      row(
        `verify:devnet without one wei of ${asset} in the cycle manager`,
        'exit code 1, tokens held < idle + W named',
        `${exit(bad)}: ${checks(bad.stdout)}`,
        bad.code === 1 && /tokens held, idle \+ W is/.test(bad.stdout),
      ),
    )
    await giveBack()
  }
  const again = await verify()
  rows.push(
    row(
      'verify:devnet with the wei given back',
      'exit code 0',
      `${exit(again)}: ${checks(again.stdout)}`,
      again.code === 0,
    ),
  )
  return rows
}

async function apiRow(
  { programs, root }: Context,
  { rpc: url, api }: { rpc: string; api: string },
): Promise<Row> {
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
async function portRows(context: Context, url: string): Promise<Row[]> {
  const taken = await occupy()
  try {
    const rows: Row[] = []
    for (const bad of portCases(context, url, deploymentFile(context.root), taken.port)) {
      rows.push(describeCase(bad, await runCase(context, bad)))
    }
    return rows
  } finally {
    await taken.release()
  }
}

async function interruptRows(
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
