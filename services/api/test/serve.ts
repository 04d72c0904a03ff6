import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog, type Deployment, listenLocal } from '@headrace/service'
import type { PublicClient } from 'viem'
import { compose } from '../src/compose.ts'
import { type Database, openDatabase } from '../src/db/open.ts'
import type { Indexer } from '../src/indexer/indexer.ts'
import type { Store } from '../src/indexer/store.ts'

export interface Served {
  readonly url: string
  readonly db: Database
  readonly store: Store
  readonly indexer: Indexer
  close(): Promise<void>
}

/** The API over a chain, on a free port, with a file of its own. The test calls `indexer.advance`. */
export async function serve(client: PublicClient, deployment: Deployment, file?: string): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), 'api-test-'))
  const path = file ?? join(folder, 'index.db')
  const db = openDatabase(path)
  const log = createLog({ service: 'api', level: 'silent' })
  const { store, indexer, server } = compose(client, deployment, { db, file: path }, log)
  const port = await listenLocal(server, 0, 'API_PORT')
  return {
    url: `http://127.0.0.1:${port}`,
    db,
    store,
    indexer,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      db.close()
      rmSync(folder, { recursive: true })
    },
  }
}
