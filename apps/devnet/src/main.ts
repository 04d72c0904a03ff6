import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { foundryBinary } from '@headrace/foundry'
import { PRODUCT, runService, type Service, StartupError } from '@headrace/service'
import { Command, InvalidArgumentError, Option } from 'commander'
import { ACCOUNT_COUNT, MNEMONIC } from './accounts.ts'
import { Guardian } from './actors/guardian.ts'
import { Lps } from './actors/lps.ts'
import { Stakers } from './actors/stakers.ts'
import { Taker } from './actors/taker.ts'
import { connect } from './chain.ts'
import { Clock } from './clock.ts'
import { liveCycle } from './cycles.ts'
import { deploymentFile, deployProtocol, deployVenues, WARM_UP_DAYS } from './deploy.ts'
import { loadHistory, SCENARIOS, type Scenario } from './history.ts'
import { LossNews } from './losses.ts'
import { Phases } from './phases.ts'
import { Processes, requireFreePort, until } from './processes.ts'
import { lookout, ORACLES, startServices } from './services.ts'
import { describeCycle, summarize } from './summary.ts'
import { warmUp, warmUpWithServices } from './warmup.ts'
import { readDeployment, type World } from './world.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const CHAIN_ID = 31337
const DEFAULT_CYCLES = 3
/** The loss of scenario `slashing` comes and is executed in the second cycle. */
const CYCLES_TO_SLASH = 2

interface Options {
  cycles?: number
  exit: boolean
  scenario: Scenario
  speed?: number
  port: number
  apiPort: number
  metricsPort: number
  oraclePort: number
  state: string
}

const program = new Command('npm start --')
  .description(
    `Runs ${PRODUCT} on this machine: a local chain with the real venue contracts, the protocol, a keeper, ` +
      'three reporters of losses and the API, driven by real history.',
  )
  .option('--cycles <n>', 'stop the clock after this many cycles (default: never)', positive)
  .option('--exit', `verify the run and end after --cycles (default ${DEFAULT_CYCLES})`, false)
  .addOption(new Option('--scenario <name>', 'history to live through').choices(SCENARIOS).default('calm'))
  .option('--speed <x>', 'cycles per minute (default: 1, with --exit 2)', speed)
  .option('--port <n>', 'port of the chain', port, 8545)
  .option('--api-port <n>', 'port of the API', port, 8080)
  .option('--metrics-port <n>', "port of the keeper's health and metrics", port, 9101)
  .option(
    '--oracle-port <n>',
    'port of the first reporter; two reporters and the executor follow',
    port,
    9102,
  )
  .option('--state <dir>', 'directory of databases and logs, emptied at the start', join(ROOT, '.devnet'))

program.parse()
await runService('devnet', (service) => run(program.opts<Options>(), service), { stopTimeoutMs: 30_000 })

async function run(options: Options, service: Service): Promise<void> {
  await requireFreePort(options.port, 'the chain', '--port')
  await requireFreePort(options.apiPort, 'the API', '--api-port')
  await requireFreePort(options.metricsPort, "the keeper's metrics", '--metrics-port')
  for (const [index, name] of ORACLES.entries()) {
    await requireFreePort(options.oraclePort + index, `the ${name}`, '--oracle-port')
  }
  const history = loadHistory(options.scenario)
  emptyStateDirectory(options.state)

  const processes = new Processes()
  // Gigabytes of past states, which anvil leaves behind and which are of no use without it.
  const chainHistory = join(options.state, 'anvil')
  service.onStop(async () => {
    await processes.stop()
    rmSync(chainHistory, { recursive: true, force: true })
  })
  let broken: string | undefined
  const onExit = (message: string) => {
    broken ??= message
  }
  const alive = () => {
    if (broken !== undefined) throw new Error(broken)
    service.signal.throwIfAborted()
  }

  const phases = new Phases()
  const paths = { root: ROOT, state: options.state }
  const chain = connect(`http://127.0.0.1:${options.port}`)

  await phases.run('chain', async () => {
    processes.start(
      {
        name: 'anvil',
        command: foundryBinary('anvil'),
        args: [
          ...['--host', '127.0.0.1', '--port', String(options.port), '--chain-id', String(CHAIN_ID)],
          ...[
            '--mnemonic',
            MNEMONIC,
            '--accounts',
            String(ACCOUNT_COUNT),
            '--slots-in-an-epoch',
            '1',
            '--cache-path',
            chainHistory,
            '--silent',
          ],
        ],
        log: join(options.state, 'anvil.log'),
      },
      onExit,
    )
    const answers = async () => (await chain.client.getChainId()) === CHAIN_ID
    await until('anvil answers', 20_000, answers, alive)
    return chain.url
  })
  alive()
  const venues = await phases.run('venues', async () => deployVenues(processes, paths, chain))
  alive()
  const world = await phases.run('protocol', async (): Promise<World> => {
    await deployProtocol(processes, paths, chain, venues)
    const deployment = readDeployment(deploymentFile(paths), CHAIN_ID)
    return { chain, venues, deployment, history, origin: await chain.now() }
  })
  alive()
  const clock = new Clock(world)
  const lps = new Lps(world)
  const stakers = new Stakers(world)
  const news = new LossNews(world)
  const ports = { api: options.apiPort, metrics: options.metricsPort, oracle: options.oraclePort }
  const servicesLooked = lookout(ports)
  const taker = new Taker(world)
  const people = [lps, stakers, taker, new Guardian(world)]
  const startAll = () =>
    phases.run('services', () => startServices(processes, paths, chain, ports, { onExit, alive }))
  await clock.open()
  await stakers.open()
  await taker.open()
  if (history.early) {
    await lps.open()
    await startAll()
  }
  await phases.run(`warm-up: ${WARM_UP_DAYS} days of ${options.scenario} from ${history.start}`, () =>
    history.early
      ? warmUpWithServices(world, clock, people, { servicesLooked, alive })
      : warmUp(world, clock, people),
  )
  alive()
  if (!history.early) {
    await lps.open()
    await startAll()
  }
  console.log(`\n  chain  ${chain.url} (chain id ${CHAIN_ID})`)
  console.log(
    `  API    http://127.0.0.1:${options.apiPort}/v1/lmps   docs http://127.0.0.1:${options.apiPort}/docs`,
  )
  console.log(`  keeper http://127.0.0.1:${options.metricsPort}/metrics`)
  console.log(
    `  oracle ${ORACLES.map((name, index) => `${name} http://127.0.0.1:${options.oraclePort + index}`).join(', ')}`,
  )
  console.log(`  logs   ${options.state}\n`)

  const wanted = options.cycles ?? (options.exit ? DEFAULT_CYCLES : Number.POSITIVE_INFINITY)
  for (let lived = 0; lived < wanted; lived++) {
    alive()
    const cycle = await phases.run(
      `cycle ${lived}`,
      () =>
        liveCycle(world, clock, people, {
          speed: options.speed ?? (options.exit ? 2 : 1),
          signal: service.signal,
          alive,
          say: phases.say,
          news: () => news.read(),
          servicesLooked,
        }),
      (done) => describeCycle(world, done),
    )
    if (service.signal.aborted) return
    alive()
    if (cycle !== BigInt(lived)) throw new Error(`lived through cycle ${cycle}, expected ${lived}`)
  }

  const summary = await summarize(world, lps.deposits)
  const losses = await news.summarize()
  console.log(
    `\n${summary.deposits} deposits, ${summary.rebalances} rebalances (${summary.venueToVenue} between two venues), ` +
      `${summary.cyclesCompleted} cycles, ${summary.surpluses} surpluses into the reserve, ` +
      `${summary.deficits} deficits out of it, ${losses.reports.length} losses reported, ` +
      `${losses.slashes.length} slashed`,
  )
  if (!options.exit) {
    console.log('the clock stands still; Ctrl-C ends everything')
    await new Promise<void>((resolve) => service.signal.addEventListener('abort', () => resolve()))
    return
  }
  let verified = false
  try {
    await phases.run('verify', () => verify(processes, options))
    verified = true
  } finally {
    const file = join(options.state, 'summary.json')
    writeFileSync(
      file,
      `${JSON.stringify({ ...phases.report(), ...summary, backing: losses, verified }, null, 2)}\n`,
    )
  }
}

/** Empties a directory that is new, empty or of an earlier devnet, and no other. */
function emptyStateDirectory(directory: string): void {
  const marker = join(directory, '.headrace-devnet')
  if (existsSync(directory) && readdirSync(directory).length > 0 && !existsSync(marker)) {
    throw new StartupError(`--state ${directory} holds other files: name an empty directory`)
  }
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true })
  writeFileSync(marker, '')
}

/** The independent verifier, as a program of its own; its exit code decides. */
async function verify(processes: Processes, options: Options): Promise<void> {
  const log = join(options.state, 'verify.log')
  await processes.run({
    name: 'verify:devnet',
    command: process.execPath,
    args: [
      ...['--import', import.meta.resolve('tsx'), join(ROOT, 'apps/verify-devnet/src/main.ts')],
      ...[
        '--rpc',
        `http://127.0.0.1:${options.port}`,
        '--deployment',
        deploymentFile({ root: ROOT, state: options.state }),
      ],
      ...['--expect', expectation(options)],
      // A discount above the gate's bound closes the venues to entries: who is in one stays there, who is in none earns nothing.
      ...(options.scenario === 'depeg-2022' ? ['--moves', '0', '--earnings', '0'] : []),
    ],
    log,
    cwd: ROOT,
  })
}

/** What the verifier must find of losses. */
function expectation({ scenario, cycles = DEFAULT_CYCLES }: Options): 'slash' | 'no-loss' {
  return scenario === 'slashing' && cycles >= CYCLES_TO_SLASH ? 'slash' : 'no-loss'
}

function positive(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('give a whole number from 1')
  return value
}

function port(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > 65_535)
    throw new InvalidArgumentError('give a port, 1 to 65535')
  return value
}

function speed(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value <= 20)) throw new InvalidArgumentError('give a number above 0 and at most 20')
  return value
}
