import { type DestinationStream, type Logger, pino } from 'pino'

export type { Logger } from 'pino'

export interface LogOptions {
  service: string
  level?: string
  destination?: DestinationStream
}

/** JSON lines on stdout; a `bigint` anywhere in a record becomes a decimal string. */
export function createLog({ service, level = 'info', destination }: LogOptions): Logger {
  const options = { level, base: { service }, formatters: { log: (record: object) => plainRecord(record) } }
  return destination === undefined ? pino(options) : pino(options, destination)
}

function plainRecord(record: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, plain(value)]))
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return value.map(plain)
  const bare =
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  return bare ? plainRecord(value) : value
}
