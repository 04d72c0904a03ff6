import { cycleManagerAbi } from '@headrace/abi'
import { freePort } from '@headrace/chaos-rpc/anvil'
import { start } from '@headrace/chaos-rpc/program'
import { contractAddress } from '@headrace/service'
import { intents } from '@headrace/txmgr'
import Database from 'better-sqlite3'
import { isNotNull } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { type Address, decodeFunctionData, getAbiItem, type Hex } from 'viem'
import { actors, type Stack } from '../support/stack.ts'
import { drawKills, type Kill } from './draw.ts'

const CRASHING = new URL('./crashing-keeper.ts', import.meta.url).pathname
const TIMEOUT_MS = 60_000

export interface KillReport {
  seed: string
  kills: Kill[]
  cycles: number
  /** Transactions of the keeper on the chain. */
  transactions: number
  reverted: number
  /** Nonces its journal gave to an effect, each once. */
  signed: number
  /** Transactions that repeat another one's effect, and no-ops. */
  doubled: string[]
  /** How often each cycle was started and completed; by cycle. */
  started: Map<bigint, number>
  completed: Map<bigint, number>
}

/**
 * Kills the keeper with SIGKILL at `count` points drawn from the seed, spread over every step of the rollover and every
 * point of a transaction's life, and lets it finish each cycle. Reads the outcome from the chain alone.
 */
export async function killScenario(
  stack: Stack,
  { count, seed, say }: { count: number; seed: string; say: (line: string) => void },
): Promise<KillReport> {
  const manager = contractAddress(stack.deployment, 'cycleManager')
  const plan = drawKills(seed, count)
  const firstBlock = (await stack.client.getBlockNumber()) + 1n
  const port = await freePort()
  for (const kills of plan) {
    const { cycle, end } = await readState(stack, manager)
    await stack.jump(end - (await stack.now()))
    for (const kill of kills) {
      const { ended } = launch(stack, port, kill, cycle)
      const { signal, code, stderr } = await within(ended, `the kill at ${name(kill)}`)
      if (signal !== 'SIGKILL')
        throw new Error(`the keeper was not killed at ${name(kill)} but ended with ${code}: ${stderr}`)
      say(`cycle ${cycle}: killed at ${name(kill)}`)
    }
    const last = launch(stack, port)
    await until(`cycle ${cycle} completes`, async () => (await readState(stack, manager)).cycle > cycle)
    // The rollover may have been over before it started: it must still take up what the killed one left.
    await until('the keeper is ready', () => isReady(port))
    last.child.kill('SIGTERM')
    const { code, stderr } = await within(last.ended, 'the stop')
    if (code !== 0) throw new Error(`the keeper stopped with ${code}: ${stderr}`)
    say(`cycle ${cycle}: completed`)
  }
  return {
    seed,
    kills: plan.flat(),
    cycles: plan.length,
    ...(await readOutcome(stack, manager, firstBlock)),
    signed: signedIntents(stack.env().DATABASE_FILE ?? ''),
  }
}

export const name = ({ step, point }: Kill) => `${step}, ${point}`

function launch(stack: Stack, port: number, kill?: Kill, cycle?: bigint) {
  const env = stack.env({ METRICS_PORT: String(port) })
  return start(
    CRASHING,
    [],
    kill === undefined ? env : { ...env, CRASH_POINT: kill.point, CRASH_KEY: `cycle:${cycle}:${kill.step}` },
  )
}

/** It has opened its journal and seen the head of the chain. */
function isReady(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  )
}

function readState({ client }: Stack, address: Address) {
  return client.readContract({ address, abi: cycleManagerAbi, functionName: 'state' })
}

function signedIntents(journal: string): number {
  const file = new Database(journal, { readonly: true })
  try {
    return drizzle({ client: file }).select().from(intents).where(isNotNull(intents.nonce)).all().length
  } finally {
    file.close()
  }
}

/** What the keeper's account did since `firstBlock`, and how often each cycle began and ended. */
async function readOutcome({ client }: Stack, manager: Address, firstBlock: bigint) {
  const events = { address: manager, fromBlock: firstBlock, toBlock: 'latest' } as const
  const [starts, ends, head] = await Promise.all([
    client.getLogs({ ...events, event: getAbiItem({ abi: cycleManagerAbi, name: 'RolloverStarted' }) }),
    client.getLogs({ ...events, event: getAbiItem({ abi: cycleManagerAbi, name: 'CycleCompleted' }) }),
    client.getBlockNumber(),
  ])
  let transactions = 0
  let reverted = 0
  let cycle = starts[0]?.args.cycle ?? 0n
  const effects = new Map<string, number>()
  const count = (effect: string) => effects.set(effect, (effects.get(effect) ?? 0) + 1)
  for (let number = firstBlock; number <= head; number += 1n) {
    const block = await client.getBlock({ blockNumber: number, includeTransactions: true })
    for (const { from, to, input, hash } of block.transactions) {
      if (from.toLowerCase() !== actors.keeper.toLowerCase()) continue
      transactions += 1
      if ((await client.getTransactionReceipt({ hash })).status !== 'success') reverted += 1
      if (to?.toLowerCase() === actors.keeper.toLowerCase()) count(`no-op in block ${number} `)
      if (to?.toLowerCase() !== manager.toLowerCase()) continue
      const effect = rolloverCall(input)
      count(`cycle ${cycle} ${effect}`)
      if (effect === 'complete') cycle += 1n
    }
  }
  const doubled = [...effects].flatMap(([effect, times]) =>
    times > 1 || effect.startsWith('no-op') ? [effect] : [],
  )
  return {
    transactions,
    reverted,
    doubled,
    started: tally(starts.map(({ args }) => args.cycle)),
    completed: tally(ends.map(({ args }) => args.cycle)),
  }
}

function rolloverCall(data: Hex): string {
  const { functionName, args } = decodeFunctionData({ abi: cycleManagerAbi, data })
  return [functionName, ...(args ?? []).map(String)].join(' ')
}

function tally(cycles: readonly (bigint | undefined)[]): Map<bigint, number> {
  const found = new Map<bigint, number>()
  for (const cycle of cycles) if (cycle !== undefined) found.set(cycle, (found.get(cycle) ?? 0) + 1)
  return found
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + TIMEOUT_MS; !(await holds()); ) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${TIMEOUT_MS / 1000} s`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function within<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${TIMEOUT_MS / 1000} s`)), TIMEOUT_MS)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
