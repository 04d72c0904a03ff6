import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createServer, type Server } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface Ended {
  /** Null when a signal ended it. */
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
  seconds: number
}

export interface Options {
  cwd: string
  /** Over the environment of this process. */
  env?: Record<string, string>
  /** Told of each line on stdout as it comes. */
  onLine?: (line: string) => void
  /** And of each on stderr. */
  onErrorLine?: (line: string) => void
}

/** Time a program gets to end what it started before it is killed. */
const GRACE_MS = 30_000
const TSX = fileURLToPath(import.meta.resolve('tsx'))

/** Everything this run starts, so that it can end exactly that. */
export class Programs {
  readonly #running = new Set<Program>()

  start(command: string, args: readonly string[], options: Options): Program {
    const program = new Program(command, args, options)
    this.#running.add(program)
    program.ended.finally(() => this.#running.delete(program)).catch(() => {})
    return program
  }

  /** Runs a TypeScript program of this repository. */
  tsx(file: string, args: readonly string[], options: Options): Program {
    return this.start(process.execPath, ['--import', TSX, file, ...args], options)
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running].map((program) => program.stop()))
  }
}

/** A program in a process group of its own, as a shell starts one in a terminal. */
export class Program {
  readonly pid: number
  readonly ended: Promise<Ended>
  stdout = ''
  stderr = ''
  #over = false
  /** Processes seen below it, by pid: they survive it when it forgets them. */
  readonly #seen = new Map<number, string>()
  readonly #name: string

  constructor(command: string, args: readonly string[], { cwd, env, onLine, onErrorLine }: Options) {
    const began = performance.now()
    this.#name = [command.split('/').at(-1), ...args].join(' ')
    const child: ChildProcess = spawn(command, args, {
      cwd,
      env: { ...process.env, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    this.pid = child.pid ?? 0
    child.stdout?.on('data', (chunk: Buffer) => {
      this.stdout += chunk.toString('utf8')
    })
    if (onLine !== undefined && child.stdout !== null) {
      createInterface({ input: child.stdout }).on('line', onLine)
    }
    if (onErrorLine !== undefined && child.stderr !== null) {
      createInterface({ input: child.stderr }).on('line', onErrorLine)
    }
    child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString('utf8')
    })
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => {
        this.#over = true
        const seconds = (performance.now() - began) / 1000
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr, seconds })
      })
    })
  }

  /** Waits for the end; kills it and throws when that takes too long. */
  async within(seconds: number): Promise<Ended> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), seconds * 1000)
    })
    const ended = await Promise.race([this.ended, late]).finally(() => clearTimeout(timer))
    if (ended !== undefined) return ended
    await this.stop()
    throw new Error(`${this.#name}: not done within ${seconds} s${this.#lastWords()}`)
  }

  /** Waits for a line on stdout; throws when the program ends before. */
  async says(pattern: RegExp, seconds: number): Promise<void> {
    for (const deadline = Date.now() + seconds * 1000; !pattern.test(this.stdout); await sleep(100)) {
      if (this.#over) throw new Error(`${this.#name} ended before it said ${pattern}${this.#lastWords()}`)
      if (Date.now() > deadline) {
        throw new Error(`${this.#name} did not say ${pattern} within ${seconds} s${this.#lastWords()}`)
      }
    }
  }

  /** What Ctrl-C in a terminal does: the signal goes to the whole group. */
  interrupt(): void {
    process.kill(-this.pid, 'SIGINT')
  }

  /** Looks at the processes below it now, and returns all that were ever seen. */
  watch(): ReadonlyMap<number, string> {
    for (const [pid, command] of descendants(this.pid)) this.#seen.set(pid, command)
    return this.#seen
  }

  /** Of the processes seen below it, those that still run. */
  left(): string[] {
    const now = processes()
    return [...this.#seen].flatMap(([pid, command]) =>
      now.get(pid)?.command === command ? [`${pid} ${command}`] : [],
    )
  }

  /** Ends it and what it started. */
  async stop(): Promise<void> {
    if (this.#over) return
    this.watch()
    kill(this.pid, 'SIGTERM')
    for (const deadline = Date.now() + GRACE_MS; !this.#over && Date.now() < deadline; ) await sleep(50)
    for (const line of this.left()) kill(Number(line.split(' ', 1)[0]), 'SIGKILL')
    if (!this.#over) kill(this.pid, 'SIGKILL')
    await this.ended.catch(() => {})
  }

  #lastWords(): string {
    const words = lines(this.stderr).at(0) ?? lines(this.stdout).at(-1)
    return words === undefined ? '' : `; it said: ${words}`
  }
}

export const exit = ({ code, signal, stderr }: Ended): string => {
  const [words] = code === 0 ? [] : lines(stderr)
  const end = code === null ? `killed by ${signal}` : `exit code ${code}`
  return words === undefined ? end : `${end}: ${words}`
}

/** Lines with something to say; npm's own remarks are not the program's. */
export function lines(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '' && !/^npm (warn|notice)/.test(line))
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It ended meanwhile.
  }
}

interface Listed {
  parent: number
  command: string
}

function processes(): Map<number, Listed> {
  const text = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,stat=,args='], {
    encoding: 'utf8',
    maxBuffer: 2 ** 25,
  })
  const found = new Map<number, Listed>()
  for (const line of text.split('\n')) {
    const match = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line)
    if (match === null) continue
    const [, pid, parent, stat, command] = match
    // A zombie has ended; its parent has not asked yet.
    if (command !== undefined && !stat?.startsWith('Z')) {
      found.set(Number(pid), { parent: Number(parent), command })
    }
  }
  return found
}

function descendants(root: number): Map<number, string> {
  const all = processes()
  const found = new Map<number, string>()
  const visit = (pid: number) => {
    for (const [child, { parent, command }] of all) {
      if (parent !== pid || found.has(child)) continue
      found.set(child, command)
      visit(child)
    }
  }
  visit(root)
  return found
}

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** Something that is none of ours listens on a port. */
export async function occupy(port?: number): Promise<{ port: number; release(): Promise<void> }> {
  const server = await listen(port ?? 0)
  return {
    port: portOf(server),
    release: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  return freePorts(1)
}

const TRIES = 100

/** The first of so many ports in a row that were free a moment ago. */
export async function freePorts(count: number): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const held = [await occupy()]
    const [first = 0] = held.map(({ port }) => port)
    try {
      for (let i = 1; i < count; i++) held.push(await occupy(first + i))
      return first
    } catch {
      // One of them is taken: the next try starts elsewhere.
    } finally {
      for (const { release } of held) await release()
    }
  }
  throw new Error(`no ${count} free ports in a row`)
}

function portOf(server: Server): number {
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port')
  return address.port
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}
