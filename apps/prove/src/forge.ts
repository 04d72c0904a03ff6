import { forgeTest } from '@headrace/foundry/forge-test'
import type { ForgeTest } from '@headrace/foundry/report'
import type { Context } from './claim.ts'

/** Runs tests of the contracts. Random choices of forge come from the seed of the run. */
export async function forge(
  { root, seed }: Context,
  args: readonly string[],
  seconds: number,
  env: Record<string, string> = {},
): Promise<ForgeTest[]> {
  const seeded = ['--fuzz-seed', `0x${seed}`, ...args]
  const { tests, code, stderr } = await forgeTest(seeded, root, env, seconds)
  if (tests === undefined)
    throw new Error(`forge test exits ${code} without a report: ${stderr.trim().split('\n').at(-1)}`)
  return tests
}

export interface HandlerCalls {
  handler: string
  calls: number
  effective: number
}

/** The table an invariant suite prints: a line `calls 4500 ...`, and per handler `name calls effective`. */
export interface HandlerTable {
  /** All calls, as the suite counts them. */
  total: number
  handlers: HandlerCalls[]
}

export function handlerTable(logs: readonly string[]): HandlerTable {
  const totals = logs.flatMap((line) => /^\s*calls (\d+)/.exec(line)?.[1] ?? [])
  const handlers = logs.flatMap((line) => {
    const match = /^\s*(\S.*?)\s+(\d+)\s+(?:effective\s+)?(\d+)\s*$/.exec(line)
    const [, handler, calls, effective] = match ?? []
    if (handler === undefined) return []
    return [{ handler, calls: Number(calls), effective: Number(effective) }]
  })
  return { total: Number(totals.at(0) ?? 0), handlers }
}

export interface Spread {
  handlers: number
  calls: number
  /** The handler with the fewest calls, and its part of an equal share. */
  least: HandlerCalls & { share: number }
  idle: string[]
  /** The table accounts for all calls. */
  complete: boolean
  holds: boolean
}

/** No handler below half its equal share of all calls, none without effect. Undefined for an empty table. */
export function spread({ total, handlers }: HandlerTable): Spread | undefined {
  const calls = handlers.reduce((sum, entry) => sum + entry.calls, 0)
  const [first] = [...handlers].sort((a, b) => a.calls - b.calls)
  if (first === undefined || calls === 0) return undefined
  const share = (first.calls * handlers.length) / calls
  const idle = handlers.filter(({ effective }) => effective === 0).map(({ handler }) => handler)
  const complete = calls === total
  const holds = share >= 0.5 && idle.length === 0 && complete
  return { handlers: handlers.length, calls, least: { ...first, share }, idle, complete, holds }
}
