import type { ForgeTest } from '@headrace/foundry/report'
import { type Claim, type Row, row } from '../claim.ts'
import { forge } from '../forge.ts'
import { ending, npmRun } from '../npm.ts'
import { allTests } from './contracts.ts'

/** Those that touch the vault. */
const WANTED = 'ABCDEFGHILMN'
/** Tests that carry ids of items. */
const NAMED = '^(test|testFuzz)_([A-N][0-9]+_)+'

const VENUES = ['Balancer', 'Curve', 'UniswapV3', 'Aerodrome', 'Maverick'] as const
const TRIED = [
  ['D3', 'read-only reentrancy'],
  ['D4', 'reserves skewed by a flash loan'],
] as const

export const families: Claim = {
  id: 'families',
  about: `families ${WANTED.split('').join(' ')} of negative tests: every item has tests, and they pass`,
  async prove(context) {
    const ended = await npmRun(context, 'families', [], 60)
    const items = readFamilies(ended.stdout)
    const tests = await forge(context, ['--match-test', NAMED], 1800)
    const open = items.filter((item) => item.gap)
    return [
      row(
        'npm run families: items without a test',
        'exit code 0, none',
        `${ending(ended)}: ${items.length} items, ${open.map(({ id }) => id).join(', ') || 'none'}`,
        ended.code === 0 && items.length > 0 && open.length === 0,
      ),
      ...WANTED.split('').map((letter) => familyRow(letter, items, tests)),
      ...VENUES.flatMap((venue) => TRIED.map(([id, what]) => venueRow(venue, id, what, tests))),
    ]
  },
}

export interface FamilyItem {
  id: string
  /** It has no test and should have one. */
  gap: boolean
  /** Why it needs none. */
  apart: string | undefined
  tests: { file: string; name: string }[]
}

/** What `npm run families` prints. */
export function readFamilies(output: string): FamilyItem[] {
  const items: FamilyItem[] = []
  for (const line of output.split('\n')) {
    const id = /^([A-N]\d+) +\S/.exec(line)?.[1]
    const last = items.at(-1)
    if (id !== undefined) items.push({ id, gap: false, apart: undefined, tests: [] })
    if (id !== undefined || last === undefined || !line.startsWith('       ')) continue
    const [, head = '', rest = ''] = /^ +(.*?): (.*)$/.exec(line) ?? []
    if (line.trim() === 'NO TEST') last.gap = true
    else if (head === 'does not touch the vault') last.apart = rest
    else last.tests.push(...rest.split(', ').map((name) => ({ file: head, name })))
  }
  return items
}

/** Tests of a file; those that a file of no suite of its own declares run in the suites that inherit them. */
const ran = (all: readonly ForgeTest[], { file, name }: { file: string; name: string }, id: string) =>
  all.filter(
    (test) =>
      test.name.split('_').includes(id) &&
      test.name.endsWith(`_${name}`) &&
      (!file.endsWith('.t.sol') || test.suite.startsWith(`contracts/test/${file}:`)),
  )

export function familyRow(letter: string, items: readonly FamilyItem[], all: readonly ForgeTest[]): Row {
  const own = items.filter(({ id }) => id.startsWith(letter))
  const results = own.flatMap((item) =>
    item.tests.map((test) => ({ what: `${item.id} ${test.name}`, found: ran(all, test, item.id) })),
  )
  const failed = results.filter(({ found }) => found.length === 0 || found.some(({ passed }) => !passed))
  const apart = own.flatMap(({ id, apart }) => (apart === undefined ? [] : [`${id} apart: ${apart}`]))
  const uncovered = own.filter((item) => item.apart === undefined && item.tests.length === 0)
  return row(
    `family ${letter}`,
    'every item has tests, every test passes',
    [
      `${own.length} items, ${results.length} tests named, ${results.length - failed.length} pass`,
      ...failed.slice(0, 5).map(({ what, found }) => `${what}: ${found.length === 0 ? 'not run' : 'FAILED'}`),
      ...uncovered.map(({ id }) => `${id}: no test`),
      ...apart,
    ].join('\n'),
    own.length > 0 && failed.length === 0 && uncovered.length === 0,
  )
}

/** The tests by name, of the real venue (Maverick: of its fixture). */
export function venueRow(venue: string, id: string, what: string, all: readonly ForgeTest[]): Row {
  const own = all.filter(
    ({ suite, name }) => suite.includes(`/integration/destinations/${venue}`) && name.split('_').includes(id),
  )
  const { expected, measured, verdict } = allTests('', own)
  const names = new Set(own.map(({ name }) => name.split('_').at(-1)))
  return { claim: `${venue}: ${what} (${id})`, expected, measured: [measured, ...names].join('\n'), verdict }
}

const VARIANTS = [
  /^k measured on V/,
  /^mark lowered by/,
  /^mark not moved for the lock taken in kind/,
  /^earned fee not minted before an exit in kind/,
  /^fee shares at the exit price/,
]

export const variants: Claim = {
  id: 'variants',
  about: 'npm run variants: the five wrong variants of the accounting, put in one at a time',
  async prove(context) {
    const ended = await npmRun(context, 'variants', ['--seed', `0x${context.seed}`], 3 * 3600)
    return variantRows(ended.stdout, ending(ended), ended.code === 0)
  },
}

export function variantRows(output: string, end: string, ended: boolean): Row[] {
  const found = output.split('\n').flatMap((line) => {
    const [, name, seconds, caughtBy] = /^(\S.*?) {2,}(\d+) s {2}(.+)$/.exec(line) ?? []
    return name === undefined || caughtBy === undefined ? [] : [{ name, seconds, caughtBy }]
  })
  const last = /(\d+) of (\d+) variants caught/.exec(output)
  return [
    ...VARIANTS.map((wanted) => {
      const one = found.find(({ name }) => wanted.test(name))
      return row(
        `wrong variant: ${one?.name ?? wanted.source}`,
        'caught by a test',
        one === undefined ? 'not tried' : `${one.caughtBy}, ${one.seconds} s`,
        one !== undefined && !one.caughtBy.startsWith('SURVIVES'),
      )
    }),
    row(
      'npm run variants',
      `exit code 0, ${VARIANTS.length} of ${VARIANTS.length} caught`,
      `${end}${last === null ? '' : `: ${last[0]}`}`,
      ended && Number(last?.[1]) === VARIANTS.length && Number(last?.[2]) === VARIANTS.length,
    ),
  ]
}
