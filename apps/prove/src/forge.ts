import { record } from './summary.ts'

export interface ForgeTest {
  /** "path/of/Suite.t.sol:Suite" */
  suite: string
  name: string
  passed: boolean
  kind: 'unit' | 'fuzz' | 'invariant'
  /** What it printed. */
  logs: string[]
}

/** Tests of a `forge test --json -vv` report. */
export function parseForge(text: string): ForgeTest[] {
  const report = record(JSON.parse(text))
  return Object.entries(report).flatMap(([suite, value]) =>
    Object.entries(record(record(value).test_results)).map(([name, result]): ForgeTest => {
      const { status, kind, decoded_logs: logs } = record(result)
      return {
        suite,
        name: name.replace(/\(.*$/, ''),
        passed: status === 'Success',
        kind: 'Invariant' in record(kind) ? 'invariant' : 'Fuzz' in record(kind) ? 'fuzz' : 'unit',
        logs: Array.isArray(logs) ? logs.map(String) : [],
      }
    }),
  )
}

export interface HandlerCalls {
  handler: string
  calls: number
  effective: number
}

/** Lines "name calls effective" of the table an invariant suite prints, e.g. `deposit 47 31` or `deposit 47 effective 31`. */
export function handlerTable(logs: readonly string[]): HandlerCalls[] {
  return logs.flatMap((line) => {
    const match = /^\s*(\w+)\s+(\d+)\s+(?:effective\s+)?(\d+)\s*$/.exec(line)
    const [, handler, calls, effective] = match ?? []
    if (handler === undefined) return []
    return [{ handler, calls: Number(calls), effective: Number(effective) }]
  })
}

export interface Spread {
  handlers: number
  calls: number
  /** The handler with the fewest calls, and its share of an equal share. */
  least: HandlerCalls & { share: number }
  idle: string[]
  holds: boolean
}

/** No handler below half its equal share of all calls, none without effect. Undefined for an empty table. */
export function spread(table: readonly HandlerCalls[]): Spread | undefined {
  const calls = table.reduce((sum, entry) => sum + entry.calls, 0)
  const [first] = [...table].sort((a, b) => a.calls - b.calls)
  if (first === undefined || calls === 0) return undefined
  const share = (first.calls * table.length) / calls
  const idle = table.filter(({ effective }) => effective === 0).map(({ handler }) => handler)
  const holds = share >= 0.5 && idle.length === 0
  return { handlers: table.length, calls, least: { ...first, share }, idle, holds }
}
