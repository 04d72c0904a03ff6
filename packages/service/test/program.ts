/** A program under `runService` with the behaviour its first argument names. Used by lifecycle.test.ts. */
import { setTimeout as sleep } from 'node:timers/promises'
import { runService, StartupError } from '../src/index.ts'

const behaviours: Record<string, (signal: AbortSignal) => Promise<unknown>> = {
  return: async () => {},
  misconfigured: async () => {
    throw new StartupError('RPC_URLS is not set: set it')
  },
  broken: async () => {
    throw new Error('bug')
  },
  wait: (signal) => sleep(60_000, undefined, { signal }),
  deaf: () => sleep(60_000),
}

const [name = ''] = process.argv.slice(2)
await runService(
  'program',
  async ({ signal, onStop }) => {
    onStop(() => console.log('closed first'))
    onStop(() => console.log('closed last'))
    console.log('started')
    await behaviours[name]?.(signal)
  },
  { stopTimeoutMs: 300 },
)
