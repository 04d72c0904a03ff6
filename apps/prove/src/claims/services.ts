import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BadCase } from '../bad-case.ts'
import type { Context } from '../claim.ts'

interface Service {
  program: 'keeper' | 'api'
  /** The variable of the port it listens on. */
  port: 'METRICS_PORT' | 'API_PORT'
}

export const SERVICES: readonly Service[] = [
  { program: 'keeper', port: 'METRICS_PORT' },
  { program: 'api', port: 'API_PORT' },
]

/** A service as an operator starts it, with an environment of which one thing is wrong. */
export function startService(
  { programs, root }: Context,
  { program }: Service,
  dir: string,
  env: Record<string, string>,
) {
  return programs.tsx(join(root, 'services', program, 'src/main.ts'), ['run'], {
    cwd: dir,
    env: { DATABASE_FILE: join(dir, 'data.db'), CHAIN_ID: '31337', LOG_LEVEL: 'silent', ...env },
  })
}

/** On a running devnet everything fits but the port. */
export function portCases(context: Context, rpcUrl: string, deployment: string, taken: number): BadCase[] {
  return SERVICES.map((service) => ({
    program: service.program,
    fault: 'port taken',
    names: new RegExp(`${taken}.*${service.port}|${service.port}.*${taken}`),
    start: (dir) =>
      startService(context, service, dir, {
        RPC_URLS: rpcUrl,
        DEPLOYMENT_FILE: deployment,
        [service.port]: String(taken),
      }),
  }))
}

/** A deployment file of chain 31337 that is well formed; nothing of it exists. */
export function writeDeployment(dir: string): string {
  const file = join(dir, 'deployment.json')
  const address = `0x${'11'.repeat(20)}`
  const names = [
    'accessManager',
    'priceRegistry',
    'signals',
    'rebalanceGate',
    'solverExecutor',
    'cycleManager',
    'reserve',
    'lossPrices',
    'lossLedger',
    'lossOracle',
    'recovery',
    'toke',
    'weth',
    'auction',
  ]
  const json = {
    chainId: 31337,
    startBlock: 0,
    contracts: Object.fromEntries(names.map((name) => [name, address])),
    lmps: [
      {
        ...{ address, asset: address, symbol: 'X', destinations: [] },
        ...{ priceRegistry: address, lossPrices: address, lossLedger: address },
      },
    ],
    reactors: [],
    positions: [],
    tokens: [],
  }
  writeFileSync(file, JSON.stringify(json))
  return file
}
