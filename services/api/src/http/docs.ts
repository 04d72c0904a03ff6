import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PRODUCT } from '@headrace/service'
import type { OpenAPIHono } from '@hono/zod-openapi'
import { getAbsoluteFSPath } from 'swagger-ui-dist'

const ASSETS = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
} as const

const START = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#docs', validatorUrl: null })`

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${PRODUCT} API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`

/** Nothing the page needs comes from elsewhere, and the browser may fetch nothing from elsewhere. */
const POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"

/** The reference for people, served from the package's files: works without the internet. */
export function docsRoutes(app: OpenAPIHono): void {
  const folder = getAbsoluteFSPath()
  app.get('/docs', (c) => {
    c.header('Content-Security-Policy', POLICY)
    return c.html(PAGE)
  })
  app.get('/docs/start.js', (c) => c.body(START, 200, { 'content-type': 'text/javascript; charset=utf-8' }))
  for (const [name, type] of Object.entries(ASSETS)) {
    const body = new Uint8Array(readFileSync(join(folder, name)))
    app.get(`/docs/${name}`, (c) =>
      c.body(body, 200, { 'content-type': type, 'cache-control': 'public, max-age=86400' }),
    )
  }
}
