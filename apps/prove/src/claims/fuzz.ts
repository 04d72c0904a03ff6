import { type Claim, type Row, row } from '../claim.ts'
import { ending, figure, npmRun } from '../npm.ts'

const MILLION = 1_000_000
const LIMIT_SECONDS = 72 * 3600

export const fuzz: Claim = {
  id: 'fuzz',
  about: 'npm run fuzz: a million calls of every stateful suite; takes HOURS, leave it out with --skip fuzz',
  setting: {
    option: 'fuzz-calls',
    about: 'calls for each suite of the claim fuzz; fewer than a million is short',
    standard: MILLION,
  },
  async prove(context, calls) {
    const listed = await npmRun(context, 'fuzz', ['--list'], 60)
    const args = ['--calls', String(calls), '--seed', `0x${context.seed}`]
    const ended = await npmRun(context, 'fuzz', args, LIMIT_SECONDS)
    const campaigns = readCampaigns(ended.stdout)
    const suites = [...listed.stdout.matchAll(/^contracts\/\S+:(\w+)$/gm)].flatMap(([, name]) => name ?? [])
    const missing = suites.filter((name) => !campaigns.some(({ suite }) => suite === name))
    return [
      row(
        'npm run fuzz ran every stateful suite',
        'exit code 0, all it lists',
        `${ending(ended)}: ${campaigns.length} of ${suites.length}${missing.map((name) => `, not ${name}`).join('')}`,
        ended.code === 0 && suites.length > 0 && missing.length === 0,
      ),
      ...campaigns.map(campaignRow),
    ]
  },
}

export interface Campaign {
  suite: string
  held: boolean
  calls: number
  reverts: number
  seed: string
  handlers: number
  idle: string[]
  /** "deposit Paused 12" */
  refusals: string[]
}

/** What `npm run fuzz` prints of each suite. */
export function readCampaigns(output: string): Campaign[] {
  const campaigns: Campaign[] = []
  let part = ''
  for (const line of output.split('\n')) {
    const head =
      /^(\w+): (held|FAILED); ([\d,]+) calls in \d+ histories, (\d+) unexpected reverts, .* seed (0x\w+)$/.exec(
        line,
      )
    const last = campaigns.at(-1)
    if (head !== null) {
      const [, suite = '', held, calls, reverts, seed = ''] = head
      campaigns.push({
        ...{ suite, held: held === 'held', calls: figure(calls), reverts: Number(reverts), seed },
        ...{ handlers: 0, idle: [], refusals: [] },
      })
    } else if (/^ {2}(handler|refused) /.test(line)) part = line.trim().split(' ', 1)[0] ?? ''
    else if (last === undefined || !line.startsWith('  ')) part = ''
    else if (part === 'handler') {
      const [name = '', , effective] = line.trim().split(/\s+/)
      last.handlers++
      if (figure(effective) === 0) last.idle.push(name)
    } else if (part === 'refused') last.refusals.push(line.trim().replace(/\s+/g, ' '))
  }
  return campaigns
}

export function campaignRow({ suite, held, calls, reverts, seed, handlers, idle, refusals }: Campaign): Row {
  const effective = idle.length === 0 ? 'all effective' : `no effect: ${idle.join(', ')}`
  return row(
    `fuzz, ${suite}`,
    `held, >= ${MILLION.toLocaleString('en')} calls, 0 unexpected reverts`,
    [
      `${held ? 'held' : 'FAILED'}, ${calls.toLocaleString('en')} calls, ${reverts} unexpected reverts, seed ${seed}`,
      `${handlers} handlers, ${effective}`,
      ...(refusals.length === 0 ? [] : [`refused: ${refusals.join(', ')}`]),
    ].join('\n'),
    held && calls >= MILLION && reverts === 0 && idle.length === 0,
  )
}
