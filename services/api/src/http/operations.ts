import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Registry } from 'prom-client'
import { Gauge } from 'prom-client'
import type { IndexerStatus } from '../indexer/indexer.ts'

/** Without a word from the chain for this long the index is not current, whatever it says. */
const SILENT_LIMIT_MS = 30_000

export interface Operations {
  registry: Registry
  status: () => IndexerStatus
}

/** What operators look at: is it alive, is it current, what does it do. */
export function operationRoutes(app: OpenAPIHono, { registry, status }: Operations): void {
  const ready = () => {
    const { caughtUp, fault, silentMs } = status()
    return caughtUp && fault === undefined && silentMs < SILENT_LIMIT_MS
  }
  collect(registry, status, ready)

  app.get('/healthz', (c) => c.text('ok\n', 200, { 'cache-control': 'no-store' }))
  app.get('/readyz', (c) => {
    const now = ready()
    return c.json({ ready: now, ...status() }, now ? 200 : 503, { 'cache-control': 'no-store' })
  })
  app.get('/status', (c) =>
    c.json({ indexer: { ready: ready(), ...status() }, uptimeSeconds: Math.round(process.uptime()) }, 200, {
      'cache-control': 'no-store',
    }),
  )
  app.get('/metrics', async (c) =>
    c.body(await registry.metrics(), 200, {
      'content-type': registry.contentType,
      'cache-control': 'no-store',
    }),
  )
}

function collect(registry: Registry, status: () => IndexerStatus, ready: () => boolean): void {
  const gauge = (name: string, help: string, value: (now: IndexerStatus) => number | undefined) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        const now = value(status())
        if (now === undefined) this.reset()
        else this.set(now)
      },
    })
  gauge('indexer_head_block', 'Newest block of the chain', ({ head }) => head)
  gauge('indexer_tip_block', 'Newest block indexed', ({ tip }) => tip)
  gauge('indexer_finalized_block', 'Newest final block indexed', ({ finalized }) => finalized)
  gauge(
    'indexer_silent_seconds',
    'Seconds since the chain was read without error',
    ({ silentMs }) => silentMs / 1000,
  )
  gauge('indexer_reorgs_total', 'Reorgs undone since the start', ({ reorgs }) => reorgs)
  gauge('indexer_events_total', 'Events applied since the start', ({ events }) => events)
  gauge('indexer_fault', '1 when the indexer stopped for good: look at /status', ({ fault }) =>
    fault ? 1 : 0,
  )
  gauge('indexer_ready', '1 when the index is current', () => (ready() ? 1 : 0))
}
