import { watchHeads } from '@headrace/chain'
import {
  createLog,
  createMetrics,
  type Logger,
  oneLine,
  type Service,
  StartupError,
  startMonitor,
} from '@headrace/service'
import { type OnPoint, TxManager, watchFunds } from '@headrace/txmgr'
import { zeroAddress } from 'viem'
import type { KeeperConfig } from './config.ts'
import { errorsAbi } from './errors.ts'
import type { Job } from './job.ts'
import { auctionJob } from './jobs/auction.ts'
import { cycleJob } from './jobs/cycle.ts'
import { feesJob } from './jobs/fees.ts'
import { harvestJob } from './jobs/harvest.ts'
import { rebalanceJob } from './jobs/rebalance.ts'
import { reportJob } from './jobs/report.ts'
import { snapshotJob } from './jobs/snapshot.ts'
import { Ledger } from './ledger.ts'
import { type KeeperMetrics, keeperMetrics } from './metrics.ts'
import { type Environment, openEnvironment } from './open.ts'
import { Runner } from './runner.ts'
import { type Ceilings, drySender, liveSender, type Sender } from './sender.ts'

export interface RunOptions {
  once: boolean
  dryRun: boolean
  /** For tests: told of every step of the transaction manager that leaves a trace. */
  onPoint?: OnPoint
}

/** The keeper from start to stop. */
export async function runKeeper(config: KeeperConfig, options: RunOptions, service: Service): Promise<void> {
  const log = createLog({ service: 'keeper', level: config.LOG_LEVEL })
  const environment = await openEnvironment(config, log)
  const registry = createMetrics('keeper')
  const metrics = keeperMetrics(registry)
  const dry = options.dryRun || environment.account === undefined

  // A dry run leaves no trace, not even a file.
  const ledger = new Ledger(dry ? ':memory:' : config.DATABASE_FILE)
  service.onStop(() => ledger.close())
  const sender = dry ? dryRun(environment, config) : await live(environment, config, options, log, service)

  const runner = new Runner({
    client: environment.chain.client,
    jobs: makeJobs(environment, config, sender),
    sender,
    ledger,
    metrics,
    log,
    standbyMs: options.once ? 0 : config.STANDBY_MS,
    retryMs: 2 * config.POLL_INTERVAL_MS,
  })
  log.info({ chain: config.CHAIN_ID, account: environment.account?.address ?? 'none', dry }, 'keeper started')
  if (options.once) {
    const troubles = await runner.once(service.signal)
    if (troubles.length > 0) throw new StartupError(`not everything could be done: ${troubles.join('; ')}`, 1)
    return
  }
  await keepRunning({ environment, config, runner, metrics, log, service, registry })
}

interface Running {
  environment: Environment
  config: KeeperConfig
  runner: Runner
  metrics: KeeperMetrics
  log: Logger
  service: Service
  registry: ReturnType<typeof createMetrics>
}

async function keepRunning({
  environment,
  config,
  runner,
  metrics,
  log,
  service,
  registry,
}: Running): Promise<void> {
  const { client } = environment.chain
  const { signal } = service
  const watch = watchHeads(client, {
    pollMs: config.POLL_INTERVAL_MS,
    signal,
    onHead: (head) => {
      metrics.headSeen(head.number)
      runner.headArrived()
    },
    onError: (error) => log.warn({ error: oneLine(error) }, 'cannot read the head of the chain'),
  })
  metrics.silenceOf(() => watch.arrival().silentMs)
  const { account, balance } = environment
  const funds =
    account === undefined
      ? undefined
      : watchFunds({
          client,
          address: account.address,
          owner: 'keeper',
          balance,
          minimum: config.MIN_BALANCE_ETH,
          onBalance: metrics.balanceIs,
          log,
        })
  service.onStop(() => funds?.stop())

  const monitor = await startMonitor({
    port: config.METRICS_PORT,
    portVariable: 'METRICS_PORT',
    registry,
    ready: () => {
      const { head, silentMs } = watch.arrival()
      const stalled = silentMs > Number(config.STALL_AFTER_S) * 1000
      const lowBalance = funds?.low() ?? false
      return {
        ready: head !== undefined && !stalled && !lowBalance,
        head: head?.number,
        silentMs,
        lowBalance,
      }
    },
  })
  service.onStop(() => monitor.close())
  await Promise.all([watch.done, runner.run(signal)])
}

function makeJobs(
  { chain, deployment, contracts, account }: Environment,
  config: KeeperConfig,
  sender: Sender,
): Job[] {
  const { client } = chain
  const isUnderway = (prefix: string) => sender.isUnderway(prefix)
  const earnings = { minBps: config.HARVEST_MIN_BPS, interval: config.HARVEST_INTERVAL_S }
  return [
    cycleJob(client, contracts.cycleManager),
    reportJob({
      client,
      deployment,
      maxAge: config.REPORT_MAX_AGE_S,
      moveBps: config.REPORT_MOVE_BPS,
      isUnderway,
    }),
    snapshotJob(client, contracts.signals, deployment),
    rebalanceJob({
      client,
      deployment,
      contracts,
      owner: account?.address,
      interval: config.REBALANCE_INTERVAL_S,
      isUnderway,
    }),
    feesJob({
      client,
      deployment,
      prices: contracts.prices,
      least: config.FEES_MIN_ETH,
      isUnderway,
    }),
    harvestJob({ client, deployment, auction: contracts.auction, ...earnings, isUnderway }),
    auctionJob({
      client,
      deployment,
      auction: contracts.auction,
      ...earnings,
      pokeAge: config.AUCTION_POKE_S,
      isUnderway,
    }),
  ]
}

const ceilings = (config: KeeperConfig): Ceilings => ({
  cycle: config.MAX_GAS_CYCLE,
  report: config.MAX_GAS_REPORT,
  snapshot: config.MAX_GAS_SNAPSHOT,
  rebalance: config.MAX_GAS_REBALANCE,
  fees: config.MAX_GAS_FEES,
  harvest: config.MAX_GAS_HARVEST,
  auction: config.MAX_GAS_AUCTION,
})

async function live(
  { chain, account }: Environment,
  config: KeeperConfig,
  { onPoint }: RunOptions,
  log: Logger,
  service: Service,
): Promise<Sender> {
  if (account === undefined) throw new Error('a live run needs a key')
  const tx = await TxManager.open({
    chain,
    chainId: config.CHAIN_ID,
    account,
    journal: config.DATABASE_FILE,
    errors: errorsAbi,
    log,
    // A rollover is a chain of waits for the last transaction: look often while there is one.
    pollMs: Math.min(Math.max(20, config.POLL_INTERVAL_MS / 3), 1_000),
    ...(onPoint !== undefined && { onPoint }),
  })
  // At once, not with the closers: jobs that wait for a transaction end with it.
  service.signal.addEventListener('abort', () => void tx.stop())
  service.onStop(() => tx.stop())
  tx.start()
  return liveSender({ tx, client: chain.client, ceilings: ceilings(config), maxFee: config.MAX_FEE_GWEI })
}

function dryRun({ chain, account }: Environment, config: KeeperConfig): Sender {
  return drySender({
    client: chain.client,
    errors: errorsAbi,
    ceilings: ceilings(config),
    from: account?.address ?? zeroAddress,
    show: (job, step, finding) => {
      process.stdout.write(`would send  ${job}: ${step.label}  to ${step.to}  ${finding}\n`)
    },
  })
}
