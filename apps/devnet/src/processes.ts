import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { createServer } from 'node:net'
import { StartupError } from '@headrace/service'

export interface Program {
  name: string
  command: string
  args: string[]
  env?: Record<string, string>
  /** Where its output goes. */
  log: string
  cwd?: string
}

/** Everything the devnet starts, so that it ends exactly that, in reverse order. */
export class Processes {
  readonly #running: Array<{ name: string; child: ChildProcess }> = []
  #stopping = false

  constructor() {
    // A second Ctrl-C exits at once; even then nothing is left behind.
    process.once('exit', () => {
      for (const { child } of this.#running) child.kill('SIGKILL')
    })
  }

  /** Starts a long-running program. `onExit` hears when it ends by itself. */
  start(program: Program, onExit: (message: string) => void): void {
    const child = this.#spawn(program)
    this.#running.push({ name: program.name, child })
    child.once('error', (error) => onExit(`${program.name} did not start: ${error.message}`))
    child.once('exit', (code, signal) => {
      if (!this.#stopping) onExit(`${program.name} ended (${signal ?? code}): see ${program.log}`)
    })
  }

  /** Runs a program to its end; throws with its log file's name unless it exits 0. */
  async run(program: Program): Promise<void> {
    const child = this.#spawn(program)
    const entry = { name: program.name, child }
    this.#running.push(entry)
    const code = await new Promise<number | string>((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (exit, signal) => resolve(exit ?? signal ?? 'unknown'))
    })
    this.#running.splice(this.#running.indexOf(entry), 1)
    if (code !== 0) throw new Error(`${program.name} failed (${code}): see ${program.log}`)
  }

  /** Ends what was started, gently and then by force. */
  async stop(): Promise<void> {
    this.#stopping = true
    for (const { child } of this.#running.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
      child.kill('SIGTERM')
      const force = setTimeout(() => child.kill('SIGKILL'), 8_000)
      await ended
      clearTimeout(force)
    }
    this.#running.length = 0
  }

  #spawn({ command, args, env, log, cwd }: Program): ChildProcess {
    const file = openSync(log, 'a')
    // Its own process group: a Ctrl-C in the terminal reaches the driver alone, which then ends the others in order.
    const child = spawn(command, args, {
      stdio: ['ignore', file, file],
      env: { ...process.env, ...env },
      detached: true,
      ...(cwd === undefined ? {} : { cwd }),
    })
    closeSync(file)
    return child
  }
}

/** @throws StartupError when something listens on the port already. */
export async function requireFreePort(port: number, what: string, option: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const server = createServer()
    server.once('error', () =>
      reject(
        new StartupError(
          `port ${port} for ${what} is taken: stop what uses it or choose another with ${option}`,
        ),
      ),
    )
    server.listen(port, '127.0.0.1', () => server.close(() => resolve()))
  })
}

/** Waits for `done`, whose errors mean "not yet"; `alive` throws when waiting has no point. */
export async function until(
  what: string,
  timeoutMs: number,
  done: () => Promise<boolean>,
  alive: () => void = () => {},
): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!(await done().catch(() => false))) {
    alive()
    if (Date.now() > deadline) throw new Error(`${what}: not within ${timeoutMs / 1000} s`)
    await sleep(50)
  }
}

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
