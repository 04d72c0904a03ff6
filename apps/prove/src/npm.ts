import type { Context } from './claim.ts'
import { type Ended, lines } from './programs.ts'

/** A command of package.json as its reader types it; what it says on stderr is progress. */
export function npmRun(
  { programs, root, say }: Context,
  command: string,
  args: readonly string[],
  seconds: number,
): Promise<Ended> {
  const onErrorLine = (line: string) => {
    if (line.trim() !== '' && !/^npm (warn|notice)/.test(line)) say(line)
  }
  return programs
    .start('npm', ['run', '--silent', command, '--', ...args], { cwd: root, onErrorLine })
    .within(seconds)
}

/** How a command ended, and if not well its last words: the first are progress. */
export function ending({ code, signal, stderr }: Ended): string {
  const end = code === null ? `killed by ${signal}` : `exit code ${code}`
  const words = code === 0 ? undefined : lines(stderr).at(-1)
  return words === undefined ? end : `${end}: ${words}`
}

/** Where a command takes no seed of 64 bits. */
export const smallSeed = ({ seed }: Context): string => String(BigInt(`0x${seed}`) % 2n ** 31n)

/** A number as people write it: 1,234. */
export const figure = (text: string | undefined): number =>
  text === undefined ? Number.NaN : Number(text.replaceAll(',', ''))
