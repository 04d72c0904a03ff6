import { join } from 'node:path'
import { freePort } from '@headrace/chaos-rpc/anvil'
import { loadConfig } from '@headrace/service'
import type { Address } from 'viem'
import { configSchema } from '../../src/config.ts'
import type { OnPoint } from '../../src/points.ts'
import { runOracle } from '../../src/run.ts'
import { type SignedReport, signedReportSchema } from '../../src/wire.ts'
import type { Vault, World } from './world.ts'

/** What an operator sets, for reporter `n` of a world. */
export async function reporterEnv(
  world: World,
  vaults: readonly Vault[],
  n: number,
  change: Record<string, string> = {},
): Promise<Record<string, string>> {
  return {
    RPC_URLS: world.node.url,
    CHAIN_ID: '31337',
    DEPLOYMENT_FILE: world.deployment(vaults),
    ORACLE_KEY_FILE: world.keyFile(n),
    DATABASE_FILE: join(world.dir, `oracle-${vaults[0]?.address}-${n}.db`),
    ORACLE_PORT: String(await freePort()),
    POLL_INTERVAL_MS: '50',
    LOG_LEVEL: process.env.ORACLE_TEST_LOG ?? 'silent',
    ...change,
  }
}

/** Environments of several reporters that know each other. */
export async function reporterEnvs(
  world: World,
  vaults: readonly Vault[],
  count: number,
  change: Record<string, string> = {},
): Promise<Record<string, string>[]> {
  const envs: Record<string, string>[] = []
  for (let n = 0; n < count; n++) envs.push(await reporterEnv(world, vaults, n, change))
  return envs.map((env) => ({
    ...env,
    PEER_URLS: envs.flatMap((peer) => (peer === env ? [] : [urlOf(peer)])).join(','),
  }))
}

export const urlOf = ({ ORACLE_PORT }: Record<string, string>) => `http://127.0.0.1:${ORACLE_PORT}`

export interface Running {
  url: string
  /** Settles when the oracle ends: with the error that ended it, or undefined. */
  ended: Promise<unknown>
  stop(): Promise<void>
}

/** The oracle of production in this process. */
export async function startOracle(env: Record<string, string>, onPoint?: OnPoint): Promise<Running> {
  const stopping = new AbortController()
  const closers: Array<() => unknown> = []
  const service = { signal: stopping.signal, onStop: (close: () => unknown) => void closers.push(close) }
  const options = { dryRun: false, ...(onPoint !== undefined && { onPoint }) }
  const ended = runOracle(loadConfig(configSchema, env), options, service)
    .then(
      () => undefined,
      (error: unknown) => error,
    )
    .then(async (error) => {
      stopping.abort()
      for (const close of closers.reverse()) await close()
      return error
    })
  const url = urlOf(env)
  const failed = await Promise.race([ended, until('the oracle answers', () => answers(`${url}/healthz`))])
  if (failed !== undefined) throw failed
  const stop = async () => {
    stopping.abort()
    await ended
  }
  return { url, ended, stop }
}

const answers = (url: string) =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )

/** What a reporter serves about a vault; undefined: no report. */
export async function fetchReport(url: string, lmp: Address): Promise<SignedReport | undefined> {
  const response = await fetch(`${url}/v1/reports/${lmp}`)
  if (!response.ok) return undefined
  return signedReportSchema.parse(await response.json())
}

/** A series of `/metrics`; 0 when it is not there. */
export async function metric(url: string, series: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const line = text.split('\n').find((each) => each.startsWith('oracle_') && matches(each, series))
  return line === undefined ? 0 : Number(line.split(' ').at(-1))
}

/** `name{label="value"}` in a line that may hold more labels. */
function matches(line: string, series: string): boolean {
  const [name = '', labels = ''] = series.replace('}', '').split('{')
  return line.startsWith(`${name}{`) && labels.split(',').every((label) => line.includes(label))
}

export async function until(
  what: string,
  holds: () => Promise<boolean>,
  timeoutMs = 20_000,
): Promise<undefined> {
  for (const deadline = Date.now() + timeoutMs; !(await holds()); ) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${timeoutMs / 1000} s`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  return undefined
}
