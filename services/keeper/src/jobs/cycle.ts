import { cycleManagerAbi } from '@headrace/abi'
import type { BlockRef } from '@headrace/chain'
import { type Address, encodeFunctionData, type PublicClient } from 'viem'
import type { Job, Step, Verdict } from '../job.ts'
import { at } from '../reads.ts'

/** Names of the contract's phases, in its order. */
export const PHASES = ['Open', 'Mark', 'Balance', 'Plan', 'Move', 'Fill'] as const
export type PhaseName = (typeof PHASES)[number]

/** What the chain says about the rollover. Items are read only where the phase needs them. */
export interface CycleView {
  now: bigint
  cycle: bigint
  phase: PhaseName
  /** Items the phase still waits for. */
  left: bigint
  /** Unix seconds. */
  end: bigint
  /** Cycle + 1 in which each position was last marked and moved; by id. */
  positions: readonly { markedIn: bigint; movedIn: bigint }[]
  /** The same for reactors. */
  reactors: readonly { isPair: boolean; balancedIn: bigint; plannedIn: bigint; filledIn: bigint }[]
}

/** One call of the rollover; `id` is a position or a reactor. */
export type RolloverCall =
  | { function: 'startRollover' | 'complete' }
  | { function: 'mark' | 'balance' | 'plan' | 'move' | 'fill'; id: bigint }

/**
 * The calls that the rollover waits for now, whoever did those before. All of them may be carried out in any order.
 * Pair reactors are planned once the token reactors are.
 */
export function due(view: CycleView): { calls: RolloverCall[]; nextAt?: bigint } {
  const stamp = view.cycle + 1n
  const each = <T>(
    name: 'mark' | 'balance' | 'plan' | 'move' | 'fill',
    items: readonly T[],
    open: (item: T) => boolean,
  ) => items.flatMap((item, id): RolloverCall[] => (open(item) ? [{ function: name, id: BigInt(id) }] : []))

  switch (view.phase) {
    case 'Open':
      return view.now >= view.end
        ? { calls: [{ function: 'startRollover' }] }
        : { calls: [], nextAt: view.end }
    case 'Mark':
      return { calls: each('mark', view.positions, ({ markedIn }) => markedIn !== stamp) }
    case 'Balance':
      return { calls: each('balance', view.reactors, ({ balancedIn }) => balancedIn !== stamp) }
    case 'Plan': {
      const tokensLeft = view.reactors.some(({ isPair, plannedIn }) => !isPair && plannedIn !== stamp)
      return {
        calls: each(
          'plan',
          view.reactors,
          ({ isPair, plannedIn }) => plannedIn !== stamp && !(isPair && tokensLeft),
        ),
      }
    }
    case 'Move':
      return { calls: each('move', view.positions, ({ movedIn }) => movedIn !== stamp) }
    case 'Fill':
      return view.left === 0n
        ? { calls: [{ function: 'complete' }] }
        : { calls: each('fill', view.reactors, ({ filledIn }) => filledIn !== stamp) }
  }
}

/** Reads what `due` needs at `block`. */
export async function read(client: PublicClient, address: Address, block: BlockRef): Promise<CycleView> {
  const manager = { address, abi: cycleManagerAbi } as const
  const [state, reactorCount, positionCount] = await client.multicall({
    ...at(block),
    allowFailure: false,
    contracts: [
      { ...manager, functionName: 'state' },
      { ...manager, functionName: 'reactorCount' },
      { ...manager, functionName: 'positionCount' },
    ],
  })
  const phase = PHASES[state.phase]
  if (phase === undefined)
    throw new Error(`the cycle manager is in phase ${state.phase}, which this version does not know`)

  const ids = (count: bigint) => Array.from({ length: Number(count) }, (_, id) => BigInt(id))
  const ofPositions = phase === 'Mark' || phase === 'Move'
  const ofReactors = phase === 'Balance' || phase === 'Plan' || (phase === 'Fill' && state.left > 0n)
  const [positions, reactors] = await Promise.all([
    client.multicall({
      ...at(block),
      allowFailure: false,
      contracts: ids(ofPositions ? positionCount : 0n).map(
        (id) => ({ ...manager, functionName: 'positionState', args: [id] }) as const,
      ),
    }),
    client.multicall({
      ...at(block),
      allowFailure: false,
      contracts: ids(ofReactors ? reactorCount : 0n).map(
        (id) => ({ ...manager, functionName: 'reactorState', args: [id] }) as const,
      ),
    }),
  ])
  return {
    now: block.timestamp,
    cycle: state.cycle,
    phase,
    left: state.left,
    end: state.end,
    positions,
    reactors,
  }
}

/** Another keeper was there first: it moved the phase on, or finished the whole rollover. */
const BENIGN = ['WrongPhase', 'CycleNotOver']

export function toStep(address: Address, cycle: bigint, call: RolloverCall): Step {
  const step = { to: address, benign: BENIGN }
  if (!('id' in call)) {
    return {
      ...step,
      key: `cycle:${cycle}:${call.function}`,
      label: call.function,
      data: encodeFunctionData({ abi: cycleManagerAbi, functionName: call.function }),
    }
  }
  return {
    ...step,
    key: `cycle:${cycle}:${call.function}:${call.id}`,
    label: `${call.function} ${call.id}`,
    data: encodeFunctionData({ abi: cycleManagerAbi, functionName: call.function, args: [call.id] }),
  }
}

/** Carries the rollover on from wherever the chain says it is. */
export function cycleJob(client: PublicClient, address: Address): Job {
  return {
    name: 'cycle',
    look: async (block): Promise<Verdict> => {
      const view = await read(client, address, block)
      const { calls, nextAt } = due(view)
      return { steps: calls.map((call) => toStep(address, view.cycle, call)), nextAt }
    },
  }
}
