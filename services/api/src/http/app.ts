import { type Deployment, PRODUCT } from '@headrace/service'
import { OpenAPIHono } from '@hono/zod-openapi'
import type { Logger } from 'pino'
import type { Database } from '../db/open.ts'
import { catalogOf } from './catalog.ts'
import { docsRoutes } from './docs.ts'
import { type Operations, operationRoutes } from './operations.ts'
import { Problem } from './problem.ts'
import { prepareQueries } from './queries.ts'
import type { ApiDeps } from './resource.ts'
import { backingRoutes } from './routes/backing.ts'
import { cycleRoutes } from './routes/cycles.ts'
import { lmpRoutes } from './routes/lmps.ts'
import { lossRoutes } from './routes/losses.ts'
import { marketRoutes } from './routes/market.ts'
import { reactorRoutes } from './routes/reactors.ts'

const READS = 'GET, HEAD, OPTIONS'

export interface AppOptions extends Operations {
  db: Database
  deployment: Deployment
  log: Logger
}

/** Everything the API serves. */
export function createApp({ db, deployment, log, ...operations }: AppOptions): OpenAPIHono {
  const app = new OpenAPIHono()
  // By hand and before the handlers: the framework's cors and etag middleware cost several times the request itself.
  app.use(async (c, next) => {
    c.header('Access-Control-Allow-Origin', '*')
    c.header('Access-Control-Expose-Headers', 'ETag')
    c.header('X-Content-Type-Options', 'nosniff')
    await next()
  })
  app.options('*', (c) =>
    c.body(null, 204, {
      'Access-Control-Allow-Methods': READS,
      'Access-Control-Allow-Headers': 'If-None-Match',
      'Access-Control-Max-Age': '86400',
    }),
  )

  const deps: ApiDeps = { db, queries: prepareQueries(db.read), chainId: deployment.chainId }
  const catalog = catalogOf(deployment)
  marketRoutes(app, deps, deployment, catalog)
  lmpRoutes(app, deps, catalog)
  lossRoutes(app, deps)
  backingRoutes(app, deps, catalog)
  reactorRoutes(app, deps, catalog)
  cycleRoutes(app, deps)

  const document = JSON.stringify(openApiDocument(app))
  app.get('/openapi.json', (c) => c.body(document, 200, { 'content-type': 'application/json' }))
  docsRoutes(app)
  operationRoutes(app, operations)

  app.notFound((c) => {
    const { method, path } = c.req
    if (READS.split(', ').includes(method)) {
      return withHeaders(new Problem('not-found', `${path} does not exist: see /docs`).toResponse(path))
    }
    const response = withHeaders(
      new Problem('method-not-allowed', `${method} is not allowed: use GET`).toResponse(path),
    )
    response.headers.set('Allow', READS)
    return response
  })
  app.onError((error, c) => {
    if (error instanceof Problem) return withHeaders(error.toResponse(c.req.path))
    log.error({ err: error, path: c.req.path }, 'a request failed')
    const detail = 'the failure is in the log of the API'
    return withHeaders(new Problem('internal-error', detail).toResponse(c.req.path))
  })
  return app
}

/** Problems are answers too: a browser must be able to read them. */
function withHeaders(response: Response): Response {
  response.headers.set('Access-Control-Allow-Origin', '*')
  response.headers.set('X-Content-Type-Options', 'nosniff')
  return response
}

export function openApiDocument(app: OpenAPIHono): object {
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: `${PRODUCT} API`,
      version: '1',
      description:
        'State and history of the protocol, read from its events. Every answer is of one block, named in `meta`. ' +
        'Amounts are decimal strings in base units, rates decimal strings with 1e18 as one; what is unknown is absent. ' +
        'Lists that grow come in pages; a cursor pins the block of the first page. Errors are RFC 9457 problems.',
    },
  })
}
