import { createServer, type Server } from 'node:http'
import { createMetrics, type Deployment } from '@headrace/service'
import { getRequestListener } from '@hono/node-server'
import type { Logger } from 'pino'
import type { PublicClient } from 'viem'
import type { Database } from './db/open.ts'
import { createApp } from './http/app.ts'
import { Indexer } from './indexer/indexer.ts'
import { askedOf, readerOf } from './indexer/readings.ts'
import { Store } from './indexer/store.ts'

export interface Parts {
  readonly store: Store
  readonly indexer: Indexer
  /** Not listening yet. */
  readonly server: Server
}

/** The API's parts over one chain and one database, put together. */
export function compose(
  client: PublicClient,
  deployment: Deployment,
  { db, file }: { db: Database; file: string },
  log: Logger,
): Parts {
  const store = new Store(db, deployment, file)
  const indexer = new Indexer({
    client,
    store,
    startBlock: deployment.startBlock,
    read: readerOf(client, deployment, askedOf(db)),
    log,
  })
  const app = createApp({
    db,
    deployment,
    log,
    registry: createMetrics('api'),
    status: () => indexer.status(),
  })
  return { store, indexer, server: createServer(getRequestListener(app.fetch)) }
}
