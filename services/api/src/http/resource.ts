import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Hash } from 'viem'
import type { Database } from '../db/open.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { PROBLEM_TYPE, Problem, ProblemSchema } from './problem.ts'
import type { Queries } from './queries.ts'
import { MetaSchema, PageSchema } from './schemas/envelope.ts'

const DEFAULT_LIMIT = 50
const MAX_LIMIT = 200
/** A live answer is as old as the chain's head at most; an answer at a final block never changes. */
const LIVE = 'public, max-age=1, stale-while-revalidate=5'
const PINNED = 'public, max-age=3600'

export interface ApiDeps {
  db: Database
  queries: Queries
  chainId: number
}

/** The block an answer is of. */
export interface AnswerBlock {
  readonly number: number
  readonly hash: Hash
  readonly timestamp: number
  readonly finalized: boolean
  readonly indexedAt: number
}

/** The part of a list a request asks for: at most `limit` rows before `before`, none after the block. */
export interface Slice {
  readonly limit: number
  readonly before: readonly number[] | undefined
}

export const noParams = z.object({})

/** A number in a path. */
export const indexParam = (name: string, description: string) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'not a number from 0 to 999999999')
    .transform(Number)
    .openapi({ param: { name, in: 'path' }, description, type: 'integer' })

interface ResourceBase<P extends z.ZodObject, D extends z.ZodType> {
  /** In OpenAPI's notation: `/v1/lmps/{id}`. */
  path: string
  tag: string
  summary: string
  description?: string
  params: P
  data: D
}

export interface Resource<P extends z.ZodObject, D extends z.ZodType> extends ResourceBase<P, D> {
  read(params: z.output<P>, block: AnswerBlock): z.input<D>
}

export interface ListResource<P extends z.ZodObject, I extends z.ZodType>
  extends ResourceBase<P, z.ZodArray<I>> {
  /** Newest first; may return one row more than `limit`, which tells that there is a next page. */
  read(params: z.output<P>, block: AnswerBlock, slice: Slice): z.input<I>[]
  /** Key of a row, as `Slice.before` takes it. */
  keyOf(row: z.input<I>): readonly number[]
}

const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT).openapi({
    description: 'Rows per page',
  }),
  cursor: z.string().max(200).optional().openapi({
    description:
      '`page.next` of the page before. It pins the block: later pages show the chain of the first one',
  }),
})

/** A single value or a list that the protocol bounds. */
export function resource<P extends z.ZodObject, D extends z.ZodType>(
  app: OpenAPIHono,
  deps: ApiDeps,
  spec: Resource<P, D>,
): void {
  document(app, spec, z.object({ data: spec.data, meta: MetaSchema }))
  app.get(honoPath(spec.path), (c) =>
    deps.db.snapshot(() => {
      const block = tipBlock(deps)
      const params = parse(spec.params, c.req.param())
      const unchanged = setValidators(c, block, LIVE)
      if (unchanged) return unchanged
      return c.json({ data: spec.read(params, block), meta: metaOf(deps, block) })
    }),
  )
}

/** A list that grows without bound: in pages, all of the block of the first one. */
export function listResource<P extends z.ZodObject, I extends z.ZodType>(
  app: OpenAPIHono,
  deps: ApiDeps,
  spec: ListResource<P, I>,
): void {
  const body = z.object({ data: spec.data, meta: MetaSchema, page: PageSchema })
  document(app, spec, body, pageQuery)
  app.get(honoPath(spec.path), (c) =>
    deps.db.snapshot(() => {
      const params = parse(spec.params, c.req.param())
      const { limit, cursor: text } = parse(pageQuery, c.req.query())
      const cursor = text === undefined ? undefined : decodeCursor(text)
      const block = cursor === undefined ? tipBlock(deps) : pinnedBlock(deps, cursor.block, cursor.hash)
      const unchanged = setValidators(c, block, cursor !== undefined && block.finalized ? PINNED : LIVE)
      if (unchanged) return unchanged
      const rows = spec.read(params, block, { limit: limit + 1, before: cursor?.after })
      const data = rows.slice(0, limit)
      const last = data.at(-1)
      const more = rows.length > limit && last !== undefined
      const next = more && encodeCursor({ block: block.number, hash: block.hash, after: spec.keyOf(last) })
      return c.json({ data, meta: metaOf(deps, block), page: { limit, ...(next && { next }) } })
    }),
  )
}

const json = <S extends z.ZodType>(schema: S) => ({ 'application/json': { schema } })
const problem = (description: string) => ({
  description,
  content: { [PROBLEM_TYPE]: { schema: ProblemSchema } },
})

function document<P extends z.ZodObject>(
  app: OpenAPIHono,
  spec: ResourceBase<P, z.ZodType>,
  body: z.ZodType,
  query?: z.ZodObject,
): void {
  const named = Object.keys(spec.params.shape).length > 0
  const route = createRoute({
    method: 'get',
    path: spec.path,
    tags: [spec.tag],
    summary: spec.summary,
    ...(spec.description !== undefined && { description: spec.description }),
    request: { ...(named && { params: spec.params }), ...(query && { query }) },
    responses: {
      200: { description: spec.summary, content: json(body) },
      304: { description: 'Not modified: `If-None-Match` holds the ETag of the block' },
      ...((named || query) && { 400: problem('A parameter is not valid') }),
      ...(named && { 404: problem('There is no such resource') }),
      ...(query && {
        410: problem('The cursor is of a block that was reorganised away or is too old: start again'),
      }),
      503: problem('No block is indexed yet'),
    },
  })
  app.openAPIRegistry.registerPath(route)
}

const honoPath = (path: string) => path.replace(/\{(\w+)\}/g, ':$1')

function parse<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw new Problem('bad-request', `${issue?.path.join('.')}: ${issue?.message}`)
}

function tipBlock({ queries }: ApiDeps): AnswerBlock {
  const tip = queries.tip()
  if (tip === undefined) {
    throw new Problem(
      'not-indexed',
      'the indexer has not written its first block: try again, or look at /status',
    )
  }
  return tip
}

function pinnedBlock({ queries }: ApiDeps, number: number, hash: Hash): AnswerBlock {
  const block = queries.block(number)
  if (block?.hash !== hash) {
    throw new Problem(
      'cursor-expired',
      `block ${number} was reorganised away or is too old: start again without cursor`,
    )
  }
  return block
}

function metaOf({ chainId }: ApiDeps, block: AnswerBlock): z.input<typeof MetaSchema> {
  const { number, hash, timestamp, finalized } = block
  return {
    chainId,
    block: { number, hash, timestamp, finalized },
    indexedAt: new Date(block.indexedAt).toISOString(),
  }
}

/** An answer depends on its URL and its block alone, so the block is the tag. A 304 where the client has it. */
function setValidators(
  c: Context,
  { hash, finalized }: AnswerBlock,
  cacheControl: string,
): Response | undefined {
  const tag = `${hash}${finalized ? '-final' : ''}`
  c.header('ETag', `W/"${tag}"`)
  c.header('Cache-Control', cacheControl)
  const known = c.req.header('If-None-Match')
  if (known === undefined) return undefined
  const tags = known.split(',').map((each) => each.trim().replace(/^W\//, ''))
  return tags.includes('*') || tags.includes(`"${tag}"`) ? c.body(null, 304) : undefined
}
