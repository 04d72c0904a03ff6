import { type Address, parseEventLogs } from 'viem'
import { z } from 'zod'
import { cycleManagerAbi } from '../abis.ts'
import type { Answer, Api } from './api.ts'
import { type Chain, type MinedLog, unlessZero } from './chain.ts'
import { compareLedger } from './reactors.ts'
import type { Path, Sheet } from './sheet.ts'

const PHASES = ['open', 'mark', 'balance', 'plan', 'move', 'fill'] as const
const REASONS = ['contribution', 'withdrawal', 'haircut'] as const
/** Small, so that following pages is part of the check. */
const PAGE = 2

const cycleShape = z.object({ number: z.number() })

export async function checkCycles(api: Api, chain: Chain, manager: Address): Promise<void> {
  const list = await api.list('/v1/cycles', cycleShape, PAGE)
  const all = eventsOf(await chain.logs(manager, list.block))
  const completed = all.filter(({ eventName }) => eventName === 'CycleCompleted').length
  list.sheet.length([], completed + 1)
  for (const [i, { number }] of list.data.entries()) {
    await compareHead(chain, manager, list, [i], number, all)
    compareFlows(list.sheet, [i], number, all)
  }
  list.sheet.close()

  let closed = 0
  const shape = cycleShape.extend({ ledgers: z.array(z.object({ reactorId: z.number() })) })
  for (const { number } of list.data) {
    const one = await api.get('/v1/cycles/{number}', shape, number)
    const events = eventsOf(await chain.logs(manager, one.block))
    const completedBlock = await compareHead(chain, manager, one, [], number, events)
    compareFlows(one.sheet, [], number, events)
    compareItems(one.sheet, number, events)
    compareExternal(one.sheet, number, events)
    if (completedBlock !== undefined && !(await chain.hasState(completedBlock, manager))) {
      one.sheet.leaveOut(['ledgers'], `the node keeps no state of block ${completedBlock}`)
      one.sheet.close()
      continue
    }
    const where = completedBlock === undefined ? chain.at(one.block) : { blockNumber: completedBlock }
    if (completedBlock !== undefined) closed++
    for (const [i, { reactorId }] of one.data.ledgers.entries()) {
      await compareLedger(chain, manager, where, one.sheet, ['ledgers', i], reactorId)
    }
    const count = await chain.client.readContract({
      ...where,
      address: manager,
      abi: cycleManagerAbi,
      functionName: 'reactorCount',
    })
    one.sheet.length(['ledgers'], Number(count))
    one.sheet.close()
  }
  if (completed > 0 && closed === 0)
    throw new Error('the node keeps the state of no completed cycle: name one with an archive by --rpc')
}

const eventsOf = (logs: MinedLog[]) => parseEventLogs({ abi: cycleManagerAbi, logs })
type Events = ReturnType<typeof eventsOf>

/** @returns the block that completed the cycle */
async function compareHead(
  chain: Chain,
  manager: Address,
  { block, sheet }: Answer<unknown>,
  base: Path,
  number: number,
  events: Events,
): Promise<bigint | undefined> {
  const completion = events.find(
    (log) => log.eventName === 'CycleCompleted' && Number(log.args.cycle) === number,
  )
  const before = events.find(
    (log) => log.eventName === 'CycleCompleted' && Number(log.args.cycle) === number - 1,
  )
  const rollover = events.find(
    (log) => log.eventName === 'RolloverStarted' && Number(log.args.cycle) === number,
  )
  const timeOf = (log: Events[number] | undefined) =>
    log === undefined ? undefined : chain.time(log.blockNumber)
  sheet.number([...base, 'startedAt'], await timeOf(before))
  sheet.number([...base, 'endsAt'], before?.eventName === 'CycleCompleted' ? before.args.nextEnd : undefined)
  sheet.number([...base, 'rolloverAt'], await timeOf(rollover))
  sheet.number([...base, 'completedAt'], await timeOf(completion))
  sheet.number([...base, 'completedBlock'], completion?.blockNumber)
  if (completion !== undefined) {
    sheet.value([...base, 'phase'], 'completed')
    sheet.number([...base, 'left'], 0)
    return completion.blockNumber
  }
  const state = await chain.client.readContract({
    ...chain.at(block),
    address: manager,
    abi: cycleManagerAbi,
    functionName: 'state',
  })
  sheet.number([...base, 'number'], state.cycle)
  sheet.value([...base, 'phase'], PHASES[state.phase])
  sheet.number([...base, 'left'], state.left)
  sheet.number([...base, 'rolloverAt'], unlessZero(state.rolloverAt))
  return undefined
}

function compareFlows(sheet: Sheet, base: Path, cycle: number, events: Events): void {
  const flows = events.flatMap((log) =>
    log.eventName === 'ReactorBalanced' && Number(log.args.cycle) === cycle ? [log] : [],
  )
  sheet.length([...base, 'flows'], flows.length)
  for (const [i, { args, blockNumber }] of byId(flows, ({ args }) => args.reactorId).entries()) {
    const row = [...base, 'flows', i]
    sheet.number([...row, 'reactorId'], args.reactorId)
    sheet.number([...row, 'block'], blockNumber)
    sheet.amount([...row, 'flow'], args.flow)
    sheet.amount([...row, 'reserve'], args.reserve)
    sheet.amount([...row, 'totalSupply'], args.supply)
    sheet.amount([...row, 'lpAssets'], args.lpAssets)
  }
}

function compareItems(sheet: Sheet, cycle: number, events: Events): void {
  const ours = events.filter((log) => 'cycle' in log.args && Number(log.args.cycle) === cycle)

  const plans = ours.flatMap((log) => (log.eventName === 'ReactorPlanned' ? [log] : []))
  sheet.length(['plans'], plans.length)
  for (const [i, { args, blockNumber }] of byId(plans, ({ args }) => args.reactorId).entries()) {
    sheet.number(['plans', i, 'reactorId'], args.reactorId)
    sheet.number(['plans', i, 'block'], blockNumber)
    sheet.amount(['plans', i, 'target'], args.target)
  }

  const fills = ours.flatMap((log) => (log.eventName === 'ReactorFilled' ? [log] : []))
  sheet.length(['fills'], fills.length)
  for (const [i, { args, blockNumber }] of byId(fills, ({ args }) => args.reactorId).entries()) {
    sheet.number(['fills', i, 'reactorId'], args.reactorId)
    sheet.number(['fills', i, 'block'], blockNumber)
    sheet.amount(['fills', i, 'shares'], args.shares)
    sheet.amount(['fills', i, 'assets'], args.assets)
  }

  const marks = ours.flatMap((log) => (log.eventName === 'PositionMarked' ? [log] : []))
  sheet.length(['marks'], marks.length)
  for (const [i, { args, blockNumber }] of byId(marks, ({ args }) => args.positionId).entries()) {
    sheet.number(['marks', i, 'positionId'], args.positionId)
    sheet.number(['marks', i, 'block'], blockNumber)
    sheet.amount(['marks', i, 'tokenAmount'], args.tokenAmount)
    sheet.amount(['marks', i, 'pairAmount'], args.pairAmount)
    sheet.amount(['marks', i, 'price'], unlessZero(args.price))
    sheet.value(['marks', i, 'stale'], args.stale)
  }

  const moves = ours.flatMap((log) => (log.eventName === 'PositionMoved' ? [log] : []))
  sheet.length(['moves'], moves.length)
  for (const [i, { args, blockNumber }] of byId(moves, ({ args }) => args.positionId).entries()) {
    sheet.number(['moves', i, 'positionId'], args.positionId)
    sheet.number(['moves', i, 'block'], blockNumber)
    sheet.amount(['moves', i, 'units'], args.units)
    sheet.amount(['moves', i, 'tokenIdle'], args.tokenIdle)
    sheet.amount(['moves', i, 'pairIdle'], args.pairIdle)
    sheet.amount(['moves', i, 'tokenAmount'], args.tokenAmount)
    sheet.amount(['moves', i, 'pairAmount'], args.pairAmount)
    sheet.value(['moves', i, 'skipped'], args.skipped)
  }
}

/** External flows have no cycle in them: they belong to the cycle that was not completed when they came. */
function compareExternal(sheet: Sheet, cycle: number, events: Events): void {
  const sums = new Map<string, { reactorId: bigint; reason: number; amount: bigint; count: number }>()
  let current = 0
  for (const log of events) {
    if (log.eventName === 'CycleCompleted') current++
    if (log.eventName !== 'ExternalFlow' || current !== cycle) continue
    const { reactorId, reason, amount } = log.args
    const sum = sums.get(`${reactorId}/${reason}`) ?? { reactorId, reason, amount: 0n, count: 0 }
    sums.set(`${reactorId}/${reason}`, { ...sum, amount: sum.amount + amount, count: sum.count + 1 })
  }
  const named = [...sums.values()].map((sum) => ({ ...sum, reason: REASONS[sum.reason] ?? '' }))
  named.sort((a, b) => Number(a.reactorId - b.reactorId) || (a.reason < b.reason ? -1 : 1))
  sheet.length(['externalFlows'], named.length)
  for (const [i, { reactorId, reason, amount, count }] of named.entries()) {
    sheet.number(['externalFlows', i, 'reactorId'], reactorId)
    sheet.value(['externalFlows', i, 'reason'], reason)
    sheet.amount(['externalFlows', i, 'amount'], amount)
    sheet.number(['externalFlows', i, 'count'], count)
  }
}

const byId = <T>(rows: T[], id: (row: T) => bigint): T[] => [...rows].sort((a, b) => Number(id(a) - id(b)))
