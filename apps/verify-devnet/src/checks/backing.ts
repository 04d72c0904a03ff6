import { type Address, isAddressEqual } from 'viem'
import { tokenAbi } from '../abi.ts'
import { poolAbi } from '../abi-loss.ts'
import type { Transfer } from '../chain.ts'
import type { Deployment } from '../deployment.ts'
import type { Backing, VaultLosses } from '../losses.ts'
import { MAX_ROUNDED_AWAY, type PoolReplay } from '../replay/pool.ts'
import type { Report } from '../report.ts'
import { type Run, sum } from '../run.ts'

/** The pools that back vaults, and the TOKE that was taken from them. */
export async function checkBacking(
  run: Run,
  deployment: Deployment,
  losses: readonly VaultLosses[],
  report: Report,
): Promise<void> {
  const now = await run.chain.timeOf(run.chain.head)
  for (const { vault, backing } of losses) {
    if (backing === undefined) continue
    backing.replay.advance(now, backing.frozenAt({ block: run.chain.head, time: now }))
    const asset = run.vaults.find(({ address }) => isAddressEqual(address, vault))?.asset
    if (asset === undefined) throw new Error(`no vault ${vault}`)
    await checkPool(run, backing, report)
    await checkToke(run, deployment, backing, report)
    await checkFees(run, backing, asset, report)
  }
}

async function checkPool(run: Run, { address, replay }: Backing, report: Report): Promise<void> {
  const totals = await run.chain.client.readContract({
    address,
    abi: poolAbi,
    functionName: 'totals',
    blockNumber: run.chain.head,
  })
  const faults = [...replay.faults]
  const expect = (what: string, told: bigint, replayed: bigint) => {
    if (told !== replayed) faults.push(`${what} ${told}, replayed ${replayed}`)
  }
  expect('A', totals.toke, replay.toke)
  expect('H', totals.shares, replay.shares)
  expect('slashes', totals.cases, BigInt(replay.slashes.length))
  const left = [...replay.buckets.values()].filter((bucket) => bucket.left !== undefined).length
  report.none(
    `the pool ${address}: shares, buckets and slashes follow from its events; no bucket leaves inside a freeze`,
    faults,
    replay.events,
    `${replay.events} events of ${replay.accounts.size} accounts: A ${replay.toke}, H ${replay.shares}, ` +
      `${left} of ${replay.buckets.size} buckets left, ${replay.slashes.length} slashes`,
  )
}

async function checkToke(
  run: Run,
  { toke, recovery }: Deployment,
  { address, replay }: Backing,
  report: Report,
): Promise<void> {
  const [transfers, vesting, held, kept] = await Promise.all([
    run.chain.transfers(toke, address),
    run.chain.transfers(toke, recovery),
    balance(run, toke, address),
    balance(run, toke, recovery),
  ])
  const slashed = sum(replay.slashes.map(({ event }) => event.args.toke))
  const returned = sum(replay.slashes.map((slash) => slash.returned))
  const faults = tokeFaults(replay, recovery, transfers, held)
  const inRecovery = sum(vesting.map(({ amount }) => amount))
  if (kept !== inRecovery) faults.push(`the recovery holds ${kept}, ${inRecovery} came and stayed`)
  const mine = sum(vesting.filter(({ other }) => isAddressEqual(other, address)).map(({ amount }) => amount))
  if (mine !== slashed - returned)
    faults.push(`the recovery keeps ${mine}, slashed ${slashed}, returned ${returned}`)
  report.none(
    `the pool ${address}: every wei of TOKE that was staked is with the pool, the recovery or who staked it`,
    faults,
    transfers.length,
    `staked ${replay.staked} = pool ${held} + recovery ${mine} + taken out ${replay.staked - held - mine}`,
  )
}

/** Where the TOKE that moved into and out of the pool is not what its events say. */
export function tokeFaults(
  replay: PoolReplay,
  recovery: Address,
  transfers: readonly Transfer[],
  held: bigint,
): string[] {
  const faults: string[] = []
  const expect = (what: string, told: bigint, replayed: bigint) => {
    if (told !== replayed) faults.push(`${what} ${told}, replayed ${replayed}`)
  }
  const moved = (wanted: (transfer: Transfer) => boolean) =>
    sum(transfers.filter(wanted).map(({ amount }) => amount))
  const isRecovery = ({ other }: Transfer) => isAddressEqual(other, recovery)
  const reclaimed = sum(replay.slashes.flatMap(({ claimed }) => [...claimed.values()]))
  expect(
    'TOKE from stakers',
    moved((transfer) => !isRecovery(transfer) && transfer.amount > 0n),
    replay.staked,
  )
  expect(
    'TOKE to stakers',
    -moved((transfer) => !isRecovery(transfer) && transfer.amount < 0n),
    replay.withdrawn + reclaimed,
  )
  expect(
    'TOKE to the recovery',
    -moved((transfer) => isRecovery(transfer) && transfer.amount < 0n),
    sum(replay.slashes.map(({ event }) => event.args.toke)),
  )
  expect(
    'TOKE from the recovery',
    moved((transfer) => isRecovery(transfer) && transfer.amount > 0n),
    sum(replay.slashes.map(({ returned }) => returned)),
  )
  expect('TOKE in the pool', held, replay.held)
  return faults
}

async function checkFees(
  run: Run,
  { address, replay }: Backing,
  asset: Address,
  report: Report,
): Promise<void> {
  const { client, head: blockNumber } = run.chain
  const pool = { address, abi: poolAbi, blockNumber } as const
  const claimable = new Map<Address, bigint>()
  for (const account of replay.accounts.keys()) {
    claimable.set(account, await client.readContract({ ...pool, functionName: 'claimable', args: [account] }))
  }
  const [held, yearly] = await Promise.all([
    balance(run, asset, address),
    client.readContract({ ...pool, functionName: 'yearlyFeesPerToke' }),
  ])
  const { faults, owed, dust } = feeFaults(replay, claimable, held)
  if (difference(yearly, replay.yearlyFeesPerToke) > 1n)
    faults.push(`yearly fees per TOKE ${yearly}, computed ${replay.yearlyFeesPerToke}`)
  report.none(
    `the pool ${address}: fees in = claimed + claimable + stream + dust`,
    faults,
    replay.accounts.size,
    `${replay.notified} = ${replay.claimed} + ${owed} + ${replay.streaming} + ${dust}; a year pays ${yearly} per TOKE`,
  )
}

/** Where the fees do not add up. `claimable` is what the pool says of each account, `held` what it has. */
export function feeFaults(replay: PoolReplay, claimable: ReadonlyMap<Address, bigint>, held: bigint) {
  const faults: string[] = []
  // Each event and each account rounds at most one base unit away, or moves it from one settlement to another.
  const slack = BigInt(replay.events + replay.accounts.size)
  let owed = 0n
  for (const [account, told] of claimable) {
    const { active, cooling } = replay.owed(account)
    owed += active + cooling
    if (difference(told, active) > slack) faults.push(`${account} can claim ${told}, computed ${active}`)
  }
  const dust = replay.notified - replay.claimed - owed - replay.streaming
  const most = slack + MAX_ROUNDED_AWAY
  if (dust < -slack || dust > most) faults.push(`dust ${dust}, at most ${most} can be left by rounding`)
  if (held !== replay.notified - replay.claimed)
    faults.push(`the pool holds ${held}, ${replay.notified} came and ${replay.claimed} were claimed`)
  return { faults, owed, dust }
}

const difference = (a: bigint, b: bigint) => (a > b ? a - b : b - a)

const balance = (run: Run, token: Address, account: Address): Promise<bigint> =>
  run.chain.client.readContract({
    address: token,
    abi: tokenAbi,
    functionName: 'balanceOf',
    args: [account],
    blockNumber: run.chain.head,
  })
