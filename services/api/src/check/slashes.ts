import { type Address, getAddress, parseEventLogs } from 'viem'
import { z } from 'zod'
import { backingPoolAbi, lossOracleAbi, recoveryAbi } from '../abis.ts'
import type { Api } from './api.ts'
import type { Chain } from './chain.ts'
import type { Deciders } from './losses.ts'
import { comparePlace } from './place.ts'
import { addressText } from './shapes.ts'

/** Small, so that following pages is part of the check. */
const PAGE = 2

export async function checkSlashes(
  api: Api,
  chain: Chain,
  deciders: Deciders,
  lmps: readonly Address[],
): Promise<void> {
  const { block, sheet } = await api.list('/v1/slashes', z.object({ pool: addressText }), PAGE)
  const { pools, lossIds, entries } = await decisions(chain, deciders, lmps, block)
  const logs = pools.size === 0 ? [] : await chain.logs([...pools.keys()], block)
  const slashes = parseEventLogs({ abi: backingPoolAbi, eventName: 'Slashed', logs }).reverse()
  sheet.length([], slashes.length)
  for (const [i, log] of slashes.entries()) {
    const { caseId, toke, shares, tokeLeft, to } = log.args
    const pool = getAddress(log.address)
    const entry = entries.find(({ args }) => args.pool === pool && args.caseId === caseId)
    await comparePlace(chain, sheet, [i], log)
    sheet.value([i, 'pool'], pool)
    sheet.value([i, 'lmp'], pools.get(pool))
    sheet.number([i, 'caseId'], caseId)
    sheet.amount([i, 'toke'], toke)
    sheet.amount([i, 'shares'], shares)
    sheet.amount([i, 'tokeLeft'], tokeLeft)
    sheet.value([i, 'receiver'], to)
    sheet.number([i, 'vestingId'], entry?.args.id)
    sheet.value([i, 'lossId'], entry && lossIds.get(entry.args.id))
  }
  sheet.close()
}

export async function checkVesting(
  api: Api,
  chain: Chain,
  deciders: Deciders,
  lmps: readonly Address[],
): Promise<void> {
  const { block, sheet } = await api.list('/v1/vesting', z.object({ id: z.number() }), PAGE)
  const { lossIds, entries, ends } = await decisions(chain, deciders, lmps, block)
  sheet.length([], entries.length)
  for (const [i, log] of entries.reverse().entries()) {
    const { id } = log.args
    const read = { ...chain.at(block), address: deciders.recovery, abi: recoveryAbi, args: [id] } as const
    const [entry, vested] = await Promise.all([
      chain.client.readContract({ ...read, functionName: 'entry' }),
      chain.client.readContract({ ...read, functionName: 'vested' }),
    ])
    await comparePlace(chain, sheet, [i], log)
    sheet.number([i, 'id'], id)
    sheet.value([i, 'lmp'], entry.lmp)
    sheet.value([i, 'pool'], entry.pool)
    sheet.number([i, 'caseId'], entry.caseId)
    sheet.amount([i, 'toke'], entry.toke)
    sheet.amount([i, 'vested'], vested)
    sheet.number([i, 'start'], entry.start)
    sheet.number([i, 'end'], entry.end)
    sheet.amount([i, 'coverage'], entry.coverage)
    sheet.amount([i, 'outstanding'], entry.ended ? 0n : entry.coverage)
    sheet.amount([i, 'mark'], entry.mark)
    sheet.number([i, 'since'], entry.since)
    sheet.value([i, 'lossId'], lossIds.get(id))
    const end = entry.ended ? ends.find(({ args }) => args.id === id) : undefined
    sheet.number([i, 'ended', 'timestamp'], end && (await chain.time(end.blockNumber)))
    sheet.amount([i, 'ended', 'returned'], end?.args.returned)
    sheet.amount([i, 'ended', 'uncovered'], end?.args.uncovered)
  }
  sheet.close()
}

/** Who backs whom, which case led to which recovery, and what became of it. */
async function decisions(
  chain: Chain,
  { oracle, recovery }: Deciders,
  lmps: readonly Address[],
  block: { number: bigint },
) {
  const isOurs = ({ args }: { args: { lmp: Address } }) => lmps.includes(args.lmp)
  const ofOracle = await chain.logs(oracle, block)
  const backed = parseEventLogs({ abi: lossOracleAbi, eventName: 'BackingSet', logs: ofOracle })
  const executed = parseEventLogs({ abi: lossOracleAbi, eventName: 'CaseExecuted', logs: ofOracle })
  const ofRecovery = await chain.logs(recovery, block)
  return {
    pools: new Map(backed.filter(isOurs).map(({ args }) => [args.pool, args.lmp])),
    lossIds: new Map(executed.map(({ args }) => [args.recoveryId, `${args.lmp}-${args.epoch}`])),
    entries: parseEventLogs({ abi: recoveryAbi, eventName: 'RecoveryOpened', logs: ofRecovery }).filter(
      isOurs,
    ),
    ends: parseEventLogs({ abi: recoveryAbi, eventName: 'RecoveryEnded', logs: ofRecovery }),
  }
}
