import { signalsAbi } from '@headrace/abi'
import type { Lps } from './actors/lps.ts'
import type { Stakers } from './actors/stakers.ts'
import type { Clock } from './clock.ts'
import { WARM_UP_DAYS } from './deploy.ts'
import type { World } from './world.ts'

/** Lives through the days before cycle 0, with the daily snapshots that a keeper would take. */
export async function warmUp(world: World, clock: Clock, lps: Lps, stakers: Stakers): Promise<number> {
  const signals = world.deployment.contracts.signals
  if (signals === undefined) throw new Error('the deployment has no signals')
  const destinations = world.deployment.lmps.flatMap((lmp) => lmp.destinations)
  await clock.open()
  await stakers.open()
  let snapshots = 0
  for (let day = 0; day <= WARM_UP_DAYS; day++) {
    if (day > 0) await clock.jump(86_400, [stakers])
    for (const { address } of destinations) {
      await world.chain.send('market', {
        address: signals,
        abi: signalsAbi,
        functionName: 'snapshot',
        args: [address],
      })
      snapshots += 1
    }
  }
  await lps.open()
  return snapshots
}
