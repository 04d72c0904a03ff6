import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Context, type Row, row } from './claim.ts'
import type { Ended, Program } from './programs.ts'

/** A program with something wrong in its surroundings. */
export interface BadCase {
  program: string
  fault: string
  /** What its one line must name for the operator to mend it. */
  names: RegExp
  /** Starts it in an empty directory of its own. */
  start(dir: string): Program
}

export interface Outcome {
  ended: Ended
  /** Processes it left behind. */
  left: string[]
}

/** A start that fails is over long before. */
const SECONDS = 60

export async function runCase({ dir }: Context, bad: BadCase): Promise<Outcome> {
  const own = join(dir, `bad-${bad.program}-${bad.fault}`.replace(/[^\w-]+/g, '-'))
  mkdirSync(own)
  const program = bad.start(own)
  const watching = setInterval(() => program.watch(), 100)
  const ended = await program.within(SECONDS).finally(() => clearInterval(watching))
  return { ended, left: program.left() }
}

export function describeCase(
  { program, fault, names }: Omit<BadCase, 'start'>,
  { ended, left }: Outcome,
): Row {
  const lines = ended.stderr.split('\n').filter((line) => line.trim() !== '')
  const only = lines.length === 1 ? lines[0] : undefined
  const remains = left.length === 0 ? '' : `; still running: ${left.join(', ')}`
  return row(
    `${program}: ${fault}`,
    `exit code not 0, one line with ${names}, nothing left running`,
    `${ended.code === null ? ended.signal : `exit code ${ended.code}`}, ${only === undefined ? `${lines.length} lines: ${lines.slice(0, 2).join(' / ')}` : `"${only}"`}${remains}`,
    ended.code !== null && ended.code !== 0 && only !== undefined && names.test(only) && left.length === 0,
  )
}
