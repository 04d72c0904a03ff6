import type { Context } from './claim.ts'
import type { Ended } from './programs.ts'

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

/** Where a command takes no seed of 64 bits. */
export const smallSeed = ({ seed }: Context): string => String(BigInt(`0x${seed}`) % 2n ** 31n)

/** A number as people write it: 1,234. */
export const figure = (text: string | undefined): number =>
  text === undefined ? Number.NaN : Number(text.replaceAll(',', ''))
