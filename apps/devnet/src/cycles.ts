import { cycleManagerAbi } from '@headrace/abi'
import type { Clock, Person } from './clock.ts'
import { CYCLE_DAYS } from './deploy.ts'
import { sleep, until } from './processes.ts'
import type { World } from './world.ts'

/** Block time moves by this much at a time. */
const JUMP_SECONDS = 2 * 3600
const JUMPS_PER_CYCLE = (CYCLE_DAYS * 86_400) / JUMP_SECONDS
/** Real time of a cycle at speed 1. */
const CYCLE_MS = 60_000
const ROLLOVER_TIMEOUT_MS = 60_000

export interface CycleOptions {
  /** Cycles per minute. */
  speed: number
  signal: AbortSignal
  /** Throws when a program of the devnet has ended. */
  alive: () => void
  /** Resolves when the services have looked at the head, or after a while without them. */
  servicesLooked: (head: bigint) => Promise<void>
  /** What the chain shows since the last call, for the spectator. */
  news: () => Promise<string[]>
  say: (line: string) => void
}

/** Lives through one cycle up to the end of its rollover, which is the keeper's work alone. */
export async function liveCycle(
  world: World,
  clock: Clock,
  people: readonly Person[],
  options: CycleOptions,
): Promise<bigint> {
  const { chain, deployment } = world
  const manager = deployment.contracts.cycleManager
  if (manager === undefined) throw new Error('the deployment has no cycle manager')
  const state = () =>
    chain.client.readContract({ address: manager, abi: cycleManagerAbi, functionName: 'state' })
  const before = await state()
  const pause = CYCLE_MS / JUMPS_PER_CYCLE / options.speed
  while ((await chain.now()) < before.end) {
    if (options.signal.aborted) return before.cycle
    options.alive()
    const start = Date.now()
    const left = Number(before.end - (await chain.now()))
    for (const what of await clock.jump(Math.min(JUMP_SECONDS, left), people)) options.say(what)
    await options.servicesLooked(await chain.client.getBlockNumber())
    for (const what of await options.news()) options.say(what)
    await sleep(Math.max(0, pause - (Date.now() - start)))
  }
  const rolledOver = async () => options.signal.aborted || (await state()).cycle > before.cycle
  await until(`the keeper rolls cycle ${before.cycle} over`, ROLLOVER_TIMEOUT_MS, rolledOver, () => {
    if (!options.signal.aborted) options.alive()
  })
  return before.cycle
}
