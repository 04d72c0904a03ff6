import { type Address, isAddressEqual } from 'viem'
import { auctionAbi, rewardsAbi } from '../abi.ts'
import type { Entry } from '../chain.ts'
import type { Report } from '../report.ts'
import { type Run, sum, type Vault } from '../run.ts'

export type AuctionEvent = Entry<typeof auctionAbi>
export type Harvested = Entry<typeof rewardsAbi>

/** What a vault's destinations earned, and what became of it; base units, per token and of the asset. */
export interface Earnings {
  harvested: Map<Address, bigint>
  consigned: Map<Address, bigint>
  sold: Map<Address, bigint>
  /** What buyers paid, and what of it the vault was given. */
  paid: bigint
  pushed: bigint
  pushes: number
  faults: string[]
}

/**
 * Rewards of the vault's gauges: harvested, consigned to the auction for it, sold there, paid for, given to it as profit.
 * @param least pushes of proceeds that each vault with rewards must have had
 */
export async function checkEarnings(
  run: Run,
  auction: Address,
  report: Report,
  least: number,
): Promise<void> {
  const events = await run.chain.events(auctionAbi, auction)
  for (const vault of run.vaults) {
    const own = [...run.destinations].filter(([, { vault: served }]) => isAddressEqual(served, vault.address))
    const harvests = await run.chain.events(
      rewardsAbi,
      own.map(([address]) => address),
    )
    const earnings = follow(vault, auction, events, harvests)
    const faults = [...earnings.faults, ...(await headFaults(run, auction, vault, earnings))]
    report.none(
      `the vault ${vault.address}: every reward token harvested is sold or for sale for it, every base unit paid is its profit or waits for it`,
      faults,
      events.filter((event) => isAddressEqual(event.args.seller, vault.address)).length,
      await shown(run, vault, earnings),
    )
    const earns = own.some(([, { rewards }]) => rewards.length > 0)
    if (!earns || least === 0) continue
    report.check(
      `the vault ${vault.address} was given what its rewards were sold for, at least ${least} times`,
      earnings.pushes >= least && earnings.pushed > 0n,
      `${earnings.pushes} times, ${await run.show(vault.asset, earnings.pushed)}`,
    )
  }
}

/** Follows the tokens and the payments of one vault through the events. */
export function follow(
  { address, events: own }: Pick<Vault, 'address' | 'events'>,
  auction: Address,
  events: readonly AuctionEvent[],
  harvests: readonly Harvested[],
): Earnings {
  const found: Earnings = {
    ...{ harvested: new Map(), consigned: new Map(), sold: new Map() },
    ...{ paid: 0n, pushed: 0n, pushes: 0, faults: [] },
  }
  for (const { args } of harvests) add(found.harvested, args.token, args.amount)
  const profits = own.flatMap((event) =>
    event.eventName === 'ProfitAdded' && isAddressEqual(event.args.from, auction) ? [event] : [],
  )
  for (const event of events) {
    if (!isAddressEqual(event.args.seller, address)) continue
    switch (event.eventName) {
      case 'Consigned':
        add(found.consigned, event.args.token, event.args.amount)
        break
      case 'Bought':
        add(found.sold, event.args.token, event.args.amount)
        found.paid += event.args.payment
        if (event.args.payment === 0n) found.faults.push(`${event.tx}: bought for nothing`)
        break
      case 'Pushed': {
        found.pushed += event.args.assets
        found.pushes += 1
        const given = sum(profits.filter(({ tx }) => tx === event.tx).map(({ args }) => args.assets))
        if (given !== event.args.assets)
          found.faults.push(`${event.tx}: ${event.args.assets} pushed, ${given} of profit`)
      }
    }
  }
  const given = sum(profits.map(({ args }) => args.assets))
  if (given !== found.pushed) found.faults.push(`${given} of profit from the auction, ${found.pushed} pushed`)
  for (const [token, amount] of found.harvested) {
    const consigned = found.consigned.get(token) ?? 0n
    if (consigned < amount) found.faults.push(`${amount} of ${token} harvested, ${consigned} consigned`)
  }
  for (const [token, amount] of found.sold) {
    const consigned = found.consigned.get(token) ?? 0n
    if (amount > consigned) found.faults.push(`${amount} of ${token} sold, ${consigned} consigned`)
  }
  if (found.pushed > found.paid) found.faults.push(`${found.pushed} pushed, ${found.paid} paid`)
  return found
}

/** Where the auction's state at the head is not what is left of it all. */
async function headFaults(
  { chain }: Run,
  auction: Address,
  { address: seller }: Vault,
  { consigned, sold, paid, pushed }: Earnings,
): Promise<string[]> {
  const read = { address: auction, abi: auctionAbi, blockNumber: chain.head } as const
  const faults: string[] = []
  for (const [token, amount] of consigned) {
    const { left, waiting } = await chain.client.readContract({
      ...read,
      functionName: 'lot',
      args: [seller, token],
    })
    const rest = amount - (sold.get(token) ?? 0n)
    if (left + waiting !== rest) faults.push(`${left} + ${waiting} of ${token} for sale, ${rest} not sold`)
  }
  const proceeds = await chain.client.readContract({ ...read, functionName: 'proceeds', args: [seller] })
  if (proceeds !== paid - pushed) faults.push(`proceeds ${proceeds}, ${paid - pushed} paid and not pushed`)
  return faults
}

async function shown(
  run: Run,
  { asset }: Vault,
  { harvested, sold, paid, pushed }: Earnings,
): Promise<string> {
  const list = async (amounts: Map<Address, bigint>) =>
    (await Promise.all([...amounts].map(([token, amount]) => run.show(token, amount)))).join(', ') ||
    'nothing'
  return (
    `harvested ${await list(harvested)}; sold ${await list(sold)} for ${await run.show(asset, paid)}, ` +
    `of which ${await run.show(asset, pushed)} is profit`
  )
}

function add(amounts: Map<Address, bigint>, token: Address, amount: bigint): void {
  amounts.set(token, (amounts.get(token) ?? 0n) + amount)
}
