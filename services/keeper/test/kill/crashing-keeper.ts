/**
 * The keeper of production with a fault: it is killed at one step of the transaction manager.
 * CRASH_POINT names the point, CRASH_KEY the beginning of the dedupe key of the transaction at which it happens.
 */
import { loadConfig, runService } from '@headrace/service'
import { configSchema } from '../../src/config.ts'
import { runKeeper } from '../../src/run.ts'

const { CRASH_POINT, CRASH_KEY = '' } = process.env

await runService('keeper', async (service) =>
  runKeeper(
    loadConfig(configSchema),
    {
      once: false,
      dryRun: false,
      onPoint: (point, { dedupeKey }) => {
        if (point === CRASH_POINT && dedupeKey.startsWith(CRASH_KEY)) process.kill(process.pid, 'SIGKILL')
      },
    },
    service,
  ),
)
