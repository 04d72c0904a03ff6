import type { BlockRef } from '@headrace/chain'
import { createLog, createMetrics, type Logger, type Service, startMonitor } from '@headrace/service'
import { TxManager, watchFunds } from '@headrace/txmgr'
import type { OracleConfig } from './config.ts'
import { errorsAbi } from './errors.ts'
import { Executor } from './executor.ts'
import { Finality } from './finality.ts'
import { Journal } from './journal.ts'
import { Looker } from './look.ts'
import { type OracleMetrics, oracleMetrics } from './metrics.ts'
import { type Environment, openEnvironment } from './open.ts'
import type { OnPoint } from './points.ts'
import { Reporter } from './reporter.ts'
import { drySender, liveSender, type Send } from './sender.ts'
import { serveReports } from './server.ts'

export interface RunOptions {
  dryRun: boolean
  /** For tests: told of every step that leaves a trace. */
  onPoint?: OnPoint
}

/** The oracle from start to stop. */
export async function runOracle(config: OracleConfig, options: RunOptions, service: Service): Promise<void> {
  const log = createLog({ service: 'oracle', level: config.LOG_LEVEL })
  const environment = await openEnvironment(config, log)
  const registry = createMetrics('oracle')
  const metrics = oracleMetrics(registry)
  const dry = options.dryRun || environment.account === undefined
  const { chain, contracts, lmps } = environment

  // A dry run leaves no trace, not even a file.
  const journal = new Journal(dry ? ':memory:' : config.DATABASE_FILE)
  service.onStop(() => journal.close())
  const send = dry ? drySender(log) : await openSender(environment, config, options, metrics, log, service)
  const onPoint = options.onPoint ?? (() => {})
  const reporter = makeReporter({ environment, config, journal, send, metrics, log, service, onPoint, dry })
  const executor = config.PERSONALITY.includes('executor')
    ? new Executor({
        client: chain.client,
        chainId: config.CHAIN_ID,
        contracts,
        send,
        maxGas: config.MAX_GAS_EXECUTE,
      })
    : undefined
  const finality = new Finality(chain.endpoints, config.FINALITY_DEPTH, journal)
  const looker = new Looker({ chain, contracts, lmps, finality, reporter, executor, metrics, log, onPoint })
  watchBalance(environment, config, metrics, log, service)
  metrics.silenceOf(() => looker.silentMs())

  const monitor = await startMonitor({
    port: config.ORACLE_PORT,
    portVariable: 'ORACLE_PORT',
    host: config.LISTEN_HOST,
    registry,
    ready: () => readiness(config, looker, metrics),
    serve: (method, path) =>
      serveReports(method, path, {
        lmps,
        served: (lmp) => reporter?.served(lmp),
        onServed: (lmp) => void onPoint('served', lmp),
      }),
  })
  service.onStop(() => monitor.close())
  log.info(
    {
      chain: config.CHAIN_ID,
      account: environment.account?.address ?? 'none',
      personality: config.PERSONALITY,
      endpoints: chain.endpoints.length,
      port: monitor.port,
      dry,
    },
    'oracle started',
  )
  await looker.run(config.POLL_INTERVAL_MS, service.signal)
}

interface ReporterParts {
  environment: Environment
  config: OracleConfig
  journal: Journal
  send: Send
  metrics: OracleMetrics
  log: Logger
  service: Service
  onPoint: OnPoint
  dry: boolean
}

function makeReporter({ environment, config, dry, service, ...rest }: ReporterParts): Reporter | undefined {
  const { account, chain, contracts } = environment
  if (dry || account === undefined || !config.PERSONALITY.includes('reporter')) return undefined
  return new Reporter({
    ...rest,
    client: chain.client,
    account,
    key: { chainId: config.CHAIN_ID, oracle: contracts.oracle, signer: account.address },
    peers: config.PEER_URLS,
    slot: config.ROTATION_SLOT_S,
    maxGas: config.MAX_GAS_SUBMIT,
    signal: service.signal,
  })
}

function readiness({ STALL_AFTER_S }: OracleConfig, looker: Looker, metrics: OracleMetrics) {
  const silentMs = looker.silentMs()
  const alarms = metrics.alarmsOn()
  const finalized: BlockRef | undefined = looker.newest()
  return {
    // What a peer answers must not make this reporter look broken.
    ready:
      finalized !== undefined &&
      silentMs <= STALL_AFTER_S * 1000 &&
      alarms.every((alarm) => alarm === 'peer-differs'),
    finalized: finalized?.number,
    silentMs,
    alarms,
  }
}

async function openSender(
  { chain, account }: Environment,
  config: OracleConfig,
  { onPoint }: RunOptions,
  metrics: OracleMetrics,
  log: Logger,
  service: Service,
): Promise<Send> {
  if (account === undefined) throw new Error('a live run needs a key')
  const tx = await TxManager.open({
    chain,
    chainId: config.CHAIN_ID,
    account,
    journal: config.DATABASE_FILE,
    errors: errorsAbi,
    log,
    pollMs: Math.min(config.POLL_INTERVAL_MS, 1_000),
    onEvent: (event) => metrics.transaction(event),
    ...(onPoint !== undefined && { onPoint: (point, { dedupeKey }) => onPoint(point, dedupeKey) }),
  })
  service.onStop(() => tx.stop())
  tx.start()
  return liveSender(tx)
}

function watchBalance(
  { chain, account, balance }: Environment,
  config: OracleConfig,
  metrics: OracleMetrics,
  log: Logger,
  service: Service,
): void {
  if (account === undefined) return
  const funds = watchFunds({
    client: chain.client,
    address: account.address,
    owner: 'oracle',
    balance,
    minimum: config.MIN_BALANCE_ETH,
    onBalance: (wei, low) => {
      metrics.balanceIs(wei)
      metrics.alarm('balance', low)
    },
    log,
  })
  service.onStop(funds.stop)
}
