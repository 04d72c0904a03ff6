import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { atLeast, type Claim, type Context, type Row, row } from '../claim.ts'
import { type Ended, exit, freePort, freePorts, lines, type Program } from '../programs.ts'
import { type DevnetSummary, parseSummary, progress } from '../summary.ts'

const CYCLES = 3
/** From start to exit, after the build, on two cores. */
const LIMIT_SECONDS = 240
/** Three reporters and an executor. */
const ORACLES = 4

/** Where to find a devnet. */
export interface Net {
  args: string[]
  /** Its directory: databases, logs, keys. */
  state: string
  /** Its own copy of the deployment file. */
  deployment: string
  rpc: string
  api: string
}

/** Options of a devnet on ports and in a directory of its own. */
export async function devnetOptions(context: Context, name: string): Promise<Net> {
  const [chain, api, metrics] = [await freePort(), await freePort(), await freePort()]
  const oracle = await freePorts(ORACLES)
  const state = join(context.dir, name)
  const args = [
    ...['--port', String(chain), '--api-port', String(api), '--metrics-port', String(metrics)],
    ...['--oracle-port', String(oracle), '--state', state],
  ]
  return {
    args,
    state,
    deployment: join(state, 'deployment.json'),
    rpc: `http://127.0.0.1:${chain}`,
    api: `http://127.0.0.1:${api}`,
  }
}

export async function build({ programs, root }: Context): Promise<number> {
  const { code, seconds, stderr } = await programs.start('npm', ['run', 'build'], { cwd: root }).within(900)
  if (code !== 0) throw new Error(`npm run build exits ${code}: ${lines(stderr).at(-1)}`)
  return seconds
}

export const devnet: Claim = {
  id: 'devnet',
  about: `npm start -- --cycles ${CYCLES} --exit`,
  async prove(context) {
    const run = await runDevnet(context, 'devnet', ['--cycles', String(CYCLES)])
    return [
      ...endRows(run),
      row(
        `start to exit of ${CYCLES} cycles, after the build`,
        `<= ${LIMIT_SECONDS} s`,
        `${run.ended.seconds.toFixed(0)} s (the build took ${run.built.toFixed(0)} s)`,
        run.ended.code === 0 && run.ended.seconds <= LIMIT_SECONDS,
      ),
      ...(run.summary === undefined ? [] : summaryRows(run.summary, run.ended)),
    ]
  },
}

export interface DevnetRun {
  ended: Ended
  program: Program
  /** Seconds of the build before it. */
  built: number
  summary: DevnetSummary | undefined
  /** What verify:devnet printed; empty when it did not come to that. */
  verified: string
}

/** A devnet from start to exit, with a directory of its own. */
export async function runDevnet(context: Context, name: string, args: readonly string[]): Promise<DevnetRun> {
  const built = await build(context)
  const options = await devnetOptions(context, name)
  const program = startDevnet(context, [...args, '--exit', ...options.args])
  const watching = setInterval(() => program.watch(), 1_000)
  const ended = await program.within(1800).finally(() => clearInterval(watching))
  const read = (file: string) => {
    const path = join(options.state, file)
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined
  }
  const summary = read('summary.json')
  return {
    ended,
    program,
    built,
    summary: summary === undefined ? undefined : parseSummary(summary),
    verified: read('verify.log') ?? '',
  }
}

/** What every run of a devnet must show, whatever it lives through. */
export function endRows({ ended, program, summary }: DevnetRun): Row[] {
  return [
    row('the devnet runs and ends by itself', 'exit code 0', exit(ended), ended.code === 0),
    row(
      'everything it started has ended',
      'no process left',
      program.left().join('\n') || `none of ${program.watch().size}`,
      program.watch().size > 0 && program.left().length === 0,
    ),
    row(
      'the run is verified before the chain stops',
      'true',
      summary === undefined ? 'no summary' : String(summary.verified),
      summary?.verified === true,
    ),
  ]
}

/** `npm start`, with the devnet's own lines as progress. */
export function startDevnet({ programs, root, say }: Context, args: readonly string[]): Program {
  const onLine = (line: string) => {
    if (line.startsWith('[')) say(line)
  }
  return programs.start('npm', ['start', '--', ...args], { cwd: root, onLine })
}

function summaryRows(summary: DevnetSummary, { stdout }: Ended): Row[] {
  const { phases, cycles } = progress(summary, stdout)
  return [
    row(
      'a line for each phase, with its time',
      'a line for every phase of the summary',
      `${phases.shown} of ${phases.all}: ${summary.phases.map(({ name, seconds }) => `${name.split(':', 1)[0]} ${seconds.toFixed(0)} s`).join(', ')}`,
      phases.all > 0 && phases.shown === phases.all,
    ),
    row(`a line for each cycle`, String(CYCLES), String(cycles), cycles === CYCLES),
    atLeast('cycles completed', summary.cyclesCompleted, CYCLES),
    atLeast('deposits', summary.deposits, 1),
    atLeast('rebalances between two real venues', summary.venueToVenue, 1),
    atLeast('surpluses into the reserve', summary.surpluses, 1),
    atLeast('deficits out of the reserve', summary.deficits, 1),
  ]
}
