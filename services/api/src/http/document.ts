import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog } from '@headrace/service'
import { Registry } from 'prom-client'
import { zeroAddress } from 'viem'
import { openDatabase } from '../db/open.ts'
import { createApp, openApiDocument } from './app.ts'

/** The OpenAPI document as committed: it depends on the routes alone, on no chain and no deployment. */
export function renderDocument(): string {
  const folder = mkdtempSync(join(tmpdir(), 'openapi-'))
  const db = openDatabase(join(folder, 'empty.db'))
  try {
    const app = createApp({
      db,
      deployment: {
        chainId: 1,
        startBlock: 0n,
        contracts: { priceRegistry: zeroAddress },
        lmps: [],
        reactors: [],
        positions: [],
        tokens: [],
      },
      log: createLog({ service: 'openapi', level: 'silent' }),
      registry: new Registry(),
      status: () => {
        throw new Error('nothing runs while the document is written')
      },
    })
    return `${JSON.stringify(openApiDocument(app), undefined, 2)}\n`
  } finally {
    db.close()
    rmSync(folder, { recursive: true })
  }
}
