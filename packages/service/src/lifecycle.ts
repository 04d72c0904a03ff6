import { constants } from 'node:os'
import { oneLine, operatorExitCode } from './errors.ts'

export interface Service {
  /** Aborted by the first SIGINT or SIGTERM, and when `run` is over. */
  readonly signal: AbortSignal
  /** Registers what must be closed; closed in reverse order, once, however the service ends. */
  onStop(close: () => unknown): void
}

export interface RunOptions {
  /** How long `run` and the closers each get once the service stops, in milliseconds. */
  stopTimeoutMs?: number
}

/** RPC errors name their URL, which may hold a key. */
const withoutUrls = (text: string | undefined) => text?.replace(/^\s*URL: .*$/gm, 'URL: (hidden)')

/**
 * Runs a program to its end and exits the process: 0 after `run` returned or a signal stopped it, the `exitCode` of
 * an error that has one (one line on stderr), 1 for any other failure or when stopping takes too long. A second
 * signal exits at once.
 */
export async function runService(
  name: string,
  run: (service: Service) => Promise<void>,
  { stopTimeoutMs = 10_000 }: RunOptions = {},
): Promise<void> {
  const stopping = new AbortController()
  const closers: Array<() => unknown> = []
  const onSignal = (signal: 'SIGINT' | 'SIGTERM') => {
    if (stopping.signal.aborted) process.exit(128 + constants.signals[signal])
    stopping.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)

  let code = 0
  const fail = (error: unknown) => {
    const exitCode = operatorExitCode(error)
    code = Math.max(code, exitCode ?? 1)
    process.stderr.write(`${name}: ${oneLine(error)}\n`)
    if (exitCode === undefined && error instanceof Error)
      process.stderr.write(`${withoutUrls(error.stack)}\n`)
  }

  const ended = run({ signal: stopping.signal, onStop: (close) => closers.push(close) }).catch((error) => {
    // A wait that ends because we stop is how a service stops, not a failure.
    const aborted = stopping.signal.aborted && error instanceof Error && error.name === 'AbortError'
    if (!aborted) fail(error)
  })
  const late = new Promise<void>((resolve) => {
    stopping.signal.addEventListener('abort', () => setTimeout(resolve, stopTimeoutMs).unref())
  })
  await Promise.race([ended, late.then(() => fail(new Error(`did not stop within ${stopTimeoutMs} ms`)))])

  stopping.abort()
  for (const close of closers.reverse()) {
    const timeout = new Promise((_, reject) => {
      setTimeout(
        () => reject(new Error(`a part did not close within ${stopTimeoutMs} ms`)),
        stopTimeoutMs,
      ).unref()
    })
    await Promise.race([Promise.resolve().then(close), timeout]).catch(fail)
  }
  process.exit(code)
}
