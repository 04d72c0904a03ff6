import { connect } from '@headrace/chain'
import {
  assertChainId,
  assertCode,
  contractAddress,
  createLog,
  type Deployment,
  listenLocal,
  oneLine,
  readDeployment,
  type Service,
} from '@headrace/service'
import type { Logger } from 'pino'
import type { PublicClient } from 'viem'
import { compose } from './compose.ts'
import type { Config } from './config.ts'
import { openDatabase } from './db/open.ts'
import { FOLLOWED } from './indexer/contracts.ts'

export interface Environment {
  readonly client: PublicClient
  readonly deployment: Deployment
  readonly log: Logger
}

/**
 * Everything that must be right before anything starts: the deployment file, the chain, code at its addresses.
 * @throws StartupError in one line.
 */
export async function prepare(config: Config): Promise<Environment> {
  const log = createLog({ service: 'api', level: config.LOG_LEVEL })
  const deployment = readDeployment(config.DEPLOYMENT_FILE, config.CHAIN_ID)
  let running = false
  const { client, endpoints } = connect({
    urls: config.RPC_URLS,
    onFailure: ({ endpoint, method, error }) => {
      // Until everything is checked a failure ends the start, in one line.
      if (running) log.warn({ endpoint, method, error: oneLine(error) }, 'an RPC endpoint failed')
    },
  })
  await assertChainId(endpoints, config.CHAIN_ID)
  await assertCode(
    client,
    Object.fromEntries([
      ...FOLLOWED.map((name) => [name, contractAddress(deployment, name)]),
      ...deployment.lmps.flatMap(({ address, backing }, index) => [
        [`LMP ${index}`, address],
        ...(backing === undefined
          ? []
          : [
              [`backing pool of LMP ${index}`, backing.pool],
              [`performance splitter of LMP ${index}`, backing.performanceSplitter],
              [`management splitter of LMP ${index}`, backing.managementSplitter],
            ]),
      ]),
      ...deployment.reactors.map(({ address, symbol }) => [`reactor ${symbol}`, address]),
    ]),
  )
  running = true
  return { client, deployment, log }
}

/** Serves and indexes until the service is stopped. */
export async function start(config: Config, { signal, onStop }: Service): Promise<void> {
  const { client, deployment, log } = await prepare(config)
  const db = openDatabase(config.DATABASE_FILE)
  onStop(() => db.close())
  const { indexer, server } = compose(client, deployment, { db, file: config.DATABASE_FILE }, log)
  const port = await listenLocal(server, config.API_PORT, 'API_PORT')
  onStop(() => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeAllConnections()
    return closed
  })
  log.info({ port, chainId: deployment.chainId, docs: `http://127.0.0.1:${port}/docs` }, 'serving')

  await indexer.run(signal)
  // After a fault what is indexed is still served, with /readyz at 503.
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
}
