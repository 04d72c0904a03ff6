import { PRODUCT } from '@headrace/service'
import { z } from '@hono/zod-openapi'

/** Every problem the API answers with, RFC 9457: name, status, title. */
const KINDS = {
  'bad-request': { status: 400, title: 'The request is not valid' },
  'not-found': { status: 404, title: 'There is no such resource' },
  'method-not-allowed': { status: 405, title: 'The API is read-only' },
  'cursor-expired': { status: 410, title: 'The cursor is of a block that is gone' },
  'internal-error': { status: 500, title: 'The request could not be answered' },
  'not-indexed': { status: 503, title: 'No block is indexed yet' },
} as const

export type ProblemKind = keyof typeof KINDS

export const PROBLEM_TYPE = 'application/problem+json'

export const ProblemSchema = z
  .object({
    type: z.string().openapi({ description: 'Names the kind of problem', example: problemType('not-found') }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().openapi({ description: 'What is wrong with this request and what to do' }),
    instance: z.string().openapi({ description: 'Path of the request' }),
  })
  .openapi('Problem')

/** Ends a request with a problem document. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly kind: ProblemKind

  constructor(kind: ProblemKind, detail: string) {
    super(detail)
    this.kind = kind
  }

  get status() {
    return KINDS[this.kind].status
  }

  toResponse(instance: string): Response {
    const { status, title } = KINDS[this.kind]
    const body = { type: problemType(this.kind), title, status, detail: this.message, instance }
    const headers = { 'content-type': PROBLEM_TYPE, 'cache-control': 'no-store' }
    return new Response(JSON.stringify(body), { status, headers })
  }
}

function problemType(kind: ProblemKind): string {
  return `urn:${PRODUCT.toLowerCase()}:problem:${kind}`
}
