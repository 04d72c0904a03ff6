import { type Claim, type Row, row } from '../claim.ts'
import { ending, npmRun } from '../npm.ts'

const SAMPLE = 150
const KILLED = 90

export const mutants: Claim = {
  id: 'mutate',
  about: `npm run mutate -- --path contracts/src/lmp --sample ${SAMPLE}`,
  // Survivors are explained by hand: those of this draw are.
  setting: { option: 'mutate-seed', about: 'which mutants the claim mutate draws', standard: 1 },
  async prove(context, seed) {
    const args = ['--path', 'contracts/src/lmp', '--sample', String(SAMPLE), '--seed', String(seed)]
    const ended = await npmRun(context, 'mutate', args, 12 * 3600)
    return [
      row('npm run mutate', 'exit code 0', `${ending(ended)}, seed ${seed}`, ended.code === 0),
      ...mutantRows(ended.stdout),
    ]
  },
}

export function mutantRows(output: string): Row[] {
  const all =
    /^mutants: (\d+) sampled, (\d+) killed, (\d+) survive \((\d+) explained, (\d+) not\), (\d+) not compiled; ([\d.]+)% killed$/m.exec(
      output,
    )
  const maths = /^money maths: (\d+) sampled, (\d+) killed, (\d+) survive$/m.exec(output)
  const [sampled = 0, killed = 0, survive = 0, explained = 0, open = Number.NaN] =
    all?.slice(1, 6).map(Number) ?? []
  const [mathsSampled = 0, mathsKilled = 0, mathsLeft = Number.NaN] = maths?.slice(1).map(Number) ?? []
  return [
    row(
      'mutants of contracts/src/lmp',
      `${SAMPLE} sampled, >= ${KILLED}% killed`,
      all?.[0] ?? 'no such line',
      sampled >= SAMPLE && killed + survive === sampled && 100 * killed >= KILLED * sampled,
    ),
    row(
      'survivors',
      'every one explained',
      all === null ? 'no such line' : `${survive} survive, ${explained} explained, ${open} not`,
      all !== null && open === 0 && explained === survive,
    ),
    row(
      'mutants of the fee, share and mark maths',
      '> 0 sampled, all killed, or equivalent and explained',
      maths?.[0] ?? 'no such line',
      mathsSampled > 0 && mathsKilled + mathsLeft === mathsSampled && mathsLeft <= explained && open === 0,
    ),
  ]
}
