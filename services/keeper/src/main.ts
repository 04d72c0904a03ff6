import { configHelp, loadConfig, PRODUCT, runService } from '@headrace/service'
import { Command } from 'commander'
import { runCheck } from './check.ts'
import { configSchema, statusSchema } from './config.ts'
import { runKeeper } from './run.ts'
import { showStatus } from './status.ts'

const program = new Command('keeper')
  .description(
    `${PRODUCT} keeper: reports, yield snapshots, rebalances, the cycle rollover and the backers' fees`,
  )
  .addHelpText(
    'after',
    `\nEnvironment (or a .env file in the working directory):\n${configHelp(configSchema)}`,
  )

program
  .command('run')
  .description('does what is due, at every new block, until it is stopped')
  .option('--once', 'does what is due now and ends; fails when something could not be done', false)
  .option('--dry-run', 'shows what it would send and sends nothing; so does a keeper without a key', false)
  .action(({ once, dryRun }: { once: boolean; dryRun: boolean }) =>
    runService('keeper', async (service) => runKeeper(loadConfig(configSchema), { once, dryRun }, service)),
  )

program
  .command('status')
  .description('shows each job: last run, next due, last error, gas spent; reads the journal file alone')
  .action(() => runService('keeper', async () => showStatus(loadConfig(statusSchema).DATABASE_FILE)))

program
  .command('check')
  .description('proves the environment: chain, deployment, contracts, key, balance; sends nothing')
  .action(() => runService('keeper', async () => runCheck(loadConfig(configSchema))))

await program.parseAsync()
