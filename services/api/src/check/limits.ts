import { type Address, getAddress, zeroAddress } from 'viem'
import { z } from 'zod'
import { limitsAbi, lmpAbi } from '../abis.ts'
import type { Api } from './api.ts'
import type { Chain } from './chain.ts'
import { addressText } from './shapes.ts'

/** In the contract's order. */
const LIMITS = ['destination', 'issuer', 'poolShare', 'idleFloor']

const shape = z.object({
  caps: z.array(z.object({ id: z.string(), kind: z.string().optional(), address: addressText.optional() })),
})

export async function checkLimits(
  api: Api,
  { client, at }: Chain,
  limits: Address,
  lmp: Address,
): Promise<void> {
  const { data, block, sheet } = await api.get('/v1/lmps/{id}/limits', shape, lmp)
  const read = { ...at(block), address: limits, abi: limitsAbi }
  const [ids, share, floor, listed] = await Promise.all([
    client.readContract({ ...read, functionName: 'ids', args: [lmp] }),
    client.readContract({ ...read, functionName: 'maxPoolShare', args: [lmp] }),
    client.readContract({ ...read, functionName: 'idleFloor', args: [lmp] }),
    client.readContract({ ...at(block), address: lmp, abi: lmpAbi, functionName: 'destinations' }),
  ])
  sheet.amount(['maxPoolShare'], share)
  sheet.amount(['idleFloor'], floor)
  sheet.length(['caps'], ids.length)
  for (const [i, id] of [...ids].sort().entries()) {
    const cap = await client.readContract({ ...read, functionName: 'cap', args: [lmp, id] })
    sheet.value(['caps', i, 'id'], id)
    sheet.amount(['caps', i, 'share'], cap.share)
    sheet.amount(['caps', i, 'amount'], cap.amount)
    const { kind, address } = data.caps[i] ?? {}
    if (kind === undefined || address === undefined) continue
    const functionName = kind === 'destination' ? 'destinationId' : 'issuerId'
    const named = await client.readContract({ ...read, functionName, args: [address] })
    sheet.value(['caps', i, 'id'], named)
  }
  sheet.length(['headroom'], listed.length)
  for (const [i, destination] of listed.entries()) {
    const found = await client
      .readContract({ ...read, functionName: 'headroom', args: [lmp, zeroAddress, destination] })
      .catch(() => undefined)
    const [room, limit, subject] = found ?? []
    sheet.value(['headroom', i, 'destination'], getAddress(destination))
    sheet.amount(['headroom', i, 'room'], room)
    sheet.value(['headroom', i, 'limit'], limit === undefined ? undefined : LIMITS[limit])
    const named = subject === undefined || subject === zeroAddress ? undefined : getAddress(subject)
    sheet.value(['headroom', i, 'subject'], named)
  }
  sheet.close()
}
