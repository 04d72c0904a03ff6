/** The oracle of production with a fault: it is killed when it first reaches the point that CRASH_POINT names. */
import { loadConfig, runService } from '@headrace/service'
import { configSchema } from '../../src/config.ts'
import { runOracle } from '../../src/run.ts'

await runService('oracle', async (service) =>
  runOracle(
    loadConfig(configSchema),
    {
      dryRun: false,
      onPoint: (point) => {
        if (point === process.env.CRASH_POINT) process.kill(process.pid, 'SIGKILL')
      },
    },
    service,
  ),
)
