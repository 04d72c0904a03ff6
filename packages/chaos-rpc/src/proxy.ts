import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { lieAboutCall, lieAboutLogs } from './lies.ts'
import { type Rule, RuleBook } from './rules.ts'
import { askStale } from './stale.ts'
import { type Forward, forwardTo, parseCalls, type RpcAnswer, type RpcCall } from './upstream.ts'

export interface ChaosOptions {
  /** The node behind the proxy. */
  upstream: string
  /** Every choice follows from it; print it in the test. */
  seed: number
  rules?: readonly Rule[]
}

export interface ChaosRpc {
  readonly url: string
  /** Replaces the rules; without arguments the proxy is honest again. */
  set(...rules: Rule[]): void
  /** How often a method was asked for, whatever became of it. */
  count(method: string): number
  close(): Promise<void>
}

/** What a request ends as; `cut` closes the connection without an answer. */
type Fate = 'cut' | 'throttled' | RpcAnswer

/** A JSON-RPC proxy on 127.0.0.1 (a free port) that fails on purpose. */
export async function startChaosRpc({ upstream, seed, rules = [] }: ChaosOptions): Promise<ChaosRpc> {
  const book = new RuleBook(seed)
  book.set(rules)
  const counts = new Map<string, number>()
  const forward = forwardTo(upstream)

  const server = createServer(async (request, response) => {
    const parsed = parseCalls(await readBody(request))
    if (parsed === undefined) {
      response.writeHead(400).end('not JSON-RPC')
      return
    }
    for (const { method } of parsed.calls) counts.set(method, (counts.get(method) ?? 0) + 1)
    const met = Promise.all(parsed.calls.map((call) => meet(call, book, forward)))
    const fates = await met.catch((): Fate[] => ['cut'])
    if (fates.includes('cut')) request.socket.destroy()
    else if (fates.includes('throttled'))
      response.writeHead(429, { 'retry-after': '1' }).end('too many requests')
    else {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(parsed.batch ? fates : fates[0]))
    }
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    set: (...next) => book.set(next),
    count: (method) => counts.get(method) ?? 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** One call under the rules that apply to it: pauses and refusals first, then the answer and what is done to it. */
async function meet(call: RpcCall, book: RuleBook, forward: Forward): Promise<Fate> {
  const rules = book.take(call.method)
  let ask: Forward = forward
  const lies: Array<(answer: RpcAnswer) => Fate> = []
  for (const rule of rules) {
    switch (rule.kind) {
      case 'down':
        return 'cut'
      case 'rateLimited':
        return 'throttled'
      case 'error': {
        const { code, message, data } = rule
        return { jsonrpc: '2.0', id: call.id, error: { code, message, ...(data !== undefined && { data }) } }
      }
      case 'delay':
        await sleep(rule.ms)
        break
      case 'staleHead':
        ask = (asked) => askStale(asked, rule.blocks, forward)
        break
      case 'lyingCall':
        lies.push((answer) => lieAboutCall(answer, book.random))
        break
      case 'lyingLogs':
        lies.push((answer) => lieAboutLogs(answer, book.random))
        break
      case 'dropResponse':
        lies.push(() => 'cut')
        break
    }
  }
  let fate: Fate = await ask(call)
  for (const lie of lies) if (typeof fate !== 'string') fate = lie(fate)
  return fate
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  return address.port
}
