import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { StartupError, systemCode } from './errors.ts'

/** A registry with the process metrics, every series labelled with the service. */
export function createMetrics(service: string): Registry {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  collectDefaultMetrics({ register: registry })
  return registry
}

export interface Readiness {
  ready: boolean
  /** Shown as JSON by `/readyz`, e.g. the head and how long ago it arrived. */
  [detail: string]: unknown
}

export interface MonitorOptions {
  /** 0 takes a free port. */
  port: number
  /** Variable that sets the port, named when the port is taken. */
  portVariable: string
  registry: Registry
  ready: () => Readiness | Promise<Readiness>
  /** IP address to listen on, default 127.0.0.1. */
  host?: string
  /** What the service serves on the same port, by path without the query; undefined: no such path. */
  serve?: (method: string, path: string) => Answer | undefined
}

export interface Answer {
  status: number
  /** Content type. */
  type: string
  body: string
}

export interface Monitor {
  readonly port: number
  close(): Promise<void>
}

/**
 * Serves `/healthz` (the process answers), `/readyz` (200 or 503) and `/metrics`.
 * @throws StartupError when the port is taken.
 */
export async function startMonitor(options: MonitorOptions): Promise<Monitor> {
  const routes: Record<string, () => Promise<Answer>> = {
    '/healthz': async () => ({ status: 200, type: 'text/plain', body: 'ok\n' }),
    '/readyz': async () => {
      const state = await options.ready()
      return { status: state.ready ? 200 : 503, type: 'application/json', body: toJson(state) }
    },
    '/metrics': async () => ({
      status: 200,
      type: options.registry.contentType,
      body: await options.registry.metrics(),
    }),
  }
  const server = createServer(async (request, response) => {
    // Not a URL parser: what it throws on, anybody who reaches the port may send.
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
    const answer = (await routes[path]?.().catch((error) => ({
      status: 500,
      type: 'text/plain',
      body: `${error}\n`,
    }))) ??
      options.serve?.(request.method ?? 'GET', path) ?? {
        status: 404,
        type: 'text/plain',
        body: 'paths: /healthz /readyz /metrics\n',
      }
    response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body)
  })
  const port = await listenOn(server, options.host ?? LOCAL, options.port, options.portVariable)
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/**
 * Listens on 127.0.0.1 and returns the port.
 * @throws StartupError naming `variable` when the port is taken.
 */
export function listenLocal(server: Server, port: number, variable: string): Promise<number> {
  return listenOn(server, LOCAL, port, variable)
}

const LOCAL = '127.0.0.1'

function listenOn(server: Server, host: string, port: number, variable: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(portError(error, port, variable)))
    server.listen(port, host, () => resolve(localPort(server.address(), port)))
  })
}

/** The one line for a port that cannot be had; other errors pass through. */
export function portError(error: Error, port: number, variable: string): Error {
  const reason = { EADDRINUSE: 'is in use', EACCES: 'needs privileges' }[systemCode(error) ?? '']
  if (reason === undefined) return error
  return new StartupError(`port ${port} ${reason}: stop what uses it or set ${variable} to a free port`)
}

function localPort(address: AddressInfo | string | null, asked: number): number {
  return typeof address === 'object' && address !== null ? address.port : asked
}

function toJson(value: unknown): string {
  return JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? item.toString() : item))
}
