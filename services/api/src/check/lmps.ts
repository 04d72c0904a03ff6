import { type Address, getAddress, isAddressEqual, parseEventLogs, zeroAddress } from 'viem'
import { z } from 'zod'
import { dutchAuctionAbi, lmpAbi, lmpLensAbi, rebalanceGateAbi, signalsAbi } from '../abis.ts'
import type { Answer, Api } from './api.ts'
import { type Chain, unlessZero } from './chain.ts'
import { checkLimits } from './limits.ts'
import { comparePlace, type Place } from './place.ts'
import { addressText } from './shapes.ts'
import type { Path } from './sheet.ts'

const lmpShape = z.object({ id: addressText, decimals: z.number() })
const rowShape = z.object({ block: z.number(), logIndex: z.number() })
/** Small, so that following pages is part of the check. */
const PAGE = 7

/** @returns the vaults */
export async function checkLmps(
  api: Api,
  chain: Chain,
  { lens, signals, limits, auction }: { lens: Address; signals: Address; limits: Address; auction: Address },
): Promise<Address[]> {
  const list = await api.get('/v1/lmps', z.array(lmpShape))
  for (const [i, lmp] of list.data.entries()) await compareLmp(chain, list, [i], lmp, lens, auction)
  list.sheet.close()

  for (const { id } of list.data) {
    const one = await api.get('/v1/lmps/{id}', lmpShape, id)
    await compareLmp(chain, one, [], one.data, lens, auction)
    one.sheet.close()
    await checkDestinations(api, chain, id, signals)
    await checkLimits(api, chain, limits, id)
    await checkHistory(api, chain, id)
    const own = await api.list('/v1/lmps/{id}/rebalances', rowShape, PAGE, id)
    await compareRebalances(chain, own, [id])
  }
  const all = await api.list('/v1/rebalances', rowShape, PAGE)
  const lmps = list.data.map(({ id }) => id)
  await compareRebalances(chain, all, lmps)
  return lmps
}

async function compareLmp(
  { client, at }: Chain,
  { block, sheet }: Answer<unknown>,
  base: Path,
  { id, decimals }: z.output<typeof lmpShape>,
  lens: Address,
  auction: Address,
): Promise<void> {
  const read = { ...at(block), address: id, abi: lmpAbi }
  const derived = { ...at(block), address: lens, abi: lmpLensAbi, args: [id] } as const
  const [book, supply, assets, entry, exit, perShare, fresh, cap, feeBps, gate, recipient, asset, places] =
    await Promise.all([
      client.readContract({ ...read, functionName: 'book' }),
      client.readContract({ ...read, functionName: 'totalSupply' }),
      client.readContract({ ...read, functionName: 'totalAssets' }),
      client.readContract({ ...derived, functionName: 'entryAssets' }),
      client.readContract({ ...derived, functionName: 'exitAssets' }),
      client.readContract({ ...read, functionName: 'convertToAssets', args: [10n ** BigInt(decimals)] }),
      client.readContract({ ...read, functionName: 'isFresh' }),
      client.readContract({ ...read, functionName: 'cap' }),
      client.readContract({ ...read, functionName: 'feeBps' }),
      client.readContract({ ...read, functionName: 'gate' }),
      client.readContract({ ...read, functionName: 'feeRecipient' }),
      client.readContract({ ...read, functionName: 'asset' }),
      client.readContract({ ...read, functionName: 'decimals' }),
    ])
  sheet.amount([...base, 'totalSupply'], supply)
  sheet.amount([...base, 'totalAssets'], assets)
  sheet.amount([...base, 'entryAssets'], entry)
  sheet.amount([...base, 'exitAssets'], exit)
  sheet.amount([...base, 'assetsPerShare'], perShare)
  sheet.amount([...base, 'idle'], book.idle)
  sheet.amount([...base, 'mark'], book.mark)
  sheet.amount([...base, 'sumSafe'], book.sumSafe)
  sheet.amount([...base, 'sumMin'], book.sumMin)
  sheet.amount([...base, 'sumMax'], book.sumMax)
  sheet.amount([...base, 'locked'], book.locked)
  sheet.amount([...base, 'cap'], cap)
  sheet.number([...base, 'lockEnd'], book.lockEnd)
  sheet.number([...base, 'valuedAt'], unlessZero(book.valuedAt))
  sheet.number([...base, 'feeBps'], feeBps)
  sheet.number([...base, 'decimals'], places)
  sheet.value([...base, 'clean'], book.clean)
  sheet.value([...base, 'stale'], book.stale)
  sheet.number([...base, 'expiry'], unlessZero(book.expiry))
  sheet.number([...base, 'pausedUntil'], unlessZero(book.pausedUntil))
  sheet.value([...base, 'fresh'], fresh)
  sheet.value([...base, 'gate'], getAddress(gate))
  sheet.value([...base, 'feeRecipient'], getAddress(recipient))
  sheet.value([...base, 'asset'], getAddress(asset))
  const [flowRoom, lossRoom] = await Promise.all([
    client.readContract({ ...derived, functionName: 'flowRoom' }),
    client.readContract({ ...derived, functionName: 'lossRoom' }),
  ])
  sheet.amount([...base, 'flowRoom'], flowRoom)
  sheet.amount([...base, 'lossRoom'], lossRoom)
  const [lossMark, frozen, cover, ledger, managementBps, manager] = await Promise.all([
    client.readContract({ ...read, functionName: 'lossMark' }),
    client.readContract({ ...read, functionName: 'isFrozen' }),
    client.readContract({ ...read, functionName: 'cover' }),
    client.readContract({ ...read, functionName: 'lossLedger' }),
    client.readContract({ ...read, functionName: 'managementFeeBps' }),
    client.readContract({ ...read, functionName: 'managementFeeRecipient' }),
  ])
  sheet.amount([...base, 'lossMark'], lossMark)
  sheet.value([...base, 'frozen'], frozen)
  sheet.amount([...base, 'cover'], cover)
  sheet.value([...base, 'lossLedger'], getAddress(ledger))
  sheet.number([...base, 'managementFee', 'bps'], managementBps)
  const queue = await client.readContract({ ...derived, functionName: 'exitQueue' })
  sheet.length([...base, 'exitQueue'], queue.length)
  for (const [i, each] of queue.entries()) sheet.value([...base, 'exitQueue', i], getAddress(each))
  const proceeds = await client.readContract({
    ...at(block),
    address: auction,
    abi: dutchAuctionAbi,
    functionName: 'proceeds',
    args: [id],
  })
  sheet.amount([...base, 'auctionProceeds'], proceeds)
  sheet.value([...base, 'managementFee', 'recipient'], getAddress(manager))
}

async function checkDestinations(
  api: Api,
  { client, at }: Chain,
  lmp: Address,
  signals: Address,
): Promise<void> {
  const { block, sheet } = await api.get(
    '/v1/lmps/{id}/destinations',
    z.array(z.object({ address: addressText })),
    lmp,
  )
  const read = { ...at(block), address: lmp, abi: lmpAbi }
  const listed = await client.readContract({ ...read, functionName: 'destinations' })
  sheet.length([], listed.length)
  for (const [i, destination] of listed.entries()) {
    const [state, signal] = await Promise.all([
      client.readContract({ ...read, functionName: 'destinationState', args: [destination] }),
      client.readContract({
        ...at(block),
        address: signals,
        abi: signalsAbi,
        functionName: 'signal',
        args: [destination],
      }),
    ])
    sheet.value([i, 'address'], getAddress(destination))
    sheet.amount([i, 'units'], state.units)
    sheet.amount([i, 'safe'], state.safe)
    sheet.amount([i, 'spot'], state.spot)
    sheet.amount([i, 'backing'], state.backing)
    sheet.number([i, 'valuedAt'], unlessZero(state.valuedAt))
    sheet.number([i, 'unsafeAt'], unlessZero(state.unsafeAt))
    sheet.number([i, 'closingAt'], unlessZero(state.closingAt))
    const valued = state.valuedAt !== 0n || state.unsafeAt !== 0n
    sheet.value([i, 'ok'], valued ? state.ok : undefined)
    const taken = signal.count > 0
    sheet.amount([i, 'signal', 'rate'], taken ? signal.rate : undefined)
    sheet.amount([i, 'signal', 'base'], taken ? signal.base : undefined)
    sheet.amount([i, 'signal', 'sample'], taken ? signal.sample : undefined)
    sheet.amount([i, 'signal', 'incentiveYearly'], taken ? signal.incentiveYearly : undefined)
    sheet.amount([i, 'signal', 'incentiveOthers'], taken ? signal.incentiveOthers : undefined)
    sheet.number([i, 'signal', 'count'], taken ? signal.count : undefined)
    sheet.number([i, 'signal', 'firstAt'], unlessZero(signal.firstAt))
    sheet.number([i, 'signal', 'lastAt'], unlessZero(signal.lastAt))
    sheet.number([i, 'signal', 'fellAt'], unlessZero(signal.fellAt))
  }
  sheet.close()
}

async function checkHistory(api: Api, chain: Chain, lmp: Address): Promise<void> {
  const { block, sheet } = await api.list('/v1/lmps/{id}/history', rowShape, PAGE, lmp)
  const logs = parseEventLogs({ abi: lmpAbi, logs: await chain.logs(lmp, block) })
  // A report tells its book just before itself.
  const reports = logs.flatMap((log, i) => {
    const told = logs[i - 1]
    if (log.eventName !== 'Reported') return []
    if (told?.eventName !== 'BookChanged')
      throw new Error(`${log.transactionHash}: a report without its book`)
    return [{ log, book: told.args.book }]
  })
  sheet.length([], reports.length)
  for (const [i, { log, book }] of reports.reverse().entries()) {
    const { supply, caller } = log.args
    const { idle, sumSafe, sumMin, sumMax, locked, mark, clean } = book
    await comparePlace(chain, sheet, [i], log)
    sheet.value([i, 'caller'], caller)
    sheet.value([i, 'clean'], clean)
    sheet.amount([i, 'idle'], idle)
    sheet.amount([i, 'sumSafe'], sumSafe)
    sheet.amount([i, 'sumMin'], sumMin)
    sheet.amount([i, 'sumMax'], sumMax)
    sheet.amount([i, 'locked'], locked)
    sheet.amount([i, 'mark'], mark)
    sheet.amount([i, 'totalSupply'], supply)
  }
  sheet.close()
}

async function compareRebalances(
  chain: Chain,
  { block, sheet }: Answer<unknown>,
  lmps: Address[],
): Promise<void> {
  const logs = await chain.logs(lmps, block)
  const rebalances = parseEventLogs({ abi: lmpAbi, eventName: 'Rebalanced', logs }).reverse()
  sheet.length([], rebalances.length)
  for (const [i, log] of rebalances.entries()) {
    const { solver, outs, ins } = log.args
    const lmp = getAddress(log.address)
    await comparePlace(chain, sheet, [i], log)
    sheet.value([i, 'lmp'], lmp)
    sheet.value([i, 'solver'], solver)
    for (const [side, legs] of Object.entries({ outs, ins })) {
      sheet.length([i, side], legs.length)
      for (const [k, { destination, units }] of legs.entries()) {
        sheet.value([i, side, k, 'destination'], destination === zeroAddress ? undefined : destination)
        sheet.amount([i, side, k, 'units'], units)
      }
    }
    const finding = await findingOf(chain, lmp, log)
    sheet.amount([i, 'check', 'cost'], finding?.cost)
    sheet.amount([i, 'check', 'gain'], finding?.gain)
    sheet.amount([i, 'check', 'incomeBefore'], finding?.incomeBefore)
    sheet.amount([i, 'check', 'incomeAfter'], finding?.incomeAfter)
    sheet.amount([i, 'check', 'moved'], finding?.moved)
    sheet.amount([i, 'check', 'factor'], finding?.factor)
  }
  sheet.close()
}

/**
 * The gate's word on a rebalance: its first finding for the vault after it, in the same transaction, before the vault's
 * next rebalance. The gate is not asked where a closing destination is left.
 */
async function findingOf({ client }: Chain, lmp: Address, { transactionHash, logIndex }: Place) {
  const { logs } = await client.getTransactionReceipt({ hash: transactionHash })
  const next = parseEventLogs({ abi: lmpAbi, eventName: 'Rebalanced', logs }).find(
    (log) => log.logIndex > logIndex && isAddressEqual(log.address, lmp),
  )
  return parseEventLogs({ abi: rebalanceGateAbi, eventName: 'RebalanceChecked', args: { lmp }, logs }).find(
    (found) => found.logIndex > logIndex && found.logIndex < (next?.logIndex ?? Infinity),
  )?.args
}
