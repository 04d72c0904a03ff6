import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { atLeast, type Claim, type Context, type Row, row } from '../claim.ts'
import { lines } from '../programs.ts'
import { record } from '../summary.ts'
import { checkRows, parseChecks } from '../verifier.ts'
import { type DevnetRun, endRows, runDevnet } from './devnet.ts'

const SLASHING_CYCLES = 4
const CYCLE_DAYS = 7

/** What verify:devnet says of losses in every run. */
const ALWAYS = [
  /checkpoints follow from the events/,
  /no bucket leaves inside a freeze$/,
  /every wei of TOKE/,
  /fees in = claimed \+ claimable \+ stream \+ dust/,
]

export const slashing: Claim = {
  id: 'slashing',
  about: `npm start -- --cycles ${SLASHING_CYCLES} --exit --scenario slashing`,
  async prove(context) {
    const run = await runDevnet(context, 'slashing', [
      ...['--cycles', String(SLASHING_CYCLES), '--scenario', 'slashing'],
    ])
    return [
      ...endRows(run),
      ...checkRows(run.verified, [...ALWAYS, /window, signatures, waiting time/, /^slash: /]),
      atLeast('steps of the story', countSteps(run, /^slash: /), 7),
      ...toldRows(run),
    ]
  },
}

/** The devnet tells the story while it happens. */
const TOLD = [
  ['a loss is counted', /loss counted: /],
  ['the vault is frozen', /frozen, at the latest until/],
  ['two of three reporters sign', /opened: .* signed by .*\(2 of 3 needed\)/],
  ['the case is executed', /executed: .* slashed/],
  ['TOKE vests', /TOKE vest until/],
  ['fees per TOKE before and after', /TOKE at risk earns .* a year before .* after/],
] as const

function toldRows({ ended }: DevnetRun): Row[] {
  return TOLD.map(([what, pattern]) => {
    const told = lines(ended.stdout).filter((line) => pattern.test(line))
    return row(`the devnet says so: ${what}`, 'one line', told.join('\n') || 'no line', told.length === 1)
  })
}

const countSteps = ({ verified }: DevnetRun, wanted: RegExp): number =>
  parseChecks(verified).filter(({ claim }) => wanted.test(claim)).length

export const depeg: Claim = {
  id: 'depeg',
  about: 'npm start -- --exit --scenario depeg-2022, past the low of June 2022: no report, no slash',
  async prove(context) {
    const low = readLow(context)
    const cycles = Math.ceil((low.day - low.warmUp + 1) / CYCLE_DAYS)
    const run = await runDevnet(context, 'depeg', ['--cycles', String(cycles), '--scenario', 'depeg-2022'])
    return [
      ...endRows(run),
      ...lowRows(run, low, cycles),
      ...checkRows(run.verified, [...ALWAYS, /^no loss: /]),
      atLeast('checks that there was no loss', countSteps(run, /^no loss: /), 5),
    ]
  },
}

interface Low {
  /** Day of the history with the deepest discount, and that discount, percent. */
  day: number
  discount: number
  /** Days of the history that are over when cycle 0 begins. */
  warmUp: number
}

/** The deepest discount of a market price to the issuer's rate in the devnet's history. */
function readLow({ root }: Context): Low {
  const data = join(root, 'apps/devnet/data')
  const legs = Object.values(record(record(record(parse(join(data, 'depeg-2022.json'))).series).lst)).map(
    record,
  )
  const discounts = legs.flatMap(({ rate, market }) =>
    strings(market).map((price, day) => ({
      day,
      discount: 100 * (1 - Number(price) / Number(strings(rate)[day])),
    })),
  )
  const [low] = discounts.sort((a, b) => b.discount - a.discount)
  const last = /Days 0 to (\d+) are the warm-up/.exec(readFileSync(join(data, 'README.md'), 'utf8'))?.[1]
  if (low === undefined || last === undefined) throw new Error('the history of depeg-2022 is not what it was')
  return { ...low, warmUp: Number(last) + 1 }
}

const parse = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))
const strings = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])

function lowRows({ ended, verified }: DevnetRun, low: Low, cycles: number): Row[] {
  const lived = /warm-up: (\d+) days of depeg-2022/.exec(ended.stdout)?.[1]
  const ends = Number(lived) + cycles * CYCLE_DAYS
  const seen = Number(/largest discount of low to high ([\d.]+)%/.exec(verified)?.[1])
  return [
    row(
      'the run lives through the lowest day of the history',
      `day ${low.day} (${low.discount.toFixed(2)}% below the issuer's rate) is over`,
      `${cycles} cycles after ${lived ?? 'no'} days of warm-up: up to day ${ends}`,
      ends > low.day,
    ),
    row('the checkpoints have seen the fall', 'low at least 1% below high in one', `${seen}%`, seen >= 1),
  ]
}
