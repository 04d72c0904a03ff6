import { type Claim, type Row, row } from '../claim.ts'
import { ending, npmRun } from '../npm.ts'

const EVALUATIONS = [1, 2, 6, 24, 200]

export const fees: Claim = {
  id: 'fees',
  about: 'npm run bench:fees: one profit, however often it is evaluated; a year of noise',
  async prove(context) {
    const ended = await npmRun(context, 'bench:fees', [], 900)
    return [
      row('npm run bench:fees', 'exit code 0', ending(ended), ended.code === 0),
      ...feeRows(ended.stdout),
    ]
  },
}

export function feeRows(output: string): Row[] {
  const costs = new Map(
    [...output.matchAll(/profit 1, evaluations (\d+): cost ([\d.]+)/g)].map(([, n, cost]) => [
      Number(n),
      Number(cost),
    ]),
  )
  const first = /noise of 10 bp, 365 days: first peak ([\d.]+), phi x amplitude ([\d.]+)/.exec(output)
  const later = /noise of 10 bp, 365 days: after it ([\d.]+)/.exec(output)?.[1]
  const [paid, bound] = [Number(first?.[1] ?? Number.NaN), Number(first?.[2] ?? Number.NaN)]
  return [
    ...EVALUATIONS.map((n) => {
      const cost = costs.get(n)
      return row(
        `one unit of profit at 20%, ${n} evaluations`,
        '0.200',
        cost === undefined ? 'not measured' : cost.toFixed(12),
        cost?.toFixed(3) === '0.200',
      )
    }),
    row(
      'a year of daily +-10 bp: the fee, once',
      first === null ? '<= phi x amplitude' : `<= phi x amplitude = ${bound}`,
      first === null ? 'not measured' : String(paid),
      paid <= bound,
    ),
    row('and after it', '0', later ?? 'not measured', later !== undefined && Number(later) === 0),
  ]
}
