import { type Address, maxUint256, parseEventLogs } from 'viem'
import { z } from 'zod'
import { lmpAbi, lossLedgerAbi, lossOracleAbi } from '../abis.ts'
import type { Api } from './api.ts'
import { type Chain, unlessZero } from './chain.ts'
import { comparePlace } from './place.ts'
import { addressText } from './shapes.ts'
import type { Path, Sheet } from './sheet.ts'

/** Who decides about losses. */
export interface Deciders {
  readonly ledgerOf: (lmp: Address) => Address
  readonly ledgers: readonly Address[]
  readonly oracle: Address
  readonly recovery: Address
}

/** Small, so that following pages is part of the check. */
const PAGE = 3

const caseShape = z.object({ id: z.string() })
const anyRow = z.object({ block: z.number() })

export async function checkLosses(
  api: Api,
  chain: Chain,
  deciders: Deciders,
  lmps: readonly Address[],
): Promise<void> {
  const list = await api.list('/v1/losses', caseShape, PAGE)
  const events = await lossEvents(chain, deciders, lmps, list.block)
  const opened = events.cases.flatMap((log) => (log.eventName === 'CaseOpened' ? [log] : [])).reverse()
  list.sheet.length([], opened.length)
  for (const [i, log] of opened.entries()) await compareCase(chain, list.sheet, [i], log, events)
  list.sheet.close()

  // Where there never was a case the route has nothing to answer with.
  api.asked.add('/v1/losses/{id}')
  for (const { id } of list.data) {
    const one = await api.get('/v1/losses/{id}', caseShape, id)
    const found = await lossEvents(chain, deciders, lmps, one.block)
    const log = found.cases.find((each) => each.eventName === 'CaseOpened' && idOf(each.args) === id)
    if (log?.eventName !== 'CaseOpened') throw new Error(`/v1/losses/${id}: the chain has no such case`)
    await compareCase(chain, one.sheet, [], log, found)
    one.sheet.close()
  }
  for (const lmp of lmps) {
    await checkCurrent(api, chain, deciders, lmp)
    await checkCheckpoints(api, chain, deciders, lmp)
  }
}

const idOf = ({ lmp, epoch }: { lmp: Address; epoch: bigint }) => `${lmp}-${epoch}`

/** The words of ledger and oracle on our vaults, up to a block. */
async function lossEvents(
  chain: Chain,
  { ledgers, oracle }: Deciders,
  lmps: readonly Address[],
  block: { number: bigint },
) {
  const ours = <T extends { args: object }>(logs: T[]) =>
    logs.filter(({ args }) => 'lmp' in args && lmps.some((lmp) => lmp === args.lmp))
  return {
    cases: ours(parseEventLogs({ abi: lossOracleAbi, logs: await chain.logs(oracle, block) })),
    checkpoints: ours(
      parseEventLogs({
        abi: lossLedgerAbi,
        eventName: 'CheckpointWritten',
        logs: await chain.logs([...ledgers], block),
      }),
    ),
  }
}

type LossEvents = Awaited<ReturnType<typeof lossEvents>>
type Opened = Extract<LossEvents['cases'][number], { eventName: 'CaseOpened' }>

async function compareCase(
  chain: Chain,
  sheet: Sheet,
  base: Path,
  log: Opened,
  { cases, checkpoints }: LossEvents,
): Promise<void> {
  const { lmp, epoch, first, last, windowHash, loss, executableAt, signers } = log.args
  await comparePlace(chain, sheet, base, log)
  sheet.value([...base, 'id'], idOf(log.args))
  sheet.value([...base, 'lmp'], lmp)
  sheet.number([...base, 'epoch'], epoch)
  const timeOf = async (id: bigint) => {
    const found = checkpoints.find(({ args }) => args.lmp === lmp && args.id === id)
    return found && chain.time(found.blockNumber)
  }
  sheet.number([...base, 'window', 'first'], first)
  sheet.number([...base, 'window', 'last'], last)
  sheet.number([...base, 'window', 'firstAt'], await timeOf(first))
  sheet.number([...base, 'window', 'lastAt'], await timeOf(last))
  sheet.value([...base, 'window', 'hash'], windowHash)
  sheet.amount([...base, 'reportedLoss'], loss)
  sheet.number([...base, 'executableAt'], executableAt)
  sheet.length([...base, 'signers'], signers.length)
  for (const [i, signer] of signers.entries()) sheet.value([...base, 'signers', i], signer)

  const decision = cases.find(
    (each) =>
      (each.eventName === 'CaseExecuted' || each.eventName === 'CaseRejected') &&
      idOf(each.args) === idOf(log.args),
  )
  const executed = decision?.eventName === 'CaseExecuted' ? decision.args : undefined
  const rejected = decision?.eventName === 'CaseRejected' ? decision.args : undefined
  sheet.value([...base, 'status'], executed ? 'executed' : rejected ? 'rejected' : 'open')
  const decided = [...base, 'decided']
  sheet.number([...decided, 'block'], decision?.blockNumber)
  sheet.number([...decided, 'timestamp'], decision && (await chain.time(decision.blockNumber)))
  sheet.value([...decided, 'transactionHash'], decision?.transactionHash)
  sheet.amount([...decided, 'loss'], (executed ?? rejected)?.loss)
  sheet.amount([...decided, 'threshold'], rejected?.threshold)
  sheet.amount([...decided, 'coverage'], executed?.coverage)
  sheet.amount([...decided, 'slashed'], executed?.slashed)
  sheet.number([...decided, 'vestingId'], vestingId(executed))
}

const vestingId = (executed: { recoveryId: bigint } | undefined) =>
  executed === undefined || executed.recoveryId === maxUint256 ? undefined : executed.recoveryId

async function checkCurrent(
  api: Api,
  { client, at }: Chain,
  { ledgerOf, oracle }: Deciders,
  lmp: Address,
): Promise<void> {
  const { block, sheet } = await api.get('/v1/losses/current/{lmp}', z.object({ lmp: addressText }), lmp)
  const ledger = ledgerOf(lmp)
  const read = { ...at(block), address: ledger, abi: lossLedgerAbi, args: [lmp] } as const
  const [state, measured, mark, cover, open] = await Promise.all([
    client.readContract({ ...read, functionName: 'state' }),
    client.readContract({ ...read, functionName: 'measure' }).catch(() => undefined),
    client.readContract({ ...at(block), address: lmp, abi: lmpAbi, functionName: 'lossMark' }),
    client.readContract({ ...at(block), address: lmp, abi: lmpAbi, functionName: 'cover' }),
    client.readContract({
      ...at(block),
      address: oracle,
      abi: lossOracleAbi,
      functionName: 'openCase',
      args: [lmp],
    }),
  ])
  sheet.amount(['mark'], mark)
  sheet.amount(['cover'], cover)
  sheet.number(['checkpoints'], state.count)
  sheet.number(['since'], state.since)
  sheet.number(['above'], state.above)
  sheet.number(['epoch'], state.epoch)
  const isFrozen = state.frozenAt !== 0n
  sheet.number(['freeze', 'since'], isFrozen ? state.frozenAt : undefined)
  sheet.number(['freeze', 'until'], isFrozen ? state.freezeEnd : undefined)
  sheet.value(['openCase'], open.openedAt === 0n ? undefined : idOf({ lmp, epoch: open.epoch }))
  sheet.amount(['now', 'loss'], measured?.[0])
  sheet.amount(['now', 'high'], measured?.[1])
  sheet.amount(['now', 'threshold'], measured?.[2])
  const last =
    state.count === 0n
      ? undefined
      : await client.readContract({
          ...at(block),
          address: ledger,
          abi: lossLedgerAbi,
          functionName: 'checkpointAt',
          args: [lmp, state.count - 1n],
        })
  const row = ['lastCheckpoint']
  sheet.number([...row, 'checkpoint'], last && state.count - 1n)
  sheet.number([...row, 'timestamp'], last?.time)
  sheet.amount([...row, 'high'], last?.high)
  sheet.amount([...row, 'low'], last && unlessZero(last.low))
  sheet.amount([...row, 'totalSupply'], last?.supply)
  sheet.amount([...row, 'mark'], last?.mark)
  sheet.amount([...row, 'loss'], last && lossIn(last))
  sheet.value([...row, 'hash'], last?.hash)
  sheet.close()
}

/** max(0, mark - high) * supply, rounded down. */
function lossIn({ mark, high, supply }: { mark: bigint; high: bigint; supply: bigint }): bigint {
  return mark > high ? ((mark - high) * supply) / 10n ** 18n : 0n
}

async function checkCheckpoints(api: Api, chain: Chain, deciders: Deciders, lmp: Address): Promise<void> {
  const { block, sheet } = await api.list('/v1/lmps/{id}/checkpoints', anyRow, PAGE, lmp)
  const { checkpoints } = await lossEvents(chain, deciders, [lmp], block)
  sheet.length([], checkpoints.length)
  for (const [i, log] of checkpoints.reverse().entries()) {
    const { id, high, low, supply, mark, loss, hash } = log.args
    await comparePlace(chain, sheet, [i], log)
    sheet.number([i, 'checkpoint'], id)
    sheet.amount([i, 'high'], high)
    sheet.amount([i, 'low'], unlessZero(low))
    sheet.amount([i, 'totalSupply'], supply)
    sheet.amount([i, 'mark'], mark)
    sheet.amount([i, 'loss'], loss)
    sheet.value([i, 'hash'], hash)
  }
  sheet.close()
}
