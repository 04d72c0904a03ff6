import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { foundryBinary } from '@headrace/foundry'
import { type BadCase, describeCase, runCase } from '../bad-case.ts'
import type { Claim, Context, Row } from '../claim.ts'
import { freePort, occupy, sleep } from '../programs.ts'
import { rpc } from '../rpc.ts'
import { devnetOptions } from './devnet.ts'
import { SERVICES, startService, writeDeployment } from './services.ts'

interface Surroundings {
  /** Serves chain 31338. */
  otherChain: string
  /** Nothing listens there. */
  silent: string
  taken: number
  deployment: string
  malformed: string
  missing: string
}

export const badInput: Claim = {
  id: 'bad-input',
  about: 'bad surroundings of devnet, keeper, API, verify:devnet and check:api',
  async prove(context) {
    const port = await freePort()
    const anvil = context.programs.start(
      foundryBinary('anvil'),
      ['--host', '127.0.0.1', '--port', String(port), '--chain-id', '31338', '--silent'],
      { cwd: context.root },
    )
    const otherChain = `http://127.0.0.1:${port}`
    for (
      let tries = 0;
      await rpc(otherChain, 'eth_chainId').then(
        () => false,
        () => true,
      );
      tries++
    ) {
      if (tries > 200) throw new Error('anvil does not start')
      await sleep(100)
    }
    const taken = await occupy()
    const malformed = join(context.dir, 'malformed.json')
    writeFileSync(malformed, '{"chainId": 31337')
    const around: Surroundings = {
      otherChain,
      silent: `http://127.0.0.1:${await freePort()}`,
      taken: taken.port,
      deployment: writeDeployment(context.dir),
      malformed,
      missing: join(context.dir, 'missing.json'),
    }
    const rows: Row[] = []
    for (const bad of [
      ...serviceCases(context, around),
      ...(await devnetCases(context, around)),
      ...toolCases(context, around),
    ]) {
      context.say(`${bad.program}: ${bad.fault}`)
      rows.push(describeCase(bad, await runCase(context, bad)))
    }
    await taken.release()
    await anvil.stop()
    return rows
  },
}

function serviceCases(context: Context, around: Surroundings): BadCase[] {
  return SERVICES.flatMap((service) => {
    const bad = (fault: string, names: RegExp, env: Record<string, string>): BadCase => ({
      program: service.program,
      fault,
      names,
      start: (dir) =>
        startService(context, service, dir, {
          RPC_URLS: around.otherChain,
          DEPLOYMENT_FILE: around.deployment,
          ...env,
        }),
    })
    return [
      bad('wrong chain id: the node serves another chain', /31338.*correct RPC_URLS or CHAIN_ID/, {}),
      bad('wrong chain id: the deployment is of another chain', /use deployments\/31338\.json/, {
        CHAIN_ID: '31338',
      }),
      bad('missing deployment file', /missing\.json is missing: deploy/, { DEPLOYMENT_FILE: around.missing }),
      bad('malformed deployment file', /not JSON: deploy again/, { DEPLOYMENT_FILE: around.malformed }),
      bad('RPC down', /start the node or correct RPC_URLS/, { RPC_URLS: around.silent }),
      bad('malformed config: RPC_URLS', /RPC_URLS is not valid.*set it to/, { RPC_URLS: 'ftp://nowhere' }),
      bad('malformed config: a port', new RegExp(`${service.port} is not valid.*set it to`), {
        [service.port]: 'x',
      }),
      bad('missing config', /CHAIN_ID is not set: set it to/, { CHAIN_ID: '' }),
    ]
  })
}

async function devnetCases(context: Context, { taken }: Surroundings): Promise<BadCase[]> {
  const { programs, root } = context
  const { args: sound } = await devnetOptions(context, 'bad-devnet')
  const bad = (fault: string, names: RegExp, args: string[]): BadCase => ({
    program: 'devnet',
    fault,
    names,
    // Of an option given twice the last one counts.
    start: () => programs.tsx(join(root, 'apps/devnet/src/main.ts'), [...sound, ...args], { cwd: root }),
  })
  const port = String(taken)
  return [
    bad('port of the chain taken', /taken.*--port/, ['--port', port]),
    bad('port of the API taken', /taken.*--api-port/, ['--api-port', port]),
    bad('port of the metrics taken', /taken.*--metrics-port/, ['--metrics-port', port]),
    bad('malformed config: cycles', /--cycles.*whole number/, ['--cycles', 'many']),
    bad('malformed config: scenario', /--scenario.*calm/, ['--scenario', 'sunshine']),
    bad('malformed config: port', /--port.*1 to 65535/, ['--port', '70000']),
  ]
}

function toolCases({ programs, root }: Context, around: Surroundings): BadCase[] {
  const verify = (fault: string, names: RegExp, deployment: string, url: string): BadCase => ({
    program: 'verify:devnet',
    fault,
    names,
    start: () =>
      programs.tsx(join(root, 'apps/verify-devnet/src/main.ts'), ['--deployment', deployment, '--rpc', url], {
        cwd: root,
      }),
  })
  return [
    verify('missing deployment file', /npm start|--deployment/, around.missing, around.otherChain),
    verify('malformed deployment file', /deploy again/, around.malformed, around.otherChain),
    verify('wrong chain id', /correct --rpc or --deployment/, around.deployment, around.otherChain),
    verify('RPC down', /npm start|--rpc/, around.deployment, around.silent),
    {
      program: 'check:api',
      fault: 'API and RPC down',
      names: /--api and --rpc/,
      start: () =>
        programs.start(
          'npm',
          ['run', '--silent', 'check:api', '--', '--api', around.silent, '--rpc', around.silent],
          { cwd: root },
        ),
    },
  ]
}
