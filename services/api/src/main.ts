import { configHelp, loadConfig, PRODUCT, runService } from '@headrace/service'
import { Command } from 'commander'
import { configSchema } from './config.ts'
import { openDatabase } from './db/open.ts'
import { Store } from './indexer/store.ts'
import { prepare, start } from './start.ts'

const program = new Command('api')
  .description(`Indexes the events of ${PRODUCT} and serves them over HTTP`)
  .addHelpText(
    'after',
    `\nEnvironment (a .env file in the working directory is read too):\n${configHelp(configSchema)}`,
  )

program
  .command('run')
  .description('index and serve until stopped')
  .action(() => runService('api', async (service) => start(loadConfig(configSchema), service)))

program
  .command('check')
  .description('prove the environment: configuration, chain, deployment, database; starts nothing')
  .action(() =>
    runService('api check', async () => {
      const config = loadConfig(configSchema)
      const { client, deployment } = await prepare(config)
      const db = openDatabase(config.DATABASE_FILE)
      const store = new Store(db, deployment, config.DATABASE_FILE)
      const head = await client.getBlockNumber()
      console.log(`chain ${config.CHAIN_ID} at block ${head}; deployment from block ${deployment.startBlock}`)
      console.log(`${config.DATABASE_FILE}: final up to block ${store.finalized()}`)
      db.close()
    }),
  )

await program.parseAsync()
