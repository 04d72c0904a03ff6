import { destinationAbi } from '@headrace/abi'
import { type Address, encodeFunctionData, zeroAddress } from 'viem'
import type { Proposal } from './calls.ts'
import { withSlack } from './route.ts'
import { type Attempt, attempt, measure, type Setting } from './simulation.ts'

/** All of it, or what of it the pool pays enough for: the rest follows, and the ramp allows more from hour to hour. */
const PARTS = [1n, 2n, 4n, 8n, 16n]

export interface Leaving {
  destination: Address
  units: bigint
  asset: Address
}

/**
 * The largest part of a closing position that can be sold for the asset at what its ramp asks for now. The vault asks no gate about
 * such a move.
 * @returns the proposal, or why the smallest part fails
 */
export async function leave(setting: Setting, leaving: Leaving): Promise<Proposal | { why: string }> {
  let why = 'it holds too little'
  for (const part of PARTS) {
    const units = leaving.units / part
    if (units === 0n) break
    const proposal = await sale(setting, { ...leaving, units })
    if (proposal === undefined) {
      why = 'its pool does not pay in the asset'
      continue
    }
    const found: Attempt = await attempt(setting, proposal)
    if (found.ok) return proposal
    why = found.why
  }
  return { why }
}

async function sale(setting: Setting, { destination, units, asset }: Leaving): Promise<Proposal | undefined> {
  const data = encodeFunctionData({
    abi: destinationAbi,
    functionName: 'sell',
    args: [units, 0n, setting.executor],
  })
  const calls = [{ target: destination, approvals: [], data }]
  const [assets] = (await measure(setting, { token: destination, amount: units }, calls, [asset])) ?? []
  const least = withSlack(assets ?? 0n)
  if (least === 0n) return undefined
  return {
    outs: [{ destination, units }],
    ins: [{ destination: zeroAddress, units: least }],
    calls,
    sweep: [asset],
  }
}
