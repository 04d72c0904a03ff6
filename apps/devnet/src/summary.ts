import { cycleManagerAbi, lmpAbi } from '@headrace/abi'
import { formatEther, getAbiItem, zeroAddress } from 'viem'
import type { World } from './world.ts'

export interface Summary {
  deposits: number
  /** Accepted proposals, and those of them that moved from one venue to another. */
  rebalances: number
  venueToVenue: number
  surpluses: number
  deficits: number
  cyclesCompleted: number
}

/** Counts what the run's logs show. */
export async function summarize(world: World, deposits: number): Promise<Summary> {
  const { client } = world.chain
  const range = { fromBlock: world.deployment.startBlock, toBlock: 'latest' } as const
  const cycleManager = world.deployment.contracts.cycleManager
  if (cycleManager === undefined) throw new Error('the deployment has no cycle manager')
  const [rebalanced, balanced, completed] = await Promise.all([
    client.getLogs({
      address: world.deployment.lmps.map((lmp) => lmp.address),
      event: getAbiItem({ abi: lmpAbi, name: 'Rebalanced' }),
      strict: true,
      ...range,
    }),
    client.getLogs({
      address: cycleManager,
      event: getAbiItem({ abi: cycleManagerAbi, name: 'ReactorBalanced' }),
      strict: true,
      ...range,
    }),
    client.getLogs({
      address: cycleManager,
      event: getAbiItem({ abi: cycleManagerAbi, name: 'CycleCompleted' }),
      strict: true,
      ...range,
    }),
  ])
  const real = (legs: readonly { destination: string }[]) =>
    legs.some((leg) => leg.destination !== zeroAddress)
  return {
    deposits,
    rebalances: rebalanced.length,
    venueToVenue: rebalanced.filter(({ args }) => real(args.outs) && real(args.ins)).length,
    surpluses: balanced.filter(({ args }) => args.flow > 0n).length,
    deficits: balanced.filter(({ args }) => args.flow < 0n).length,
    cyclesCompleted: completed.length,
  }
}

/** The flows of one cycle in words. */
export async function describeCycle(world: World, cycle: bigint): Promise<string> {
  const cycleManager = world.deployment.contracts.cycleManager
  if (cycleManager === undefined) throw new Error('the deployment has no cycle manager')
  const logs = await world.chain.client.getLogs({
    address: cycleManager,
    event: getAbiItem({ abi: cycleManagerAbi, name: 'ReactorBalanced' }),
    args: { cycle },
    strict: true,
    fromBlock: world.deployment.startBlock,
  })
  return logs
    .map(({ args }) => {
      const symbol = world.deployment.reactors[Number(args.reactorId)]?.symbol ?? `reactor ${args.reactorId}`
      if (args.flow === 0n) return `${symbol} even`
      const amount = Number(formatEther(args.flow < 0n ? -args.flow : args.flow)).toFixed(3)
      return `${symbol} ${args.flow > 0n ? 'surplus' : 'deficit'} ${amount}`
    })
    .join(', ')
}
