import { signalsAbi } from '@headrace/abi'
import { contractAddress } from '@headrace/service'
import type { Clock, Person } from './clock.ts'
import { WARM_UP_DAYS } from './deploy.ts'
import type { World } from './world.ts'

/** Lives through the days before cycle 0 without services; takes the daily snapshots that a keeper would. */
export async function warmUp(world: World, clock: Clock, people: readonly Person[]): Promise<string> {
  let snapshots = await takeSnapshots(world)
  for (let day = 1; day <= WARM_UP_DAYS; day++) {
    await clock.jump(86_400, people)
    snapshots += await takeSnapshots(world)
  }
  return `${snapshots} snapshots`
}

export interface WarmUpOptions {
  servicesLooked: (head: bigint) => Promise<void>
  alive: () => void
}

/** The same with services, which do their work. */
export async function warmUpWithServices(
  world: World,
  clock: Clock,
  people: readonly Person[],
  { servicesLooked, alive }: WarmUpOptions,
): Promise<string> {
  for (let day = 1; day <= WARM_UP_DAYS; day++) {
    // After most of a day a service may find the market half way to where it goes; the rest of the day shows it settled.
    for (const hours of [18, 6]) {
      alive()
      await clock.jump(hours * 3600, people)
      await servicesLooked(await world.chain.client.getBlockNumber())
    }
  }
  return 'with services'
}

async function takeSnapshots(world: World): Promise<number> {
  const signals = contractAddress(world.deployment, 'signals')
  const destinations = world.deployment.lmps.flatMap((lmp) => lmp.destinations)
  for (const { address } of destinations) {
    await world.chain.send('market', {
      address: signals,
      abi: signalsAbi,
      functionName: 'snapshot',
      args: [address],
    })
  }
  return destinations.length
}
