import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Actor, accounts, privateKeyOf, REPORTERS } from './accounts.ts'
import type { Chain } from './chain.ts'
import { type DeployPaths, deploymentFile } from './deploy.ts'
import { type Processes, sleep, until } from './processes.ts'

/** For one that hangs: one that ends is noticed at once, and six programs that start together on a busy machine take minutes. */
const START_TIMEOUT_MS = 300_000
const TSX = fileURLToPath(import.meta.resolve('tsx'))

export interface ServicePorts {
  api: number
  metrics: number
  /** Of the first reporter; the others and the executor follow. */
  oracle: number
}

/** Programs of the loss oracle, in the order of their ports. */
export const ORACLES = [...REPORTERS, 'executor'] as const

/** Starts the keeper, the loss oracle and the API as operators would: programs of their own, configured by environment. */
export async function startServices(
  processes: Processes,
  paths: DeployPaths,
  chain: Chain,
  ports: ServicePorts,
  { onExit, alive }: { onExit: (message: string) => void; alive: () => void },
): Promise<void> {
  const keyFile = (actor: Actor) => {
    const file = join(paths.state, `${actor}.key`)
    writeFileSync(file, `${privateKeyOf(actor)}\n`, { mode: 0o600 })
    return file
  }
  const common = {
    RPC_URLS: chain.url,
    CHAIN_ID: '31337',
    DEPLOYMENT_FILE: deploymentFile(paths),
    LOG_LEVEL: 'info',
  }
  const service = (name: string, env: Record<string, string>, label = name) =>
    processes.start(
      {
        name: label,
        command: process.execPath,
        args: ['--import', TSX, join(paths.root, 'services', name, 'src', 'main.ts'), 'run'],
        env: { ...common, ...env },
        cwd: paths.state,
        log: join(paths.state, `${label}.log`),
      },
      onExit,
    )
  for (const actor of ['keeper', ...ORACLES] as const) {
    await chain.test.setBalance({ address: accounts[actor], value: 100n * 10n ** 18n })
  }
  service('keeper', {
    KEEPER_KEY_FILE: keyFile('keeper'),
    DATABASE_FILE: join(paths.state, 'keeper.db'),
    METRICS_PORT: String(ports.metrics),
    POLL_INTERVAL_MS: '150',
    // Two jumps of the clock.
    REBALANCE_INTERVAL_S: '14400',
    // Some hours of fees: the devnet's gas costs next to nothing.
    FEES_MIN_ETH: '0.01',
    // Of six jumps: rewards of the devnet's gauges are a few basis points a week.
    HARVEST_INTERVAL_S: '43200',
  })
  const oraclePort = (index: number) => ports.oracle + index
  for (const [index, name] of ORACLES.entries()) {
    const peers = REPORTERS.flatMap((peer, i) => (peer === name ? [] : [`http://127.0.0.1:${oraclePort(i)}`]))
    service(
      'oracle',
      {
        PERSONALITY: name === 'executor' ? 'executor' : 'reporter',
        ORACLE_KEY_FILE: keyFile(name),
        DATABASE_FILE: join(paths.state, `${name}.db`),
        ORACLE_PORT: String(oraclePort(index)),
        PEER_URLS: peers.join(),
        POLL_INTERVAL_MS: '300',
      },
      name,
    )
  }
  service('api', { DATABASE_FILE: join(paths.state, 'api.db'), API_PORT: String(ports.api) })
  const answering = (name: string, port: number, path: string) =>
    until(`${name} answers`, START_TIMEOUT_MS, () => answers(`http://127.0.0.1:${port}${path}`), alive)
  await Promise.all([
    answering('the keeper', ports.metrics, '/healthz'),
    ...ORACLES.map((name, index) => answering(name, oraclePort(index), '/healthz')),
    answering('the API', ports.api, '/readyz'),
  ])
}

async function answers(url: string): Promise<boolean> {
  return (await fetch(url)).ok
}

/** Jobs of the keeper. */
const JOBS = 7
/** Blocks from the head to the finalized one, which reporters look at. */
const FINALITY = 2n
const LOOK_TIMEOUT_MS = 3_000
const LOOK_EVERY_MS = 50

/**
 * A block of the devnet stands for hours: the clock gives the services the time to look at each, as a real chain does. The
 * keeper must have seen the newest block; the loss oracle, which judges by days, what was the newest at the last call. One that
 * is down or busy is not waited for: time goes on without it.
 */
export function lookout(ports: ServicePorts): (head: bigint) => Promise<void> {
  let last = 0n
  return async (head) => {
    const deadline = Date.now() + LOOK_TIMEOUT_MS
    const looked = async (port: number, series: string, count: number, block: bigint) => {
      while (Date.now() < deadline) {
        const numbers = await readSeries(port, series)
        if (numbers.length === count && numbers.every((number) => number >= block)) return
        await sleep(LOOK_EVERY_MS)
      }
    }
    const final = last - FINALITY
    last = head
    await Promise.all([
      looked(ports.metrics, 'keeper_looked_block', JOBS, head),
      ...ORACLES.map((_, index) => looked(ports.oracle + index, 'oracle_looked_block', 1, final)),
    ])
  }
}

/** Values of a series of a service's metrics; none while it does not answer. */
async function readSeries(port: number, series: string): Promise<bigint[]> {
  const text = await fetch(`http://127.0.0.1:${port}/metrics`)
    .then((response) => response.text())
    .catch(() => '')
  return [...text.matchAll(new RegExp(`^${series}\\{[^}]*\\} (\\d+)$`, 'gm'))].map((match) =>
    BigInt(match[1] ?? 0),
  )
}
