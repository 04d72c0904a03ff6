import { join } from 'node:path'
import { type Claim, row } from '../claim.ts'

const KILLS = 30

export const keeper: Claim = {
  id: 'keeper',
  about: `the keeper, killed ${KILLS} times with -9, resumes`,
  async prove({ programs, root, seed, say }) {
    const ended = await programs
      .tsx(join(root, 'services/keeper/test/kill/main.ts'), ['--kills', String(KILLS), '--seed', seed], {
        cwd: root,
      })
      .within(1200)
    const found = killSummary(ended.stdout)
    const faults = ended.stderr.trim()
    if (found === undefined)
      throw new Error(`the scenario ends with ${ended.code} and no summary: ${faults.split('\n')[0] ?? ''}`)
    say(`keeper: ${found.cycles} cycles`)
    return [
      row(
        'kills at points drawn from the seed',
        `${KILLS}`,
        `${found.kills} (seed ${seed})`,
        found.kills === KILLS,
      ),
      row(
        'rollover steps and points of a transaction that were hit',
        '7 steps, 8 points',
        `${found.steps} steps, ${found.points} points`,
        found.steps === 7 && found.points === 8,
      ),
      row(
        'each cycle completes once',
        'every cycle once, no fault found',
        `${found.completed} of ${found.cycles}, exit code ${ended.code}${faults === '' ? '' : `: ${faults}`}`,
        ended.code === 0 && found.cycles > 0 && found.completed === found.cycles,
      ),
      row(
        'transactions of the keeper',
        '0 reverted, 0 doubled',
        `${found.transactions}: ${found.reverted} reverted, ${found.doubled} doubled`,
        found.transactions > 0 && found.reverted === 0 && found.doubled === 0,
      ),
    ]
  },
}

/** What the kill scenario prints. */
export function killSummary(output: string) {
  const end = /(\d+) kills, (\d+) cycles, (\d+) transactions: (\d+) reverted, (\d+) doubled/.exec(output)
  if (end === null) return undefined
  const [kills = 0, cycles = 0, transactions = 0, reverted = 0, doubled = 0] = end.slice(1).map(Number)
  const hits = [...output.matchAll(/killed at (\w+), (\w+:\w+)/g)]
  const steps = new Set(hits.map((hit) => hit[1])).size
  const points = new Set(hits.map((hit) => hit[2])).size
  const completed = new Set([...output.matchAll(/cycle (\d+): completed/g)].map((match) => match[1])).size
  return {
    kills,
    cycles,
    transactions,
    reverted,
    doubled,
    completed,
    steps,
    points,
  }
}
