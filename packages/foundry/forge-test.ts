import { spawn } from 'node:child_process'
import { foundryBinary } from './index.mjs'
import { type ForgeTest, parseForge } from './report.ts'

export interface ForgeRun {
  /** Undefined: forge gave no report, e.g. because the code does not compile. */
  tests: ForgeTest[] | undefined
  code: number
  seconds: number
  /** The end of what forge said besides its report. */
  stderr: string
}

/**
 * Runs `forge test` in a folder and reads its report. The end of this process ends forge too.
 * @param env over the environment of this process
 * @param seconds the most it may take
 * @throws Error when it takes longer than it may
 */
export function forgeTest(
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
  seconds?: number,
): Promise<ForgeRun> {
  return new Promise((done, fail) => {
    const started = performance.now()
    const child = spawn(foundryBinary('forge'), ['test', '--junit', '-vv', ...args], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    })
    const stop = () => child.kill()
    process.once('exit', stop)
    const late = () => {
      stop()
      fail(new Error(`forge test ${args.join(' ')}: not done within ${seconds} s`))
    }
    const timer = seconds === undefined ? undefined : setTimeout(late, seconds * 1000)
    const out: Buffer[] = []
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString('utf8')).slice(-10_000)
    })
    child.on('error', fail)
    child.on('close', (code) => {
      clearTimeout(timer)
      process.off('exit', stop)
      const report = Buffer.concat(out).toString('utf8')
      const tests = parseForge(report)
      // Compiler errors go to stdout, where the report would be.
      if (tests === undefined) stderr = (report + stderr).slice(-10_000)
      done({ tests, code: code ?? 1, seconds: (performance.now() - started) / 1000, stderr })
    })
  })
}
