import type { Hash } from 'viem'
import { z } from 'zod'
import { Sheet, type Tally } from './sheet.ts'

const envelope = z.object({
  data: z.unknown(),
  meta: z.object({
    chainId: z.number(),
    block: z.object({
      number: z.number(),
      hash: z.string().regex(/^0x[0-9a-f]{64}$/),
      timestamp: z.number(),
      finalized: z.boolean(),
    }),
  }),
  page: z.object({ limit: z.number(), next: z.string().optional() }).optional(),
})

export interface Answer<T> {
  readonly data: T
  readonly block: { readonly number: bigint; readonly hash: Hash; readonly timestamp: bigint }
  readonly sheet: Sheet
}

/** The API under test. Remembers which routes were asked. */
export class Api {
  readonly #base: string
  readonly #tally: Tally
  readonly asked = new Set<string>()
  chainId: number | undefined

  constructor(base: string, tally: Tally) {
    this.#base = base.replace(/\/$/, '')
    this.#tally = tally
  }

  /** `route` is a path of the OpenAPI document; its parameters are filled in order. */
  async get<T extends z.ZodType>(
    route: string,
    shape: T,
    ...params: (string | number)[]
  ): Promise<Answer<z.output<T>>> {
    this.asked.add(route)
    const path = fill(route, params)
    const answer = await this.#fetch(path)
    return this.#answer(path, answer, answer.data, shape)
  }

  /** Every page of a list as one answer of the block of the first page. Small pages, so that cursors are used. */
  async list<T extends z.ZodType>(
    route: string,
    item: T,
    limit: number,
    ...params: (string | number)[]
  ): Promise<Answer<z.output<T>[]>> {
    this.asked.add(route)
    const path = fill(route, params)
    const first = await this.#fetch(`${path}?limit=${limit}`)
    const rows: unknown[] = z.array(z.unknown()).parse(first.data)
    for (let next = first.page?.next; next !== undefined; ) {
      const page = await this.#fetch(`${path}?limit=${limit}&cursor=${next}`)
      if (page.meta.block.hash !== first.meta.block.hash) {
        this.#tally.differ(
          `${path}: a page is of block ${page.meta.block.number}, the first of ${first.meta.block.number}`,
        )
      }
      rows.push(...z.array(z.unknown()).parse(page.data))
      next = page.page?.next
    }
    return this.#answer(path, first, rows, z.array(item))
  }

  /** Paths below /v1 of the OpenAPI document. */
  async routes(): Promise<string[]> {
    const document = z
      .object({ paths: z.record(z.string(), z.unknown()) })
      .parse(await this.#json('/openapi.json'))
    return Object.keys(document.paths).filter((path) => path.startsWith('/v1/'))
  }

  #answer<T extends z.ZodType>(
    path: string,
    { meta }: z.output<typeof envelope>,
    data: unknown,
    shape: T,
  ): Answer<z.output<T>> {
    const { number, hash, timestamp } = meta.block
    return {
      data: shape.parse(data),
      block: { number: BigInt(number), hash: `0x${hash.slice(2)}`, timestamp: BigInt(timestamp) },
      sheet: new Sheet(path, data, this.#tally),
    }
  }

  async #fetch(path: string): Promise<z.output<typeof envelope>> {
    const answer = envelope.parse(await this.#json(path))
    this.chainId ??= answer.meta.chainId
    return answer
  }

  async #json(path: string): Promise<unknown> {
    const response = await fetch(`${this.#base}${path}`, { signal: AbortSignal.timeout(10_000) })
    const body = await response.text()
    if (!response.ok) throw new Error(`${path}: HTTP ${response.status} ${body.slice(0, 200)}`)
    return JSON.parse(body)
  }
}

function fill(route: string, params: (string | number)[]): string {
  const left = [...params]
  return route.replace(/\{\w+\}/g, () => String(left.shift()))
}
