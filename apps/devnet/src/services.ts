import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { accounts, privateKeyOf } from './accounts.ts'
import type { Chain } from './chain.ts'
import { type DeployPaths, deploymentFile } from './deploy.ts'
import { type Processes, sleep, until } from './processes.ts'

const TSX = fileURLToPath(import.meta.resolve('tsx'))

export interface ServicePorts {
  api: number
  metrics: number
}

/** Starts the keeper and the API as an operator would: programs of their own, configured by environment. */
export async function startServices(
  processes: Processes,
  paths: DeployPaths,
  chain: Chain,
  ports: ServicePorts,
  onExit: (message: string) => void,
): Promise<void> {
  const keyFile = join(paths.state, 'keeper.key')
  writeFileSync(keyFile, `${privateKeyOf('keeper')}\n`, { mode: 0o600 })
  const common = {
    RPC_URLS: chain.url,
    CHAIN_ID: '31337',
    DEPLOYMENT_FILE: deploymentFile(paths.root),
    LOG_LEVEL: 'info',
  }
  const service = (name: string, env: Record<string, string>) =>
    processes.start(
      {
        name,
        command: process.execPath,
        args: ['--import', TSX, join(paths.root, 'services', name, 'src', 'main.ts'), 'run'],
        env: { ...common, ...env },
        cwd: paths.state,
        log: join(paths.state, `${name}.log`),
      },
      onExit,
    )
  await chain.test.setBalance({ address: accounts.keeper, value: 100n * 10n ** 18n })
  service('keeper', {
    KEEPER_KEY_FILE: keyFile,
    DATABASE_FILE: join(paths.state, 'keeper.db'),
    METRICS_PORT: String(ports.metrics),
    POLL_INTERVAL_MS: '150',
    // Two jumps of the clock.
    REBALANCE_INTERVAL_S: '14400',
  })
  service('api', { DATABASE_FILE: join(paths.state, 'api.db'), API_PORT: String(ports.api) })
  await Promise.all([
    until('the keeper answers', 60_000, () => answers(`http://127.0.0.1:${ports.metrics}/healthz`)),
    until('the API answers', 60_000, () => answers(`http://127.0.0.1:${ports.api}/readyz`)),
  ])
}

async function answers(url: string): Promise<boolean> {
  return (await fetch(url)).ok
}

const JOBS = 4
const LOOK_TIMEOUT_MS = 3_000

/**
 * A block of the devnet stands for hours: the clock gives the keeper the time to look at each, as a real chain does.
 * A keeper that is down or busy is not waited for: time goes on without it.
 */
export async function keeperLooked(metricsPort: number, block: bigint): Promise<void> {
  for (const deadline = Date.now() + LOOK_TIMEOUT_MS; Date.now() < deadline; await sleep(20)) {
    const text = await fetch(`http://127.0.0.1:${metricsPort}/metrics`)
      .then((response) => response.text())
      .catch(() => '')
    const looked = [...text.matchAll(/^keeper_looked_block\{[^}]*\} (\d+)$/gm)].map((match) =>
      BigInt(match[1] ?? 0),
    )
    if (looked.length === JOBS && looked.every((number) => number >= block)) return
  }
}
