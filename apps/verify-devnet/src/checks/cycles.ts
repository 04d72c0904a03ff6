import { adapterAbi, cycleManagerAbi, tokenAbi } from '../abi.ts'
import { balances, type CycleReplay, type ReactorBooks, replayCycles, reserveOf } from '../replay/cycles.ts'
import type { Report } from '../report.ts'
import { type Run, sum } from '../run.ts'

/** Of the latest completions so many must still be checked against state; a node forgets older ones. */
const STATES_NEEDED = 3

export async function checkCycles(run: Run, report: Report, wanted: number): Promise<void> {
  const { cycles } = run
  const numbers = cycles.completed.map(({ cycle }) => cycle).join(', ')
  report.check(
    `at least ${wanted} cycles complete`,
    cycles.completed.length >= wanted,
    `${cycles.completed.length} completed: ${numbers || 'none'}`,
  )
  report.none(
    'each cycle completes once, in order, after each of its steps was done once; R, T and L of each balance are the replayed ones',
    cycles.faults,
    cycles.completed.length,
    `${run.cycleEvents.length} events of ${cycles.reactors.length} reactors and ${cycles.positions.length} positions`,
  )
  await checkFlows(run, report)
  await checkCompletions(run, report)
  await checkHead(run, report)
}

async function checkFlows(run: Run, report: Report): Promise<void> {
  for (const [claim, wanted] of [
    ['a cycle pays a surplus into the reserve', (flow: bigint) => flow > 0n],
    ['a cycle takes a deficit out of the reserve', (flow: bigint) => flow < 0n],
  ] as const) {
    const found = run.cycles.flows.filter(({ flow }) => wanted(flow))
    const shown = await Promise.all(
      found.map(async ({ cycle, reactorId, flow }) => {
        const asset = run.cycles.reactors[Number(reactorId)]?.asset
        return `cycle ${cycle} reactor ${reactorId} ${asset === undefined ? flow : await run.show(asset, flow)}`
      }),
    )
    report.check(claim, found.length > 0, shown.join('; ') || `none among ${run.cycles.flows.length} flows`)
  }
}

async function checkCompletions(run: Run, report: Report): Promise<void> {
  const faults: string[] = []
  let kept = 0
  for (const { cycle, block } of run.cycles.completed) {
    const replay = replayCycles(run.cycleEvents.filter((event) => event.block <= block))
    faults.push(...identityFaults(replay).map((fault) => `cycle ${cycle}: ${fault}`))
    if (!(await run.chain.hasState(block, run.cycleManager))) continue
    kept++
    faults.push(...(await stateFaults(run, replay, block)).map((fault) => `cycle ${cycle}: ${fault}`))
  }
  const completed = run.cycles.completed.length
  const needed = Math.min(STATES_NEEDED, completed)
  if (kept < needed) faults.push(`the node keeps the state of ${kept} completions, ${needed} are needed`)
  const forgotten = completed - kept
  report.none(
    'after each complete idle + dep == T + R, all replayed from events; tokens held >= idle + W; T == supply of the tAsset',
    faults,
    completed,
    `${completed} completions, ${kept} of them against state${forgotten > 0 ? ` (the node has forgotten ${forgotten})` : ''}`,
  )
}

async function checkHead(run: Run, report: Report): Promise<void> {
  const { cycles, chain } = run
  const faults = cycles.rolling ? [] : identityFaults(cycles)
  faults.push(...(await stateFaults(run, cycles, chain.head)))
  report.none(
    'the same at the head of the chain',
    faults,
    cycles.reactors.length,
    `block ${chain.head}${cycles.rolling ? ', inside a rollover: idle + dep == T + R is due at its balance' : ''}`,
  )
  for (const [id, books] of cycles.reactors.entries()) {
    const held = await heldBy(run, books, chain.head)
    const booked = books.idle + books.withheld
    const shown = await Promise.all(
      [held, booked, reserveOf(books)].map((amount) => run.show(books.asset, amount)),
    )
    report.check(
      `reactor ${id}: the cycle manager holds what the books say`,
      held >= booked,
      `holds ${shown[0]}, idle + W ${shown[1]}, R ${shown[2]}`,
    )
  }
}

/** Books that do not balance. */
export function identityFaults({ reactors }: CycleReplay): string[] {
  return reactors.flatMap((books, id) =>
    balances(books)
      ? []
      : [
          `reactor ${id}: idle ${books.idle} + dep ${books.dep} is not T ${books.supply} + R ${reserveOf(books)}`,
        ],
  )
}

const heldBy = (run: Run, { asset }: ReactorBooks, blockNumber: bigint) =>
  run.chain.client.readContract({
    address: asset,
    abi: tokenAbi,
    functionName: 'balanceOf',
    args: [run.cycleManager],
    blockNumber,
  })

/** Where the state at a block is not what the events up to it say. */
async function stateFaults(run: Run, replay: CycleReplay, blockNumber: bigint): Promise<string[]> {
  const perReactor = replay.reactors.map((_, id) => reactorFaults(run, replay, id, blockNumber))
  const perPosition = replay.positions.map(async ({ adapter, units }, id) => {
    const { client } = run.chain
    const pool = await client.readContract({
      address: adapter,
      abi: adapterAbi,
      functionName: 'pool',
      blockNumber,
    })
    const held = await client.readContract({
      address: pool,
      abi: tokenAbi,
      functionName: 'balanceOf',
      args: [adapter],
      blockNumber,
    })
    return held < units ? [`position ${id}: ${held} LP tokens held, ${units} units replayed`] : []
  })
  return (await Promise.all([...perReactor, ...perPosition])).flat()
}

async function reactorFaults(
  run: Run,
  replay: CycleReplay,
  id: number,
  blockNumber: bigint,
): Promise<string[]> {
  const { client } = run.chain
  const books = replay.reactors[id]
  if (books === undefined) throw new Error(`no reactor ${id}`)
  const manager = {
    address: run.cycleManager,
    abi: cycleManagerAbi,
    args: [BigInt(id)],
    blockNumber,
  } as const
  const [held, supply, state, reserve] = await Promise.all([
    heldBy(run, books, blockNumber),
    client.readContract({ address: books.reactor, abi: tokenAbi, functionName: 'totalSupply', blockNumber }),
    client.readContract({ ...manager, functionName: 'reactorState' }),
    client.readContract({ ...manager, functionName: 'reserveOf' }),
  ])
  const transfers = run.transfers.get(books.asset) ?? []
  const moved = sum(transfers.filter(({ block }) => block <= blockNumber).map(({ amount }) => amount))
  const faults: string[] = []
  const expect = (what: string, found: bigint, replayed: bigint) => {
    if (found !== replayed) faults.push(`reactor ${id}: ${what} ${found}, replayed ${replayed}`)
  }
  if (held < books.idle + books.withheld) {
    faults.push(`reactor ${id}: ${held} tokens held, idle + W is ${books.idle + books.withheld}`)
  }
  expect('tokens held', held, moved)
  expect('supply of the tAsset', supply, books.supply)
  expect('booked idle', state.idle, books.idle)
  expect('booked dep', state.dep, books.dep)
  expect('booked W', state.withheld, books.withheld)
  // R as the contract computes it: a cross-check of the replay, not its source.
  if (!replay.rolling) expect('R', reserve, reserveOf(books))
  return faults
}
