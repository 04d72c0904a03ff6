import { configHelp, loadConfig, PRODUCT, runService } from '@headrace/service'
import { Command, InvalidArgumentError } from 'commander'
import { runCheck } from './check.ts'
import { configSchema, statusSchema } from './config.ts'
import { forgetBlocks } from './journal.ts'
import { runOracle } from './run.ts'
import { showReports } from './show.ts'
import { showStatus } from './status.ts'

const program = new Command('oracle')
  .description(`${PRODUCT} loss oracle: reports losses of vaults, executes what was decided on them`)
  .addHelpText(
    'after',
    `\nEnvironment (or a .env file in the working directory):\n${configHelp(configSchema)}`,
  )

program
  .command('run')
  .description('looks at every new finalized block and does what follows, until it is stopped')
  .option('--dry-run', 'logs what it finds, signs and sends nothing; so does an oracle without a key', false)
  .action(({ dryRun }: { dryRun: boolean }) =>
    runService('oracle', async (service) => runOracle(loadConfig(configSchema), { dryRun }, service)),
  )

program
  .command('report')
  .description('prints the report of each vault, or why there is none, as JSON; signs nothing')
  .requiredOption('--dry-run', 'says so; `oracle run` is what signs')
  .option('--block <n>', 'at this finalized block instead of the newest', blockNumber)
  .option('--lmp <address>', 'of this vault only')
  .action(({ block, lmp }: { block?: bigint; lmp?: string }) =>
    runService('oracle', async () => showReports(loadConfig(configSchema), { block, lmp })),
  )

program
  .command('status')
  .description('shows what was signed and sent; reads the journal file alone')
  .action(() => runService('oracle', async () => showStatus(loadConfig(statusSchema).DATABASE_FILE)))

program
  .command('forget-blocks')
  .description(
    'after a finality alarm, when you know why: takes the chain as it is now; what was signed stays',
  )
  .action(() => runService('oracle', async () => forgetBlocks(loadConfig(statusSchema).DATABASE_FILE)))

program
  .command('check')
  .description(
    'proves the environment: chain, contract, key, role, balance, clock, endpoints, peers; sends nothing',
  )
  .action(() => runService('oracle', async () => runCheck(loadConfig(configSchema))))

await program.parseAsync()

function blockNumber(text: string): bigint {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('give a block number')
  return BigInt(text)
}
