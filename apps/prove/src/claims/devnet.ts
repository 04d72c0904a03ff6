import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { atLeast, type Claim, type Context, type Row, row } from '../claim.ts'
import { type Ended, freePort, lines, type Program } from '../programs.ts'
import { type DevnetSummary, parseSummary, progress } from '../summary.ts'

const CYCLES = 3
/** From start to exit, after the build, on two cores. */
const LIMIT_SECONDS = 240

/** Options of a devnet on ports and in a directory of its own. */
export async function devnetOptions(context: Context, name: string) {
  const [chain, api, metrics] = [await freePort(), await freePort(), await freePort()]
  const state = join(context.dir, name)
  const args = [
    ...['--port', String(chain), '--api-port', String(api), '--metrics-port', String(metrics)],
    ...['--state', state],
  ]
  return { args, state, rpc: `http://127.0.0.1:${chain}`, api: `http://127.0.0.1:${api}`, chain }
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
    const built = await build(context)
    const { args, state } = await devnetOptions(context, 'devnet')
    const program = startDevnet(context, ['--cycles', String(CYCLES), '--exit', ...args])
    const watching = setInterval(() => program.watch(), 1_000)
    const ended = await program.within(1800).finally(() => clearInterval(watching))
    const file = join(state, 'summary.json')
    const summary = existsSync(file) ? parseSummary(readFileSync(file, 'utf8')) : undefined
    return [
      row('the devnet runs and ends by itself', 'exit code 0', exit(ended), ended.code === 0),
      row(
        `start to exit of ${CYCLES} cycles, after the build`,
        `<= ${LIMIT_SECONDS} s`,
        `${ended.seconds.toFixed(0)} s (the build took ${built.toFixed(0)} s)`,
        ended.code === 0 && ended.seconds <= LIMIT_SECONDS,
      ),
      row(
        'everything it started has ended',
        'no process left',
        program.left().join('\n') || `none of ${program.watch().size}`,
        program.watch().size > 0 && program.left().length === 0,
      ),
      ...(summary === undefined ? [row('its summary', file, 'missing', false)] : summaryRows(summary, ended)),
    ]
  },
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
    row('the run is verified before the chain stops', 'true', String(summary.verified), summary.verified),
  ]
}

export const exit = ({ code, signal, stderr }: Ended): string => {
  const [words] = code === 0 ? [] : lines(stderr)
  const end = code === null ? `killed by ${signal}` : `exit code ${code}`
  return words === undefined ? end : `${end}: ${words}`
}
