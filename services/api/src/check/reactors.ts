import { type Address, erc20Abi, getAddress, parseEventLogs } from 'viem'
import { z } from 'zod'
import { cycleManagerAbi, reactorAbi } from '../abis.ts'
import type { Answer, Api } from './api.ts'
import type { Chain } from './chain.ts'
import { comparePlace } from './place.ts'
import type { Path, Sheet } from './sheet.ts'

const indexed = z.object({ id: z.number() })

export async function checkReactors(api: Api, chain: Chain, manager: Address): Promise<void> {
  const list = await api.get('/v1/reactors', z.array(indexed))
  const count = await chain.client.readContract({
    ...chain.at(list.block),
    address: manager,
    abi: cycleManagerAbi,
    functionName: 'reactorCount',
  })
  list.sheet.length([], Number(count))
  for (const [i, { id }] of list.data.entries()) await compareReactor(chain, manager, list, [i], id)
  list.sheet.close()

  const shape = z.object({
    positions: z.array(indexed),
    openCohorts: z.array(z.object({ cohort: z.number() })),
  })
  for (const { id } of list.data) {
    const one = await api.get('/v1/reactors/{id}', shape, id)
    const reactor = await compareReactor(chain, manager, one, [], id)
    await comparePositions(chain, manager, one, id)
    await compareCohorts(chain, reactor, one)
    one.sheet.close()
    await checkClaims(api, chain, id, reactor)
    await checkRequests(api, chain, id, reactor)
  }
}

async function compareReactor(
  { client, at }: Chain,
  manager: Address,
  { block, sheet }: Answer<unknown>,
  base: Path,
  id: number,
): Promise<Address> {
  const state = await compareLedger({ client, at }, manager, at(block), sheet, base, id)
  const reactor = getAddress(state.reactor)
  const read = { ...at(block), address: reactor, abi: reactorAbi }
  const [symbol, decimals, open] = await Promise.all([
    client.readContract({ ...read, abi: erc20Abi, functionName: 'symbol' }),
    client.readContract({ ...read, abi: erc20Abi, functionName: 'decimals' }),
    client.readContract({ ...read, functionName: 'openShares' }),
  ])
  sheet.value([...base, 'address'], reactor)
  sheet.value([...base, 'asset'], getAddress(state.asset))
  sheet.value([...base, 'kind'], state.isPair ? 'pair' : 'token')
  sheet.value([...base, 'symbol'], symbol)
  sheet.number([...base, 'decimals'], decimals)
  sheet.number([...base, 'shortCycles'], state.shortCycles)
  sheet.amount([...base, 'reserveAtBalance'], state.lastReserve)
  sheet.amount([...base, 'externalFlow'], state.external_)
  sheet.amount([...base, 'openShares'], open)
  return reactor
}

type Where = ReturnType<Chain['at']> | { blockNumber: bigint }

/** The ledger of a reactor as `eth_call` shows it at a block. */
export async function compareLedger(
  { client }: Pick<Chain, 'client' | 'at'>,
  manager: Address,
  where: Where,
  sheet: Sheet,
  base: Path,
  reactorId: number,
) {
  const read = { ...where, address: manager, abi: cycleManagerAbi, args: [BigInt(reactorId)] } as const
  const [state, reserve, coverage, health, floor] = await Promise.all([
    client.readContract({ ...read, functionName: 'reactorState' }),
    client.readContract({ ...read, functionName: 'reserveOf' }),
    client.readContract({ ...read, functionName: 'coverage' }),
    client.readContract({ ...read, functionName: 'health' }),
    client.readContract({ ...read, functionName: 'reserveFloor' }),
  ])
  const supply = await client.readContract({
    ...where,
    address: state.reactor,
    abi: reactorAbi,
    functionName: 'totalSupply',
  })
  sheet.amount([...base, 'totalSupply'], supply)
  sheet.amount([...base, 'idle'], state.idle)
  sheet.amount([...base, 'deployed'], state.dep)
  sheet.amount([...base, 'withheld'], state.withheld)
  sheet.amount([...base, 'reserve'], reserve)
  sheet.amount([...base, 'coverage'], coverage)
  sheet.amount([...base, 'deployedAtFill'], state.dep0)
  sheet.amount([...base, 'health'], health)
  sheet.amount([...base, 'maxLpShare'], state.maxLpShare)
  sheet.amount([...base, 'reserveFloor'], floor)
  return state
}

async function comparePositions(
  { client, at }: Chain,
  manager: Address,
  { data, block, sheet }: Answer<{ positions: { id: number }[] }>,
  reactorId: number,
): Promise<void> {
  const read = { ...at(block), address: manager, abi: cycleManagerAbi }
  const count = await client.readContract({ ...read, functionName: 'positionCount' })
  const all = await Promise.all(
    Array.from({ length: Number(count) }, (_, id) =>
      client.readContract({ ...read, functionName: 'positionState', args: [BigInt(id)] }),
    ),
  )
  const ours = all.filter(
    ({ tokenReactor, pairReactor }) =>
      Number(tokenReactor) === reactorId || Number(pairReactor) === reactorId,
  )
  sheet.length(['positions'], ours.length)
  for (const [i, { id }] of data.positions.entries()) {
    const state = all[id]
    if (state === undefined) throw new Error(`/v1/reactors/${reactorId}: the chain has no position ${id}`)
    const base = ['positions', i]
    sheet.value([...base, 'adapter'], getAddress(state.adapter))
    sheet.number([...base, 'tokenReactor'], state.tokenReactor)
    sheet.number([...base, 'pairReactor'], state.pairReactor)
    sheet.amount([...base, 'multiple'], state.multiple)
    sheet.amount([...base, 'units'], state.units)
    sheet.amount([...base, 'tokenAmount'], state.tokenAmount)
    sheet.amount([...base, 'pairAmount'], state.pairAmount)
    sheet.value([...base, 'stale'], state.stale)
  }
}

/** Cohorts summed from the tAsset's own logs. */
async function compareCohorts(
  chain: Chain,
  reactor: Address,
  { data, block, sheet }: Answer<{ openCohorts: { cohort: number }[] }>,
): Promise<void> {
  const sums = new Map<number, { requested: bigint; shares: bigint; assets: bigint }>()
  const sumOf = (cohort: bigint) => {
    const sum = sums.get(Number(cohort)) ?? { requested: 0n, shares: 0n, assets: 0n }
    sums.set(Number(cohort), sum)
    return sum
  }
  for (const log of parseEventLogs({ abi: reactorAbi, logs: await chain.logs(reactor, block) })) {
    if (log.eventName === 'RedeemRequest') sumOf(log.args.requestId).requested += log.args.shares
    if (log.eventName === 'RedeemCancelled') sumOf(log.args.requestId).requested -= log.args.shares
    if (log.eventName === 'CohortFilled') {
      sumOf(log.args.cohort).shares += log.args.shares
      sumOf(log.args.cohort).assets += log.args.assets
    }
  }
  const open = [...sums.values()].filter(({ requested, shares }) => requested !== shares)
  sheet.length(['openCohorts'], open.length)
  for (const [i, { cohort }] of data.openCohorts.entries()) {
    const sum = sums.get(cohort)
    sheet.amount(['openCohorts', i, 'requestedShares'], sum?.requested)
    sheet.amount(['openCohorts', i, 'filledShares'], sum?.shares)
    sheet.amount(['openCohorts', i, 'filledAssets'], sum?.assets)
  }
}

/** Small, so that following pages is part of the check. */
const PAGE = 2

async function checkClaims(api: Api, chain: Chain, id: number, reactor: Address): Promise<void> {
  const { block, sheet } = await api.list('/v1/reactors/{id}/claims', z.object({}), PAGE, id)
  const logs = await chain.logs(reactor, block)
  const claims = parseEventLogs({ abi: reactorAbi, eventName: 'Withdraw', logs })
  sheet.length([], claims.length)
  for (const [i, log] of claims.reverse().entries()) {
    await comparePlace(chain, sheet, [i], log)
    sheet.value([i, 'controller'], log.args.owner)
    sheet.value([i, 'receiver'], log.args.receiver)
    sheet.amount([i, 'shares'], log.args.shares)
    sheet.amount([i, 'assets'], log.args.assets)
  }
  sheet.close()
}

/** Asked for less cancelled, by cohort, of everyone who ever asked. */
async function checkRequests(api: Api, chain: Chain, id: number, reactor: Address): Promise<void> {
  const route = '/v1/reactors/{id}/requests/{controller}'
  // Where nobody ever asked the route has nothing to answer with.
  api.asked.add(route)
  const { block } = await api.get('/v1/reactors/{id}', indexed, id)
  const requests = async (upTo: { number: bigint }) =>
    parseEventLogs({ abi: reactorAbi, logs: await chain.logs(reactor, upTo) }).flatMap((log) => {
      if (log.eventName !== 'RedeemRequest' && log.eventName !== 'RedeemCancelled') return []
      const { controller, requestId, shares } = log.args
      return [{ controller, cohort: requestId, shares: log.eventName === 'RedeemRequest' ? shares : -shares }]
    })
  for (const controller of new Set((await requests(block)).map((each) => each.controller))) {
    const { block: at, sheet } = await api.get(route, z.array(z.object({})), id, controller)
    const cohorts = new Map<bigint, bigint>()
    for (const each of await requests(at)) {
      if (each.controller !== controller) continue
      cohorts.set(each.cohort, (cohorts.get(each.cohort) ?? 0n) + each.shares)
    }
    sheet.length([], cohorts.size)
    for (const [i, [cohort, shares]] of [...cohorts].sort(([a], [b]) => Number(a - b)).entries()) {
      sheet.number([i, 'cohort'], cohort)
      sheet.amount([i, 'shares'], shares)
    }
    sheet.close()
  }
}
