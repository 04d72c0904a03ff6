import { type Claim, type Row, row } from '../claim.ts'
import { ending, npmRun, smallSeed } from '../npm.ts'

/** For one proof: most take seconds, but this run may not have the machine to itself. */
const PROOF_SECONDS = 300

const FLOWS = ['deposit', 'mint', 'withdraw', 'redeem', 'queue', 'in_kind']

/** What must be proven, by the names of its claims. */
const PROVEN: ReadonlyArray<readonly [string, readonly string[]]> = [
  [
    'conversions, and there and back, on the bytecode (Halmos, cvc5)',
    [
      'assetsRoundings',
      'sharesRoundings',
      'depositThenRedeem',
      'depositThenWithdraw',
      'mintThenRedeem',
      'redeemThenDeposit',
      'withdrawCostsWhatItTakes',
    ].map((name) => `ConversionsSymbolic.check_${name}`),
  ],
  [
    'no user call lowers the two prices of invariant 1',
    FLOWS.flatMap((flow) => [`${flow}_keeps_exit_price`, `${flow}_keeps_fee_price`]),
  ],
  ['ENTRY >= EXIT', ['entry_is_above_exit']],
  ['fee shares are worth at most f', ['fee_shares_at_their_price', 'fee_shares_at_exit']],
  [
    'moves of the mark (invariant 3)',
    [
      'settlement_costs_the_fee',
      'entry_makes_no_fee',
      'exit_makes_no_fee',
      'in_kind_makes_no_fee',
      'exit_keeps_mark_positive',
      'flash_flow_keeps_deficit',
    ],
  ],
  ['k of the exit in kind', ['at_most_one_percent_stays', 'slice_leaves_its_part']],
  ['the mean of the lock', ['lock_end_is_the_mean', 'lock_end_between']],
]

export const audit: Claim = {
  id: 'audit',
  about: 'npm run audit: Slither, and what is proven of the money maths',
  async prove(context) {
    const args = ['--seed', smallSeed(context), '--timeout', String(PROOF_SECONDS)]
    const ended = await npmRun(context, 'audit', args, 6 * 3600)
    const claims = readAudit(ended.stdout)
    const summary = ended.stdout.trim().split('\n').at(-1) ?? ''
    return [
      row('npm run audit', 'exit code 0', `${ending(ended)}: ${summary}`, ended.code === 0),
      ...auditRows(claims),
    ]
  },
}

export interface AuditClaim {
  claim: string
  means: string
  result: string
  seconds: number
}

/** The table of `npm run audit`: cells begin where their heads do. */
export function readAudit(output: string): AuditClaim[] {
  const lines = output.split('\n')
  const at = lines.findIndex((line) => /^claim +means +result +seconds/.test(line))
  const head = lines[at] ?? ''
  const starts = ['means', 'result', 'seconds'].map((name) => head.indexOf(name))
  const [means = 0, result = 0, seconds = 0] = starts
  const end = lines.indexOf('', at)
  if (at < 0) return []
  return lines.slice(at + 1, end < 0 ? undefined : end).map((line) => ({
    claim: line.slice(0, means).trim(),
    means: line.slice(means, result).trim(),
    result: line.slice(result, seconds).trim(),
    seconds: Number(line.slice(seconds)),
  }))
}

export function auditRows(claims: readonly AuditClaim[]): Row[] {
  const named = (name: string) =>
    claims.find(({ claim }) => claim === name || claim.startsWith(`${name}: `) || claim === `${name}…`)
  const of = (result: string) => claims.filter((claim) => claim.result === result)
  const slither = claims.find(({ claim }) => claim.startsWith('no unexplained high or medium finding'))
  const unsettled = of('fuzz')
  return [
    row(
      'claims that fall short',
      '0 of > 0',
      [`${of('SHORT').length} of ${claims.length}`, ...of('SHORT').map(({ claim }) => claim)].join('\n'),
      claims.length > 0 && of('SHORT').length === 0,
    ),
    row(
      'Slither: high and medium findings',
      'none unexplained',
      slither === undefined ? 'not run' : `${slither.result}; ${slither.claim}, ${slither.seconds} s`,
      slither?.means === 'slither' && slither.result === 'proven',
    ),
    ...PROVEN.map(([what, names]) => {
      const open = names.filter((name) => named(name)?.result !== 'proven')
      const seconds = names.reduce((sum, name) => sum + (named(name)?.seconds ?? 0), 0)
      return row(
        what,
        `${names.length} proven`,
        [
          `${names.length - open.length} proven, ${seconds.toFixed(0)} s: ${names.filter((name) => !open.includes(name)).join(', ')}`,
          ...open.map((name) => `${name}: ${named(name)?.result ?? 'not there'}`),
        ].join('\n'),
        open.length === 0,
      )
    }),
    row(
      'wrong variants of the formulas',
      '> 0, all caught',
      `${of('caught').length} caught`,
      of('caught').length > 0 && of('SHORT').length === 0,
    ),
    row(
      'what no solver settles',
      'listed with its time, held as a fuzz property',
      unsettled.map(({ claim, means, seconds }) => `${claim}: ${means}, ${seconds} s`).join('\n') ||
        'nothing',
      unsettled.every(({ means }) => means.startsWith('forge test: testFuzz_')),
    ),
  ]
}
