import { type Address, getAddress, parseEventLogs, zeroAddress } from 'viem'
import { z } from 'zod'
import { backingPoolAbi, feeSplitterAbi, lmpAbi, lossLedgerAbi, lossOracleAbi } from '../abis.ts'
import type { Answer, Api } from './api.ts'
import { type Chain, unlessZero } from './chain.ts'
import type { Deciders } from './losses.ts'
import { addressText } from './shapes.ts'
import type { Path } from './sheet.ts'

/** `IBackingPool.Mode`, by its number. */
const MODES = ['slashing', 'no-slashing'] as const
const DAY = 86_400

const poolShape = z.object({
  lmp: addressText,
  pool: addressText,
  splitters: z.array(z.object({ address: addressText })),
})
const stakeShape = z.object({ exits: z.array(z.object({ day: z.number() })) })

export async function checkBacking(
  api: Api,
  chain: Chain,
  deciders: Deciders,
  lmps: readonly Address[],
): Promise<void> {
  const list = await api.get('/v1/backing', z.array(poolShape))
  for (const [i, row] of list.data.entries()) await comparePool(chain, deciders, list, [i], row)
  for (const lmp of await backedOf(chain, deciders, lmps, list)) {
    list.sheet.value([list.data.findIndex((row) => row.lmp === lmp), 'lmp'], lmp)
  }
  list.sheet.close()

  for (const { lmp, pool } of list.data) {
    const one = await api.get('/v1/backing/{lmp}', poolShape, lmp)
    await comparePool(chain, deciders, one, [], one.data)
    one.sheet.close()
    const logs = await chain.logs(pool, one.block)
    const staked = parseEventLogs({ abi: backingPoolAbi, eventName: 'Staked', logs })
    for (const account of new Set(staked.map(({ args }) => args.account))) {
      await checkStake(api, chain, lmp, pool, account)
    }
  }
  // Where nobody ever staked the route has nothing to answer with.
  api.asked.add('/v1/backing/{lmp}')
  api.asked.add('/v1/backing/{lmp}/positions/{account}')
}

/** The vaults the oracle knows a pool of. */
async function backedOf(
  chain: Chain,
  { oracle }: Deciders,
  lmps: readonly Address[],
  { block }: Answer<unknown>,
): Promise<Address[]> {
  const pools = await Promise.all(
    lmps.map((lmp) =>
      chain.client.readContract({
        ...chain.at(block),
        address: oracle,
        abi: lossOracleAbi,
        functionName: 'backingOf',
        args: [lmp],
      }),
    ),
  )
  return lmps.filter((_, i) => pools[i] !== zeroAddress)
}

async function comparePool(
  chain: Chain,
  { ledgerOf, oracle }: Deciders,
  { block, sheet }: Answer<unknown>,
  base: Path,
  { lmp, pool, splitters }: z.output<typeof poolShape>,
): Promise<void> {
  const { client } = chain
  const read = { ...chain.at(block), address: pool, abi: backingPoolAbi }
  const ofLmp = { ...chain.at(block), address: lmp, abi: lmpAbi }
  const [totals, mode, ofPool, asset, yearly, backing, state, isFrozen, feeRecipient] = await Promise.all([
    client.readContract({ ...read, functionName: 'totals' }),
    client.readContract({ ...read, functionName: 'mode' }),
    client.readContract({ ...read, functionName: 'lmp' }),
    client.readContract({ ...read, functionName: 'asset' }),
    client.readContract({ ...read, functionName: 'yearlyFeesPerToke' }),
    client.readContract({
      ...chain.at(block),
      address: oracle,
      abi: lossOracleAbi,
      functionName: 'backingOf',
      args: [lmp],
    }),
    client.readContract({
      ...chain.at(block),
      address: ledgerOf(lmp),
      abi: lossLedgerAbi,
      functionName: 'state',
      args: [lmp],
    }),
    client.readContract({ ...ofLmp, functionName: 'isFrozen' }),
    client.readContract({ ...ofLmp, functionName: 'feeRecipient' }),
  ])
  sheet.value([...base, 'lmp'], getAddress(ofPool))
  if (backing !== zeroAddress) sheet.value([...base, 'pool'], getAddress(backing))
  sheet.value([...base, 'mode'], MODES[mode])
  sheet.value([...base, 'asset'], getAddress(asset))
  sheet.amount([...base, 'toke'], totals.toke)
  sheet.amount([...base, 'totalShares'], totals.shares)
  sheet.amount([...base, 'rate'], totals.rate)
  sheet.number([...base, 'end'], totals.end)
  sheet.number([...base, 'cases'], totals.cases)
  sheet.amount([...base, 'yearlyFeesPerToke'], yearly)
  const freeze = MODES[mode] === 'slashing' && isFrozen && state.frozenAt !== 0n ? state : undefined
  sheet.number([...base, 'freeze', 'since'], freeze?.frozenAt)
  sheet.number([...base, 'freeze', 'until'], freeze?.freezeEnd)

  sheet.length([...base, 'splitters'], 2)
  for (const [i, { address }] of splitters.entries()) {
    const row = [...base, 'splitters', i]
    const [pending, held, target] = await Promise.all([
      client.readContract({
        ...chain.at(block),
        address,
        abi: feeSplitterAbi,
        functionName: 'pendingShares',
      }),
      client.readContract({ ...ofLmp, functionName: 'balanceOf', args: [address] }),
      client.readContract({ ...chain.at(block), address, abi: feeSplitterAbi, functionName: 'pool' }),
    ])
    const logs = await chain.logs(address, block)
    const distributed = parseEventLogs({ abi: feeSplitterAbi, eventName: 'Distributed', logs })
    const sum = (part: 'shares' | 'assets' | 'toProtocol') =>
      distributed.reduce((all, { args }) => all + args[part], 0n)
    const last = distributed.at(-1)
    sheet.value([...base, 'pool'], getAddress(target))
    if (address === getAddress(feeRecipient)) sheet.value([...row, 'fee'], 'performance')
    sheet.amount([...row, 'pendingShares'], pending)
    sheet.amount([...row, 'heldShares'], held)
    sheet.amount([...row, 'distributedShares'], sum('shares'))
    sheet.amount([...row, 'distributedAssets'], sum('assets'))
    sheet.amount([...row, 'protocolShares'], sum('toProtocol'))
    sheet.number([...row, 'lastAt'], last && (await chain.time(last.blockNumber)))
  }
}

async function checkStake(
  api: Api,
  chain: Chain,
  lmp: Address,
  pool: Address,
  account: Address,
): Promise<void> {
  const { client } = chain
  const { block, sheet } = await api.get('/v1/backing/{lmp}/positions/{account}', stakeShape, lmp, account)
  const read = { ...chain.at(block), address: pool, abi: backingPoolAbi }
  const [totals, shares, claimable] = await Promise.all([
    client.readContract({ ...read, functionName: 'totals' }),
    client.readContract({ ...read, functionName: 'sharesOf', args: [account] }),
    client.readContract({ ...read, functionName: 'claimable', args: [account] }),
  ])
  const atRisk = (part: bigint) => (part === 0n ? 0n : (part * totals.toke) / totals.shares)
  sheet.value(['pool'], pool)
  sheet.value(['account'], account)
  sheet.amount(['shares'], shares)
  sheet.amount(['toke'], atRisk(shares))
  sheet.amount(['claimable'], claimable)

  const requested = parseEventLogs({
    abi: backingPoolAbi,
    eventName: 'ExitRequested',
    args: { account },
    logs: await chain.logs(pool, block),
  })
  const days = [...new Set(requested.map(({ args }) => args.day))].sort((a, b) => Number(a - b))
  const exits = await Promise.all(
    days.map(async (day) => ({
      day,
      shares: await client.readContract({ ...read, functionName: 'exitOf', args: [account, day] }),
      // Whoever's bucket has left can withdraw it: the contract itself says whether and how much.
      toke: await client
        .readContract({
          ...chain.at(block),
          address: pool,
          abi: withdrawAbi,
          functionName: 'withdraw',
          args: [day, account],
          account,
        })
        .catch(() => undefined),
    })),
  )
  const open = exits.filter((exit) => exit.shares !== 0n)
  sheet.length(['exits'], open.length)
  for (const [i, exit] of open.entries()) {
    const leavesAt = Number(exit.day) * DAY
    const waiting = leavesAt <= Number(block.timestamp) ? 'due' : 'cooling'
    sheet.number(['exits', i, 'day'], exit.day)
    sheet.number(['exits', i, 'leavesAt'], leavesAt)
    sheet.amount(['exits', i, 'shares'], exit.shares)
    sheet.value(['exits', i, 'state'], exit.toke === undefined ? waiting : 'left')
    sheet.amount(['exits', i, 'toke'], exit.toke ?? atRisk(exit.shares))
  }

  const returns = await Promise.all(
    Array.from({ length: Number(totals.cases) }, async (_, caseId) => ({
      caseId,
      toke: unlessZero(
        await client.readContract({ ...read, functionName: 'returnable', args: [account, BigInt(caseId)] }),
      ),
    })),
  )
  const owed = returns.filter(({ toke }) => toke !== undefined)
  sheet.length(['returns'], owed.length)
  for (const [i, { caseId, toke }] of owed.entries()) {
    sheet.number(['returns', i, 'caseId'], caseId)
    sheet.amount(['returns', i, 'returnable'], toke)
  }
  sheet.close()
}

/** `withdraw` as a question: asked by `eth_call`, it pays nothing and says what it would. */
const withdrawAbi = [
  {
    type: 'function',
    name: 'withdraw',
    stateMutability: 'view',
    inputs: [
      { name: 'day', type: 'uint256' },
      { name: 'receiver', type: 'address' },
    ],
    outputs: [{ name: 'toke', type: 'uint256' }],
  },
] as const
